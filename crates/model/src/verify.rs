//! Whether a receipt is genuine: the same rules for the server, which takes it in, and for
//! `placet verify`, which reads it from a file.
//!
//! **Invariant:** what is accepted means one thing to every reader: base64url has one spelling,
//! no object names a member twice, and header members that we do not understand are refused
//! (RFC 8725, sections 3.1 and 3.9; RFC 7515, section 4.1.11).
//! **Invariant:** two receipts are the same when their signing input is. An ECDSA signature
//! (r, s) has a twin (r, n - s) that is just as valid, so the whole text proves nothing about sameness.

use crate::json;
use crate::receipt::{
    ChoiceState, Claims, ES256, Header, Jwk, MAX_RECEIPT, NONE, ProblemDetails, State, Surface, TYPE, VERSION,
    base64url, signing_input_of,
};
use crate::tree::{Fault, Faults, Read};
use base64ct::{Base64UrlUnpadded, Encoding};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a receipt has to agree with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expect<'a> {
    /// The addresses that a receipt may be meant for; `None` where the reader cannot know them.
    pub audiences: Option<&'a [String]>,
    /// The site that a receipt has to name; `None` where the reader cannot know it.
    pub site: Option<&'a str>,
    /// Whether receipts without signature are taken.
    pub unsigned: bool,
}

/// A receipt that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// The key that signed it; `None` for a receipt without signature.
    pub key: Option<Jwk>,
    /// `sha256:` and the base64url of SHA-256 over the signing input: what tells receipts apart.
    pub hash: String,
}

/// A receipt taken apart, its header checked, its signature and claims not yet.
#[derive(Debug, Clone)]
pub struct Unverified<'a> {
    header: Header,
    signing_input: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Verifies a receipt in compact form.
///
/// `key` is the device's public key where the receipt does not carry it.
///
/// # Errors
/// The first rule that the receipt breaks.
pub fn verify(jws: &str, key: Option<&Jwk>, expect: &Expect) -> Result<Verified, Refusal> {
    Unverified::parse(jws)?.verify(key, expect)
}

impl<'a> Unverified<'a> {
    /// Takes a receipt apart and checks its form and its header.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(jws: &'a str) -> Result<Self, Refusal> {
        if jws.len() > MAX_RECEIPT {
            return Err(Refusal::TooLarge(jws.len()));
        }
        let parts: Vec<&str> = jws.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(Refusal::Malformed("A receipt has three parts with dots between them.".into()));
        };
        Ok(Unverified {
            header: read_header(&decode(header, "header")?)?,
            signing_input: signing_input_of(jws),
            payload: decode(payload, "payload")?,
            signature: decode(signature, "signature")?,
        })
    }

    /// The thumbprint of the key that is needed and not there: look it up and hand it to [`Self::verify`].
    pub fn missing_key(&self) -> Option<&str> {
        match self.header.jwk {
            None => self.header.kid.as_deref(),
            Some(_) => None,
        }
    }

    /// Checks the signature and the claims.
    ///
    /// # Errors
    /// The first rule that the receipt breaks.
    pub fn verify(self, key: Option<&Jwk>, expect: &Expect) -> Result<Verified, Refusal> {
        let key = match &self.header.kid {
            Some(kid) => {
                let key = self.header.jwk.as_ref().or(key).ok_or_else(|| Refusal::KeyUnknown(kid.clone()))?;
                if thumbprint(key) != *kid {
                    return Err(Refusal::KeyInvalid("`kid` is not the key's thumbprint."));
                }
                check_signature(key, self.signing_input.as_bytes(), &self.signature)?;
                Some(key.clone())
            }
            None if !expect.unsigned => return Err(Refusal::AlgorithmRefused(NONE.into())),
            None if self.signature.is_empty() => None,
            None => return Err(Refusal::SignatureInvalid),
        };
        let claims = read_claims(&self.payload)?;
        check_claims(&claims, self.header.kid.as_deref(), expect)?;
        Ok(Verified { claims, key, hash: hash(self.signing_input.as_bytes()) })
    }
}

/// `sha256:` and the unpadded base64url of SHA-256 over some bytes: how notices and receipts are named.
pub fn hash(bytes: &[u8]) -> String {
    ["sha256:", &base64url(&Sha256::digest(bytes))].concat()
}

/// The thumbprint of a key (RFC 7638).
pub fn thumbprint(key: &Jwk) -> String {
    base64url(&Sha256::digest(key.thumbprint_input()))
}

/// Checks an ES256 signature: 64 bytes, r and s, over `message` (RFC 7518, section 3.4).
///
/// # Errors
/// [`Refusal::KeyInvalid`] or [`Refusal::SignatureInvalid`].
pub fn check_signature(key: &Jwk, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    let key = read_key(key)?;
    let signature = Signature::from_slice(signature).map_err(|_| Refusal::SignatureInvalid)?;
    key.verify(message, &signature).map_err(|_| Refusal::SignatureInvalid)
}

fn read_key(key: &Jwk) -> Result<VerifyingKey, Refusal> {
    if key.kty != "EC" || key.crv != "P-256" {
        return Err(Refusal::KeyInvalid("The key must have `kty` EC and `crv` P-256."));
    }
    let coordinate = |text: &str| {
        Base64UrlUnpadded::decode_vec(text)
            .ok()
            .filter(|bytes| bytes.len() == 32)
            .ok_or(Refusal::KeyInvalid("`x` and `y` must be 32 bytes each, in base64url without padding."))
    };
    let point = [vec![4], coordinate(&key.x)?, coordinate(&key.y)?].concat();
    VerifyingKey::from_sec1_bytes(&point).map_err(|_| Refusal::KeyInvalid("The point is not on the curve P-256."))
}

fn decode(part: &str, name: &str) -> Result<Vec<u8>, Refusal> {
    Base64UrlUnpadded::decode_vec(part)
        .map_err(|_| Refusal::Malformed(format!("The {name} is not base64url without padding.")))
}

fn parse_object(bytes: &[u8], name: &str) -> Result<Value, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Malformed(format!("The {name} is not UTF-8.")))?;
    match json::parse(text) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => Err(Refusal::Malformed(format!("The {name} is not a JSON object."))),
        Err(error) => Err(Refusal::Malformed(format!("The {name} is not proper JSON: {error}."))),
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, Refusal> {
    let value = parse_object(bytes, "header")?;
    refuse_others(&value, &["alg", "typ", "kid", "jwk"])?;
    if let Some(jwk) = value.get("jwk") {
        refuse_others(jwk, &["kty", "crv", "x", "y"])?;
    }
    let mut first = FirstFault::default();
    let header = Header::read(&value, &mut first);
    if let Some(fault) = first.fault {
        return Err(Refusal::Malformed(format!("In the header, {fault}")));
    }
    if header.typ != TYPE {
        return Err(Refusal::TypeRefused(short(&header.typ)));
    }
    match (header.alg.as_str(), &header.kid, &header.jwk) {
        (ES256, Some(_), _) | (NONE, None, None) => Ok(header),
        (ES256, None, _) => Err(Refusal::Malformed("In the header, `kid` is missing.".into())),
        (NONE, _, _) => Err(Refusal::Malformed("A receipt without signature names no key.".into())),
        _ => Err(Refusal::AlgorithmRefused(short(&header.alg))),
    }
}

fn refuse_others(value: &Value, known: &[&str]) -> Result<(), Refusal> {
    let members = value.as_object().into_iter().flatten();
    match members.map(|(name, _)| name).find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refusal::HeaderRefused(short(name))),
        None => Ok(()),
    }
}

/// Reads the claims. Members that we do not know are left alone: later versions may add some,
/// and the exact bytes are what is kept.
fn read_claims(bytes: &[u8]) -> Result<Claims, Refusal> {
    let value = parse_object(bytes, "payload")?;
    match value.get("v").and_then(Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        _ => return Err(Refusal::VersionUnknown),
    }
    let mut first = FirstFault::default();
    let claims = Claims::read(&value, &mut first);
    match first.fault {
        None => Ok(claims),
        Some(fault) => Err(Refusal::ClaimWrong(fault)),
    }
}

/// The texts in a receipt are short: nobody stores a novel in it.
const LONGEST_TEXT: usize = 128;
/// A path may be longer.
const LONGEST_PAGE: usize = 1024;
/// More purposes or preferences than any notice has.
const MOST_ENTRIES: usize = 64;
/// The offsets of UTC range from -12 to +14 hours.
const OFFSETS: std::ops::RangeInclusive<i32> = -12 * 60..=14 * 60;

fn check_claims(claims: &Claims, kid: Option<&str>, expect: &Expect) -> Result<(), Refusal> {
    if let Some(allowed) = expect.audiences
        && !allowed.contains(&claims.aud)
    {
        return Err(Refusal::AudienceWrong { found: short(&claims.aud), allowed: allowed.to_vec() });
    }
    if let Some(site) = expect.site
        && site != claims.site
    {
        return Err(Refusal::SiteWrong { found: short(&claims.site), expected: site.to_owned() });
    }
    let claim = |good: bool, fault: &str| match good {
        true => Ok(()),
        false => Err(Refusal::ClaimWrong(fault.to_owned())),
    };
    claim(is_uuid4(&claims.id), "`id` is not a lower-case UUID of version 4.")?;
    claim(claims.seq >= 1, "`seq` counts from 1.")?;
    claim(claims.prev.as_deref().is_none_or(is_hash), "`prev` is not `sha256:` and 43 characters of base64url.")?;
    claim(OFFSETS.contains(&claims.tz), "`tz` is no offset from UTC in minutes.")?;
    claim(claims.sub.device.as_deref() == kid, "`sub.device` is not the `kid` of the header.")?;
    claim(is_hash(&claims.notice.hash), "`notice.hash` is not `sha256:` and 43 characters of base64url.")?;
    check_texts(claims)?;
    let page = &claims.event.page;
    claim(!page.contains(['?', '#']), "`event.page` holds a query or a fragment.")?;
    claim(
        claims.event.surface != Surface::Web || page.starts_with('/'),
        "`event.page` is not a path: on the web it begins with a slash.",
    )?;
    claim(
        claims.separate.iter().all(|purpose| claims.choices.get(purpose).is_some()),
        "`separate` names a purpose that is not in `choices`.",
    )?;
    let granted = claims.choices.0.iter().any(|(_, choice)| *choice == ChoiceState::Granted);
    claim(
        match claims.event.state {
            State::Given => granted,
            State::Refused | State::Withdrawn => !granted,
            State::Changed | State::Renewed => true,
        },
        "`event.state` contradicts `choices`: given needs something granted, refused and withdrawn need nothing granted.",
    )
}

fn check_texts(claims: &Claims) -> Result<(), Refusal> {
    let choices = &claims.choices.0;
    let preferences = &claims.preferences.0;
    if choices.len().max(preferences.len()).max(claims.separate.len()) > MOST_ENTRIES {
        return Err(Refusal::ClaimWrong(format!("There are more than {MOST_ENTRIES} choices or preferences.")));
    }
    let answers = preferences.iter().flat_map(|(_, answer)| match answer {
        crate::receipt::Answer::One(option) => std::slice::from_ref(option),
        crate::receipt::Answer::Many(options) => options,
    });
    let texts =
        [&claims.aud, &claims.site, &claims.regime, &claims.notice.version, &claims.notice.lang, &claims.event.method]
            .into_iter()
            .chain(&claims.sub.reference)
            .chain(choices.iter().map(|(purpose, _)| purpose))
            .chain(&claims.separate)
            .chain(preferences.iter().map(|(preference, _)| preference))
            .chain(answers);
    let limited = texts.map(|text| (text, LONGEST_TEXT)).chain([(&claims.event.page, LONGEST_PAGE)]);
    for (text, most) in limited {
        if text.len() > most {
            return Err(Refusal::ClaimWrong(format!("The text {:?} is longer than {most} bytes.", short(text))));
        }
        if text.chars().any(char::is_control) {
            return Err(Refusal::ClaimWrong(format!("The text {:?} holds a control character.", short(text))));
        }
    }
    Ok(())
}

/// A UUID of version 4 and the variant of RFC 9562, section 4.1, spelled in lower case.
fn is_uuid4(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

fn is_hash(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hash| {
        hash.len() == 43 && Base64UrlUnpadded::decode_vec(hash).is_ok_and(|bytes| bytes.len() == 32)
    })
}

/// A text for a message: cut, so that nobody's answer grows with their question.
fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Keeps the first fault of a reading as a sentence with its place.
#[derive(Default)]
struct FirstFault {
    path: Vec<String>,
    fault: Option<String>,
}

impl Faults for FirstFault {
    const STRICT: bool = false;
    fn enter_member(&mut self, name: &str) {
        self.path.push(short(name));
    }
    fn enter_item(&mut self, index: usize) {
        self.path.push(index.to_string());
    }
    fn leave(&mut self) {
        self.path.pop();
    }
    fn fault(&mut self, fault: Fault) {
        if self.fault.is_some() {
            return;
        }
        let mut path = self.path.clone();
        let what = match fault {
            Fault::Missing(name) => {
                path.push(name.into());
                "is missing".to_owned()
            }
            Fault::Unknown(..) => "is not known".to_owned(),
            Fault::WrongKind(expected, found) => {
                format!("must be {}, not {}", expected.phrase(), found.phrase())
            }
            Fault::UnknownWord(word, known) => format!("must be one of {}, not {:?}", known.join(", "), short(&word)),
            Fault::OutOfRange => "is no whole number in range".to_owned(),
        };
        self.fault = Some(format!("`{}` {what}.", path.join(".")));
    }
}

/// A kind of problem, as the answers of the server and its `/problems/<slug>` pages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemType {
    /// The last part of the problem's `type`. Never changes once released.
    pub slug: &'static str,
    /// The problem in a few words.
    pub title: &'static str,
    /// The HTTP status that goes with it (RFC 9457, section 3.1.2).
    pub status: u16,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

impl ProblemType {
    /// The problem with what was wrong this time.
    pub fn details(&self, detail: String) -> ProblemDetails {
        ProblemDetails {
            kind: ["/problems/", self.slug].concat(),
            title: self.title.to_owned(),
            status: self.status.into(),
            detail,
            hint: self.hint.to_owned(),
        }
    }
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has more than [`MAX_RECEIPT`] bytes: so many.
    TooLarge(usize),
    /// It is no JWS in compact form; what about it.
    Malformed(String),
    /// Its `alg` is not ES256.
    AlgorithmRefused(String),
    /// Its `typ` is not ours.
    TypeRefused(String),
    /// Its header has a member that we do not take.
    HeaderRefused(String),
    /// It does not carry its key, and nobody knows the key with this thumbprint.
    KeyUnknown(String),
    /// Its key is no key; why.
    KeyInvalid(&'static str),
    /// The signature does not fit.
    SignatureInvalid,
    /// Its claims have another version.
    VersionUnknown,
    /// A claim breaks a rule; which and how.
    ClaimWrong(String),
    /// It is meant for somebody else.
    AudienceWrong {
        /// What it names.
        found: String,
        /// What it may name.
        allowed: Vec<String>,
    },
    /// It comes from another site.
    SiteWrong {
        /// What it names.
        found: String,
        /// What it must name.
        expected: String,
    },
    /// It names a notice that the server never served.
    NoticeUnknown(String),
    /// Another receipt has its id.
    IdConflict(String),
}

impl Refusal {
    /// The kind of problem.
    pub fn problem_type(&self) -> &'static ProblemType {
        match self {
            Refusal::TooLarge(_) => &TOO_LARGE,
            Refusal::Malformed(_) => &MALFORMED,
            Refusal::AlgorithmRefused(_) => &ALGORITHM_REFUSED,
            Refusal::TypeRefused(_) => &TYPE_REFUSED,
            Refusal::HeaderRefused(_) => &HEADER_REFUSED,
            Refusal::KeyUnknown(_) => &KEY_UNKNOWN,
            Refusal::KeyInvalid(_) => &KEY_INVALID,
            Refusal::SignatureInvalid => &SIGNATURE_INVALID,
            Refusal::VersionUnknown => &VERSION_UNKNOWN,
            Refusal::ClaimWrong(_) => &CLAIM_WRONG,
            Refusal::AudienceWrong { .. } => &AUDIENCE_WRONG,
            Refusal::SiteWrong { .. } => &SITE_WRONG,
            Refusal::NoticeUnknown(_) => &NOTICE_UNKNOWN,
            Refusal::IdConflict(_) => &ID_CONFLICT,
        }
    }

    /// What was wrong with this receipt, in a sentence.
    pub fn detail(&self) -> String {
        match self {
            Refusal::TooLarge(bytes) => {
                format!("The receipt has {bytes} bytes; {MAX_RECEIPT} are the most.")
            }
            Refusal::Malformed(detail) | Refusal::ClaimWrong(detail) => detail.clone(),
            Refusal::AlgorithmRefused(alg) => format!("`alg` is {alg:?}; it must be {ES256:?}."),
            Refusal::TypeRefused(typ) => format!("`typ` is {typ:?}; it must be {TYPE:?}."),
            Refusal::HeaderRefused(name) => format!("The header has a member {name:?}."),
            Refusal::KeyUnknown(kid) => {
                format!("No key with the thumbprint {:?} is known.", short(kid))
            }
            Refusal::KeyInvalid(detail) => (*detail).to_owned(),
            Refusal::SignatureInvalid => "The signature does not fit the receipt and its key.".into(),
            Refusal::VersionUnknown => format!("`v` must be {VERSION}."),
            Refusal::AudienceWrong { found, allowed } => {
                format!("`aud` is {found:?}; here it must be one of: {}.", allowed.join(", "))
            }
            Refusal::SiteWrong { found, expected } => {
                format!("`site` is {found:?}; here it must be {expected:?}.")
            }
            Refusal::NoticeUnknown(hash) => {
                format!("No notice with the hash {hash:?} was ever served here.")
            }
            Refusal::IdConflict(id) => {
                format!("A receipt with the id {id:?} and other content is recorded already.")
            }
        }
    }

    /// The problem as an answer tells it.
    pub fn details(&self) -> ProblemDetails {
        self.problem_type().details(self.detail())
    }
}

const TOO_LARGE: ProblemType = ProblemType {
    slug: "too-large",
    title: "Too large",
    status: 413,
    meaning: "A receipt has at most 4 KB, a recording call at most 16 KB.",
    hint: "Send fewer receipts in one call. A single receipt of Placet has about 1 KB; what is larger was not made by it.",
};
const MALFORMED: ProblemType = ProblemType {
    slug: "malformed",
    title: "Malformed",
    status: 400,
    meaning: "The request is not {\"receipts\": [\"...\"]} with 1 to 16 texts, or a receipt is not a JWS in compact form (RFC 7515): \
        three parts in base64url without padding, a JSON header and a JSON payload that name no member twice.",
    hint: "Send the receipt exactly as it was made. If it was edited or cut, it cannot be mended.",
};
const ALGORITHM_REFUSED: ProblemType = ProblemType {
    slug: "algorithm-refused",
    title: "Algorithm refused",
    status: 422,
    meaning: "Receipts are signed with ES256. A receipt without signature (alg \"none\") is taken only where the site's config allows it.",
    hint: "Sign with ES256. If your pages are served over plain http:, where browsers offer no key, serve them over https:, \
        or set \"receipts\": {\"unsigned\": true} in the config.",
};
const TYPE_REFUSED: ProblemType = ProblemType {
    slug: "type-refused",
    title: "Not a receipt",
    status: 422,
    meaning: "The header's typ is not consent-receipt+jws, so this JWS was made for something else (RFC 8725, section 3.11).",
    hint: "Send receipts only.",
};
const HEADER_REFUSED: ProblemType = ProblemType {
    slug: "header-refused",
    title: "Header member refused",
    status: 422,
    meaning: "The header of a receipt has alg, typ, kid and jwk (with kty, crv, x and y) and nothing else. \
        Members such as crit, jku, x5u and b64 change what a signature means and are never taken.",
    hint: "Leave the member out and sign again.",
};
const KEY_UNKNOWN: ProblemType = ProblemType {
    slug: "key-unknown",
    title: "Key unknown",
    status: 422,
    meaning: "The receipt does not carry its public key, and no recorded receipt of this device did.",
    hint: "Put the public key into the header's jwk and sign again. A client does so until a receipt of its key is acknowledged.",
};
const KEY_INVALID: ProblemType = ProblemType {
    slug: "key-invalid",
    title: "Key invalid",
    status: 422,
    meaning: "The public key is not a point on the curve P-256 (RFC 7518, section 6.2.1), or kid is not its thumbprint (RFC 7638).",
    hint: "Send the key as the browser's WebCrypto exports it.",
};
const SIGNATURE_INVALID: ProblemType = ProblemType {
    slug: "signature-invalid",
    title: "Signature invalid",
    status: 422,
    meaning: "The signature was not made by this key over this content: the receipt was changed after it was signed, or signed by another key.",
    hint: "Send the receipt exactly as it was signed. A receipt that fails here proves nothing.",
};
const VERSION_UNKNOWN: ProblemType = ProblemType {
    slug: "version-unknown",
    title: "Version unknown",
    status: 422,
    meaning: "The claims have a version that this server does not read.",
    hint: "Update the server before the pages.",
};
const CLAIM_WRONG: ProblemType = ProblemType {
    slug: "claim-wrong",
    title: "Claim wrong",
    status: 422,
    meaning: "A claim is missing, of the wrong kind, too long, or contradicts another one.",
    hint: "See the reference of the claims in docs/reference/protocol.md.",
};
const AUDIENCE_WRONG: ProblemType = ProblemType {
    slug: "audience-wrong",
    title: "Meant for another endpoint",
    status: 422,
    meaning: "The receipt names in aud an endpoint that is not this one, so it may have been taken from somewhere else.",
    hint: "If this is your own server behind a proxy, start it with --public-url set to the address that browsers use.",
};
const SITE_WRONG: ProblemType = ProblemType {
    slug: "site-wrong",
    title: "From another site",
    status: 422,
    meaning: "The receipt names in site another site than the one that this server's config is for.",
    hint: "Check that the page's tag was published from the config that the server runs with.",
};
const NOTICE_UNKNOWN: ProblemType = ProblemType {
    slug: "notice-unknown",
    title: "Notice unknown",
    status: 422,
    meaning: "The receipt names by its hash a notice that this server never served, so it could not be shown what the person saw.",
    hint: "Start the server with the config that the page's tag was published from. A client keeps the receipt and tries again.",
};
const ID_CONFLICT: ProblemType = ProblemType {
    slug: "id-conflict",
    title: "Id already used",
    status: 409,
    meaning: "Another receipt with the same id and other content is recorded. The recorded one stays as it is.",
    hint: "Give each receipt a random id of its own. To send a receipt again, send the same bytes.",
};

/// The kinds of problem that a receipt can have.
pub const PROBLEM_TYPES: &[ProblemType] = &[
    MALFORMED,
    TOO_LARGE,
    ALGORITHM_REFUSED,
    TYPE_REFUSED,
    HEADER_REFUSED,
    KEY_UNKNOWN,
    KEY_INVALID,
    SIGNATURE_INVALID,
    VERSION_UNKNOWN,
    CLAIM_WRONG,
    AUDIENCE_WRONG,
    SITE_WRONG,
    NOTICE_UNKNOWN,
    ID_CONFLICT,
];
