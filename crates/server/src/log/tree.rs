//! The tree of a log in memory: its right edge, and what appending adds to it. Pure: nothing is read or written here.
//!
//! The tree is RFC 6962's over SHA-256. Only the edge is needed to append: the roots of the whole subtrees that the tree
//! consists of, and the tiles that are not full yet. All else lies in the database, as tiles.
//!
//! **Invariant:** appending the same entries to the same tree gives the same tiles and the same root, so that what was
//! written can be made again from what was read back, and compared.

use super::tiles::{Name, Stored, TILE, bytes_of, count_in, framed};
use placet_model::log::entry::ENTRY;
use placet_model::log::tile::Content;
use std::collections::{BTreeMap, HashMap};
use tlog_tiles::{
    Error, Hash, HashReader, Tile, prove_record, record_hash, stored_hash_index, stored_hashes_for_record_hash,
    sub_tree_index, tree_hash,
};

/// One entry of a log.
pub type EntryBytes = [u8; ENTRY];

/// Nodes of a tree by the number of their place (`tlog_tiles::stored_hash_index`).
#[derive(Debug, Clone, Default)]
pub struct Nodes(HashMap<u64, Hash>);

impl HashReader for Nodes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.0.get(index).copied().ok_or(Error::IndexesNotInTree)).collect()
    }
}

impl Nodes {
    /// The proof that the tree of `size` entries holds the one at `index`, where all the nodes that it takes are here.
    ///
    /// # Errors
    /// Where one is not.
    pub fn prove(&self, size: u64, index: u64) -> Result<Vec<Hash>, Error> {
        prove_record(size, index, self)
    }
}

/// A tree of some size: what it takes to append to it.
#[derive(Debug, Clone)]
pub struct Tree {
    size: u64,
    root: Hash,
    /// The roots of the whole subtrees that the tree consists of.
    roots: Nodes,
    /// The tiles that are not full: of the entries, then of the hashes by level. An empty one is left out.
    edge: BTreeMap<Content, Vec<u8>>,
}

/// What appending adds to a tree.
#[derive(Debug, Clone)]
pub struct Growth {
    /// The tree after it.
    pub tree: Tree,
    /// The tiles that are new or have grown, whole.
    pub tiles: Vec<Stored>,
    /// The nodes that prove each new entry in the tree after it.
    pub nodes: Nodes,
}

impl Default for Tree {
    fn default() -> Self {
        Tree { size: 0, root: tlog_tiles::EMPTY_HASH, roots: Nodes::default(), edge: BTreeMap::new() }
    }
}

impl Tree {
    /// The tiles of the edge of a tree of `size` entries.
    pub fn edge_of(size: u64) -> Vec<Name> {
        let entries = (!size.is_multiple_of(TILE)).then_some(Name { content: Content::Entries, place: size / TILE });
        let hashes = (0..8_u8)
            .map(|level| (level, size >> (8 * u32::from(level))))
            .filter(|(_, count)| !count.is_multiple_of(TILE));
        let hashes = hashes.map(|(level, count)| Name { content: Content::Hashes(level), place: count / TILE });
        entries.into_iter().chain(hashes).collect()
    }

    /// The tree of `size` entries whose edge was read back; `read` holds [`Self::edge_of`], each perhaps grown since.
    ///
    /// # Errors
    /// Where a tile is missing or too short.
    pub fn read(size: u64, read: &[Stored]) -> Result<Self, Error> {
        let mut edge = BTreeMap::new();
        for name in Self::edge_of(size) {
            let found = read.iter().find(|tile| tile.name == name).ok_or(Error::InvalidTile)?;
            let width = name.width_in(size);
            let bytes = bytes_of(name.content, width).and_then(|bytes| found.bytes.get(..bytes));
            edge.insert(name.content, bytes.ok_or(Error::InvalidTile)?.to_vec());
        }
        let mut roots = Nodes::default();
        for index in sub_tree_index(0, size, Vec::new()) {
            let tile = Tile::from_index(8, index);
            let content = edge.get(&Content::Hashes(tile.level())).ok_or(Error::InvalidTile)?;
            roots.0.insert(index, tile.hash_at_index(content, index)?);
        }
        let root = tree_hash(size, &roots)?;
        Ok(Tree { size, root, roots, edge })
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its root: one hash that stands for all entries in their order (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The tree with `entries` behind its own.
    ///
    /// # Errors
    /// Never for a tree that was made here; the library behind it can fail.
    pub fn grow(&self, entries: &[EntryBytes]) -> Result<Growth, Error> {
        let mut nodes = self.roots.clone();
        let mut edge = self.edge.clone();
        let mut full = Vec::new();
        let mut size = self.size;
        for entry in entries {
            push(&mut edge, &mut full, Content::Entries, size, &framed(entry));
            let hashes = stored_hashes_for_record_hash(size, record_hash(entry), &nodes)?;
            let first = stored_hash_index(0, size);
            for ((index, hash), height) in (first..).zip(&hashes).zip(0_u8..) {
                nodes.0.insert(index, *hash);
                if height.is_multiple_of(8) {
                    push(&mut edge, &mut full, Content::Hashes(height / 8), size >> height, &hash.0);
                }
            }
            size += 1;
        }
        let roots = sub_tree_index(0, size, Vec::new());
        let found = nodes.read_hashes(&roots)?;
        let roots = Nodes(roots.into_iter().zip(found).collect());
        let root = tree_hash(size, &roots)?;
        edge.retain(|_, bytes| !bytes.is_empty());
        let has_grown = |level: &Content| count_in(*level, size) != count_in(*level, self.size);
        let grown = edge.iter().filter(|(level, _)| has_grown(level)).map(|(level, bytes)| Stored {
            name: Name { content: *level, place: count_in(*level, size) / TILE },
            bytes: bytes.clone(),
        });
        let tiles = full.into_iter().chain(grown).collect();
        Ok(Growth { tree: Tree { size, root, roots, edge }, tiles, nodes })
    }
}

/// Puts what stands at `index` of its level behind the tile that is not full; a tile that is full now moves over.
fn push(edge: &mut BTreeMap<Content, Vec<u8>>, full: &mut Vec<Stored>, level: Content, index: u64, bytes: &[u8]) {
    let tile = edge.entry(level).or_default();
    tile.extend_from_slice(bytes);
    if index % TILE == TILE - 1 {
        let name = Name { content: level, place: index / TILE };
        full.push(Stored { name, bytes: std::mem::take(tile) });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::log::tiles::{prove, root_of, tiles_of_root, tiles_to_prove};
    use ct_merkle::InclusionProof;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    /// The root by the words of RFC 6962, section 2.1.
    fn naive(entries: &[EntryBytes]) -> Vec<u8> {
        let hash = |parts: &[&[u8]]| Sha256::digest(parts.concat()).to_vec();
        match entries {
            [] => hash(&[]),
            [one] => hash(&[&[0], one]),
            _ => {
                let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
                hash(&[&[1], &naive(left), &naive(right)])
            }
        }
    }

    fn entry(number: usize) -> EntryBytes {
        let mut entry = [1; ENTRY];
        entry[1..9].copy_from_slice(&(number as u64).to_be_bytes());
        entry
    }

    fn check(batches: &[usize], earlier: usize, asked: usize) {
        let (mut tree, mut stored) = (Tree::default(), BTreeMap::new());
        let (mut entries, mut oracle) = (Vec::new(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
        for batch in batches {
            let new: Vec<EntryBytes> = (entries.len()..entries.len() + batch).map(entry).collect();
            for entry in &new {
                oracle.push(entry.to_vec());
            }
            entries.extend(&new);
            let growth = tree.grow(&new).unwrap();
            let root = oracle.root();
            assert_eq!(growth.tree.root().0, root.as_bytes().as_slice());
            for index in entries.len() - batch..entries.len() {
                let proof = growth.nodes.prove(entries.len() as u64, index as u64).unwrap();
                let proof = InclusionProof::from_bytes(proof.iter().flat_map(|hash| hash.0).collect());
                root.verify_inclusion(&entries[index], index as u64, &proof).unwrap();
            }
            for tile in growth.tiles {
                let before: Vec<u8> = stored.insert(tile.name, tile.bytes.clone()).unwrap_or_default();
                assert!(tile.bytes.len() > before.len() && tile.bytes.starts_with(&before), "a tile grows at its end");
            }
            tree = growth.tree;
            // Nothing but the tiles is needed to go on.
            let stored: Vec<Stored> =
                stored.iter().map(|(name, bytes)| Stored { name: *name, bytes: bytes.clone() }).collect();
            tree = Tree::read(tree.size(), &stored).unwrap();
            assert_eq!(tree.root().0, root.as_bytes().as_slice());
        }
        let size = entries.len() as u64;
        assert_eq!(naive(&entries), tree.root().0);
        let named = |names: Vec<Name>| -> Vec<Stored> {
            names.into_iter().map(|name| Stored { name, bytes: stored[&name].clone() }).collect()
        };
        let earlier = (earlier % (entries.len() + 1)) as u64;
        let root = root_of(earlier, &named(tiles_of_root(earlier))).unwrap();
        assert_eq!(root.0.to_vec(), naive(&entries[..earlier as usize]), "the root of {earlier}");
        if size > 0 {
            let index = asked as u64 % size;
            let proof = prove(size, index, &named(tiles_to_prove(size, index))).unwrap();
            let proof = InclusionProof::from_bytes(proof.iter().flat_map(|hash| hash.0).collect());
            oracle.root().verify_inclusion(&entries[index as usize], index, &proof).unwrap();
        }
    }

    #[test]
    fn trees_of_few_entries_and_of_more_than_a_tile() {
        for batches in
            [&[][..], &[1], &[1, 1, 1], &[2, 5], &[255, 1], &[256], &[257], &[100, 156, 256], &[511, 2], &[600]]
        {
            check(batches, 3, 1);
        }
    }

    /// Few cases in the usual run; `PROPTEST_CASES` makes them more, as `cargo xtask long` does.
    fn cases() -> ProptestConfig {
        match std::env::var_os("PROPTEST_CASES") {
            Some(_) => ProptestConfig::default(),
            None => ProptestConfig::with_cases(24),
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn the_tree_is_that_of_the_rfc(
            batches in prop::collection::vec(1..300_usize, 0..6),
            earlier in any::<u32>(),
            asked in any::<u32>(),
        ) {
            check(&batches, earlier as usize, asked as usize);
        }
    }
}
