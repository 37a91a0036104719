//! Which hosts are on this machine or its network.

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
    /// To any address.
    Anywhere,
    /// To addresses of the internet only.
    Public,
}

/// Whether what is sent to this host stays on the machine. A name other than `localhost` would
/// have to be looked up.
pub(in crate::keys) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || address(host).is_some_and(|address| address.to_canonical().is_loopback())
}

/// Whether this host is on this machine or its network, as far as can be told without looking the
/// name up.
pub(in crate::keys) fn is_private(host: &str) -> bool {
    match address(host) {
        Some(address) => !is_public(address),
        None => is_localhost(host) || is_odd_address(host) || is_bracketed(host),
    }
}

/// `localhost` and whatever is below it ([RFC 6761 §6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
fn is_localhost(host: &str) -> bool {
    let last = last_label(host);
    last.eq_ignore_ascii_case("localhost")
}

/// Whether the system might read the host as an address, though it is none in the usual form:
/// `127.1`, `0x7f000001`, `2130706433`. No name of the internet ends like that.
fn is_odd_address(host: &str) -> bool {
    let last = last_label(host);
    last.starts_with(|first: char| first.is_ascii_digit())
        && last
            .trim_start_matches("0x")
            .trim_start_matches("0X")
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
}

/// What is in brackets and yet no address: a name, or an address with a zone, which is one of
/// this machine's networks. Clients differ in what they make of it.
fn is_bracketed(host: &str) -> bool {
    host.starts_with('[')
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

/// Whether an address is one of the internet, by the registries of special addresses
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

/// Only what is given out as global unicast, without what holds an address of version 4 for a
/// tunnel. Such an address is judged itself where it is mapped, and where a network that has none
/// reaches it by translation ([RFC 6052](https://www.rfc-editor.org/rfc/rfc6052)).
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

/// Looks names up. Where only the internet may be reached, it passes over other addresses: a name
/// that anybody can register may point to any of them.
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
                return Err(io::Error::other("`jwks_uri` leads to a private address"));
            }
            Ok(permitted.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no test from outside can reach: a name is needed that any machine finds within.
    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_found() {
        let name: Name = "localhost".parse().unwrap();
        let error = Resolver::new(Reach::Public).call(name).await.unwrap_err();
        assert_eq!(error.to_string(), "`jwks_uri` leads to a private address");
    }
}
