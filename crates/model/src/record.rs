//! What the browser remembers and what a decision is.
//!
//! **Invariant:** a record holds what the visitor decided, never what a signal or a regime
//! made of it: permission is computed anew on each page and never stored.

use crate::receipt::{Answer, ChoiceState, NoticeRef, State};
use crate::tree::Map;
use crate::data;

/// The version of the record's form.
pub const RECORD_VERSION: u32 = 1;

data! {
    /// What is stored in the browser, in `localStorage` under `placet`.
    pub struct Record {
        /// The version of this form; a record of another version counts as none.
        v: u32,
        /// The id of the decision that it comes from.
        id: String,
        /// When it was decided, in milliseconds since 1970.
        at: i64,
        /// The regime that applied.
        regime: String,
        /// What was decided for each purpose that is asked.
        choices: Map<Kept>,
        /// What was picked.
        preferences: Map<Answer>,
    }

    /// What was decided for one purpose.
    pub struct Kept {
        /// Granted or denied.
        choice: ChoiceState,
        /// The purpose's digest when it was decided.
        digest: String,
        /// Until when it holds, in milliseconds since 1970.
        until: i64,
    }

    /// What was decided, when, how, shown what: what the loader leaves in the outbox and the
    /// widget makes a receipt of.
    pub struct Decision {
        /// A random UUID (version 4), which becomes the receipt's id.
        id: String,
        /// When, in milliseconds since 1970, by the visitor's clock.
        at: i64,
        /// The visitor's offset from UTC in minutes, east positive.
        tz: i32,
        /// The regime that applied.
        regime: String,
        /// The words that were shown.
        notice: NoticeRef,
        /// What the decision did.
        state: State,
        /// How it was made, for example `banner.accept_all`.
        method: String,
        /// The page, without host, query and fragment.
        page: String,
        /// Purpose to what was decided; `always` where nothing is asked.
        choices: Map<ChoiceState>,
        /// The purposes that need separate consent.
        separate: Vec<String>,
        /// What was picked.
        preferences: Map<Answer>,
        /// Whether the browser sent Global Privacy Control.
        gpc: bool,
        /// How long the decision holds, in seconds.
        ttl: u32,
    }
}
