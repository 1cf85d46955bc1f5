//! wasm-bindgen, as a library.
//!
//! Its command line is not needed: the library does the same work and comes with xtask. For
//! Trunk, which looks for an executable called `wasm-bindgen`, xtask plays that executable.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use wasm_bindgen_cli_support::Bindgen;

use crate::files::read_text;
use crate::workspace::Workspace;

/// The name that Trunk looks for.
pub(crate) const EXECUTABLE: &str = "wasm-bindgen";

/// Makes the ES module glue and the final WebAssembly of a built library:
/// `<name>.js` and `<name>_bg.wasm` in `directory`.
pub(crate) fn generate(wasm: &Path, name: &str, directory: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .out_name(name)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The caller says where the WebAssembly is: its name carries a hash.
        .omit_default_module_path(true)
        .generate(directory)
        .with_context(|| format!("wasm-bindgen could not read {}", wasm.display()))
}

/// The version of the `wasm-bindgen` crate that the widget is built with.
///
/// Library and tool speak a private format that changes with every release, so they have to be
/// of one version; a mismatch is told here, where it can be mended, rather than as a broken section.
pub(crate) fn checked_version(workspace: &Workspace) -> Result<String> {
    let lock = read_text(&workspace.path("Cargo.lock"))?;
    let library = locked_version(&lock, "wasm-bindgen")?;
    let tool = wasm_bindgen_shared::version();
    if library != tool {
        bail!(
            "the widget uses wasm-bindgen {library}, xtask carries wasm-bindgen-cli-support {tool}: \
             set wasm-bindgen-cli, wasm-bindgen-cli-support and wasm-bindgen-shared to \"={library}\" in [workspace.dependencies] of Cargo.toml"
        );
    }
    Ok(library.to_owned())
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let head = format!("name = \"{package}\"\nversion = \"");
    lock.split_once(head.as_str())
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version)
        .with_context(|| format!("Cargo.lock has no {package}"))
}

/// The arguments, where xtask was called by the name `wasm-bindgen`.
pub(crate) fn called_as_wasm_bindgen() -> Option<Vec<OsString>> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let name = PathBuf::from(arguments.first()?);
    (name.file_stem()? == EXECUTABLE).then_some(arguments)
}

/// The part of the `wasm-bindgen` command line that Trunk uses.
#[derive(Parser)]
#[command(name = EXECUTABLE, disable_version_flag = true)]
struct Shim {
    #[arg(long)]
    version: bool,
    #[arg(long, value_enum, default_value = "web")]
    target: ShimTarget,
    #[arg(long, required_unless_present = "version")]
    out_dir: Option<PathBuf>,
    #[arg(long, required_unless_present = "version")]
    out_name: Option<String>,
    #[arg(long)]
    no_typescript: bool,
    #[arg(long)]
    keep_debug: bool,
    #[arg(long)]
    no_demangle: bool,
    #[arg(required_unless_present = "version")]
    input: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ShimTarget {
    Web,
    NoModules,
    Bundler,
}

/// Plays the `wasm-bindgen` executable for Trunk.
pub(crate) fn act_as_wasm_bindgen(arguments: Vec<OsString>) -> Result<ExitCode> {
    let shim = Shim::parse_from(arguments);
    if shim.version {
        println!("{EXECUTABLE} {}", wasm_bindgen_shared::version());
        return Ok(ExitCode::SUCCESS);
    }
    let (Some(input), Some(directory), Some(name)) = (shim.input, shim.out_dir, shim.out_name) else {
        bail!("wasm-bindgen needs an input, --out-dir and --out-name");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .out_name(&name)
        .typescript(!shim.no_typescript)
        .keep_debug(shim.keep_debug)
        .demangle(!shim.no_demangle);
    match shim.target {
        ShimTarget::Web => bindgen.web(true)?,
        ShimTarget::NoModules => bindgen.no_modules(true)?,
        ShimTarget::Bundler => bindgen.bundler(true)?,
    };
    bindgen.generate(directory)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_is_read_by_exact_package_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"9.9.9\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(lock, "leptos").is_err());
    }
}
