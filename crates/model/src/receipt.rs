//! The receipt: the signed decision of one person on one device, and the messages that
//! carry it to a receipts endpoint and back.
//!
//! A receipt is a JWS in compact form (RFC 7515), signed with ES256 (RFC 7518, section 3.4) by
//! a key of the device. Its claims point to the notice snapshot by hash, so that it stays
//! small; `docs/reference/protocol.md` describes every member.
//!
//! **Invariant:** what was signed is never written anew. The text that the signature covers is
//! made once, by [`signing_input`], and from then on handled as bytes.

use crate::data;
use crate::tree::{Faults, Kind, Map, Read, Tree, Write, read_member};
use crate::words;

/// The media type in a receipt's header (`typ`).
pub const TYPE: &str = "consent-receipt+jws";
/// The one signature algorithm: ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4).
pub const ES256: &str = "ES256";
/// The word in `alg` of a receipt without signature (RFC 7518, section 3.6), for pages where the
/// browser offers no key, and only where a site allows it.
pub const NONE: &str = "none";
/// The version of the claims that this crate writes and reads.
pub const VERSION: u32 = 1;
/// The most bytes that one receipt may have.
pub const MAX_RECEIPT: usize = 4 * 1024;
/// The most bytes that the body of a recording call may have.
pub const MAX_BODY: usize = 16 * 1024;
/// The most receipts in one recording call.
pub const MAX_BATCH: usize = 16;

data! {
    /// What a receipt says.
    pub struct Claims {
        /// Version of the claims: 1.
        v: u32,
        /// Random UUID of version 4 (RFC 9562, section 5.4), in lower case: it tells no time.
        id: String,
        /// Place of this receipt in the chain of its device, from 1.
        seq: u64,
        /// Hash of the receipt before it in that chain, `sha256:` and the unpadded base64url of
        /// SHA-256 over its signing input; `null` where a chain begins.
        prev: Option<String>,
        /// When the person acted, in seconds since 1970, by the device's clock (RFC 7519, section 4.1.6).
        iat: i64,
        /// Minutes that the device's clock was ahead of UTC.
        tz: i32,
        /// For how many seconds the decision holds.
        ttl: u64,
        /// The endpoint that the receipt is meant for (RFC 7519, section 4.1.3).
        aud: String,
        /// The site that asked.
        site: String,
        /// Who decided.
        sub: Subject,
        /// The rules that applied.
        regime: String,
        /// What was shown.
        notice: NoticeRef,
        /// What was done.
        event: Event,
        /// What stands for each purpose after the act.
        choices: Map<ChoiceState>,
        /// The purposes that were asked about separately.
        separate: Vec<String> = default,
        /// What was picked under the purposes: one answer or several each.
        preferences: Map<Answer> = default,
        /// Signals of the browser at that moment.
        signals: Signals = default,
        /// What the visitor saw when they decided; none where nothing of Placet was on the screen.
        shown: Option<Shown>,
    }

    /// What the visitor saw when they decided, as the browser had laid it out (EDPB 03/2022: neither button may stand out).
    pub struct Shown {
        /// `sha256:` and the unpadded base64url of SHA-256 over the rendered words, in order.
        words: String,
        /// The button that accepts: width and height in CSS pixels, and the contrast of its words (WCAG 2.2, 1.4.3) times 100.
        accept: Vec<u32>,
        /// The button that refuses, likewise.
        reject: Vec<u32>,
    }

    /// Who decided: a device, and where the site gave one, its opaque reference to a person.
    pub struct Subject {
        /// Thumbprint of the device key (RFC 7638); `null` in a receipt without signature.
        device: Option<String>,
        /// The site's reference.
        reference as "ref": Option<String>,
    }

    /// Which notice was shown.
    pub struct NoticeRef {
        /// The config's version.
        version: String,
        /// The language shown.
        lang: String,
        /// `sha256:` and the unpadded base64url of SHA-256 over the snapshot's bytes.
        hash: String,
    }

    /// What was done, by whom and where.
    pub struct Event {
        /// What the act meant.
        state: State,
        /// Who acted.
        by: By,
        /// Which kind of consent: `separate` where one purpose was asked on its own.
        kind as "type": EventType = default,
        /// How: `banner.accept_all`, `banner.reject_all`, `preferences.save`, `inline`, ...
        method: String,
        /// Where: on the web, in an app, ...
        surface: Surface,
        /// Path of the page, without query and fragment.
        page: String,
    }

    /// Signals of the browser.
    pub struct Signals {
        /// Global Privacy Control.
        gpc: bool,
    }

    /// The public key of a device (RFC 7517; RFC 7518, section 6.2.1).
    pub struct Jwk {
        /// Key type: `EC`.
        kty: String,
        /// Curve: `P-256`.
        crv: String,
        /// The x coordinate, 32 bytes in unpadded base64url.
        x: String,
        /// The y coordinate, 32 bytes in unpadded base64url.
        y: String,
    }

    /// The body of a recording call.
    pub struct RecordRequest {
        /// 1 to 16 receipts in compact form.
        receipts: Vec<String>,
    }

    /// That an endpoint holds a receipt.
    pub struct Acknowledgement {
        /// The receipt's id.
        id: String,
        /// When the endpoint first received it, in milliseconds since 1970, by its own clock.
        received_at as "receivedAt": u64,
        /// Where it stands in the endpoint's log; absent where the endpoint keeps none.
        log: Option<LogProof>,
    }

    /// Where a receipt stands in the log, and the proof of it: the server's countersignature.
    pub struct LogProof {
        /// The name of the log.
        origin: String,
        /// The place of the entry, from 0.
        index: u64,
        /// How many entries the log had when the proof was made.
        size: u64,
        /// The salt of the commitment, 32 bytes in base64url.
        salt: String,
        /// The exact text of the envelope: what the server itself observed when it received the receipt.
        envelope: String,
        /// The inclusion proof of RFC 6962, section 2.1.1: hashes in base64url, from the leaf up.
        proof: Vec<String>,
        /// The signed checkpoint of that size (C2SP tlog-checkpoint).
        checkpoint: String,
    }

    /// A problem as RFC 9457 describes it, with a `hint` of what to do.
    pub struct ProblemDetails {
        /// Which problem: a path on the server, `/problems/<slug>`, which answers with an explanation.
        kind as "type": String,
        /// The problem in a few words, the same each time.
        title: String,
        /// The HTTP status that goes with it.
        status: u32 = default,
        /// What was wrong this time.
        detail: String = default,
        /// What to do about it.
        hint: String = default,
    }

    /// What "Download" saves: everything that it takes to verify a receipt offline.
    pub struct ReceiptFile {
        /// Version of the file: 1.
        placet: u32,
        /// The receipt in compact form, exactly as sent.
        receipt: String,
        /// The device's public key; `null` beside a receipt without signature.
        jwk: Option<Jwk>,
        /// The notice snapshot's exact text, as a string so that its bytes survive.
        notice: String,
        /// The endpoint's acknowledgement, once there is one.
        acknowledgement: Option<Acknowledgement>,
    }
}

words! {
    /// What an act meant.
    pub enum State {
        /// Nothing optional was granted.
        Refused = "refused",
        /// Something optional was granted where nothing stood before.
        Given = "given",
        /// The choices differ from those that stood before.
        Changed = "changed",
        /// Something stood before, and nothing optional is left granted.
        Withdrawn = "withdrawn",
        /// The same choices were made again.
        Renewed = "renewed",
    }

    /// Which kind of consent.
    pub enum EventType {
        /// One answer for the purposes that were asked together.
        Regular = "regular",
        /// One purpose, asked on its own (PIPL 23, 29, 39).
        Separate = "separate",
    }

    /// Who acted.
    pub enum By {
        /// The person concerned.
        Subject = "subject",
        /// A parent or guardian.
        Guardian = "guardian",
        /// Staff, at the person's word.
        Staff = "staff",
        /// A software agent of the person.
        Agent = "agent",
    }

    /// Where the act took place.
    pub enum Surface {
        /// A web page.
        Web = "web",
        /// An app.
        App = "app",
        /// A mini program inside another app.
        MiniProgram = "mini_program",
        /// A social network.
        Social = "social",
        /// A shop with a door.
        Store = "store",
        /// A call center.
        CallCenter = "call_center",
    }

    /// What stands for a purpose after an act.
    pub enum ChoiceState {
        /// Refused.
        Denied = "denied",
        /// Agreed to.
        Granted = "granted",
        /// Needs no consent.
        Always = "always",
    }
}

/// The answer to a preference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "native", schemars(untagged))]
pub enum Answer {
    /// The one option picked.
    One(String),
    /// The options picked, possibly none.
    Many(Vec<String>),
}

impl Default for Answer {
    fn default() -> Self {
        Answer::Many(Vec::new())
    }
}

impl Read for Answer {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        match tree.kind() {
            Kind::Text => Answer::One(String::read(tree, faults)),
            _ => Answer::Many(Vec::read(tree, faults)),
        }
    }
}

impl Write for Answer {
    fn write<T: Tree>(&self) -> T {
        match self {
            Answer::One(option) => option.write(),
            Answer::Many(options) => options.write(),
        }
    }
}

/// The protected header of a receipt (RFC 7515, section 4.1).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Header {
    /// [`ES256`], or [`NONE`] in a receipt without signature.
    pub alg: String,
    /// [`TYPE`].
    pub typ: String,
    /// Thumbprint of the device key; absent in a receipt without signature.
    pub kid: Option<String>,
    /// The device's public key, until the endpoint has acknowledged a receipt made with it.
    pub jwk: Option<Jwk>,
}

impl Header {
    /// The header of a signed receipt.
    pub fn signed(kid: String, jwk: Option<Jwk>) -> Self {
        Header { alg: ES256.into(), typ: TYPE.into(), kid: Some(kid), jwk }
    }

    /// The header of a receipt without signature.
    pub fn unsigned() -> Self {
        Header { alg: NONE.into(), typ: TYPE.into(), kid: None, jwk: None }
    }
}

impl Read for Header {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        Header {
            alg: read_member(tree, "alg", false, faults),
            typ: read_member(tree, "typ", false, faults),
            kid: read_member(tree, "kid", true, faults),
            jwk: read_member(tree, "jwk", true, faults),
        }
    }
}

impl Write for Header {
    fn write<T: Tree>(&self) -> T {
        let mut members = vec![("alg", self.alg.write()), ("typ", self.typ.write())];
        if let Some(kid) = &self.kid {
            members.push(("kid", kid.write()));
        }
        if let Some(jwk) = &self.jwk {
            members.push(("jwk", jwk.write()));
        }
        T::object(members)
    }
}

impl Jwk {
    /// The text whose SHA-256, in unpadded base64url, is the key's thumbprint (RFC 7638, section 3).
    pub fn thumbprint_input(&self) -> String {
        [r#"{"crv":""#, &self.crv, r#"","kty":""#, &self.kty, r#"","x":""#, &self.x, r#"","y":""#, &self.y, r#""}"#]
            .concat()
    }
}

/// What became of one receipt of a recording call.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordResult {
    /// The endpoint holds the receipt.
    Recorded(Acknowledgement),
    /// The endpoint does not hold it, for this reason.
    Rejected(ProblemDetails),
}

impl Default for RecordResult {
    fn default() -> Self {
        RecordResult::Rejected(ProblemDetails::default())
    }
}

impl Read for RecordResult {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        if String::read(&tree.member("status").unwrap_or_else(T::null), faults) == "recorded" {
            RecordResult::Recorded(Acknowledgement {
                id: read_member(tree, "id", false, faults),
                received_at: read_member(tree, "receivedAt", false, faults),
                log: read_member(tree, "log", true, faults),
            })
        } else {
            RecordResult::Rejected(read_member(tree, "problem", false, faults))
        }
    }
}

impl Write for RecordResult {
    fn write<T: Tree>(&self) -> T {
        T::object(match self {
            RecordResult::Recorded(acknowledgement) => {
                let mut members = vec![
                    ("status", T::text("recorded")),
                    ("id", acknowledgement.id.write()),
                    ("receivedAt", acknowledgement.received_at.write()),
                ];
                if let Some(log) = &acknowledgement.log {
                    members.push(("log", log.write()));
                }
                members
            }
            RecordResult::Rejected(problem) => {
                vec![("status", T::text("rejected")), ("problem", problem.write())]
            }
        })
    }
}

/// The answer to a recording call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordAnswer {
    /// One result for each receipt, in the order of the request.
    pub results: Vec<RecordResult>,
}

#[cfg(feature = "native")]
impl schemars::JsonSchema for RecordAnswer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RecordAnswer".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (log, problem) =
            (generator.subschema_for::<Option<LogProof>>(), generator.subschema_for::<ProblemDetails>());
        schemars::json_schema!({
            "description": "The answer to a recording call: one result for each receipt, in the order of the request.",
            "type": "object",
            "properties": { "results": { "type": "array", "items": { "oneOf": [
                {
                    "description": "The endpoint holds the receipt.",
                    "type": "object",
                    "properties": {
                        "status": { "const": "recorded" },
                        "id": { "type": "string" },
                        "receivedAt": { "type": "integer", "description": "Milliseconds since 1970." },
                        "log": log,
                    },
                    "required": ["status", "id", "receivedAt"],
                },
                {
                    "description": "The endpoint does not hold it.",
                    "type": "object",
                    "properties": { "status": { "const": "rejected" }, "problem": problem },
                    "required": ["status", "problem"],
                },
            ] } } },
            "required": ["results"],
        })
    }
}

impl Read for RecordAnswer {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        RecordAnswer { results: read_member(tree, "results", false, faults) }
    }
}

impl Write for RecordAnswer {
    fn write<T: Tree>(&self) -> T {
        T::object(vec![("results", self.results.write())])
    }
}

impl ProblemDetails {
    /// Whether sending the receipt again can never succeed, so that a client drops it.
    ///
    /// What an operator can mend is not permanent: a notice or a site that the endpoint does not
    /// know, an address that it does not go by, failures of its own. Nor is a problem without a status.
    pub fn is_permanent(&self) -> bool {
        let mendable = ["/notice-unknown", "/site-wrong", "/algorithm-refused"];
        (400..500).contains(&self.status)
            && !self.needs_signing()
            && !mendable.iter().any(|end| self.kind.ends_with(end))
    }

    /// Whether the endpoint may take the decision when it is signed anew: with the key in the
    /// header, or for the address that the endpoint has now.
    pub fn needs_signing(&self) -> bool {
        ["/key-unknown", "/audience-wrong"].iter().any(|end| self.kind.ends_with(end))
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes bytes as base64url without padding (RFC 4648, section 5; RFC 7515, appendix C).
pub fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            let index = bits >> (18 - 6 * place) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

/// The text that a receipt's signature covers (RFC 7515, section 5.1, step 8).
pub fn signing_input(header_json: &str, claims_json: &str) -> String {
    [&base64url(header_json.as_bytes()), ".", &base64url(claims_json.as_bytes())].concat()
}

/// The receipt in compact form: the signing input and the signature's 64 bytes (r and s, RFC 7518, section 3.4).
pub fn compact(signing_input: &str, signature: &[u8]) -> String {
    [signing_input, ".", &base64url(signature)].concat()
}

/// The part of a receipt that the signature covers: everything before the last dot.
pub fn signing_input_of(jws: &str) -> &str {
    jws.rsplit_once('.').map_or(jws, |(input, _)| input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_is_that_of_the_rfc() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (&[3, 236, 255, 224, 193], "A-z_4ME"),
        ] {
            assert_eq!(base64url(bytes), text);
        }
    }
}
