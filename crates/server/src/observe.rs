//! What the server notes beside a receipt: roughly where it came from, what kind of program sent it, and for some days a tag
//! of the network, by which many receipts from one place can be told from receipts of many.
//!
//! **Invariant:** neither an address nor a User-Agent is stored or logged. Of the address a country or a part of one is kept,
//! of the User-Agent one of seven words.
//! **Invariant:** the key of a day's tags is in memory only and is gone with the day: then a tag leads to no network, and
//! tags of two days lead to no one.

use crate::address::Proxies;
use crate::calendar::DAY;
use crate::limits::network;
use crate::region::Regions;
use axum::http::{HeaderMap, header};
use base64ct::{Base64UrlUnpadded, Encoding};
use clap::ValueEnum;
use hmac::{Hmac, KeyInit, Mac};
use placet_model::agent::class_of;
use sha2::Sha256;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// For how many days the tag of a network stands beside a receipt.
pub const NETWORK_DAYS: i64 = 7;

/// The bytes of a tag: enough to tell networks apart, and no more.
const TAG: usize = 9;

/// Something that may be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Noted {
    /// The country or the part of it, by --region-header or --geo.
    Region,
    /// What kind of program sent the receipt, such as mobile-browser.
    Agent,
    /// A tag of the network, for a week, by a key that is forgotten every day.
    Network,
    /// Nothing.
    None,
}

/// What was noted of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The region, ISO 3166.
    pub region: Option<String>,
    /// The class of the program.
    pub agent: Option<String>,
    /// The tag of the network.
    pub network: Option<String>,
}

/// Looks at calls and notes what it may.
pub struct Observer {
    noted: Vec<Noted>,
    day: Mutex<Option<Day>>,
}

/// The key of one day.
struct Day {
    number: i64,
    key: Zeroizing<[u8; 32]>,
}

impl Observer {
    /// An observer that notes these things.
    pub fn new(noted: Vec<Noted>) -> Self {
        Observer { noted, day: Mutex::new(None) }
    }

    /// What may be noted of a call that came now, in milliseconds since 1970.
    pub fn see(
        &self,
        regions: Option<&Regions>,
        proxies: &Proxies,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
        now: i64,
    ) -> Seen {
        let notes = |what: Noted| self.noted.contains(&what);
        let visitor = peer.and_then(|peer| proxies.visitor(headers, peer));
        let agent = || headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Seen {
            region: regions.filter(|_| notes(Noted::Region)).and_then(|regions| regions.of(headers, peer, proxies)),
            agent: notes(Noted::Agent).then(|| class_of(agent()).word().to_owned()),
            network: visitor.filter(|_| notes(Noted::Network)).and_then(|visitor| self.tag(visitor, now)),
        }
    }

    /// The tag of the network of an address, HMAC-SHA256 under the day's key; none where the system gives no random key.
    fn tag(&self, address: IpAddr, now: i64) -> Option<String> {
        let number = now.div_euclid(DAY);
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        if day.as_ref().is_none_or(|day| day.number != number) {
            let mut key = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *key).ok()?;
            *day = Some(Day { number, key });
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(day.as_ref()?.key.as_slice()).ok()?;
        mac.update(&network(address).octets());
        Some(Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes()[..TAG]))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Observer({:?})", self.noted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_772_323_200_000;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn tag(observer: &Observer, address: &str, now: i64) -> Option<String> {
        let peer = Some(address.parse().unwrap());
        observer.see(None, &Proxies::default(), &HeaderMap::new(), peer, now).network
    }

    #[test]
    fn only_what_is_asked_for_is_noted() {
        let regions = Regions::Headers { country: "cf-ipcountry".parse().unwrap(), part: None };
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let headers =
            headers(&[("cf-ipcountry", "CN"), ("user-agent", "curl/8.10.1"), ("x-forwarded-for", "192.0.2.77")]);
        let see = |noted: &[Noted]| {
            let peer = Some("10.1.2.3".parse().unwrap());
            Observer::new(noted.to_vec()).see(Some(&regions), &proxies, &headers, peer, NOW)
        };
        assert_eq!(see(&[Noted::None]), Seen::default());
        assert_eq!(see(&[]), Seen::default());
        assert_eq!(see(&[Noted::Region]), Seen { region: Some("CN".into()), ..Seen::default() });
        assert_eq!(see(&[Noted::Agent]), Seen { agent: Some("bot".into()), ..Seen::default() });
        let tagged = see(&[Noted::Network]);
        assert_eq!(tagged.network.as_ref().map(String::len), Some(12));
        assert_eq!((tagged.region, tagged.agent), (None, None));
    }

    #[test]
    fn a_network_has_one_tag_a_day() {
        let observer = Observer::new(vec![Noted::Network]);
        let first = tag(&observer, "192.0.2.1", NOW).unwrap();
        for (address, hours, same) in [
            ("192.0.2.200", 0, true),
            ("::ffff:192.0.2.9", 23, true),
            ("192.0.3.1", 0, false),
            ("2001:db8:1::1", 0, false),
            ("192.0.2.1", 24, false),
            // The key of the first day is gone: nobody can make its tags again.
            ("192.0.2.1", 0, false),
        ] {
            let found = tag(&observer, address, NOW + hours * 60 * 60 * 1000).unwrap();
            assert_eq!(found == first, same, "{address} after {hours} hours");
        }
        let other = Observer::new(vec![Noted::Network]);
        assert_ne!(tag(&other, "192.0.2.1", NOW), Some(first));
    }

    #[test]
    fn nothing_is_said_of_a_proxys_own_network() {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let observer = Observer::new(vec![Noted::Network]);
        let see = |forwarded| {
            let headers = headers(&[("x-forwarded-for", forwarded)]);
            observer.see(None, &proxies, &headers, Some("10.1.2.3".parse().unwrap()), NOW).network
        };
        assert_eq!(see("unknown"), None);
        assert_eq!(see("198.51.100.1"), tag(&observer, "198.51.100.99", NOW));
    }
}
