//! How much one network and all together may ask of the server.
//!
//! A network has a burst and a rate. As long as the server keeps up, that is all. Where it does not, because all together
//! send more than the site's rate or because half of the places for calls are taken, each network is also held to the steady
//! rate, which a shopper never reaches and a flood reaches at once: who sends little is served while who floods waits.
//!
//! **Invariant:** addresses are counted by network (/24 and /48), in memory, for minutes, and where feedback was written for a
//! day; they are never written anywhere.
//! **Invariant:** what is remembered has a bound, however many networks there are, and so has what one call costs.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The numbers. The defaults leave room for an office or a mobile carrier behind one network.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Receipts that a network may send at once after a quiet time.
    pub burst: u32,
    /// Receipts that a network may send per second in the long run.
    pub per_second: u32,
    /// Receipts that a network may send per second in the long run while the server is pressed.
    pub steady: f64,
    /// Receipts that all together may send per second in the long run; twice as many at once.
    pub site_per_second: u32,
    /// Entries of feedback that a network may write in a day.
    pub feedback_per_day: u32,
    /// Persons whom a token may erase in a day (UTC).
    pub erasures_per_day: u32,
    /// Calls that are verified and stored at the same time.
    pub calls: usize,
    /// Answers about a device's receipts that are being sent at the same time.
    pub readings: usize,
    /// How many of them go to one network.
    pub readings_of_one: usize,
    /// Exports that are being sent at the same time.
    pub exports: usize,
    /// Requests of devices that nobody knows which a network may send at once; as many come back in an hour.
    pub strangers: u32,
    /// How long the body of a call may take to arrive.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            burst: 300,
            per_second: 30,
            steady: 1.0,
            site_per_second: 10_000,
            feedback_per_day: 20,
            erasures_per_day: 500,
            calls: 256,
            readings: 32,
            readings_of_one: 8,
            exports: 8,
            strangers: 120,
            body_time: Duration::from_secs(10),
        }
    }
}

/// Networks that are remembered at most: a flood from more of them costs no more memory.
const MOST_NETWORKS: usize = 50_000;
/// How often those that are back at their whole burst are looked for, where there is no room.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);
/// How long who finds no room is told to wait.
const NO_ROOM: u64 = 60;
const A_DAY: f64 = 24.0 * 60.0 * 60.0;
const AN_HOUR: f64 = 60.0 * 60.0;

/// Who asks too much, and how many seconds to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The network.
    Network(u64),
    /// All together.
    Site(u64),
}

/// Counts receipts and calls against the limits.
#[derive(Debug)]
pub struct Gauge {
    /// The numbers.
    pub limits: Limits,
    /// One permit for each call that may be verified and stored at the same time.
    pub calls: Semaphore,
    /// One permit for each answer about a device's receipts that may be sent at the same time.
    pub readings: Arc<Semaphore>,
    /// One permit for each export that may be sent at the same time.
    pub exports: Arc<Semaphore>,
    readers: Arc<Readers>,
    strangers: Mutex<Networks<1>>,
    networks: Mutex<Networks<2>>,
    writers: Mutex<Networks<1>>,
    site: Mutex<Bucket>,
}

/// Whom answers about receipts are being sent to, and how many.
#[derive(Debug, Default)]
struct Readers(Mutex<HashMap<Reader, usize>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Reader {
    Device(String),
    Network(Ipv6Addr),
}

/// An answer about a device's receipts that is being sent; its place is given back when it is dropped.
#[derive(Debug)]
pub struct Reading {
    readers: Arc<Readers>,
    who: Vec<Reader>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut readers = self.readers.0.lock().unwrap_or_else(PoisonError::into_inner);
        for reader in &self.who {
            if let Some(count) = readers.get_mut(reader) {
                *count -= 1;
                if *count == 0 {
                    readers.remove(reader);
                }
            }
        }
    }
}

/// What a bucket holds at most, and how much comes back in a second.
#[derive(Debug, Clone, Copy)]
struct Size {
    burst: f64,
    rate: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn full(size: Size, now: Instant) -> Self {
        Bucket { left: size.burst, at: now }
    }

    /// What it holds now.
    fn at(self, now: Instant, size: Size) -> f64 {
        (self.left + now.saturating_duration_since(self.at).as_secs_f64() * size.rate).min(size.burst)
    }
}

/// How long until a bucket that holds `left` holds `cost`.
fn wait(left: f64, cost: f64, size: Size) -> u64 {
    ((cost - left) / size.rate.max(1e-9)).ceil().clamp(1.0, A_DAY) as u64
}

/// Buckets of networks: each has one of each size.
#[derive(Debug)]
struct Networks<const N: usize> {
    sizes: [Size; N],
    held: HashMap<Ipv6Addr, [Bucket; N]>,
    swept: Option<Instant>,
}

impl<const N: usize> Networks<N> {
    fn new(sizes: [Size; N]) -> Self {
        Networks { sizes, held: HashMap::new(), swept: None }
    }

    /// Takes `cost` out of all buckets of a network, where the first `asked` of them hold it; else none.
    fn take(&mut self, address: IpAddr, cost: f64, asked: usize, now: Instant) -> Result<(), u64> {
        let network = network(address);
        if self.held.len() >= MOST_NETWORKS && !self.held.contains_key(&network) {
            self.sweep(now);
            if self.held.len() >= MOST_NETWORKS {
                return Err(NO_ROOM);
            }
        }
        let sizes = self.sizes;
        let buckets = self.held.entry(network).or_insert_with(|| sizes.map(|size| Bucket::full(size, now)));
        let mut left = [0.0; N];
        for ((left, bucket), size) in left.iter_mut().zip(&*buckets).zip(sizes) {
            *left = bucket.at(now, size);
        }
        let short = left.into_iter().zip(sizes).take(asked).filter(|(left, _)| *left < cost);
        if let Some(seconds) = short.map(|(left, size)| wait(left, cost, size)).max() {
            return Err(seconds);
        }
        for (bucket, left) in buckets.iter_mut().zip(left) {
            // A bucket that is not asked now does not fall below nothing: it is asked sooner or later.
            *bucket = Bucket { left: (left - cost).max(0.0), at: now };
        }
        Ok(())
    }

    /// Forgets networks that are back at their whole burst, once a second at most: a flood from everywhere must not make each
    /// call look through all of them.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_some_and(|swept| now.saturating_duration_since(swept) < BETWEEN_SWEEPS) {
            return;
        }
        self.swept = Some(now);
        let sizes = self.sizes;
        self.held
            .retain(|_, buckets| buckets.iter().zip(sizes).any(|(bucket, size)| bucket.at(now, size) < size.burst));
    }
}

impl Gauge {
    /// A gauge at zero.
    pub fn new(limits: Limits) -> Self {
        let burst = f64::from(limits.burst);
        let fast = Size { burst, rate: f64::from(limits.per_second) };
        let steady = Size { burst, rate: limits.steady };
        let written = f64::from(limits.feedback_per_day);
        let strangers = f64::from(limits.strangers);
        Gauge {
            limits,
            calls: Semaphore::new(limits.calls),
            readings: Arc::new(Semaphore::new(limits.readings)),
            exports: Arc::new(Semaphore::new(limits.exports)),
            readers: Arc::default(),
            strangers: Mutex::new(Networks::new([Size { burst: strangers, rate: strangers / AN_HOUR }])),
            networks: Mutex::new(Networks::new([fast, steady])),
            writers: Mutex::new(Networks::new([Size { burst: written, rate: written / A_DAY }])),
            site: Mutex::new(Bucket::full(site_size(limits), Instant::now())),
        }
    }

    /// Counts receipts from `address`: all of them, or none where they are too many. Where the caller says that the server is
    /// `pressed`, or the site's own count says so, the network is held to the steady rate as well.
    ///
    /// # Errors
    /// Who has sent too many, and how many seconds to wait.
    pub fn count(&self, address: IpAddr, receipts: usize, pressed: bool, now: Instant) -> Result<(), Over> {
        let cost = receipts as f64;
        let size = site_size(self.limits);
        let mut site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        let all = site.at(now, size);
        let asked = if pressed || all < size.burst / 2.0 { 2 } else { 1 };
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        networks.take(address, cost, asked, now).map_err(Over::Network)?;
        if all < cost {
            return Err(Over::Site(wait(all, cost, size)));
        }
        *site = Bucket { left: all - cost, at: now };
        Ok(())
    }

    /// Whether half of the places for calls are taken.
    pub fn is_pressed(&self) -> bool {
        self.calls.available_permits() < self.limits.calls.div_ceil(2)
    }

    /// Counts an entry of feedback from `address`.
    ///
    /// # Errors
    /// How many seconds to wait, where its network has written enough for a day.
    pub fn count_feedback(&self, address: IpAddr, now: Instant) -> Result<(), u64> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).take(address, 1.0, 1, now)
    }

    /// Counts a request of a device from `address` that nobody knows: it is remembered like others, and there is room for so many.
    ///
    /// # Errors
    /// How many seconds to wait, where its network has sent enough of them.
    pub fn count_stranger(&self, address: IpAddr, now: Instant) -> Result<(), u64> {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).take(address, 1.0, 1, now)
    }

    /// A place to send an answer about the receipts of a device: one for each device, and for each network its part. None where
    /// there is no more.
    pub fn reading(&self, device: &str, address: Option<IpAddr>) -> Option<Reading> {
        let place = self.readings.clone().try_acquire_owned().ok()?;
        let mut who = vec![(Reader::Device(device.to_owned()), 1)];
        who.extend(address.map(|address| (Reader::Network(network(address)), self.limits.readings_of_one)));
        let mut readers = self.readers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if who.iter().any(|(reader, most)| readers.get(reader).is_some_and(|count| count >= most)) {
            return None;
        }
        let who: Vec<Reader> = who.into_iter().map(|(reader, _)| reader).collect();
        for reader in &who {
            *readers.entry(reader.clone()).or_insert(0) += 1;
        }
        Some(Reading { readers: self.readers.clone(), who, _place: place })
    }

    /// How many networks are remembered.
    pub fn remembered(&self) -> usize {
        let networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner).held.len();
        let strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner).held.len();
        networks + strangers + self.writers.lock().unwrap_or_else(PoisonError::into_inner).held.len()
    }
}

fn site_size(limits: Limits) -> Size {
    let rate = f64::from(limits.site_per_second);
    Size { burst: rate * 2.0, rate }
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
            let outcome = outcome.map_err(Over::Network);
            assert_eq!(
                gauge.count(address.parse().unwrap(), receipts, false, now),
                outcome,
                "{address} after {after} s"
            );
        }
    }

    #[test]
    fn who_sends_little_is_served_while_who_floods_waits() {
        let limits = Limits { burst: 10, per_second: 10, steady: 1.0, site_per_second: 100, ..Limits::default() };
        let start = Instant::now();
        // whether the server is pressed, networks that flood, how many of their receipts are taken in ten seconds at most
        for (pressed, networks, most) in
            [(true, 1_u8, 10 + 10), (true, 50, 50 * 20), (false, 1, 110), (false, 50, 1300)]
        {
            let gauge = Gauge::new(limits);
            let mut taken = 0;
            for step in 0..1000 {
                let now = start + Duration::from_millis(step * 10);
                for network in 0..networks {
                    let address = IpAddr::from([198, 51, network, 1]);
                    taken += u32::from(gauge.count(address, 1, pressed, now).is_ok());
                }
                if step % 100 == 99 {
                    // A shopper whom nobody has seen before, and whose network is not the flood's.
                    let address = IpAddr::from([203, 0, (step / 100) as u8, 7]);
                    assert_eq!(gauge.count(address, 2, pressed, now), Ok(()), "{networks} networks, step {step}");
                }
            }
            assert!(taken <= most, "{networks} networks, pressed {pressed}: {taken} taken");
            assert!(taken >= u32::from(networks) * 10, "{networks} networks, pressed {pressed}: {taken} taken");
        }
    }

    #[test]
    fn all_together_have_a_rate_too() {
        let limits = Limits { site_per_second: 5, ..Limits::default() };
        let gauge = Gauge::new(limits);
        let now = Instant::now();
        let count = |network: u8, receipts| gauge.count(IpAddr::from([192, 0, network, 1]), receipts, false, now);
        assert_eq!((count(1, 6), count(2, 4)), (Ok(()), Ok(())));
        assert_eq!(count(3, 1), Err(Over::Site(1)));
        assert_eq!(count(3, 16), Err(Over::Site(4)));
    }

    #[test]
    fn one_network_cannot_fill_the_room_for_feedback() {
        let gauge = Gauge::new(Limits::default());
        let (start, address) = (Instant::now(), "192.0.2.1".parse().unwrap());
        let mut kept = 0;
        for hour in 0..24 * 180 {
            let now = start + Duration::from_secs(hour * 3600);
            kept += (0..10).filter(|_| gauge.count_feedback(address, now).is_ok()).count();
        }
        assert!((20 * 180..20 * 182).contains(&kept), "{kept}");
        assert!(kept < crate::store::feedback::MOST_FEEDBACK as usize / 2);
        assert_eq!(gauge.count_feedback("192.0.3.1".parse().unwrap(), start), Ok(()), "another network can write");
        let end = start + Duration::from_secs(180 * 86_400);
        let waiting = (0..30).find_map(|_| gauge.count_feedback(address, end).err()).unwrap();
        assert!((1..=4320).contains(&waiting), "{waiting}");
    }

    #[test]
    fn a_flood_from_everywhere_costs_no_more_memory() {
        let gauge = Gauge::new(Limits { site_per_second: 1_000_000, ..Limits::default() });
        let start = Instant::now();
        let mut refused = 0;
        for number in 0..60_000_u32 {
            // A /48 of its own each.
            let address = IpAddr::from(Ipv6Addr::from((0x2001_u128 << 112) | (u128::from(number) << 80)));
            refused += u32::from(gauge.count(address, 1, false, start).is_err());
        }
        assert_eq!((gauge.remembered(), refused), (MOST_NETWORKS, 10_000));
        let later = start + Duration::from_secs(301);
        assert_eq!(gauge.count("192.0.2.1".parse().unwrap(), 1, false, later), Ok(()), "there is room again");
        assert_eq!(gauge.remembered(), 1);
    }

    /// Each device reads one answer at a time, and no network takes all places.
    #[test]
    fn readings_are_shared() {
        let gauge = Gauge::new(Limits { readings: 5, readings_of_one: 3, ..Limits::default() });
        let read = |device: &str, from: Option<&str>| gauge.reading(device, from.map(|from| from.parse().unwrap()));
        let first = read("a", Some("192.0.2.1"));
        assert!(first.is_some() && read("a", Some("198.51.100.1")).is_none(), "it reads already");
        let mut held: Vec<Reading> = ["b", "c"].iter().filter_map(|device| read(device, Some("192.0.2.9"))).collect();
        assert!(held.len() == 2 && read("d", Some("192.0.2.2")).is_none(), "the network has its part");
        held.extend(read("d", Some("198.51.100.1")));
        held.extend(read("e", None));
        assert!(held.len() == 4 && read("f", None).is_none(), "all places are taken");
        drop(first);
        assert!(read("a", Some("192.0.2.1")).is_some());
        held.clear();
        assert!(gauge.readers.0.lock().unwrap().is_empty() && gauge.readings.available_permits() == 5);
    }

    #[test]
    fn strangers_from_one_network_have_their_part() {
        let gauge = Gauge::new(Limits { strangers: 3, ..Limits::default() });
        let now = Instant::now();
        let count = |from: &str, now| gauge.count_stranger(from.parse().unwrap(), now);
        assert!((0..3).all(|_| count("192.0.2.1", now).is_ok()));
        assert_eq!(count("192.0.2.2", now), Err(1200));
        assert_eq!(count("198.51.100.1", now), Ok(()));
        assert_eq!(count("192.0.2.2", now + Duration::from_secs(1200)), Ok(()));
    }
}
