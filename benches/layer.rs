//! What the layer adds to the bare signature, for each kind of key, and the cost of a refusal.
//!
//! `cargo bench --bench layer`. Figures are compared within one run only.
#![expect(clippy::unwrap_used, reason = "a benchmark that fails should stop")]

mod token;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::{Criterion, criterion_group, criterion_main};
use futures::FutureExt;
use http::{Request, Response};
use tower::{Layer, Service};
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::verify::Cache;
use tower_bearer::{Algorithm, BearerAuthLayer, Verifier};

use self::token::{AUDIENCE, ISSUER, MyClaims, token};

/// Answers immediately.
#[derive(Clone)]
struct Inner;

impl Service<Request<()>> for Inner {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        black_box(request);
        ready(Ok(Response::new(())))
    }
}

/// The signature alone, by the same library, with a parsed key.
enum Floor {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl Floor {
    fn new(issuer: &TestIssuer) -> Self {
        let algorithm = issuer.signing_key().algorithm();
        let verification: &'static dyn VerificationAlgorithm = match algorithm {
            Algorithm::HS256 => {
                return Self::Secret(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &[0x5a; 64])));
            }
            Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
            _ => &signature::ED25519,
        };
        let key = jsonwebtoken::DecodingKey::try_from(&issuer.verifying_key()).unwrap();
        let bytes = match key.kind() {
            jsonwebtoken::DecodingKeyKind::SecretOrDer(bytes) => bytes.clone(),
            jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, e } => {
                let components = signature::RsaPublicKeyComponents { n, e };
                let parsed = components
                    .to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256)
                    .unwrap();
                return Self::Public(parsed);
            }
        };
        Self::Public(ParsedPublicKey::new(verification, bytes).unwrap())
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Public(key) => key.verify_sig(message, signature).is_ok(),
            Self::Secret(key) => hmac::verify(key, message, signature).is_ok(),
        }
    }
}

fn request(token: &str) -> Request<()> {
    Request::get("/")
        .header("authorization", format!("Bearer {token}"))
        .body(())
        .unwrap()
}

fn layer(criterion: &mut Criterion) {
    for algorithm in [
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
        Algorithm::HS256,
    ] {
        let clock = FixedClock::new();
        let issuer = TestIssuer::new(ISSUER, algorithm).clock(clock.clone());
        let layer = |cache| {
            let verifier = Verifier::typed::<MyClaims>()
                .issuer(ISSUER, issuer.verifying_key())
                .audience(AUDIENCE)
                .clock(clock.clone())
                .cache(cache)
                .build()
                .unwrap();
            BearerAuthLayer::new(verifier).layer(Inner)
        };
        let good = token(&issuer).sign();
        let expired = token(&issuer).expires_in(-3600).sign();

        let mut group = criterion.benchmark_group(algorithm.name());
        group
            .measurement_time(Duration::from_secs(3))
            .warm_up_time(Duration::from_secs(1));

        let floor = Floor::new(&issuer);
        let (message, signature) = good.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        group.bench_function(
            format!("bare signature ({} bytes)", good.len()),
            |bencher| {
                bencher.iter(|| assert!(floor.verify(black_box(message.as_bytes()), &signature)));
            },
        );
        for (name, cache, token, status) in [
            ("accepted, first sight", Cache::disabled(), &good, 200),
            ("accepted, repeated", Cache::default(), &good, 200),
            ("expired", Cache::default(), &expired, 401),
        ] {
            let mut service = layer(cache);
            let request = request(token);
            group.bench_function(format!("layer, {name}"), |bencher| {
                bencher.iter_batched(
                    || request.clone(),
                    |request| {
                        let response = service.call(request).now_or_never().unwrap().unwrap();
                        assert_eq!(response.status(), status);
                        response
                    },
                    criterion::BatchSize::SmallInput,
                );
            });
        }
        let request = request(&good);
        group.bench_function("no layer", |bencher| {
            bencher.iter_batched(
                || request.clone(),
                |request| Inner.call(request).now_or_never().unwrap().unwrap(),
                criterion::BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, layer);
criterion_main!(benches);
