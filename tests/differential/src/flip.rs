//! Each bit of a good token, flipped.

use std::convert::Infallible;

use futures::FutureExt;
use http::{HeaderValue, Request, Response};
use tower::{Layer, Service, service_fn};
use tower_bearer::test_util::{sign, signing_key};
use tower_bearer::{Algorithm, BearerAuthLayer};

use crate::{AUDIENCE, ISSUER, NOW, ours};

/// None is accepted, for any algorithm, and each is refused as the client's fault.
pub(crate) fn every_bit() {
    let inner = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
    let mut service = BearerAuthLayer::new(ours::verifier()).layer(inner);
    let mut respond = |token: &[u8]| {
        let value = HeaderValue::from_bytes(&[b"Bearer ", token].concat()).ok()?;
        let request = Request::get("/").header("authorization", value).body(());
        let response = service.call(request.unwrap()).now_or_never();
        Some(response.unwrap().unwrap().status().as_u16())
    };
    for algorithm in Algorithm::ALL {
        let token = good_token(*algorithm).into_bytes();
        assert_eq!(respond(&token), Some(200), "{algorithm}");
        let mut answers = 0;
        for (at, bit) in (0..token.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = token.clone();
            flipped[at] ^= 1 << bit;
            // A server refuses invalid field bytes before any layer.
            if let Some(status) = respond(&flipped) {
                assert!(
                    matches!(status, 400 | 401),
                    "{algorithm}: {status} at {at}, {bit}"
                );
                answers += 1;
            }
        }
        println!("{answers:>6} flipped bits refused: {algorithm}");
    }
}

fn good_token(algorithm: Algorithm) -> String {
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{}}}"#,
        NOW + 60
    );
    sign(
        &signing_key(algorithm),
        format!(r#"{{"alg":"{algorithm}"}}"#),
        claims,
    )
}
