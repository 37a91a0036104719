//! A checked URL, and how much of it is shown.

use std::fmt;

use http::Uri;
use http::uri::Scheme;

use super::reach::{is_loopback, is_private};
use crate::error::ConfigError;

/// A checked URL. Shown without its query, which may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::keys) struct Url(Uri);

/// Why a text is not a URL to fetch from.
#[derive(Clone, Copy)]
pub(in crate::keys) enum UrlFault {
    /// Not an absolute URL with `https` or `http`.
    NoUrl,
    /// It has a user name or a password.
    Credentials,
    /// `http`, neither permitted nor to this machine.
    Http,
}

impl Url {
    pub(in crate::keys) fn parse(url: &str, allow_http: bool) -> Result<Self, UrlFault> {
        let uri: Uri = url.parse().map_err(|_| UrlFault::NoUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(UrlFault::NoUrl);
        };
        if authority.as_str().contains('@') {
            return Err(UrlFault::Credentials);
        }
        // The parser takes a port of any length; clients then use the default port.
        let port = authority.as_str().strip_prefix(authority.host());
        if port.is_none_or(|port| !matches!(port, "" | ":") && authority.port_u16().is_none()) {
            return Err(UrlFault::NoUrl);
        }
        if *scheme == Scheme::HTTP && !allow_http && !is_loopback(authority.host()) {
            return Err(UrlFault::Http);
        }
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return Err(UrlFault::NoUrl);
        }
        Ok(Self(uri))
    }

    pub(in crate::keys) fn uri(&self) -> &Uri {
        &self.0
    }

    pub(in crate::keys) fn is_private(&self) -> bool {
        is_private(self.host())
    }

    pub(in crate::keys) fn has_host_of(&self, other: &Self) -> bool {
        self.host().eq_ignore_ascii_case(other.host())
    }

    /// Scheme, host and port.
    pub(in crate::keys) fn origin(&self) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self.0.authority().map_or("", |it| it.as_str());
        format!("{scheme}://{authority}")
    }

    fn host(&self) -> &str {
        self.0.host().unwrap_or_default()
    }
}

impl UrlFault {
    /// The error about a URL of the set-up, which is shown unless it may hold a secret.
    pub(in crate::keys) fn of(self, what: &str, url: &str) -> ConfigError {
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let shown = if url.contains('@') { "…" } else { shown };
        let text = match self {
            Self::NoUrl => format!(
                "the {what} {shown:?} is not an https URL: give one like https://issuer.example.com"
            ),
            Self::Credentials => format!(
                "the {what} has a user name or a password: remove it, \
                 and send it in a header by a client of your own"
            ),
            Self::Http => format!(
                "the {what} {shown:?} is not https, so anybody on the way could replace the keys: \
                 use https, or permit http with `allow_http`"
            ),
        };
        ConfigError::Url(text.into())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.0.path())
    }
}
