//! Protection against requests that another site makes a browser send.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;

use crate::error::{AuthError, ConfigError, CsrfError};
use crate::extract::at_most_one;
use crate::jose::{Algorithm, RegisteredClaims, SigningKey, base64url, random_bytes};
use crate::request::RequestHead;

/// Protection against forged requests (CSRF), where the bearer token comes from a cookie.
///
/// A browser sends cookies also with a request that another site has caused. What another site
/// cannot do is to read an answer of yours and to set a header field. So give your page a CSRF
/// token of its session, and have it send that back in the field `X-CSRF-Token`. A
/// [`BearerAuthLayer`](crate::BearerAuthLayer::csrf) refuses requests without it (403), but those
/// with a method that changes nothing (`GET`, `HEAD`, `OPTIONS`, `TRACE`) and those whose bearer
/// token a script had to set, as in `Authorization`.
///
/// The method is the one that this layer sees: one that is replaced, as by a form's `_method`, must
/// be replaced in front of it.
///
/// The token is a random number of 128 bits and, over that, the issuer and the session (`sid`), an
/// HMAC with SHA-256. So nothing has to be stored; each process that has the secret can make and
/// check such tokens; and one of another session is worth nothing. Each is different, so that one
/// that stands in a compressed page cannot be guessed from the page's length (BREACH). All are
/// good for as long as the session.
///
/// Bearer tokens without a session are refused, since there is nothing that a CSRF token could
/// belong to.
///
/// Signing in needs a protection of its own: there is no session yet. Accept nothing but
/// `application/json` there, which no site can send to another that does not allow it by CORS.
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
/// // In the answer to a sign-in:
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
    /// With a secret of at least 32 random bytes. All processes that serve the same sessions need
    /// the same.
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`](crate::KeyError::SecretTooShort), and
    /// [`KeyError::SecretIsKey`](crate::KeyError::SecretIsKey) if it is the text of a key, which
    /// others may know.
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

    /// With a new secret, for a single process: when that ends, pages have to be loaded anew.
    ///
    /// # Errors
    ///
    /// [`KeyError::GenerationFailed`](crate::KeyError::GenerationFailed) if there are no random
    /// numbers.
    ///
    /// ```
    /// let csrf = tower_bearer::auth::Csrf::generate()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn generate() -> Result<Self, ConfigError> {
        SigningKey::generate(Algorithm::HS256).map(|key| Self { key })
    }

    /// A new CSRF token for a session: the `iss` and the `sid` of its bearer tokens.
    ///
    /// Hand it out only in answers that no other site can read: not to any origin that your CORS
    /// layer lets send credentials, unless you mean it.
    ///
    /// # Errors
    ///
    /// [`KeyError::GenerationFailed`](crate::KeyError::GenerationFailed) if there are no random
    /// numbers, [`KeyError::SigningFailed`](crate::KeyError::SigningFailed) if the cryptographic
    /// back end fails.
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

    /// Whether a request carries a CSRF token of this session, whatever its method.
    ///
    /// Layers do this by themselves. It is for routes without one, such as that to which a browser
    /// sends a refresh token.
    ///
    /// # Errors
    ///
    /// [`AuthError::Csrf`]: there is no token, or more than one, or it is not of this session; or
    /// the session is empty, and so nobody's.
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
        // It compares in constant time, and takes no MAC that is shorter than it must be.
        if self
            .key
            .verifying_key()
            .verify(Algorithm::HS256, &message, mac)
        {
            Ok(())
        } else {
            Err(CsrfError::Wrong.into())
        }
    }
}

/// No site can have a browser set this field in a request to another, unless that allows it by
/// CORS.
const FIELD: HeaderName = HeaderName::from_static("x-csrf-token");

const SALT_LEN: usize = 16;
const TOKEN_LEN: usize = SALT_LEN + 32;

/// What else is signed with the same secret, by whatever mistake, does not begin with it.
const PURPOSE: &[u8] = b"tower-bearer: CSRF token";

/// What the HMAC is over. The length of the issuer is in it, so that issuer and session cannot be
/// cut in another place.
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

/// What a layer does about bearer tokens that browsers send by themselves.
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
