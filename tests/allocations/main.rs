//! What a request allocates, and what stays. A binary of its own, since it counts every allocation.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod junk;
/// The token of the benchmarks.
#[path = "../../benches/token/mod.rs"]
mod token;

use std::convert::Infallible;

use futures::FutureExt;
use futures::future::{Ready, ready};
use http::{Request, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tower::{Layer, Service, service_fn};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::verify::{Revocation, RevocationList};
use tower_bearer::{Algorithm, BearerAuthLayer, Verifier};

use self::token::{AUDIENCE, ISSUER, MyClaims};

fn answer(request: Request<()>) -> Ready<Result<Response<Request<()>>, Infallible>> {
    ready(Ok(Response::new(request)))
}

fn request(token: &str) -> Request<()> {
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap()
}

fn verifier<C: DeserializeOwned + Send + Sync + 'static>(issuer: &TestIssuer) -> Verifier<C> {
    let builder = Verifier::typed().issuer(ISSUER, issuer.verifying_key());
    builder.audience(AUDIENCE).build().unwrap()
}

/// What `http` allocates to keep one value.
fn allocations_of_an_extension() -> u64 {
    let mut request = Request::new(());
    let counted = allocation_counter::measure(|| {
        request.extensions_mut().insert([0_u64; 3]);
    });
    counted.count_total
}

#[test]
fn a_repeated_token_costs_no_more_than_its_extension() {
    let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
    let verifier = verifier::<Map<String, Value>>(&issuer);
    let mut service = BearerAuthLayer::new(verifier).layer(service_fn(answer));
    let token = token::token(&issuer).sign();

    let mut count = || {
        let request = request(&token);
        let mut response = None;
        let counted = allocation_counter::measure(|| {
            response = service.call(request).now_or_never();
        });
        assert_eq!(response.unwrap().unwrap().status(), 200);
        counted.count_total
    };
    let first_sight = count();
    assert_eq!(count(), allocations_of_an_extension());
    assert!(first_sight > count(), "the first sight costs more");

    // Once, when the token becomes hot, its processor makes a handle.
    let mut total = || (0..100).map(|_| count()).sum::<u64>();
    assert_eq!(total(), 100 * allocations_of_an_extension() + 1);
    assert_eq!(total(), 100 * allocations_of_an_extension());
}

/// CVE-2025-30204 and CVE-2025-61920: many parts or a long token allocate nothing.
#[test]
fn tokens_of_many_parts_or_too_long_allocate_nothing() {
    let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
    let verifier = verifier::<Map<String, Value>>(&issuer);
    let long = token::token(&issuer).claim("x", "x".repeat(1 << 20)).sign();
    for junk in [
        ".".repeat(16_384),
        ".".repeat(100_000),
        "a.".repeat(8_000),
        long,
    ] {
        let mut verdict = Ok(());
        let counted = allocation_counter::measure(|| {
            verdict = verifier.verify_now(&junk).map(drop);
        });
        verdict.unwrap_err();
        assert_eq!(counted.count_total, 0, "{} bytes", junk.len());
    }
}

/// This many fill about three quarters of the cache's tables after their last doubling.
const TOKENS: i64 = 1500;

/// The memory of each of many cached tokens.
fn bytes_of_an_entry<C: DeserializeOwned + Send + Sync + 'static>() -> i64 {
    let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
    let verifier = verifier::<C>(&issuer);
    let numbered = |number: i64| {
        let subject = format!("5f3c1c7e-8d2a-4b7e-9d41-{number:012}");
        token::token(&issuer).subject(&subject).sign()
    };
    let tokens: Vec<_> = (0..TOKENS).map(numbered).collect();
    verifier.verify_now(numbered(-1)).unwrap();
    let counted = allocation_counter::measure(|| {
        for token in &tokens {
            verifier.verify_now(token).unwrap();
        }
    });
    counted.bytes_current / TOKENS
}

#[test]
fn a_remembered_token_is_small() {
    #[derive(serde::Deserialize)]
    struct NoClaims {}

    // 72 of these are the cache's own, 119 the registered claims.
    for (bytes, most) in [
        (least(bytes_of_an_entry::<NoClaims>), 465),
        (least(bytes_of_an_entry::<MyClaims>), 725),
        (least(bytes_of_an_entry::<Map<String, Value>>), 1060),
    ] {
        assert!(bytes <= most, "{bytes} > {most}");
    }
}

/// One shard of the cache may have doubled before the others.
fn least(measure: impl Fn() -> i64) -> i64 {
    (0..5).map(|_| measure()).min().unwrap()
}

fn revoke(list: &RevocationList, revocation: Revocation) {
    list.revoke(revocation).now_or_never().unwrap().unwrap();
}

#[test]
fn a_revocation_is_small() {
    for (entries, most) in [(14_000, 65), (15_000, 90), (28_000, 65)] {
        let list = RevocationList::local().build().unwrap();
        let counted = allocation_counter::measure(|| {
            for session in 0..entries {
                let session = format!("5f3c1c7e-8d2a-4b7e-9d41-{session:012}");
                revoke(&list, Revocation::session(ISSUER, &session));
            }
        });
        let bytes = counted.bytes_current / entries;
        assert!(bytes <= most, "{bytes} for each of {entries}");
    }
}

#[test]
fn a_remembered_token_that_can_be_revoked_takes_little_more() {
    let with = |list: Option<&RevocationList>| {
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
        let builder = Verifier::builder().issuer(ISSUER, issuer.verifying_key());
        let builder = builder.audience(AUDIENCE);
        let builder = match list {
            Some(list) => builder.revocations(list.clone()),
            None => builder,
        };
        let verifier = builder.build().unwrap();
        let tokens: Vec<_> = (0..TOKENS)
            .map(|number| {
                token::token(&issuer)
                    .subject(&format!("{number:08}"))
                    .sign()
            })
            .collect();
        let counted = allocation_counter::measure(|| {
            for token in &tokens {
                verifier.verify_now(token).unwrap();
            }
        });
        counted.bytes_current
    };
    let list = RevocationList::local().build().unwrap();
    revoke(&list, Revocation::session(ISSUER, "s"));
    let more = (least(|| with(Some(&list))) - least(|| with(None))) / TOKENS;
    assert!((1..=80).contains(&more), "{more}");
}
