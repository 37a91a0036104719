//! A server that publishes keys, or fails to.

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use tokio::time::Instant;

use crate::server::{Reply, jwks};
use crate::world::published_key;

/// What the server does, and what it got across.
pub(super) struct Publication {
    pub(super) now: Served,
    /// The keys that it published last, and when it last confirmed them.
    pub(super) published: Option<(Served, Instant)>,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Served {
    OnlyA,
    OnlyB,
    Both,
    Neither,
    Unchanged,
    Garbage,
    Busy,
    Nothing,
    Hangs,
}

impl Publication {
    pub(super) fn reply(&mut self, knows_etag: bool) -> Reply {
        let keys = match self.now {
            Served::OnlyA => &DOCUMENTS[0],
            Served::OnlyB => &DOCUMENTS[1],
            Served::Both => &DOCUMENTS[2],
            Served::Neither => return Reply::ok(r#"{"keys":[]}"#),
            Served::Unchanged => {
                if let (Some((_, confirmed)), true) = (&mut self.published, knows_etag) {
                    *confirmed = Instant::now();
                }
                return Reply::status(304);
            }
            Served::Garbage => return Reply::ok("<html>"),
            Served::Busy => return Reply::status(503),
            Served::Nothing => return Reply::Fail,
            Served::Hangs => return Reply::Hang,
        };
        self.published = Some((self.now, Instant::now()));
        let Reply::Answer(mut response) = Reply::ok(keys.as_str()) else {
            unreachable!("it was made as an answer");
        };
        response
            .headers_mut()
            .insert("etag", "\"1\"".parse().expect("a value"));
        Reply::Answer(response)
    }
}

static DOCUMENTS: LazyLock<[String; 3]> = LazyLock::new(|| {
    let [a, b] = ["a", "b"].map(|key_id| published_key(key_id).verifying_key());
    [jwks([a.clone()]), jwks([b.clone()]), jwks([a, b])]
});
