use std::convert::Infallible;
use std::time::Duration;

use http::{Method, Request, Response};
use tower::{Layer, service_fn};
use tower_bearer::auth::Csrf;
use tower_bearer::extract::Cookie;
use tower_bearer::{CsrfError, RequireLayer};

use super::{assert_counts, assert_logs};
use crate::auth::{NoKeys, World, answer, bearer, request, whoami};

#[test]
fn accepted() {
    let world = World::new();
    let service = world.layer().layer(service_fn(whoami));
    let accept = || drop(answer(service.clone(), bearer(&world.good())));
    assert_logs(accept, "DEBUG bearer_auth: tower_bearer: token accepted\n");
    // The same token was just verified.
    let counts = [
        ("tower_bearer_accepted_total", 1),
        ("tower_bearer_cache_hits_total", 1),
    ];
    assert_counts(accept, &counts);
}

#[test]
fn first_sight() {
    let world = World::new();
    let service = world.layer().layer(service_fn(whoami));
    let counts = [
        ("tower_bearer_accepted_total", 1),
        ("tower_bearer_cache_misses_total", 1),
    ];
    let accept = || drop(answer(service.clone(), bearer(&world.good())));
    assert_counts(accept, &counts);
}

/// The span is open while the handler runs, and while what it requires is refused.
#[test]
fn identity_by_request_only() {
    let world = World::new();
    let identified = world.layer().record_identity();
    let handler = service_fn(|_: Request<()>| {
        tracing::info!("called");
        async {
            tracing::info!("polled");
            Ok::<_, Infallible>(Response::new(String::new()))
        }
    });
    let service = identified.layer(handler);
    let assert_identity = |token: &str, fields: &str| {
        let span = format!("bearer_auth{{{fields}}}");
        let expected = format!(
            "DEBUG {span}: tower_bearer: token accepted\n\
             INFO {span}: it::observe::decisions: called\n\
             INFO {span}: it::observe::decisions: polled\n"
        );
        assert_logs(|| drop(answer(service.clone(), bearer(token))), &expected);
    };
    let iss = r#"iss="https://issuer.example.com""#;
    let named = world.token().claim("jti", "7").sign();
    assert_identity(&named, &format!(r#"{iss} sub="alice" jti="7""#));
    let nameless = world.token().without_claim("sub").sign();
    assert_identity(&nameless, iss);

    let service = identified.layer(RequireLayer::scope("a").layer(handler));
    assert_logs(
        || drop(answer(service.clone(), bearer(&named))),
        &format!(
            "DEBUG bearer_auth{{{iss} sub=\"alice\" jti=\"7\"}}: tower_bearer: token accepted\n\
             DEBUG bearer_auth{{{iss} sub=\"alice\" jti=\"7\"}}: tower_bearer: request refused: \
             the token does not grant what is required: a reason=\"insufficient_scope\"\n"
        ),
    );
    // Of a refused token, nobody knows whose it is.
    let expired = world.token().expires_in(-3600).sign();
    assert_logs(
        || drop(answer(service.clone(), bearer(&expired))),
        "DEBUG bearer_auth: tower_bearer: request refused: the token has expired reason=\"expired\"\n",
    );
}

#[test]
fn refused() {
    let world = World::new();
    let good = world.good();
    let rows = [
        (
            Request::new(()),
            "missing_token",
            "the request carries no bearer token",
        ),
        (
            bearer("a b"),
            "bad_syntax",
            "the credentials are not of the form `Bearer TOKEN`",
        ),
        (
            request(&[("authorization", "Bearer a"), ("authorization", "Bearer a")]),
            "repeated_field",
            "the field that carries the token is repeated",
        ),
        (bearer("x"), "malformed", "the token is not a compact JWS"),
        (
            bearer(&world.token().audience("other").sign()),
            "wrong_audience",
            "the token is meant for another audience",
        ),
        (
            bearer(&format!("{}AAAA", &good[..good.len() - 4])),
            "bad_signature",
            "the signature of the token is wrong",
        ),
    ];
    let service = world.layer().layer(service_fn(whoami));
    for (request, reason, text) in rows {
        let again = request.clone();
        assert_logs(
            || drop(answer(service.clone(), request)),
            &format!(
                "DEBUG bearer_auth: tower_bearer: request refused: {text} reason=\"{reason}\"\n"
            ),
        );
        let name = format!("tower_bearer_rejected_total reason={reason}");
        let counts = [("tower_bearer_cache_misses_total", 1), (name.as_str(), 1)];
        // Requests without one whole token never reach the verifier.
        let is_judged = !["missing_token", "bad_syntax", "repeated_field"].contains(&reason);
        let counts = if is_judged { &counts[..] } else { &counts[1..] };
        assert_counts(|| drop(answer(service.clone(), again)), counts);
    }
}

#[test]
fn nothing_is_told_of_those_who_pass_without_a_token() {
    let world = World::new();
    let layer = world.layer().optional().allow_cors_preflight();
    let service = layer.layer(service_fn(whoami));
    let preflight = || {
        let builder = Request::options("/").header("origin", "https://x");
        let builder = builder.header("access-control-request-method", "PUT");
        builder.body(()).unwrap()
    };
    for request in [Request::new(()), preflight()] {
        let again = request.clone();
        assert_logs(|| drop(answer(service.clone(), request)), "");
        assert_counts(|| drop(answer(service.clone(), again)), &[]);
    }
}

#[test]
fn keys_unavailable() {
    let world = World::new();
    let layer = world.layer_with(NoKeys(Duration::from_secs(7)));
    let service = layer.layer(service_fn(whoami));
    let refuse = || drop(answer(service.clone(), bearer(&world.good())));
    assert_logs(
        refuse,
        "DEBUG bearer_auth: tower_bearer: request refused: the keys to verify the token are unavailable reason=\"keys_unavailable\"\n",
    );
    let counts = [
        ("tower_bearer_cache_misses_total", 1),
        ("tower_bearer_rejected_total reason=keys_unavailable", 1),
    ];
    assert_counts(refuse, &counts);
}

/// What the operator must fix is a warning; what the client did is not.
#[test]
fn csrf() {
    let world = World::new();
    let open = world.layer().source(Cookie::new("t").unwrap());
    let closed = open.clone().csrf(Csrf::new([7; 32]).unwrap());
    let with_session = world.token().claim("sid", "session-7").sign();
    let rows = [
        (&open, &world.good(), "WARN", CsrfError::NotSetUp),
        (&closed, &world.good(), "WARN", CsrfError::NoSession),
        (&closed, &with_session, "DEBUG", CsrfError::Missing),
    ];
    for (layer, token, level, error) in rows {
        let service = layer.layer(service_fn(whoami));
        let mut forged = request(&[("cookie", format!("t={token}"))]);
        *forged.method_mut() = Method::POST;
        let again = forged.clone();
        let reason = error.reason();
        assert_logs(
            || drop(answer(service.clone(), forged)),
            &format!(
                "{level} bearer_auth: tower_bearer: request refused: {error} reason=\"{reason}\"\n"
            ),
        );
        let name = format!("tower_bearer_rejected_total reason={reason}");
        let counts = [("tower_bearer_cache_hits_total", 1), (name.as_str(), 1)];
        assert_counts(|| drop(answer(service.clone(), again)), &counts);
    }
}

#[test]
fn requirements() {
    let world = World::new();
    let require = RequireLayer::scope("admin").layer(service_fn(whoami));
    let service = world.layer().layer(require.clone());
    let refuse = || drop(answer(service.clone(), bearer(&world.good())));
    assert_logs(
        refuse,
        "DEBUG bearer_auth: tower_bearer: token accepted\n\
         DEBUG tower_bearer: request refused: the token does not grant what is required: admin reason=\"insufficient_scope\"\n",
    );
    let counts = [
        ("tower_bearer_accepted_total", 1),
        ("tower_bearer_cache_hits_total", 1),
        ("tower_bearer_rejected_total reason=insufficient_scope", 1),
    ];
    assert_counts(refuse, &counts);

    // The one mistake that only the operator can make and fix.
    let refuse = || drop(answer(require.clone(), Request::new(())));
    assert_logs(
        refuse,
        "ERROR tower_bearer: request refused: no BearerAuthLayer runs before this service: add one around it reason=\"missing_layer\"\n",
    );
    let name = "tower_bearer_rejected_total reason=missing_layer";
    assert_counts(refuse, &[(name, 1)]);
}
