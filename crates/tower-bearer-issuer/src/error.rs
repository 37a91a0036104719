//! Setup errors, and errors of a single token.

use std::time::Duration;

use thiserror::Error;
use tower_bearer::{ConfigError, KeyError};

/// What is wrong with the setup of an issuer, of refresh tokens or of cookies.
///
/// Its text shows what was found and says what to change. It never holds a secret.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The issuer has no name.
    #[error("the issuer has no name: give its URL with `issuer`")]
    NoIssuer,
    /// The issuer has no audience.
    #[error("no audience is set: name the service that tokens are for with `audience`")]
    NoAudience,
    /// An audience is empty.
    #[error("an audience is empty: name the service that tokens are for")]
    EmptyAudience,
    /// The client id is empty.
    #[error("the client id is empty: name the client, or leave it out")]
    EmptyClientId,
    /// The issuer has no key.
    #[error("there is no key to sign with: give one with `key`")]
    NoKey,
    /// The `kid` of a key is empty.
    #[error("the `kid` of a key is empty: name it, or leave it out")]
    EmptyKeyId,
    /// A secret has no `kid`.
    #[error("the secret has no `kid`: name it with `with_key_id`")]
    SecretWithoutKeyId,
    /// Two keys have this `kid`.
    #[error("two keys of the issuer have the `kid` {0:?}: rename one with `with_key_id`")]
    RepeatedKeyId(Box<str>),
    /// The name of the issuer, which this holds, is not a URL where keys can be published.
    #[error(
        "the issuer {0:?} is not a URL where keys can be published: give one like \
         https://issuer.example.com, without a user, a query and a fragment"
    )]
    NotUrl(Box<str>),
    /// The metadata is not a JSON object.
    #[error("the metadata is not a JSON object: give a struct or a map")]
    Metadata,
    /// The metadata sets this member, which the issuer sets.
    #[error("the metadata sets `{0}`, which the issuer sets: leave it out")]
    ReservedMetadata(&'static str),
    /// Tokens would live for this time.
    #[error("the lifetime of {0} is {1:?}: give at least a second")]
    Lifetime(&'static str, Duration),
    /// The grace for used refresh tokens is this long.
    #[error(
        "the grace for refresh tokens is {0:?}: give at most 60 s, \
         because a thief goes unnoticed that long"
    )]
    Grace(Duration),
    /// This is not a path for the cookie of the refresh token.
    #[error(
        "the cookie path {0:?} is `/`, is relative, or needs an escape: \
         name the path of the routes that renew and end sessions, such as `/session`"
    )]
    CookiePath(Box<str>),
    /// The names of the two cookies lack their prefixes.
    #[error(
        "the cookies {access:?} and {refresh:?} lack the prefixes `__Host-` and `__Secure-`, \
         without which browsers accept them from other hosts"
    )]
    CookiePrefix {
        /// The name of the cookie of the access token.
        access: Box<str>,
        /// The name of the cookie of the refresh token.
        refresh: Box<str>,
    },
    /// The name of a cookie has this many bytes.
    #[error("the name of a cookie has {0} bytes: browsers accept 4096, value included")]
    CookieNameTooLong(usize),
    /// A key or the name of a cookie is unusable.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl From<KeyError> for SetupError {
    fn from(error: KeyError) -> Self {
        Self::Config(error.into())
    }
}

/// Why a token cannot be issued. It holds no value that was to go into the token.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The subject is empty.
    #[error("the subject is empty: name the user or client that the token is for")]
    Subject,
    /// An audience is empty.
    #[error("an audience is empty: name the service")]
    Audience,
    /// The session is empty.
    #[error("the session is empty: revoking one such session would revoke all of them")]
    Session,
    /// A scope is empty or has an illegal character
    /// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
    #[error(
        "a scope is empty or has an illegal character: use printable ASCII without quotes and \
         backslashes, and one space between scopes"
    )]
    Scope,
    /// The lifetime is shorter than a second, or longer than the issuer's.
    #[error(
        "the lifetime is shorter than a second, or longer than the issuer's, \
         which is how long its keys stay published"
    )]
    Lifetime,
    /// The application's claims are not a JSON object, or cannot be JSON.
    #[error("{0}")]
    Claims(&'static str),
    /// The application's claims include this one, which only the issuer sets.
    #[error("the claim `{0}` is set by the issuer only: use another name")]
    ReservedClaim(&'static str),
    /// The access token does not fit into a cookie.
    #[error(
        "the access token does not fit into a cookie: browsers accept 4096 bytes, name included; \
         put fewer claims into it"
    )]
    CookieTooLong,
    /// The key fails to sign, or there are no random numbers.
    #[error(transparent)]
    Key(#[from] ConfigError),
}

impl From<KeyError> for IssueError {
    fn from(error: KeyError) -> Self {
        Self::Key(error.into())
    }
}
