//! A receipt of this device as the part of the loader that keeps them lists it.

use placet_model::receipt::{Answer, By, ChoiceState, EventType, State};
use placet_model::tree::{Faults, Map, Read, Tree, read_member};

/// How far a receipt has come.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Status {
    /// It waits to be signed or sent.
    #[default]
    Waiting,
    /// The endpoint holds it.
    Acknowledged,
    /// The endpoint will never take it.
    Refused,
}

impl Status {
    /// Its word, also for whoever looks from outside.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Waiting => "waiting",
            Status::Acknowledged => "acknowledged",
            Status::Refused => "refused",
        }
    }
}

impl Read for Status {
    fn read<T: Tree, F: Faults>(tree: &T, _: &mut F) -> Self {
        let word = tree.as_text().unwrap_or_default();
        let known = [Status::Acknowledged, Status::Refused].into_iter().find(|status| status.word() == word);
        known.unwrap_or_default()
    }
}

/// One choice that was made on this device.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// The receipt's id.
    pub(crate) id: String,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What it did.
    pub(crate) state: State,
    /// Which kind of consent.
    pub(crate) kind: EventType,
    /// Who decided.
    pub(crate) by: By,
    /// How it was made, for example `banner.accept_all`.
    pub(crate) method: String,
    /// The language that was shown.
    pub(crate) lang: String,
    /// The version of the config that was shown.
    pub(crate) version: String,
    /// The hash of the notice that was shown.
    pub(crate) hash: String,
    /// The rules that applied.
    pub(crate) regime: String,
    /// What was decided.
    pub(crate) choices: Map<ChoiceState>,
    /// What was picked.
    pub(crate) preferences: Map<Answer>,
    /// How far it has come.
    pub(crate) status: Status,
    /// Why the endpoint does not take it.
    pub(crate) reason: Option<String>,
    /// Where the notice that was shown stands on a page of its own; whoever lists the choices knows it.
    pub(crate) page: String,
}

impl Read for Choice {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        Choice {
            id: read_member(tree, "id", false, faults),
            at: read_member(tree, "at", false, faults),
            state: read_member(tree, "state", false, faults),
            kind: read_member(tree, "type", false, faults),
            by: read_member(tree, "by", false, faults),
            method: read_member(tree, "method", false, faults),
            lang: read_member(tree, "lang", false, faults),
            version: read_member(tree, "version", false, faults),
            hash: read_member(tree, "hash", false, faults),
            regime: read_member(tree, "regime", false, faults),
            choices: read_member(tree, "choices", false, faults),
            preferences: read_member(tree, "preferences", false, faults),
            status: read_member(tree, "status", false, faults),
            reason: read_member(tree, "reason", false, faults),
            page: String::new(),
        }
    }
}
