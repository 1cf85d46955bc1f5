//! Makes the style sheets smaller, so that the published loader and the widget carry no comments and blanks.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    for name in [
        "tokens.css",
        "dark.css",
        "first-layer.css",
        "top.css",
        "box.css",
        "centered.css",
        "logo.css",
        "cover.css",
        "center.css",
        "follow.css",
        "inline.css",
        "page.css",
    ] {
        let source = Path::new("style").join(name);
        println!("cargo::rerun-if-changed={}", source.display());
        let text = fs::read_to_string(&source)?;
        // It takes the space before a colon away, and with it the descendants that a selector means.
        if let Some(line) = text.lines().map(str::trim).find(|line| line.ends_with(['{', ',']) && line.contains(" :")) {
            return Err(io::Error::other(format!("{}: say \"{line}\" without a space before \":\"", source.display())));
        }
        let small =
            minifier::css::minify(&text).map_err(|fault| io::Error::other(format!("{}: {fault}", source.display())))?;
        // A block needs no semicolon at its end.
        fs::write(Path::new(&out).join(name), small.to_string().trim().replace(";}", "}"))?;
    }
    Ok(())
}
