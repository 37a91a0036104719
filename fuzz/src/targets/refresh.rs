//! Texts that are taken for refresh tokens, and what happens to the real ones.

use std::time::{Duration, SystemTime};

use arbitrary::{Arbitrary, Unstructured};
use http::{HeaderValue, Request};
use tokio::time::{Instant, advance};
use tower_bearer::RequestHead;
use tower_bearer::extract::TokenSource;
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{Grant, RefreshError, RefreshToken, RefreshTokens, SessionCookies};

use crate::input::Parts;
use crate::runtime::block_on;
use crate::world::START;

/// A text, a cookie field, and then what happens in which order.
pub fn run(input: &[u8]) {
    let mut parts = Parts::new(input);
    let (text, cookies) = (parts.part(), parts.part());
    let mut steps = Unstructured::new(parts.rest());
    block_on(async {
        let mut world = World::new();
        world.use_stranger(text).await;
        world.use_cookie(cookies).await;
        for _ in 0..MOST_STEPS {
            if steps.is_empty() {
                break;
            }
            let Ok(step) = steps.arbitrary() else {
                break;
            };
            world.step(&step).await;
        }
        world.use_stranger(text).await;
    });
}

const MOST_STEPS: usize = 16;

#[derive(Arbitrary, Debug)]
enum Step {
    Begin(Subject),
    /// Uses one of the tokens that were given out.
    Use(u8),
    /// Uses one of them with one byte of it replaced.
    UseChanged(u8, u8, u8),
    /// Uses a piece of one.
    UseCut(u8, u8),
    Revoke(u8),
    RevokeSubject(Subject),
    /// Lets minutes pass.
    Wait(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Alice,
    Bob,
}

const ABSOLUTE: Duration = Duration::from_secs(8 * 60 * 60);
const IDLE: Duration = Duration::from_secs(60 * 60);

struct World {
    tokens: RefreshTokens,
    families: Vec<Family>,
}

struct Family {
    subject: Subject,
    begun: Instant,
    used: Instant,
    /// All that it gave. The last is the one that is good.
    tokens: Vec<RefreshToken>,
    has_ended: bool,
}

impl World {
    fn new() -> Self {
        let begun = Instant::now();
        let clock =
            move || SystemTime::UNIX_EPOCH + Duration::from_secs(START) + (Instant::now() - begun);
        let tokens = RefreshTokens::builder(MemoryStore::new().clock(clock))
            .absolute_lifetime(ABSOLUTE)
            .idle_lifetime(IDLE)
            .clock(clock);
        Self {
            tokens: tokens.build().expect("the set-up is right"),
            families: Vec::new(),
        }
    }

    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Begin(subject) => self.begin(subject).await,
            Step::Use(which) => {
                if let Some((family, token)) = self.find(which) {
                    self.use_token(family, token).await;
                }
            }
            Step::UseChanged(which, place, byte) => {
                let Some((family, token)) = self.find(which) else {
                    return;
                };
                let text = self.families[family].tokens[token].as_str();
                let mut changed = text.as_bytes().to_vec();
                let place = usize::from(place) % changed.len();
                changed[place] = byte;
                if changed != text.as_bytes() {
                    self.use_false(&changed).await;
                }
            }
            Step::UseCut(which, len) => {
                let Some((family, token)) = self.find(which) else {
                    return;
                };
                let text = self.families[family].tokens[token].as_str().as_bytes();
                let len = usize::from(len) % text.len();
                let cut = text[..len].to_vec();
                self.use_false(&cut).await;
            }
            Step::Revoke(which) => {
                if let Some((family, token)) = self.find(which) {
                    let family = &mut self.families[family];
                    let is_alive = family.is_alive();
                    let revoked = self
                        .tokens
                        .revoke_token(family.tokens[token].as_str())
                        .await;
                    assert!(revoked.expect("the store works") || !is_alive);
                    family.has_ended = true;
                }
            }
            Step::RevokeSubject(subject) => {
                self.tokens
                    .revoke_subject(subject.name())
                    .await
                    .expect("the store works");
                for family in self
                    .families
                    .iter_mut()
                    .filter(|family| family.subject == subject)
                {
                    family.has_ended = true;
                }
            }
            Step::Wait(minutes) => advance(Duration::from_secs(60 * u64::from(minutes))).await,
        }
        for family in &self.families {
            let is_alive = self.tokens.is_alive(family.tokens[0].family_id()).await;
            assert_eq!(is_alive.expect("the store works"), family.is_alive());
        }
    }

    async fn begin(&mut self, subject: Subject) {
        let token = self
            .tokens
            .begin(Grant::new(subject.name()))
            .await
            .expect("there is room");
        let now = Instant::now();
        self.families.push(Family {
            subject,
            begun: now,
            used: now,
            tokens: vec![token],
            has_ended: false,
        });
    }

    async fn use_token(&mut self, family: usize, token: usize) {
        let family = &mut self.families[family];
        let outcome = self.tokens.use_token(family.tokens[token].as_str()).await;
        let is_last = token + 1 == family.tokens.len();
        match (family.is_alive(), is_last) {
            (true, true) => {
                let used = outcome.expect("it is good");
                assert_eq!(used.grant().subject(), family.subject.name());
                assert_eq!(used.token().family_id(), family.tokens[0].family_id());
                family.used = Instant::now();
                family.tokens.push(used.into_token());
            }
            (true, false) => {
                assert!(
                    matches!(outcome, Err(RefreshError::Reused(_))),
                    "{outcome:?}"
                );
                family.has_ended = true;
            }
            (false, _) => assert!(matches!(outcome, Err(RefreshError::Unknown)), "{outcome:?}"),
        }
    }

    /// Uses what is no token, which ends nothing.
    async fn use_false(&self, text: &[u8]) {
        let Ok(text) = str::from_utf8(text) else {
            return;
        };
        let outcome = self.tokens.use_token(text).await;
        assert!(matches!(outcome, Err(RefreshError::Unknown)), "{outcome:?}");
    }

    /// A text that nobody here gave out.
    async fn use_stranger(&self, text: &[u8]) {
        let Ok(text) = str::from_utf8(text) else {
            return;
        };
        let outcome = self.tokens.use_token(text).await;
        assert!(matches!(outcome, Err(RefreshError::Unknown)), "{outcome:?}");
        assert!(
            !self
                .tokens
                .revoke_token(text)
                .await
                .expect("the store works")
        );
        assert!(!self.tokens.is_alive(text).await.expect("the store works"));
        assert!(!self.tokens.revoke(text).await.expect("the store works"));
    }

    async fn use_cookie(&self, field: &[u8]) {
        let Ok(field) = HeaderValue::from_bytes(field) else {
            return;
        };
        let cookies = SessionCookies::new("/session").expect("a path");
        let request = Request::post("/session/refresh").header("cookie", field);
        let request = request.body(()).expect("all of it is legal");
        let found = cookies
            .refresh_source()
            .extract(RequestHead::from(&request));
        if let Ok(Some(token)) = found {
            self.use_stranger(&token).await;
        }
    }

    fn find(&self, which: u8) -> Option<(usize, usize)> {
        let all = self
            .families
            .iter()
            .enumerate()
            .flat_map(|(number, family)| {
                (0..family.tokens.len()).map(move |token| (number, token))
            });
        let all: Vec<_> = all.collect();
        let place = usize::from(which).checked_rem(all.len())?;
        all.get(place).copied()
    }
}

impl Family {
    fn is_alive(&self) -> bool {
        !self.has_ended && self.begun.elapsed() < ABSOLUTE && self.used.elapsed() < IDLE
    }
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
        }
    }
}
