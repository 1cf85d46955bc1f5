//! From a checked config to the files that a shop serves.

/// Everything that publishing a config yields; nothing is written to disk here.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The files, by path below the place where they are served: `placet.js`,
    /// `widget-<hash>.js`, `widget-<hash>.wasm`, `notice/<hash>.json`, `integrity.json`.
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
