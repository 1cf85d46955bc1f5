//! Fuzzing of everything that strangers send: what is in `fuzz/`, for a while each.
//!
//! libFuzzer needs no nightly toolchain when no sanitizer is asked for: there is no unsafe code of ours to watch, and a panic
//! is a finding by itself.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::tools::cargo_install::CARGO_FUZZ;
use crate::workspace::Workspace;
use crate::{cargo, run};

/// The targets, and where each finds examples beside `fuzz/seeds/<target>`.
const TARGETS: [(&str, &[&str]); 7] = [
    ("jws", &[]),
    ("claims", &[]),
    ("tile_path", &[]),
    ("config", &["public/demo"]),
    ("checkpoint", &[]),
    ("receipt_file", &[]),
    ("query", &[]),
];

/// What `cargo xtask fuzz` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only these targets: jws, claims, tile_path, config, checkpoint, receipt_file, query
    targets: Vec<String>,
}

impl Arguments {
    /// All targets, for so long each.
    pub(crate) fn all(seconds: u32) -> Self {
        Arguments { seconds, targets: Vec::new() }
    }
}

/// Checks that the targets compile: they are a workspace of their own, which no other step looks into.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut command = cargo::bare();
    command
        .current_dir(workspace.root())
        // libFuzzer itself is a minute of C++, and nothing is linked here: this names where it would be found.
        .env("CUSTOM_LIBFUZZER_PATH", "/nowhere/libfuzzer.a")
        .args(["clippy", "--manifest-path", "fuzz/Cargo.toml", "--bins", "--target-dir"])
        .arg(workspace.target().join("fuzz"))
        .args(["--", "--deny", "warnings"]);
    run::run(&mut command)
}

/// Runs the targets one after another. The first finding ends it: libFuzzer says where the input lies.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    if let Some(unknown) = arguments.targets.iter().find(|name| !TARGETS.iter().any(|(known, _)| known == name)) {
        bail!("there is no target {unknown}: the targets are {}", TARGETS.map(|(name, _)| name).join(", "));
    }
    let tool = CARGO_FUZZ.ensure()?;
    let asked = |name: &str| arguments.targets.is_empty() || arguments.targets.iter().any(|asked| asked == name);
    for (name, examples) in TARGETS.into_iter().filter(|(name, _)| asked(name)) {
        // What was found worth keeping goes into the first directory.
        let corpus = workspace.path(&format!("fuzz/corpus/{name}"));
        std::fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
        let seeds = workspace.path(&format!("fuzz/seeds/{name}"));
        let examples = examples.iter().map(|path| workspace.path(path));
        let mut command = std::process::Command::new(&tool);
        cargo::forget_package(&mut command);
        command
            .current_dir(workspace.root())
            // The flags of coverage are not promised to stay; they are the same on every toolchain that is pinned here.
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("CARGO_TARGET_DIR")
            .args(["fuzz", "run", "--sanitizer", "none", name])
            .arg(&corpus)
            .args(examples.chain([seeds]).filter(|path: &std::path::PathBuf| Path::is_dir(path)))
            .args(["--", &format!("-max_total_time={}", arguments.seconds), "-timeout=10", "-max_len=16384"]);
        run::run(&mut command)?;
    }
    Ok(ExitCode::SUCCESS)
}
