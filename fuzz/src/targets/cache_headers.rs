//! What is said about caching and trying again → when keys are fetched, and how long they serve.

use std::sync::LazyLock;
use std::time::Duration;

use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, sleep, sleep_until};
use tower_bearer::keys::{KeyProvider, KeyState, RemoteKeys};

use crate::input::Parts;
use crate::runtime::{block_on, settle};
use crate::server::{Reply, Server, jwks};
use crate::world::published_key;

/// Two heads of answers, as HTTP/1.1 has them but for the first word: the first answer's, and that
/// of all others.
pub fn run(input: &[u8]) {
    let mut parts = Parts::new(input);
    let heads = [Head::parse(parts.part()), Head::parse(parts.part())];
    block_on(fetch_twice(heads));
}

async fn fetch_twice(heads: [Head; 2]) {
    let [first, then] = heads.clone();
    let server = Server::new(move |_, before| heads[before.min(1)].reply());
    let keys = RemoteKeys::builder(URL).client(server.clone());
    let keys = keys.build().expect("the set-up is right");

    let begun = Instant::now();
    let is_ready = keys.ready().await.is_ok();
    assert_eq!(is_ready, first.status == 200);
    if !is_ready {
        assert_eq!(keys.status().keys, 0);
        assert_eq!(keys.status().state, KeyState::Unavailable);
        // It is a second at least, and random by half.
        let pause = keys.status().next_refresh.expect("it tries again");
        assert!(
            pause + TICK >= first.least_pause() && pause <= LONGEST_PAUSE,
            "{pause:?}"
        );
        sleep(pause + TICK).await;
        settle().await;
        let is_ready = keys.status().keys > 0;
        assert_eq!(is_ready, then.status == 200);
        assert_eq!(server.asked().len(), 2);
        return;
    }

    let life = first.life();
    let status = keys.status();
    assert_eq!((status.state, status.keys), (KeyState::Fresh, 1));
    let pause = status.next_refresh.expect("it refreshes");
    assert!(
        pause >= life.mul_f64(0.7) && pause <= life.mul_f64(0.9),
        "{pause:?} of {life:?}"
    );

    sleep(pause + TICK).await;
    settle().await;
    let asked = server.asked();
    assert_eq!(asked.len(), 2, "{pause:?}");
    assert_eq!(asked[1].headers.get(IF_NONE_MATCH), first.headers.get(ETAG));

    let is_confirmed = match then.status {
        200 => true,
        304 => first.headers.contains_key(ETAG),
        _ => false,
    };
    let status = keys.status();
    assert_eq!(
        status.last_error.is_none(),
        is_confirmed,
        "{:?}",
        status.last_error
    );
    let next = status.next_refresh.expect("it goes on");
    let end = if is_confirmed {
        let life = then.life();
        assert!(
            next >= life.mul_f64(0.7) && next <= life.mul_f64(0.9),
            "{next:?} of {life:?}"
        );
        asked[1].at + life
    } else {
        assert!(
            next + 2 * TICK >= then.least_pause() && next <= LONGEST_PAUSE,
            "{next:?}"
        );
        begun + life
    };

    // Nobody is asked in between, so that what is fetched next comes too late for this.
    if next > end - Instant::now() {
        sleep_until(end - 2 * TICK).await;
        assert_eq!(keys.status().state, KeyState::Fresh);
        sleep(4 * TICK).await;
        assert_eq!(keys.status().state, KeyState::Stale);
        assert_eq!(keys.status().keys, 1);
    }
}

const URL: &str = "https://issuer.example.com/jwks.json";

/// By chance it may be half of it.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The finest that the clock can tell.
const TICK: Duration = Duration::from_millis(1);

static DOCUMENT: LazyLock<String> = LazyLock::new(|| jwks([published_key("a").verifying_key()]));

#[derive(Clone)]
struct Head {
    status: u16,
    headers: HeaderMap,
}

impl Head {
    fn parse(text: &[u8]) -> Self {
        let mut lines = Parts::separated(text, b'\n');
        let status = str::from_utf8(lines.part())
            .ok()
            .and_then(|status| status.parse().ok());
        let mut headers = HeaderMap::new();
        for line in lines.take(100) {
            let mut halves = line.splitn(2, |&byte| byte == b':');
            let mut half = || halves.next().unwrap_or_default();
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(half()),
                HeaderValue::from_bytes(half()),
            ) {
                headers.append(name, value);
            }
        }
        let status = status
            .filter(|status| (200..600).contains(status))
            .unwrap_or(200);
        Self { status, headers }
    }

    fn reply(&self) -> Reply {
        let Reply::Answer(mut response) = Reply::ok(DOCUMENT.as_str()) else {
            unreachable!("it was made as an answer");
        };
        *response.status_mut() = self.status.try_into().expect("a status");
        *response.headers_mut() = self.headers.clone();
        Reply::Answer(response)
    }

    /// RFC 9111 §5.2.2, within a minute and a day.
    fn life(&self) -> Duration {
        let mut least: Option<u64> = None;
        for line in self.headers.get_all(CACHE_CONTROL) {
            let Ok(line) = line.to_str() else {
                continue;
            };
            for directive in line.to_lowercase().split(',') {
                let (name, value) = directive.split_once('=').unwrap_or((directive, "none"));
                let blanks = [' ', '\t'];
                let value = value.trim_matches(blanks).trim_matches('"');
                let seconds = match name.trim_matches(blanks) {
                    "no-store" | "no-cache" => 0,
                    "max-age"
                        if !value.is_empty()
                            && value.chars().all(|digit| digit.is_ascii_digit()) =>
                    {
                        let is_long = value.trim_start_matches('0').len() > 9;
                        if is_long {
                            u64::MAX
                        } else {
                            value.parse().expect("nine digits")
                        }
                    }
                    _ => continue,
                };
                least = Some(least.map_or(seconds, |other| other.min(seconds)));
            }
        }
        let seconds = least.map_or(600, |seconds| seconds.clamp(60, 24 * 60 * 60));
        Duration::from_secs(seconds)
    }

    /// RFC 9110 §10.2.3, within the longest pause that we make.
    fn least_pause(&self) -> Duration {
        let seconds = self
            .headers
            .get(RETRY_AFTER)
            .and_then(|seconds| seconds.to_str().ok());
        let digits = seconds.unwrap_or_default().trim();
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
        let seconds = match digits.trim_start_matches('0') {
            _ if !is_number => 0,
            "" => 0,
            // Not even a number of 64 bits: whoever says so says nothing.
            digits if digits.len() > 19 => 0,
            digits => digits.parse::<u64>().map_or(0, |seconds| seconds.min(60)),
        };
        Duration::from_secs(seconds)
    }
}
