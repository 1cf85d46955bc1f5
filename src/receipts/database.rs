//! The device's database, IndexedDB `placet`: the key, the receipts, the notices that they name.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbRequest, IdbTransactionMode};

/// The device key, under `device`.
pub(crate) const KEYS: &str = "keys";
/// Receipts by id.
pub(crate) const RECEIPTS: &str = "receipts";
/// Notice snapshots by hash, as exact text.
pub(crate) const NOTICES: &str = "notices";

/// The open database.
pub(crate) struct Database(IdbDatabase);

impl Drop for Database {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Database {
    /// Opens the database, and makes its stores the first time.
    pub(crate) async fn open() -> Result<Self, JsValue> {
        let factory = web_sys::window().and_then(|window| window.indexed_db().ok().flatten()).ok_or("no IndexedDB")?;
        let request = factory.open_with_u32("placet", 1)?;
        let opening = request.clone();
        let upgrade = Closure::once_into_js(move || {
            if let Ok(database) = opening.result().map(JsCast::unchecked_into::<IdbDatabase>) {
                for store in [KEYS, RECEIPTS, NOTICES] {
                    let _ = database.create_object_store(store);
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        Ok(Database(finish(&request).await?.unchecked_into()))
    }

    /// The value under `key`; `undefined` where there is none.
    pub(crate) async fn get(&self, store: &str, key: &str) -> Result<JsValue, JsValue> {
        let transaction = self.0.transaction_with_str(store)?;
        let request = transaction.object_store(store)?.get(&key.into())?;
        finish(&request).await
    }

    /// All values of a store.
    pub(crate) async fn all(&self, store: &str) -> Result<Vec<JsValue>, JsValue> {
        let transaction = self.0.transaction_with_str(store)?;
        let request = transaction.object_store(store)?.get_all()?;
        let values = finish(&request).await?;
        Ok(Array::from(&values).to_vec())
    }

    /// Puts a value under `key`; done when the transaction is.
    pub(crate) async fn put(&self, store: &str, key: &str, value: &JsValue) -> Result<(), JsValue> {
        let transaction = self.0.transaction_with_str_and_mode(store, IdbTransactionMode::Readwrite)?;
        transaction.object_store(store)?.put_with_key(value, &key.into())?;
        let done = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
            transaction.set_onerror(Some(&reject));
        });
        JsFuture::from(done).await.map(drop)
    }
}

/// Waits for a request; its handlers are the promise's own functions.
async fn finish(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let done = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(done).await?;
    request.result()
}
