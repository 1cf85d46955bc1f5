//! The master key: 32 random bytes that lie outside the database and wrap the data keys.
//!
//! It comes from a file that the server alone may read ([`crate::secret_file`]), or from the environment variable [`VARIABLE`].

use super::data_key::{DataKey, WrappedKey};
use super::{FORM, KEY, NONCE, Place, SealError, random};
use crate::hex::hex;
use crate::secret_file::{self, SecretFileError};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// The environment variable that may hold the master key.
pub const VARIABLE: &str = "PLACET_MASTER_KEY";

/// What a master key's text begins with, so that tools which look for lost secrets know one.
const PREFIX: &str = "placet-master-1:";

/// A master key.
pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY]>,
    cipher: Aes256Gcm,
    name: String,
}

/// Why a file holds no master key that can be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterFileError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// There is none.
    #[error("there is no file {0}")]
    Missing(String),
    /// What it holds.
    #[error(transparent)]
    Key(#[from] SealError),
}

impl MasterFileError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            MasterFileError::File(error) => error.help(),
            MasterFileError::Missing(path) => format!("Make one: placet keys master --out {path}"),
            MasterFileError::Key(_) => "Name the file that `placet keys master` made.".into(),
        }
    }
}

impl MasterKey {
    /// A new key, drawn at random.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn new() -> Result<Self, SealError> {
        Ok(MasterKey::from_bytes(Zeroizing::new(random()?)))
    }

    fn from_bytes(bytes: Zeroizing<[u8; KEY]>) -> Self {
        let digest = Sha256::new().chain_update("placet master key\n").chain_update(bytes.as_slice()).finalize();
        let cipher = Aes256Gcm::new((&*bytes).into());
        MasterKey { bytes, cipher, name: hex(&digest[..4]) }
    }

    /// Reads a key from its text; `source` says where the text comes from.
    ///
    /// # Errors
    /// [`SealError::NoMaster`].
    pub fn from_text(text: &str, source: &str) -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; KEY]);
        let encoded = text.trim().strip_prefix(PREFIX);
        let decoded = encoded.and_then(|encoded| Base64UrlUnpadded::decode(encoded, &mut *bytes).ok());
        match decoded {
            Some(decoded) if decoded.len() == KEY => Ok(MasterKey::from_bytes(bytes)),
            _ => Err(SealError::NoMaster(source.to_owned())),
        }
    }

    /// The key's text, as files and the environment hold it.
    pub fn to_text(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(&*self.bytes));
        Zeroizing::new([PREFIX, &encoded, "\n"].concat())
    }

    /// Reads the key from a file that its owner alone may read.
    ///
    /// # Errors
    /// [`MasterFileError`].
    pub fn read(path: &Path) -> Result<Self, MasterFileError> {
        let text = secret_file::read(path)?.ok_or_else(|| MasterFileError::Missing(path.display().to_string()))?;
        Ok(MasterKey::from_text(&text, &path.display().to_string())?)
    }

    /// Writes the key to a new file that its owner alone may read.
    ///
    /// # Errors
    /// [`SecretFileError`].
    pub fn write(&self, path: &Path) -> Result<(), SecretFileError> {
        secret_file::create(path, &self.to_text())
    }

    /// Its name: eight hexadecimal digits that tell it from others and nothing of itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Wraps a data key into how it lies in the database.
    pub(super) fn wrap(&self, key: &[u8; KEY], into: &mut WrappedKey) -> Result<(), SealError> {
        let nonce: [u8; NONCE] = random()?;
        let row = into.row();
        let payload = Payload { msg: key, aad: &place(&row).covered(into.id.bytes()) };
        let sealed = self.cipher.encrypt(&nonce.into(), payload).map_err(|_| SealError::Form(into.id.to_string()))?;
        into.master = self.name.clone();
        into.wrapped = [&[FORM][..], &nonce, &sealed].concat();
        Ok(())
    }

    /// Unwraps a data key.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn unwrap(&self, wrapped: &WrappedKey) -> Result<DataKey, SealError> {
        if wrapped.master != self.name {
            let (key, found, ours) = (wrapped.id.to_string(), wrapped.master.clone(), self.name.clone());
            return Err(SealError::OtherMaster { key, found, ours });
        }
        let row = wrapped.row();
        let place = place(&row);
        let (form, rest) = wrapped.wrapped.split_first().ok_or_else(|| SealError::Form(place.to_string()))?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(|| SealError::Form(place.to_string()))?;
        if *form != FORM {
            return Err(SealError::Form(place.to_string()));
        }
        let payload = Payload { msg: sealed, aad: &place.covered(wrapped.id.bytes()) };
        let opened = self.cipher.decrypt(&(*nonce).into(), payload).map(Zeroizing::new);
        let opened = opened.map_err(|_| SealError::Broken(place.to_string()))?;
        let bytes = <[u8; KEY]>::try_from(&opened[..]).map_err(|_| SealError::Form(place.to_string()))?;
        Ok(DataKey::from_bytes(wrapped.id, Zeroizing::new(bytes)))
    }

    /// The same data key as another master key wraps it.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn rewrap(&self, wrapped: &WrappedKey, new: &MasterKey) -> Result<WrappedKey, SealError> {
        let key = self.unwrap(wrapped)?;
        let mut again = wrapped.clone();
        new.wrap(key.bytes(), &mut again)?;
        Ok(again)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MasterKey({})", self.name)
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "data_keys", column: "wrapped", row }
}
