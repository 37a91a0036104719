//! The rules that a token's header and claims must obey.

use std::time::Duration;

use crate::error::{ConfigError, TokenError};
use crate::jose::{
    Algorithm, AlgorithmSet, Claims, Header, NumericDate, OneOrMany, UnverifiedClaims, same_type,
};

/// Clocks of servers differ. A minute forgives that and stays far below the life of a token.
const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// No clock that is set at all is wrong by more.
const MAX_LEEWAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The type that [RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1) requires.
const RFC9068_TYPE: &str = "at+jwt";

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
    leeway: Option<Duration>,
    token_type: Option<Box<str>>,
    is_rfc9068: bool,
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
            leeway: None,
            token_type: None,
            is_rfc9068: false,
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

    /// Accepts only these algorithms. Each needs a key that permits it, unless the keys may change.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = Some(algorithms.into_iter().collect());
        self
    }

    /// How far the clocks of issuer and verifier may differ: 60 s by default, a day at most.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = Some(leeway);
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
    pub fn rfc9068_profile(mut self) -> Self {
        self.is_rfc9068 = true;
        self.token_type.get_or_insert_with(|| RFC9068_TYPE.into());
        RFC9068_CLAIMS.into_iter().fold(self, Self::require_claim)
    }

    /// These rules and the others. The others win where only one of two can hold.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.audiences.extend(others.audiences);
        self.any_audience |= others.any_audience;
        self.is_rfc9068 |= others.is_rfc9068;
        self.required_claims.extend(others.required_claims);
        Self {
            algorithms: others.algorithms.or(self.algorithms),
            leeway: others.leeway.or(self.leeway),
            token_type: others.token_type.or(self.token_type),
            max_age: others.max_age.or(self.max_age),
            ..self
        }
    }

    pub(super) fn leeway_or_default(&self) -> Duration {
        self.leeway.unwrap_or(DEFAULT_LEEWAY)
    }

    /// Whether the rules make sense at all.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.leeway > Some(MAX_LEEWAY) {
            return Err(ConfigError::OutOfRange(
                "the leeway is longer than a day, which accepts tokens long after they have \
                 expired: set a minute or so, and synchronize the clocks"
                    .into(),
            ));
        }
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
                "the list of algorithms is empty: name one, or leave the choice to the keys".into(),
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
        if self.is_rfc9068
            && !self
                .token_type
                .as_deref()
                .is_some_and(|own| same_type(own, RFC9068_TYPE))
        {
            return Err(ConfigError::TokenType(
                "the RFC 9068 profile demands tokens of type `at+jwt`, but `token_type` names another: \
                 leave one of the two out",
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
