//! Tokens that are revoked before they expire.

#[cfg_attr(not(feature = "feed"), path = "alone.rs")]
mod sharing;

mod builder;
mod check;
mod entries;
mod error;
#[cfg(feature = "feed")]
mod exchange;
mod feed;
#[cfg(feature = "feed")]
mod follower;
mod list;
mod record;
#[cfg(feature = "feed")]
mod staleness;
mod status;
mod what;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use self::builder::RevocationListBuilder;
pub(super) use self::check::Revocable;
pub use self::error::RevocationError;
pub use self::feed::{Batch, Entry, Feed, FeedError, FeedFuture, Position};
use self::list::List;
use self::record::{Kind, Name};
#[cfg(feature = "feed")]
pub use self::staleness::Staleness;
pub use self::status::{RevocationState, RevocationStatus};
pub use self::what::Revocation;

/// What was revoked: tokens, sessions, and all that a subject has. Clones share everything.
///
/// A verifier that [goes by it](crate::verify::VerifierBuilder::revocations) refuses these tokens
/// with 401 at once, also those that it [remembers](crate::verify::Cache). It looks into memory
/// only. What was revoked is forgotten when the tokens in question have expired, and never before.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
/// # let keys = issuer.verifying_key();
/// # let token = issuer.token().audience("my-api").claim("jti", "7").sign();
/// use tower_bearer::verify::{Revocation, RevocationList};
/// use tower_bearer::{AuthError, TokenError, Verifier};
///
/// let revoked = RevocationList::local().build()?;
/// let verifier = Verifier::builder()
///     .issuer("https://issuer.example.com", keys)
///     .audience("my-api")
///     .require_claim("jti")
///     .revocations(revoked.clone())
///     .build()?;
///
/// let verified = verifier.verify_now(&token)?;
/// if let Some(revocation) = Revocation::token(&verified) {
///     revoked.revoke(revocation).await?;
/// }
/// let error = verifier.verify_now(&token).unwrap_err();
/// assert_eq!(error, AuthError::InvalidToken(TokenError::Revoked));
/// # Ok(())
/// # }
/// ```
///
/// # Several processes
///
/// With the feature `feed`, a list is [shared](Self::shared) by way of a
/// [`Feed`](Feed), for example on Redis: what one process revokes, the others learn
/// within moments. Each has the whole list in its memory, loaded before it serves, and follows
/// what comes after. Where the feed is gone, requests go on, or are refused with 503 after a while,
/// as the operator [chooses](Staleness). What is revoked meanwhile is told to the others when the
/// feed is back; and if that comes back empty, everybody fills it again.
///
/// # Memory
///
/// An entry takes 60 to 90 bytes, and each token that a verifier remembers 80 more. By default
/// there are at most 1,000,000 entries: as many as a service has of which in an hour 40,000 people
/// sign out. What does not fit is refused with [`RevocationError::Full`].
#[derive(Clone)]
pub struct RevocationList(Arc<List>);

impl RevocationList {
    /// Begins to set a list up that is of this process alone, and ends with it.
    pub fn local() -> RevocationListBuilder {
        RevocationListBuilder::new(None)
    }

    /// Begins to set a list up that several processes share by this feed. What is to happen where
    /// the feed is gone has no default: it is for the operator to choose.
    ///
    /// The list is loaded when [`ready`](Self::ready) or the first token asks for it; until then,
    /// requests are answered with 503. It is followed by a task on the Tokio runtime of whoever
    /// asked first, which ends with the last clone.
    #[cfg(feature = "feed")]
    pub fn shared(feed: impl Feed, staleness: Staleness) -> RevocationListBuilder {
        RevocationListBuilder::new(Some(sharing::Sharing::new(feed, staleness)))
    }

    /// Revokes. From then on, no verifier of this process that goes by this list accepts what was
    /// revoked. If the list is shared, it is then told to the others.
    ///
    /// # Errors
    ///
    /// - [`RevocationError::Full`]: nothing was revoked.
    /// - [`RevocationError::Feed`], [`RevocationError::NoRuntime`]: it is revoked here, but the
    ///   others do not know yet. They will be told when the feed is back; nobody needs to try again.
    pub async fn revoke(&self, revocation: Revocation) -> Result<(), RevocationError> {
        let record = self.0.add(&revocation)?;
        match &self.0.sharing {
            Some(sharing) => sharing.tell(&self.0, record).await,
            None => Ok(()),
        }
    }

    /// How long to wait until a token of this subject can be issued that is not revoked, after all
    /// that were issued until then have been: to the end of a second by the clock of whoever revoked
    /// them, most often nothing. For a sign-in that may follow on a "sign out everywhere" at once.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use tower_bearer::verify::{Revocation, RevocationList};
    ///
    /// const ISSUER: &str = "https://issuer.example.com";
    ///
    /// let revoked = RevocationList::local().build()?;
    /// revoked.revoke(Revocation::subject(ISSUER, "alice")).await?;
    /// tokio::time::sleep(revoked.until_issuable(ISSUER, "alice")).await;
    /// assert_eq!(revoked.until_issuable(ISSUER, "alice"), Duration::ZERO);
    /// # Ok(())
    /// # }
    /// ```
    pub fn until_issuable<'a>(
        &self,
        issuer: impl Into<Option<&'a str>>,
        subject: &str,
    ) -> Duration {
        let name = Name::new(Kind::Subject, issuer.into(), subject);
        let Some(extent) = self.0.extent(&name) else {
            return Duration::ZERO;
        };
        let first = Duration::from_secs(extent.issued_before.into());
        let now = self.0.settings.clock.now();
        let now = now.duration_since(SystemTime::UNIX_EPOCH);
        first.saturating_sub(now.unwrap_or(Duration::MAX))
    }

    /// Waits until the whole list is loaded: for a server that is not to start without. Returns at
    /// once where it was loaded before, and where it is of this process alone.
    /// [`Verifier::ready`](crate::Verifier::ready) waits for it as well.
    ///
    /// # Errors
    ///
    /// Why loading failed that was waited for. It is tried again by itself; to wait for as long as
    /// it takes, call this until it succeeds.
    pub async fn ready(&self) -> Result<(), RevocationError> {
        match &self.0.sharing {
            Some(sharing) => sharing.ready(&self.0).await,
            None => Ok(()),
        }
    }

    /// How the list is doing. Cheap enough for each request to a health page.
    pub fn status(&self) -> RevocationStatus {
        self.0.drop_expired();
        let entries = self.0.len();
        match &self.0.sharing {
            Some(sharing) => sharing.status(entries),
            None => RevocationStatus {
                state: RevocationState::Fresh,
                age: None,
                entries,
                pending: 0,
                last_error: None,
            },
        }
    }

    /// For how long tokens may at most be accepted after they have expired.
    pub(super) fn margin(&self) -> Duration {
        self.0.settings.margin
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationList").finish_non_exhaustive()
    }
}
