//! The outbox: one entry a decision, so that two tabs never overwrite one another's.
//!
//! It lies in the loader's storage, which stands in for `localStorage` where that is blocked.

use crate::js;
use crate::bridge::Bridge;
use placet_model::record::{Chain, Outgoing};

const CHAIN: &str = "placet.chain";

/// Before a decision's id; the loader writes under it first.
const OUTBOX: &str = "placet.outbox.";

/// What waits, in no order.
pub(crate) fn items(bridge: &Bridge) -> Vec<Outgoing> {
    js::read(bridge.waiting())
}

/// Writes an item back.
pub(crate) fn keep(bridge: &Bridge, item: &Outgoing) {
    bridge.write(&key(&item.decision.id), &js::write(item));
}

/// Takes an item out: the endpoint has answered for good.
pub(crate) fn remove(bridge: &Bridge, id: &str) {
    bridge.remove(&key(id));
}

fn key(id: &str) -> String {
    [OUTBOX, id].concat()
}

/// The chain of a device; a new one where nothing is known of it.
pub(crate) fn chain(bridge: &Bridge, device: &str) -> Chain {
    let chain: Chain = js::read(bridge.read(CHAIN));
    if chain.device == device { chain } else { Chain { device: device.to_owned(), ..Chain::default() } }
}

/// Remembers the end of the chain.
pub(crate) fn keep_chain(bridge: &Bridge, chain: &Chain) {
    bridge.write(CHAIN, &js::write(chain));
}

/// Remembers whether the endpoint knows the device's key, so that receipts need not carry it.
pub(crate) fn key_is_known(bridge: &Bridge, known: bool) {
    let chain: Chain = js::read(bridge.read(CHAIN));
    if chain.seq > 0 && chain.known != known {
        keep_chain(bridge, &Chain { known, ..chain });
    }
}
