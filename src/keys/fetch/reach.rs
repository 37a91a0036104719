//! Which hosts are on this machine or in a private network.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};
use std::vec;

use futures::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;

/// How far a fetch may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::keys) enum Reach {
    Anywhere,
    /// To addresses of the internet only.
    Public,
}

/// Whether the host is certainly this machine. No name but `localhost` is, without a lookup.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || address(host).is_some_and(|address| address.to_canonical().is_loopback())
}

/// Whether the host is on this machine or in a private network, as far as is known without a
/// lookup.
pub(super) fn is_private(host: &str) -> bool {
    match address(host) {
        Some(address) => !is_public(address),
        // Brackets around something else are a name, or an address with a zone: clients differ.
        None => is_localhost(host) || is_odd_address(host) || host.starts_with('['),
    }
}

/// `localhost` and its subdomains ([RFC 6761 §6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
fn is_localhost(host: &str) -> bool {
    last_label(host).eq_ignore_ascii_case("localhost")
}

/// Whether the system might read the host as an address in an odd form: `127.1`, `0x7f000001`,
/// `2130706433`. No domain name ends like that.
fn is_odd_address(host: &str) -> bool {
    let last = last_label(host);
    last.starts_with(|first: char| first.is_ascii_digit())
        && last
            .trim_start_matches("0x")
            .trim_start_matches("0X")
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
}

fn last_label(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    host.rsplit('.').next().unwrap_or(host)
}

/// Brackets are for version 6 only ([RFC 3986 §3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2)).
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// Whether the address is on the internet, by the registries of special addresses
/// ([RFC 6890](https://www.rfc-editor.org/rfc/rfc6890)).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && b & 0xc0 == 64;
    let is_for_protocols = (a, b, c) == (192, 0, 0);
    let is_for_tests = a == 198 && b & 0xfe == 18;
    !(a == 0
        || a >= 240
        || is_shared
        || is_for_protocols
        || is_for_tests
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// Only global unicast, without tunnels to IPv4. Mapped and translated
/// ([RFC 6052](https://www.rfc-editor.org/rfc/rfc6052)) IPv4 addresses are judged as IPv4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] => address.to_ipv4_mapped().is_some_and(is_public_v4),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo and special assignments, documentation, 6to4.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Looks names up. With [`Reach::Public`] it skips private addresses, since anybody's domain name
/// can point to them.
#[derive(Clone)]
pub(super) struct Resolver {
    system: GaiResolver,
    reach: Reach,
}

impl Resolver {
    pub(super) fn new(reach: Reach) -> Self {
        let system = GaiResolver::new();
        Self { system, reach }
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.system.call(name);
        let reach = self.reach;
        Box::pin(async move {
            let may_reach = |at: &SocketAddr| reach == Reach::Anywhere || is_public(at.ip());
            let permitted: Vec<_> = found.await?.filter(may_reach).collect();
            if permitted.is_empty() {
                return Err(io::Error::other(
                    "the host resolves to private addresses only: use a public one, \
                     or permit it with `allow_private_addresses`",
                ));
            }
            Ok(permitted.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not testable from outside: it needs a name that every machine resolves to itself.
    #[tokio::test]
    async fn a_name_that_resolves_to_private_addresses_is_refused() {
        let name: Name = "localhost".parse().unwrap();
        let error = Resolver::new(Reach::Public).call(name).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the host resolves to private addresses only: use a public one, \
             or permit it with `allow_private_addresses`"
        );
    }
}
