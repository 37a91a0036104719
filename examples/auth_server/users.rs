//! The users, in SQLite or PostgreSQL.

use std::error::Error;
use std::time::Duration;

use serde::Serialize;
use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;

use crate::passwords;

/// Waiting longer for a database helps nobody.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who there is when the table is made: a name, a password, and a role.
pub(crate) const DEMO_USERS: [(&str, &str, Option<&str>); 2] = [
    ("alice", "wonderland", Some("admin")),
    ("bob", "builder", None),
];

/// A row of the table, without the hash of the password: what is not read cannot be shown.
#[derive(Serialize)]
pub(crate) struct User {
    /// What tokens call their subject. So a name must never be given to somebody else.
    pub(crate) username: String,
    pub(crate) role: Option<String>,
}

/// The table `users`.
pub(crate) struct Users {
    pool: AnyPool,
}

impl Users {
    /// Opens the database. If it has no table of users, makes one, with the demo users.
    pub(crate) async fn open(url: &str) -> Result<Self, Box<dyn Error>> {
        sqlx::any::install_default_drivers();
        let mut options = AnyPoolOptions::new().acquire_timeout(PATIENCE);
        if url.contains(":memory:") || url.contains("mode=memory") {
            // Each connection has a memory of its own: there must be one, for good.
            options = options
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None);
        }
        // The URL may hold a password, so that no message may hold the URL.
        let pool = options
            .connect(url)
            .await
            .map_err(|error| format!("cannot open the database: {error}"))?;
        let users = Self { pool };
        if users.look().await.is_err()
            && let Err(error) = users.create().await
            // Another server may have been faster.
            && users.look().await.is_err()
        {
            return Err(format!("cannot make the table of users: {error}").into());
        }
        Ok(users)
    }

    /// The user of this name.
    pub(crate) async fn find(&self, username: &str) -> sqlx::Result<Option<User>> {
        let row: Option<(String, Option<String>)> =
            sqlx::query_as("SELECT username, role FROM users WHERE username = $1")
                .bind(username)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(username, role)| User { username, role }))
    }

    /// The hash of the password of the user of this name.
    pub(crate) async fn password_hash(&self, username: &str) -> sqlx::Result<Option<String>> {
        // PostgreSQL has no text with this character, and would answer with an error.
        if username.contains('\0') {
            return Ok(None);
        }
        sqlx::query_scalar("SELECT password_hash FROM users WHERE username = $1")
            .bind(username)
            .fetch_optional(&self.pool)
            .await
    }

    /// Whether the database can be asked.
    pub(crate) async fn ready(&self) -> sqlx::Result<()> {
        self.pool.acquire().await.map(drop)
    }

    /// Whether there is a table of users.
    async fn look(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT username, password_hash, role FROM users LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .map(drop)
    }

    /// Makes the table and who is in it in one step, so that demo users never come back.
    async fn create(&self) -> Result<(), Box<dyn Error>> {
        let mut step = self.pool.begin().await?;
        sqlx::query(
            "CREATE TABLE users (
                username TEXT PRIMARY KEY,
                password_hash TEXT NOT NULL,
                role TEXT
            )",
        )
        .execute(&mut *step)
        .await?;
        for (username, password, role) in DEMO_USERS {
            sqlx::query("INSERT INTO users (username, password_hash, role) VALUES ($1, $2, $3)")
                .bind(username)
                .bind(passwords::hash(password)?)
                .bind(role)
                .execute(&mut *step)
                .await?;
        }
        Ok(step.commit().await?)
    }
}
