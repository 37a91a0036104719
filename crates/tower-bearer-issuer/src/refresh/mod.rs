//! Refresh tokens, each good for one use.

mod builder;
mod error;
mod family;
mod grant;
mod revoke;
mod subject;
mod token;
mod used;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_bearer::jose::NumericDate;
use tower_bearer::verify::Clock;

pub use self::builder::RefreshTokensBuilder;
pub use self::error::{RefreshError, Reuse};
use self::family::{Family, Lifetimes};
pub use self::grant::Grant;
pub use self::token::RefreshToken;
use self::token::Secrets;
pub use self::used::UsedToken;
use crate::observe;
use crate::store::Store;

/// Refresh tokens that are replaced with each use
/// ([RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700#section-4.14)).
///
/// All that come of one sign-in are a family, of which one token is good at a time. Using it
/// consumes it and gives the next. If one that was consumed comes again, two people have it:
/// the family is revoked, for nobody knows which of them is the thief, and whoever signed in
/// does so again. Of several who use one at once, one wins, and the family ends all the same.
///
/// | setting | unless set otherwise |
/// | --- | --- |
/// | [absolute lifetime](RefreshTokensBuilder::absolute_lifetime) | 30 days after the sign-in |
/// | [idle lifetime](RefreshTokensBuilder::idle_lifetime) | 14 days after the last use |
/// | [grace](RefreshTokensBuilder::grace) | none |
///
/// Tokens are opaque: 384 random bits behind `tbr_`. The [store](crate::store) holds hashes of
/// them, so that nobody who reads it can use or revoke anything. A token that is malformed, or
/// never was one of a family, ends nothing.
///
/// `S` is what the application keeps with each sign-in: anything small that `serde` writes and
/// reads. Give members that come later a default, for what is kept already has none.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_bearer_issuer::{Grant, RefreshError, RefreshTokens};
/// use tower_bearer_issuer::store::MemoryStore;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Session {
///     device: String,
/// }
///
/// let tokens = RefreshTokens::<Session>::builder(MemoryStore::new()).build()?;
/// let session = Session { device: "phone".into() };
/// let first = tokens.begin(Grant::new("alice").with_session(session)).await?;
///
/// let used = tokens.use_token(first.as_str()).await?;
/// assert_eq!(used.grant().session().device, "phone");
/// let second = used.into_token();
///
/// let stolen = tokens.use_token(first.as_str()).await;
/// assert!(matches!(stolen, Err(RefreshError::Reused(_))));
/// let ended = tokens.use_token(second.as_str()).await;
/// assert!(matches!(ended, Err(RefreshError::Unknown)));
/// # Ok(())
/// # }
/// ```
pub struct RefreshTokens<S = ()> {
    inner: Arc<Inner>,
    session: std::marker::PhantomData<fn() -> S>,
}

struct Inner {
    store: Box<dyn Store>,
    lifetimes: Lifetimes,
    clock: Box<dyn Clock>,
}

impl<S: Serialize + DeserializeOwned + Send + Sync + 'static> RefreshTokens<S> {
    /// Begins to set them up, over the store that holds their families.
    pub fn builder(store: impl Store) -> RefreshTokensBuilder<S> {
        RefreshTokensBuilder::new(Box::new(store))
    }

    fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
            session: std::marker::PhantomData,
        }
    }

    /// Begins a family for somebody who has just signed in, and gives its first token.
    ///
    /// # Errors
    ///
    /// [`RefreshError::GrantTooLarge`] if the grant takes more than 3 KiB as JSON, or cannot be
    /// JSON; [`RefreshError::Store`], also if there is no room; [`RefreshError::Key`] if there are
    /// no random numbers.
    pub async fn begin(&self, grant: Grant<S>) -> Result<RefreshToken, RefreshError> {
        let now = self.now();
        let secrets = Secrets::random()?;
        let mark = self.mark_of(grant.subject()).await?;
        let family = Family::begun(grant, mark, secrets.hash(), now);
        let record = family.write().ok_or(RefreshError::GrantTooLarge)?;
        if record.len() > MAX_FIRST_RECORD_LEN {
            return Err(RefreshError::GrantTooLarge);
        }
        let id = secrets.family_id();
        let ttl = self.time_left(&family, now);
        // The id is random, so that it is nobody else's.
        self.inner.store.swap(&key(&id), None, &record, ttl).await?;
        Ok(RefreshToken::new(&secrets, id, ttl))
    }

    /// Uses a token: consumes it, and gives the next of its family, with what was granted.
    ///
    /// Whether the subject may still have access is for the application to see, with each use. If
    /// not, [revoke](Self::revoke_subject) what it has.
    ///
    /// # Errors
    ///
    /// [`RefreshError::Unknown`] for whatever is no token of a living family;
    /// [`RefreshError::Reused`] for one that was used before, whose family is revoked now;
    /// [`RefreshError::Undecodable`] if what was kept does not decode into `S`, which leaves all as
    /// it was; [`RefreshError::Store`] and [`RefreshError::Key`]. A client is told `invalid_grant`
    /// ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)) where
    /// [`is_invalid_grant`](RefreshError::is_invalid_grant), and 503 otherwise.
    ///
    /// After an error of the store, the token may have been consumed. If so, to try again ends the
    /// family, unless a [grace](RefreshTokensBuilder::grace) is set.
    pub async fn use_token(&self, token: &str) -> Result<UsedToken<S>, RefreshError> {
        let secrets = Secrets::parse(token).ok_or(RefreshError::Unknown)?;
        let id = secrets.family_id();
        let now = self.now();
        let (family, record) = self.find(&id, now).await?;
        if family.is_current(&secrets.hash())
            && let Some(used) = self.consume(&secrets, &id, family, &record, now).await?
        {
            return Ok(used);
        }
        // It was consumed before, or by another use since it was looked at.
        let (family, _) = self.find(&id, now).await?;
        self.refuse_revoked(&family, &id).await?;
        let grace = self.inner.lifetimes.grace;
        if let Some(salt) = family.replay(&secrets.hash(), grace, now) {
            let next = secrets.next(salt);
            return Ok(self.used(&next, id, family, now));
        }
        if self.inner.store.remove(&key(&id)).await? {
            observe::refresh_token_reused();
        }
        let subject = family.into_grant().into_subject();
        Err(RefreshError::Reused(Reuse::new(subject, id)))
    }

    async fn find(&self, id: &str, now: NumericDate) -> Result<(Family<S>, Vec<u8>), RefreshError> {
        let record = self.inner.store.get(&key(id)).await?;
        let record = record.ok_or(RefreshError::Unknown)?;
        let family = Family::read(&record).ok_or(RefreshError::Undecodable)?;
        // The clock of the store may be another.
        if self.time_left(&family, now).is_zero() {
            return Err(RefreshError::Unknown);
        }
        Ok((family, record))
    }

    /// Consumes the current token, unless another use was faster.
    async fn consume(
        &self,
        secrets: &Secrets,
        id: &str,
        family: Family<S>,
        record: &[u8],
        now: NumericDate,
    ) -> Result<Option<UsedToken<S>>, RefreshError> {
        let salt = token::random_salt()?;
        let next = secrets.next(&salt);
        let replayable = (!self.inner.lifetimes.grace.is_zero()).then_some(salt);
        let family = family.used(next.hash(), replayable, now);
        let changed = family.write().ok_or(RefreshError::Undecodable)?;
        let ttl = self.time_left(&family, now);
        let (store, key) = (&self.inner.store, key(id));
        if !store.swap(&key, Some(record), &changed, ttl).await? {
            return Ok(None);
        }
        // Not before: between the look and the swap, the subject could be revoked unseen.
        self.refuse_revoked(&family, id).await?;
        Ok(Some(self.used(&next, id.into(), family, now)))
    }

    fn used(
        &self,
        next: &Secrets,
        id: String,
        family: Family<S>,
        now: NumericDate,
    ) -> UsedToken<S> {
        let lifetime = self.time_left(&family, now);
        UsedToken::new(RefreshToken::new(next, id, lifetime), family)
    }

    /// For how long the family lives if nobody uses its token.
    fn time_left(&self, family: &Family<S>, now: NumericDate) -> Duration {
        let end = family.expires_at(&self.inner.lifetimes).as_secs();
        Duration::from_secs(end.saturating_sub(now.as_secs()).try_into().unwrap_or(0))
    }

    fn now(&self) -> NumericDate {
        self.inner.clock.now().into()
    }
}

/// What every store has room for, less what a record grows by when the token is used.
const MAX_FIRST_RECORD_LEN: usize = 3 * 1024;

/// The key of a family in the store: of fixed length, whatever a client sends.
fn key(family_id: &str) -> String {
    format!("refresh:{family_id}")
}

impl<S> Clone for RefreshTokens<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            session: self.session,
        }
    }
}

impl<S> fmt::Debug for RefreshTokens<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshTokens")
            .field("lifetimes", &self.inner.lifetimes)
            .finish_non_exhaustive()
    }
}
