//! Which address a request comes from, past the proxies that the operator named.
//!
//! **Invariant:** an address serves one request: it is counted by network (see [`crate::limits`]) and looked up
//! (see [`crate::region`]), and neither stored nor logged.

use axum::http::HeaderMap;
use ipnetwork::IpNetwork;
use std::net::{IpAddr, SocketAddr};

/// The address that a connection comes from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The proxies whose X-Forwarded-For is believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNetwork>);

impl Proxies {
    /// The proxies with addresses in these networks.
    pub fn new(networks: Vec<IpNetwork>) -> Self {
        Proxies(networks)
    }

    /// Whether an address is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The address that a request is counted by: behind named proxies, the last one that they did not write themselves;
    /// where they tell none, that of the proxy.
    pub fn counted(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        // What is no text has hops that cannot be read: left out, it would put those before it in its place.
        let lists = headers.get_all("x-forwarded-for").into_iter().map(|value| value.to_str().unwrap_or_default());
        let mut hops: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
        let mut address = peer.to_canonical();
        while self.trusts(address) {
            // A hop that cannot be read ends the way: what stands before it may be the visitor's own invention.
            match hops.pop().and_then(address_of) {
                Some(hop) => address = hop.to_canonical(),
                None => break,
            }
        }
        address
    }

    /// The visitor's address; none where it is a proxy's, because that says nothing of the visitor.
    pub fn visitor(&self, headers: &HeaderMap, peer: IpAddr) -> Option<IpAddr> {
        Some(self.counted(headers, peer)).filter(|address| !self.trusts(*address))
    }
}

/// The address of a hop, which some proxies write with its port or in brackets.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    /// Several lines of the header, as proxies add them; one has a byte that is no text.
    #[test]
    fn a_line_that_cannot_be_read_ends_the_way() {
        for (lines, counted) in [
            (&["203.0.113.9", "198.51.100.1"][..], "198.51.100.1"),
            (&["203.0.113.9\u{e9}", "198.51.100.1"], "198.51.100.1"),
            (&["203.0.113.9", "198.51.100.1\u{e9}"], "192.0.2.1"),
            (&["203.0.113.9", "\u{e9}", "192.0.2.2"], "192.0.2.2"),
        ] {
            let name = HeaderName::from_static("x-forwarded-for");
            let headers = lines.iter().map(|line| (name.clone(), HeaderValue::from_bytes(line.as_bytes()).unwrap()));
            let proxies = Proxies::new(vec!["192.0.2.0/24".parse().unwrap()]);
            let told = proxies.counted(&headers.collect(), "192.0.2.1".parse().unwrap());
            assert_eq!(told, counted.parse::<IpAddr>().unwrap(), "{lines:?}");
        }
    }

    #[test]
    fn forwarded_addresses_count_behind_named_proxies_only() {
        let none = &[][..];
        // the peer, the proxies, the header, the address that counts, and whether it is the visitor's
        for (peer, proxies, forwarded, counted, known) in [
            ("192.0.2.1", none, "198.51.100.1", "192.0.2.1", true),
            ("192.0.2.1", &["192.0.2.1"], "198.51.100.1", "198.51.100.1", true),
            ("192.0.2.1", &["192.0.2.1"], "203.0.113.9, 198.51.100.1", "198.51.100.1", true),
            ("192.0.2.1", &["192.0.2.1", "192.0.2.2"], "203.0.113.9, 198.51.100.1, 192.0.2.2", "198.51.100.1", true),
            ("192.0.2.1", &["192.0.2.0/24"], "203.0.113.9, 198.51.100.1, 192.0.2.2", "198.51.100.1", true),
            ("192.0.3.1", &["192.0.2.0/24"], "198.51.100.1", "192.0.3.1", true),
            ("::ffff:192.0.2.1", &["192.0.2.0/24"], "::ffff:198.51.100.1", "198.51.100.1", true),
            ("2001:db8::1", &["2001:db8::/32"], "2001:db9::7", "2001:db9::7", true),
            ("2001:db8::1", &["2001:db8::/32"], "[2001:db9::7]:443", "2001:db9::7", true),
            ("2001:db8::1", &["2001:db8::/32"], "[2001:db9::7]", "2001:db9::7", true),
            ("192.0.2.1", &["192.0.2.1"], "198.51.100.1:5123", "198.51.100.1", true),
            ("192.0.2.1", &["192.0.2.1"], "", "192.0.2.1", false),
            ("192.0.2.1", &["192.0.2.1"], "unknown", "192.0.2.1", false),
            ("192.0.2.1", &["192.0.2.1"], "198.51.100.1, unknown", "192.0.2.1", false),
            ("192.0.2.1", &["192.0.2.0/24"], "192.0.2.9, 192.0.2.8", "192.0.2.9", false),
        ] {
            let headers = HeaderMap::from_iter([(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static(forwarded),
            )]);
            let proxies = Proxies::new(proxies.iter().map(|proxy: &&str| proxy.parse().unwrap()).collect());
            let (peer, counted) = (peer.parse().unwrap(), counted.parse::<IpAddr>().unwrap());
            assert_eq!(proxies.counted(&headers, peer), counted, "{forwarded}");
            assert_eq!(proxies.visitor(&headers, peer), known.then_some(counted), "{forwarded}");
        }
    }
}
