//! The keyring: the master key and the data keys that it has unwrapped, in memory.

use super::data_key::{DataKey, KeyId, SEARCH, WrappedKey, key_of};
use super::{MasterKey, Place, SealError};
use placet_model::receipt_file::utc;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The keys at hand.
#[derive(Debug)]
pub struct Keyring {
    master: MasterKey,
    keys: RwLock<Keys>,
}

#[derive(Debug, Default)]
struct Keys {
    by_id: HashMap<KeyId, Arc<DataKey>>,
    /// By site and scope.
    in_use: HashMap<(String, String), KeyId>,
}

impl Keyring {
    /// A keyring with no data key on it.
    pub fn new(master: MasterKey) -> Self {
        Keyring { master, keys: RwLock::default() }
    }

    /// The master key.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// Puts a data key on the ring.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn add(&self, wrapped: &WrappedKey) -> Result<Arc<DataKey>, SealError> {
        let key = Arc::new(self.master.unwrap(wrapped)?);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.by_id.insert(key.id(), key.clone());
        keys.in_use.insert((wrapped.site.clone(), wrapped.scope.clone()), key.id());
        Ok(key)
    }

    /// Takes a data key off the ring, after it was deleted.
    pub fn remove(&self, id: KeyId) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.by_id.remove(&id);
        keys.in_use.retain(|_, used| *used != id);
    }

    /// The data key of a site for a month or for searching; none where it is not on the ring yet.
    pub fn of_scope(&self, site: &str, scope: &str) -> Option<Arc<DataKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let id = keys.in_use.get(&(site.to_owned(), scope.to_owned()))?;
        keys.by_id.get(id).cloned()
    }

    /// Whether a data key is on the ring.
    pub fn has(&self, id: KeyId) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).by_id.contains_key(&id)
    }

    /// The data key that sealed something; none where it is not on the ring.
    pub fn of_sealed(&self, sealed: &[u8]) -> Option<Arc<DataKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.by_id.get(&key_of(sealed)?).cloned()
    }

    /// Opens what lies at a place.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let id = key_of(sealed).ok_or_else(|| SealError::Form(place.to_string()))?;
        match self.of_sealed(sealed) {
            Some(key) => key.open(place, sealed),
            None => Err(SealError::KeyGone { place: place.to_string(), key: id.to_string() }),
        }
    }

    /// Opens a text that lies at a place.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, SealError> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| SealError::Form(place.to_string()))
    }

    /// The tag by which the receipts of a site's reference to a person are found; none where the search key is not on the ring.
    pub fn reference_tag(&self, site: &str, reference: &str) -> Option<String> {
        self.of_scope(site, SEARCH).map(|key| key.tag("ref", reference))
    }
}

/// The scope of the data key that seals what came at this time: the month in UTC, such as `2026-03`.
pub fn month(received_at: i64) -> String {
    let mut month = utc(received_at.div_euclid(1000));
    month.truncate(7);
    month
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_utc() {
        for (time, expected) in [
            (0, "1970-01"),
            (1_772_323_199_999, "2026-02"),
            (1_772_323_200_000, "2026-03"),
            (1_774_915_200_000, "2026-03"),
            (1_775_001_600_000, "2026-04"),
        ] {
            assert_eq!(month(time), expected, "{time}");
        }
    }
}
