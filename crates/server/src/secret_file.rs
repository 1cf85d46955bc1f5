//! Files that hold a secret: made for their owner alone, and refused where anybody else may read them.
//!
//! **Invariant:** a secret is never written over what is there, but where it is replaced on purpose, and never read from a file
//! that others can read too.
//! **Invariant:** a secret that was written survives a power cut, with its name: what it is needed for is written after it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most bytes that a file with a secret has; a longer one is something else.
const MOST_BYTES: u64 = 4 * 1024;

/// Why a file with a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It is there already.
    #[error("{0} is there already")]
    Exists(String),
    /// Others than its owner may read or change it.
    #[error("{path} may be read by others than its owner (its mode is {mode:o})")]
    Open {
        /// Its path.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// It is too long to hold a secret.
    #[error("{0} is too long to be a key")]
    TooLong(String),
    /// It holds something else than text.
    #[error("{0} is no text, as keys are")]
    NoText(String),
    /// The system says no.
    #[error("{path}: {error}")]
    System {
        /// Its path.
        path: String,
        /// What the system says.
        error: io::Error,
    },
}

impl SecretFileError {
    fn system(path: &Path, error: io::Error) -> Self {
        SecretFileError::System { path: path.display().to_string(), error }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            SecretFileError::Exists(_) => "Choose another file: a key that is in use is never written over.".into(),
            SecretFileError::Open { path, .. } => format!("Run: chmod 600 {path}"),
            SecretFileError::TooLong(_) | SecretFileError::NoText(_) => {
                "Name the file that was made for this key.".into()
            }
            SecretFileError::System { .. } => {
                "Check that the directory exists and that this user may read and write there.".into()
            }
        }
    }
}

/// Writes a secret to a new file that its owner alone may read, and waits until it is on disk.
///
/// # Errors
/// [`SecretFileError`].
pub fn create(path: &Path, secret: &str) -> Result<(), SecretFileError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = |mut file: File| {
        file.write_all(secret.as_bytes())?;
        file.sync_all()?;
        sync_directory(path)
    };
    match options.open(path) {
        Ok(file) => write(file).map_err(|error| {
            // Half a secret would be in the way of the next try.
            fs::remove_file(path).ok();
            SecretFileError::system(path, error)
        }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(SecretFileError::Exists(path.display().to_string()))
        }
        Err(error) => Err(SecretFileError::system(path, error)),
    }
}

/// Puts a secret in the place of the one in a file, which is replaced whole; waits until it is on disk.
///
/// # Errors
/// [`SecretFileError`]; then the old one stays.
pub fn replace(path: &Path, secret: &str) -> Result<(), SecretFileError> {
    let system = |error| SecretFileError::system(path, error);
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // What an earlier try left there was never used.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(system(error)),
        _ => {}
    }
    create(&beside, secret)?;
    fs::rename(&beside, path).and_then(|()| sync_directory(path)).map_err(system)
}

/// Sees to it that a file's name is on disk.
///
/// # Errors
/// Where the system says no.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    match cfg!(unix) {
        true => File::open(directory.unwrap_or(Path::new(".")))?.sync_all(),
        false => Ok(()),
    }
}

/// Reads a secret; none where there is no such file.
///
/// # Errors
/// [`SecretFileError`].
pub fn read(path: &Path) -> Result<Option<Zeroizing<String>>, SecretFileError> {
    read_of(path, Readers::Owner, MOST_BYTES)
}

/// Who may read a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: what only this program needs. Where the owner is root, a group too, which may not write it: so the system
    /// hands a secret to a program that runs as another user (systemd, Kubernetes with `fsGroup`).
    Owner,
    /// A group too, which may not write it: what another program makes for several, as certificates and their keys are.
    Group,
}

/// Reads a secret of `most` bytes at most, which no others than these may read; none where there is no such file.
///
/// # Errors
/// [`SecretFileError`].
pub fn read_of(path: &Path, readers: Readers, most: u64) -> Result<Option<Zeroizing<String>>, SecretFileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SecretFileError::system(path, error)),
    };
    check_mode(path, &file, readers)?;
    // As long as it can get: a string that grows leaves copies behind.
    let mut secret = Zeroizing::new(String::with_capacity(usize::try_from(most).unwrap_or(0) + 1));
    let read = (&file).take(most + 1).read_to_string(&mut secret);
    let read = read.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => SecretFileError::NoText(path.display().to_string()),
        _ => SecretFileError::system(path, error),
    })?;
    match read as u64 > most {
        true => Err(SecretFileError::TooLong(path.display().to_string())),
        false => Ok(Some(secret)),
    }
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File, readers: Readers) -> Result<(), SecretFileError> {
    let metadata = file.metadata().map_err(|error| SecretFileError::system(path, error))?;
    let mode = mode(&metadata);
    let is_handed = std::os::unix::fs::MetadataExt::uid(&metadata) == 0;
    let refused = match readers {
        Readers::Owner if !is_handed => 0o077,
        Readers::Owner | Readers::Group => 0o037,
    };
    match mode & refused {
        0 => Ok(()),
        _ => Err(SecretFileError::Open { path: path.display().to_string(), mode }),
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

/// Takes what others than its owner may do with a file away from them; whether there was anything. A file that is missing is
/// nobody's.
///
/// # Errors
/// [`SecretFileError::Open`] where only its owner could do that, and is somebody else.
#[cfg(unix)]
pub fn close(path: &Path) -> Result<bool, SecretFileError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(SecretFileError::system(path, error)),
    };
    let mode = mode(&metadata);
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    let closed: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(mode & 0o700);
    fs::set_permissions(path, closed)
        .map(|()| true)
        .map_err(|_| SecretFileError::Open { path: path.display().to_string(), mode })
}

/// Elsewhere the directory's own rights have to do.
#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File, _: Readers) -> Result<(), SecretFileError> {
    Ok(())
}

/// Elsewhere the directory's own rights have to do.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn close(_: &Path) -> Result<bool, SecretFileError> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    /// Who owns a file is root's to change: in other hands this test sees only its own files.
    #[test]
    fn what_root_owns_a_group_may_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        create(&path, "a secret").unwrap();
        let me = path.metadata().unwrap().uid();
        let owners = if me == 0 { vec![0, 65_534] } else { vec![me] };
        for owner in owners {
            chown(&path, Some(owner), None).unwrap();
            for (mode, by_root) in [(0o440, true), (0o640, true), (0o660, false), (0o444, false), (0o604, false)] {
                set_permissions(&path, Permissions::from_mode(mode)).unwrap();
                assert_eq!(read(&path).is_ok(), by_root && owner == 0, "{mode:o} of {owner}");
            }
        }
    }

    #[test]
    fn secrets_are_for_their_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        assert!(read(&path).unwrap().is_none());
        create(&path, "a secret").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path).unwrap().unwrap().as_str(), "a secret");
        assert!(matches!(create(&path, "another"), Err(SecretFileError::Exists(_))));
        assert_eq!(read(&path).unwrap().unwrap().as_str(), "a secret");
        write(directory.path().join("key.new"), "left by an earlier try").unwrap();
        replace(&path, "a newer secret").unwrap();
        assert_eq!(read(&path).unwrap().unwrap().as_str(), "a newer secret");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!directory.path().join("key.new").exists());
        // the mode, and whether it is read as a group's
        for (mode, shared) in [
            (0o400, true),
            (0o440, true),
            (0o640, true),
            (0o444, false),
            (0o604, false),
            (0o620, false),
            (0o660, false),
            (0o600, true),
        ] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_of(&path, Readers::Group, MOST_BYTES).is_ok(), shared, "{mode:o}");
        }
        for (mode, changed, closed) in [(0o644, true, 0o600), (0o777, true, 0o700), (0o600, false, 0o600)] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(close(&path).unwrap(), changed, "{mode:o}");
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, closed);
        }
        assert!(!close(&directory.path().join("nothing")).unwrap());
    }

    #[test]
    fn what_is_no_secret_is_not_read_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        write(&path, vec![b'x'; MOST_BYTES as usize + 1]).unwrap();
        set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(read(&path), Err(SecretFileError::TooLong(_))));
    }
}
