//! Setting a verifier up.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value};

use super::cache::TokenCache;
use super::caller::VerifierId;
use super::headers::Headers;
use super::issuers::Issuers;
use super::{
    Cache, Clock, Inner, RevocationList, Rule, Tenants, TrustedIssuer, Validation, VerifiedToken,
    Verifier,
};
use crate::error::ConfigError;
use crate::jose::{Algorithm, ClaimPath};
use crate::keys::KeyProvider;

/// What proxies and servers commonly let through as one header field. Real tokens have a tenth.
const DEFAULT_MAX_TOKEN_LEN: usize = 16 * 1024;

/// Gives each verifier a number of its own.
static VERIFIERS: AtomicU64 = AtomicU64::new(0);

/// Sets a [`Verifier`] up: whom to trust, and which rules tokens must obey.
///
/// Required are an issuer ([`issuer`](Self::issuer), [`trust`](Self::trust) or
/// [`any_issuer`](Self::any_issuer), [`tenants`](Self::tenants)) and an audience ([`audience`](Self::audience) or
/// [`any_audience`](Self::any_audience)). The other rules and their defaults are those of
/// [`Validation`].
pub struct VerifierBuilder<C = Map<String, Value>> {
    issuers: Vec<TrustedIssuer>,
    tenants: Option<Tenants>,
    validation: Validation,
    max_token_len: usize,
    cache: Cache,
    revocations: Option<RevocationList>,
    roles: Vec<ClaimPath>,
    rules: Vec<Rule<C>>,
    clock: Option<Box<dyn Clock>>,
}

impl<C> VerifierBuilder<C> {
    pub(super) fn new() -> Self {
        Self {
            issuers: Vec::new(),
            tenants: None,
            validation: Validation::new(),
            max_token_len: DEFAULT_MAX_TOKEN_LEN,
            cache: Cache::default(),
            revocations: None,
            roles: Vec::new(),
            rules: Vec::new(),
            clock: None,
        }
    }

    /// Trusts the issuer of this name (`iss`), compared to the letter, with its keys.
    #[must_use]
    pub fn issuer(self, issuer: impl Into<String>, keys: impl KeyProvider) -> Self {
        self.trust(TrustedIssuer::new(issuer, keys))
    }

    /// Trusts the issuer at this URL, which is also its name (`iss`), with the keys that it
    /// publishes: see [`RemoteKeys::discover`](crate::keys::RemoteKeys::discover).
    ///
    /// ```
    /// let verifier = tower_bearer::Verifier::builder()
    ///     .discover("https://issuer.example.com")
    ///     .audience("my-api")
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[cfg(feature = "remote")]
    #[must_use]
    pub fn discover(self, issuer: impl Into<String>) -> Self {
        self.trust(TrustedIssuer::discover(issuer))
    }

    /// Trusts an issuer that has rules of its own.
    #[must_use]
    pub fn trust(mut self, issuer: TrustedIssuer) -> Self {
        self.issuers.push(issuer);
        self
    }

    /// Trusts whoever signs with these keys, whatever the `iss` of the token says, or if it is
    /// missing. For keys that only one issuer has.
    #[must_use]
    pub fn any_issuer(self, keys: impl KeyProvider) -> Self {
        self.trust(TrustedIssuer::any(keys))
    }

    /// Trusts issuers that are known only at run time, beside those that are named.
    #[must_use]
    pub fn tenants(mut self, tenants: Tenants) -> Self {
        self.tenants = Some(tenants);
        self
    }

    /// Adds these rules to those that are set already: audiences and required claims are joined, and
    /// of other rules, the later counts.
    #[must_use]
    pub fn validation(self, validation: Validation) -> Self {
        self.with_validation(|rules| rules.and(validation))
    }

    /// See [`Validation::audience`].
    #[must_use]
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.with_validation(|validation| validation.audience(audience))
    }

    /// See [`Validation::any_audience`].
    #[must_use]
    pub fn any_audience(self) -> Self {
        self.with_validation(Validation::any_audience)
    }

    /// See [`Validation::algorithms`].
    #[must_use]
    pub fn algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.with_validation(|validation| validation.algorithms(algorithms))
    }

    /// See [`Validation::leeway`].
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        self.with_validation(|validation| validation.leeway(leeway))
    }

    /// See [`Validation::token_type`].
    #[must_use]
    pub fn token_type(self, token_type: impl Into<String>) -> Self {
        self.with_validation(|validation| validation.token_type(token_type))
    }

    /// See [`Validation::require_claim`].
    #[must_use]
    pub fn require_claim(self, claim: impl Into<String>) -> Self {
        self.with_validation(|validation| validation.require_claim(claim))
    }

    /// See [`Validation::max_age`].
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        self.with_validation(|validation| validation.max_age(max_age))
    }

    /// See [`Validation::rfc9068_profile`].
    #[must_use]
    pub fn rfc9068_profile(self) -> Self {
        self.with_validation(Validation::rfc9068_profile)
    }

    fn with_validation(mut self, change: impl FnOnce(Validation) -> Validation) -> Self {
        self.validation = change(self.validation);
        self
    }

    /// Where in the claims the roles are, for [`VerifiedToken::roles`] and
    /// [`authorize::role`](crate::authorize::role): for example `realm_access.roles` (Keycloak),
    /// `cognito:groups` (Amazon Cognito) or `roles` (Microsoft Entra). A string counts as one
    /// role, an array as those of its elements that are strings, anything else as none. With
    /// several calls, the roles of all places count.
    #[must_use]
    pub fn roles_claim(mut self, path: impl Into<ClaimPath>) -> Self {
        self.roles.push(path.into());
        self
    }

    /// Refuses tokens for which this is false. It is asked last, when the signature and all other
    /// rules are known to hold.
    ///
    /// A panic in the rule is a panic in the request's task; nothing of the verifier is left
    /// broken by it.
    ///
    /// ```
    /// # #[derive(serde::Deserialize)]
    /// # struct MyClaims { tenant: String }
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// let verifier = tower_bearer::Verifier::typed::<MyClaims>()
    ///     .issuer("https://issuer.example.com", keys)
    ///     .audience("my-api")
    ///     .rule(|token| token.claims().tenant == "acme")
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn rule<F>(mut self, rule: F) -> Self
    where
        F: Fn(&VerifiedToken<C>) -> bool + Send + Sync + 'static,
    {
        self.rules.push(Box::new(rule));
        self
    }

    /// Refuses tokens that are longer than this, in bytes: 16 KiB unless set otherwise.
    #[must_use]
    pub fn max_token_len(mut self, max_token_len: usize) -> Self {
        self.max_token_len = max_token_len;
        self
    }

    /// Remembers so many verified tokens: see [`Cache`].
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// Refuses tokens that were revoked: see [`RevocationList`]. Verifiers may share one.
    #[must_use]
    pub fn revocations(mut self, list: RevocationList) -> Self {
        self.revocations = Some(list);
        self
    }

    /// Asks this clock for the time, in place of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Builds the verifier.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::NoIssuer`], [`ConfigError::Issuer`]: nobody is trusted, or an issuer is
    ///   unnamed or named twice.
    /// - [`ConfigError::Audience`]: neither an audience nor "any audience" is set, or both.
    /// - [`ConfigError::Algorithms`]: no algorithm is left, or one is named that no key permits.
    /// - [`ConfigError::EmptyName`]: the type of token, a required claim or a role's place is
    ///   empty.
    /// - [`ConfigError::OutOfRange`]: the greatest length of a token or number of tenants is 0; or
    ///   a leeway is longer than a day, or than half the margin of the list of revocations.
    /// - Whatever is wrong with an issuer that is to be discovered.
    pub fn build(self) -> Result<Verifier<C>, ConfigError> {
        if self.max_token_len == 0 {
            return Err(ConfigError::OutOfRange(
                "the greatest length of a token is 0: allow some bytes".into(),
            ));
        }
        if self.roles.iter().any(ClaimPath::is_incomplete) {
            return Err(ConfigError::EmptyName(
                "a name in the path to the roles is empty: give names with one dot between them",
            ));
        }
        if let Some(list) = &self.revocations
            && self.longest_leeway().saturating_mul(2) > list.margin()
        {
            return Err(ConfigError::OutOfRange(
                "a leeway is longer than half the margin of the list of revocations, so that a \
                 revoked token would come back to life: raise the margin"
                    .into(),
            ));
        }
        Ok(Verifier(Arc::new(Inner {
            id: VerifierId(VERIFIERS.fetch_add(1, Ordering::Relaxed)),
            max_token_len: self.max_token_len,
            issuers: Issuers::new(self.issuers, self.tenants, &self.validation)?,
            cache: TokenCache::new(self.cache),
            headers: Headers::default(),
            revocations: self.revocations,
            roles: self.roles,
            rules: self.rules,
            clock: self.clock,
        })))
    }

    fn longest_leeway(&self) -> Duration {
        let issuers = self.issuers.iter().map(|issuer| &issuer.validation);
        let tenants = self.tenants.iter().map(|tenants| &tenants.validation);
        let own = issuers.chain(tenants).flatten();
        let leeways = own.map(Validation::leeway_or_default);
        leeways.fold(self.validation.leeway_or_default(), Duration::max)
    }
}

impl<C> fmt::Debug for VerifierBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("issuers", &self.issuers)
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
