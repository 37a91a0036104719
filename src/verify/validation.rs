//! The rules that a token's header and claims must obey.

use std::time::Duration;

use crate::error::{ConfigError, TokenError};
use crate::jose::{
    Algorithm, AlgorithmSet, Claims, Header, NumericDate, OneOrMany, UnverifiedClaims,
};

/// Clocks of servers differ. A minute forgives that and stays far below the life of a token.
const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// The claims that [RFC 9068 §2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2) requires.
const RFC9068_CLAIMS: [&str; 7] = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];

/// The rules that a token must obey, beside being signed by a trusted key.
///
/// | rule | unless set otherwise |
/// | --- | --- |
/// | `aud` | must be set: [`audience`](Self::audience) or [`any_audience`](Self::any_audience) |
/// | `alg` | one that the key permits |
/// | `exp` | required, and not passed |
/// | `nbf`, `iat` | not in the future, where present |
/// | leeway of the three | 60 s |
/// | `typ` | any |
///
/// ```
/// use std::time::Duration;
/// use tower_bearer::{Algorithm, Validation};
///
/// let validation = Validation::new()
///     .audience("my-api")
///     .algorithms([Algorithm::ES256])
///     .require_claim("sub")
///     .max_age(Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
pub struct Validation {
    audiences: Vec<Box<str>>,
    any_audience: bool,
    algorithms: Option<AlgorithmSet>,
    pub(super) leeway: Duration,
    token_type: Option<Box<str>>,
    required_claims: Vec<Box<str>>,
    pub(super) max_age: Option<Duration>,
}

impl Validation {
    /// The default rules, still without an audience.
    pub fn new() -> Self {
        Self {
            audiences: Vec::new(),
            any_audience: false,
            algorithms: None,
            leeway: DEFAULT_LEEWAY,
            token_type: None,
            required_claims: Vec::new(),
            max_age: None,
        }
    }

    /// Accepts tokens for this audience (`aud`), compared to the letter. With several calls, a
    /// token must be for one of them
    /// ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into().into_boxed_str());
        self
    }

    /// Accepts tokens for any audience, or for none.
    ///
    /// With this, a token that was made for another service of the same issuer opens yours, and
    /// an ID token passes for an access token. See [`dangerous`](crate::dangerous).
    #[must_use]
    pub fn any_audience(mut self) -> Self {
        self.any_audience = true;
        self
    }

    /// Accepts only these of the algorithms that the keys permit.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = Some(algorithms.into_iter().collect());
        self
    }

    /// How far the clocks of issuer and verifier may differ: 60 s unless set otherwise.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Demands this type of token (`typ`), compared without regard to case and to the prefix
    /// `application/`. It keeps other tokens of the same issuer out
    /// ([RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = Some(token_type.into().into_boxed_str());
        self
    }

    /// Demands this claim, with any value but `null`.
    #[must_use]
    pub fn require_claim(mut self, claim: impl Into<String>) -> Self {
        self.required_claims.push(claim.into().into_boxed_str());
        self
    }

    /// Refuses tokens that were issued (`iat`) longer ago than this, and those without `iat`.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Demands access tokens by [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068): of type
    /// `at+jwt`, with the claims `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti`.
    #[must_use]
    pub fn rfc9068_profile(self) -> Self {
        RFC9068_CLAIMS
            .into_iter()
            .fold(self.token_type("at+jwt"), Self::require_claim)
    }

    /// Whether the rules make sense at all.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.audiences.is_empty() && !self.any_audience {
            return Err(ConfigError::Audience(
                "no audience is set: name yours with `audience`, or accept any with `any_audience`",
            ));
        }
        if !self.audiences.is_empty() && self.any_audience {
            return Err(ConfigError::Audience(
                "both `audience` and `any_audience` are set: choose one",
            ));
        }
        if self.audiences.iter().any(|audience| audience.is_empty()) {
            return Err(ConfigError::Audience(
                "an audience is empty: name your service",
            ));
        }
        if self.algorithms.is_some_and(AlgorithmSet::is_empty) {
            return Err(ConfigError::Algorithms(
                "the list of algorithms is empty: name one, or leave the choice to the keys",
            ));
        }
        if self
            .token_type
            .as_ref()
            .is_some_and(|token_type| token_type.is_empty())
        {
            return Err(ConfigError::EmptyName(
                "the type of token is empty: name it, or leave `token_type` out",
            ));
        }
        if self.required_claims.iter().any(|claim| claim.is_empty()) {
            return Err(ConfigError::EmptyName(
                "the name of a required claim is empty: name it",
            ));
        }
        Ok(())
    }

    /// The algorithms that were named, if any were.
    pub(super) fn named_algorithms(&self) -> Option<AlgorithmSet> {
        self.algorithms
    }

    pub(super) fn check_header(&self, header: &Header) -> Result<(), TokenError> {
        if self
            .algorithms
            .is_some_and(|allowed| !allowed.contains(header.algorithm()))
        {
            return Err(TokenError::AlgorithmNotAllowed);
        }
        if self
            .token_type
            .as_deref()
            .is_some_and(|expected| !header.has_type(expected))
        {
            return Err(TokenError::WrongType);
        }
        Ok(())
    }

    pub(super) fn check_claims(
        &self,
        claims: &UnverifiedClaims<'_>,
        now: NumericDate,
    ) -> Result<(), TokenError> {
        self.check_times(&claims.registered.times, now)?;
        if !self.any_audience && !self.is_audience_of(&claims.registered) {
            return Err(TokenError::WrongAudience);
        }
        if claims.is_sender_constrained {
            return Err(TokenError::SenderConstrained);
        }
        if !self
            .required_claims
            .iter()
            .all(|claim| claims.contains(claim))
        {
            return Err(TokenError::MissingClaim);
        }
        Ok(())
    }

    fn is_audience_of(&self, claims: &Claims<'_>) -> bool {
        let mut audiences = claims.audience.iter().flat_map(OneOrMany::iter);
        audiences.any(|audience| self.audiences.iter().any(|ours| **ours == *audience))
    }
}

impl Default for Validation {
    fn default() -> Self {
        Self::new()
    }
}
