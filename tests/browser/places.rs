//! Where the things lie that the tests use, and what to do where one is missing.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The directory of the debug build that holds this test.
fn build() -> PathBuf {
    let mut dir = env::current_exe().unwrap_or_default();
    dir.pop();
    if dir.ends_with("deps") {
        dir.pop();
    }
    dir
}

/// Where xtask and the tests put what they make: `target/placet`.
pub(crate) fn made() -> PathBuf {
    build().parent().map(|target| target.join("placet")).unwrap_or_else(|| root().join("target/placet"))
}

/// Screenshots and logs of failed tests, and the pictures that the tests take.
pub(crate) fn evidence() -> PathBuf {
    made().join("browser")
}

/// The `placet` program: `PLACET_BIN`, else that of the debug build.
pub(crate) fn placet() -> Result<PathBuf> {
    let path = env::var_os("PLACET_BIN").map(PathBuf::from).unwrap_or_else(|| build().join("placet"));
    if !path.is_file() {
        bail!("{} is missing. Build it with `cargo xtask widget` and `cargo build -p placet-server`.", path.display());
    }
    Ok(path)
}

/// A file of an npm package: below `PLACET_NPM`, else `target/placet/npm/node_modules`.
pub(crate) fn npm(file: &str) -> Result<PathBuf> {
    let modules = env::var_os("PLACET_NPM").map(PathBuf::from).unwrap_or_else(|| made().join("npm/node_modules"));
    let path = modules.join(file);
    if !path.exists() {
        bail!("{} is missing. `cargo xtask test` installs what tests/npm/package.json names.", path.display());
    }
    Ok(path)
}

/// A program: where `variable` says, else the first of `names` in `PLACET_TOOLS`/bin
/// (default `~/.cache/placet/tools/bin`) or on the `PATH`.
pub(crate) fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Some(path.into());
    }
    let tools = env::var_os("PLACET_TOOLS").map(PathBuf::from);
    let tools = tools.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache/placet/tools")));
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = tools.map(|tools| tools.join("bin")).into_iter().chain(env::split_paths(&path)).collect();
    names.iter().flat_map(|name| dirs.iter().map(move |dir| dir.join(name))).find(|file| file.is_file())
}

/// WebKitGTK's own small browser, which lies beside its libraries.
pub(crate) fn mini_browser() -> Option<PathBuf> {
    let inside = |dir: PathBuf| dir.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let shallow = ["/usr/lib", "/usr/libexec", "/usr/lib64"].into_iter().map(PathBuf::from);
    let deep: Vec<PathBuf> = shallow.clone().flat_map(inside).collect();
    program("PLACET_WEBKIT", &["MiniBrowser"]).or_else(|| {
        let versions = ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"];
        let places = deep.into_iter().chain(shallow);
        places.flat_map(|dir| versions.map(|version| dir.join(version).join("MiniBrowser"))).find(|file| file.is_file())
    })
}
