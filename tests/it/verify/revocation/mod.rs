//! Tokens that are revoked.

mod equivalence;
mod kinds;
mod lifetime;
mod race;
mod shared;

use std::time::Duration;

use futures::FutureExt;
use serde_json::json;
use tower_bearer::ConfigError;
use tower_bearer::verify::{
    Cache, Revocation, RevocationError, RevocationList, RevocationListBuilder, TrustedIssuer,
};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// A list of this process alone and two verifiers that go by it, one of which remembers.
struct Setup {
    clock: FixedClock,
    issuer: TestIssuer,
    list: RevocationList,
    remembering: Verifier,
    forgetting: Verifier,
}

impl Setup {
    fn new() -> Self {
        Self::with(|list| list)
    }

    fn with(set_up: impl FnOnce(RevocationListBuilder) -> RevocationListBuilder) -> Self {
        let clock = clock();
        let list = RevocationList::local().clock(clock.clone());
        let list = set_up(list).build().unwrap();
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(clock.clone());
        let verifier = |cache| {
            let builder = builder_with(issuer.verifying_key()).audience(AUDIENCE);
            let builder = builder.clock(clock.clone()).leeway(Duration::ZERO);
            builder.revocations(list.clone()).cache(cache).build()
        };
        Self {
            remembering: verifier(Cache::default()).unwrap(),
            forgetting: verifier(Cache::disabled()).unwrap(),
            issuer,
            list,
            clock,
        }
    }

    /// A token with this id, of this session, of this subject.
    fn token(&self, id: &str, session: &str, subject: &str) -> String {
        let token = self.issuer.token().audience(AUDIENCE).claim("jti", id);
        token.claim("sid", session).subject(subject).sign()
    }

    #[track_caller]
    fn verified(&self, token: &str) -> VerifiedToken {
        self.assert_accepts(token);
        self.remembering.verify_now(token).unwrap()
    }

    fn revoke(&self, revocation: Revocation) {
        self.try_revoke(revocation).unwrap();
    }

    fn try_revoke(&self, revocation: Revocation) -> Result<(), RevocationError> {
        self.list.revoke(revocation).now_or_never().unwrap()
    }

    fn entries(&self) -> usize {
        self.list.status().entries
    }

    #[track_caller]
    fn assert_accepts(&self, token: &str) {
        for verifier in [&self.remembering, &self.forgetting, &self.remembering] {
            assert_accepts(verifier, token);
        }
    }

    #[track_caller]
    fn assert_refuses(&self, token: &str, reason: TokenError) {
        for verifier in [&self.remembering, &self.forgetting, &self.remembering] {
            assert_refuses(verifier, token, reason);
        }
    }
}
