//! Requests with tokens: good ones most of the time, on every route, by every protocol.

use std::future::Future;
use std::time::Duration;

use http::{Method, Version};
use http_body_util::Full;
use tokio::time::timeout;
use tower_bearer::auth::Csrf;

use super::Load;
use super::client::bearer;
use super::junk::{self, Fields};
use crate::chance::Chance;
use crate::clock::{Moment, Span};
use crate::oracle::{Answer, Expected, Flaw, Token, Verdict};
use crate::report::tally::Kind;
use crate::settings::{COOKIE, CSRF_SECRET, ISSUER};

/// A request: its route, its credentials, and the expected verdict if its token is good.
struct Shot {
    method: Method,
    path: &'static str,
    fields: Fields,
    accepted_as: Verdict,
}

/// Sends one request to a server and checks the answer.
pub(super) async fn one(load: &Load, kind: Kind, server: usize, chance: &mut Chance) {
    match chance.within(0..1000) {
        0..40 => {
            let (fields, verdict) = junk::credentials(chance, &load.tokens.any());
            let shot = Shot::whoami(fields);
            // gRPC has no status for a malformed request.
            let verdict = match (kind, verdict) {
                (Kind::Grpc, Some(Verdict::Malformed)) => Some(Verdict::Unauthorized),
                (_, verdict) => verdict,
            };
            let sent = shot.send(load, kind, server);
            if let Some((answer, span)) = hang_up_sometimes(load, chance, sent).await {
                let by_key = || load.oracle.expect_bad_signature(&span);
                let expected = verdict.map_or_else(by_key, Expected::only);
                load.tally.record(kind, expected, &answer, None, &span);
            }
        }
        40..100 => {
            let flaw = match chance.within(0..16) {
                0..5 => Flaw::Expired,
                5..10 => Flaw::WrongAudience,
                10..15 => Flaw::ForeignKey,
                _ => Flaw::UnknownKey,
            };
            let token = load.tokens.flawed(flaw);
            with_token(load, kind, server, chance, &token).await;
        }
        _ => {
            let token = load.tokens.any();
            with_token(load, kind, server, chance, &token).await;
        }
    }
}

async fn with_token(load: &Load, kind: Kind, server: usize, chance: &mut Chance, token: &Token) {
    let shot = match kind {
        Kind::Grpc => Shot::whoami(vec![("authorization", bearer(&token.text))]),
        _ => Shot::any(chance, token),
    };
    let sent = shot.send(load, kind, server);
    if let Some((answer, span)) = hang_up_sometimes(load, chance, sent).await {
        load.judge(kind, server, token, shot.accepted_as, &answer, &span);
    }
}

/// One client in a hundred hangs up before the answer, at any moment.
async fn hang_up_sometimes<T>(
    load: &Load,
    chance: &mut Chance,
    sent: impl Future<Output = T>,
) -> Option<T> {
    if !chance.one_in(100) {
        return Some(sent.await);
    }
    let after = Duration::from_micros(chance.within(0..3_000));
    let answered = timeout(after, sent).await.ok();
    if answered.is_none() {
        load.tally.hang_up();
    }
    answered
}

impl Shot {
    fn whoami(fields: Fields) -> Self {
        Self {
            method: Method::GET,
            path: "/whoami",
            fields,
            accepted_as: Verdict::Accepted,
        }
    }

    fn any(chance: &mut Chance, token: &Token) -> Self {
        let mut shot = Self::whoami(Vec::new());
        match chance.within(0..10) {
            0..6 => shot.fields.push(("authorization", bearer(&token.text))),
            6..8 => {
                shot.fields.push(("authorization", bearer(&token.text)));
                shot.path = "/admin";
                if !token.has_scope {
                    shot.accepted_as = Verdict::Forbidden;
                }
            }
            at => {
                let cookie = format!("theme=dark; {COOKIE}={}", token.text);
                shot.fields.push(("cookie", cookie.into_bytes()));
                if at == 9 {
                    shot.method = Method::POST;
                    shot.protect(chance, token);
                }
            }
        }
        shot
    }

    /// Adds the session's CSRF token, or sometimes another, or none.
    fn protect(&mut self, chance: &mut Chance, token: &Token) {
        let csrf = Csrf::new(CSRF_SECRET).unwrap();
        let session = match chance.within(0..8) {
            0 => return self.accepted_as = Verdict::Forbidden,
            1 => {
                self.accepted_as = Verdict::Forbidden;
                "another"
            }
            _ => &token.session.id,
        };
        let csrf_token = csrf.token_for(ISSUER, session).unwrap();
        self.fields.push(("x-csrf-token", csrf_token.into_bytes()));
    }

    async fn send(&self, load: &Load, kind: Kind, server: usize) -> (Answer, Span) {
        let client = &load.clients[server];
        let from = Moment::now();
        let answer = if kind == Kind::Grpc {
            client.grpc(&self.fields).await
        } else {
            let mut request = client.request(self.method.clone(), self.path);
            for (name, value) in &self.fields {
                request = request.header(*name, value.as_slice());
            }
            let version = match kind {
                Kind::Http2 => Version::HTTP_2,
                _ => Version::HTTP_11,
            };
            let request = request.body(Full::default());
            client.http(version, request.unwrap()).await
        };
        (answer, Span::since(from))
    }
}
