//! The lock beside SQLite: a file, `<database>.lock`.
//!
//! It has two halves, written in turn, each with a counter and a hash: a crash in the middle of a write leaves the other half.
//! One write and one sync of a file that keeps its size is the least that a disk can do for us.
//!
//! **Invariant:** the half that is read is never the one that is written next.

use super::{Checkpoints, LockError, MOVED};
use crate::secret_file::sync_directory;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The bytes of one half. A checkpoint has some 250, and a log is begun each year.
const HALF: usize = 32 * 1024;
/// A half begins with its hash, its counter and the length of what follows.
const HEAD: usize = 32 + 8 + 4;

/// A file that holds the lock.
#[derive(Debug)]
pub struct FileLock {
    file: File,
    path: PathBuf,
    counter: u64,
    held: Checkpoints,
    moved: Option<String>,
}

impl FileLock {
    /// Takes the lock in a file; the file is made where it is missing.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let cannot = |error: io::Error| LockError::Unusable { place: told(path), error: error.to_string() };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(cannot)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => LockError::Taken(told(path)),
            TryLockError::Error(error) => cannot(error),
        })?;
        let mut lock = FileLock { file, path: path.to_owned(), counter: 0, held: Checkpoints::new(), moved: None };
        if lock.is_blank().map_err(cannot)? {
            lock.file.set_len(2 * HALF as u64).map_err(cannot)?;
            lock.write(Checkpoints::new(), None).map_err(cannot)?;
            lock.file.sync_all().map_err(cannot)?;
            sync_directory(path).map_err(cannot)?;
        }
        lock.reread()?;
        Ok(lock)
    }

    /// All checkpoints that stand in it.
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.held
    }

    /// Where its database was moved to.
    pub fn moved(&self) -> Option<&str> {
        self.moved.as_deref()
    }

    /// Says where its database was moved to, or that it was not. It is on disk when this returns.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn mark(&mut self, moved: Option<String>) -> Result<(), LockError> {
        self.reread()?;
        self.keep(self.held.clone(), moved)
    }

    /// Puts a log's checkpoint in the place of `old`. It is on disk when this returns.
    ///
    /// # Errors
    /// [`LockError::Moved`] where another one than `old` stands there; others where it cannot be written: whether it was is
    /// then not known, and [`Self::reread`] tells.
    pub fn swap(&mut self, origin: &str, old: Option<&str>, new: &str) -> Result<(), LockError> {
        self.reread()?;
        if self.held.get(origin).map(String::as_str) != old {
            return Err(LockError::Moved { place: told(&self.path), origin: origin.to_owned() });
        }
        let mut next = self.held.clone();
        next.insert(origin.to_owned(), new.to_owned());
        self.keep(next, self.moved.clone())
    }

    fn keep(&mut self, next: Checkpoints, moved: Option<String>) -> Result<(), LockError> {
        self.write(next, moved).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => LockError::Full(told(&self.path)),
            _ => LockError::Unusable { place: told(&self.path), error: error.to_string() },
        })
    }

    /// Reads what stands on disk.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn reread(&mut self) -> Result<(), LockError> {
        let cannot = |error: io::Error| LockError::Unusable { place: told(&self.path), error: error.to_string() };
        let halves = [self.bytes_of(0).map_err(cannot)?, self.bytes_of(1).map_err(cannot)?];
        let newest = halves.iter().filter_map(|half| parse(half)).max_by_key(|(counter, _)| *counter);
        let (counter, mut held) = newest.ok_or_else(|| LockError::Damaged(told(&self.path)))?;
        self.counter = counter;
        self.moved = held.remove(MOVED);
        self.held = held;
        Ok(())
    }

    /// Whether nothing was ever written to it.
    fn is_blank(&self) -> io::Result<bool> {
        let zeros = |bytes: Vec<u8>| bytes.iter().all(|byte| *byte == 0);
        Ok(zeros(self.bytes_of(0)?) && zeros(self.bytes_of(1)?))
    }

    fn bytes_of(&self, half: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; HALF];
        let mut length = 0;
        while length < HALF {
            match read_at(&self.file, &mut bytes[length..], half * HALF as u64 + length as u64)? {
                0 => break,
                read => length += read,
            }
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    /// Writes the half that is older.
    fn write(&mut self, next: Checkpoints, moved: Option<String>) -> io::Result<()> {
        let counter = self.counter.saturating_add(1);
        let mut all = next.clone();
        all.extend(moved.clone().map(|moved| (MOVED.to_owned(), moved)));
        let text = serde_json::to_vec(&all)?;
        if HEAD + text.len() > HALF {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let bytes = [&counter.to_be_bytes()[..], &length.to_be_bytes(), &text].concat();
        let bytes = [Sha256::digest(&bytes).as_slice(), &bytes].concat();
        write_at(&self.file, &bytes, counter % 2 * HALF as u64)?;
        self.file.sync_data()?;
        self.counter = counter;
        self.held = next;
        self.moved = moved;
        Ok(())
    }
}

fn told(path: &Path) -> String {
    path.display().to_string()
}

/// The counter and the checkpoints of a half, where it is whole.
fn parse(bytes: &[u8]) -> Option<(u64, Checkpoints)> {
    let (hash, rest) = bytes.split_first_chunk::<32>()?;
    let length = u32::from_be_bytes(*rest.get(8..)?.first_chunk::<4>()?);
    let covered = rest.get(..usize::try_from(length).ok()?.checked_add(12)?)?;
    if Sha256::digest(covered).as_slice() != hash {
        return None;
    }
    let (counter, text) = (covered.first_chunk::<8>()?, covered.get(12..)?);
    Some((u64::from_be_bytes(*counter), serde_json::from_slice(text).ok()?))
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, place)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, place)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], place: u64) -> io::Result<usize> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(place))?;
    file.read(bytes)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], place: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(place))?;
    file.write_all(bytes)
}
