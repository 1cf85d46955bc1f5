//! From a checked config to the files that a shop serves.
//!
//! `Config -> notices + plan + first layer -> placet.js`, beside the widget that this binary holds.
//!
//! **Invariant:** nothing is written to disk here, and the same config yields the same bytes.

mod bundle;
mod node;
mod page;
mod style;

use crate::hex::hex;
use placet_model::config::Config;
use placet_model::{json, snapshot};
use sha2::{Digest, Sha256, Sha384};
use std::io::Write as _;

pub use bundle::Place;
pub use page::{Pages, page_path};

/// Everything that publishing a config yields.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The files, by path below the place where they are served: `placet.js`,
    /// `center-<hash>.js`, `covers-<hash>.js`, `again-<hash>.js`, `follow-<hash>.js`, `elements-<hash>.js`, `receipts-<hash>.js`,
    /// `widget-<hash>.js`, `widget-<hash>.wasm`, `notice/<hash>.json`, `notice/<hash>.html`, `integrity.json`.
    pub files: Vec<File>,
    /// The notice snapshots, one a language.
    pub notices: Vec<Snapshot>,
    /// The HTML to paste into the head of a page.
    pub snippet: String,
}

/// One published file.
#[derive(Debug, Clone)]
pub struct File {
    /// Path with forward slashes, relative.
    pub path: String,
    /// Media type with charset.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The bytes compressed by brotli 11.
    pub brotli: Vec<u8>,
    /// Whether the name holds a hash of the content, so that caches may keep it for ever.
    pub immutable: bool,
}

/// One notice snapshot as it is published and stored.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// `sha256:<b64url>` over `text`.
    pub hash: String,
    /// Language tag.
    pub lang: String,
    /// The config's version.
    pub version: String,
    /// The exact JSON text.
    pub text: String,
}

/// Why a config was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The binary was built without what it should publish.
    #[error("this binary was built without the widget; build it with `cargo xtask build`")]
    WithoutWidget,
    /// The rendered first layer could not be read back.
    #[error("the first layer could not be turned into nodes: {0}")]
    FirstLayer(String),
    /// Compressing failed.
    #[error("a file could not be compressed: {0}")]
    Compress(#[from] std::io::Error),
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// Publishes a config that `check` has passed.
///
/// # Errors
/// The binary holds no widget, or compressing failed.
pub fn publish(config: &Config, place: &Place) -> Result<Publication, PublishError> {
    use crate::embedded::{
        AGAIN, CENTER, COVERS, ELEMENTS, FOLLOW, LOADER, LOG, RECEIPTS, WIDGET_JS, WIDGET_JS_BR, WIDGET_WASM,
        WIDGET_WASM_BR,
    };
    let built_in = |file: Option<&'static [u8]>| file.ok_or(PublishError::WithoutWidget);
    let (loader, glue, glue_br) = (built_in(LOADER)?, built_in(WIDGET_JS)?, built_in(WIDGET_JS_BR)?);
    let (wasm, wasm_br) = (built_in(WIDGET_WASM)?, built_in(WIDGET_WASM_BR)?);
    let notices: Vec<Snapshot> = config
        .languages
        .iter()
        .map(|lang| {
            let text = json::to_text(&snapshot::notice(config, lang));
            Snapshot { hash: snapshot::hash(&text), lang: lang.clone(), version: config.version.clone(), text }
        })
        .collect();
    let widget = bundle::Widget {
        glue: format!("widget-{}.js", short_hash(glue)),
        wasm: format!("widget-{}.wasm", short_hash(wasm)),
        integrity: format!("sha256-{}", base64(&Sha256::digest(wasm))),
    };
    let parts = [
        ("again", built_in(AGAIN)?.to_vec()),
        ("center", bundle::center(&widget, built_in(CENTER)?).into_bytes()),
        ("covers", bundle::covers(config, &notices, built_in(COVERS)?)?.into_bytes()),
        ("elements", bundle::elements(config, built_in(ELEMENTS)?)?.into_bytes()),
        ("follow", bundle::follow(config, built_in(FOLLOW)?)?.into_bytes()),
        ("log", built_in(LOG)?.to_vec()),
        ("receipts", built_in(RECEIPTS)?.to_vec()),
    ];
    // One name for them all: each name more would be loaded with every page.
    let of_all = short_hash(&parts.iter().flat_map(|(_, bytes)| Sha256::digest(bytes)).collect::<Vec<_>>());
    let placet = bundle::bundle(config, place, &notices, &of_all, loader)?;
    let integrity = sri(placet.as_bytes());
    let mut files = vec![
        file("placet.js", JAVASCRIPT, placet.into_bytes(), false)?,
        built(&widget.glue, JAVASCRIPT, glue, glue_br),
        built(&widget.wasm, "application/wasm", wasm, wasm_br),
    ];
    for (name, bytes) in parts {
        files.push(file(&format!("{name}-{of_all}.js"), JAVASCRIPT, bytes, true)?);
    }
    let pages = Pages::new(config);
    for notice in &notices {
        files.push(file(&notice_path(&notice.hash), JSON, notice.text.clone().into_bytes(), true)?);
        let page = pages.html(&notice.text, &notice.hash, &notices).unwrap_or_default();
        files.push(file(&page_path(&notice.hash), HTML, page.into_bytes(), true)?);
    }
    let values: serde_json::Map<_, _> = files.iter().map(|file| (file.path.clone(), sri(&file.bytes).into())).collect();
    files.push(file("integrity.json", JSON, serde_json::Value::Object(values).to_string().into_bytes(), false)?);
    Ok(Publication { files, notices, snippet: bundle::snippet(place, &integrity) })
}

/// Where a notice snapshot lies: its hash without the name of the algorithm.
pub fn notice_path(hash: &str) -> String {
    format!("notice/{}.json", hash.trim_start_matches("sha256:"))
}

fn built(path: &str, content_type: &'static str, bytes: &[u8], brotli: &[u8]) -> File {
    File { path: path.to_owned(), content_type, bytes: bytes.to_vec(), brotli: brotli.to_vec(), immutable: true }
}

fn file(path: &str, content_type: &'static str, bytes: Vec<u8>, immutable: bool) -> std::io::Result<File> {
    let mut brotli = Vec::new();
    brotli::CompressorWriter::new(&mut brotli, 4096, 11, 22).write_all(&bytes)?;
    Ok(File { path: path.to_owned(), content_type, bytes, brotli, immutable })
}

/// Eight hexadecimal digits: enough to tell one build from any other.
fn short_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..4])
}

/// The value of an `integrity` attribute (Subresource Integrity).
fn sri(bytes: &[u8]) -> String {
    format!("sha384-{}", base64(&Sha384::digest(bytes)))
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(bytes)
}
