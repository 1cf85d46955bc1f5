//! Data keys: what seals and opens, and makes the tags by which something sealed is found.
//!
//! Something sealed is a byte that says how, the key's name, the nonce, the ciphertext and its tag.

use super::{FORM, KEY, MasterKey, NONCE, Place, SealError, random};
use crate::hex::hex;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The name of a data key: random, so that a key of the same month that comes after a deleted one has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// From its text; none where it is no name of a key.
    pub fn from_text(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut id = [0; 8];
        if digits.len() != 2 * id.len() || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        for (byte, pair) in id.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(KeyId(id))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

/// A data key as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its name.
    pub id: KeyId,
    /// The site whose receipts it seals.
    pub site: String,
    /// What it is for: a month such as `2026-03`, or [`SEARCH`].
    pub scope: String,
    /// The name of the master key that wrapped it.
    pub master: String,
    /// The key, sealed by the master key.
    pub wrapped: Vec<u8>,
}

/// The scope of the key that makes tags to search by. It lives as long as the database.
pub const SEARCH: &str = "search";

impl WrappedKey {
    /// The place that the wrapping is bound to.
    pub(super) fn row(&self) -> String {
        [&self.site, "\n", &self.scope].concat()
    }
}

/// A data key, ready for use.
pub struct DataKey {
    id: KeyId,
    bytes: Zeroizing<[u8; KEY]>,
    cipher: Aes256Gcm,
}

impl DataKey {
    /// A new key, drawn at random, and how it lies in the database.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn new(site: &str, scope: &str, master: &MasterKey) -> Result<(Self, WrappedKey), SealError> {
        let key = DataKey::from_bytes(KeyId(random()?), Zeroizing::new(random()?));
        let mut wrapped = WrappedKey {
            id: key.id,
            site: site.to_owned(),
            scope: scope.to_owned(),
            master: String::new(),
            wrapped: Vec::new(),
        };
        master.wrap(&key.bytes, &mut wrapped)?;
        Ok((key, wrapped))
    }

    pub(super) fn from_bytes(id: KeyId, bytes: Zeroizing<[u8; KEY]>) -> Self {
        let cipher = Aes256Gcm::new((&*bytes).into());
        DataKey { id, bytes, cipher }
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.bytes
    }

    /// Seals a text for the place where it will lie.
    ///
    /// Nonces are random: under one key the chance that two are the same stays below 2^-32 for 2^32 sealings (NIST SP
    /// 800-38D, section 8.3), which is more than a site seals in a month.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn seal(&self, place: Place<'_>, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload { msg: text, aad: &place.covered(&self.id.0) };
        // Only a text of 64 GB is too long to be sealed.
        let sealed = self.cipher.encrypt(&nonce.into(), payload).map_err(|_| SealError::Form(place.to_string()))?;
        Ok([&[FORM][..], &self.id.0, &nonce, &sealed].concat())
    }

    /// Opens what this key has sealed for the place where it lies.
    ///
    /// # Errors
    /// [`SealError::Form`] or [`SealError::Broken`].
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (_, nonce, ciphertext) = take_apart(sealed).ok_or_else(|| SealError::Form(place.to_string()))?;
        let payload = Payload { msg: ciphertext, aad: &place.covered(&self.id.0) };
        self.cipher.decrypt(&nonce.into(), payload).map_err(|_| SealError::Broken(place.to_string()))
    }

    /// The tag of a word, by which rows that hold it sealed are found: HMAC-SHA256 (RFC 2104) under this key, of what the
    /// word is and the word, in base64url.
    pub fn tag(&self, what: &'static str, word: &str) -> String {
        // A key of any length is good for HMAC: this never fails.
        let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*self.bytes) else { return String::new() };
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(word.as_bytes());
        Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DataKey({})", self.id)
    }
}

/// The name of the key that sealed something.
pub fn key_of(sealed: &[u8]) -> Option<KeyId> {
    take_apart(sealed).map(|(id, ..)| id)
}

fn take_apart(sealed: &[u8]) -> Option<(KeyId, [u8; NONCE], &[u8])> {
    let (form, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (nonce, ciphertext) = rest.split_first_chunk()?;
    (*form == FORM).then_some((KeyId(*id), *nonce, ciphertext))
}
