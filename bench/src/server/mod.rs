//! How many receipts a second does the server acknowledge, and how long does a client wait?
//!
//! The release build of `placet serve` takes receipts with real signatures from many clients, each a connection that sends one
//! call after the other. Signing is done before. Everything runs on this machine, so the clients take their share of it.
//!
//! **Invariant:** only what was acknowledged with a proof counts, and at the end the log has exactly so many entries.

mod client;
mod receipts;

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use self::{client::Client, receipts::Shown};
use crate::{places, process};

/// What `server` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many receipts are measured
    #[arg(long, default_value_t = 40_000)]
    receipts: u64,
    /// How many clients send at the same time
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How many receipts one call holds
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    per_call: u16,
    /// How many receipts are stored before anything is measured
    #[arg(long, default_value_t = 0)]
    stored: u64,
    /// The database; an SQLite file that is thrown away, if not given
    #[arg(long)]
    database: Option<String>,
    /// Fail where the goals are not met: 4,000 a second, 99 of 100 answers within 500 ms
    #[arg(long)]
    check: bool,
}

/// The goals.
const PER_SECOND: f64 = 4000.0;
const SLOWEST: Duration = Duration::from_millis(500);
/// The address that the receipts are meant for.
const PUBLIC: &str = "https://consent.shop.example/";

/// Measures, and reports.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let directory = tempfile::Builder::new().prefix("placet-bench-").tempdir_in(places::root().join("target"))?;
    let database = match &arguments.database {
        Some(address) => address.clone(),
        None => format!("sqlite:{}", directory.path().join("placet.db").display()),
    };
    let port = process::free_port()?;
    let authority = format!("127.0.0.1:{port}");
    let log = directory.path().join("server.log");
    let server = process::Process::start(&mut command(directory.path(), &database, &authority)?, &log)?;
    while !server.printed().contains("listening on http://") {
        thread::sleep(Duration::from_millis(20));
    }
    let mut client = Client::connect(&authority)?;
    let shown = shown(&mut client)?;
    let before = size(&mut client)?;

    let mut next = before;
    while next - before < arguments.stored {
        let count = (arguments.stored - (next - before)).min(50_000);
        let receipts = receipts::make(&shown, next, count)?;
        send(&authority, arguments.clients, 16, &receipts)?;
        next += count;
        eprintln!("{} stored", next - before);
    }
    eprintln!("signing {} receipts", arguments.receipts);
    let receipts = receipts::make(&shown, next, arguments.receipts)?;
    let per_call = usize::from(arguments.per_call);
    let begun = Instant::now();
    let mut times = send(&authority, arguments.clients, per_call, &receipts)?;
    let took = begun.elapsed();
    next += arguments.receipts;

    let kept = size(&mut client)?;
    if kept != next {
        bail!("{} were acknowledged, and the log has {kept} entries", next);
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let rate = arguments.receipts as f64 / took.as_secs_f64();
    println!(
        "{} stored before; {} clients, {per_call} a call: {rate:.0} acknowledged a second; half of the answers within \
         {:.0} ms, 99 of 100 within {:.0} ms; {} MB of memory at most; acknowledged = stored",
        next - arguments.receipts,
        arguments.clients,
        at(0.5).as_secs_f64() * 1000.0,
        at(0.99).as_secs_f64() * 1000.0,
        memory(server.id())?,
    );
    let missed = arguments.check && (rate < PER_SECOND || at(0.99) > SLOWEST);
    Ok(ExitCode::from(u8::from(missed)))
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

/// How many entries the log has.
fn size(client: &mut Client) -> Result<u64> {
    let checkpoint = client.get("/log/checkpoint")?;
    checkpoint.lines().nth(1).and_then(|size| size.parse().ok()).context("no checkpoint")
}

/// Sends all receipts from so many clients; how long each call took.
fn send(authority: &str, clients: usize, per_call: usize, receipts: &[String]) -> Result<Vec<Duration>> {
    let calls: Vec<&[String]> = receipts.chunks(per_call).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = Client::connect(authority)?;
                    let mut times = Vec::new();
                    loop {
                        let call = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(receipts) = calls.get(call) else { return Ok(times) };
                        times.push(client.record(receipts, call as u64)?);
                    }
                })
            })
            .collect();
        let mut times = Vec::with_capacity(calls.len());
        for worker in workers {
            let done: Result<Vec<Duration>> = worker.join().map_err(|_| anyhow::anyhow!("a client broke"))?;
            times.extend(done?);
        }
        Ok(times)
    })
}

/// The most memory that a process has had, in MB.
fn memory(id: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = most.and_then(|most| most.split_whitespace().next()?.parse().ok()).context("no VmHWM")?;
    Ok(kilobytes / 1024)
}
