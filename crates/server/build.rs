//! Embeds what `cargo xtask widget` has built, where it is there: the binary then needs no file beside it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The constants of `src/embedded.rs` and the files they hold.
const FILES: [(&str, &str); 3] =
    [("LOADER", "placet.min.js"), ("WIDGET_JS", "widget.js"), ("WIDGET_WASM", "widget.wasm")];

fn main() -> io::Result<()> {
    let path = |name: &str| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let target = path("CARGO_TARGET_DIR").or_else(|_| path("CARGO_MANIFEST_DIR").map(|crates| crates.join("../../target")))?;
    let built = target.join("placet");
    // The directory is watched as a whole, so it has to be there.
    fs::create_dir_all(&built)?;
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let code: String = FILES.iter().map(|(name, file)| constant(name, &built.join(file))).collect();
    fs::write(path("OUT_DIR")?.join("embedded.rs"), code)
}

fn constant(name: &str, file: &Path) -> String {
    let value = match file.canonicalize() {
        Ok(file) => format!("Some(include_bytes!({file:?}))"),
        Err(_) => "None".to_owned(),
    };
    format!("/// The bytes, where they were built.\npub const {name}: Option<&[u8]> = {value};\n")
}
