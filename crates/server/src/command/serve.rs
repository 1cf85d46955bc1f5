//! `placet serve`: the server.

use super::Failure;
use super::address::web_address;
use super::input::usable;
use crate::address::Proxies;
use crate::demo;
use crate::geo::Geo;
use crate::observe::Noted;
use crate::region::Regions;
use crate::serve::{Plan, serve};
use crate::tls::acceptor;
use axum::http::HeaderName;
use clap::{Args, ValueEnum};
use ipnetwork::IpNetwork;
use placet_model::check::check;
use placet_model::config::Config;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// Publish a config, serve the tag and record receipts.
#[derive(Debug, Args)]
pub struct Serve {
    /// The config, `placet.json`; with --demo it may be left out.
    #[arg(long, required_unless_present = "demo")]
    pub config: Option<PathBuf>,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,
    /// The address of the admin listener, without which there is none in the demo [default: 127.0.0.1, the port after --listen].
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<SocketAddr>,
    /// The database, created at the first start.
    #[arg(long, default_value = "sqlite:placet.db")]
    pub database: String,
    /// The key that signs the log's checkpoints, made with `placet keys new`. Without it, an SQLite database gets one beside it.
    #[arg(long, value_name = "FILE")]
    pub log_key: Option<PathBuf>,
    /// The file that guards the log against an old copy of the database. Without it: FILE.lock beside SQLite, a schema of its
    /// own on PostgreSQL.
    #[arg(long, value_name = "FILE")]
    pub log_lock: Option<PathBuf>,
    /// The master key, which seals what tells of people, made with `placet keys master`. Without it, PLACET_MASTER_KEY counts, and
    /// else an SQLite database gets one beside it.
    #[arg(long, value_name = "FILE")]
    pub master_key: Option<PathBuf>,
    /// What to note beside a receipt.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Noted::Region, Noted::Agent, Noted::Network])]
    pub note: Vec<Noted>,
    /// The address by which browsers reach the server, where a proxy stands before it.
    #[arg(long, value_parser = web_address)]
    pub public_url: Option<Url>,
    /// The server's certificate in PEM, and those that lead to a known one after it: the server then speaks TLS itself.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate, in PEM; nobody but this user may read its file, or one group.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// How to write the log to standard error.
    #[arg(long, value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// A proxy, or a network of them such as 10.0.0.0/8, whose X-Forwarded-For is believed. May be given more than once.
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<IpNetwork>,
    /// The headers in which your CDN names the visitor's country and the part of it, which may be left out. They are believed
    /// where a --trusted-proxy brings them.
    #[arg(long, value_name = "COUNTRY[,PART]", value_delimiter = ',', conflicts_with = "geo")]
    pub region_header: Vec<HeaderName>,
    /// A country or city database in MaxMind's format, which tells the visitor's region.
    #[arg(long, value_name = "FILE")]
    pub geo: Option<PathBuf>,
    /// How many megabytes of the disk of an SQLite database stay free: below that no receipts and no feedback are taken. 0 for none.
    #[arg(long, value_name = "MEGABYTES", default_value_t = 500)]
    pub min_free: u64,
    /// Serve the demo shop too, and its pretend third parties on the next port.
    #[arg(long)]
    pub demo: bool,
}

impl Serve {
    /// Serves until a signal stops it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Serve { config, listen, admin_listen, database, log_key, log_lock, master_key, note: noted, .. } = self;
        let Serve { tls_cert, tls_key, log_format, min_free, .. } = self;
        let Serve { public_url, trusted_proxy, region_header, geo, demo, .. } = self;
        if !region_header.is_empty() && trusted_proxy.is_empty() {
            return Err(Failure::unreadable("--region-header is given without --trusted-proxy").help(
                "Any visitor can write such a header. Name the addresses from which your CDN, or the proxy behind it, calls the \
                 server with --trusted-proxy.",
            ));
        }
        let regions = regions(region_header, geo.as_deref())?;
        let config = match config {
            Some(path) => usable(&path)?,
            None => demo_config()?,
        };
        let tls = tls(tls_cert.as_deref().zip(tls_key.as_deref()))?;
        let proxies = Proxies::new(trusted_proxy);
        let plan = Plan {
            config,
            listen,
            admin: admin_listen,
            database,
            log_key,
            log_lock,
            master_key,
            noted,
            public: public_url,
            tls,
            proxies,
            regions,
            min_free: min_free.saturating_mul(MEGABYTE),
            demo,
        };
        start(plan, log_format)
    }
}

/// The bytes of a megabyte.
const MEGABYTE: u64 = 1_000_000;

/// How the log is written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

fn tls(files: Option<(&Path, &Path)>) -> Result<Option<TlsAcceptor>, Failure> {
    let Some((chain, key)) = files else { return Ok(None) };
    acceptor(chain, key).map(Some).map_err(|error| Failure::unreadable(error.to_string()).help(error.help()))
}

fn start(plan: Plan, format: LogFormat) -> Result<ExitCode, Failure> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PLACET_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    match format {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).init(),
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    runtime.block_on(serve(plan))?;
    Ok(ExitCode::SUCCESS)
}

/// How the server is to know where a visitor is.
fn regions(headers: Vec<HeaderName>, geo: Option<&Path>) -> Result<Option<Regions>, Failure> {
    if let Some(path) = geo {
        let geo = Geo::open(path).map_err(|error| Failure::unreadable(error.to_string()).help(error.help()))?;
        return Ok(Some(Regions::Geo(Box::new(geo))));
    }
    let mut headers = headers.into_iter();
    let (country, part, more) = (headers.next(), headers.next(), headers.next());
    if more.is_some() {
        return Err(Failure::unreadable("--region-header names more than two headers")
            .help("Name the header of the country, then at most the header of the part of the country."));
    }
    Ok(country.map(|country| Regions::Headers { country, part }))
}

fn demo_config() -> Result<Config, Failure> {
    let broken = || Failure::new("the demo shop's config in this program is broken");
    let checked = check(&demo::config().ok_or_else(broken)?).map_err(|_| broken())?;
    if checked.has_errors() { Err(broken()) } else { Ok(checked.config) }
}
