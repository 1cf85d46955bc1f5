//! What a shopper asks of the server about the receipts of one device: to see, to take along, to erase them
//! (GDPR 15, 17, 20; PIPL 44-47). `docs/reference/protocol.md` describes the call.
//!
//! **Invariant:** possession of the device key is the only claim to an answer. Who has it not learns nothing, not even
//! whether the server knows the device.
//! **Invariant:** a request counts once, and only when it is made: for five minutes.

use crate::jws::{Jws, read_checked};
use crate::receipt::{ChoiceState, Jwk, LogProof, NONE, NoticeRef, State};
use crate::refusal::Refusal;
use crate::tree::Map;
use crate::verify::{Expect, LONGEST_TEXT, check_addressee, check_text, claim, hash};
use crate::{data, words};

/// The media type in a request's header (`typ`).
pub const TYPE: &str = "consent-request+jws";
/// By how many seconds the device's clock and the server's may differ.
pub const WINDOW: i64 = 5 * 60;

data! {
    /// What a request says.
    pub struct SelfRequest {
        /// The address that it is meant for (RFC 7519, section 4.1.3).
        aud: String,
        /// When it was made, in seconds since 1970 (RFC 7519, section 4.1.6).
        iat: i64,
        /// A random name of its own (RFC 7519, section 4.1.7).
        jti: String,
        /// The site that it is about.
        site: String,
        /// What is asked for.
        what as "do": Ask,
    }

    /// A receipt in the history of a device.
    pub struct HistoryEntry {
        /// The receipt's id.
        id: String,
        /// When the server received it, in milliseconds since 1970.
        received_at as "receivedAt": u64,
        /// When the person acted, in seconds since 1970, by the device's clock.
        iat: i64,
        /// What the act meant.
        state: State,
        /// How it was done.
        method: String,
        /// Which notice was shown.
        notice: NoticeRef,
        /// What stood for each purpose afterwards.
        choices: Map<ChoiceState>,
    }

    /// A receipt as the server holds it, with everything that the server noted beside it.
    pub struct HeldReceipt {
        /// The exact text.
        receipt: String,
        /// When the server received it, in milliseconds since 1970.
        received_at as "receivedAt": u64,
        /// Whether the device's clock was more than ten minutes ahead.
        skew: bool,
        /// Whether the decision was more than thirty days old.
        late: bool,
        /// Whether another receipt stood at the same place of the device's chain.
        fork: bool,
    }

    /// The words that a held receipt names.
    pub struct HeldNotice {
        /// Their hash, as receipts name it.
        hash: String,
        /// The snapshot's exact text, as a string so that its bytes survive.
        notice: String,
    }

    /// What an export says of the device itself.
    pub struct HeldDevice {
        /// The thumbprint of its key.
        device: String,
        /// Its public key.
        jwk: Jwk,
        /// When the first one of its chain came, of those that are held, in milliseconds since 1970.
        first_seen_at as "firstSeenAt": u64,
    }

    /// That the receipts of a device or a person are erased: the receipt of the erasure.
    pub struct Erasure {
        /// How many there were.
        erased: u64,
        /// When, in milliseconds since 1970.
        at: u64,
        /// The thumbprint of the device's key; `null` where a person's receipts were erased by the site's reference.
        device: Option<String>,
        /// The ids of the receipts that are gone, sorted.
        receipts: Vec<String>,
        /// The line of the audit trail, exactly as the log commits to it. Its `about` is `sha256:` and the unpadded base64url of
        /// SHA-256 over the ids with a line feed between them.
        event: String,
        /// Where the line stands in the log; `null` where the log could not be written.
        log: Option<LogProof>,
    }
}

words! {
    /// What a request asks for.
    pub enum Ask {
        /// The receipts that are held of the device.
        History = "history",
        /// Everything that is held of the device.
        Export = "export",
        /// That it be deleted.
        Erase = "erase",
    }
}

/// A request taken apart, its header checked, its signature and payload not yet.
#[derive(Debug, Clone)]
pub struct Unverified<'a> {
    jws: Jws<'a>,
    device: String,
}

/// A request that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What it says.
    pub request: SelfRequest,
    /// The thumbprint of the key that signed it.
    pub device: String,
    /// The request's name among those of all devices; it tells neither the device nor its `jti`.
    pub name: String,
}

impl Asked {
    /// From when on the request is stale whatever the clocks do, in milliseconds since 1970: until then its name is kept.
    pub fn expires_at(&self) -> i64 {
        self.request.iat.saturating_add(2 * WINDOW).saturating_mul(1000)
    }
}

impl<'a> Unverified<'a> {
    /// Takes a request apart and checks its form and its header.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        let jws = Jws::parse(text, TYPE)?;
        match jws.kid().map(str::to_owned) {
            Some(device) => Ok(Unverified { jws, device }),
            None => Err(Refusal::AlgorithmRefused(NONE.into())),
        }
    }

    /// The thumbprint of the device's key, as the header names it.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Checks the signature, by the key that is held of the device where the header has none, and then the payload.
    ///
    /// `now` is the server's time in seconds since 1970.
    ///
    /// # Errors
    /// [`Refusal::NotHeld`] whatever is wrong with key or signature; otherwise the first rule that the request breaks.
    pub fn verify(self, held: Option<&Jwk>, expect: &Expect, now: i64) -> Result<Asked, Refusal> {
        self.jws.check(held, false).map_err(|_| Refusal::NotHeld)?;
        let request: SelfRequest = read_checked(&self.jws.payload()?).map_err(Refusal::ClaimWrong)?;
        check_addressee(&request.aud, &request.site, expect)?;
        claim(!request.jti.is_empty(), "`jti` is empty.")?;
        check_text(&request.jti, LONGEST_TEXT)?;
        let age = now.saturating_sub(request.iat);
        if !(-WINDOW..=WINDOW).contains(&age) {
            return Err(Refusal::Stale(age));
        }
        let name = hash([&self.device, "\n", &request.jti].concat().as_bytes());
        Ok(Asked { request, device: self.device, name })
    }
}
