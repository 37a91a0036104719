//! Protection against cross-site request forgery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;

use crate::error::{AuthError, ConfigError, CsrfError};
use crate::extract::at_most_one;
use crate::jose::{Algorithm, RegisteredClaims, SigningKey, base64url, random_bytes};
use crate::request::RequestHead;

/// Protection against forged requests (CSRF) if the bearer token is in a cookie.
///
/// Browsers send cookies even with requests that another site causes. But another site cannot read
/// your responses, and cannot set a header field. So give each session a CSRF token, and let your
/// page send it back in `X-CSRF-Token`. [`BearerAuthLayer::csrf`](crate::BearerAuthLayer::csrf)
/// refuses requests without it (403), except:
///
/// - safe methods: `GET`, `HEAD`, `OPTIONS`, `TRACE`. If a layer overrides the method, as by a form's
///   `_method`, put it outside this one.
/// - bearer tokens that a script must set, as in `Authorization`.
///
/// A CSRF token is 128 random bits and an HMAC-SHA-256 over them, the issuer and the session (`sid`).
/// Nothing is stored: every process with the secret can make and check it. It is valid as long as
/// its session, and for no other. Each one differs, so compression does not leak it (BREACH).
///
/// Bearer tokens without `sid` are refused, since no CSRF token could belong to them.
///
/// Protect the sign-in itself otherwise, since there is no session yet: accept only
/// `application/json`, which other sites cannot send unless your CORS layer allows it.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
/// # let verifier = tower_bearer::Verifier::builder().issuer("https://issuer.example.com", issuer.verifying_key()).any_audience().build()?;
/// # let token = issuer.token().claim("sid", "session-7").sign();
/// # use futures::FutureExt;
/// # use std::convert::Infallible;
/// # use tower::{Layer, ServiceExt, service_fn};
/// # let inner = service_fn(|_| async { Ok::<_, Infallible>(Response::new(String::new())) });
/// use http::{Request, Response};
/// use tower_bearer::BearerAuthLayer;
/// use tower_bearer::auth::Csrf;
/// use tower_bearer::extract::{Bearer, Cookie, TokenSource};
///
/// let csrf = Csrf::generate()?;
/// let layer = BearerAuthLayer::new(verifier)
///     .source(Bearer.or(Cookie::new("__Host-access")?))
///     .csrf(csrf.clone());
///
/// // In the response to a sign-in:
/// let csrf_token = csrf.token_for("https://issuer.example.com", "session-7")?;
///
/// # let service = layer.layer(inner);
/// let request = Request::post("/orders").header("cookie", format!("__Host-access={token}"));
/// # let forged = service.clone().oneshot(request.body(String::new())?).now_or_never();
/// # assert_eq!(forged.unwrap()?.status(), 403);
/// # let request = Request::post("/orders").header("cookie", format!("__Host-access={token}"));
/// let request = request.header("x-csrf-token", csrf_token).body(String::new())?;
/// # assert_eq!(service.oneshot(request).now_or_never().unwrap()?.status(), 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Csrf {
    key: SigningKey,
}

impl Csrf {
    /// Uses a secret of at least 32 random bytes, the same in all processes that serve the same
    /// sessions.
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`](crate::KeyError::SecretTooShort), or
    /// [`KeyError::SecretIsKey`](crate::KeyError::SecretIsKey) if it is a PEM, DER or JWK key.
    ///
    /// ```
    /// use tower_bearer::auth::Csrf;
    ///
    /// let error = Csrf::new("hunter2").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the secret has 56 bits: use at least 256 random bits (32 bytes)"
    /// );
    /// ```
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        SigningKey::from_secret(Algorithm::HS256, secret).map(|key| Self { key })
    }

    /// Uses a new secret, for a single process. After a restart, pages must be reloaded.
    ///
    /// # Errors
    ///
    /// [`KeyError::GenerationFailed`](crate::KeyError::GenerationFailed) without random numbers.
    ///
    /// ```
    /// let csrf = tower_bearer::auth::Csrf::generate()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn generate() -> Result<Self, ConfigError> {
        SigningKey::generate(Algorithm::HS256).map(|key| Self { key })
    }

    /// A new CSRF token for the session with this `iss` and `sid`.
    ///
    /// Send it only in responses that no other site can read: check which origins your CORS layer
    /// allows to send credentials.
    ///
    /// # Errors
    ///
    /// [`KeyError::GenerationFailed`](crate::KeyError::GenerationFailed) without random numbers,
    /// [`KeyError::SigningFailed`](crate::KeyError::SigningFailed) if the back end fails.
    ///
    /// ```
    /// let csrf = tower_bearer::auth::Csrf::new([7; 32])?;
    /// let token = csrf.token_for("https://issuer.example.com", "session-7")?;
    /// assert_eq!(token.len(), 64);
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn token_for(&self, issuer: &str, session_id: &str) -> Result<String, ConfigError> {
        let salt = random_bytes::<SALT_LEN>()?;
        let mac = self.key.sign(&message(&salt, issuer, session_id))?;
        Ok(URL_SAFE_NO_PAD.encode([&salt, &*mac].concat()))
    }

    /// Checks that a request of any method has a CSRF token of this session.
    ///
    /// The layer does this. Call it on routes without the layer, such as a token refresh.
    ///
    /// # Errors
    ///
    /// [`AuthError::Csrf`]: no token, several, or a token of another session; or an empty
    /// `session_id`.
    ///
    /// ```
    /// use http::Request;
    /// use tower_bearer::auth::Csrf;
    /// use tower_bearer::{AuthError, CsrfError, RequestHead};
    ///
    /// let csrf = Csrf::new([7; 32])?;
    /// let token = csrf.token_for("https://issuer.example.com", "session-7")?;
    /// let request = Request::post("/session/refresh").header("x-csrf-token", token).body(()).unwrap();
    ///
    /// let check = |session| csrf.check(RequestHead::from(&request), "https://issuer.example.com", session);
    /// assert_eq!(check("session-7"), Ok(()));
    /// assert_eq!(check("session-8"), Err(AuthError::Csrf(CsrfError::Wrong)));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn check(
        &self,
        request: RequestHead<'_>,
        issuer: &str,
        session_id: &str,
    ) -> Result<(), AuthError> {
        if session_id.is_empty() {
            return Err(CsrfError::NoSession.into());
        }
        let values = request.headers().get_all(FIELD);
        let token = at_most_one(values).map_err(|_| CsrfError::Wrong)?;
        let token = token.ok_or(CsrfError::Missing)?;

        let mut buffer = [0; TOKEN_LEN];
        let (salt, mac) = base64url::decode_slice(token.as_bytes(), &mut buffer)
            .and_then(|decoded| decoded.split_first_chunk())
            .ok_or(CsrfError::Wrong)?;
        let message = message(salt, issuer, session_id);
        // Compares in constant time and refuses a shorter MAC.
        let key = self.key.verifying_key();
        if !key.verify(Algorithm::HS256, &message, mac) {
            return Err(CsrfError::Wrong.into());
        }
        Ok(())
    }
}

/// A script cannot send this field to another site unless that site's CORS policy allows it.
const FIELD: HeaderName = HeaderName::from_static("x-csrf-token");

const SALT_LEN: usize = 16;
const TOKEN_LEN: usize = SALT_LEN + 32;

/// Separates CSRF tokens from anything else signed with the same secret by mistake.
const PURPOSE: &[u8] = b"tower-bearer: CSRF token";

/// The input of the HMAC. With the issuer's length, no other issuer and session have the same one.
fn message(salt: &[u8; SALT_LEN], issuer: &str, session_id: &str) -> Vec<u8> {
    let issuer_len = (issuer.len() as u64).to_be_bytes();
    let parts = [
        PURPOSE,
        salt,
        &issuer_len,
        issuer.as_bytes(),
        session_id.as_bytes(),
    ];
    parts.concat()
}

/// The layer's CSRF protection, for bearer tokens that browsers send by themselves.
#[derive(Clone)]
pub(super) enum Protection {
    Missing,
    Csrf(Csrf),
    Off,
}

impl Protection {
    pub(super) fn check(
        &self,
        request: RequestHead<'_>,
        claims: &RegisteredClaims,
    ) -> Result<(), AuthError> {
        match self {
            Self::Missing => Err(CsrfError::NotSetUp.into()),
            Self::Csrf(csrf) => csrf.check(
                request,
                claims.issuer().unwrap_or_default(),
                claims.session_id().unwrap_or_default(),
            ),
            Self::Off => Ok(()),
        }
    }
}
