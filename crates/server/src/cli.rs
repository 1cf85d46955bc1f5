//! The command line: `placet check | publish | serve | verify | feedback | schema`.
//!
//! Exit codes: 0 done; 1 the answer is no (a config with errors, a receipt that is not genuine,
//! something that cannot be done); 2 the input cannot be read, or the command line is wrong.

use crate::address::Proxies;
use crate::demo;
use crate::feedback_list::{self, read_day};
use crate::geo::Geo;
use crate::publish::{File, Place, Snapshot, notice_path, publish};
use crate::region::Regions;
use crate::serve::{Plan, cannot_open, serve};
use crate::store::feedback::Kept;
use crate::store::{Store, StoreError};
use crate::verify_report::told_report;
use axum::http::HeaderName;
use clap::{Parser, Subcommand, ValueEnum};
use ipnetwork::IpNetwork;
use placet_model::check::{Checked, MAX_CONFIG, check};
use placet_model::config::{Config, schema};
use placet_model::json;
use placet_model::problem::{Problem, Severity};
use placet_model::receipt_file::{MAX_FILE, verify_file};
use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};
use url::Url;

/// Consent banner and receipts for web shops.
#[derive(Debug, Parser)]
#[command(name = "placet", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a config and list every problem with its place and a hint.
    ///
    /// Exit code 0: no errors (there may be warnings); 1: errors; 2: the file cannot be read.
    Check {
        /// The config, `placet.json`.
        config: PathBuf,
        /// How to write the problems.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write the files to serve from your own web server or CDN, and print the snippet to paste.
    ///
    /// Notices that were published before stay where they are: receipts point to them.
    /// Words that have changed need a new version: receipts name it.
    Publish {
        /// The config, `placet.json`.
        config: PathBuf,
        /// The directory to write to; created where it is missing.
        #[arg(long)]
        out: PathBuf,
        /// The address where that directory will be served, for example https://cdn.shop.example/placet/.
        #[arg(long, value_parser = web_address)]
        base_url: Option<Url>,
        /// The address or absolute path that tells the page the visitor's region; `placet serve` answers at /v1/region.
        #[arg(long, value_name = "URL", value_parser = hint_address)]
        region_hint: Option<String>,
        /// Publish changed words under the version that the directory already holds, as after a slip of the pen.
        #[arg(long)]
        amend: bool,
    },
    /// Publish a config, serve the tag and record receipts.
    Serve {
        /// The config, `placet.json`; with --demo it may be left out.
        #[arg(long, required_unless_present = "demo")]
        config: Option<PathBuf>,
        /// The address to listen on; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8787")]
        listen: SocketAddr,
        /// The database, created at the first start.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
        /// The address by which browsers reach the server, where a proxy stands before it.
        #[arg(long, value_parser = web_address)]
        public_url: Option<Url>,
        /// A proxy, or a network of them such as 10.0.0.0/8, whose X-Forwarded-For is believed. May be given more than once.
        #[arg(long, value_name = "ADDRESS")]
        trusted_proxy: Vec<IpNetwork>,
        /// The headers in which your CDN names the visitor's country and the part of it, which may be left out.
        #[arg(long, value_name = "COUNTRY[,PART]", value_delimiter = ',', conflicts_with = "geo")]
        region_header: Vec<HeaderName>,
        /// A country or city database in MaxMind's format, which tells the visitor's region.
        #[arg(long, value_name = "FILE")]
        geo: Option<PathBuf>,
        /// Serve the demo shop too, and its pretend third parties on the next port.
        #[arg(long)]
        demo: bool,
    },
    /// Verify receipt files offline and say what they prove.
    ///
    /// Exit code 0: all are genuine; 1: one is not, with the reason; 2: one cannot be read.
    Verify {
        /// The receipt files, as shoppers download them.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List what shoppers wrote about the notice, newest first.
    ///
    /// The server takes it where the config has `feedback: true`, and keeps it for 180 days. It may run meanwhile.
    Feedback {
        /// The database of the server.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
        /// Only what came on this day (UTC) or later, for example 2026-03-01.
        #[arg(long, value_name = "DATE", value_parser = read_day)]
        since: Option<i64>,
        /// Only what is about the purpose with this id.
        #[arg(long, value_name = "ID")]
        purpose: Option<String>,
        /// How to write the list.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Print the JSON Schema of the config, for editors.
    Schema,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: {"problems": [{"path", "code", "severity", "message", "hint"}]}.
    Json,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: {"feedback": [{"day", "version", "lang", "purpose", "text"}]}.
    Json,
}

/// Why a command could not do its work: what happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: u8,
    what: String,
    help: Option<String>,
}

impl Failure {
    /// A failure with exit code 1.
    pub fn new(what: impl Into<String>) -> Self {
        Failure { code: 1, what: what.into(), help: None }
    }

    /// Input that cannot be read: exit code 2.
    fn unreadable(what: impl Into<String>) -> Self {
        Failure { code: 2, ..Failure::new(what) }
    }

    fn tell(&self) {
        eprintln!("error: {}", self.what);
        if let Some(help) = &self.help {
            eprintln!(" help: {help}");
        }
    }

    /// The same failure with what to do about it.
    pub fn help(self, help: impl Into<String>) -> Self {
        Failure { help: Some(help.into()), ..self }
    }
}

/// Reads an address that browsers can use. A directory's address ends with a slash.
fn web_address(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("write the whole address, beginning with https://".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("leave out what follows ? or #".into());
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// Reads the address of a region hint: a whole one, or a path on the host of `placet.js`.
fn hint_address(text: &str) -> Result<String, String> {
    if text.starts_with('/') && !text.starts_with("//") {
        return Ok(text.to_owned());
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.to_string()),
        _ => {
            Err("write a whole address such as https://consent.shop.example/v1/region, or a path such as /v1/region"
                .into())
        }
    }
}

/// Runs the program on its command line.
pub fn run() -> ExitCode {
    match obey(Cli::parse().command) {
        Ok(code) => code,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.code)
        }
    }
}

fn obey(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Check { config, format } => check_config(&config, format),
        Command::Publish { config, out, base_url, region_hint, amend } => {
            publish_config(&config, &out, base_url, region_hint, amend)
        }
        Command::Serve { config, listen, database, public_url, trusted_proxy, region_header, geo, demo } => {
            let regions = regions(region_header, geo.as_deref())?;
            let config = match config {
                Some(path) => usable(&path)?,
                None => demo_config()?,
            };
            let proxies = Proxies::new(trusted_proxy);
            let plan = Plan { config, listen, database, public: public_url, proxies, regions, demo };
            start(plan)
        }
        Command::Verify { files } => verify_receipts(&files),
        Command::Feedback { database, since, purpose, format } => {
            let kept = kept_feedback(&database, since.unwrap_or(0), purpose.as_deref())?;
            match format {
                ListFormat::Text => say(&feedback_list::as_text(&kept)),
                ListFormat::Json => say(&format!("{}\n", feedback_list::as_json(kept))),
            }
        }
        Command::Schema => {
            let text = serde_json::to_string_pretty(&schema()).map_err(|error| Failure::new(error.to_string()))?;
            say(&format!("{text}\n"))
        }
    }
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

fn check_config(path: &Path, format: Format) -> Result<ExitCode, Failure> {
    let outcome = read(path, MAX_CONFIG, "config").and_then(|text| parse(path, &text));
    let (problems, code) = match (&outcome, format) {
        (Ok(checked), _) => (checked.problems.clone(), u8::from(checked.has_errors())),
        (Err(failure), Format::Json) => (vec![unreadable_problem(failure)], failure.code),
        (Err(failure), Format::Text) => return Err(failure.clone()),
    };
    match format {
        Format::Json => {
            let list: Vec<String> = problems.iter().map(json::to_text).collect();
            say(&format!("{{\"problems\":[{}]}}\n", list.join(",")))?;
        }
        Format::Text => {
            say(&told(path, &problems))?;
        }
    }
    Ok(ExitCode::from(code))
}

fn unreadable_problem(failure: &Failure) -> Problem {
    Problem {
        path: String::new(),
        code: "unreadable".into(),
        severity: Severity::Error,
        message: failure.what.clone(),
        hint: failure.help.clone().unwrap_or_default(),
    }
}

fn publish_config(
    path: &Path,
    out: &Path,
    base_url: Option<Url>,
    region_hint: Option<String>,
    amend: bool,
) -> Result<ExitCode, Failure> {
    let config = usable(path)?;
    let calls = calls_by_path(base_url.as_ref(), &config.receipts.endpoint, region_hint.as_deref());
    let place = Place { base: base_url.map(|url| url.to_string()), notices: "notice/", region: region_hint };
    let publication = publish(&config, &place).map_err(|error| Failure::new(error.to_string()))?;
    let changed = if amend { Vec::new() } else { changed_under_one_version(out, &publication.notices) };
    if !changed.is_empty() {
        eprint!("{}", told(path, &[version_unchanged(&config.version, &changed)]));
        return Err(Failure::new(format!("{} was not published", path.display())).help("Mend the error listed above."));
    }
    // What names the others comes last: a visitor in between finds everything that a tag points to.
    let (named, naming): (Vec<&File>, Vec<&File>) = publication.files.iter().partition(|file| file.immutable);
    for file in named.into_iter().chain(naming) {
        write_published(out, file).map_err(|error| {
            Failure::new(format!("cannot write {}: {error}", out.join(&file.path).display()))
                .help("Check that this user may write there and that the disk has room, then publish again: files are replaced whole.")
        })?;
    }
    eprintln!("Wrote {} files to {}, each with its .br beside it.", publication.files.len(), out.display());
    if place.base.is_none() {
        eprintln!(
            "Serve that directory, and put the address of placet.js into the snippet (or publish with --base-url)."
        );
    }
    eprint!("{calls}");
    eprintln!("Paste this at the start of <head>, before every other script:\n");
    say(&format!("{}\n", publication.snippet.trim_end()))
}

/// The languages whose notice has other words than the one that `out` holds under the same version. What lies there and
/// cannot be read is no earlier publication.
fn changed_under_one_version(out: &Path, notices: &[Snapshot]) -> Vec<String> {
    let text = |path: &str| fs::read_to_string(out.join(path)).ok();
    let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).ok();
    // This names the files of the last publication: those of earlier ones lie beside them.
    let Some(files) = text("integrity.json").and_then(read) else { return Vec::new() };
    let paths = files.as_object().into_iter().flat_map(|files| files.keys());
    let before: Vec<_> = paths
        .filter(|path| path.starts_with("notice/") && path.ends_with(".json"))
        .filter_map(|path| Some((path, text(path).and_then(read)?)))
        .collect();
    let has_changed = |notice: &&Snapshot| {
        before.iter().any(|(path, old)| {
            old["version"] == notice.version && old["lang"] == notice.lang && **path != notice_path(&notice.hash)
        })
    };
    notices.iter().filter(has_changed).map(|notice| notice.lang.clone()).collect()
}

fn version_unchanged(version: &str, languages: &[String]) -> Problem {
    Problem {
        path: "/version".into(),
        code: "version-unchanged".into(),
        severity: Severity::Error,
        message: format!(
            "The words in “{}” have changed since version “{version}” was published, and receipts name that version.",
            languages.join("”, “")
        ),
        hint: "Raise \"version\". If the change is a slip of the pen, or comes from Placet's own words, publish with --amend."
            .into(),
    }
}

/// What the loader makes of an endpoint or a hint that is only a path: it goes by the address of `placet.js`, not by the page's.
fn calls_by_path(base: Option<&Url>, endpoint: &str, hint: Option<&str>) -> String {
    let mut text = String::new();
    let calls = [
        (Some(endpoint), "receipts.endpoint", "receipts go"),
        (hint, "--region-hint", "the question of the region goes"),
    ];
    for (path, name, goes) in calls {
        let Some(path) = path.filter(|path| Url::parse(path).is_err()) else { continue };
        let _ = match base.and_then(|base| base.join(path).ok()) {
            Some(url) => writeln!(
                text,
                "warning: {name} is the path {path}, so {goes} to {url}, on the host of --base-url.\n   help: If the \
                 server is on another host, write its whole address there, for example https://consent.shop.example{path}."
            ),
            None => writeln!(text, "{name} is a path, so {goes} to {path} on the host that placet.js is loaded from."),
        };
    }
    text
}

/// Writes a file and its compressed form.
fn write_published(out: &Path, file: &File) -> io::Result<()> {
    let path = out.join(&file.path);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut compressed = path.clone().into_os_string();
    compressed.push(".br");
    write_whole(Path::new(&compressed), &file.brotli)?;
    write_whole(&path, &file.bytes)
}

/// Writes a file beside its place and moves it there, so that nobody ever reads half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.to_path_buf().into_os_string();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let written = fs::File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&temporary, path));
    if moved.is_err() {
        fs::remove_file(&temporary).ok();
    }
    moved
}

fn start(plan: Plan) -> Result<ExitCode, Failure> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PLACET_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .init();
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    runtime.block_on(serve(plan))?;
    Ok(ExitCode::SUCCESS)
}

fn kept_feedback(database: &str, since: i64, purpose: Option<&str>) -> Result<Vec<Kept>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    runtime
        .block_on(async {
            let store = Store::look(database).await?;
            let kept = store.feedback(since, purpose).await?;
            store.close().await;
            Ok(kept)
        })
        .map_err(|error: StoreError| cannot_open(database, &error))
}

/// Verifies each file; one that cannot be read does not keep the others from it.
fn verify_receipts(paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let (mut worst, mut genuine, mut forged, mut unreadable) = (0, 0, 0, 0);
    for path in paths {
        if paths.len() > 1 {
            say(&format!("{}\n", path.display()))?;
        }
        let code = match read(path, MAX_FILE, "receipt file") {
            Ok(text) => {
                let report = verify_file(&text);
                say(&told_report(&report))?;
                *(if report.is_genuine() { &mut genuine } else { &mut forged }) += 1;
                u8::from(!report.is_genuine())
            }
            Err(failure) => {
                failure.tell();
                unreadable += 1;
                failure.code
            }
        };
        worst = code.max(worst);
        if paths.len() > 1 {
            say("\n")?;
        }
    }
    if paths.len() > 1 {
        say(&format!("{} files: {genuine} genuine, {forged} not genuine, {unreadable} not read\n", paths.len()))?;
    }
    Ok(ExitCode::from(worst))
}

/// The config at `path`, if it has no errors; otherwise they are listed.
fn usable(path: &Path) -> Result<Config, Failure> {
    let checked = parse(path, &read(path, MAX_CONFIG, "config")?)?;
    if checked.problems.is_empty() {
        return Ok(checked.config);
    }
    eprint!("{}", told(path, &checked.problems));
    match checked.has_errors() {
        false => Ok(checked.config),
        true => Err(Failure::new(format!("{} has errors", path.display())).help("Mend the errors listed above.")),
    }
}

fn demo_config() -> Result<Config, Failure> {
    let broken = || Failure::new("the demo shop's config in this program is broken");
    let checked = check(&demo::config().ok_or_else(broken)?).map_err(|_| broken())?;
    if checked.has_errors() { Err(broken()) } else { Ok(checked.config) }
}

fn parse(path: &Path, text: &str) -> Result<Checked, Failure> {
    check(text).map_err(|fault| {
        // The place stands before the message, as compilers tell it.
        let message = fault.message.split(" at line ").next().unwrap_or_default();
        Failure::unreadable(format!("{}:{}:{}: {message}", path.display(), fault.line, fault.column))
            .help("The file must be JSON. An editor that knows JSON shows the place; a comma or a quotation mark is missing most often.")
    })
}

fn read(path: &Path, most: usize, what: &str) -> Result<String, Failure> {
    let cannot = |error: io::Error| {
        Failure::unreadable(format!("cannot read the {what} {}: {error}", path.display()))
            .help("Check the path, and that this user may read the file.")
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(cannot)?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > most {
        let size =
            fs::metadata(path).map_or_else(|_| "more".to_owned(), |metadata| format!("{} bytes", metadata.len()));
        return Err(Failure::unreadable(format!(
            "the {what} {} is too large: {size}, {most} bytes are the most",
            path.display()
        ))
        .help(format!("A {what} has some ten kilobytes. Check that this is the right file.")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Failure::unreadable(format!("the {what} {} is not UTF-8: byte {place} is wrong", path.display()))
            .help("Save the file in the encoding UTF-8.")
    })
}

fn say(text: &str) -> Result<ExitCode, Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        // Nobody listens any more, as in `placet schema | head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!("cannot write: {error}"))),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// The problems for people: severity and place, then what is wrong, then what to do.
fn told(path: &Path, problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let place = if problem.path.is_empty() { "(whole file)" } else { &problem.path };
        let _ = writeln!(text, "{:<8} {place}  [{}]", problem.severity.word(), problem.code);
        let _ = writeln!(text, "         {}", problem.message);
        let _ = writeln!(text, "   hint: {}\n", problem.hint);
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let counted = |number: usize, word: &str| match number {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let _ = writeln!(text, "{}: {}, {}", path.display(), counted(errors, "error"), counted(warnings, "warning"));
    text
}
