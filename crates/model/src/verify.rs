//! Whether a receipt is genuine: the same rules for the server, which takes it in, and for
//! `placet verify`, which reads it from a file.
//!
//! **Invariant:** a signature counts before what it covers is read; see [`crate::jws`] for what is a signature.
//! **Invariant:** two receipts are the same when their signing input is.

use crate::jws::{Jws, read_checked};
pub use crate::jws::{check_signature, hash, is_hash, thumbprint};
use crate::receipt::{ChoiceState, Claims, EventType, Jwk, State, Surface, TYPE, VERSION};
use crate::refusal::short;
pub use crate::refusal::{PROBLEM_TYPES, ProblemType, Refusal};
use serde_json::Value;

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
pub struct Unverified<'a>(Jws<'a>);

/// Verifies a receipt in compact form.
///
/// `key` is the device's public key where the receipt does not carry it.
///
/// # Errors
/// The first rule that the receipt breaks.
pub fn verify(jws: &str, key: Option<&Jwk>, expect: &Expect) -> Result<Verified, Refusal> {
    Unverified::parse(jws)?.verify(key, expect)
}

/// What a receipt says that was verified when it was taken in.
///
/// # Errors
/// [`Refusal`] for what never was a receipt.
pub fn claims_of(jws: &str) -> Result<Claims, Refusal> {
    read_claims(&Jws::parse(jws, TYPE)?)
}

impl<'a> Unverified<'a> {
    /// Takes a receipt apart and checks its form and its header.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(jws: &'a str) -> Result<Self, Refusal> {
        Jws::parse(jws, TYPE).map(Unverified)
    }

    /// The thumbprint of the key that is needed and not there: look it up and hand it to [`Self::verify`].
    pub fn missing_key(&self) -> Option<&str> {
        self.0.missing_key()
    }

    /// Checks the signature and the claims.
    ///
    /// # Errors
    /// The first rule that the receipt breaks.
    pub fn verify(self, key: Option<&Jwk>, expect: &Expect) -> Result<Verified, Refusal> {
        let key = self.0.check(key, expect.unsigned)?;
        let claims = read_claims(&self.0)?;
        check_claims(&claims, self.0.kid(), expect)?;
        Ok(Verified { claims, key, hash: self.0.hash() })
    }
}

fn read_claims(jws: &Jws<'_>) -> Result<Claims, Refusal> {
    let value = jws.payload()?;
    match value.get("v").and_then(Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        _ => return Err(Refusal::VersionUnknown),
    }
    read_checked(&value).map_err(Refusal::ClaimWrong)
}

/// The texts in a receipt are short: nobody stores a novel in it.
pub(crate) const LONGEST_TEXT: usize = 128;
/// A path may be longer.
const LONGEST_PAGE: usize = 1024;
/// More purposes or preferences than any notice has.
const MOST_ENTRIES: usize = 64;
/// Wider than any screen, and more than any contrast.
const LARGEST_NUMBER: u32 = 1_000_000;
/// The offsets of UTC range from -12 to +14 hours.
const OFFSETS: std::ops::RangeInclusive<i32> = -12 * 60..=14 * 60;

/// A rule about a claim, and what is told where it is broken.
pub(crate) fn claim(good: bool, fault: &str) -> Result<(), Refusal> {
    match good {
        true => Ok(()),
        false => Err(Refusal::ClaimWrong(fault.to_owned())),
    }
}

/// Whether something signed was meant for us, and made on our site.
pub(crate) fn check_addressee(aud: &str, site: &str, expect: &Expect) -> Result<(), Refusal> {
    if let Some(allowed) = expect.audiences
        && !allowed.iter().any(|allowed| allowed == aud)
    {
        return Err(Refusal::AudienceWrong { found: short(aud), allowed: allowed.to_vec() });
    }
    match expect.site {
        Some(expected) if expected != site => Err(Refusal::site_wrong(site, expected)),
        _ => Ok(()),
    }
}

fn check_claims(claims: &Claims, kid: Option<&str>, expect: &Expect) -> Result<(), Refusal> {
    check_addressee(&claims.aud, &claims.site, expect)?;
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
    claim(
        claims.event.kind != EventType::Separate || !claims.separate.is_empty(),
        "`event.type` is separate, but `separate` names no purpose.",
    )?;
    check_shown(claims)?;
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
        check_text(text, most)?;
    }
    Ok(())
}

/// Whether a text is short, and without control characters.
pub(crate) fn check_text(text: &str, most: usize) -> Result<(), Refusal> {
    if text.len() > most {
        return Err(Refusal::ClaimWrong(format!("The text {:?} is longer than {most} bytes.", short(text))));
    }
    match text.chars().any(char::is_control) {
        true => Err(Refusal::ClaimWrong(format!("The text {:?} holds a control character.", short(text)))),
        false => Ok(()),
    }
}

/// The evidence of what was seen has its form; whether accept and refuse were alike is for readers to judge.
fn check_shown(claims: &Claims) -> Result<(), Refusal> {
    let Some(shown) = &claims.shown else { return Ok(()) };
    claim(is_hash(&shown.words), "`shown.words` is not `sha256:` and 43 characters of base64url.")?;
    let button = |numbers: &[u32]| numbers.len() == 3 && numbers.iter().all(|number| *number <= LARGEST_NUMBER);
    claim(
        button(&shown.accept) && button(&shown.reject),
        "`shown.accept` and `shown.reject` are width, height and contrast: three numbers each, to a million.",
    )
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
