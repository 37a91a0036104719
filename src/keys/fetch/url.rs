//! The URL of a document, and what of it may be shown.

use std::fmt;

use http::Uri;
use http::uri::Scheme;

use super::reach;

/// A URL that was checked. It is shown without its query, in which there may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::keys) struct Url(Uri);

/// Why a text is not a URL to fetch from.
#[derive(Clone, Copy)]
pub(in crate::keys) enum UrlFault {
    /// It is no absolute URL with `https` or `http`.
    NoUrl,
    /// It holds a user name or a password.
    Credentials,
    /// It is `http`, and neither was that permitted nor is it this machine.
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
        // The parser takes a port of any length, and clients fall back to the usual one.
        let port = authority.as_str().strip_prefix(authority.host());
        if port.is_none_or(|port| !matches!(port, "" | ":") && authority.port_u16().is_none()) {
            return Err(UrlFault::NoUrl);
        }
        if *scheme == Scheme::HTTP && !allow_http && !reach::is_loopback(authority.host()) {
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

    pub(in crate::keys) fn host(&self) -> &str {
        self.0.host().unwrap_or_default()
    }

    /// Scheme, host and port.
    pub(in crate::keys) fn origin(&self) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self.0.authority().map_or("", |it| it.as_str());
        format!("{scheme}://{authority}")
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.0.path())
    }
}
