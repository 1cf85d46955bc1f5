//! Calling cargo from a program that cargo runs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::Workspace;

/// The target of the widget.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Cargo in the current directory.
///
/// `cargo run` describes the package that it runs in the environment. A second cargo must not
/// inherit that: build scripts that watch those variables would run again each time.
pub(crate) fn bare() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    forget_package(&mut command);
    command
}

/// Removes from a command's environment what cargo says about the package it runs.
pub(crate) fn forget_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "OUT_DIR" {
            command.env_remove(&name);
        }
    }
}

/// Cargo at the root of the workspace, told where the widget's files are.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut command = bare();
    command.current_dir(workspace.root());
    if !workspace.has_default_target() {
        // The server's build script looks in `target/placet` unless told otherwise.
        command.env("PLACET_WIDGET_DIR", workspace.placet());
    }
    command
}

/// A cargo setting that keeps this machine's directories out of the widget: messages in it name
/// source files, and the same sources should make the same bytes everywhere. (Those of the workspace
/// are named by their place in it.)
pub(crate) fn without_paths() -> String {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .unwrap_or_default();
    let registries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    let flags: Vec<String> = registries
        .map(|registry| registry.path())
        .map(|path| format!("{:?}", format!("--remap-path-prefix={}/=", path.display())))
        .collect();
    format!("target.{WASM}.rustflags=[{}]", flags.join(","))
}
