//! The outbox: one entry of `localStorage` a decision, so that two tabs never overwrite one another's.

use crate::js;
use gloo_storage::{LocalStorage, Storage};
use placet_model::record::{Chain, Outgoing};
use wasm_bindgen::JsValue;

const PREFIX: &str = "placet.outbox.";
const CHAIN: &str = "placet.chain";

/// What waits, in no order.
pub(crate) fn items() -> Vec<Outgoing> {
    let storage = LocalStorage::raw();
    (0..storage.length().unwrap_or(0))
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter(|key| key.starts_with(PREFIX))
        .filter_map(|key| js::parse(&storage.get_item(&key).ok().flatten()?))
        .collect()
}

/// Writes an item back.
///
/// # Errors
/// The storage is full. Nothing is lost: what was there stays, and is signed or sent anew.
pub(crate) fn keep(item: &Outgoing) -> Result<(), JsValue> {
    LocalStorage::raw().set_item(&key(&item.decision.id), &js::text(item))
}

/// Takes an item out: the endpoint has answered for good.
pub(crate) fn remove(id: &str) {
    let _ = LocalStorage::raw().remove_item(&key(id));
}

fn key(id: &str) -> String {
    [PREFIX, id].concat()
}

/// The chain of a device; a new one where nothing is known of it.
pub(crate) fn chain(device: &str) -> Chain {
    stored_chain()
        .filter(|chain| chain.device == device)
        .unwrap_or_else(|| Chain { device: device.to_owned(), ..Chain::default() })
}

/// Remembers the end of the chain.
pub(crate) fn keep_chain(chain: &Chain) {
    let _ = LocalStorage::raw().set_item(CHAIN, &js::text(chain));
}

/// Remembers whether the endpoint knows the device's key, so that receipts need not carry it.
pub(crate) fn key_is_known(known: bool) {
    if let Some(chain) = stored_chain().filter(|chain| chain.known != known) {
        keep_chain(&Chain { known, ..chain });
    }
}

fn stored_chain() -> Option<Chain> {
    js::parse(&LocalStorage::raw().get_item(CHAIN).ok().flatten()?)
}
