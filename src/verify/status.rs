//! How the keys of a verifier's issuers are doing.

use std::error::Error;
use std::fmt;

use futures::future;
use serde::Serialize;
use tower::BoxError;

use super::Verifier;
use super::issuers::Issuer;
use crate::keys::KeyStatus;

/// How the keys of an issuer are doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IssuerStatus {
    /// Its name, unless it is any.
    pub issuer: Option<Box<str>>,
    /// How its keys are doing.
    #[serde(flatten)]
    pub keys: KeyStatus,
}

impl<C> Verifier<C> {
    /// Waits until each issuer has keys, and the list of [revocations](super::RevocationList) is
    /// loaded: for a server that is not to start without.
    ///
    /// Both are fetched when this is called, or else when the first token asks for them. What
    /// fails is tried again by itself. [Tenants](super::Tenants) have no part in it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// let verifier = tower_bearer::Verifier::builder()
    ///     .issuer("https://issuer.example.com", keys)
    ///     .audience("my-api")
    ///     .build()?;
    /// verifier.ready().await?; // or: end, and let the orchestrator start again
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotReady`]: whose keys could not be had, or that the list could not, and why.
    pub fn ready(&self) -> impl Future<Output = Result<(), NotReady>> + Send + use<C> {
        let all = self.0.issuers.fixed().map(|(name, issuer)| {
            let name: Option<Box<str>> = name.map(Into::into);
            let ready = issuer.keys.ready();
            async {
                ready.await.map_err(|source| NotReady {
                    what: Missing::KeysOf(name),
                    source,
                })
            }
        });
        let all = future::try_join_all(all.collect::<Vec<_>>());
        let revocations = self.0.revocations.clone();
        let revocations = async move {
            let Some(list) = revocations else {
                return Ok(());
            };
            list.ready().await.map_err(|error| NotReady {
                what: Missing::Revocations,
                source: error.into(),
            })
        };
        async { future::try_join(all, revocations).await.map(drop) }
    }

    /// How the keys of each issuer are doing, for a health page: see
    /// [`KeyStatus::summary`] for one figure of all. [Tenants](super::Tenants) have no part in it.
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

/// A verifier is not ready: the keys of an issuer or the list of revocations could not be had.
#[derive(Debug)]
pub struct NotReady {
    what: Missing,
    source: BoxError,
}

#[derive(Debug)]
enum Missing {
    KeysOf(Option<Box<str>>),
    Revocations,
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Missing::KeysOf(Some(issuer)) => write!(f, "no keys of {issuer}: {}", self.source),
            Missing::KeysOf(None) => write!(f, "no keys: {}", self.source),
            Missing::Revocations => write!(f, "no list of revocations: {}", self.source),
        }
    }
}

impl Error for NotReady {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
