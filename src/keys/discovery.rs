//! Finding an issuer's keys through its metadata
//! ([OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html),
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::{StatusCode, Uri};

use super::fetch::{Content, FetchError, HttpClient, Order, Reach, Url, UrlFault};
use crate::error::ConfigError;
use crate::jose::{read_object, set_once};

/// An issuer whose metadata names the URL of its keys.
pub(super) struct Discovery {
    /// As tokens name it; the URL may be spelled differently.
    issuer: Box<str>,
    url: Url,
    reach: Reach,
    documents: [Uri; 2],
    policy: Policy,
}

/// Which URLs may be fetched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Policy {
    pub(super) allow_http: bool,
    pub(super) addresses: Addresses,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Addresses {
    /// Any configured address; a discovered one only if it is public, or the issuer is there itself.
    #[default]
    AsConfigured,
    Any,
    Public,
}

/// Where the keys are.
pub(super) struct JwksUri {
    pub(super) url: Url,
    pub(super) reach: Reach,
}

impl Policy {
    /// Checks a configured URL.
    pub(super) fn check(self, what: &str, text: &str) -> Result<JwksUri, ConfigError> {
        let url = Url::parse(text, self.allow_http).map_err(|fault| fault.of(what, text))?;
        let reach = match self.addresses {
            Addresses::Public if url.is_private() => {
                let text = format!(
                    "the {what} \"{url}\" is on this machine or in a private network, \
                     which `public_addresses_only` forbids"
                );
                return Err(ConfigError::Url(text.into()));
            }
            Addresses::Public => Reach::Public,
            Addresses::AsConfigured | Addresses::Any => Reach::Anywhere,
        };
        Ok(JwksUri { url, reach })
    }
}

impl Discovery {
    pub(super) fn new(issuer: &str, policy: Policy) -> Result<Self, ConfigError> {
        let JwksUri { url, reach } = policy.check("issuer", issuer)?;
        if issuer.contains(['?', '#']) {
            let text = format!("the issuer \"{url}\" has a query or a fragment: remove it");
            return Err(ConfigError::Url(text.into()));
        }
        Ok(Self {
            issuer: issuer.into(),
            documents: documents(&url)?,
            reach,
            url,
            policy,
        })
    }

    /// Asks the issuer where its keys are: by OpenID Connect, or if that finds nothing, by RFC 8414.
    pub(super) async fn find(
        &self,
        client: &dyn HttpClient,
        max_body_len: usize,
    ) -> Result<JwksUri, FetchError> {
        let [openid, oauth] = &self.documents;
        let fetch = |url: &Uri| {
            client.fetch(Order {
                url: url.clone(),
                etag: None,
                max_body_len,
                reach: self.reach,
            })
        };
        let answer = match fetch(openid).await {
            Err(FetchError::Status(status, None))
                if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
            {
                fetch(oauth).await
            }
            answer => answer,
        };
        let answer = answer.map_err(|error| FetchError::Discovery(Arc::new(error)))?;
        match answer.content {
            Content::Document { body, .. } => self.read(&body).map_err(FetchError::Metadata),
            Content::NotModified => Err(FetchError::Metadata(NO_DOCUMENT)),
        }
    }

    fn read(&self, document: &[u8]) -> Result<JwksUri, &'static str> {
        let metadata = Metadata::parse(document).ok_or(NO_DOCUMENT)?;
        let Some(Member::Text(issuer)) = metadata.issuer else {
            return Err("the discovery document has no `issuer`, or one that is not a string");
        };
        if *issuer != *self.issuer {
            return Err(if without_slash(&issuer) == without_slash(&self.issuer) {
                "`issuer` of the discovery document differs in the final slash: \
                 configure it exactly"
            } else {
                "`issuer` of the discovery document is another: configure it exactly"
            });
        }
        let Some(Member::Text(jwks_uri)) = metadata.jwks_uri else {
            return Err("the discovery document has no `jwks_uri`, or one that is not a string");
        };
        self.check(&jwks_uri)
    }

    /// Checks a discovered URL: the issuer must not make this machine call others that the issuer
    /// cannot reach itself.
    fn check(&self, jwks_uri: &str) -> Result<JwksUri, &'static str> {
        let url = Url::parse(jwks_uri, self.policy.allow_http).map_err(|fault| match fault {
            UrlFault::NoUrl => "`jwks_uri` of the discovery document is not a URL",
            UrlFault::Credentials => {
                "`jwks_uri` of the discovery document has a user name or a password"
            }
            UrlFault::Http => "`jwks_uri` of the discovery document is not https",
        })?;
        let reach = match self.policy.addresses {
            Addresses::Any => Reach::Anywhere,
            Addresses::AsConfigured if self.url.is_private() || url.has_host_of(&self.url) => {
                Reach::Anywhere
            }
            Addresses::AsConfigured | Addresses::Public if url.is_private() => {
                return Err(
                    "`jwks_uri` of the discovery document has a loopback or private address: \
                     if that is right, permit it with `allow_private_addresses`",
                );
            }
            Addresses::AsConfigured | Addresses::Public => Reach::Public,
        };
        Ok(JwksUri { url, reach })
    }
}

const NO_DOCUMENT: &str =
    "the discovery document is not a JSON object, or repeats a member: open its URL";

/// Where the metadata is: behind the issuer's path, or before it.
fn documents(issuer: &Url) -> Result<[Uri; 2], ConfigError> {
    let origin = issuer.origin();
    let path = without_slash(issuer.uri().path());
    let urls = [
        format!("{origin}{path}/.well-known/openid-configuration"),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
    ];
    let [Ok(openid), Ok(oauth)] = urls.map(Uri::try_from) else {
        return Err(ConfigError::Url("the issuer is too long for a URL".into()));
    };
    Ok([openid, oauth])
}

fn without_slash(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

/// The members that matter here.
#[derive(Default)]
struct Metadata<'a> {
    issuer: Option<Member<'a>>,
    jwks_uri: Option<Member<'a>>,
}

enum Member<'a> {
    Text(Cow<'a, str>),
    Other,
}

impl<'a> Metadata<'a> {
    fn parse(document: &'a [u8]) -> Option<Self> {
        let mut metadata = Self::default();
        read_object(str::from_utf8(document).ok()?, |name, value| {
            let member = match &*name {
                "issuer" => &mut metadata.issuer,
                "jwks_uri" => &mut metadata.jwks_uri,
                _ => return value.skip_deep(),
            };
            let value = match value.text() {
                Some(text) => Member::Text(text),
                None => value.skip_deep().map(|()| Member::Other)?,
            };
            set_once(member, value)
        })?;
        Some(metadata)
    }
}

impl fmt::Display for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.issuer)
    }
}
