//! Why something that a browser sent is refused, and how an answer tells it (RFC 9457).
//!
//! **Invariant:** what a refusal quotes is cut short, so that nobody's answer grows with their question.
//! **Invariant:** a problem keeps its slug for good: clients know it by that.

use crate::receipt::{ES256, MAX_RECEIPT, ProblemDetails, VERSION};
use crate::self_service::WINDOW;

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

/// Why a receipt, or a request about receipts, is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has more than [`MAX_RECEIPT`] bytes: so many.
    TooLarge(usize),
    /// It is no JWS in compact form; what about it.
    Malformed(String),
    /// Its `alg` is not ES256.
    AlgorithmRefused(String),
    /// Its `typ` is another one.
    TypeRefused {
        /// What it is.
        found: String,
        /// What it must be.
        expected: &'static str,
    },
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
    /// A receipt with its id was erased at the person's wish.
    Erased(String),
    /// A request was made at another time than now: so many seconds before now, or after.
    Stale(i64),
    /// A request was used before.
    Replayed,
    /// A request that has no claim to an answer: its device is not known here, or did not sign it.
    NotHeld,
}

impl Refusal {
    /// Something names another site than the one that it is sent to.
    pub(crate) fn site_wrong(found: &str, expected: &str) -> Self {
        Refusal::SiteWrong { found: short(found), expected: expected.to_owned() }
    }

    /// The kind of problem.
    pub fn problem_type(&self) -> &'static ProblemType {
        match self {
            Refusal::TooLarge(_) => &TOO_LARGE,
            Refusal::Malformed(_) => &MALFORMED,
            Refusal::AlgorithmRefused(_) => &ALGORITHM_REFUSED,
            Refusal::TypeRefused { .. } => &TYPE_REFUSED,
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
            Refusal::Erased(_) => &ERASED,
            Refusal::Stale(_) => &STALE,
            Refusal::Replayed => &REPLAYED,
            Refusal::NotHeld => &NOT_HELD,
        }
    }

    /// What was wrong with this receipt, in a sentence.
    pub fn detail(&self) -> String {
        match self {
            Refusal::TooLarge(bytes) => {
                format!("It has {bytes} bytes; {MAX_RECEIPT} are the most.")
            }
            Refusal::Malformed(detail) | Refusal::ClaimWrong(detail) => detail.clone(),
            Refusal::AlgorithmRefused(alg) => format!("`alg` is {alg:?}; it must be {ES256:?}."),
            Refusal::TypeRefused { found, expected } => format!("`typ` is {found:?}; it must be {expected:?}."),
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
            Refusal::Erased(id) => format!("The receipt with the id {id:?} was erased."),
            Refusal::Stale(age) => {
                let (seconds, side) = (age.unsigned_abs(), if *age < 0 { "ahead of" } else { "behind" });
                format!("`iat` is {seconds} s {side} this server's clock; {WINDOW} s are the most.")
            }
            Refusal::Replayed => "A request with this `jti` was answered already.".into(),
            Refusal::NotHeld => {
                "No receipt of this device's key is held here, or the request is not signed by it.".into()
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
    meaning: "A receipt has at most 4 KB, a recording call at most 16 KB; a request about receipts and feedback have at most 4 KB each.",
    hint: "Send fewer receipts in one call. A single receipt of Placet has about 1 KB; what is larger was not made by it.",
};
const MALFORMED: ProblemType = ProblemType {
    slug: "malformed",
    title: "Malformed",
    status: 400,
    meaning: "The body is not what the call takes: {\"receipts\": [\"...\"]} with 1 to 16 texts, a request about receipts, or \
        feedback. Or a receipt or request is not a JWS in compact form (RFC 7515): three parts in base64url without padding, a \
        JSON header and a JSON payload that name no member twice.",
    hint: "See docs/reference/protocol.md for the call. Send a receipt exactly as it was made. If it was edited or cut, it cannot be mended.",
};
const ALGORITHM_REFUSED: ProblemType = ProblemType {
    slug: "algorithm-refused",
    title: "Algorithm refused",
    status: 422,
    meaning: "Receipts and requests are signed with ES256. A receipt without signature (alg \"none\") is taken only where the site's \
        config allows it, a request never.",
    hint: "Sign with ES256. If your pages are served over plain http:, where browsers offer no key, serve them over https:, \
        or set \"receipts\": {\"unsigned\": true} in the config.",
};
const TYPE_REFUSED: ProblemType = ProblemType {
    slug: "type-refused",
    title: "Made for something else",
    status: 422,
    meaning: "The header's typ is not the one that belongs here, so this JWS was made for something else (RFC 8725, section 3.11): \
        consent-receipt+jws is a receipt, consent-request+jws is a request about receipts.",
    hint: "Send receipts to the recording call, and requests to the call beside it.",
};
const HEADER_REFUSED: ProblemType = ProblemType {
    slug: "header-refused",
    title: "Header member refused",
    status: 422,
    meaning: "The header has alg, typ, kid and jwk (with kty, crv, x and y) and nothing else. \
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
    meaning: "The receipt or request names in aud an address that is not this one, so it may have been taken from somewhere else.",
    hint: "If this is your own server behind a proxy, start it with --public-url set to the address that browsers use.",
};
const SITE_WRONG: ProblemType = ProblemType {
    slug: "site-wrong",
    title: "From another site",
    status: 422,
    meaning: "The receipt, request or feedback names in site another site than the one that this server's config is for.",
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

const ERASED: ProblemType = ProblemType {
    slug: "erased",
    title: "Erased",
    status: 410,
    meaning: "The person had the receipts of this device erased, this one among them. It is not taken in again.",
    hint: "Drop the receipt. A new decision makes a new receipt, and that one is taken.",
};
const STALE: ProblemType = ProblemType {
    slug: "request-stale",
    title: "Not made now",
    status: 422,
    meaning: "The request says in iat that it was made more than five minutes ago, or will be made in more than five minutes.",
    hint: "Make a new request. If the device's clock is wrong, take the time from the answer's header Date.",
};
const REPLAYED: ProblemType = ProblemType {
    slug: "request-replayed",
    title: "Used before",
    status: 409,
    meaning: "A request with the same jti of the same device came before. Each counts once.",
    hint: "Make a new request with a random jti of its own.",
};
const NOT_HELD: ProblemType = ProblemType {
    slug: "not-held",
    title: "Nothing held for this key",
    status: 403,
    meaning: "The server holds no receipt of the key that the request names, or the request was not signed with that key. The answer \
        is the same in both cases, so that nobody learns whose receipts are held.",
    hint: "Ask with the device whose receipts they are. A device that has had its receipts erased is not known any more.",
};

/// The kinds of problem that a receipt, or a request about receipts, can have.
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
    ERASED,
    STALE,
    REPLAYED,
    NOT_HELD,
];

/// A text for a message: cut, so that nobody's answer grows with their question.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
