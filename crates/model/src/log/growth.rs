//! A tree that is built anew, entry by entry: what an auditor does with the entries of a log, to see that its tiles and its
//! checkpoint say the same.
//!
//! **Invariant:** only the unfinished tile of each level is held, so that a log of any length is built in a few KB.

use crate::log::proof::leaf_hash;
use crate::log::tile::{Content, TileName, WIDTH};
use tlog_tiles::{EMPTY_HASH, HASH_SIZE, Hash, Tile, node_hash};

/// The right edge of a tree that is being built.
#[derive(Debug, Clone, Default)]
pub struct Growth {
    size: u64,
    /// The unfinished tile of each level, the lowest first: how many full ones stand before it, and its hashes.
    levels: Vec<(u64, Vec<Hash>)>,
}

impl Growth {
    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry, and gives the tiles of hashes that are full with it, the lowest first.
    pub fn push(&mut self, entry: &[u8]) -> Vec<(TileName, Vec<u8>)> {
        self.size += 1;
        let mut full = Vec::new();
        let mut hash = leaf_hash(entry);
        for level in 0_u8.. {
            let place = usize::from(level);
            if self.levels.len() == place {
                self.levels.push((0, Vec::new()));
            }
            let (before, hashes) = &mut self.levels[place];
            hashes.push(hash);
            if hashes.len() < usize::from(WIDTH) {
                break;
            }
            let bytes = bytes_of(hashes);
            hash = Tile::subtree_hash(&bytes);
            full.push((TileName { content: Content::Hashes(level), index: *before, width: WIDTH }, bytes));
            *before += 1;
            hashes.clear();
        }
        full
    }

    /// The tiles of hashes that are not full, the lowest first.
    pub fn edge(&self) -> Vec<(TileName, Vec<u8>)> {
        let tile = |(level, (before, hashes)): (u8, &(u64, Vec<Hash>))| {
            // Fewer than 256 hashes: they were a full tile otherwise.
            let width = u16::try_from(hashes.len()).unwrap_or(WIDTH);
            (TileName { content: Content::Hashes(level), index: *before, width }, bytes_of(hashes))
        };
        (0_u8..).zip(&self.levels).filter(|(_, (_, hashes))| !hashes.is_empty()).map(tile).collect()
    }

    /// The root of the tree (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for (_, hashes) in &self.levels {
            let mut rest = hashes.as_slice();
            // The smallest subtrees stand last.
            while !rest.is_empty() {
                let (before, subtree) = rest.split_at(rest.len() - (1 << rest.len().trailing_zeros()));
                let hash = Tile::subtree_hash(&bytes_of(subtree));
                root = Some(root.map_or(hash, |right| node_hash(hash, right)));
                rest = before;
            }
        }
        root.unwrap_or(EMPTY_HASH)
    }
}

fn bytes_of(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_SIZE);
    for hash in hashes {
        bytes.extend(hash.0);
    }
    bytes
}
