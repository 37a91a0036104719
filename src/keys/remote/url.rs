//! The URL of a set, and what of it may be shown.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

use crate::error::ConfigError;

/// A URL that was checked. It is shown without its query, in which there may be a secret.
pub(super) struct Url(Uri);

impl Url {
    pub(super) fn parse(url: &str, allow_http: bool) -> Result<Self, ConfigError> {
        let uri: Uri = url.parse().map_err(|_| NO_URL)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(NO_URL);
        };
        if authority.as_str().contains('@') {
            return Err(ConfigError::Url(
                "the URL of the keys holds a user name or a password: \
                 give a client that sends them in a header",
            ));
        }
        if *scheme == Scheme::HTTP && !allow_http && !is_loopback(authority.host()) {
            return Err(ConfigError::Url(
                "the URL of the keys is http, by which anybody on the way can replace them: \
                 use https, or permit it with `allow_http`",
            ));
        }
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return Err(NO_URL);
        }
        Ok(Self(uri))
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }
}

const NO_URL: ConfigError = ConfigError::Url(
    "the URL of the keys is none: give one like https://issuer.example.com/jwks.json",
);

/// Whether what is sent to this host stays on the machine. A name other than `localhost` would
/// have to be looked up.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self
            .0
            .authority()
            .map_or("", |authority| authority.as_str());
        write!(f, "{scheme}://{authority}{}", self.0.path())
    }
}
