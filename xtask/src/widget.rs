//! The widget and the minified loader with its parts: `target/placet/{widget.js,widget.wasm,placet.min.js,<part>.min.js}`.
//!
//! The server embeds these files; see the build script of `placet-server`.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};

use crate::cargo::{self, WASM};
use crate::files::{empty_directory, read_bytes, read_text, write_if_changed};
use crate::minify::{Kind, minify};
use crate::run::run;
use crate::size::brotli_of;
use crate::workspace::Workspace;
use crate::{bindgen, tools};

/// The loader as it is written.
const LOADER: &str = "public/placet.js";

/// The parts of the loader, each a module with one function: some are put into `placet.js` where the config uses them,
/// the others are fetched where a page needs them.
pub(crate) const PARTS: [&str; 14] = [
    "signals", "unmarked", "veil", "jar", "mirror", "locate", "optout", "covers", "again", "center", "follow",
    "elements", "receipts", "log",
];

/// Builds what a page loads. Files that did not change are left untouched.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let version = bindgen::checked_version(workspace)?;
    tools::wasm_target::ensure(workspace)?;
    run(cargo::cargo(workspace).args([
        "build",
        "--package",
        "placet-widget",
        "--lib",
        "--features",
        "csr",
        "--profile",
        "widget",
        "--target",
        WASM,
        "--config",
        &cargo::without_paths(),
    ]))?;
    loader(workspace)?;
    glue(workspace, &version)
}

fn loader(workspace: &Workspace) -> Result<()> {
    let source = read_text(&workspace.path(LOADER))?;
    let minified = minify(LOADER, &source, Kind::Script)?;
    write_if_changed(&workspace.placet().join("placet.min.js"), minified.as_bytes())?;
    for part in PARTS {
        let name = format!("public/parts/{part}.js");
        let minified = minify(&name, &read_text(&workspace.path(&name))?, Kind::Module)?;
        write_if_changed(&workspace.placet().join(format!("{part}.min.js")), minified.as_bytes())?;
    }
    Ok(())
}

fn glue(workspace: &Workspace, version: &str) -> Result<()> {
    let built = workspace.target().join(WASM).join("widget/placet_widget.wasm");
    let made = Made::new(&workspace.placet());
    let stamp = stamp(&built, version)?;
    if made.is_current(&stamp) {
        return Ok(());
    }
    let scratch = workspace.placet().join("bindgen");
    empty_directory(&scratch)?;
    bindgen::generate(&built, "widget", &scratch)?;
    let source = read_text(&scratch.join("widget.js"))?;
    write_if_changed(&made.glue, minify("widget.js", &source, Kind::Module)?.as_bytes())?;
    write_if_changed(&made.wasm, &read_bytes(&scratch.join("widget_bg.wasm"))?)?;
    // Compressed here, once: the server would otherwise spend the first seconds of each start on it.
    for file in [&made.glue, &made.wasm] {
        write_if_changed(&small(file), &brotli_of(&read_bytes(file)?)?)?;
    }
    write_if_changed(&made.stamp, stamp.as_bytes())
}

/// What is made from the built library, and the note of what it was made from.
struct Made {
    glue: PathBuf,
    wasm: PathBuf,
    stamp: PathBuf,
}

impl Made {
    fn new(directory: &Path) -> Self {
        Self {
            glue: directory.join("widget.js"),
            wasm: directory.join("widget.wasm"),
            stamp: directory.join("widget.stamp"),
        }
    }

    fn is_current(&self, stamp: &str) -> bool {
        [&self.glue, &self.wasm].iter().all(|file| file.exists() && small(file).exists())
            && std::fs::read_to_string(&self.stamp).is_ok_and(|before| before == stamp)
    }
}

/// The compressed file beside another.
fn small(file: &Path) -> PathBuf {
    file.with_added_extension("br")
}

/// Names one state of the inputs: the built library, wasm-bindgen, and xtask itself, whose
/// minifier has a say too.
fn stamp(built: &Path, version: &str) -> Result<String> {
    let xtask = std::env::current_exe().context("cannot find the running xtask")?;
    Ok(format!("{} {} {version}\n", modified(built)?, modified(&xtask)?))
}

fn modified(path: &Path) -> Result<u128> {
    let time = path
        .metadata()
        .and_then(|metadata| metadata.modified())
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos()))
}
