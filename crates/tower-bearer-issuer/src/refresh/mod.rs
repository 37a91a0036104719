//! Refresh tokens, each good for one use.

mod builder;
mod consume;
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
pub(crate) use self::consume::Usable;
pub use self::error::{RefreshError, Reuse};
use self::family::{Family, Lifetimes};
pub use self::grant::Grant;
pub(crate) use self::token::NewFamily;
pub use self::token::RefreshToken;
pub use self::used::UsedToken;
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
/// Tokens are opaque: `tbr_`, 256 random bits, and a tag that tells them from damaged or made-up
/// ones, which end nothing. The [store](crate::store) holds hashes, so whoever reads it can neither
/// use nor revoke a token.
///
/// `D` is what the application keeps with each sign-in: anything small that `serde` writes and
/// reads. Give members that come later a default, for what is kept already has none.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_bearer_issuer::{Grant, RefreshError, RefreshTokens};
/// use tower_bearer_issuer::store::MemoryStore;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct SignIn {
///     device: String,
/// }
///
/// let tokens = RefreshTokens::<SignIn>::builder(MemoryStore::new()).build()?;
/// let sign_in = SignIn { device: "phone".into() };
/// let first = tokens.begin(Grant::new("alice").with_data(sign_in)).await?;
///
/// let used = tokens.use_token(first.as_str()).await?;
/// assert_eq!(used.grant().data().device, "phone");
/// let second = used.into_token();
///
/// let stolen = tokens.use_token(first.as_str()).await;
/// assert!(matches!(stolen, Err(RefreshError::Reused(_))));
/// let ended = tokens.use_token(second.as_str()).await;
/// assert!(matches!(ended, Err(RefreshError::Unknown)));
/// # Ok(())
/// # }
/// ```
pub struct RefreshTokens<D = ()> {
    inner: Arc<Inner>,
    data: std::marker::PhantomData<fn() -> D>,
}

struct Inner {
    store: Box<dyn Store>,
    lifetimes: Lifetimes,
    clock: Box<dyn Clock>,
}

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> RefreshTokens<D> {
    /// Begins to set them up, over the store that holds their families.
    pub fn builder(store: impl Store) -> RefreshTokensBuilder<D> {
        RefreshTokensBuilder::new(Box::new(store))
    }

    fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
            data: std::marker::PhantomData,
        }
    }

    /// Begins a family for somebody who has just signed in, and gives its first token.
    ///
    /// # Errors
    ///
    /// [`RefreshError::GrantTooLarge`] if the grant takes more than 3 KiB as JSON, or cannot be
    /// JSON; [`RefreshError::Store`], also if there is no room; [`RefreshError::Key`] if there are
    /// no random numbers.
    pub async fn begin(&self, grant: Grant<D>) -> Result<RefreshToken, RefreshError> {
        let new = NewFamily::random()?;
        self.begin_as(new, grant).await
    }

    /// Begins a family whose id was given out before.
    pub(crate) async fn begin_as(
        &self,
        new: NewFamily,
        grant: Grant<D>,
    ) -> Result<RefreshToken, RefreshError> {
        let NewFamily {
            key: tag_key,
            secrets,
        } = new;
        let now = self.now();
        let mark = self.mark_of(grant.subject()).await?;
        let family = Family::begun(grant, mark, tag_key, secrets.hash(), now);
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

    /// For how long the family lives if nobody uses its token.
    fn time_left(&self, family: &Family<D>, now: NumericDate) -> Duration {
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

impl<D> Clone for RefreshTokens<D> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            data: self.data,
        }
    }
}

impl<D> fmt::Debug for RefreshTokens<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshTokens")
            .field("lifetimes", &self.inner.lifetimes)
            .finish_non_exhaustive()
    }
}
