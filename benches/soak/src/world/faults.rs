//! The schedule of faults.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::key_endpoint::{KeyEndpoint, Trouble};
use super::redis::Redis;
use crate::clock::Moment;
use crate::oracle::Oracle;

/// What is taken away, how, and for how many milliseconds if time allows.
struct Fault {
    name: &'static str,
    what: What,
    millis: u64,
}

#[derive(Clone, Copy)]
enum What {
    Keys(Trouble),
    RedisHangs,
    /// It is killed, and comes back empty.
    RedisDies,
}

const fn fault(name: &'static str, what: What, millis: u64) -> Fault {
    Fault { name, what, millis }
}

/// Each in turn. The long ones outlast what the servers bridge.
const FAULTS: [Fault; 11] = [
    fault(
        "key endpoint: refuses connections",
        What::Keys(Trouble::Refuses),
        4_000,
    ),
    fault("Redis: hangs for a moment", What::RedisHangs, 1_500),
    fault(
        "key endpoint: does not answer",
        What::Keys(Trouble::Hangs),
        4_000,
    ),
    fault("Redis: killed, back at once, empty", What::RedisDies, 200),
    fault(
        "key endpoint: answers 500",
        What::Keys(Trouble::Fails),
        4_000,
    ),
    fault("Redis: hangs", What::RedisHangs, 9_000),
    fault(
        "key endpoint: answers garbage",
        What::Keys(Trouble::Garbage),
        4_000,
    ),
    fault(
        "key endpoint: a byte at a time",
        What::Keys(Trouble::Trickles),
        4_000,
    ),
    fault("Redis: killed, back later, empty", What::RedisDies, 9_000),
    fault(
        "key endpoint: a set without keys",
        What::Keys(Trouble::Empty),
        4_000,
    ),
    fault(
        "key endpoint: away for long",
        What::Keys(Trouble::Refuses),
        17_000,
    ),
];

/// How long all is well after a fault, if time allows.
const PAUSE: Duration = Duration::from_secs(20);

/// A past fault, in seconds since the start of the load.
#[derive(Serialize, Deserialize)]
pub(crate) struct Past {
    pub(crate) name: String,
    pub(crate) of_redis: bool,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

pub(crate) struct Faults {
    pub(crate) endpoint: Arc<KeyEndpoint>,
    pub(crate) redis: Arc<Redis>,
    pub(crate) oracle: Arc<Oracle>,
}

impl Faults {
    /// Injects all faults in turn for this long. If the time is too short for all, each is
    /// shortened.
    pub(crate) async fn run(&self, length: Duration) -> Vec<Past> {
        let count = u32::try_from(FAULTS.len()).unwrap();
        let all: Duration = FAULTS
            .iter()
            .map(|it| Duration::from_millis(it.millis))
            .sum();
        let whole = all + PAUSE * count;
        let scale = (length.as_secs_f64() / whole.as_secs_f64()).min(1.0);
        let end = Moment::now().at + length;
        let mut past = Vec::new();
        for fault in FAULTS.iter().cycle() {
            sleep(PAUSE.mul_f64(scale)).await;
            let length = Duration::from_millis(fault.millis).mul_f64(scale);
            // A sleep may overrun by a fraction of a millisecond.
            let spare = Duration::from_secs(1);
            if Moment::now().at + length > end + spare {
                break;
            }
            let from = Moment::now().at;
            self.be(fault.what, length).await;
            past.push(Past {
                name: fault.name.to_owned(),
                of_redis: !matches!(fault.what, What::Keys(_)),
                from: from.as_secs_f64(),
                to: Moment::now().at.as_secs_f64(),
            });
        }
        past
    }

    async fn be(&self, what: What, length: Duration) {
        let outages = match what {
            What::Keys(_) => &self.oracle.keys,
            What::RedisHangs | What::RedisDies => &self.oracle.redis,
        };
        outages.begin();
        match what {
            What::Keys(trouble) => self.endpoint.set_trouble(Some(trouble)),
            What::RedisHangs => self.redis.hang(),
            What::RedisDies => self.redis.go_down(),
        }
        sleep(length).await;
        outages.end();
        match what {
            What::Keys(_) => self.endpoint.set_trouble(None),
            What::RedisHangs => self.redis.wake(),
            What::RedisDies => self.redis.come_up().await,
        }
        outages.is_back();
    }
}
