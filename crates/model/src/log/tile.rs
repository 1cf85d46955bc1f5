//! Tiles: the pieces of 256 in which a log is served, and their paths (C2SP tlog-tiles).
//!
//! **Invariant:** each tile has one path, and each path that is taken names one tile: no leading zeros, nothing behind it.

use std::fmt;
use tlog_tiles::{HASH_SIZE, Tile};

/// How many hashes or entries a full tile holds.
pub const WIDTH: u16 = 256;
/// The logarithm of [`WIDTH`]: the levels of the tree that one tile spans.
pub const HEIGHT: u8 = 8;
/// The most levels of tiles that a log can have: eight hold 2^64 entries.
const LEVELS: u8 = 8;
/// Longer than any path of a tile.
const LONGEST_PATH: usize = 64;

/// What stands in a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// Entries, each with its length in two bytes before it.
    Entries,
    /// Hashes of this level, 32 bytes each: 0 for those of entries, then those of full tiles of the level below.
    Hashes(u8),
}

/// Names a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileName {
    /// What stands in it.
    pub content: Content,
    /// Its place among those of its level, from 0.
    pub index: u64,
    /// How many hashes or entries it holds: 1 to [`WIDTH`].
    pub width: u16,
}

impl TileName {
    /// Reads a path as [`TileName`] writes it, for example `tile/0/x001/067.p/12`; `None` for anything else.
    pub fn parse(path: &str) -> Option<Self> {
        if path.len() > LONGEST_PATH {
            return None;
        }
        let rest = path.strip_prefix("tile/")?;
        let (content, rest) = rest.split_once('/')?;
        let content = match content {
            "entries" => Content::Entries,
            level => Content::Hashes(level.parse().ok().filter(|level| *level < LEVELS)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let mut index = 0_u64;
        for part in number.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let name = TileName { content, index, width };
        // Whatever is spelled otherwise, with a plus or a zero too many, is not a path.
        (name.to_string() == path).then_some(name)
    }

    /// Whether it is full, and so will never change.
    pub fn is_full(self) -> bool {
        self.width == WIDTH
    }

    /// The name of a tile of hashes.
    pub fn of_hashes(tile: &Tile) -> Self {
        let width = u16::try_from(tile.width()).unwrap_or(WIDTH);
        TileName { content: Content::Hashes(tile.level()), index: tile.level_index(), width }
    }
}

impl fmt::Display for TileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Entries => out.write_str("tile/entries/")?,
            Content::Hashes(level) => write!(out, "tile/{level}/")?,
        }
        let mut unit = 1_u64;
        while self.index / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(out, "x{:03}/", self.index / unit % 1000)?;
            unit /= 1000;
        }
        write!(out, "{:03}", self.index % 1000)?;
        match self.width {
            WIDTH => Ok(()),
            width => write!(out, ".p/{width}"),
        }
    }
}

/// The entries in the bytes of a tile; `None` where they end in the middle of one.
pub fn read_entries(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

/// The hashes in the bytes of a tile; `None` where they end in the middle of one.
pub fn read_hashes(bytes: &[u8]) -> Option<Vec<tlog_tiles::Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_SIZE>();
    rest.is_empty().then(|| hashes.iter().copied().map(tlog_tiles::Hash).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_tile() {
        let hashes = |level, index, width| TileName { content: Content::Hashes(level), index, width };
        let entries = |index, width| TileName { content: Content::Entries, index, width };
        for (path, tile) in [
            ("tile/0/000", Some(hashes(0, 0, 256))),
            ("tile/0/273.p/112", Some(hashes(0, 273, 112))),
            ("tile/1/001.p/17", Some(hashes(1, 1, 17))),
            ("tile/5/x001/x234/067", Some(hashes(5, 1_234_067, 256))),
            ("tile/0/x018/x446/x744/x073/x709/x551/615.p/255", Some(hashes(0, u64::MAX, 255))),
            ("tile/entries/x001/000.p/1", Some(entries(1000, 1))),
            ("tile/0/x018/x446/x744/x073/x709/x551/616", None),
            ("tile/7/000", Some(hashes(7, 0, 256))),
            ("tile/8/000", None),
            ("tile/64/000", None),
            ("tile/00/000", None),
            ("tile/+1/000", None),
            ("tile/-1/000", None),
            ("tile/0/0", None),
            ("tile/0/0000", None),
            ("tile/0/x000/001", None),
            ("tile/0/001/001", None),
            ("tile/0/x001/x001", None),
            ("tile/0/x001", None),
            ("tile/0/+01", None),
            ("tile/0/000.p/0", None),
            ("tile/0/000.p/256", None),
            ("tile/0/000.p/01", None),
            ("tile/0/000.p/+1", None),
            ("tile/0/000.p/", None),
            ("tile/0/000.p/1/", None),
            ("tile/0/000.p/1.p/1", None),
            ("tile/0/.p/1", None),
            ("tile/0/", None),
            ("tile/0", None),
            ("tile/data/000", None),
            ("tile/entries/../000", None),
            ("tile/0/٠٠٠", None),
            ("/tile/0/000", None),
            ("", None),
        ] {
            assert_eq!(TileName::parse(path), tile, "{path}");
            if let Some(tile) = tile {
                assert_eq!(tile.to_string(), path);
            }
        }
        assert_eq!(TileName::parse(&format!("tile/0/{}000", "x001/".repeat(1000))), None);
    }

    #[test]
    fn entries_have_their_lengths_before_them() {
        let bytes = b"\0\x02ab\0\0\0\x01c";
        assert_eq!(read_entries(bytes), Some(vec![&b"ab"[..], b"", b"c"]));
        for cut in [1, 3, 5, 7, 8] {
            assert_eq!(read_entries(&bytes[..cut]), None, "{cut}");
        }
        assert_eq!(read_hashes(&[7; 64]).map(|hashes| hashes.len()), Some(2));
        assert!(read_hashes(&[7; 63]).is_none());
    }
}
