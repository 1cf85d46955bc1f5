//! A server under measurement.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use super::{
    Database, MOST_PER_CALL,
    client::Client,
    postgres::Postgres,
    receipts::{self, Shown},
    report::Row,
};
use crate::{places, process};

/// The address that the receipts are meant for.
const PUBLIC: &str = "https://consent.shop.example/";
/// How many receipts are made and stored before the next are made.
const PORTION: u64 = 50_000;

/// A server with its database; dropping it ends both.
pub(super) struct Running {
    process: process::Process,
    // Ends after the server that uses it.
    _postgres: Option<Postgres>,
    database: &'static str,
    authority: String,
    clients: u16,
    shown: Shown,
    /// How many entries the log has to have now.
    next: u64,
    /// How many receipts were stored before anything was measured.
    stored: u64,
    /// How long the calls took that were measured, in any order, and all of them together.
    times: Vec<Duration>,
    took: Duration,
    measured: u64,
}

impl Running {
    /// Starts a server on a database, with keys and a config of its own in `directory`.
    pub(super) fn start(database: &Database, directory: &Path, clients: u16) -> Result<Self> {
        let postgres = match database {
            Database::Postgres => Some(Postgres::start()?),
            Database::Sqlite | Database::Named(_) => None,
        };
        let address = match (database, &postgres) {
            (Database::Named(address), _) => address.clone(),
            (_, Some(postgres)) => postgres.address(),
            (_, None) => format!("sqlite:{}", directory.join("placet.db").display()),
        };
        let authority = format!("127.0.0.1:{}", process::free_port()?);
        let mut server = command(directory, &address, &authority)?;
        let mut process = process::Process::start(&mut server, &directory.join("server.log"))?;
        while !process.printed().contains("listening on http://") {
            if process.ended() {
                bail!("the server does not start: {}", process.printed());
            }
            thread::sleep(Duration::from_millis(20));
        }
        let mut client = Client::connect(&authority)?;
        let shown = shown(&mut client)?;
        let first = size(&authority)?;
        let database = database.name();
        Ok(Running {
            process,
            _postgres: postgres,
            database,
            authority,
            clients,
            shown,
            next: first,
            stored: first,
            times: Vec::new(),
            took: Duration::ZERO,
            measured: 0,
        })
    }

    /// Stores so many receipts, unmeasured.
    pub(super) fn store(&mut self, count: u64) -> Result<()> {
        let end = self.next + count;
        while self.next < end {
            let portion = (end - self.next).min(PORTION);
            let receipts = receipts::make(&self.shown, self.next, portion)?;
            self.send(MOST_PER_CALL, &receipts)?;
            self.next += portion;
            eprintln!("{} of {count} stored", count - (end - self.next));
        }
        self.stored = self.next;
        Ok(())
    }

    /// Measures so many receipts more.
    pub(super) fn measure(&mut self, count: u64, per_call: u16) -> Result<()> {
        eprintln!("signing {count} receipts");
        let receipts = receipts::make(&self.shown, self.next, count)?;
        let begun = Instant::now();
        let times = self.send(per_call, &receipts)?;
        self.took += begun.elapsed();
        self.times.extend(times);
        self.measured += count;
        self.next += count;
        let kept = size(&self.authority)?;
        if kept != self.next {
            bail!("{} were acknowledged, and the log has {kept} entries", self.next);
        }
        Ok(())
    }

    /// How many receipts were stored before anything was measured.
    pub(super) fn stored(&self) -> u64 {
        self.stored
    }

    /// What was measured.
    pub(super) fn row(&self) -> Result<Row> {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = |share: f64| times.get((times.len().saturating_sub(1) as f64 * share) as usize).copied();
        Ok(Row {
            database: self.database,
            stored: self.stored,
            rate: self.measured as f64 / self.took.as_secs_f64(),
            half: at(0.5).context("nothing was measured")?,
            most: at(0.99).context("nothing was measured")?,
            memory: memory(self.process.id())?,
        })
    }

    /// Sends all receipts from all clients; how long each call took.
    fn send(&self, per_call: u16, receipts: &[String]) -> Result<Vec<Duration>> {
        let calls: Vec<&[String]> = receipts.chunks(per_call.into()).collect();
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.clients)
                .map(|_| {
                    scope.spawn(|| {
                        let mut client = Client::connect(&self.authority)?;
                        let mut times = Vec::new();
                        loop {
                            let call = next.fetch_add(1, Ordering::Relaxed);
                            let Some(receipts) = calls.get(call) else { return Ok(times) };
                            times.push(client.record(receipts, call as u64)?);
                        }
                    })
                })
                .collect();
            let mut times = Vec::with_capacity(calls.len());
            for worker in workers {
                let done: Result<Vec<Duration>> = worker.join().map_err(|_| anyhow!("a client broke"))?;
                times.extend(done?);
            }
            Ok(times)
        })
    }
}

/// The server, with keys and a config of its own.
fn command(directory: &Path, database: &str, listen: &str) -> Result<Command> {
    let placet = places::placet()?;
    let file = |name: &str| directory.join(name);
    let config = places::root().join("public/demo/placet.json");
    let mut config: Value = serde_json::from_str(&fs::read_to_string(config)?)?;
    config["site"] = "shop.example".into();
    fs::write(file("placet.json"), config.to_string())?;
    for made in [&["new", "--site", "shop.example", "--out", "log.key"][..], &["master", "--out", "master.key"]] {
        let made = Command::new(&placet).arg("keys").args(made).current_dir(directory).output()?;
        if !made.status.success() {
            bail!("cannot make keys: {}", String::from_utf8_lossy(&made.stderr));
        }
    }
    let mut command = Command::new(placet);
    command
        .args(["serve", "--listen", listen, "--admin-listen", "127.0.0.1:0", "--database", database])
        .args(["--public-url", PUBLIC, "--trusted-proxy", "127.0.0.1"])
        .arg("--config")
        .arg(file("placet.json"))
        .arg("--log-key")
        .arg(file("log.key"))
        .arg("--master-key")
        .arg(file("master.key"))
        .env("PLACET_LOG", "warn");
    Ok(command)
}

/// The notice that the server serves in English.
fn shown(client: &mut Client) -> Result<Shown> {
    let files: Value = serde_json::from_str(&client.get("/embed/integrity.json")?)?;
    let names = files.as_object().context("no list of files")?.keys();
    for name in names.filter(|name| name.starts_with("notice/") && name.ends_with(".json")) {
        let text = client.get(&format!("/{name}"))?;
        let notice: Value = serde_json::from_str(&text)?;
        if notice["lang"] == "en" {
            let hash = placet_model::verify::hash(text.as_bytes());
            let notice = json!({ "version": notice["version"], "lang": "en", "hash": hash });
            return Ok(Shown { audience: format!("{PUBLIC}v1/receipts"), notice });
        }
    }
    bail!("the server serves no notice in English")
}

/// How many entries the log has. It is asked on a connection of its own: the server ends one that has been idle.
fn size(authority: &str) -> Result<u64> {
    let checkpoint = Client::connect(authority)?.get("/log/checkpoint")?;
    checkpoint.lines().nth(1).and_then(|size| size.parse().ok()).context("no checkpoint")
}

/// The most memory that a process has had, in MB.
fn memory(id: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = most.and_then(|most| most.split_whitespace().next()?.parse().ok()).context("no VmHWM")?;
    Ok(kilobytes / 1024)
}
