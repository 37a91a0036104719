//! The command line, and what it makes the server of.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};
use tower_bearer::auth::Csrf;
use tower_bearer::jose::KeyFamily;
use tower_bearer::verify::Staleness;
use tower_bearer::{Algorithm, SigningKey, Verifier};
use tower_bearer_issuer::{RefreshTokens, Sessions, TokenIssuer};
use zeroize::Zeroizing;

use crate::accounts::Accounts;
use crate::passwords::Passwords;
use crate::stores::Stores;
use crate::users::Users;

/// How wrong clocks may be before a revocation is forgotten too early.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Signs users in, by tokens or by cookies.
///
/// Several of them are one server to their clients if all have the same --store, --database, --key,
/// --algorithm, --issuer and --audience.
#[derive(Parser)]
pub(crate) struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,
    /// Where refresh tokens and revocations live: `memory`, or `redis://…` for several servers
    #[arg(long, value_name = "memory|URL", default_value = "memory")]
    store: String,
    /// How long the store may be out of reach until nobody knows any more what was revoked, in
    /// seconds
    #[arg(long, value_name = "S", default_value_t = 10)]
    stale_after: u64,
    /// What happens to requests then
    #[arg(long, value_enum, default_value_t = WhenStale::Refuse)]
    when_stale: WhenStale,
    /// Where the users are: `sqlite://FILE?mode=rwc` or `postgres://…`. A table of users is made if
    /// there is none, with the demo users
    #[arg(long, value_name = "URL", default_value = "sqlite::memory:")]
    database: String,
    /// How long access tokens are good, in seconds
    #[arg(long, value_name = "S", default_value_t = 900)]
    access_ttl: u64,
    /// How long after signing in one has to sign in again, in seconds; and 14 days after the last
    /// use of a refresh token in any case
    #[arg(long, value_name = "S", default_value_t = 30 * 24 * 3600)]
    refresh_ttl: u64,
    /// For how long a used refresh token gives the same next one again, in seconds, for clients that
    /// lost the answer
    #[arg(long, value_name = "S", default_value_t = 0)]
    refresh_grace: u64,
    /// How far clocks may differ, in seconds: those who made its tokens have its own
    #[arg(long, value_name = "S", default_value_t = 0)]
    leeway: u64,
    /// The name of the issuer (iss), which is its URL; without this, where it listens
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Whom tokens are for (aud)
    #[arg(long, default_value = "auth_server")]
    audience: String,
    /// The private key that signs, in PEM (PKCS#8); made at start, without this, so that a restart
    /// signs everybody out
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The algorithm that the key signs by. Those by a secret (HS…) publish nothing by which others
    /// could verify
    #[arg(long, value_name = "ALG", default_value = "ES256")]
    algorithm: Algorithm,
}

#[derive(Clone, Copy, ValueEnum)]
enum WhenStale {
    /// They are answered with 503
    Refuse,
    /// Tokens are good that another server may have revoked
    GoOn,
}

impl Options {
    /// Reads the command line. A mistake in it is told in one line.
    pub(crate) fn from_args() -> Result<Self, Box<dyn Error>> {
        Self::try_parse().map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => error.exit(),
            _ => {
                let text = error.render().to_string();
                let line = text.lines().next().unwrap_or_default();
                line.trim_start_matches("error: ").into()
            }
        })
    }

    /// What the routes work on, for a server that listens here.
    pub(crate) async fn accounts(&self, address: SocketAddr) -> Result<Accounts, Box<dyn Error>> {
        let Stores { store, revocations } = Stores::open(&self.store, self.staleness())?;
        let refresh_tokens = RefreshTokens::builder(Arc::clone(&store))
            .absolute_lifetime(Duration::from_secs(self.refresh_ttl))
            .grace(Duration::from_secs(self.refresh_grace))
            .build()?;
        let revocations = revocations
            .longest_life(Duration::from_secs(self.access_ttl))
            .margin(self.margin())
            .build()?;
        let issuer = self.token_issuer(address)?;
        let accounts = Accounts {
            sessions: Sessions::new(issuer, refresh_tokens, revocations.clone()),
            store,
            revocations,
            passwords: Passwords::new()?,
            users: Users::open(&self.database).await?,
        };
        let is_named = self.key.is_some() && self.issuer.is_some();
        if self.store != "memory" && !is_named {
            tracing::warn!("no other server takes its tokens: give all one --key and one --issuer");
        }
        Ok(accounts)
    }

    /// Trusts the issuer of these sessions, and takes nothing but access tokens.
    pub(crate) fn verifier(&self, accounts: &Accounts) -> Result<Verifier, Box<dyn Error>> {
        let issuer = accounts.sessions.issuer();
        let verifier = Verifier::builder()
            .issuer(issuer.name(), issuer.clone())
            .audience(&self.audience)
            .algorithms([self.algorithm])
            .token_type("at+jwt")
            .require_claim("sub")
            .require_claim("sid")
            .revocations(accounts.revocations.clone())
            .leeway(Duration::from_secs(self.leeway))
            .roles_claim("roles")
            .build()?;
        Ok(verifier)
    }

    /// What protects pages. Servers that share the key share this as well.
    pub(crate) fn csrf(&self) -> Result<Csrf, Box<dyn Error>> {
        let Some(path) = &self.key else {
            return Ok(Csrf::generate()?);
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &read(path)?);
        let secret = hmac::sign(&key, b"auth_server: the secret of CSRF tokens");
        Ok(Csrf::new(secret)?)
    }

    fn token_issuer(&self, address: SocketAddr) -> Result<TokenIssuer, Box<dyn Error>> {
        let listening = || format!("http://{address}");
        let issuer = TokenIssuer::builder()
            .issuer(self.issuer.clone().unwrap_or_else(listening))
            .audience(&self.audience)
            .key(self.signing_key()?)
            .lifetime(Duration::from_secs(self.access_ttl))
            .leeway(Duration::from_secs(self.leeway))
            .build()?;
        Ok(issuer)
    }

    /// The least that the verifier allows, or more.
    fn margin(&self) -> Duration {
        let leeway = Duration::from_secs(self.leeway);
        leeway.saturating_mul(2).max(MARGIN)
    }

    fn staleness(&self) -> Staleness {
        let limit = Duration::from_secs(self.stale_after);
        match self.when_stale {
            WhenStale::Refuse => Staleness::refuse_after(limit),
            WhenStale::GoOn => Staleness::go_on_after(limit),
        }
    }

    fn signing_key(&self) -> Result<SigningKey, Box<dyn Error>> {
        let key = match &self.key {
            Some(path) => SigningKey::from_pem(self.algorithm, &*read(path)?).map_err(|error| {
                let (algorithm, place) = (self.algorithm, path.display());
                format!("cannot sign {algorithm} by the key {place}: {error}")
            })?,
            None => SigningKey::generate(self.algorithm)?,
        };
        Ok(match self.algorithm.family() {
            // A thumbprint would tell of it.
            KeyFamily::Hmac => key.with_key_id("secret"),
            _ => key,
        })
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| format!("cannot read the key {}: {error}", path.display()))
}
