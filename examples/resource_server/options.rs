//! The command line, and the verifier that it asks for.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use tower_bearer::extract::{Bearer, Cookie, Query, TokenSource};
use tower_bearer::keys::{Combined, KeyFile};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, SigningKey, Validation, Verifier, VerifyingKey};

/// Answers requests that carry a token signed by one of your keys.
#[derive(Parser)]
pub(crate) struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// A file whose bytes are an HMAC secret
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    /// A public key or certificate in PEM
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// A JWK Set
    #[arg(long, value_name = "FILE")]
    jwks: Vec<PathBuf>,
    /// The issuer to demand (iss); any, without this
    #[arg(long)]
    issuer: Option<String>,
    /// An audience to accept (aud)
    #[arg(long)]
    audience: Vec<String>,
    /// Accept any audience, or none
    #[arg(long)]
    any_audience: bool,
    /// An algorithm to accept; all that the keys permit, without this
    #[arg(long, value_name = "ALG")]
    algorithm: Vec<Algorithm>,
    /// How far clocks may differ, in seconds
    #[arg(long, value_name = "S")]
    leeway: Option<u64>,
    /// The type of token to demand (typ)
    #[arg(long, value_name = "TYPE")]
    token_type: Option<String>,
    /// A claim to demand
    #[arg(long, value_name = "CLAIM")]
    require_claim: Vec<String>,
    /// How old tokens may be (from iat), in seconds
    #[arg(long, value_name = "S")]
    max_age: Option<u64>,
    /// Take tokens from this cookie, too
    #[arg(long, value_name = "NAME")]
    cookie: Option<String>,
    /// Take tokens from this query parameter, too
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Where in the claims the roles are, e.g. `realm_access.roles`
    #[arg(long, value_name = "PATH")]
    roles_claim: Option<String>,
}

/// What the server runs with.
pub(crate) struct SetUp {
    pub(crate) listen: SocketAddr,
    pub(crate) verifier: Verifier,
    pub(crate) source: Arc<dyn TokenSource>,
    pub(crate) demo_token: Option<String>,
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

    pub(crate) fn set_up(mut self) -> Result<SetUp, Box<dyn Error>> {
        let demo = self.demo_issuer()?;
        let keys = match &demo {
            Some(issuer) => Combined::default().and(issuer.verifying_key()),
            None => self.keys()?,
        };

        let builder = Verifier::builder();
        let mut builder = match &self.issuer {
            Some(issuer) => builder.issuer(issuer, keys),
            None => builder.any_issuer(keys),
        };
        if let Some(path) = self.roles_claim.clone() {
            builder = builder.roles_claim(path);
        }
        let verifier = builder.validation(self.validation()).build()?;

        let demo_token = demo.map(|issuer| {
            let token = issuer.token().subject("alice").claim("scope", "read");
            token.claim("aud", &self.audience).sign()
        });
        Ok(SetUp {
            listen: self.listen,
            verifier,
            source: self.source()?,
            demo_token,
        })
    }

    /// Without keys, one is made, so that there is something to try.
    fn demo_issuer(&mut self) -> Result<Option<TestIssuer>, Box<dyn Error>> {
        if !(self.secret_file.is_empty() && self.public_key.is_empty() && self.jwks.is_empty()) {
            return Ok(None);
        }
        if self.audience.is_empty() && !self.any_audience {
            self.audience.push("demo".into());
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let key = SigningKey::from_secret(Algorithm::HS256, secret)?;
        let name = self.issuer.as_deref().unwrap_or("resource_server");
        Ok(Some(TestIssuer::new(name, Algorithm::HS256).key(key)))
    }

    fn keys(&self) -> Result<Combined, Box<dyn Error>> {
        let mut keys = Combined::default();
        for path in &self.secret_file {
            let secret = fs::read(path).map_err(|error| {
                format!("cannot read the secret file {}: {error}", path.display())
            })?;
            let key = VerifyingKey::from_secret(secret).map_err(|error| {
                format!("cannot use the secret file {}: {error}", path.display())
            })?;
            keys = keys.and(key);
        }
        for path in self.public_key.iter().chain(&self.jwks) {
            keys = keys.and(KeyFile::open(path)?.watch());
        }
        Ok(keys)
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new();
        for audience in &self.audience {
            validation = validation.audience(audience);
        }
        if self.any_audience {
            validation = validation.any_audience();
        }
        if !self.algorithm.is_empty() {
            validation = validation.algorithms(self.algorithm.iter().copied());
        }
        if let Some(secs) = self.leeway {
            validation = validation.leeway(Duration::from_secs(secs));
        }
        if let Some(token_type) = &self.token_type {
            validation = validation.token_type(token_type);
        }
        for claim in &self.require_claim {
            validation = validation.require_claim(claim);
        }
        if let Some(secs) = self.max_age {
            validation = validation.max_age(Duration::from_secs(secs));
        }
        validation
    }

    fn source(&self) -> Result<Arc<dyn TokenSource>, Box<dyn Error>> {
        let mut source: Arc<dyn TokenSource> = Arc::new(Bearer);
        if let Some(name) = &self.cookie {
            source = Arc::new(source.or(Cookie::new(name)?));
        }
        if let Some(name) = &self.query {
            source = Arc::new(source.or(Query::new(name)?));
        }
        Ok(source)
    }
}
