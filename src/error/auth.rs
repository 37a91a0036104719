//! Why a request was refused.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

/// Why a request was refused.
///
/// The text that [`Display`](fmt::Display) gives is for logs. What a client is told is less, and
/// made by [`reject`](crate::reject): a client must not learn whether a key was unknown or a
/// signature wrong.
///
/// ```
/// use tower_bearer::{AuthError, TokenError};
///
/// let error = AuthError::from(TokenError::Expired);
/// assert_eq!(error.to_string(), "the token has expired");
/// assert_eq!(error.status(), 401);
/// assert_eq!(error.reason(), "expired");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The request carries no token: 401 with a bare challenge
    /// ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    MissingToken,
    /// The request is malformed: 400 `invalid_request`.
    InvalidRequest(RequestError),
    /// The token is not acceptable: 401 `invalid_token`.
    InvalidToken(TokenError),
    /// The token is good, but does not permit this: 403 `insufficient_scope`. Holds the scopes
    /// that would, separated by spaces, where scopes are what is missing.
    InsufficientScope(Option<Arc<str>>),
    /// The token is good, but a browser sends it by itself, and nothing shows that the request is
    /// not [forged](crate::auth::Csrf): 403.
    Csrf(CsrfError),
    /// The keys that would judge the token cannot be had now: 503. Holds the time after which
    /// asking again makes sense.
    KeysUnavailable(Duration),
    /// Whether the token was revoked cannot be told now: 503. Holds the time after which asking
    /// again makes sense.
    RevocationsUnavailable(Duration),
    /// An extractor or a [`RequireLayer`](crate::authorize::RequireLayer) runs without a
    /// [`BearerAuthLayer`](crate::BearerAuthLayer) before it: 500, a mistake in the set-up of the
    /// server.
    MissingLayer,
}

impl AuthError {
    /// The HTTP status that this error is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingToken | Self::InvalidToken(_) => StatusCode::UNAUTHORIZED,
            Self::InvalidRequest(_) => StatusCode::BAD_REQUEST,
            Self::InsufficientScope(_) | Self::Csrf(_) => StatusCode::FORBIDDEN,
            Self::KeysUnavailable(_) | Self::RevocationsUnavailable(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::MissingLayer => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A short, stable name of the reason, in `snake_case`: the label of the metrics and events
    /// of this crate.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::InvalidRequest(reason) => reason.reason(),
            Self::InvalidToken(reason) => reason.reason(),
            Self::InsufficientScope(_) => "insufficient_scope",
            Self::Csrf(reason) => reason.reason(),
            Self::KeysUnavailable(_) => "keys_unavailable",
            Self::RevocationsUnavailable(_) => "revocations_unavailable",
            Self::MissingLayer => "missing_layer",
        }
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingToken => f.write_str("the request carries no bearer token"),
            Self::InvalidRequest(reason) => reason.fmt(f),
            Self::InvalidToken(reason) => reason.fmt(f),
            Self::InsufficientScope(Some(scope)) => {
                write!(f, "the token does not grant what is required: {scope}")
            }
            Self::InsufficientScope(None) => {
                f.write_str("the token does not grant what is required")
            }
            Self::Csrf(reason) => reason.fmt(f),
            Self::KeysUnavailable(_) => f.write_str("the keys to verify the token are unavailable"),
            Self::RevocationsUnavailable(_) => {
                f.write_str("whether the token was revoked cannot be told at the moment")
            }
            Self::MissingLayer => {
                f.write_str("no BearerAuthLayer runs before this service: add one around it")
            }
        }
    }
}

impl Error for AuthError {}

impl From<RequestError> for AuthError {
    fn from(reason: RequestError) -> Self {
        Self::InvalidRequest(reason)
    }
}

impl From<TokenError> for AuthError {
    fn from(reason: TokenError) -> Self {
        Self::InvalidToken(reason)
    }
}

impl From<CsrfError> for AuthError {
    fn from(reason: CsrfError) -> Self {
        Self::Csrf(reason)
    }
}

/// One row per reason: its variant, its label, its text. Everything else is derived, so that no
/// reason can lack a label or share one by mistake.
macro_rules! reasons {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident, $label:literal, $text:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* $variant, )+
        }

        impl $name {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// A short, stable name of the reason, in `snake_case`.
            pub const fn reason(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$variant => $text, )+ })
            }
        }

        impl Error for $name {}
    };
}

reasons! {
    /// What is malformed about a request.
    pub enum RequestError {
        /// More than one `Authorization` header, or more than one of whichever field, cookie or
        /// parameter the token is read from.
        RepeatedField, "repeated_field", "the field that carries the token is repeated";
        /// More than one source holds a token, which
        /// [RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2) forbids.
        SeveralTokens, "several_tokens", "more than one token was sent";
        /// The field that carries the token breaks the syntax of
        /// [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
        Syntax, "bad_syntax", "the credentials are not of the form `Bearer TOKEN`";
    }
}

reasons! {
    /// Why a request is taken for forged, though its token is good.
    pub enum CsrfError {
        /// The request carries no CSRF token.
        Missing, "csrf_token_missing", "the request carries no CSRF token";
        /// The request carries another CSRF token than one of its session, or more than one.
        Wrong, "csrf_token_wrong", "the CSRF token is not one of the session";
        /// The bearer token has no `sid`.
        NoSession, "csrf_no_session", "the token names no session that a CSRF token could belong to: \
            issue tokens with `sid`";
        /// The layer has no CSRF protection, and takes such tokens with safe methods only.
        NotSetUp, "csrf_not_set_up", "browsers send the token by themselves, and nothing shows who \
            meant the request: add CSRF protection with `BearerAuthLayer::csrf`";
    }
}

reasons! {
    /// Why a token is not acceptable.
    pub enum TokenError {
        /// Longer than the limit (16 KiB unless set otherwise).
        TooLong, "too_long", "the token is longer than the limit";
        /// Not three base64url parts with two dots between them.
        Malformed, "malformed", "the token is not a compact JWS";
        /// The header is not one JSON object with well-typed, unrepeated members.
        InvalidHeader, "invalid_header", "the header of the token is malformed";
        /// The header names an algorithm that is unknown, `none`, or for encryption.
        UnsupportedAlgorithm, "unsupported_algorithm", "the algorithm of the token is not supported";
        /// The header has a `crit` member: it demands an extension that nobody here understands.
        CriticalHeader, "critical_header", "the token demands an extension that is not supported";
        /// The `typ` of the header is not the one that was demanded.
        WrongType, "wrong_type", "the token is of the wrong type";
        /// The payload is not one JSON object with well-typed, unrepeated registered claims.
        InvalidClaims, "invalid_claims", "the claims of the token are malformed";
        /// A required claim is missing; or `iat`, which a
        /// [list of revocations](crate::verify::RevocationList) needs.
        MissingClaim, "missing_claim", "the token lacks a required claim";
        /// The issuer is missing, or is none of the trusted ones.
        UntrustedIssuer, "untrusted_issuer", "the issuer of the token is not trusted";
        /// None of the audiences is expected here.
        WrongAudience, "wrong_audience", "the token is meant for another audience";
        /// `exp` has passed.
        Expired, "expired", "the token has expired";
        /// `nbf` lies ahead.
        NotYetValid, "not_yet_valid", "the token is not valid yet";
        /// `iat` lies ahead.
        IssuedInFuture, "issued_in_future", "the token was issued in the future";
        /// `iat` is longer ago than the greatest age that was allowed.
        TooOld, "too_old", "the token was issued too long ago";
        /// The token is bound to its sender (`cnf`), which is not verified.
        SenderConstrained, "sender_constrained", "the token is bound to a sender, which is not verified";
        /// Neither the issuer's configuration nor the key that fits allows the algorithm.
        AlgorithmNotAllowed, "algorithm_not_allowed", "the algorithm of the token is not allowed";
        /// No trusted key fits.
        UnknownKey, "unknown_key", "no trusted key fits the token";
        /// More than one trusted key fits equally well.
        AmbiguousKey, "ambiguous_key", "more than one trusted key fits the token";
        /// The signature does not verify.
        BadSignature, "bad_signature", "the signature of the token is wrong";
        /// It lives longer than revocations are remembered: see
        /// [`longest_life`](crate::verify::RevocationListBuilder::longest_life).
        LivesTooLong, "lives_too_long", "the token lives longer than revocations are remembered";
        /// It was revoked, or its session, or all that its subject had.
        Revoked, "revoked", "the token was revoked";
        /// The claims do not decode into the claims type of the application.
        UndecodableClaims, "undecodable_claims", "the claims do not fit the claims type";
        /// A rule of the application refused the claims.
        RefusedByRule, "refused_by_rule", "a rule of the application refused the claims";
    }
}
