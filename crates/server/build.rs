//! Embeds what `cargo xtask widget` has built, where it is there: the binary then needs no file beside it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The constants of `src/embedded.rs` and the files they hold.
const FILES: [(&str, &str); 19] = [
    ("LOADER", "placet.min.js"),
    ("SIGNALS", "signals.min.js"),
    ("UNMARKED", "unmarked.min.js"),
    ("VEIL", "veil.min.js"),
    ("JAR", "jar.min.js"),
    ("MIRROR", "mirror.min.js"),
    ("OPTOUT", "optout.min.js"),
    ("LOCATE", "locate.min.js"),
    ("COVERS", "covers.min.js"),
    ("CENTER", "center.min.js"),
    ("AGAIN", "again.min.js"),
    ("FOLLOW", "follow.min.js"),
    ("ELEMENTS", "elements.min.js"),
    ("RECEIPTS", "receipts.min.js"),
    ("LOG", "log.min.js"),
    ("WIDGET_JS", "widget.js"),
    ("WIDGET_JS_BR", "widget.js.br"),
    ("WIDGET_WASM", "widget.wasm"),
    ("WIDGET_WASM_BR", "widget.wasm.br"),
];

fn main() -> io::Result<()> {
    let path = |name: &str| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    // xtask says where the files are when cargo's target directory is not the usual one.
    println!("cargo::rerun-if-env-changed=PLACET_WIDGET_DIR");
    let built = path("PLACET_WIDGET_DIR")
        .or_else(|_| path("CARGO_MANIFEST_DIR").map(|package| package.join("../../target/placet")))?;
    let files = FILES.map(|(_, name)| built.join(name));
    if files.iter().all(|file| file.exists()) {
        // Each by itself: the directory holds more, such as the demo's database.
        files.iter().for_each(|file| println!("cargo::rerun-if-changed={}", file.display()));
    } else {
        fs::create_dir_all(&built)?;
        println!("cargo::rerun-if-changed={}", built.display());
    }
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
