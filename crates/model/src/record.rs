//! What the browser remembers, what a decision is, and what the device keeps of its receipts.
//!
//! **Invariant:** a record holds what the visitor decided, never what a signal or a regime
//! made of it: permission is computed anew on each page and never stored.

use crate::data;
use crate::receipt::{Acknowledgement, Answer, By, ChoiceState, EventType, Jwk, NoticeRef, State};
use crate::tree::{Fault, Faults, Kind, Map, Read, Tree, Write};

/// The version of the record's form.
pub const RECORD_VERSION: u32 = 2;

data! {
    /// What is stored in the browser, in `localStorage` under `placet`.
    pub struct Record {
        /// The version of this form. Version 1 knew no `notice`; a later one than ours counts as none.
        v: u32,
        /// The id of the decision that it comes from.
        id: String,
        /// When it was decided, in milliseconds since 1970.
        at: i64,
        /// The regime that applied.
        regime: String,
        /// The hash of the notice that was shown; empty where version 1 did not note it.
        notice: String = default,
        /// What was decided for each purpose that is asked.
        choices: Map<Kept>,
        /// What was picked.
        preferences: Map<Answer>,
        /// Who decided, where the config asks for the age band; none where it was not asked.
        by: Option<By>,
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
        /// Who decided.
        by: By = default,
        /// Which kind of consent.
        kind as "type": EventType = default,
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
        /// What was on the screen; none where nothing of Placet was.
        shown: Option<Seen>,
    }

    /// What was on the screen when it was decided, as the loader saw it; the receipt says it in short ([`Shown`](crate::receipt::Shown)).
    pub struct Seen {
        /// The rendered words, in order.
        words: String,
        /// The button that accepts.
        accept: Look,
        /// The button that refuses.
        reject: Look,
    }

    /// A decision on its way to the endpoint.
    pub struct Outgoing {
        /// What was decided.
        decision: Decision,
        /// The receipt, once it is signed.
        jws: Option<String>,
        /// How often sending has failed.
        tries: u32 = default,
        /// Not to be sent before this time, in milliseconds since 1970.
        after: i64 = default,
    }

    /// The end of the device's chain of receipts.
    pub struct Chain {
        /// The device's thumbprint.
        device: String,
        /// The counter of its last receipt.
        seq: u64,
        /// The hash of its last receipt.
        prev: Option<String>,
        /// Whether the endpoint has acknowledged a receipt of this key, and so knows it.
        known: bool,
    }

    /// A signed receipt as the device keeps it.
    pub struct Stored {
        /// The decision's id.
        id: String,
        /// When it was decided, in milliseconds since 1970.
        at: i64,
        /// What it did.
        state: State,
        /// What was chosen.
        choices: Map<ChoiceState>,
        /// The receipt in compact form.
        jws: String,
        /// The key that verifies it; none for an unsigned receipt.
        jwk: Option<Jwk>,
        /// The hash of the notice that was shown.
        notice: String,
        /// The endpoint's answer, once it holds the receipt.
        acknowledgement: Option<Acknowledgement>,
        /// Why the endpoint will never take it.
        refusal: Option<String>,
    }
}

/// How a button looked, as the loader saw it: a list of two numbers and two texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Its width in CSS pixels.
    pub width: u32,
    /// Its height in CSS pixels.
    pub height: u32,
    /// The colour of its words, as browsers write computed colours.
    pub ink: String,
    /// The colour behind them.
    pub ground: String,
}

impl Read for Look {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        let items = tree.items();
        let Some([width, height, ink, ground]) = items.as_deref() else {
            faults.fault(Fault::WrongKind(Kind::List, tree.kind()));
            return Self::default();
        };
        Look {
            width: Read::read(width, faults),
            height: Read::read(height, faults),
            ink: Read::read(ink, faults),
            ground: Read::read(ground, faults),
        }
    }
}

impl Write for Look {
    fn write<T: Tree>(&self) -> T {
        T::list(vec![self.width.write(), self.height.write(), self.ink.write(), self.ground.write()])
    }
}

#[cfg(feature = "native")]
impl schemars::JsonSchema for Look {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Look".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (number, text) = (generator.subschema_for::<u32>(), generator.subschema_for::<String>());
        schemars::json_schema!({
            "type": "array",
            "prefixItems": [number, number, text, text],
            "items": false,
            "minItems": 4,
        })
    }
}
