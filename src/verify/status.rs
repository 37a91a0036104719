//! Whether a verifier has keys.

use futures::future;
use serde::Serialize;

use super::Verifier;
use super::issuers::Issuer;
use crate::keys::{KeyStatus, NotReady};

/// The state of an issuer's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IssuerStatus {
    /// Its name; none for any issuer.
    pub issuer: Option<Box<str>>,
    /// The state of its keys.
    #[serde(flatten)]
    pub keys: KeyStatus,
}

impl<C> Verifier<C> {
    /// Waits until each issuer has keys, and the [revocations](super::RevocationList) are loaded: for
    /// servers that must not start without. The call itself starts the fetches, which retry by
    /// themselves. [Tenants](super::Tenants) are not included.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// let verifier = tower_bearer::Verifier::builder()
    ///     .issuer("https://issuer.example.com", keys)
    ///     .audience("my-api")
    ///     .build()?;
    /// verifier.ready().await?; // or exit, and let the orchestrator restart
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The keys of an issuer or the revocations are unavailable. The text says which, and why.
    pub fn ready(&self) -> impl Future<Output = Result<(), NotReady>> + Send + use<C> {
        let all = self.0.issuers.fixed().map(|(name, issuer)| {
            let name: Option<Box<str>> = name.map(Into::into);
            let ready = issuer.keys.ready();
            async {
                ready.await.map_err(|error| match name {
                    Some(name) => error.without(&format!("keys of {name}")),
                    None => error.without("keys"),
                })
            }
        });
        let all = future::try_join_all(all.collect::<Vec<_>>());
        let revocations = self.0.revocations.clone();
        let revocations = async move {
            let Some(list) = revocations else {
                return Ok(());
            };
            let ready = list.ready().await;
            ready.map_err(|error| NotReady::new(error).without("list of revocations"))
        };
        async { future::try_join(all, revocations).await.map(drop) }
    }

    /// The state of each issuer's keys, for health checks; [`KeyStatus::summary`] makes one of all.
    /// [Tenants](super::Tenants) are not included.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// use tower_bearer::keys::{KeyState, KeyStatus};
    ///
    /// let verifier = tower_bearer::Verifier::builder()
    ///     .issuer("https://issuer.example.com", keys)
    ///     .audience("my-api")
    ///     .build()?;
    /// let issuers = verifier.status();
    /// let all = KeyStatus::summary(issuers.iter().map(|issuer| &issuer.keys));
    /// assert_eq!(all.state, KeyState::Fresh);
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn status(&self) -> Vec<IssuerStatus> {
        let status = |(name, issuer): (Option<&str>, &Issuer)| IssuerStatus {
            issuer: name.map(Into::into),
            keys: issuer.keys.status(),
        };
        self.0.issuers.fixed().map(status).collect()
    }
}
