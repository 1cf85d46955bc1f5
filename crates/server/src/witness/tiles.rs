//! The hashes of a log's tree, out of the tiles that it publishes.
//!
//! **Invariant:** the hashes that come from here are the log's word. They serve to make a proof, and the proof is checked
//! against a root: a wrong hash makes a proof that does not hold. (The library's own reader of tiles, which is to check each
//! tile against the root, leaves some out where several subtrees of the edge share a tile.)

use super::source::{Source, Unread};
use placet_model::log::tile::{HEIGHT, TileName, WIDTH};
use std::cell::RefCell;
use std::collections::HashMap;
use tlog_tiles::{Error, HASH_SIZE, Hash, HashReader, Tile};

/// Reads the bytes of a tile, each of its parts `part` bytes long. Where a part-filled tile is gone because it has filled up
/// meanwhile, the full one begins with it.
///
/// # Errors
/// Where neither can be read.
pub fn read_tile(source: &Source, year: &str, name: TileName, part: usize) -> Result<Vec<u8>, Unread> {
    let most = usize::from(WIDTH) * part;
    let path = |name: TileName| format!("{year}/{name}");
    if let Some(bytes) = source.read(&path(name), most as u64)? {
        return Ok(bytes);
    }
    let full = TileName { width: WIDTH, ..name };
    match source.read(&path(full), most as u64)? {
        Some(mut bytes) if !name.is_full() => {
            bytes.truncate(usize::from(name.width) * part);
            Ok(bytes)
        }
        _ => Err(Unread(format!("{} is not there", source.address(&path(name))))),
    }
}

/// Makes a proof out of the tiles of a log with this many entries.
///
/// # Errors
/// Outside where a tile cannot be read; inside where the tiles do not hold what they should.
pub fn prove<V>(
    source: &Source,
    year: &str,
    size: u64,
    make: impl FnOnce(&Tiles<'_>) -> Result<V, Error>,
) -> Result<Result<V, Error>, Unread> {
    let tiles = Tiles { source, year, size, read: RefCell::default(), unread: RefCell::default() };
    let made = make(&tiles);
    match tiles.unread.into_inner() {
        Some(unread) => Err(unread),
        None => Ok(made),
    }
}

/// The tiles of a log with a certain number of entries.
pub struct Tiles<'a> {
    source: &'a Source,
    year: &'a str,
    size: u64,
    read: RefCell<HashMap<Tile, Vec<u8>>>,
    /// Why a tile could not be read: the library's errors have no room for it.
    unread: RefCell<Option<Unread>>,
}

impl HashReader for Tiles<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.hash(*index)).collect()
    }
}

impl Tiles<'_> {
    fn hash(&self, index: u64) -> Result<Hash, Error> {
        let tile = Tile::from_index(HEIGHT, index).parent(0, self.size).ok_or(Error::IndexesNotInTree)?;
        if let Some(bytes) = self.read.borrow().get(&tile) {
            return tile.hash_at_index(bytes, index);
        }
        let bytes = read_tile(self.source, self.year, TileName::of_hashes(&tile), HASH_SIZE).map_err(|unread| {
            self.unread.replace(Some(unread));
            Error::InvalidTile
        })?;
        let hash = tile.hash_at_index(&bytes, index);
        self.read.borrow_mut().insert(tile, bytes);
        hash
    }
}
