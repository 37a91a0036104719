//! The tokens in use: most are good, sent repeatedly, by a changing set of users.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::time::interval;

use crate::chance::Chance;
use crate::clock::Moment;
use crate::oracle::{Flaw, Session, SignOut, Subject, Token};
use crate::settings::{AUDIENCE, ISSUER, SCOPE};
use crate::world::keys::{Key, Keys};

/// How many users have tokens.
const PEOPLE: usize = 300;
/// How many tokens are in use, and how many are replaced each second: each is used for 15 s, some
/// dozen times.
const TOKENS: usize = 4_500;
const NEW_IN_A_SECOND: u32 = 300;

/// All tokens in use.
pub(crate) struct Tokens {
    keys: Arc<Keys>,
    foreign: Key,
    state: Mutex<State>,
}

struct State {
    chance: Chance,
    people: Vec<Person>,
    tokens: Vec<Arc<Token>>,
    oldest: usize,
}

struct Person {
    subject: Arc<Subject>,
    session: Arc<Session>,
}

impl Tokens {
    pub(crate) fn new(keys: Arc<Keys>, mut chance: Chance) -> Self {
        let people = (0..PEOPLE).map(|_| Person::new(&mut chance)).collect();
        let tokens = Self {
            keys,
            foreign: Key::generate(1),
            state: Mutex::new(State {
                chance,
                people,
                tokens: Vec::new(),
                oldest: 0,
            }),
        };
        for _ in 0..TOKENS {
            tokens.replace_one();
        }
        tokens
    }

    /// One that was good at least once.
    pub(crate) fn any(&self) -> Arc<Token> {
        let state = &mut *self.state.lock().unwrap();
        Arc::clone(state.chance.pick(&state.tokens))
    }

    /// A token that is sent for the first time and was never good.
    pub(crate) fn flawed(&self, flaw: Flaw) -> Token {
        let state = &mut *self.state.lock().unwrap();
        let person = state.chance.pick(&state.people).clone();
        self.sign(&mut state.chance, person, Some(flaw))
    }

    /// Replaces the oldest until cancelled.
    pub(crate) async fn replace(&self) {
        let mut ticks = interval(Duration::from_secs(1) / NEW_IN_A_SECOND);
        loop {
            ticks.tick().await;
            self.replace_one();
        }
    }

    fn replace_one(&self) {
        let state = &mut *self.state.lock().unwrap();
        let at = state.chance.index(PEOPLE);
        let person = &mut state.people[at];
        if person.session.signed_out.is_noted() {
            person.session = Session::new(&mut state.chance);
        }
        // Users who signed out everywhere are renamed now and then: otherwise the oracle's record
        // of them would never end.
        if person.subject.signed_out.is_noted() && state.chance.one_in(20) {
            *person = Person::new(&mut state.chance);
        }
        let person = person.clone();
        let token = Arc::new(self.sign(&mut state.chance, person, None));
        if state.tokens.len() < TOKENS {
            state.tokens.push(token);
        } else {
            state.tokens[state.oldest] = token;
            state.oldest = (state.oldest + 1) % TOKENS;
        }
    }

    fn sign(&self, chance: &mut Chance, person: Person, flaw: Option<Flaw>) -> Token {
        let key = self.keys.signing();
        let id = chance.name();
        let issued_at = Moment::now().date.as_secs();
        let life = chance.within(12..45);
        let expires_at = match flaw {
            Some(Flaw::Expired) => issued_at - chance.within(1..60),
            _ => issued_at + life,
        };
        let has_scope = chance.one_in(2);
        let audience = match flaw {
            Some(Flaw::WrongAudience) => "another",
            _ => AUDIENCE,
        };
        let claims = json!({
            "iss": ISSUER,
            "aud": audience,
            "sub": person.subject.name,
            "sid": person.session.id,
            "jti": id,
            "iat": issued_at.min(expires_at),
            "exp": expires_at,
            "scope": if has_scope { SCOPE } else { "read" },
        });
        let text = match flaw {
            Some(Flaw::ForeignKey) => self.foreign.sign(&key.id, key.algorithm(), &claims),
            Some(Flaw::UnknownKey) => {
                let name = chance.name();
                self.foreign.sign(&name, self.foreign.algorithm(), &claims)
            }
            _ => key.sign(&key.id, key.algorithm(), &claims),
        };
        Token {
            text,
            flaw,
            key,
            id,
            issued_at,
            expires_at,
            has_scope,
            subject: person.subject,
            session: person.session,
            signed_out: SignOut::default(),
        }
    }
}

impl Person {
    fn new(chance: &mut Chance) -> Self {
        Self {
            subject: Arc::new(Subject {
                name: chance.name(),
                signed_out: SignOut::default(),
            }),
            session: Session::new(chance),
        }
    }

    fn clone(&self) -> Self {
        Self {
            subject: Arc::clone(&self.subject),
            session: Arc::clone(&self.session),
        }
    }
}

impl Session {
    fn new(chance: &mut Chance) -> Arc<Self> {
        Arc::new(Self {
            id: chance.name(),
            signed_out: SignOut::default(),
        })
    }
}
