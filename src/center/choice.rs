//! A receipt of this device as the part of the loader that keeps them lists it.

#![allow(unexpected_cfgs, reason = "the macros of the model name its feature `native`, which the widget never has")]

use placet_model::receipt::{By, ChoiceState, EventType, State};
use placet_model::tree::Map;
use placet_model::{data, words};

words! {
    /// How far a receipt has come.
    pub enum Status {
        /// It waits to be signed or sent.
        Waiting = "waiting",
        /// The endpoint holds it.
        Acknowledged = "acknowledged",
        /// The endpoint will never take it.
        Refused = "refused",
    }
}

data! {
    /// One choice that was made on this device.
    pub struct Choice {
        /// The receipt's id.
        id: String,
        /// When, in milliseconds since 1970.
        at: i64,
        /// What it did.
        state: State,
        /// Which kind of consent.
        kind as "type": EventType,
        /// Who decided.
        by: By,
        /// How it was made, for example `banner.accept_all`.
        method: String,
        /// The language that was shown.
        lang: String,
        /// The version of the config that was shown.
        version: String,
        /// The hash of the notice that was shown.
        hash: String,
        /// The rules that applied.
        regime: String,
        /// What was decided.
        choices: Map<ChoiceState>,
        /// What held before; none for the first choice.
        before: Option<Map<ChoiceState>>,
        /// How far it has come.
        status: Status,
        /// Why the endpoint does not take it.
        reason: Option<String>,
    }
}
