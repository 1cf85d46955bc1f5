//! What networks do to the program: floods through a proxy (pressidium 195: a public endpoint without a limit, a disk that fills),
//! and connections that are cut and delayed. Over real sockets, with `--trusted-proxy`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::log::checkpoint::Keys;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::databases::Place;
use support::program::{Running, ask, prepared, recording};
use support::{Device, on_each_database};

on_each_database![what_is_sent_over_a_bad_network_arrives_once];

/// A connection that is kept for many calls, as a proxy keeps its own.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        Connection(BufReader::new(stream))
    }

    /// The status of the answer, its header Retry-After, and its body.
    fn ask(&mut self, request: &str) -> (u16, Option<u64>, Vec<u8>) {
        self.0.get_mut().write_all(request.replace("Connection: close\r\n", "").as_bytes()).unwrap();
        let (mut status, mut after, mut length) = (0, None, 0);
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the server has closed a connection");
            let line = line.trim().to_lowercase();
            if line.is_empty() {
                break;
            }
            match line.split_once(": ") {
                None => status = line.split(' ').nth(1).unwrap().parse().unwrap(),
                Some(("retry-after", value)) => after = value.parse().ok(),
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status, after, body)
    }
}

/// The most memory that a process has had, in KB.
fn most_memory(server: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The bytes that the database's files have.
fn on_disk(directory: &Path) -> u64 {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap());
    let ours = files.filter(|file| file.file_name().to_string_lossy().starts_with("placet.db"));
    ours.map(|file| file.metadata().unwrap().len()).sum()
}

/// From one address and from a thousand: who floods is told to wait, memory and disk have a bound, and honest shoppers are served.
#[test]
fn a_flood_has_to_wait_and_shoppers_are_served() {
    const FLOODERS: u32 = 8;
    /// What the limits give a network: so many receipts at once, and so many in each second.
    const BURST: u64 = 300;
    const RATE: u64 = 30;
    let directory = prepared();
    let database = format!("sqlite:{}", directory.path().join("placet.db").display());
    let server = Running::start(directory.path(), &database);
    let (notice, _) = server.notice();
    let receipt = |device: u8, id: u32| Device::new(device).receipt(id, "", &json!({ "seq": id, "notice": notice }));
    // So many genuine receipts of one device that they do not fit into a burst, and calls that are nothing.
    let genuine: Vec<Vec<String>> = (0..60).map(|call| (1..=8).map(|id| receipt(9, call * 8 + id)).collect()).collect();
    let nothing = vec!["not.a.receipt".to_owned(); 16];
    let shopper = AtomicU32::new(0);
    let honest = |connection: &mut Connection| {
        let number = shopper.fetch_add(1, Ordering::Relaxed);
        let address = format!("203.{}.{}.7", number / 250, number % 250);
        let body = recording(&address, &[receipt(1, 1_000_000 + number)]);
        // Whoever comes while all hands are full is told to wait, and tries again as the widget does.
        let answer = (0..1000).map(|_| connection.ask(&body)).find(|(status, ..)| *status != 503);
        let (status, _, answer) = answer.unwrap_or_else(|| panic!("{address} is never served"));
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!((status, &answer["results"][0]["status"]), (200, &json!("recorded")), "{answer}");
    };
    honest(&mut Connection::open(&server.authority));
    let (memory, disk) = (most_memory(&server), on_disk(directory.path()));

    // How many networks flood, and how many calls come from all of them.
    for (networks, calls) in [(1_u32, 2000_u32), (1000, 12_000)] {
        let (start, waits, taken) = (Instant::now(), AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for flooder in 0..FLOODERS {
                let (honest, genuine, nothing, server) = (&honest, &genuine, &nothing, &server);
                let (waits, taken) = (&waits, &taken);
                scope.spawn(move || {
                    let mut connection = Connection::open(&server.authority);
                    for call in 0..calls / FLOODERS {
                        let network = (call * FLOODERS + flooder) % networks;
                        let address = format!("10.{}.{}.1", network / 250, network % 250);
                        let own = genuine.get((call * FLOODERS + flooder) as usize);
                        let receipts = own.filter(|_| networks == 1).unwrap_or(nothing);
                        let (status, after, _) = connection.ask(&recording(&address, receipts));
                        match status {
                            200 => taken.fetch_add(receipts.len() as u32, Ordering::Relaxed),
                            429 | 503 => {
                                assert!(after.is_some_and(|seconds| seconds > 0), "{status} says how long to wait");
                                waits.fetch_add(1, Ordering::Relaxed)
                            }
                            status => panic!("{status}"),
                        };
                        if call % 50 == 49 {
                            honest(&mut connection);
                        }
                    }
                });
            }
        });
        let seconds = start.elapsed().as_secs() + 1;
        let most = u64::from(networks) * (BURST + RATE * seconds);
        let (waits, taken) = (waits.into_inner(), u64::from(taken.into_inner()));
        eprintln!("{networks} networks: {taken} taken, {waits} calls told to wait, in {seconds} s");
        assert!(taken <= most, "{networks} networks: {taken} taken in {seconds} s");
        assert!(networks > 1 || waits > 0, "one network does not get through with everything");
    }
    // A body that is too large is not read.
    let large = recording("198.51.100.9", &["x".repeat(1 << 20)]);
    let head = large.split_once("\r\n\r\n").unwrap().0.to_owned() + "\r\n\r\n";
    assert_eq!(ask(&server.authority, &head).unwrap().status, 413);

    let (more, held) = (most_memory(&server) - memory, on_disk(directory.path()) - disk);
    eprintln!("memory grew by {more} KB, the database by {held} bytes");
    assert!(more < 64 * 1024, "{more} KB more than before the flood");
    // A receipt takes some 3 KB with its place in the log; the log of writes is cut at some MB.
    let stored = 480 + u64::from(shopper.load(Ordering::Relaxed));
    assert!(held < 16 * 1024 * 1024 + stored * 6 * 1024, "{held} bytes for {stored} receipts at most");
    server.stop();
}

/// What a bad network does to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// It is cut after so many bytes of the request.
    Request(usize),
    /// The request arrives; the answer is cut after so many bytes.
    Answer(usize),
    /// Both arrive in pieces, each a little later.
    Slow,
}

/// Numbers that look like chance, the same for the same seed.
fn chance(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

/// A proxy that does to each connection what `faults` says next, until it is over.
fn proxy(listener: &TcpListener, server: &str, over: &AtomicBool) {
    let seed = Mutex::new(7);
    std::thread::scope(|scope| {
        while let Ok((client, _)) = listener.accept() {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let fault = {
                let mut seed = seed.lock().unwrap();
                match chance(&mut seed, 8) {
                    0 | 1 => Fault::Request(chance(&mut seed, 3000) as usize),
                    2 | 3 => Fault::Answer(chance(&mut seed, 2000) as usize),
                    4 => Fault::Slow,
                    _ => Fault::None,
                }
            };
            // Whatever fails here is what a bad network does.
            scope.spawn(move || carry(&client, &TcpStream::connect(server).unwrap(), fault).ok());
        }
    });
}

/// Ends the proxy when it is dropped, also where a test fails.
struct End<'a> {
    over: &'a AtomicBool,
    address: &'a str,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // It waits for a connection.
        TcpStream::connect(self.address).ok();
    }
}

fn carry(client: &TcpStream, server: &TcpStream, fault: Fault) -> std::io::Result<()> {
    let carried = std::thread::scope(|scope| {
        let sending = scope
            .spawn(|| pass(client, server, if let Fault::Request(most) = fault { Some(most) } else { None }, fault));
        let most = if let Fault::Answer(most) = fault { Some(most) } else { None };
        let answered = pass(server, client, most, fault);
        client.shutdown(Shutdown::Both).ok();
        server.shutdown(Shutdown::Both).ok();
        sending.join().unwrap().and(answered)
    });
    carried.map(drop)
}

/// Passes on what comes, to its end or to the most bytes.
fn pass(mut from: &TcpStream, mut to: &TcpStream, most: Option<usize>, fault: Fault) -> std::io::Result<usize> {
    let mut passed = 0;
    let mut piece = vec![0; if fault == Fault::Slow { 97 } else { 16 * 1024 }];
    loop {
        let read = from.read(&mut piece)?;
        let left = most.map_or(read, |most| read.min(most - passed));
        to.write_all(&piece[..left])?;
        passed += left;
        if fault == Fault::Slow {
            // The delay itself: nobody waits for anything here.
            std::thread::sleep(Duration::from_millis(1));
        }
        if read == 0 || most == Some(passed) {
            to.shutdown(Shutdown::Both).ok();
            from.shutdown(Shutdown::Both).ok();
            return Ok(passed);
        }
    }
}

/// A client sends a receipt until it is answered. Each stands in the log once, where its answer says.
async fn what_is_sent_over_a_bad_network_arrives_once() {
    const CLIENTS: u32 = 4;
    const EACH: u32 = 40;
    let (directory, place) = (prepared(), Place::new().await);
    let server = Running::start(directory.path(), &place.address);
    let (notice, _) = server.notice();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let outside = listener.local_addr().unwrap().to_string();
    let (over, tries) = (AtomicBool::new(false), AtomicU32::new(0));
    let acknowledged: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    std::thread::scope(|scope| {
        let (listener, over, server, tries, outside, notice) = (&listener, &over, &server, &tries, &outside, &notice);
        scope.spawn(move || proxy(listener, &server.authority, over));
        let _end = End { over, address: outside };
        let clients = (0..CLIENTS).map(|client| {
            let acknowledged = acknowledged.clone();
            scope.spawn(move || {
                let device = Device::new(client as u8 + 1);
                for number in (0..EACH).step_by(2) {
                    let id = client * EACH + number;
                    let changes = |seq: u32| json!({ "seq": seq, "notice": notice });
                    let receipts: Vec<String> =
                        (id..id + 2).map(|id| device.receipt(id + 1, "", &changes(id + 1))).collect();
                    let address = format!("10.{client}.{}.1", number % 250);
                    let heard = loop {
                        tries.fetch_add(1, Ordering::Relaxed);
                        match ask(outside, &recording(&address, &receipts)) {
                            Some(heard) if heard.status == 200 => break heard,
                            // A request that was cut may be told to be none; an answer that was cut is none.
                            _ => {}
                        }
                    };
                    let results = heard.json()["results"].as_array().unwrap().clone();
                    acknowledged.lock().unwrap().extend(receipts.into_iter().zip(results));
                }
            })
        });
        for client in clients.collect::<Vec<_>>() {
            client.join().unwrap();
        }
    });
    let acknowledged = acknowledged.lock().unwrap();
    let tries = tries.into_inner();
    assert!(tries > CLIENTS * EACH / 2, "nothing was cut: {tries} calls");
    let all = (CLIENTS * EACH) as usize;
    let mut places: Vec<u64> = acknowledged.iter().map(|(_, told)| told["log"]["index"].as_u64().unwrap()).collect();
    places.sort_unstable();
    assert!(places.iter().copied().eq(0..all as u64), "each has a place of its own, and none has two: {places:?}");
    let receipts: Vec<String> = acknowledged.iter().map(|(receipt, _)| receipt.clone()).collect();
    for ((_, first), again) in acknowledged.iter().zip(server.record(&receipts)) {
        for member in ["index", "salt", "envelope"] {
            assert_eq!(again["log"][member], first["log"][member], "{member}");
        }
    }
    let keys = Keys::parse(&String::from_utf8(server.get("/log/keys")).unwrap()).unwrap();
    let checkpoint = String::from_utf8(server.get("/log/checkpoint")).unwrap();
    assert_eq!(keys.open(&checkpoint).unwrap().size, all as u64, "{tries} calls for {all} receipts");
}
