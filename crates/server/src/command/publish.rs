//! `placet publish`: the files for a web server or CDN.

use super::Failure;
use super::address::{hint_address, web_address};
use super::input::usable;
use super::output::{say, told};
use crate::publish::{File, Place, Snapshot, notice_path, publish};
use clap::Args;
use placet_model::problem::{Problem, Severity};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};
use url::Url;

/// Write the files to serve from your own web server or CDN, and print the snippet to paste.
///
/// Notices that were published before stay where they are: receipts point to them.
/// Words that have changed need a new version: receipts name it.
#[derive(Debug, Args)]
pub struct Publish {
    /// The config, `placet.json`.
    pub config: PathBuf,
    /// The directory to write to; created where it is missing.
    #[arg(long)]
    pub out: PathBuf,
    /// The address where that directory will be served, for example `https://cdn.shop.example/placet/`.
    #[arg(long, value_parser = web_address)]
    pub base_url: Option<Url>,
    /// The address or absolute path that tells the page the visitor's region; `placet serve` answers at /v1/region.
    #[arg(long, value_name = "URL", value_parser = hint_address)]
    pub region_hint: Option<String>,
    /// Publish changed words under the version that the directory already holds, as after a slip of the pen.
    #[arg(long)]
    pub amend: bool,
}

impl Publish {
    /// Does the work.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Publish { config: path, out, base_url, region_hint, amend } = self;
        let config = usable(&path)?;
        let calls = calls_by_path(base_url.as_ref(), &config.receipts.endpoint, region_hint.as_deref());
        let place = Place { base: base_url.map(|url| url.to_string()), notices: "notice/", region: region_hint };
        let publication = publish(&config, &place).map_err(|error| Failure::new(error.to_string()))?;
        let changed = if amend { Vec::new() } else { changed_under_one_version(&out, &publication.notices) };
        if !changed.is_empty() {
            eprint!("{}", told(&path, &[version_unchanged(&config.version, &changed)]));
            return Err(
                Failure::new(format!("{} was not published", path.display())).help("Mend the error listed above.")
            );
        }
        // What names the others comes last: a visitor in between finds everything that a tag points to.
        let (named, naming): (Vec<&File>, Vec<&File>) = publication.files.iter().partition(|file| file.immutable);
        for file in named.into_iter().chain(naming) {
            write_published(&out, file).map_err(|error| {
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
