//! Tokens, keys and their parsed forms, without a verifier.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tower_bearer::jose::{
    AlgorithmSet, ClaimPath, Header, Jwk, KeyFamily, RegisteredClaims, Token,
};
use tower_bearer::test_util::KeyServer;
use tower_bearer::{
    Algorithm, AuthError, ConfigError, CsrfError, JwkSet, KeyError, RequestError, RequestHead,
    SigningKey, TokenError, VerifyingKey,
};

use super::search::{Told, public_jwk};
use super::{SCOPE, SECRET, SUBJECT, clock, issuer, pem, request, token};

pub(super) fn tell(told: &mut Told) {
    tell_parts(told);
    tell_keys(told);
    tell_errors(told);
    let issuer = issuer();
    told.show(&issuer);
    told.show(&issuer.token().subject(SUBJECT).claim("scope", SCOPE));
    told.show(&KeyServer::of(&issuer));
    told.show(&clock());
}

fn tell_parts(told: &mut Told) {
    let token = Token::parse(token().as_bytes()).unwrap();
    told.show(&token);
    let decoded = |part: &[u8]| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    told.show(&Header::parse(&decoded(token.header())).unwrap());
    told.show(&RegisteredClaims::parse(&decoded(token.payload())).unwrap());
    told.show(&RequestHead::from(&request()));
    told.show(&ClaimPath::from("realm_access.roles"));
    told.show(&KeyFamily::Rsa);
    told.show(&AlgorithmSet::from_iter([Algorithm::ES256]));
    told.display(&Algorithm::ES256);
}

/// A set of a secret, of the same with a flaw, and of a public key.
pub(super) fn jwk_set() -> String {
    let secret = URL_SAFE_NO_PAD.encode(SECRET);
    let public = serde_json::to_string(&public_jwk()).unwrap();
    format!(
        r#"{{"keys":[{{"kty":"oct","kid":"named","k":"{secret}"}},{{"kty":"oct","k":"{secret}="}},{public}]}}"#
    )
}

fn tell_keys(told: &mut Told) {
    let signing = issuer().signing_key().clone();
    told.show(&signing);
    told.show(&signing.verifying_key());
    let secret = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
    told.show(&secret);
    told.show(&secret.verifying_key());

    // A private key publishes its public half; a secret publishes nothing.
    let public = Jwk::try_from(&signing.verifying_key()).unwrap();
    told.show(&public);
    assert!(!serde_json::to_string(&public).unwrap().contains(r#""d""#));
    let secret = format!(
        r#"{{"kty":"oct","k":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(SECRET)
    );
    let secret = Jwk::parse(secret).unwrap();
    told.show(&secret);
    let refused = serde_json::to_string(&secret).unwrap_err();
    told.assert_silent(&format!("{refused:?} {refused}"));

    let set = JwkSet::parse(jwk_set()).unwrap();
    told.show(&set);
    told.show(&set.skipped()[0]);
}

fn tell_errors(told: &mut Told) {
    for error in TokenError::ALL {
        told.error(error);
    }
    for error in CsrfError::ALL {
        told.error(error);
    }
    for error in RequestError::ALL {
        told.error(error);
    }
    for error in [
        AuthError::MissingToken,
        AuthError::MissingLayer,
        AuthError::InsufficientScope(None),
        AuthError::InsufficientScope(Some("read".into())),
        AuthError::KeysUnavailable(std::time::Duration::from_secs(1)),
        AuthError::RevocationsUnavailable(std::time::Duration::from_secs(1)),
        TokenError::BadSignature.into(),
        RequestError::Syntax.into(),
        CsrfError::Wrong.into(),
    ] {
        told.error(&error);
        told.assert_silent(error.reason());
    }

    let key = [
        VerifyingKey::from_secret(&SECRET[..31]),
        VerifyingKey::from_secret(pem!("p256.pkcs8")),
        VerifyingKey::from_pem(STANDARD.encode(SECRET)),
        VerifyingKey::from_pem(pem!("p256.pkcs8")),
        VerifyingKey::from_der(SECRET),
        VerifyingKey::from_jwk(SECRET),
        VerifyingKey::from_jwk(jwk_set()),
    ];
    let errors = key.map(|key| key.map(drop).unwrap_err());
    let sets = [
        JwkSet::parse(SECRET),
        JwkSet::parse(jwk_set().replace('"', "'")),
        JwkSet::parse(format!(
            r#"{{"keys":[{{"kty":"oct","k":"{}="}}]}}"#,
            URL_SAFE_NO_PAD.encode(SECRET)
        )),
    ];
    let sets = sets.map(|set| set.map(drop).unwrap_err());
    for error in errors.iter().chain(&sets) {
        told.error(error);
        if let ConfigError::Key(reason) = error {
            told.error::<KeyError>(reason);
        }
    }
}
