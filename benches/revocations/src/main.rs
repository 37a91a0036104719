//! Issues and revokes a million tokens, and checks that the memory does not grow: a hundred a
//! second, valid for a minute, as many as a large service has in three hours.
//!
//! `cargo run --release --package revocations`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that panics has failed, as it should"
)]

use std::time::Duration;

use futures::FutureExt;
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::verify::{Cache, Revocation, RevocationList};
use tower_bearer::{Algorithm, AuthError, TokenError, Verifier};

const ISSUER: &str = "https://issuer.example.com";
const TOKENS: u64 = 1_000_000;
const IN_A_SECOND: u64 = 100;
const LIFE: Duration = Duration::from_secs(60);

struct Service {
    clock: FixedClock,
    issuer: TestIssuer,
    list: RevocationList,
    verifier: Verifier,
}

impl Service {
    fn new() -> Self {
        let clock = FixedClock::new();
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(clock.clone());
        let list = RevocationList::local()
            .longest_life(LIFE)
            .margin(LIFE)
            // The number at any time, exactly.
            .max_entries(12_100)
            .clock(clock.clone())
            .build();
        let list = list.unwrap();
        let verifier = Verifier::builder()
            .issuer(ISSUER, issuer.verifying_key())
            .any_audience()
            // The margin has to be twice of this.
            .leeway(Duration::from_secs(30))
            .clock(clock.clone())
            .cache(Cache::entries(1000))
            .revocations(list.clone())
            .build();
        Self {
            verifier: verifier.unwrap(),
            clock,
            issuer,
            list,
        }
    }

    /// Issues, accepts, revokes and refuses these tokens.
    fn serve(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            if number.is_multiple_of(IN_A_SECOND) {
                self.clock.advance(Duration::from_secs(1));
            }
            let id = number.to_string();
            let token = self.issuer.token().expires_in(60);
            let token = token
                .subject(&id)
                .claim("jti", &id)
                .claim("sid", &id)
                .sign();
            let verified = self.verifier.verify_now(&token).unwrap();
            let revocation = match number % 3 {
                0 => Revocation::token(&verified).unwrap(),
                1 => Revocation::session(ISSUER, &id),
                _ => Revocation::subject(ISSUER, &id),
            };
            self.list
                .revoke(revocation)
                .now_or_never()
                .unwrap()
                .unwrap();
            let refused = self.verifier.verify_now(&token).map(drop);
            assert_eq!(refused, Err(AuthError::InvalidToken(TokenError::Revoked)));
        }
    }

    fn entries(&self) -> usize {
        self.list.status().entries
    }
}

fn main() {
    let service = Service::new();
    // Until arrivals equal departures, and tables have their final size.
    let warm_up = TOKENS / 20;
    service.serve(0..warm_up);
    let entries = service.entries();
    let counted = allocation_counter::measure(|| service.serve(warm_up..TOKENS));
    println!(
        "{TOKENS} tokens issued and revoked: {} revocations at a time, {} bytes more than before",
        service.entries(),
        counted.bytes_current
    );
    assert_eq!(service.entries(), entries);
    assert!(counted.bytes_current.abs() < 100_000);
    service.clock.advance(LIFE.saturating_mul(3));
    assert_eq!(service.entries(), 0);
}
