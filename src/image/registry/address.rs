//! Which addresses belong to the public network, and a resolver that gives no others.
//!
//! A registry may send its client on to another host. Without this rule, the name of an image in a
//! file that somebody else wrote could make this program knock on doors inside the user's network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use url::{Host, Url};

/// Networks that are not public: a first address and the bits that count.
///
/// Source: IANA's registry of special-purpose addresses (RFC 6890), and multicast.
const PRIVATE_V4: [(Ipv4Addr, u32); 13] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast, and all that is reserved behind it.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
];

/// Whether an address is on the public network.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_in = |(network, bits): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    !PRIVATE_V4.iter().any(is_in)
}

/// Global unicast is 2000::/3. An address that wraps one of IPv4 is as public as that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, .., sixth, seventh] = address.segments();
    let wrapped = |high: u16, low: u16| {
        is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match (first, second) {
        // NAT64, which is how a network without IPv4 reaches the rest.
        (0x64, 0xff9b) if address.segments()[2..6] == [0; 4] => wrapped(sixth, seventh),
        // 6to4 and Teredo.
        (0x2002, _) => wrapped(second, address.segments()[2]),
        (0x2001, 0) => false,
        _ => match address.to_ipv4_mapped() {
            Some(address) => is_public_v4(address),
            None => first & 0xe000 == 0x2000,
        },
    }
}

/// Whether the address that stands in a URL, or `localhost`, is a private one. Names are left to
/// the resolver.
pub fn is_private_by_name(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => true,
    }
}

/// Whether a URL points to this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Resolves names to their public addresses only.
///
/// Behind a proxy it is the proxy that resolves names, so that only literal addresses can be
/// judged there; the address of the proxy itself may be private.
#[derive(Debug, Default)]
pub struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        if config.proxy().is_some_and(|proxy| proxy.uri() == uri) {
            return Ok(found);
        }
        let mut public = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            public.push(*address);
        }
        if public.is_empty() {
            return Err(ureq::Error::Other(Box::new(PrivateAddress)));
        }
        Ok(public)
    }
}

/// A name has private addresses only.
#[derive(Debug)]
pub struct PrivateAddress;

impl fmt::Display for PrivateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("has a private address")
    }
}

impl std::error::Error for PrivateAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &[&str], public: bool) {
        for address in addresses {
            let parsed: IpAddr = address.parse().expect("an address");
            assert_eq!(is_public(parsed), public, "{address}");
        }
    }

    #[test]
    fn private_and_public_addresses() {
        check(&["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.63.0.1"], true);
        check(&["2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"], true);
        check(&["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"], false);
        check(&["0.0.0.0", "0.1.2.3", "169.254.169.254", "100.64.0.1", "100.127.0.1"], false);
        check(&["224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "198.19.0.1"], false);
        check(&["::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1"], false);
        check(&["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "::7f00:1"], false);
        check(&["2002:0a00:0001::1", "2001::1", "64:ff9b:1::1.1.1.1"], false);
    }

    #[test]
    fn addresses_in_urls_are_seen_through_their_disguises() {
        for private in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::ffff:7f00:1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://169.254.169.254/latest",
        ] {
            assert!(is_private_by_name(&Url::parse(private).expect(private)), "{private}");
        }
        for open in ["https://ghcr.io/", "https://1.1.1.1/", "https://localhost.example/"] {
            assert!(!is_private_by_name(&Url::parse(open).expect(open)), "{open}");
        }
    }
}
