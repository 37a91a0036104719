//! The counted cases.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use http::{Request, Response};
use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use tower::{Layer, Service};
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::verify::Cache;
use tower_bearer::{Algorithm, BearerAuthLayer, Verifier};

use crate::junk::KINDS;
use crate::token::{AUDIENCE, ISSUER, MyClaims, token};

/// A request path, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// The inner service alone.
    NoLayer,
    Repeated,
    FirstHs256,
    FirstRs256,
    Expired,
    Junk,
    /// All kinds of junk, of this many KiB each.
    Junk1,
    Junk2,
    Junk4,
    Junk8,
    Junk16,
    /// The signature alone, by the verifying library, with a parsed key.
    SignatureHs256,
    SignatureRs256,
}

impl Case {
    pub(crate) const ALL: [Self; 13] = [
        Self::NoLayer,
        Self::Repeated,
        Self::FirstHs256,
        Self::FirstRs256,
        Self::Expired,
        Self::Junk,
        Self::Junk1,
        Self::Junk2,
        Self::Junk4,
        Self::Junk8,
        Self::Junk16,
        Self::SignatureHs256,
        Self::SignatureRs256,
    ];

    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    pub(crate) fn named(name: &str) -> Self {
        let case = Self::ALL.into_iter().find(|case| case.name() == name);
        case.expect("the name should be one of a case")
    }

    pub(crate) fn run(self, rounds: u32) {
        let hs256 = || Issuer::new(Algorithm::HS256);
        let rs256 = || Issuer::new(Algorithm::RS256);
        match self {
            Self::NoLayer => requests(Inner, &rs256().token(3600), 200, rounds),
            Self::Repeated => rs256().requests(Cache::default(), 3600, 200, rounds),
            Self::FirstHs256 => hs256().requests(Cache::disabled(), 3600, 200, rounds),
            Self::FirstRs256 => rs256().requests(Cache::disabled(), 3600, 200, rounds),
            Self::Expired => rs256().requests(Cache::default(), -3600, 401, rounds),
            Self::Junk => {
                let junk = "x".repeat(600) + ".y.z";
                requests(rs256().layer(Cache::default()), &junk, 401, rounds);
            }
            Self::Junk1 => rs256().all_junk(1, rounds),
            Self::Junk2 => rs256().all_junk(2, rounds),
            Self::Junk4 => rs256().all_junk(4, rounds),
            Self::Junk8 => rs256().all_junk(8, rounds),
            Self::Junk16 => rs256().all_junk(16, rounds),
            Self::SignatureHs256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &[0x5a; 64]);
                hs256().signatures(rounds, |message, signature| {
                    hmac::verify(&key, message, signature).is_ok()
                });
            }
            Self::SignatureRs256 => {
                let key = DecodingKey::try_from(&rs256().issuer.verifying_key()).unwrap();
                let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
                    panic!("an RSA key should have a modulus");
                };
                let key = RsaPublicKeyComponents { n, e };
                let key = key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
                let key = key.unwrap();
                rs256().signatures(rounds, |message, signature| {
                    key.verify_sig(message, signature).is_ok()
                });
            }
        }
    }
}

/// Its clock stands still, so its tokens never change.
struct Issuer {
    issuer: TestIssuer,
    clock: FixedClock,
}

impl Issuer {
    fn new(algorithm: Algorithm) -> Self {
        let clock = FixedClock::new();
        let issuer = TestIssuer::new(ISSUER, algorithm).clock(clock.clone());
        Self { issuer, clock }
    }

    fn token(&self, expires_in: i64) -> String {
        token(&self.issuer).expires_in(expires_in).sign()
    }

    fn layer(&self, cache: Cache) -> impl Service<Request<()>, Response = Response<()>> {
        let verifier = Verifier::typed::<MyClaims>()
            .issuer(ISSUER, self.issuer.verifying_key())
            .audience(AUDIENCE)
            .clock(self.clock.clone())
            .cache(cache)
            .build()
            .unwrap();
        BearerAuthLayer::new(verifier).layer(Inner)
    }

    fn requests(&self, cache: Cache, expires_in: i64, status: u16, rounds: u32) {
        requests(self.layer(cache), &self.token(expires_in), status, rounds);
    }

    fn all_junk(&self, kib: usize, rounds: u32) {
        let mut service = self.layer(Cache::default());
        let requests = KINDS.map(|(_, make)| request(&make(kib * 1024)));
        count(rounds, &mut || {
            for request in &requests {
                respond(&mut service, request, 401);
            }
        });
    }

    fn signatures(&self, rounds: u32, verify: impl Fn(&[u8], &[u8]) -> bool) {
        let token = self.token(3600);
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        count(rounds, &mut || {
            assert!(verify(black_box(message.as_bytes()), &signature));
        });
    }
}

fn requests(
    mut service: impl Service<Request<()>, Response = Response<()>>,
    token: &str,
    status: u16,
    rounds: u32,
) {
    let request = request(token);
    count(rounds, &mut || respond(&mut service, &request, status));
}

fn request(token: &str) -> Request<()> {
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap()
}

fn respond(
    service: &mut impl Service<Request<()>, Response = Response<()>>,
    request: &Request<()>,
    status: u16,
) {
    let response = service.call(request.clone()).now_or_never();
    let Some(Ok(response)) = black_box(response) else {
        panic!("the service should answer at once");
    };
    assert_eq!(response.status(), status);
}

/// The first round is not counted: it does one-time work.
fn count(rounds: u32, round: &mut dyn FnMut()) {
    round();
    counted(rounds, round);
}

/// Valgrind finds this function by its name.
#[inline(never)]
fn counted(rounds: u32, round: &mut dyn FnMut()) {
    for _ in 0..rounds {
        round();
    }
}

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

    // Not inlined, so that it costs the same with and without the layer.
    #[inline(never)]
    fn call(&mut self, request: Request<()>) -> Self::Future {
        black_box(request);
        ready(Ok(Response::new(())))
    }
}
