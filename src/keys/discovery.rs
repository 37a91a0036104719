//! Where an issuer publishes its keys, by its own word: its metadata
//! ([OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html),
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::{StatusCode, Uri};

use super::fetch::{Content, Fetch, FetchError, Order, Reach, Url, UrlFault, is_private};
use crate::error::ConfigError;
use crate::jose::{read_object, set_once};

/// An issuer whose metadata tells where its keys are.
pub(super) struct Discovery {
    /// As its tokens name it. The URL of it may be spelled differently.
    issuer: Box<str>,
    url: Url,
    reach: Reach,
    documents: [Uri; 2],
    policy: Policy,
}

/// What may be asked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Policy {
    pub(super) allow_http: bool,
    pub(super) addresses: Addresses,
}

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Addresses {
    /// Whatever was configured; what the issuer refers to only if it is public, or the issuer is
    /// there itself.
    #[default]
    AsConfigured,
    Any,
    Public,
}

impl Addresses {
    /// How far one may go for what was configured.
    pub(super) fn reach(self, url: &Url) -> Result<Reach, ConfigError> {
        if self != Self::Public {
            return Ok(Reach::Anywhere);
        }
        if is_private(url.host()) {
            return Err(ConfigError::Url(
                "the URL leads to this machine or into a private network, \
                 which `public_addresses_only` forbids"
                    .into(),
            ));
        }
        Ok(Reach::Public)
    }
}

/// Where the keys are, and how far one may go for them.
pub(super) struct JwksUri {
    pub(super) url: Url,
    pub(super) reach: Reach,
}

impl Discovery {
    pub(super) fn new(issuer: &str, policy: Policy) -> Result<Self, ConfigError> {
        if issuer.contains(['?', '#']) {
            return Err(ConfigError::Url(
                "the issuer has a query or a fragment, which the URL of an issuer cannot have: \
                 leave it out"
                    .into(),
            ));
        }
        let url = Url::parse(issuer, policy.allow_http).map_err(|fault| {
            ConfigError::Url(
                match fault {
                    UrlFault::NoUrl => {
                        "the issuer is no URL: give one like https://issuer.example.com, \
                     or give the URL of its keys"
                    }
                    UrlFault::Credentials => {
                        "the issuer holds a user name or a password: \
                     give a client that sends them in a header"
                    }
                    UrlFault::Http => {
                        "the issuer is http, by which anybody on the way can replace its keys: \
                     use https, or permit it with `allow_http`"
                    }
                }
                .into(),
            )
        })?;
        Ok(Self {
            issuer: issuer.into(),
            documents: documents(&url)?,
            reach: policy.addresses.reach(&url)?,
            url,
            policy,
        })
    }

    /// Asks the issuer where its keys are: first as OpenID Connect has it, then, where there is
    /// nothing, as RFC 8414 does.
    pub(super) async fn find(
        &self,
        client: &dyn Fetch,
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
                "`issuer` of the discovery document differs in the slash at its end: \
                 name the issuer to the letter"
            } else {
                "`issuer` of the discovery document is another: name the issuer to the letter"
            });
        }
        let Some(Member::Text(jwks_uri)) = metadata.jwks_uri else {
            return Err("the discovery document has no `jwks_uri`, or one that is not a string");
        };
        self.check(&jwks_uri)
    }

    /// Whether keys may be fetched from there. What the issuer says must not make this machine ask
    /// others that the issuer cannot reach itself.
    fn check(&self, jwks_uri: &str) -> Result<JwksUri, &'static str> {
        let url = Url::parse(jwks_uri, self.policy.allow_http).map_err(|fault| match fault {
            UrlFault::NoUrl => "`jwks_uri` of the discovery document is no URL",
            UrlFault::Credentials => {
                "`jwks_uri` of the discovery document holds a user name or a password"
            }
            UrlFault::Http => "`jwks_uri` of the discovery document is not https",
        })?;
        let may_go_anywhere = match self.policy.addresses {
            Addresses::Any => true,
            Addresses::Public => false,
            Addresses::AsConfigured => {
                is_private(self.url.host()) || url.host().eq_ignore_ascii_case(self.url.host())
            }
        };
        if may_go_anywhere {
            let reach = Reach::Anywhere;
            return Ok(JwksUri { url, reach });
        }
        if is_private(url.host()) {
            return Err(
                "`jwks_uri` of the discovery document leads to a loopback or private address: \
                 permit it with `allow_private_addresses`, if that is right",
            );
        }
        let reach = Reach::Public;
        Ok(JwksUri { url, reach })
    }
}

const NO_DOCUMENT: &str =
    "the discovery document is not a JSON object, or has a member twice: look at what is there";

/// Where the metadata is: at the end of the issuer's path, and before its path.
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

/// What of the metadata matters here.
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
