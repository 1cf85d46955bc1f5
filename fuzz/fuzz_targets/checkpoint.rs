//! Checkpoints and verifier keys: nobody but the holder of the key makes a checkpoint that counts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::log::checkpoint::{Keys, read_unsigned, site_of};
use std::sync::LazyLock;

/// A key whose other half nobody has kept.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

static KNOWN: LazyLock<Keys> = LazyLock::new(|| Keys::parse(KEY).unwrap_or_default());

fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = read_unsigned(text) {
        assert!(!checkpoint.origin.is_empty() && checkpoint.key.is_empty());
        let _ = site_of(&checkpoint.origin);
    }
    assert!(!KNOWN.is_empty() && KNOWN.open(text).is_err(), "this key has signed no checkpoint");
    if let Ok(keys) = Keys::parse(text) {
        assert_eq!(keys.is_empty(), keys.names().is_empty());
        let _ = keys.open(text);
    }
});
