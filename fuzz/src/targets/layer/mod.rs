//! A token whose signature is good, a server of keys, and time → the answers of the whole layer.
//!
//! What lies behind the signature is out of reach for whoever cannot sign. So the target signs.

mod case;
mod publication;
mod revoked;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use arbitrary::{Arbitrary, Unstructured};
use http::Request;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tower::{Layer, ServiceExt, service_fn};
use tower_bearer::keys::RemoteKeys;
use tower_bearer::verify::{Cache, Revocation, RevocationList};
use tower_bearer::{BearerAuthLayer, Verifier};

use self::case::{Case, LOCAL_KEYS, LONGEST_LIFE, REMOTE, REMOTE_TOKENS};
use self::publication::{Publication, Served};
use self::revoked::{Name, Revoked};
use crate::answer::{Answer, serve};
use crate::input::Parts;
use crate::judge::{NANOS, Verdict};
use crate::runtime::{block_on, settle};
use crate::server::Server;
use crate::world::{AUDIENCE, ISSUER, START};

/// A header and a payload, and then what happens in which order.
pub fn run(input: &[u8]) {
    let mut parts = Parts::new(input);
    let (header, payload) = (parts.part(), parts.part());
    let mut steps = Unstructured::new(parts.rest());
    block_on(async {
        let mut world = World::new(header, payload);
        for _ in 0..MOST_STEPS {
            if steps.is_empty() {
                break;
            }
            let Ok(step) = steps.arbitrary() else {
                break;
            };
            world.step(&step).await;
        }
        // Whatever went before, the token is judged in the end.
        world.step(&Step::Send(Which::Local)).await;
    });
}

/// For how long keys serve after they were confirmed, if nothing else is said of them.
const KEYS_SERVE: Duration = Duration::from_secs(600 + 3600);

const MOST_STEPS: usize = 12;

#[derive(Arbitrary, Debug)]
enum Step {
    Send(Which),
    /// Sends it with one bit of its signature turned.
    SendForged(Which, u16),
    /// Lets seconds pass, times a power of four.
    Wait(u8, u8),
    Serve(Served),
    Revoke(Which, Name),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Which {
    /// The token of the input, from the issuer whose keys are at hand.
    Local,
    /// Good tokens of the issuer whose keys have to be fetched, by two keys.
    RemoteA,
    RemoteB,
}

struct World {
    begun: Instant,
    verifier: Verifier,
    layer: BearerAuthLayer,
    revocations: RevocationList,
    served: Arc<Mutex<Publication>>,
    tokens: [Case; 3],
    revoked: Vec<Revoked>,
}

impl World {
    fn new(header: &[u8], payload: &[u8]) -> Self {
        let begun = Instant::now();
        let clock =
            move || SystemTime::UNIX_EPOCH + Duration::from_secs(START) + (Instant::now() - begun);
        let served = Arc::new(Mutex::new(Publication {
            now: Served::OnlyA,
            published: None,
        }));
        let publication = Arc::clone(&served);
        let site = Server::new(move |asked, _| {
            publication
                .lock()
                .unwrap()
                .reply(asked.headers.contains_key("if-none-match"))
        });
        let remote = RemoteKeys::builder("https://remote.example.com/jwks.json").client(site);
        let revocations = RevocationList::local()
            .longest_life(LONGEST_LIFE)
            .clock(clock);
        let revocations = revocations.build().expect("the set-up is right");
        let verifier = Verifier::builder()
            .issuer(ISSUER, LOCAL_KEYS.clone())
            .issuer(REMOTE, remote.build().expect("the set-up is right"))
            .audience(AUDIENCE)
            .roles_claim("realm_access.roles")
            .roles_claim("groups")
            .roles_claim("https://example.com/roles")
            // So few that they displace each other.
            .cache(Cache::entries(2))
            .revocations(revocations.clone())
            .clock(clock)
            .build()
            .expect("the set-up is right");
        let [a, b] = REMOTE_TOKENS.clone();
        let tokens = [Case::local(header, payload), a, b];
        Self {
            begun,
            layer: BearerAuthLayer::new(verifier.clone()),
            verifier,
            revocations,
            served,
            tokens,
            revoked: Vec::new(),
        }
    }

    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Send(which) => {
                let known = self.published();
                let answer = self.send(&self.tokens[which as usize].text).await;
                self.check(which, answer, known);
            }
            Step::SendForged(which, bit) => {
                let forged = self.tokens[which as usize].forged(bit);
                let answer = self.send(&forged).await;
                assert!(
                    matches!(answer, Answer::Refused | Answer::Unavailable),
                    "{answer:?}"
                );
            }
            Step::Wait(seconds, power) => {
                let seconds = u64::from(seconds) << (2 * (power % 5));
                sleep(Duration::from_secs(seconds)).await;
                settle().await;
            }
            Step::Serve(served) => self.served.lock().unwrap().now = served,
            Step::Revoke(which, name) => self.revoke(which, name).await,
        }
    }

    async fn send(&self, token: &str) -> Answer {
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        let request = request.body(()).expect("base64url is legal");
        let service = self.layer.clone().layer(service_fn(serve));
        let Ok(response) = service.oneshot(request).await;
        Answer::of(&response)
    }

    fn check(&self, which: Which, answer: Answer, known: Option<(Served, Instant)>) {
        let case = &self.tokens[which as usize];
        let verdict = match (self.is_revoked(which), &case.remote) {
            (Some(true), _) => Verdict::Bad,
            (None, _) => Verdict::Unsure,
            (Some(false), None) => case.verdict(self.now()),
            (Some(false), Some(signed_by)) => {
                // It was looked for before the request and may have come with it.
                let is_in = |published: Option<(Served, Instant)>| {
                    published.is_some_and(|(keys, confirmed)| {
                        (keys == *signed_by || keys == Served::Both)
                            && confirmed.elapsed() < KEYS_SERVE
                    })
                };
                match (is_in(known), is_in(self.published())) {
                    (true, true) => case.verdict(self.now()),
                    (false, false) => Verdict::Bad,
                    _ => Verdict::Unsure,
                }
            }
        };
        let said = || {
            format!(
                "{answer:?}, though {verdict:?}: {:?} {:?}",
                case.header, case.payload
            )
        };
        match verdict {
            Verdict::Good => assert_eq!(answer, Answer::Served, "{}", said()),
            Verdict::Bad => assert_ne!(answer, Answer::Served, "{}", said()),
            Verdict::Unsure => {}
        }
        assert!(case.remote.is_some() || answer != Answer::Unavailable);
        assert!(
            matches!(
                answer,
                Answer::Served | Answer::Refused | Answer::Unavailable
            ),
            "{answer:?}"
        );
    }

    async fn revoke(&mut self, which: Which, name: Name) {
        let case = &self.tokens[which as usize];
        let Some(claims) = case.claims() else {
            return;
        };
        let text = |name| claims.member(name).and_then(Value::as_str);
        let issuer = text("iss");
        let revocation = match name {
            Name::Token => match self.verifier.verify_now(&case.text) {
                Ok(token) => Revocation::token(&token),
                Err(_) => None,
            },
            Name::Session => text("sid").map(|session_id| Revocation::session(issuer, session_id)),
            Name::Subject => text("sub").map(|subject| Revocation::subject(issuer, subject)),
        };
        if let Some(revocation) = revocation {
            self.revocations
                .revoke(revocation)
                .await
                .expect("there is room");
            let at = Instant::now();
            self.revoked.push(Revoked { which, name, at });
        }
    }

    fn published(&self) -> Option<(Served, Instant)> {
        self.served.lock().unwrap().published
    }

    fn now(&self) -> i128 {
        self.nanos_at(Instant::now())
    }

    fn nanos_at(&self, at: Instant) -> i128 {
        let passed = i128::try_from((at - self.begun).as_nanos()).expect("no age of the world");
        i128::from(START) * NANOS + passed
    }
}
