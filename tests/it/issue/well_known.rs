use futures::FutureExt;
use http::{Request, Response, StatusCode};
use serde_json::json;
use tower::{Service, ServiceExt};
use tower_bearer::JwkSet;
use tower_bearer::keys::{KeyProvider, RemoteKeys};
use tower_bearer_issuer::WellKnown;

use super::*;
use crate::jose::SECRET;

const JWKS: &str = "/.well-known/jwks.json";
const METADATA: &str = "/.well-known/oauth-authorization-server";

fn ask(well_known: &WellKnown, request: http::request::Builder) -> Response<String> {
    let request = request.body(()).unwrap();
    let answer = well_known.clone().oneshot(request);
    answer.now_or_never().unwrap().unwrap()
}

fn get(well_known: &WellKnown, path: &str) -> Response<String> {
    ask(well_known, Request::get(path))
}

/// What the issuer publishes.
pub(super) fn jwks(issuer: &TokenIssuer) -> String {
    get(&issuer.well_known().unwrap(), JWKS).into_body()
}

pub(super) fn key_ids(issuer: &TokenIssuer) -> Vec<String> {
    let set = JwkSet::parse(jwks(issuer)).unwrap();
    let key_ids = set
        .keys()
        .iter()
        .map(|key| key.key_id().unwrap().to_owned());
    key_ids.collect()
}

#[test]
fn the_documents() {
    let well_known = issuer().well_known().unwrap();
    let response = get(&well_known, JWKS);
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["cache-control"], "public, max-age=300");
    assert_eq!(headers["content-length"], response.body().len().to_string());
    assert_eq!(headers["etag"].len(), 45);
    let document: Value = serde_json::from_str(response.body()).unwrap();
    let [key] = &document["keys"].as_array().unwrap()[..] else {
        panic!("{document}");
    };
    assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256")));
    assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("ES256")));
    assert_eq!(key["kid"], "es256");
    assert_eq!(key["d"], Value::Null);

    let response = get(&well_known, METADATA);
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(
        *response.body(),
        format!(
            r#"{{"issuer":"{ISSUER}","jwks_uri":"{ISSUER}{JWKS}","response_types_supported":[]}}"#
        )
    );
}

#[test]
fn who_has_the_document_is_told_so() {
    let issuer = issuer();
    let well_known = issuer.well_known().unwrap();
    let etag = get(&well_known, JWKS).headers()["etag"].clone();
    let etag = etag.to_str().unwrap();
    for known in [
        etag.to_owned(),
        format!("W/{etag}"),
        format!("\"a\", {etag}"),
        "*".to_owned(),
    ] {
        let response = ask(
            &well_known,
            Request::get(JWKS).header("if-none-match", known),
        );
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.body(), "");
        assert_eq!(response.headers()["etag"], etag);
        assert_eq!(response.headers()["cache-control"], "public, max-age=300");
        assert!(!response.headers().contains_key("content-length"));
    }
    let request = Request::get(JWKS).header("if-none-match", "\"a\"");
    let request = request.header("if-none-match", etag);
    assert_eq!(ask(&well_known, request).status(), StatusCode::NOT_MODIFIED);
    for other in ["\"a\"", "", &etag[1..], "W/"] {
        let request = Request::get(JWKS).header("if-none-match", other);
        assert_eq!(ask(&well_known, request).status(), StatusCode::OK);
    }
    issuer.rotate(signing_key(Algorithm::EdDSA)).unwrap();
    let request = Request::get(JWKS).header("if-none-match", etag);
    assert_eq!(ask(&well_known, request).status(), StatusCode::OK);
}

#[test]
fn methods_and_paths() {
    let well_known = issuer().well_known().unwrap();
    for path in [JWKS, METADATA] {
        let whole = get(&well_known, path);
        let head = ask(&well_known, Request::head(path));
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(head.headers(), whole.headers());
        assert_eq!(head.body(), "");
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let response = ask(&well_known, Request::builder().uri(path).method(method));
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()["allow"], "GET, HEAD");
        }
    }
    for path in ["/", "/.well-known", "/jwks.json", "/.well-known/jwks.json/"] {
        assert_eq!(get(&well_known, path).status(), StatusCode::NOT_FOUND);
    }
    let query = get(&well_known, &format!("{JWKS}?a=b"));
    assert_eq!(query.status(), StatusCode::OK);
}

#[test]
fn an_issuer_below_a_path() {
    for name in ["https://example.com/a/b", "https://example.com/a/b/"] {
        let issuer = TokenIssuer::builder().issuer(name).audience(AUDIENCE);
        let issuer = issuer.key(signing_key(Algorithm::ES256)).build().unwrap();
        let well_known = issuer.well_known().unwrap();
        assert_eq!(
            get(&well_known, &format!("/a/b{JWKS}")).status(),
            StatusCode::OK
        );
        assert_eq!(get(&well_known, JWKS).status(), StatusCode::NOT_FOUND);
        let metadata = get(&well_known, &format!("{METADATA}/a/b"));
        let metadata: Value = serde_json::from_str(metadata.body()).unwrap();
        assert_eq!(metadata["issuer"], name);
        assert_eq!(
            metadata["jwks_uri"],
            format!("https://example.com/a/b{JWKS}")
        );
    }
}

#[test]
fn an_issuer_that_is_no_url_publishes_nothing() {
    for name in [
        "me",
        "urn:example:issuer",
        "ftp://example.com",
        "https://example.com?a",
        "https://example.com#a",
        "https://user@example.com",
    ] {
        let issuer = TokenIssuer::builder().issuer(name).audience(AUDIENCE);
        let issuer = issuer.key(signing_key(Algorithm::ES256)).build().unwrap();
        let text = format!(
            "the issuer {name:?} is not a URL where keys can be published: give one like \
             https://issuer.example.com, without a user, a query and a fragment"
        );
        assert_error(issuer.well_known(), &text);
    }
}

#[test]
fn secrets_are_not_published() {
    let secret = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
    let issuer = issuer_with(secret.with_key_id("secret"));
    assert_eq!(jwks(&issuer), r#"{"keys":[]}"#);
    issuer.rotate(signing_key(Algorithm::ES256)).unwrap();
    assert_eq!(key_ids(&issuer), ["es256"]);
    // Nor is what they are used for.
    let text = jwks(&issuer);
    assert!(!text.contains("oct") && !text.contains("secret"), "{text}");
}

#[test]
fn more_metadata() {
    let well_known = issuer().well_known().unwrap().max_age(secs(7));
    let well_known = well_known
        .metadata(json!({"token_endpoint": "https://auth.example.com/token"}))
        .unwrap()
        .metadata(json!({"response_types_supported": ["code"]}))
        .unwrap();
    let response = get(&well_known, METADATA);
    assert_eq!(response.headers()["cache-control"], "public, max-age=7");
    let document: Value = serde_json::from_str(response.body()).unwrap();
    assert_eq!(
        document,
        json!({
            "issuer": ISSUER,
            "jwks_uri": format!("{ISSUER}{JWKS}"),
            "response_types_supported": ["code"],
            "token_endpoint": "https://auth.example.com/token",
        })
    );
    for reserved in ["issuer", "jwks_uri"] {
        let text = format!("the metadata sets `{reserved}`, which the issuer sets: leave it out");
        assert_error(well_known.clone().metadata(json!({reserved: "me"})), &text);
    }
    assert_error(
        well_known.metadata("text"),
        "the metadata is not a JSON object: give a struct or a map",
    );
}

/// Keys that our own client finds by discovery.
#[tokio::test]
async fn remote_keys_find_them() {
    let issuer = issuer();
    let keys = RemoteKeys::discover(ISSUER)
        .client::<_, (), _>(issuer.well_known().unwrap())
        .build()
        .unwrap();
    keys.ready().await.unwrap();
    assert_eq!(keys.status().keys, 1);
}

#[test]
fn it_is_always_ready_and_shows_no_key() {
    let mut well_known = issuer().well_known().unwrap();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let ready = Service::<Request<()>>::poll_ready(&mut well_known, &mut context);
    assert!(ready.is_ready());
    assert_eq!(
        format!("{well_known:?}"),
        "WellKnown { issuer: TokenIssuer { name: \"https://auth.example.com\", .. }, .. }"
    );
}
