//! The wasm32 target of the pinned toolchain.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo::WASM;
use crate::run::{read, run};
use crate::tools::find;
use crate::workspace::Workspace;

/// Adds the target where it is missing.
///
/// `rust-toolchain.toml` names it too, but where `RUSTUP_AUTO_INSTALL=0` is set, as on many build
/// machines, rustup adds nothing by itself.
pub(crate) fn ensure(workspace: &Workspace) -> Result<()> {
    if is_there(workspace)? {
        return Ok(());
    }
    if find(&["rustup"]).is_none() {
        bail!(
            "this Rust has no {WASM} target and there is no rustup to add it: install Rust with rustup (https://rustup.rs), \
             or your distribution's package of that target (Debian: libstd-rust-dev-wasm32)"
        );
    }
    run(Command::new("rustup").current_dir(workspace.root()).args(["target", "add", WASM]))
}

/// Asks the compiler, not rustup: a distribution's Rust may have the target without rustup.
fn is_there(workspace: &Workspace) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(workspace.root()).args(["--print", "target-libdir", "--target", WASM]);
    let directory = read(&mut rustc)?;
    Ok(Path::new(directory.trim()).is_dir())
}
