//! Setting up remote keys.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use tower::{BoxError, Service};

use super::RemoteKeys;
use super::settings::Settings;
use super::source::{Place, Source};
use crate::error::ConfigError;
use crate::keys::discovery::{Addresses, Discovery, Policy};
use crate::keys::fetch::{Client, DefaultClient, HttpClient};

/// Sets up [`RemoteKeys`]. The defaults suit an identity provider on the internet.
#[must_use]
pub struct RemoteKeysBuilder {
    address: Address,
    policy: Policy,
    client: Option<Arc<dyn HttpClient>>,
    settings: Settings,
}

/// What was given, not yet checked.
pub(super) enum Address {
    JwksUrl(String),
    Issuer(String),
}

impl RemoteKeysBuilder {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            policy: Policy::default(),
            client: None,
            settings: Settings::default(),
        }
    }

    /// Fetches with this client instead of the built-in one: through a proxy, with a client
    /// certificate, over a mesh.
    ///
    /// Any Tower service of HTTP requests will do. It is cloned for each fetch. The limits on time
    /// and length apply to it too. It must not follow redirects, which would bypass the check of the
    /// URL.
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
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Default + Send + 'static,
        R: Body + Send + 'static,
        R::Data: Send,
        R::Error: Into<BoxError>,
    {
        self.client = Some(Arc::new(Client::new(client)));
        self
    }

    /// Permits `http` to other machines. By default only `https` is permitted, and `http` to
    /// `localhost`, 127.0.0.0/8 and `::1`: anybody who can change the answer in transit can sign
    /// tokens. For networks that are secured otherwise.
    pub fn allow_http(mut self) -> Self {
        self.policy.allow_http = true;
        self
    }

    /// Permits a public issuer to place its keys on this machine or in a private network. By default
    /// it cannot: whoever writes its metadata could make this server call hosts behind the
    /// firewall.
    ///
    /// Only the built-in client checks what a name resolves to. Your own must check by itself.
    pub fn allow_private_addresses(mut self) -> Self {
        self.policy.addresses = Addresses::Any;
        self
    }

    /// Forbids addresses on this machine or in a private network, even the issuer's own: for issuers
    /// that strangers name, such as tenants that sign up by themselves.
    ///
    /// Only the built-in client checks what a name resolves to. Your own must check by itself.
    pub fn public_addresses_only(mut self) -> Self {
        self.policy.addresses = Addresses::Public;
        self
    }

    /// How long keys are fresh if the answer has no `Cache-Control`: 10 minutes. A withdrawn key
    /// stays trusted that long; the price is one request to the provider in that time.
    pub fn time_to_live(mut self, time: Duration) -> Self {
        self.settings.time_to_live = time;
        self
    }

    /// The range in which `Cache-Control: max-age` is honoured: 60 s to 24 h. A provider that
    /// forbids caching is still asked only once a minute, and one that says "a year" cannot keep a
    /// withdrawn key alive that long. A shorter [`time_to_live`](Self::time_to_live) lowers the
    /// lower end.
    pub fn max_age_within(mut self, range: RangeInclusive<Duration>) -> Self {
        self.settings.max_age = range;
        self
    }

    /// The share of their time to live after which keys are refreshed, in percent: 80, less up to a
    /// random tenth of it, so that a fleet does not ask at once. The rest is for retries.
    pub fn refresh_at(mut self, percent: u8) -> Self {
        self.settings.refresh_percent = percent;
        self
    }

    /// How long stale keys are used while fetches fail: one hour, which bridges most outages. After
    /// that, requests are answered with 503 until a fetch succeeds.
    pub fn stale_window(mut self, time: Duration) -> Self {
        self.settings.stale_window = time;
        self
    }

    /// How long after the start of a fetch an unknown key may cause the next: 30 s. Anybody can
    /// invent a `kid`, so this bounds what a flood can cause: two requests a minute. A new key is
    /// unknown for at most this long, unless its tokens arrive before it is published: see
    /// [`max_unknown_keys`](Self::max_unknown_keys).
    pub fn cooldown(mut self, time: Duration) -> Self {
        self.settings.cooldown = time;
        self
    }

    /// How long to wait after a failure: 1 s after the first, doubling up to 60 s, less up to a
    /// random half. A provider that returns is found within a minute, and is not overrun. A
    /// `Retry-After` is honoured up to the upper end.
    pub fn back_off(mut self, range: RangeInclusive<Duration>) -> Self {
        self.settings.back_off = range;
        self
    }

    /// How long a fetch may take, from the first packet to the last byte, discovery included: 5 s.
    /// Requests with an unknown key wait for it.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.settings.timeout = time;
        self
    }

    /// How long an answer may be, in bytes: 256 KiB, room for 100 keys with certificates.
    pub fn max_body_len(mut self, len: usize) -> Self {
        self.settings.max_body_len = len;
        self
    }

    /// How many keys a set may have: 100. Real sets have fewer than ten. A larger set is refused
    /// whole, since nothing tells which of its keys matter.
    pub fn max_keys(mut self, keys: usize) -> Self {
        self.settings.max_keys = keys;
        self
    }

    /// How many unknown keys are remembered after a fetch for them: 128, in 5 KiB. Without this, a
    /// client that repeats a foreign token would cause a fetch each cooldown, and a rotated key
    /// would wait for the end of one. Such a key causes no fetch for one cooldown, then two, four
    /// and so on, up to the time to live.
    pub fn max_unknown_keys(mut self, keys: usize) -> Self {
        self.settings.max_unknown_keys = keys;
        self
    }

    /// Checks the settings. The first token or [`ready`](crate::KeyProvider::ready) starts the first
    /// fetch.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::Url`]: the URL is neither https nor a permitted http URL, has a user name or
    ///   a password, or is [forbidden](Self::public_addresses_only); an issuer has a query or a
    ///   fragment.
    /// - [`ConfigError::OutOfRange`]: a setting is 0, more than 30 days or more than 100 %, or a
    ///   range is empty.
    /// - [`ConfigError::Key`]: the built-in client has no cryptographic back end for TLS.
    /// - [`ConfigError::RootCertificates`]: with `platform-roots`, the platform has no root
    ///   certificates for the built-in client.
    pub fn build(self) -> Result<RemoteKeys, ConfigError> {
        let place = match self.address {
            Address::JwksUrl(url) => Place::Known(Arc::new(self.policy.check("JWKS URL", &url)?)),
            Address::Issuer(issuer) => {
                Place::Issuer(Arc::new(Discovery::new(&issuer, self.policy)?))
            }
        };
        self.settings.check()?;
        let client = match self.client {
            Some(client) => client,
            None => DefaultClient::shared()?,
        };
        Ok(RemoteKeys::new(Source::new(place, client), self.settings))
    }
}

impl fmt::Debug for RemoteKeysBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the URL: until it is checked, it may hold a password.
        f.debug_struct("RemoteKeysBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
