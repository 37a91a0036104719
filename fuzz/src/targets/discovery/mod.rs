//! Issuers and their metadata → where keys are fetched.

mod hosts;

use std::sync::LazyLock;

use http::Uri;
use http::uri::Scheme;
use serde_json::Value;
use tower_bearer::keys::{KeyProvider, RemoteKeys};

use self::hosts::{is_loopback, is_name, is_private};
use crate::input::Parts;
use crate::json::names;
use crate::runtime::block_on;
use crate::server::{Reply, Server, jwks};
use crate::world::{self, published_key};

/// The first byte says what is permitted and which document there is; then come the issuer, unless
/// it is empty, and the document.
pub fn run(input: &[u8]) {
    let Some((&kind, texts)) = input.split_first() else {
        return;
    };
    let mut texts = Parts::new(texts);
    let Some(issuer) = texts.text() else {
        return;
    };
    let issuer = if issuer.is_empty() {
        world::ISSUER
    } else {
        issuer
    };
    let permitted = Permitted {
        http: kind & 1 != 0,
        private: kind & 6 == 2,
        public_only: kind & 6 == 4,
    };
    let site = Site {
        document: texts.rest().to_vec(),
        is_oauth: kind & 8 != 0,
        has_no_keys: kind & 16 != 0,
    };
    block_on(discover(issuer, site, &permitted));
}

/// What the issuer publishes.
struct Site {
    document: Vec<u8>,
    /// As RFC 8414 has it, not as OpenID Connect does.
    is_oauth: bool,
    /// There is nothing where the keys should be.
    has_no_keys: bool,
}

impl Site {
    /// The answer to one who has asked so often before. The last is for keys, wherever they are.
    fn reply(&self, before: usize) -> Reply {
        match (before, self.is_oauth) {
            (0, true) => Reply::status(404),
            (0, false) | (1, true) => Reply::ok(self.document.clone()),
            _ if self.has_no_keys => Reply::Fail,
            _ => Reply::ok(JWKS.as_str()),
        }
    }
}

async fn discover(issuer: &str, site: Site, permitted: &Permitted) {
    let (is_oauth, has_no_keys) = (site.is_oauth, site.has_no_keys);
    let named = jwks_uri(&site.document, issuer);
    let server = Server::new(move |_, before| site.reply(before));
    let keys = RemoteKeys::discover(issuer).client(server.clone());
    let keys = if permitted.http {
        keys.allow_http()
    } else {
        keys
    };
    let keys = if permitted.private {
        keys.allow_private_addresses()
    } else {
        keys
    };
    let keys = if permitted.public_only {
        keys.public_addresses_only()
    } else {
        keys
    };
    let Ok(keys) = keys.build() else {
        assert_ne!(issuer, world::ISSUER);
        return;
    };

    let at = issuer.parse::<Uri>().expect("it was taken for a URL");
    permitted.assert_fetched(&at);
    assert!(!permitted.public_only || !is_private(&at));
    assert!(!issuer.contains(['?', '#']));

    let outcome = keys.ready().await;
    let asked: Vec<_> = server.asked().into_iter().map(|asked| asked.url).collect();
    let (metadata, keys_at) = asked.split_at(if is_oauth { 2 } else { 1 });
    for (url, well_known) in metadata.iter().zip(well_known(&at)) {
        assert_eq!(url.to_string(), well_known);
    }
    assert_eq!(outcome.is_ok(), !keys_at.is_empty() && !has_no_keys);
    if let Err(error) = outcome {
        let query = keys_at
            .iter()
            .find_map(|url| url.query().filter(|query| query.len() > 7));
        assert!(
            !query.is_some_and(|query| error.to_string().contains(query)),
            "{error}"
        );
    }
    for url in keys_at {
        let named = named.as_deref().expect("the document names none");
        assert_eq!(*url, named.parse::<Uri>().expect("a URL"));
        permitted.assert_fetched(url);
        let is_home = url.host().is_some_and(|host| {
            at.host()
                .is_some_and(|home| home.eq_ignore_ascii_case(host))
        });
        let may_be_private =
            permitted.private || !permitted.public_only && (is_home || !is_name(&at));
        assert!(may_be_private || !is_private(url), "{url}");
    }
    if keys_at.is_empty() {
        assert!(
            !named.is_some_and(|named| is_plain(&named)),
            "refused for no reason"
        );
    }
}

static JWKS: LazyLock<String> = LazyLock::new(|| jwks([published_key("a").verifying_key()]));

struct Permitted {
    http: bool,
    private: bool,
    public_only: bool,
}

impl Permitted {
    fn assert_fetched(&self, url: &Uri) {
        let is_http = url.scheme() == Some(&Scheme::HTTP);
        assert!(is_http || url.scheme() == Some(&Scheme::HTTPS), "{url}");
        assert!(!is_http || self.http || is_loopback(url), "{url}");
        assert!(
            !url.authority()
                .is_some_and(|authority| authority.as_str().contains('@')),
            "{url}"
        );
    }
}

/// OpenID Connect Discovery §4, RFC 8414 §3.
fn well_known(issuer: &Uri) -> [String; 2] {
    let origin = format!(
        "{}://{}",
        issuer.scheme_str().unwrap_or_default(),
        issuer.authority().expect("a host")
    );
    let path = issuer.path().strip_suffix('/').unwrap_or(issuer.path());
    [
        format!("{origin}{path}/.well-known/openid-configuration"),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
    ]
}

/// What the metadata of this issuer says, if it is that.
fn jwks_uri(document: &[u8], issuer: &str) -> Option<String> {
    let text = str::from_utf8(document).ok()?;
    let names = names(text)?;
    let is_once = |name| names.iter().filter(|found| *found == name).count() == 1;
    if !is_once("issuer") || !is_once("jwks_uri") {
        return None;
    }
    // Other members may be repeated, and hold numbers that are out of range.
    let members: Members = serde_json::from_str(text).ok()?;
    let is_issuer = members.issuer == Value::String(issuer.into());
    members
        .jwks_uri
        .as_str()
        .filter(|_| is_issuer)
        .map(Into::into)
}

#[derive(serde::Deserialize)]
struct Members {
    issuer: Value,
    jwks_uri: Value,
}

/// Whether nobody could object to fetching keys from there.
fn is_plain(url: &str) -> bool {
    let path = url.strip_prefix("https://keys.example.com/");
    path.is_some_and(|path| path.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
