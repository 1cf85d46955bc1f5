//! Nothing that was acknowledged is lost, however often and whenever the server dies.
//!
//! Each round starts the server, posts receipts from several clients at once, and kills it with SIGKILL in the middle. After
//! each start every receipt that was ever acknowledged has to stand in the log at its place, and the log has to be a
//! continuation of every checkpoint that was ever shown. What was not answered is sent again, as clients do, and nothing
//! is entered twice. On PostgreSQL every other death is that of the database itself.
//!
//! Ten rounds on SQLite and three on PostgreSQL; `PLACET_ROUNDS=200` makes it so many on each.

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
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Device, postgres};

const PLACET: &str = env!("CARGO_BIN_EXE_placet");
const CLIENTS: u32 = 4;

/// A server that runs.
struct Running {
    child: Child,
    authority: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    /// Starts a server; `limit` is the most blocks that a file of it may have.
    fn start(directory: &Path, database: &str, limit: Option<u32>) -> Self {
        let shell = match limit {
            // A write beyond the limit fails, as on a full disk, and does not end the process.
            Some(blocks) => format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""),
            None => "exec \"$@\"".into(),
        };
        let file = |name: &str| directory.join(name).display().to_string();
        let mut child = Command::new("bash")
            .args(["-c", &shell, "placet", PLACET, "serve", "--listen", "127.0.0.1:0", "--database", database])
            .args(["--config", &file("placet.json"), "--public-url", "https://consent.shop.example/"])
            .args(["--trusted-proxy", "127.0.0.1", "--admin-listen", "127.0.0.1:0"])
            .args(["--log-key", &file("log.key"), "--master-key", &file("master.key")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let mut authority = None;
        while authority.is_none() {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it does not start");
            authority = line.trim().strip_prefix("placet: listening on http://").map(str::to_owned);
        }
        // Whatever else it says has somewhere to go.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()).ok());
        Running { child, authority: authority.unwrap() }
    }

    fn get(&self, path: &str) -> Vec<u8> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let (status, body) = ask(&self.authority, &request).unwrap();
        assert_eq!(status, 200, "{path}");
        body
    }
}

/// Asks a server; none where it went away before the answer was whole.
fn ask(authority: &str, request: &str) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(120))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (String::from_utf8(answer[..end].to_vec()).ok()?, answer[end + 4..].to_vec());
    let length: Option<usize> =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    match length {
        Some(length) if body.len() == length => Some((head.split(' ').nth(1)?.parse().ok()?, body)),
        _ => None,
    }
}

/// The directory of a server: its config and its keys.
fn prepared() -> tempfile::TempDir {
    let directory = tempfile::TempDir::new().unwrap();
    let mut config: Value = serde_json::from_str(include_str!("../../../public/demo/placet.json")).unwrap();
    config["site"] = "shop.example".into();
    fs::write(directory.path().join("placet.json"), config.to_string()).unwrap();
    for what in [&["new", "--site", "shop.example", "--out", "log.key"][..], &["master", "--out", "master.key"]] {
        let made = Command::new(PLACET).arg("keys").args(what).current_dir(directory.path()).output().unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    directory
}

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
    fn notice(&mut self, running: &Running) {
        let files: Value = serde_json::from_slice(&running.get("/embed/integrity.json")).unwrap();
        let names = files.as_object().unwrap().keys();
        let name = names.filter(|name| name.starts_with("notice/") && name.ends_with(".json")).find(|name| {
            let notice: Value = serde_json::from_slice(&running.get(&format!("/{name}"))).unwrap();
            notice["lang"] == "en"
        });
        let text = String::from_utf8(running.get(&format!("/{}", name.unwrap()))).unwrap();
        let notice: Value = serde_json::from_str(&text).unwrap();
        let hash = placet_model::verify::hash(text.as_bytes());
        self.notice = Some(json!({ "version": notice["version"], "lang": "en", "hash": hash }));
    }

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
    fn post(&self, authority: &str, keys: &Keys, client: u32, over: &AtomicBool, done: &AtomicUsize) {
        let mut seed = u64::from(client) + u64::from(self.next.load(Ordering::Relaxed));
        while !over.load(Ordering::Relaxed) {
            let receipts = self.batch(client, 1 + chance(&mut seed, 4));
            let body = json!({ "receipts": receipts }).to_string();
            let network = format!("10.{}.{}.1", chance(&mut seed, 250), chance(&mut seed, 250));
            let request = format!(
                "POST /v1/receipts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 X-Forwarded-For: {network}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = ask(authority, &request).filter(|(status, _)| *status == 200);
            let Some((_, answer)) = answer else {
                self.waiting.lock().unwrap().extend(receipts);
                done.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            for (receipt, result) in receipts.into_iter().zip(answer["results"].as_array().unwrap()) {
                let Some(RecordResult::Recorded(told)) = from_tree(result) else { panic!("{result}") };
                let signed = check_place_by(&receipt, "shop.example", &told, told.log.as_ref().unwrap(), keys);
                self.seen.lock().unwrap().push(signed.unwrap().1);
                self.acknowledged.lock().unwrap().push((receipt, told));
            }
            done.fetch_add(1, Ordering::Relaxed);
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
        let mut running = Running::start(directory, database, None);
        let keys = Keys::parse(&String::from_utf8(running.get("/log/keys")).unwrap()).unwrap();
        self.notice(&running);
        self.check(&running, &keys);
        let (over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let authority = running.authority.clone();
        let known = &*self;
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (keys, over, done, authority) = (&keys, &over, &done, &authority);
                scope.spawn(move || known.post(authority, keys, client, over, done));
            }
            while done.load(Ordering::Relaxed) < calls {
                std::thread::yield_now();
            }
            kill(&mut running);
            over.store(true, Ordering::Relaxed);
        });
    }

    /// At the end everything that was ever sent is sent again, and stands in the log once.
    fn finish(&mut self, directory: &Path, database: &str) {
        let running = Running::start(directory, database, None);
        let keys = Keys::parse(&String::from_utf8(running.get("/log/keys")).unwrap()).unwrap();
        while !self.waiting.lock().unwrap().is_empty() {
            let over = AtomicBool::new(false);
            let done = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let known = &*self;
                let (keys, over, done, authority) = (&keys, &over, &done, &running.authority);
                scope.spawn(move || known.post(authority, keys, 0, over, done));
                while done.load(Ordering::Relaxed) == 0 {
                    std::thread::yield_now();
                }
                over.store(true, Ordering::Relaxed);
            });
        }
        self.check(&running, &keys);
        let acknowledged = self.acknowledged.lock().unwrap();
        let mut ids: Vec<&str> = acknowledged.iter().map(|(_, told)| told.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), self.next.load(Ordering::Relaxed) as usize, "everything that was sent is there");
        let size = self.seen.lock().unwrap().last().unwrap().size;
        assert_eq!(size as usize, ids.len(), "and nothing is entered twice");
        eprintln!("{} receipts were acknowledged, {} checkpoints seen", ids.len(), self.seen.lock().unwrap().len());
    }
}

fn rounds(usual: u64) -> u64 {
    std::env::var("PLACET_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}

#[test]
fn the_server_is_killed() {
    let directory = prepared();
    let database = format!("sqlite:{}", directory.path().join("placet.db").display());
    let (mut known, mut seed) = (Known::default(), 1);
    for _ in 0..rounds(10) {
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
    for round in 0..rounds(3) {
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

/// Where the disk is full, nothing is acknowledged that is not kept, and all goes on when there is room again.
#[test]
fn the_disk_is_full() {
    let directory = prepared();
    let database = format!("sqlite:{}", directory.path().join("placet.db").display());
    let mut known = Known::default();
    known.round(directory.path(), &database, 1, |running| running.child.kill().unwrap());
    let size =
        |ending: &str| fs::metadata(directory.path().join(format!("placet.db{ending}"))).map_or(0, |file| file.len());
    let blocks = u32::try_from(size("").max(size("-wal")) / 1024 + 200).unwrap();
    let running = Running::start(directory.path(), &database, Some(blocks));
    let keys = Arc::new(Keys::parse(&String::from_utf8(running.get("/log/keys")).unwrap()).unwrap());
    let (over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let known = &known;
        let (keys, over, done, authority) = (&*keys, &over, &done, &running.authority);
        scope.spawn(move || known.post(authority, keys, 1, over, done));
        // A call that is refused puts its receipts back.
        while known.waiting.lock().unwrap().is_empty() {
            assert!(done.load(Ordering::Relaxed) < 5000, "it never fills");
            std::thread::yield_now();
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(!known.acknowledged.lock().unwrap().is_empty());
    drop(running);
    known.finish(directory.path(), &database);
}
