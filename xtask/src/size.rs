//! What a page loads, compressed as it is served, against the budgets.
//!
//! **Invariant:** a budget is a limit, not a report: a breach is a failure.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use clap::Args;
use serde_json::json;

use crate::build::{self, Profile};
use crate::files::{empty_directory, read_bytes};
use crate::workspace::Workspace;
use crate::{generate, run, size_table, widget};

/// What `cargo xtask size` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Also write the size table into README.md
    #[arg(long, conflicts_with = "json")]
    write: bool,
}

/// One thing that is weighed. A KB is 1000 bytes.
pub(crate) struct Size {
    /// For programs.
    pub(crate) id: &'static str,
    /// For people.
    pub(crate) what: &'static str,
    pub(crate) bytes: usize,
    pub(crate) budget: usize,
}

impl Size {
    /// Whether the budget is broken.
    pub(crate) fn is_over(&self) -> bool {
        self.bytes > self.budget
    }
}

/// Builds, measures, prints; a broken budget is exit code 1.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    widget::build(workspace)?;
    build::server(workspace, Profile::Dev)?;
    let sizes = measure(workspace, &workspace.binary("debug"))?;
    if arguments.json {
        println!("{}", as_json(&sizes));
    } else {
        println!("\n{}", size_table::render(&sizes));
    }
    if arguments.write {
        generate::write_size_table(workspace, &sizes)?;
    }
    let mut code = ExitCode::SUCCESS;
    for size in sizes.iter().filter(|size| size.is_over()) {
        eprintln!("over budget: {} is {} bytes, {} are allowed", size.what, size.bytes, size.budget);
        code = ExitCode::FAILURE;
    }
    Ok(code)
}

/// Measures what lies in `target/placet` and what `placet publish` makes of the demo's config.
pub(crate) fn measure(workspace: &Workspace, binary: &Path) -> Result<Vec<Size>> {
    let published = workspace.placet().join("size");
    empty_directory(&published)?;
    run::read(&mut build::publish(workspace, binary, &published))?;
    let made = workspace.placet();
    let weigh = |parts: &[&str]| -> Result<usize> {
        parts.iter().map(|part| compressed(&made.join(format!("{part}.min.js")))).sum()
    };
    Ok(vec![
        Size {
            id: "loader",
            what: "loader alone, no part",
            bytes: compressed(&made.join("placet.min.js"))?,
            budget: 5_000,
        },
        Size {
            id: "placet.js",
            what: "`placet.js` of the demo shop: loader, plan and first layer in two languages",
            bytes: compressed(&published.join("placet.js"))?,
            budget: 9_000,
        },
        Size {
            id: "parts",
            what: "parts of the loader that `placet.js` holds where the config uses them, all together",
            bytes: weigh(&["signals", "unmarked", "veil", "jar", "mirror", "locate", "optout"])?,
            budget: 2_100,
        },
        Size {
            id: "fetched",
            what: "parts that a page fetches where it has need of them, all together: what follows a decision, covers, elements, asking again",
            bytes: weigh(&["covers", "again", "center", "follow", "elements"])?,
            budget: 4_500,
        },
        Size {
            id: "receipts",
            what: "receipts part, which signs and sends: fetched when a visitor has decided",
            bytes: weigh(&["receipts"])?,
            budget: 3_700,
        },
        Size {
            id: "log",
            what: "log part, which checks a receipt's place in the log: fetched when a visitor verifies one",
            bytes: weigh(&["log"])?,
            budget: 1_200,
        },
        Size {
            id: "widget",
            what: "widget: WebAssembly and glue, loaded on intent",
            bytes: compressed(&made.join("widget.wasm"))? + compressed(&made.join("widget.js"))?,
            budget: 95_000,
        },
    ])
}

/// The size of a file after brotli at its best, which is how the server sends it.
fn compressed(path: &Path) -> Result<usize> {
    let output = brotli_of(&read_bytes(path)?).with_context(|| format!("cannot compress {}", path.display()))?;
    Ok(output.len())
}

/// Bytes after brotli at its best.
pub(crate) fn brotli_of(mut content: &[u8]) -> Result<Vec<u8>> {
    let parameters =
        BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..BrotliEncoderParams::default() };
    let mut output = Vec::new();
    brotli::BrotliCompress(&mut content, &mut output, &parameters)?;
    Ok(output)
}

fn as_json(sizes: &[Size]) -> serde_json::Value {
    let entries: serde_json::Map<_, _> = sizes
        .iter()
        .map(|size| (size.id.to_owned(), json!({ "bytes": size.bytes, "budget": size.budget, "over": size.is_over() })))
        .collect();
    json!({ "compression": "brotli 11", "sizes": entries })
}
