//! Everything that is held of one receipt, put together for those who have to answer for it: who agreed to what, when,
//! where and how, shown which words, and the proof.
//!
//! **Invariant:** what is told comes from what was signed, from the words that it names and from the server's own envelope;
//! each answer can be traced to one of the three.

use crate::json;
use crate::log::entry::Envelope;
use crate::notice::{Notice, NoticePurpose};
use crate::receipt::{Acknowledgement, ChoiceState, Claims, Jwk, LogProof, ReceiptFile};
use crate::self_service::HeldReceipt;
use crate::snapshot::hash;
use crate::tree::Read;
use crate::verify::{Refusal, claims_of};
use std::sync::Arc;

/// The words that were shown: a notice snapshot as text, and as it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// The snapshot's name, as receipts give it.
    pub hash: String,
    /// Its exact text.
    pub text: String,
    /// What it says. What a snapshot of an older form does not say is empty.
    pub notice: Notice,
}

impl Words {
    /// From the exact text of a snapshot; none where it is no JSON.
    pub fn read(text: String) -> Option<Self> {
        let tree = json::parse(&text).ok()?;
        Some(Words { hash: hash(&text), notice: Notice::read(&tree, &mut 0), text })
    }
}

/// What is held of one receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The receipt as it came, and what was noted beside it.
    pub held: HeldReceipt,
    /// What the receipt says.
    pub claims: Claims,
    /// The key of the device; none for a receipt without signature.
    pub key: Option<Jwk>,
    /// The server's envelope; none where the receipt came before envelopes were kept.
    pub envelope: Option<Envelope>,
    /// Its place in the log; none where it has none yet.
    pub log: Option<LogProof>,
    /// The words that the receipt names.
    pub words: Arc<Words>,
}

/// One purpose of a receipt, with what was shown of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covered<'a> {
    /// Its id.
    pub id: &'a str,
    /// What stands for it.
    pub choice: ChoiceState,
    /// Whether it needs separate consent, which accepting everything does not give.
    pub separate: bool,
    /// What the notice says of it; none where the notice does not list it.
    pub shown: Option<&'a NoticePurpose>,
}

impl Covered<'_> {
    /// What was beside the switch, or the id.
    pub fn title(&self) -> &str {
        self.shown.map(|shown| shown.title.as_str()).filter(|title| !title.is_empty()).unwrap_or(self.id)
    }
}

impl Evidence {
    /// Puts together what is held.
    ///
    /// # Errors
    /// [`Refusal`] where what is held is no receipt.
    pub fn new(held: HeldReceipt, key: Option<Jwk>, log: Option<LogProof>, words: Arc<Words>) -> Result<Self, Refusal> {
        let claims = claims_of(&held.receipt)?;
        let envelope = log.as_ref().and_then(|log| json::parse(&log.envelope).ok());
        let envelope = envelope.and_then(|tree| json::from_tree(&tree));
        Ok(Evidence { held, claims, key, envelope, log, words })
    }

    /// The purposes of the receipt in the order of the notice, then those that the notice does not list.
    pub fn purposes(&self) -> Vec<Covered<'_>> {
        let choices = &self.claims.choices.0;
        let listed = self.words.notice.purposes.iter();
        let place = |id: &str| listed.clone().position(|purpose| purpose.id == id).unwrap_or(usize::MAX);
        let mut covered: Vec<Covered<'_>> = choices
            .iter()
            .map(|(id, choice)| Covered {
                id,
                choice: *choice,
                separate: self.claims.separate.contains(id),
                shown: listed.clone().find(|purpose| purpose.id == *id),
            })
            .collect();
        covered.sort_by_key(|covered| place(covered.id));
        covered
    }

    /// When the person acted, in seconds since 1970: by the device's clock, and where that was ahead of ours, by ours.
    pub fn acted_at(&self) -> i64 {
        let received = i64::try_from(self.held.received_at / 1000).unwrap_or(i64::MAX);
        match self.held.skew {
            true => received,
            false => self.claims.iat,
        }
    }

    /// Until when the choices hold, in seconds since 1970.
    pub fn holds_until(&self) -> i64 {
        self.acted_at().saturating_add_unsigned(self.claims.ttl)
    }

    /// Who decided, as far as the receipt says: the site's reference, or else the device.
    pub fn subject(&self) -> Option<&str> {
        self.claims.sub.reference.as_deref().or(self.claims.sub.device.as_deref())
    }

    /// The receipt file, as the shopper could download it.
    pub fn file(&self) -> ReceiptFile {
        let acknowledgement =
            Acknowledgement { id: self.claims.id.clone(), received_at: self.held.received_at, log: self.log.clone() };
        ReceiptFile {
            placet: 1,
            receipt: self.held.receipt.clone(),
            jwk: self.key.clone(),
            notice: self.words.text.clone(),
            acknowledgement: Some(acknowledgement),
        }
    }
}
