//! Paths and contents of tiles: a path that is taken names one tile, and that tile has no other path.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::log::tile::{TileName, WIDTH, read_entries, read_hashes};

fuzz_target!(|bytes: &[u8]| {
    if let Some(entries) = read_entries(bytes) {
        let lengths = entries.iter().map(|entry| u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
        let written: Vec<u8> =
            entries.iter().zip(lengths).flat_map(|(entry, length)| [&length, *entry].concat()).collect();
        assert_eq!(written, bytes);
    }
    assert_eq!(read_hashes(bytes).is_some(), bytes.len().is_multiple_of(32));
    let Ok(path) = std::str::from_utf8(bytes) else { return };
    if let Some(name) = TileName::parse(path) {
        assert_eq!(name.to_string(), path);
        assert!((1..=WIDTH).contains(&name.width));
    }
});
