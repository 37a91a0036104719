//! In a cluster.

use redis::cluster::ClusterClient;

use super::*;

fn node() -> RedisServer {
    RedisServer::with(&["--appendonly", "no", "--cluster-enabled", "yes"])
}

async fn wait_until_ok(nodes: &[RedisServer]) {
    let deadline = Instant::now() + SECOND * 30;
    for node in nodes {
        loop {
            let info: String = node.ask(cmd("CLUSTER").arg("INFO")).await;
            let known = format!("cluster_known_nodes:{}", nodes.len());
            if info.contains("cluster_state:ok") && info.contains(&known) {
                break;
            }
            assert!(Instant::now() < deadline, "{info}");
            sleep(SECOND / 20).await;
        }
    }
}

async fn own(node: &RedisServer, first: u16, last: u16) {
    let mut add = cmd("CLUSTER");
    add.arg("ADDSLOTS").arg((first..=last).collect::<Vec<_>>());
    node.ask::<()>(&add).await;
}

/// A node refuses an operation on two slots, even if it has both.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn no_step_touches_two_slots() {
    let nodes = [node()];
    own(&nodes[0], 0, 16_383).await;
    wait_until_ok(&nodes).await;
    let mut both = cmd("MGET");
    both.arg("a").arg("b");
    let mut connection = nodes[0].connection().await;
    let refused = both.exec_async(&mut connection).await.unwrap_err();
    assert_eq!(refused.code(), Some("CROSSSLOT"));
    let subject = store::subject(nodes[0].store());
    subject.assert_keeps_the_contract().await;
    let feeds = [nodes[0].feed(), nodes[0].feed()];
    let subject = feed::subject(feeds, &nodes[0]);
    subject.assert_keeps_the_contract().await;
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn three_nodes_keep_the_contracts() {
    let nodes = [node(), node(), node()];
    let ranges = [(0, 5_000), (5_001, 10_000), (10_001, 16_383)];
    for (node, (first, last)) in nodes.iter().zip(ranges) {
        own(node, first, last).await;
        let mut meet = cmd("CLUSTER");
        meet.arg("MEET").arg("127.0.0.1").arg(nodes[0].port());
        node.ask::<()>(&meet).await;
    }
    wait_until_ok(&nodes).await;
    let client = ClusterClient::new(nodes.iter().map(RedisServer::url)).unwrap();
    let connect = async || {
        let connection = client.get_async_connection().await.unwrap();
        Redis::from_connection(connection)
    };
    let store = RedisStore::new(connect().await);
    let subject = store::subject(store);
    subject.assert_keeps_the_contract().await;
    // Keys are on all of them.
    let store = RedisStore::new(connect().await);
    for number in 0..100 {
        let key = number.to_string();
        assert!(store.swap(&key, None, b"1", MINUTE).await.unwrap());
    }
    for node in &nodes {
        assert!(node.ask::<u32>(&cmd("DBSIZE")).await > 10);
    }
    let feeds = [
        RedisFeed::new(connect().await),
        RedisFeed::new(connect().await),
    ];
    // Wherever the feed is, all of it is there.
    let mut owner = None;
    feeds[0].load().await.unwrap();
    for node in &nodes {
        let mut exists = cmd("KEYS");
        let keys: Vec<String> = node.ask(exists.arg("*{feed}*")).await;
        if !keys.is_empty() {
            assert_eq!(keys.len(), 2);
            assert!(owner.replace(node).is_none());
        }
    }
    let owner = owner.unwrap();
    owner.ask::<()>(&cmd("FLUSHALL")).await;
    let subject = feed::subject(feeds, owner);
    subject.assert_keeps_the_contract().await;
}
