//! Compact tokens → verdicts, and what is read of a token on the way to them.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tower_bearer::jose::{Header, RegisteredClaims, Token};
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::verify::{Cache, VerifierBuilder};
use tower_bearer::{Algorithm, AuthError, JwkSet, TokenError, Verifier};

use crate::input::Parts;
use crate::json::{Object, names, repeats};
use crate::judge::{self, NANOS, Verdict};
use crate::world::START;

/// The input is a token, or its three parts before they are encoded, in which a fuzzer finds more.
pub fn run(input: &[u8]) {
    if input.contains(&0) {
        let parts: Vec<_> = Parts::new(input)
            .take(3)
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .collect();
        judge(parts.join(".").as_bytes());
    } else {
        judge(input);
    }
}

fn judge(input: &[u8]) {
    let parts: Vec<_> = input.split(|&byte| byte == b'.').collect();
    let token = Token::parse(input);
    assert_eq!(token.is_ok(), parts.len() == 3);
    let decoded = token.ok().map(|token| {
        assert_eq!(token.as_bytes(), input);
        assert_eq!(
            format!("{token:?}"),
            format!("Token {{ len: {}, .. }}", input.len())
        );
        assert_eq!([token.header(), token.payload(), token.signature()], *parts);
        assert_eq!(
            input,
            [token.signing_input(), b".", token.signature()].concat()
        );
        [token.header(), token.payload()].map(text_of)
    });
    if let Some([header, claims]) = &decoded {
        header.as_deref().inspect(|text| read_header(text));
        claims.as_deref().inspect(|text| read_claims(text));
    }

    if let Some([Some(_), Some(claims)]) = &decoded {
        demand_claims(input, claims);
    }
    let verdicts = VERIFIERS
        .each_ref()
        .map(|verifier| verifier.verify_now(input));
    let [remembering, again, forgetful] = verdicts;
    let again = [again.map(drop), forgetful.map(drop)];
    match remembering {
        Ok(token) => {
            assert_eq!(again, [Ok(()), Ok(())]);
            let Some([Some(header), Some(claims)]) = decoded else {
                panic!("accepted, but not to be decoded");
            };
            assert_ne!(judge::header(&header), Verdict::Bad);
            assert_vector_claims(&claims);
            assert_eq!(
                Value::Object(token.claims().clone()),
                serde_json::from_str::<Value>(&claims).unwrap()
            );
        }
        Err(error) => {
            let AuthError::InvalidToken(reason) = error else {
                panic!("no fault of the token: {error:?}");
            };
            assert!(TokenError::ALL.contains(&reason));
            assert_eq!(again, [Err(reason.into()), Err(reason.into())]);
        }
    }
}

/// The vectors' keys, so that their tokens are seeds which are accepted.
static VECTORS: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../tests/vectors/derived/tokens.json");
    serde_json::from_str(text).expect("the file is JSON")
});

/// One that remembers tokens, twice, and one that does not.
static VERIFIERS: LazyLock<[Verifier; 3]> = LazyLock::new(|| {
    let verifier = |cache| builder().cache(cache).build().expect("the set-up is right");
    let remembering = verifier(Cache::entries(100));
    [
        remembering.clone(),
        remembering,
        verifier(Cache::disabled()),
    ]
});

fn builder() -> VerifierBuilder {
    let keys = JwkSet::parse(VECTORS["jwks"].to_string()).expect("a set of keys");
    Verifier::builder()
        .issuer(vector("issuer"), KeySet::from(keys))
        .audience(vector("audience"))
        .clock(FixedClock::at(START))
}

fn vector(name: &str) -> &'static str {
    VECTORS[name].as_str().expect("a string")
}

fn text_of(part: &[u8]) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn read_header(text: &str) {
    let header = Header::parse(text);
    match judge::header(text) {
        Verdict::Good => assert!(header.is_ok(), "{header:?}"),
        Verdict::Bad => assert!(header.is_err()),
        Verdict::Unsure => {}
    }
    let Ok(header) = header else {
        return;
    };
    assert!(!repeats(&names(text).expect("an object")));
    assert_eq!(header.json(), text);
    assert_eq!(
        format!("{header:?}"),
        format!("Header {{ algorithm: {}, .. }}", header.algorithm())
    );
    assert_eq!(
        header.algorithm().name().parse::<Algorithm>().ok(),
        Some(header.algorithm())
    );
    if let Ok(theirs) = jsonwebtoken::Header::try_from(&header) {
        let again = Header::try_from(&theirs).expect("it was ours");
        assert_eq!(again.key_id(), header.key_id());
        assert_eq!(again.algorithm(), header.algorithm());
    }
    if let Some(plain) = Object::parse(text) {
        let member = |name| plain.member(name).and_then(Value::as_str);
        assert_eq!(Some(header.algorithm().name()), member("alg"));
        assert_eq!(header.key_id(), member("kid"));
        assert_eq!(header.token_type(), member("typ"));
        if let Some(token_type) = header.token_type() {
            assert!(header.has_type(token_type));
        }
    }
}

fn read_claims(text: &str) {
    let claims = RegisteredClaims::parse(text);
    match judge::claims(text) {
        Verdict::Good => assert!(claims.is_ok(), "{text}"),
        Verdict::Bad => assert!(claims.is_err(), "{text}"),
        Verdict::Unsure => {}
    }
    let Ok(claims) = claims else {
        return;
    };
    assert!(!repeats(&names(text).expect("an object")));
    assert_eq!(format!("{claims:?}"), "RegisteredClaims { .. }");
    let Some(plain) = Object::parse(text) else {
        return;
    };
    let member = |name| plain.member(name).and_then(Value::as_str);
    assert_eq!(claims.issuer(), member("iss"));
    assert_eq!(claims.subject(), member("sub"));
    assert_eq!(claims.token_id(), member("jti"));
    assert_eq!(claims.session_id(), member("sid"));
    assert!(claims.audiences().eq(plain.texts("aud").expect("strings")));
    let secs = |name| {
        let nanos = plain.member(name).and_then(judge::nanos)?;
        Some(nanos / NANOS)
    };
    let dates = [claims.expires_at(), claims.not_before(), claims.issued_at()];
    let dates = dates.map(|date| date.map(|date| i128::from(date.as_secs())));
    assert_eq!(dates, ["exp", "nbf", "iat"].map(secs));

    // A string is split at its spaces, the elements of an array are taken whole.
    let scopes = ["scope", "scp"].map(|name| match plain.member(name) {
        Some(Value::String(list)) => list.split(' ').filter(|scope| !scope.is_empty()).collect(),
        _ => plain.texts(name).expect("strings"),
    });
    assert!(claims.scopes().eq(scopes.concat()));
    assert!(claims.scopes().all(|scope| claims.has_scope(scope)));
}

/// Where a claim is demanded, a token is refused for the want of it before its key is looked for, and
/// for no other reason.
fn demand_claims(token: &[u8], text: &str) {
    let verdict = DEMANDING.verify_now(token);
    let Some(claims) = Object::parse(text) else {
        return;
    };
    let is_there = |name: &&str| claims.member(name).is_some_and(|claim| !claim.is_null());
    let is_complete = DEMANDED.iter().all(is_there);
    match verdict {
        Err(AuthError::InvalidToken(TokenError::MissingClaim)) => assert!(!is_complete, "{text}"),
        Err(AuthError::InvalidToken(TokenError::BadSignature | TokenError::UnknownKey)) | Ok(_) => {
            assert!(is_complete, "{text}");
        }
        Err(_) => {}
    }
}

/// What is demanded: claims that mean something to us, and such as do not.
const DEMANDED: [&str; 10] = [
    "tenant", "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "scope",
];

static DEMANDING: LazyLock<Verifier> = LazyLock::new(|| {
    let demanding = DEMANDED
        .into_iter()
        .fold(builder(), VerifierBuilder::require_claim);
    demanding.build().expect("the set-up is right")
});

/// What any token must say for the vectors' verifier.
fn assert_vector_claims(text: &str) {
    let claims = Object::parse(text).expect("no name is repeated");
    assert_eq!(
        claims.member("iss").and_then(Value::as_str),
        Some(vector("issuer"))
    );
    assert!(
        claims
            .texts("aud")
            .is_some_and(|audiences| audiences.contains(&vector("audience")))
    );
    let expires_at = claims.member("exp").and_then(judge::nanos).expect("a date");
    assert!(expires_at + 60 * NANOS > i128::from(START) * NANOS);
    assert!(!claims.has("cnf"));
}
