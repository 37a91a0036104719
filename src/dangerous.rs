//! Every opt-out of a security rule, in one place for reviewers.
//!
//! Two more are settings of the verifier, because many setups have good reasons for them:
//! [`any_audience`](crate::Validation::any_audience) and
//! [`any_issuer`](crate::verify::VerifierBuilder::any_issuer).

use serde::de::DeserializeOwned;

use crate::auth::BearerAuthLayer;
use crate::error::{ConfigError, TokenError};
use crate::jose::{Header, Token, VerifyingKey, base64url, holds_private_name};

/// The claims of a token without any verification: anybody can have written them.
///
/// Use it to look into a token, as a debugger does, never to decide what a caller may do.
///
/// # Errors
///
/// - [`TokenError::Malformed`]: not a compact JWS.
/// - [`TokenError::InvalidClaims`]: the payload is not UTF-8, or has a name that `serde_json`
///   reserves.
/// - [`TokenError::UndecodableClaims`]: the payload does not decode into `C`.
///
/// ```
/// use tower_bearer::dangerous::decode_unverified_claims;
///
/// let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";
/// let claims: serde_json::Value = decode_unverified_claims(token)?;
/// assert_eq!(claims["sub"], "alice");
/// # Ok::<(), tower_bearer::TokenError>(())
/// ```
pub fn decode_unverified_claims<C: DeserializeOwned>(
    token: impl AsRef<[u8]>,
) -> Result<C, TokenError> {
    let token = Token::parse(token.as_ref())?;
    let payload = decode_text(token.payload(), TokenError::InvalidClaims)?;
    if holds_private_name(&payload) {
        return Err(TokenError::InvalidClaims);
    }
    serde_json::from_str(&payload).map_err(|_| TokenError::UndecodableClaims)
}

/// The header of a token without any verification.
///
/// # Errors
///
/// [`TokenError::Malformed`] if it is not a compact JWS, and those of [`Header::parse`].
///
/// ```
/// use tower_bearer::{Algorithm, dangerous::decode_unverified_header};
///
/// let header = decode_unverified_header("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")?;
/// assert_eq!(header.algorithm(), Algorithm::HS256);
/// # Ok::<(), tower_bearer::TokenError>(())
/// ```
pub fn decode_unverified_header(token: impl AsRef<[u8]>) -> Result<Header, TokenError> {
    let token = Token::parse(token.as_ref())?;
    let header = decode_text(token.header(), TokenError::InvalidHeader)?;
    Header::parse(&header)
}

fn decode_text(part: &[u8], not_utf8: TokenError) -> Result<String, TokenError> {
    let mut text = Vec::new();
    base64url::decode_into(part, &mut text).ok_or(TokenError::Malformed)?;
    String::from_utf8(text).map_err(|_| not_utf8)
}

/// An HMAC key from a secret of any length, against
/// [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2). With one token, an attacker
/// can find a short secret offline, and then sign any token.
///
/// # Errors
///
/// [`KeyError::SecretIsKey`](crate::KeyError::SecretIsKey), as with [`VerifyingKey::from_secret`].
///
/// ```
/// let key = tower_bearer::dangerous::verifying_key_from_short_secret("secret")?;
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
pub fn verifying_key_from_short_secret(
    secret: impl AsRef<[u8]>,
) -> Result<VerifyingKey, ConfigError> {
    VerifyingKey::from_short_secret(secret)
}

/// A layer without protection against forged requests: a token from a cookie is enough for every
/// method, without a [`Csrf`](crate::auth::Csrf) token.
///
/// Use it only if a layer outside this one refuses forged requests, or if no service behind it
/// changes anything.
///
/// ```
/// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
/// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
/// use tower_bearer::extract::Cookie;
/// use tower_bearer::{BearerAuthLayer, dangerous};
///
/// let layer = BearerAuthLayer::new(verifier).source(Cookie::new("__Host-access")?);
/// let layer = dangerous::without_csrf_protection(layer);
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
pub fn without_csrf_protection<R>(layer: BearerAuthLayer<R>) -> BearerAuthLayer<R> {
    layer.unprotected()
}
