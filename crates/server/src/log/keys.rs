//! The key that signs a log's checkpoints: a file that only the server's user may read.
//!
//! The file holds one line, `PRIVATE+KEY+<name>+<id>+<key>`, as other tools for signed notes write it. What others need to
//! verify is the verifier key, `<name>+<id>+<key>`; all that were ever used stay in the database and are served.
//!
//! **Invariant:** a key that others on this machine may read is not used.
//! **Invariant:** a private key is never shown: not on the console, not in a log line, not in a `Debug` text.

use crate::secret_file::{self, SecretFileError};
use base64ct::{Base64, Encoding};
use ed25519_dalek::SigningKey;
use signed_note::{StandardSigner, is_key_name_valid, key_id};
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The algorithm byte of Ed25519 in signed notes.
const ED25519: u8 = 1;

/// The key of a log.
pub struct LogKey {
    signer: StandardSigner,
    name: String,
    verifier: String,
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is none.
    #[error("there is no key at {}", .0.display())]
    Missing(PathBuf),
    /// It holds something else.
    #[error("{} holds no key of a log", .0.display())]
    Malformed(PathBuf),
    /// It is the key of another site.
    #[error("{} holds the key of {found}, the config is for {expected}", .path.display())]
    OtherSite {
        /// The file.
        path: PathBuf,
        /// Whose key it is.
        found: String,
        /// Whose it has to be.
        expected: String,
    },
    /// A site has a name that keys cannot have.
    #[error("{0:?} cannot be the name of a key: it is empty, or has spaces or a plus sign in it")]
    Name(String),
    /// The file cannot be read or written, or others may read it.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl KeyError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            KeyError::Missing(_) => {
                "Make one with `placet keys new --site SITE --out FILE`, or check the path of --log-key."
            }
            KeyError::File(SecretFileError::Open { .. }) => {
                "Take the rights of others away: chmod 600 FILE. If somebody may have read it, make a new one with `placet keys rotate`."
            }
            KeyError::Malformed(_) => "Check the path of --log-key. A key has one line that begins with PRIVATE+KEY+.",
            KeyError::OtherSite { .. } => "Name the key of this site with --log-key, or check \"site\" in the config.",
            KeyError::Name(_) => "Check \"site\" in the config: it is a host name.",
            KeyError::File(SecretFileError::Exists(_)) => {
                "Choose another file: a key that is in use is never written over."
            }
            KeyError::File(_) => "Check the path, and that this user may read and write there.",
            KeyError::Random(_) => "Try again; early after a start the system may not be ready.",
        }
    }
}

impl LogKey {
    /// Makes a key for a site and writes it to a new file that only this user may read.
    ///
    /// # Errors
    /// [`KeyError`]; a file that is there already is left as it is.
    pub fn make(site: &str, path: &Path) -> Result<Self, KeyError> {
        secret_file::create(path, &Self::draw(site)?)?;
        Self::read(site, path)
    }

    /// Makes a key in the place of the one in a file; the file is replaced whole.
    ///
    /// # Errors
    /// [`KeyError`]; then the old key stays.
    pub fn replace(site: &str, path: &Path) -> Result<Self, KeyError> {
        Self::read(site, path)?;
        secret_file::replace(path, &Self::draw(site)?)?;
        Self::read(site, path)
    }

    /// Reads the key of a site.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(site: &str, path: &Path) -> Result<Self, KeyError> {
        let (found, secret) = Self::read_any(path)?;
        if found != site {
            return Err(KeyError::OtherSite { path: path.to_owned(), found, expected: site.to_owned() });
        }
        Self::of(site, &secret).ok_or_else(|| KeyError::Malformed(path.to_owned()))
    }

    /// Reads the key that a server made beside its database, for whichever site it serves; whether it was made just now.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn beside(site: &str, path: &Path) -> Result<(Self, bool), KeyError> {
        match Self::read_any(path) {
            Ok((_, secret)) => {
                let key = Self::of(site, &secret).ok_or_else(|| KeyError::Name(site.to_owned()))?;
                Ok((key, false))
            }
            Err(KeyError::Missing(_)) => Ok((Self::make(site, path)?, true)),
            Err(error) => Err(error),
        }
    }

    /// The name and the secret in a key's file.
    fn read_any(path: &Path) -> Result<(String, Secret), KeyError> {
        let malformed = || KeyError::Malformed(path.to_owned());
        let text = secret_file::read(path).map_err(|error| match error {
            SecretFileError::TooLong(_) | SecretFileError::NoText(_) => malformed(),
            error => error.into(),
        })?;
        let text = text.ok_or_else(|| KeyError::Missing(path.to_owned()))?;
        let line = text.trim_end();
        // What does not have the form, or whose number does not fit the rest, is refused here.
        StandardSigner::new(line).map_err(|_| malformed())?;
        let (found, secret) = parts(line).ok_or_else(malformed)?;
        Ok((found, secret))
    }

    /// The key of a site out of a name and a secret.
    fn of(site: &str, secret: &Secret) -> Option<Self> {
        let signer = StandardSigner::new(&private_text(site, secret)).ok()?;
        let public = public_bytes(secret);
        let verifier = format!("{site}+{:08x}+{}", key_id(site, &public), Base64::encode_string(&public));
        Some(LogKey { signer, name: site.to_owned(), verifier })
    }

    /// A new private key, as its file holds it.
    fn draw(site: &str) -> Result<Zeroizing<String>, KeyError> {
        if !is_key_name_valid(site) {
            return Err(KeyError::Name(site.to_owned()));
        }
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret).map_err(KeyError::Random)?;
        Ok(Zeroizing::new([private_text(site, &secret).as_str(), "\n"].concat()))
    }

    /// What signs.
    pub(super) fn signer(&self) -> &StandardSigner {
        &self.signer
    }

    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What others verify with.
    pub fn verifier(&self) -> &str {
        &self.verifier
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogKey").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

/// A private key: what goes when it is dropped.
type Secret = Zeroizing<[u8; 32]>;

/// A private key as its file holds it.
fn private_text(site: &str, secret: &Secret) -> Zeroizing<String> {
    let private = Zeroizing::new([&[ED25519], secret.as_slice()].concat());
    let private = Zeroizing::new(Base64::encode_string(&private));
    Zeroizing::new(format!("PRIVATE+KEY+{site}+{:08x}+{}", key_id(site, &public_bytes(secret)), *private))
}

/// The public key, behind the number of its algorithm.
fn public_bytes(secret: &Secret) -> Vec<u8> {
    [&[ED25519], SigningKey::from_bytes(secret).verifying_key().as_bytes().as_slice()].concat()
}

/// The name and the secret in a private key that has its form.
fn parts(line: &str) -> Option<(String, Secret)> {
    let mut parts = line.splitn(5, '+').skip(2);
    let (name, _, key) = (parts.next()?, parts.next()?, parts.next()?);
    let key = Zeroizing::new(Base64::decode_vec(key).ok()?);
    let secret: [u8; 32] = key.strip_prefix(&[ED25519])?.try_into().ok()?;
    Some((name.to_owned(), Zeroizing::new(secret)))
}
