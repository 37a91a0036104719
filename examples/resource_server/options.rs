//! The command line, and the verifier that it describes.

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use config::{Config, Environment, File, FileFormat};
use tower_bearer::VerifierConfig;
use tower_bearer::extract::{Bearer, Cookie, Query, TokenSource};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{Algorithm, SigningKey, Validation, Verifier};

use crate::keys::KeyOptions;

/// Answers requests that carry a token signed with one of your keys
#[derive(Parser)]
pub(crate) struct Options {
    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    #[command(flatten)]
    keys: KeyOptions,
    /// Verifier in TOML, instead of options for keys and rules. Variables such as
    /// `TOWER_BEARER__RULES__LEEWAY` override the file
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "secret_file", "public_key", "jwks", "discover", "allow_http", "jwks_ttl", "cooldown", "stale",
        "issuer", "audience", "any_audience", "algorithm", "leeway", "token_type", "require_claim",
        "max_age", "roles_claim",
    ])]
    config: Option<PathBuf>,
    /// Required issuer (iss); default: the discovered ones, or any
    #[arg(long)]
    issuer: Option<String>,
    /// Accepted audience (aud)
    #[arg(long)]
    audience: Vec<String>,
    /// Accept any audience, even none
    #[arg(long)]
    any_audience: bool,
    /// Accepted algorithm; default: all that the keys permit
    #[arg(long, value_name = "ALG")]
    algorithm: Vec<Algorithm>,
    /// Allowed clock difference, in seconds
    #[arg(long, value_name = "S")]
    leeway: Option<u64>,
    /// Required token type (typ)
    #[arg(long, value_name = "TYPE")]
    token_type: Option<String>,
    /// Required claim
    #[arg(long, value_name = "CLAIM")]
    require_claim: Vec<String>,
    /// Greatest age of a token (from iat), in seconds
    #[arg(long, value_name = "S")]
    max_age: Option<u64>,
    /// Also read tokens from this cookie
    #[arg(long, value_name = "NAME")]
    cookie: Option<String>,
    /// Also read tokens from this query parameter
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Path of the roles in the claims, e.g. `realm_access.roles`
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
    /// Reads the command line. Errors are one line.
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
        let builder = match (&self.config, &demo) {
            (Some(path), _) => read_config(path)?.into_builder()?,
            (None, Some(demo)) => {
                let builder = self.with_rules(Verifier::builder());
                match &self.issuer {
                    Some(issuer) => builder.issuer(issuer, demo.verifying_key()),
                    None => builder.any_issuer(demo.verifying_key()),
                }
            }
            (None, None) => {
                let builder = self.with_rules(Verifier::builder());
                self.keys.trust(builder, self.issuer.as_deref())?
            }
        };

        let demo_token = demo.map(|issuer| {
            let token = issuer.token().subject("alice").claim("scope", "read");
            token.claim("aud", &self.audience).sign()
        });
        Ok(SetUp {
            listen: self.listen,
            verifier: builder.build()?,
            source: self.source()?,
            demo_token,
        })
    }

    /// Without keys, makes one to try the server with.
    fn demo_issuer(&mut self) -> Result<Option<TestIssuer>, Box<dyn Error>> {
        if self.config.is_some() || !self.keys.is_empty() {
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

    fn with_rules(&self, mut builder: VerifierBuilder) -> VerifierBuilder {
        if let Some(path) = self.roles_claim.clone() {
            builder = builder.roles_claim(path);
        }
        builder.validation(self.validation())
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

/// The file, overridden by the environment.
fn read_config(path: &Path) -> Result<VerifierConfig, Box<dyn Error>> {
    let environment = Environment::with_prefix("TOWER_BEARER")
        .prefix_separator("__")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("rules.audiences");
    let read = Config::builder()
        .add_source(File::from(path).format(FileFormat::Toml))
        .add_source(environment)
        .build();
    read.and_then(Config::try_deserialize).map_err(|error| {
        let text = error.to_string().replace('\n', " ");
        format!("cannot use the configuration {}: {text}", path.display()).into()
    })
}
