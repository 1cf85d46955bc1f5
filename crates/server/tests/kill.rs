//! Nothing that was acknowledged is lost, however often and whenever the server dies.
//!
//! Each round starts the server, posts receipts from several clients at once, and kills it with SIGKILL in the middle. After
//! each start every receipt that was ever acknowledged has to stand in the log at its place, and the log has to be a
//! continuation of every checkpoint that was ever shown. What was not answered is sent again, as clients do, and nothing
//! is entered twice. At the end everything that was acknowledged is sent again, and has its first place and its salt: the records
//! are there, not only their entries. On PostgreSQL every other death is that of the database itself.
//!
//! Ten rounds on SQLite and three on PostgreSQL; `PLACET_ROUNDS` and `PLACET_ROUNDS_POSTGRES` make it more, as `cargo xtask long`
//! does.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::json::from_tree;
use placet_model::log::checkpoint::{Checkpoint, Keys};
use placet_model::log::entry::{ENTRY, EntryKind, entry, receipt_record};
use placet_model::log::growth::Growth;
use placet_model::log::place::{check_place_by, read_salt};
use placet_model::receipt::{Acknowledgement, RecordResult};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use support::program::{Heard, Running, ask, prepared, recording};
use support::{Device, postgres};

const CLIENTS: u32 = 4;

/// What the clients know between the rounds.
#[derive(Default)]
struct Known {
    notice: Option<Value>,
    next: AtomicU32,
    /// Sent and not answered.
    waiting: Mutex<Vec<String>>,
    acknowledged: Mutex<Vec<(String, Acknowledgement)>>,
    seen: Mutex<Vec<Checkpoint>>,
}

/// Numbers that look like chance, the same for the same seed.
fn chance(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

impl Known {
    /// Receipts of one call: those that were not answered, or new ones.
    fn batch(&self, client: u32, count: u64) -> Vec<String> {
        let mut waiting = self.waiting.lock().unwrap();
        if !waiting.is_empty() {
            let rest = waiting.len().saturating_sub(4);
            return waiting.split_off(rest);
        }
        drop(waiting);
        let device = Device::new(u8::try_from(client).unwrap() + 1);
        let new = (0..count).map(|_| {
            let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
            device.receipt(id, "", &json!({ "seq": id, "notice": self.notice }))
        });
        new.collect()
    }

    /// Sends receipts until `over`, and keeps what came of them.
    fn post(&self, authority: &str, keys: &Keys, client: u32, over: &AtomicBool, done: &Sender<()>) {
        let mut seed = u64::from(client) + u64::from(self.next.load(Ordering::Relaxed));
        while !over.load(Ordering::Relaxed) {
            let receipts = self.batch(client, 1 + chance(&mut seed, 4));
            let network = format!("10.{}.{}.1", chance(&mut seed, 250), chance(&mut seed, 250));
            let answer = ask(authority, &recording(&network, &receipts)).filter(|heard| heard.status == 200);
            let Some(answer) = answer else {
                self.waiting.lock().unwrap().extend(receipts);
                done.send(()).ok();
                continue;
            };
            self.keep(receipts, &answer, keys);
            done.send(()).ok();
        }
    }

    /// Keeps what was answered to receipts, each with its place checked.
    fn keep(&self, receipts: Vec<String>, answer: &Heard, keys: &Keys) {
        for (receipt, result) in receipts.into_iter().zip(answer.json()["results"].as_array().unwrap()) {
            let Some(RecordResult::Recorded(told)) = from_tree(result) else { panic!("{result}") };
            let signed = check_place_by(&receipt, "shop.example", &told, told.log.as_ref().unwrap(), keys);
            self.seen.lock().unwrap().push(signed.unwrap().1);
            self.acknowledged.lock().unwrap().push((receipt, told));
        }
    }

    /// Every acknowledged receipt stands in the log of now, which grew from every checkpoint that was seen.
    fn check(&self, running: &Running, keys: &Keys) {
        let text = String::from_utf8(running.get("/log/checkpoint")).unwrap();
        let now = keys.open(&text).unwrap();
        let mut entries: Vec<Vec<u8>> = Vec::new();
        while (entries.len() as u64) < now.size {
            let width = (now.size - entries.len() as u64).min(256);
            let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
            let tile = running.get(&format!("/log/tile/entries/{:03}{partial}", entries.len() / 256));
            entries.extend(tile.chunks(2 + ENTRY).map(|entry| entry[2..].to_vec()));
        }
        let seen: BTreeMap<u64, Checkpoint> =
            self.seen.lock().unwrap().iter().map(|seen| (seen.size, seen.clone())).collect();
        assert!(seen.last_key_value().is_none_or(|(size, _)| *size <= now.size), "the log is shorter than it was");
        let mut growth = Growth::default();
        for entry in &entries {
            growth.push(entry);
            if let Some(seen) = seen.get(&growth.size()) {
                assert_eq!(growth.root(), seen.root, "the log is another one from {} on", seen.size);
            }
        }
        assert_eq!(growth.root(), now.root);
        for (receipt, told) in self.acknowledged.lock().unwrap().iter() {
            let log = told.log.as_ref().unwrap();
            let salt = read_salt(&log.salt).unwrap();
            let made = entry(EntryKind::Receipt, &salt, &receipt_record(receipt, &log.envelope));
            assert_eq!(entries[log.index as usize], made, "what was acknowledged at {} is not there", log.index);
        }
        self.seen.lock().unwrap().push(now);
    }

    /// One round: start, check, post, and have `kill` end it in the middle.
    fn round(&mut self, directory: &Path, database: &str, calls: usize, kill: impl FnOnce(&mut Running)) {
        let mut running = Running::start(directory, database);
        let keys = Keys::parse(&String::from_utf8(running.get("/log/keys")).unwrap()).unwrap();
        self.notice = Some(running.notice().0);
        self.check(&running, &keys);
        let over = AtomicBool::new(false);
        let authority = running.authority.clone();
        let known = &*self;
        std::thread::scope(|scope| {
            let (done, ended) = channel();
            for client in 0..CLIENTS {
                let (keys, over, done, authority) = (&keys, &over, done.clone(), &authority);
                scope.spawn(move || known.post(authority, keys, client, over, &done));
            }
            (0..calls).for_each(|_| ended.recv().unwrap());
            kill(&mut running);
            over.store(true, Ordering::Relaxed);
        });
    }

    /// At the end everything that was ever sent is sent again, and stands in the log once.
    fn finish(&mut self, directory: &Path, database: &str) {
        let running = Running::start(directory, database);
        let keys = Keys::parse(&String::from_utf8(running.get("/log/keys")).unwrap()).unwrap();
        while !self.waiting.lock().unwrap().is_empty() {
            let over = AtomicBool::new(false);
            std::thread::scope(|scope| {
                let known = &*self;
                let (done, ended) = channel();
                let (keys, over, authority) = (&keys, &over, &running.authority);
                scope.spawn(move || known.post(authority, keys, 0, over, &done));
                ended.recv().unwrap();
                over.store(true, Ordering::Relaxed);
            });
        }
        self.check(&running, &keys);
        let acknowledged = self.acknowledged.lock().unwrap();
        let receipts: Vec<String> = acknowledged.iter().map(|(receipt, _)| receipt.clone()).collect();
        for ((_, first), again) in acknowledged.iter().zip(running.record(&receipts)) {
            let Some(RecordResult::Recorded(again)) = from_tree(&again) else { panic!("{again}") };
            let place = |told: &Acknowledgement| {
                let log = told.log.clone().unwrap();
                (told.id.clone(), told.received_at, log.origin, log.index, log.salt, log.envelope)
            };
            assert_eq!(place(&again), place(first), "what was acknowledged is what is held");
        }
        let mut ids: Vec<&str> = acknowledged.iter().map(|(_, told)| told.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), self.next.load(Ordering::Relaxed) as usize, "everything that was sent is there");
        let size = self.seen.lock().unwrap().last().unwrap().size;
        assert_eq!(size as usize, ids.len(), "and nothing is entered twice");
        let seen = self.seen.lock().unwrap().len();
        eprintln!("{database}: {} receipts were acknowledged, {seen} checkpoints seen", ids.len());
    }
}

/// How many rounds there are, where the environment does not say.
fn rounds(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(rounds) => rounds.parse().unwrap(),
        Err(_) => usual,
    }
}

#[test]
fn the_server_is_killed() {
    let directory = prepared();
    let database = format!("sqlite:{}", directory.path().join("placet.db").display());
    let (mut known, mut seed) = (Known::default(), 1);
    for _ in 0..rounds("PLACET_ROUNDS", 10) {
        let calls = 1 + chance(&mut seed, 25) as usize;
        known.round(directory.path(), &database, calls, |running| running.child.kill().unwrap());
    }
    known.finish(directory.path(), &database);
}

/// A PostgreSQL server that can be killed: it writes to disk before it answers, unlike that of the other tests.
struct Database {
    directory: PathBuf,
    binaries: PathBuf,
    server: Option<Child>,
}

impl Database {
    fn new(binaries: PathBuf) -> Self {
        let directory = postgres::directory();
        postgres::initialise(&binaries, &directory);
        let mut database = Database { directory, binaries, server: None };
        database.start_once();
        database.sql("postgres", "CREATE DATABASE placet");
        database
    }

    /// Kills it, and starts it again when nothing of it runs any more.
    fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
        // What is left of it ends by itself; as long as it runs, a new one refuses to start.
        loop {
            self.start_once();
            match self.server.as_mut().map(|server| server.try_wait().unwrap()) {
                Some(None) => break,
                _ => std::thread::yield_now(),
            }
        }
    }

    /// Starts it; it runs, or has given up.
    fn start_once(&mut self) {
        self.spawn();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let address = self.address("postgres");
        runtime.block_on(async {
            use sqlx::Connection;
            while self.server.as_mut().unwrap().try_wait().unwrap().is_none() {
                if let Ok(connection) = sqlx::PgConnection::connect(&address).await {
                    connection.close().await.ok();
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
    }

    fn spawn(&mut self) {
        let socket = self.directory.display().to_string();
        let server = postgres::as_other_user(&self.binaries.join("postgres"), &self.directory)
            .args(["-D", "data", "-k", &socket, "-c", "listen_addresses=", "-c", "max_connections=40"])
            .args(["-c", "shared_buffers=32MB", "-c", "restart_after_crash=off"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.server = Some(server.unwrap());
    }

    fn address(&self, name: &str) -> String {
        postgres::address(&self.directory, name)
    }

    fn sql(&self, name: &str, sql: &'static str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = postgres::connect(&self.address(name)).await;
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            server.kill().ok();
            server.wait().ok();
        }
        fs::remove_dir_all(&self.directory).ok();
    }
}

#[test]
fn postgres_and_the_server_on_it_are_killed() {
    let Some(binaries) = postgres::binaries() else {
        let required = std::env::var("PLACET_POSTGRES").is_ok_and(|value| value == "required");
        assert!(!required, "PostgreSQL is not installed, and PLACET_POSTGRES=required");
        return eprintln!("PostgreSQL is not installed: this runs on SQLite alone");
    };
    let mut database = Database::new(binaries);
    let address = database.address("placet");
    let directory = prepared();
    let (mut known, mut seed) = (Known::default(), 2);
    for round in 0..rounds("PLACET_ROUNDS_POSTGRES", 3) {
        let calls = 1 + chance(&mut seed, 25) as usize;
        known.round(directory.path(), &address, calls, |running| {
            if round % 2 == 1 {
                database.kill();
            }
            running.child.kill().unwrap();
        });
    }
    known.finish(directory.path(), &address);
}

/// Where the disk is full, nothing is acknowledged that is not kept, clients and operator are told, and all goes on when there
/// is room again.
#[test]
fn the_disk_is_full() {
    let directory = prepared();
    let database = format!("sqlite:{}", directory.path().join("placet.db").display());
    let mut known = Known::default();
    known.round(directory.path(), &database, 1, |running| running.child.kill().unwrap());
    let size =
        |ending: &str| fs::metadata(directory.path().join(format!("placet.db{ending}"))).map_or(0, |file| file.len());
    let blocks = size("").max(size("-wal")) / 1024 + 200;
    let log = directory.path().join("stderr");
    // A write beyond the limit fails, as on a full disk, and does not end the process.
    let shell = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let running = Running::under(&shell, directory.path(), &database, fs::File::create(&log).unwrap().into());
    let keys = Keys::parse(&String::from_utf8(running.get("/log/keys")).unwrap()).unwrap();
    let refused = (0..5000_u32).find_map(|call| {
        let receipts = known.batch(1, 4);
        let network = format!("10.{}.{}.1", call / 250, call % 250);
        let heard = ask(&running.authority, &recording(&network, &receipts)).unwrap();
        if heard.status != 200 {
            known.waiting.lock().unwrap().extend(receipts);
            return Some(heard);
        }
        known.keep(receipts, &heard, &keys);
        None
    });
    let refused = refused.unwrap_or_else(|| panic!("it never fills"));
    assert_eq!((refused.status, refused.json()["type"].as_str()), (503, Some("/problems/store-failed")));
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{refused:?}");
    let told = fs::read_to_string(&log).unwrap();
    assert!(told.lines().any(|line| line.contains("ERROR") && line.contains("could not be written")), "{told}");
    assert!(!known.acknowledged.lock().unwrap().is_empty());
    drop(running);
    known.finish(directory.path(), &database);
}
