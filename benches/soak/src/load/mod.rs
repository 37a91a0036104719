//! The load: some thousand requests a second, each with a predicted answer.

mod client;
mod junk;
mod refresh;
mod requests;
mod sign_out;
mod slow;
pub(crate) mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

pub(crate) use self::client::Client;
use self::tokens::Tokens;
use crate::chance::Chance;
use crate::clock::Span;
use crate::oracle::{Answer, Oracle, Token, Verdict};
use crate::report::tally::{Kind, Tally};

/// How many tasks of a kind send requests to a server, one at a time each.
const TASKS: u32 = 24;
const KINDS: [Kind; 3] = [Kind::Http1, Kind::Http2, Kind::Grpc];
const OTHERS: usize = 6;

pub(crate) struct Load {
    pub(crate) clients: Vec<Client>,
    pub(crate) tokens: Tokens,
    pub(crate) oracle: Arc<Oracle>,
    pub(crate) tally: Arc<Tally>,
    /// Requests a second, over the three kinds.
    pub(crate) rate: u32,
    is_over: AtomicBool,
}

impl Load {
    pub(crate) fn new(
        clients: Vec<Client>,
        tokens: Tokens,
        oracle: Arc<Oracle>,
        tally: Arc<Tally>,
        rate: u32,
    ) -> Self {
        Self {
            clients,
            tokens,
            oracle,
            tally,
            rate,
            is_over: AtomicBool::new(false),
        }
    }

    /// Runs for this long, and returns when every request has its answer.
    pub(crate) async fn run(self: Arc<Self>, length: Duration, chance: &mut Chance) {
        let mut tasks = JoinSet::new();
        for server in 0..self.clients.len() {
            for kind in KINDS {
                for _ in 0..TASKS {
                    tasks.spawn(Arc::clone(&self).send(kind, server, chance.fork()));
                }
            }
        }
        for number in 0..OTHERS {
            tasks.spawn(Arc::clone(&self).be_slow(chance.fork()));
            tasks.spawn(Arc::clone(&self).sign_out(chance.fork()));
            tasks.spawn(Arc::clone(&self).refresh(chance.fork()));
            if number == 0 {
                tasks.spawn(Arc::clone(&self).send_no_http(chance.fork()));
            }
        }
        let replacing = Arc::clone(&self);
        let replacing = tokio::spawn(async move { replacing.tokens.replace().await });
        sleep(length).await;
        self.is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = tasks.join_next().await {
            if ended.is_err() {
                self.tally.fail("a task of the load has panicked");
            }
        }
        replacing.abort();
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    async fn send(self: Arc<Self>, kind: Kind, server: usize, mut chance: Chance) {
        let tasks = TASKS * u32::try_from(self.clients.len() * KINDS.len()).unwrap();
        let pause = Duration::from_secs(1) * tasks / self.rate;
        // Spread the start.
        let mut next = Instant::now() + pause.mul_f64(chance.millis(0..1000).as_secs_f64());
        while !self.is_over() {
            sleep_until(next).await;
            requests::one(&self, kind, server, &mut chance).await;
            // A late task does not catch up in full.
            next = (next + pause).max(Instant::now() - Duration::from_secs(1));
        }
    }

    async fn be_slow(self: Arc<Self>, mut chance: Chance) {
        while !self.is_over() {
            let server = chance.index(self.clients.len());
            let token = self.tokens.any();
            let address = &self.clients[server].address;
            let (answer, span) = slow::ask(address, &token.text, &mut chance).await;
            self.judge(
                Kind::Slow,
                server,
                &token,
                Verdict::Accepted,
                &answer,
                &span,
            );
        }
    }

    async fn sign_out(self: Arc<Self>, mut chance: Chance) {
        sign_out::go_on(&self, &mut chance).await;
    }

    async fn refresh(self: Arc<Self>, mut chance: Chance) {
        refresh::live(&self, &mut chance).await;
    }

    async fn send_no_http(self: Arc<Self>, mut chance: Chance) {
        while !self.is_over() {
            let address = &chance.pick(&self.clients).address;
            match junk::no_http(address, &mut chance).await {
                Ok(answer) => self.tally.record_no_http(&answer),
                // The last line may be cut off.
                Err(error) if error.kind() != std::io::ErrorKind::TimedOut => {
                    self.tally.record_no_http(b"");
                }
                Err(error) => self.tally.fail(&format!("junk is held on to: {error}")),
            }
        }
    }

    /// Compares the answer to a request with the oracle's expectation.
    fn judge(
        &self,
        kind: Kind,
        server: usize,
        token: &Token,
        accepted_as: Verdict,
        answer: &Answer,
        span: &Span,
    ) {
        let mut expected = self.oracle.expect(token, server, span);
        expected.verdicts = expected.verdicts.with_accepted_as(accepted_as);
        let tally = &self.tally;
        if !tally.record(kind, expected, answer, Some(&token.owner()), span) {
            tally.explain(&format!("by server {server}: {}", token.story()));
        }
        if let Answer::Verdict(Verdict::Accepted, _) = answer
            && let Some(age) = self.oracle.unknown_for(token, span)
        {
            self.tally.note_delay(age);
        }
    }
}
