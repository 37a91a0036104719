//! A trusted issuer, for the builder.

use std::fmt;

use super::Validation;
use crate::error::ConfigError;
use crate::keys::KeyProvider;

/// A trusted issuer with its own keys and, if set, its own rules.
///
/// Issuers never share keys: a token that names one issuer but is signed with another's key is
/// refused.
///
/// ```
/// use tower_bearer::{Algorithm, Validation, Verifier, VerifyingKey};
/// use tower_bearer::verify::TrustedIssuer;
///
/// # let (partner_key, our_key) = (VerifyingKey::from_secret([1; 32])?, VerifyingKey::from_secret([2; 32])?);
/// let partner = TrustedIssuer::new("https://partner.example", partner_key)
///     .validation(Validation::new().audience("partner-api").algorithms([Algorithm::HS256]));
///
/// let verifier = Verifier::builder()
///     .issuer("https://ours.example", our_key)
///     .audience("my-api")
///     .trust(partner)
///     .build()?;
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
pub struct TrustedIssuer {
    pub(super) name: Option<Box<str>>,
    /// An error is reported when the verifier is built.
    pub(super) keys: Result<Box<dyn KeyProvider>, ConfigError>,
    pub(super) validation: Option<Validation>,
}

impl TrustedIssuer {
    /// The issuer of this name (`iss`, compared exactly), with its keys.
    pub fn new(issuer: impl Into<String>, keys: impl KeyProvider) -> Self {
        let name = Some(issuer.into().into_boxed_str());
        Self {
            name,
            keys: Ok(Box::new(keys)),
            validation: None,
        }
    }

    /// The issuer at this URL, which is also its name (`iss`), with the keys that it publishes. For
    /// other settings, pass [`RemoteKeys::discover`](crate::keys::RemoteKeys::discover) to
    /// [`new`](Self::new).
    #[cfg(feature = "remote")]
    pub fn discover(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let keys = crate::keys::RemoteKeys::discover(issuer.clone()).build();
        Self {
            name: Some(issuer.into_boxed_str()),
            keys: keys.map(|keys| Box::new(keys) as _),
            validation: None,
        }
    }

    /// Any issuer that signs with these keys, even without `iss`.
    pub(crate) fn any(keys: impl KeyProvider) -> Self {
        Self {
            name: None,
            keys: Ok(Box::new(keys)),
            validation: None,
        }
    }

    /// Replaces the rules of the verifier for this issuer.
    #[must_use]
    pub fn validation(mut self, validation: Validation) -> Self {
        self.validation = Some(validation);
        self
    }
}

impl fmt::Debug for TrustedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedIssuer")
            .field("name", &self.name)
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
