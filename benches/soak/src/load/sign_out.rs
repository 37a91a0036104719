//! Sign-outs: of one token, of a session, or everywhere.

use std::time::Duration;

use http::{Method, Version};
use http_body_util::Full;
use tokio::time::{sleep, timeout};

use super::Load;
use super::client::bearer;
use crate::chance::Chance;
use crate::clock::{Moment, Span};
use crate::oracle::{Answer, Doubt, SignOut, Token, Verdict};
use crate::report::tally::Kind;
use crate::settings::{REDIS_BACK_WITHIN, TOLD};

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Token,
    Session,
    Subject,
}

impl What {
    const fn path(self) -> &'static str {
        match self {
            Self::Token => "/sign-out/token",
            Self::Session => "/sign-out/session",
            Self::Subject => "/sign-out/subject",
        }
    }

    fn is_all_that_is_noted(self, token: &Token) -> bool {
        let others = [Self::Token, Self::Session, Self::Subject].into_iter();
        let mut others = others.filter(|it| *it != self);
        others.all(|it| !it.noted(token).is_noted())
    }

    fn noted(self, token: &Token) -> &SignOut {
        match self {
            Self::Token => &token.signed_out,
            Self::Session => &token.session.signed_out,
            Self::Subject => &token.subject.signed_out,
        }
    }
}

/// Signs users out for as long as the load goes on.
pub(super) async fn go_on(load: &Load, chance: &mut Chance) {
    while !load.is_over() {
        sleep(chance.millis(0..500)).await;
        let what = match chance.within(0..16) {
            0..10 => What::Token,
            10..14 => What::Session,
            _ => What::Subject,
        };
        one(load, chance, what, &load.tokens.any()).await;
    }
}

async fn one(load: &Load, chance: &mut Chance, what: What, token: &Token) {
    let server = chance.index(load.clients.len());
    let noted = what.noted(token);
    if !noted.begin(server) {
        return;
    }
    // The second of the sign-out must be known.
    let sent = send(load, what, server, token);
    if what != What::Subject && chance.one_in(10) {
        let after = Duration::from_micros(chance.within(0..5_000));
        if let Ok((answer, span)) = timeout(after, sent).await {
            finish(load, server, token, noted, &answer, &span);
        } else {
            load.tally.hang_up();
            sleep(Duration::from_millis(100)).await;
            try_again(load, what, server, token).await;
        }
    } else {
        let (answer, span) = sent.await;
        finish(load, server, token, noted, &answer, &span);
    }
}

fn finish(
    load: &Load,
    server: usize,
    token: &Token,
    noted: &SignOut,
    answer: &Answer,
    span: &Span,
) {
    judge(load, server, token, answer, span);
    match answer {
        Answer::Verdict(Verdict::Accepted, _) => noted.acknowledge(false),
        // Refused before anything happened.
        Answer::Verdict(..) => noted.take_back(),
        Answer::Other(_) => {}
    }
}

/// A second attempt shows whether the server finished what its client did not wait for.
async fn try_again(load: &Load, what: What, server: usize, token: &Token) {
    let (answer, span) = send(load, what, server, token).await;
    let doubt = judge(load, server, token, &answer, &span);
    match answer {
        Answer::Verdict(Verdict::Accepted, _) => what.noted(token).acknowledge(false),
        // Only the first attempt can be the reason.
        Answer::Verdict(Verdict::Unauthorized, _)
            if doubt == Some(Doubt::SignOut) && what.is_all_that_is_noted(token) =>
        {
            what.noted(token).acknowledge(true);
        }
        // It may have been done.
        _ => {}
    }
}

fn judge(load: &Load, server: usize, token: &Token, answer: &Answer, span: &Span) -> Option<Doubt> {
    let expected = load.oracle.expect(token, server, span);
    load.tally
        .record(Kind::SignOut, expected, answer, None, span);
    if let Answer::Verdict(Verdict::Accepted, body) = answer
        && body != TOLD
        && !load
            .oracle
            .redis
            .touch(span, Duration::ZERO, REDIS_BACK_WITHIN)
    {
        load.tally
            .fail("Redis was there, and was not told of a revocation");
    }
    expected.doubt
}

async fn send(load: &Load, what: What, server: usize, token: &Token) -> (Answer, Span) {
    let client = &load.clients[server];
    let request = client
        .request(Method::POST, what.path())
        .header("authorization", bearer(&token.text))
        .body(Full::default());
    let from = Moment::now();
    let answer = client.http(Version::HTTP_11, request.unwrap()).await;
    (answer, Span::since(from))
}
