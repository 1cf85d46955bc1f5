//! From a decision in the outbox to an acknowledged receipt in the shopper's hand.
//!
//! `outbox -> sign (device key, chain) -> database -> send -> acknowledgement -> database`.
//!
//! **Invariant:** a decision leaves the outbox only when the endpoint has answered for good.
//! **Invariant:** signing happens under one lock for all tabs, so that a device has one chain.
//! **Invariant:** no key exists before the visitor has acted: it is made for the first decision.

mod database;
mod deliver;
mod device;
mod outbox;
mod sign;

use crate::js;
use crate::bridge::Bridge;
use database::{Database, RECEIPTS};
use placet_model::receipt::{ReceiptFile, State};
use placet_model::record::Stored;
use wasm_bindgen::JsValue;

pub(crate) use deliver::deliver;

/// A receipt as the center lists it.
#[derive(Clone)]
pub(crate) struct Receipt {
    /// Its id.
    pub(crate) id: String,
    /// When it was decided, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What it did.
    pub(crate) state: State,
    /// Whether it can be downloaded already.
    pub(crate) signed: bool,
    /// How far it has come.
    pub(crate) status: Status,
}

/// How far a receipt has come.
#[derive(Clone, Copy)]
pub(crate) enum Status {
    /// It waits to be signed or sent.
    Waiting,
    /// The endpoint holds it.
    Acknowledged,
    /// The endpoint will never take it.
    Refused,
}

/// The receipts of this device, the newest first: signed ones, and decisions that still wait to be signed.
pub(crate) async fn list(bridge: &Bridge) -> Vec<Receipt> {
    // Opening a database makes it: nothing is written before the visitor has acted (ePrivacy 5(3)).
    if !bridge.has_decided() {
        return Vec::new();
    }
    let mut all: Vec<Receipt> = match Database::open().await {
        Ok(database) => database.all(RECEIPTS).await.unwrap_or_default().into_iter().map(stored).collect(),
        Err(_) => Vec::new(),
    };
    for item in outbox::items(bridge) {
        let decision = item.decision;
        if !all.iter().any(|receipt| receipt.id == decision.id) {
            all.push(Receipt {
                id: decision.id,
                at: decision.at,
                state: decision.state,
                signed: false,
                status: Status::Waiting,
            });
        }
    }
    all.sort_unstable_by_key(|receipt| -receipt.at);
    all
}

fn stored(value: JsValue) -> Receipt {
    let stored: Stored = js::read(value);
    let status = match (stored.acknowledgement, stored.refusal) {
        (Some(_), _) => Status::Acknowledged,
        (None, Some(_)) => Status::Refused,
        (None, None) => Status::Waiting,
    };
    Receipt { id: stored.id, at: stored.at, state: stored.state, signed: true, status }
}

/// The receipt file of one receipt as JSON text, or `None` where it is not there.
pub(crate) async fn file(bridge: &Bridge, id: &str) -> Option<String> {
    let database = Database::open().await.ok()?;
    let stored: Stored = js::read(database.get(RECEIPTS, id).await.ok()?);
    let notice = match database.get(database::NOTICES, &stored.notice).await.ok()?.as_string() {
        Some(notice) => notice,
        // It could not be had when the receipt was signed; its name still finds it.
        None => bridge.notice_text(&stored.notice).await.ok()?,
    };
    Some(js::text(&ReceiptFile {
        placet: 1,
        receipt: stored.jws,
        jwk: stored.jwk,
        notice,
        acknowledgement: stored.acknowledgement,
    }))
}
