//! How much one network and all together may ask of the server.
//!
//! **Invariant:** addresses are counted by network (/24 and /48), in memory, for minutes; they are never written anywhere.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The numbers. The defaults leave room for an office or a mobile carrier behind one network.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Receipts that a network may send at once after a quiet time.
    pub burst: u32,
    /// Receipts that a network may send per second in the long run.
    pub per_second: u32,
    /// Calls that are verified and stored at the same time.
    pub calls: usize,
    /// Answers about a device's receipts that are being sent at the same time.
    pub readings: usize,
    /// How long the body of a call may take to arrive.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { burst: 300, per_second: 30, calls: 256, readings: 32, body_time: Duration::from_secs(10) }
    }
}

/// Networks that are remembered at most: a flood from more of them costs no more memory.
const MOST_NETWORKS: usize = 50_000;

/// Counts receipts and calls against the limits.
#[derive(Debug)]
pub struct Gauge {
    /// The numbers.
    pub limits: Limits,
    /// One permit for each call that may be verified and stored at the same time.
    pub calls: Semaphore,
    /// One permit for each answer about a device's receipts that may be sent at the same time.
    pub readings: Arc<Semaphore>,
    networks: Mutex<HashMap<Ipv6Addr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Gauge {
    /// A gauge at zero.
    pub fn new(limits: Limits) -> Self {
        Gauge {
            limits,
            calls: Semaphore::new(limits.calls),
            readings: Arc::new(Semaphore::new(limits.readings)),
            networks: Mutex::default(),
        }
    }

    /// Counts receipts from `address`: all of them, or none where they are too many.
    ///
    /// # Errors
    /// How many seconds to wait, where the network has sent too many.
    pub fn count(&self, address: IpAddr, receipts: usize, now: Instant) -> Result<(), u64> {
        let cost = receipts as f64;
        let (burst, rate) = (f64::from(self.limits.burst), f64::from(self.limits.per_second).max(0.01));
        let refilled =
            |bucket: &Bucket| (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * rate).min(burst);
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let network = network(address);
        if networks.len() >= MOST_NETWORKS && !networks.contains_key(&network) {
            networks.retain(|_, bucket| refilled(bucket) < burst);
            if networks.len() >= MOST_NETWORKS {
                return Err(60);
            }
        }
        let bucket = networks.entry(network).or_insert(Bucket { left: burst, at: now });
        let left = refilled(bucket);
        if left < cost {
            return Err(((cost - left) / rate).ceil().max(1.0) as u64);
        }
        *bucket = Bucket { left: left - cost, at: now };
        Ok(())
    }
}

/// The network of an address: /24 of IPv4, /48 of IPv6.
pub(crate) fn network(address: IpAddr) -> Ipv6Addr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            std::net::Ipv4Addr::new(a, b, c, 0).to_ipv6_mapped()
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_burst_and_then_its_rate() {
        let gauge = Gauge::new(Limits { burst: 2, per_second: 1, ..Limits::default() });
        let start = Instant::now();
        for (address, receipts, after, outcome) in [
            ("192.0.2.1", 1, 0, Ok(())),
            ("192.0.2.77", 1, 0, Ok(())),
            ("192.0.2.1", 1, 0, Err(1)),
            ("::ffff:192.0.2.1", 1, 0, Err(1)),
            ("192.0.3.1", 1, 0, Ok(())),
            ("2001:db8:1:2::1", 1, 0, Ok(())),
            ("2001:db8:1:3::1", 1, 0, Ok(())),
            ("2001:db8:1:4::1", 1, 0, Err(1)),
            ("2001:db8:2::1", 1, 0, Ok(())),
            ("192.0.2.1", 1, 1, Ok(())),
            ("192.0.2.1", 1, 1, Err(1)),
            ("198.51.100.1", 2, 1, Ok(())),
            ("198.51.100.1", 2, 1, Err(2)),
            ("198.51.100.1", 2, 2, Err(1)),
            ("198.51.100.1", 1, 2, Ok(())),
            ("203.0.113.1", 0, 2, Ok(())),
            ("203.0.113.1", 2, 2, Ok(())),
        ] {
            let now = start + Duration::from_secs(after);
            assert_eq!(gauge.count(address.parse().unwrap(), receipts, now), outcome, "{address} after {after} s");
        }
    }
}
