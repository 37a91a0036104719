//! Setting remote keys up.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use tower::Service;

use super::RemoteKeys;
use super::settings::Settings;
use super::source::{Place, Source};
use crate::error::ConfigError;
use crate::keys::discovery::{Addresses, Discovery, JwksUri, Policy};
use crate::keys::fetch::{Client, DefaultClient, Fetch, Url, UrlFault};

/// Sets [`RemoteKeys`] up.
///
/// Every setting has a default that suits an identity provider on the internet.
#[must_use]
pub struct RemoteKeysBuilder {
    address: Address,
    policy: Policy,
    client: Option<Arc<dyn Fetch>>,
    settings: Settings,
}

/// What was given, not yet checked.
enum Address {
    Url(String),
    Issuer(String),
}

impl RemoteKeysBuilder {
    pub(super) fn url(url: String) -> Self {
        Self::new(Address::Url(url))
    }

    pub(super) fn issuer(issuer: String) -> Self {
        Self::new(Address::Issuer(issuer))
    }

    fn new(address: Address) -> Self {
        Self {
            address,
            policy: Policy::default(),
            client: None,
            settings: Settings::default(),
        }
    }

    pub(super) fn shared_client(mut self, client: Arc<dyn Fetch>) -> Self {
        self.client = Some(client);
        self
    }

    /// Fetches with this client instead of the built-in one: through a proxy, with a certificate
    /// of its own, over a mesh.
    ///
    /// It is any Tower service of HTTP requests, and is cloned for each fetch. The limits on time
    /// and length hold for it, too. It must not follow redirects, or the check of the URL is
    /// worth nothing.
    ///
    /// ```
    /// use http::{Request, Response};
    /// use tower_bearer::keys::RemoteKeys;
    ///
    /// let client = tower::service_fn(|_: Request<String>| async {
    ///     Ok::<_, std::io::Error>(Response::new(r#"{"keys":[]}"#.to_owned()))
    /// });
    /// let keys = RemoteKeys::builder("https://issuer.example.com/jwks.json")
    ///     .client(client)
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn client<S, B, R>(mut self, client: S) -> Self
    where
        S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        S::Future: Send,
        B: Default + Send + 'static,
        R: Body + Send + 'static,
        R::Data: Send,
        R::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.client = Some(Arc::new(Client::new(client)));
        self
    }

    /// Permits a URL with `http` to another machine. By default only `https` is permitted, and
    /// `http` to `localhost`, 127.0.0.0/8 and `::1`: whoever can change the answer on its way can
    /// sign tokens. Meant for networks in which something else sees to that.
    pub fn allow_http(mut self) -> Self {
        self.policy.allow_http = true;
        self
    }

    /// Permits an issuer to refer to keys on this machine or in a private network, where it is not
    /// itself. By default it cannot: whoever writes its metadata would choose what this server
    /// asks for behind the firewall.
    ///
    /// What a name leads to is seen by the built-in client only. One of your own must look itself.
    pub fn allow_private_addresses(mut self) -> Self {
        self.policy.addresses = Addresses::Any;
        self
    }

    /// Forbids all addresses on this machine or in a private network, also of the issuer itself:
    /// for issuers that strangers name, such as tenants that set themselves up.
    ///
    /// What a name leads to is seen by the built-in client only. One of your own must look itself.
    pub fn public_addresses_only(mut self) -> Self {
        self.policy.addresses = Addresses::Public;
        self
    }

    /// For how long keys are fresh where the answer has no `Cache-Control`: 10 minutes. It is
    /// how long a key that was withdrawn goes on to be trusted, against one request to the
    /// provider in that time.
    pub fn time_to_live(mut self, time: Duration) -> Self {
        self.settings.time_to_live = time;
        self
    }

    /// The range in which `Cache-Control: max-age` is honoured: 60 s to 24 h. A provider that
    /// forbids caching altogether is still asked only once a minute, and one that says "a year"
    /// cannot keep a withdrawn key alive for that long. A shorter
    /// [`time_to_live`](Self::time_to_live) is the lower end instead.
    pub fn max_age_within(mut self, range: RangeInclusive<Duration>) -> Self {
        self.settings.max_age = range;
        self
    }

    /// The part of their life after which keys are fetched anew, in percent: 80, less up to a
    /// tenth of it by chance, so that the servers of a fleet do not ask at the same moment. What
    /// remains is for trying again before they are stale.
    pub fn refresh_at(mut self, percent: u8) -> Self {
        self.settings.refresh_percent = percent;
        self
    }

    /// For how long keys are used beyond their life while fetches fail: one hour, which bridges
    /// most outages. After it nothing is known about the keys, and requests are answered with
    /// 503 until a fetch succeeds.
    pub fn stale_window(mut self, time: Duration) -> Self {
        self.settings.stale_window = time;
        self
    }

    /// How long after the beginning of one fetch an unknown key may cause the next: 30 s.
    /// Anybody can make up the name of a key, so this is what a flood can cause at most: two
    /// requests a minute. It is also the longest time for which a new key is unknown, unless its
    /// tokens come before it is published: see [`max_misses`](Self::max_misses).
    pub fn cooldown(mut self, time: Duration) -> Self {
        self.settings.cooldown = time;
        self
    }

    /// How long to wait after a failure: 1 s after the first, doubled up to 60 s, less up to a
    /// half of it by chance. The provider is back within a minute of its return, and is not
    /// overrun when it does. A `Retry-After` is honoured up to the end of the range.
    pub fn back_off(mut self, range: RangeInclusive<Duration>) -> Self {
        self.settings.back_off = range;
        self
    }

    /// For how long a fetch may take, from the first packet to the last byte, that of the issuer's
    /// metadata included: 5 s. Requests with an unknown key wait for it.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.settings.timeout = time;
        self
    }

    /// How many bytes an answer may have: 256 KiB, which is room for 100 keys with certificates.
    pub fn max_body_len(mut self, len: usize) -> Self {
        self.settings.max_body_len = len;
        self
    }

    /// How many keys a set may have: 100. Real ones have less than ten; one with more is refused
    /// whole, since nobody can tell which of the keys matter.
    pub fn max_keys(mut self, keys: usize) -> Self {
        self.settings.max_keys = keys;
        self
    }

    /// How many names of keys that a fetch did not find are remembered: 128, in 5 KiB. A client
    /// that keeps sending a token of somebody else would otherwise cause a fetch each cooldown,
    /// and the new key of a rotation would have to wait for the end of one. Such a name is not
    /// fetched for again for one cooldown, then two, four and so on, up to the time to live.
    pub fn max_misses(mut self, names: usize) -> Self {
        self.settings.max_misses = names;
        self
    }

    /// Checks the settings. Nothing is fetched yet: that happens at the first token, or by
    /// [`ready`](RemoteKeys::ready).
    ///
    /// # Errors
    ///
    /// - [`ConfigError::Url`]: the URL is neither https nor a permitted http one, or holds a user
    ///   name or a password; that of an issuer has a query or a fragment; or it leads where
    ///   [`public_addresses_only`](Self::public_addresses_only) forbids.
    /// - [`ConfigError::OutOfRange`]: a setting is 0, or more than 30 days or 100 %, or a range is
    ///   empty.
    /// - [`ConfigError::Key`]: no client was given, and there is no cryptographic back end for
    ///   the TLS of the built-in one.
    /// - [`ConfigError::RootCertificates`]: no client was given, and with the feature
    ///   `platform-roots`, the platform trusts no certificate.
    pub fn build(self) -> Result<RemoteKeys, ConfigError> {
        let place = match self.address {
            Address::Url(url) => Place::Known(Arc::new(jwks_uri(&url, self.policy)?)),
            Address::Issuer(issuer) => {
                Place::Issuer(Arc::new(Discovery::new(&issuer, self.policy)?))
            }
        };
        self.settings.check()?;
        let client = match self.client {
            Some(client) => client,
            None => Arc::new(DefaultClient::new()?),
        };
        Ok(RemoteKeys::new(Source::new(place, client), self.settings))
    }
}

fn jwks_uri(url: &str, policy: Policy) -> Result<JwksUri, ConfigError> {
    let url = Url::parse(url, policy.allow_http).map_err(|fault| {
        ConfigError::Url(match fault {
            UrlFault::NoUrl => {
                "the URL of the keys is none: give one like https://issuer.example.com/jwks.json"
            }
            UrlFault::Credentials => {
                "the URL of the keys holds a user name or a password: \
                 give a client that sends them in a header"
            }
            UrlFault::Http => {
                "the URL of the keys is http, by which anybody on the way can replace them: \
                 use https, or permit it with `allow_http`"
            }
        }.into())
    })?;
    let reach = policy.addresses.reach(&url)?;
    Ok(JwksUri { url, reach })
}

impl fmt::Debug for RemoteKeysBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the URL: until it is checked, there may be a password anywhere in it.
        f.debug_struct("RemoteKeysBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
