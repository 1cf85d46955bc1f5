//! Tiles: how a log is kept in the database and handed out, after C2SP tlog-tiles.
//!
//! A tile of level 0 holds up to 256 leaf hashes, one of level 1 up to 256 roots of full tiles of level 0, and so on; a tile
//! of the entries holds up to 256 entries, each with its length in two bytes before it.
//!
//! **Invariant:** a tile only ever grows at its end: each narrower one is a beginning of it. One that is full never changes.

use super::tree::EntryBytes;
use placet_model::log::entry::ENTRY;
use placet_model::log::tile::{Content, WIDTH};
use tlog_tiles::{Error, HASH_SIZE, Hash, HashReader, Tile, prove_record};

/// How many hashes or entries a full tile holds.
pub const TILE: u64 = WIDTH as u64;
/// The bytes of an entry in a tile.
const FRAME: usize = 2 + ENTRY;

/// Which tile, however wide it is yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// What it holds.
    pub content: Content,
    /// Its place among the tiles of its level, from 0.
    pub place: u64,
}

/// A tile with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Which it is.
    pub name: Name,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Name {
    /// The tile that holds the entry at `index`.
    pub fn of_entry(index: u64) -> Self {
        Name { content: Content::Entries, place: index / TILE }
    }

    /// The number that stands for its level in the database.
    pub fn level(self) -> i64 {
        match self.content {
            Content::Entries => -1,
            Content::Hashes(level) => i64::from(level),
        }
    }

    /// Its place as the database has it.
    pub fn place_in_database(self) -> i64 {
        i64::try_from(self.place).unwrap_or(i64::MAX)
    }

    /// How many entries or hashes it holds in a log of `size` entries.
    pub fn width_in(self, size: u64) -> u64 {
        count_in(self.content, size).saturating_sub(self.place.saturating_mul(TILE)).min(TILE)
    }
}

/// How many entries or hashes of a level there are in a log of `size` entries.
pub fn count_in(content: Content, size: u64) -> u64 {
    match content {
        Content::Entries => size,
        Content::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
    }
}

/// How many bytes so many entries or hashes take.
pub fn bytes_of(content: Content, width: u64) -> Option<usize> {
    let one = match content {
        Content::Entries => FRAME,
        Content::Hashes(_) => HASH_SIZE,
    };
    usize::try_from(width).ok()?.checked_mul(one)
}

/// An entry as it stands in a tile.
pub fn framed(entry: &EntryBytes) -> Vec<u8> {
    // An entry has 33 bytes.
    [&[0, ENTRY as u8], entry.as_slice()].concat()
}

/// The entry at `place` within a tile's bytes.
pub fn entry_in(bytes: &[u8], place: u64) -> Option<EntryBytes> {
    let start = usize::try_from(place).ok()?.checked_mul(FRAME)?;
    let frame = bytes.get(start..start.checked_add(FRAME)?)?;
    match frame.split_at_checked(2)? {
        ([0, length], entry) if usize::from(*length) == ENTRY => entry.try_into().ok(),
        _ => None,
    }
}

/// The nodes of a tree, out of its tiles.
#[derive(Debug)]
pub struct TileNodes<'a>(pub &'a [Stored]);

impl HashReader for TileNodes<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let read = |index: &u64| {
            let tile = Tile::from_index(8, *index);
            let name = name_of(*index);
            let found = self.0.iter().find(|stored| stored.name == name).ok_or(Error::InvalidTile)?;
            tile.hash_at_index(&found.bytes, *index)
        };
        indexes.iter().map(read).collect()
    }
}

fn name_of(index: u64) -> Name {
    let tile = Tile::from_index(8, index);
    Name { content: Content::Hashes(tile.level()), place: tile.level_index() }
}

/// Something that is computed from a tree's nodes: which tiles it takes, without reading them.
fn tiles_for<T>(compute: impl FnOnce(&Wanted) -> Result<T, Error>) -> Vec<Name> {
    let wanted = Wanted::default();
    // It stops where it would read, and has said by then what.
    let _ = compute(&wanted);
    let mut names = wanted.0.into_inner();
    names.sort_unstable();
    names.dedup();
    names
}

#[derive(Default)]
struct Wanted(std::cell::RefCell<Vec<Name>>);

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        self.0.borrow_mut().extend(indexes.iter().map(|index| name_of(*index)));
        Err(Error::IndexesNotInTree)
    }
}

/// The tiles that it takes to prove that the tree of `size` entries holds the one at `index`.
pub fn tiles_to_prove(size: u64, index: u64) -> Vec<Name> {
    tiles_for(|nodes| prove_record(size, index, nodes))
}

/// The proof, out of these tiles.
///
/// # Errors
/// Where a tile is missing or too short, or `index` is not in the tree.
pub fn prove(size: u64, index: u64, tiles: &[Stored]) -> Result<Vec<Hash>, Error> {
    prove_record(size, index, &TileNodes(tiles))
}

/// The tiles that it takes to compute the root of the first `size` entries.
pub fn tiles_of_root(size: u64) -> Vec<Name> {
    tiles_for(|nodes| tlog_tiles::tree_hash(size, nodes))
}

/// The root of the first `size` entries, out of these tiles.
///
/// # Errors
/// Where a tile is missing or too short.
pub fn root_of(size: u64, tiles: &[Stored]) -> Result<Hash, Error> {
    tlog_tiles::tree_hash(size, &TileNodes(tiles))
}
