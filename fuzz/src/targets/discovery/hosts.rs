//! Where a host is, for whoever reads it most generously.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

pub(super) fn is_loopback(url: &Uri) -> bool {
    match address(url.host().unwrap_or_default()) {
        Some(IpAddr::V4(address)) => address.is_loopback(),
        Some(IpAddr::V6(address)) => address.to_canonical().is_loopback(),
        None => url
            .host()
            .is_some_and(|host| host.eq_ignore_ascii_case("localhost")),
    }
}

/// Whether the host is a name of the internet, so that what is there may refer to others such only.
pub(super) fn is_name(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    let last = host
        .trim_end_matches('.')
        .rsplit('.')
        .next()
        .unwrap_or_default();
    last.starts_with(|first: char| first.is_ascii_alphabetic())
        && !last.eq_ignore_ascii_case("localhost")
}

/// Whether any reader of this URL might find itself on this machine or in its network.
pub(super) fn is_private(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    match address(host) {
        Some(IpAddr::V4(address)) => is_private_v4(address),
        Some(IpAddr::V6(address)) => is_private_v6(address),
        None => false,
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    matches!(
        (a, b),
        (0 | 10 | 127 | 224.., _) | (100, 64..=127) | (169, 254) | (172, 16..=31) | (192, 168)
    )
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_private_v4(mapped);
    }
    let [first, ..] = address.segments();
    address.is_loopback()
        || address.is_unspecified()
        || matches!(first, 0xfc00..=0xfdff | 0xfe80..=0xfebf | 0xff00..)
}

/// The address that a host is to any reader: also to one of the forms that `inet_aton` takes, as
/// browsers and the resolver of the system do.
fn address(host: &str) -> Option<IpAddr> {
    if let Some(inner) = host.strip_prefix('[') {
        return inner.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    }
    let parts: Vec<_> = host.trim_end_matches('.').split('.').collect();
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut address: u64 = 0;
    for part in first {
        address = address << 8 | number(part).filter(|&number| number < 256)?;
    }
    let bits = 32 - 8 * first.len();
    let last = number(last).filter(|&number| number < 1 << bits)?;
    let address = u32::try_from(address << bits | last).ok()?;
    Some(IpAddr::V4(address.into()))
}

/// Decimal, or octal by a zero in front, or hexadecimal.
fn number(text: &str) -> Option<u64> {
    let is_of = |digits: &str, radix| {
        !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
    };
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix("0x") {
        Some("") => return Some(0),
        Some(digits) => (digits, 16),
        None if lower.len() > 1 && lower.starts_with('0') => (lower.as_str(), 8),
        None => (lower.as_str(), 10),
    };
    is_of(digits, radix).then(|| u64::from_str_radix(digits, radix).unwrap_or(u64::MAX))
}
