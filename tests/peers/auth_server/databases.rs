//! The user database.

use serde_json::json;
use sqlx::{AnyConnection, Connection};

use super::{AuthServer, pair};
use crate::postgres::Postgres;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn users_live_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    users_live_in(&format!("sqlite://{}?mode=rwc", file.display())).await;
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn users_live_in_postgresql() {
    let postgres = Postgres::start().await;
    users_live_in(&postgres.url).await;
}

async fn users_live_in(url: &str) {
    // Of two that start together, one creates the table.
    let (first, second) = (url.to_owned(), url.to_owned());
    let start =
        |url: String| tokio::task::spawn_blocking(|| AuthServer::start(["--database".into(), url]));
    let (first, second) = tokio::join!(start(first), start(second));
    let (server, second) = (first.unwrap(), second.unwrap());
    let alice = second.alice().await;
    drop(second);
    let alice_here = server.alice().await;
    let bob = server.bob().await;
    let unknown = server.try_login("alice\0", "wonderland").await;
    unknown.assert(401, &json!({"error": "invalid_credentials"}));

    let mut database = database(url).await;
    let hashes: Vec<String> = sqlx::query_scalar("SELECT password_hash FROM users")
        .fetch_all(&mut database)
        .await
        .unwrap();
    assert_eq!(hashes.len(), 2);
    assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$")));
    assert!(alice.access_token != alice_here.access_token);

    run(&mut database, "DELETE FROM users WHERE username = 'alice'").await;
    run(
        &mut database,
        "UPDATE users SET role = 'admin' WHERE username = 'bob'",
    )
    .await;

    let answer = server.get_as("/profile", &alice_here.access_token).await;
    answer.assert_refused(401, "invalid_token", "invalid token");
    for _ in 0..2 {
        let answer = server.refresh(&alice_here.refresh_token).await;
        answer.assert(401, &json!({"error": "invalid_grant"}));
    }
    let answer = server.try_login("alice", "wonderland").await;
    answer.assert(401, &json!({"error": "invalid_credentials"}));

    // Roles are read again.
    assert_eq!(server.get_as("/admin", &bob.access_token).await.status, 403);
    let bob = pair(&server.refresh(&bob.refresh_token).await);
    assert_eq!(server.get_as("/admin", &bob.access_token).await.status, 200);

    // A deleted user does not come back with a restart, not even the last one.
    run(&mut database, "DELETE FROM users").await;
    drop(server);
    let server = AuthServer::start(["--database", url]);
    let answer = server.try_login("bob", "builder").await;
    answer.assert(401, &json!({"error": "invalid_credentials"}));
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn without_its_database_it_says_so_and_uses_no_token_up() {
    let mut postgres = Postgres::start().await;
    let server = AuthServer::start(["--database", &*postgres.url]);
    let bob = server.bob().await;
    postgres.stop();
    let unavailable = json!({"error": "temporarily_unavailable"});
    let (login, profile, refresh) = tokio::join!(
        server.try_login("bob", "builder"),
        server.get_as("/profile", &bob.access_token),
        server.refresh(&bob.refresh_token),
    );
    for answer in [login, profile, refresh] {
        answer.assert(503, &unavailable);
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert!(server.takes(&bob.access_token).await);
    postgres.run().await;
    pair(&server.refresh(&bob.refresh_token).await);
}

async fn database(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.unwrap()
}

async fn run(database: &mut AnyConnection, statement: &str) {
    sqlx::query(statement).execute(database).await.unwrap();
}
