//! The cost of signing in.

use std::fs;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use super::AuthServer;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn an_unknown_user_gets_the_answer_of_a_wrong_password() {
    let server = AuthServer::start([""; 0]);
    let mut times = [Duration::MAX; 2];
    // The minimum of several: other load can only lengthen it.
    for _ in 0..8 {
        let names = [["alice", "wrong"], ["nobody", "wonderland"]];
        for (time, [username, password]) in times.iter_mut().zip(names) {
            let begun = Instant::now();
            let answer = server.try_login(username, password).await;
            *time = begun.elapsed().min(*time);
            answer.assert(401, &json!({"error": "invalid_credentials"}));
        }
    }
    // Everything else takes a twentieth of checking a password, whose time depends on other load.
    let [known, unknown] = times;
    assert!(unknown * 5 > known && known * 5 > unknown, "{times:?}");

    for name in ["", "ALICE", "alice ", "alice\0", "' OR 1=1 --", "\u{1f600}"] {
        let answer = server.try_login(name, "wonderland").await;
        answer.assert(401, &json!({"error": "invalid_credentials"}));
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_flood_of_logins_takes_no_memory() {
    let mut server = AuthServer::start([""; 0]);
    let flood = (0..600).map(|_| server.try_login("alice", "wrong"));
    let mut refused = 0;
    for answer in join_all(flood).await {
        if answer.status == 503 {
            answer.assert(503, &json!({"error": "temporarily_unavailable"}));
            assert_eq!(answer.header("retry-after"), "1");
            refused += 1;
        } else {
            answer.assert(401, &json!({"error": "invalid_credentials"}));
        }
    }
    assert!(refused > 0 && refused < 600, "{refused}");

    // Each takes 19 MiB, and at most one per processor is checked at a time.
    let processors = std::thread::available_parallelism().unwrap().get();
    let peak = peak_memory_mib(server.server.process().id());
    assert!(peak < 100 + 20 * processors, "{peak} MiB");
    server.alice().await;
}

fn peak_memory_mib(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: usize = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib / 1024
}
