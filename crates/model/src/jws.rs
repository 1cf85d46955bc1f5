//! What a device signs: a JWS in compact form (RFC 7515) with ES256, whether it is a receipt or a request about receipts.
//!
//! **Invariant:** what is accepted means one thing to every reader: base64url has one spelling,
//! no object names a member twice, and header members that we do not understand are refused
//! (RFC 8725, sections 3.1 and 3.9; RFC 7515, section 4.1.11).
//! **Invariant:** a JWS that was made for one purpose counts for no other: `typ` tells them apart (RFC 8725, section 3.11).

use crate::json;
use crate::receipt::{ES256, Header, Jwk, MAX_RECEIPT, NONE, base64url, signing_input_of};
use crate::refusal::{Refusal, short};
use crate::tree::{Fault, Faults, Read};
use base64ct::{Base64UrlUnpadded, Encoding};
use p256::PublicKey;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A JWS taken apart, its header checked, its signature not yet.
#[derive(Debug, Clone)]
pub struct Jws<'a> {
    header: Header,
    signing_input: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a JWS apart and checks its form and its header, whose `typ` has to be this one.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &'a str, typ: &'static str) -> Result<Self, Refusal> {
        if text.len() > MAX_RECEIPT {
            return Err(Refusal::TooLarge(text.len()));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(Refusal::Malformed("A JWS has three parts with dots between them.".into()));
        };
        Ok(Jws {
            header: read_header(&decode(header, "header")?, typ)?,
            signing_input: signing_input_of(text),
            payload: decode(payload, "payload")?,
            signature: decode(signature, "signature")?,
        })
    }

    /// The thumbprint of the key that signed it, as the header says; none where it is not signed.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The thumbprint of the key that is needed and not there: look it up and hand it to [`Self::check`].
    pub fn missing_key(&self) -> Option<&str> {
        match self.header.jwk {
            None => self.kid(),
            Some(_) => None,
        }
    }

    /// Checks the signature, by the key of the header or else by `key`, and gives the key back: none where there is no
    /// signature, which counts only where `unsigned` says so.
    ///
    /// A key that nobody knows costs as much time as one that is known: the time tells nobody whose keys are held.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, key: Option<&Jwk>, unsigned: bool) -> Result<Option<Jwk>, Refusal> {
        let message = self.signing_input.as_bytes();
        let Some(kid) = &self.header.kid else {
            return match () {
                () if !unsigned => Err(Refusal::AlgorithmRefused(NONE.into())),
                () if self.signature.is_empty() => Ok(None),
                () => Err(Refusal::SignatureInvalid),
            };
        };
        let Some(key) = self.header.jwk.as_ref().or(key) else {
            // The outcome counts for nothing: everybody knows the private half of this key.
            let _ = check_signature(&base_point(), message, &self.signature);
            return Err(Refusal::KeyUnknown(kid.clone()));
        };
        if thumbprint(key) != *kid {
            return Err(Refusal::KeyInvalid("`kid` is not the key's thumbprint."));
        }
        check_signature(key, message, &self.signature)?;
        Ok(Some(key.clone()))
    }

    /// `sha256:` and the base64url of SHA-256 over the signing input: what tells one JWS from another.
    ///
    /// An ECDSA signature (r, s) has a twin (r, n - s) that is just as valid, so the whole text proves nothing about sameness.
    pub fn hash(&self) -> String {
        hash(self.signing_input.as_bytes())
    }

    /// The payload as a JSON object.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn payload(&self) -> Result<Value, Refusal> {
        parse_object(&self.payload, "payload")
    }
}

/// `sha256:` and the unpadded base64url of SHA-256 over some bytes: how notices and receipts are named.
pub fn hash(bytes: &[u8]) -> String {
    ["sha256:", &base64url(&Sha256::digest(bytes))].concat()
}

/// Whether a text is a name as [`hash`] makes them.
pub fn is_hash(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hash| {
        hash.len() == 43 && Base64UrlUnpadded::decode_vec(hash).is_ok_and(|bytes| bytes.len() == 32)
    })
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
    let point = read_point(key)?;
    // ring takes a quarter of the time of p256, but does not tell a bad point from a bad signature.
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).verify(message, signature).map_err(|_| {
        match PublicKey::from_sec1_bytes(&point) {
            Ok(_) => Refusal::SignatureInvalid,
            Err(_) => Refusal::KeyInvalid("The point is not on the curve P-256."),
        }
    })
}

/// The point of a key, uncompressed (SEC 1, section 2.3.3); whether it is on the curve is not known yet.
fn read_point(key: &Jwk) -> Result<Vec<u8>, Refusal> {
    if key.kty != "EC" || key.crv != "P-256" {
        return Err(Refusal::KeyInvalid("The key must have `kty` EC and `crv` P-256."));
    }
    let coordinate = |text: &str| {
        Base64UrlUnpadded::decode_vec(text)
            .ok()
            .filter(|bytes| bytes.len() == 32)
            .ok_or(Refusal::KeyInvalid("`x` and `y` must be 32 bytes each, in base64url without padding."))
    };
    Ok([vec![4], coordinate(&key.x)?, coordinate(&key.y)?].concat())
}

/// The base point of P-256 (FIPS 186-4, D.1.2.3) as a key.
fn base_point() -> Jwk {
    Jwk {
        kty: "EC".into(),
        crv: "P-256".into(),
        x: "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY".into(),
        y: "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU".into(),
    }
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

fn read_header(bytes: &[u8], typ: &'static str) -> Result<Header, Refusal> {
    let value = parse_object(bytes, "header")?;
    refuse_others(&value, &["alg", "typ", "kid", "jwk"])?;
    if let Some(jwk) = value.get("jwk") {
        refuse_others(jwk, &["kty", "crv", "x", "y"])?;
    }
    let header: Header = read_checked(&value).map_err(|fault| Refusal::Malformed(format!("In the header, {fault}")))?;
    if header.typ != typ {
        return Err(Refusal::TypeRefused { found: short(&header.typ), expected: typ });
    }
    match (header.alg.as_str(), &header.kid, &header.jwk) {
        (ES256, Some(_), _) | (NONE, None, None) => Ok(header),
        (ES256, None, _) => Err(Refusal::Malformed("In the header, `kid` is missing.".into())),
        (NONE, _, _) => Err(Refusal::Malformed("What is not signed names no key.".into())),
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

/// Reads a value that has to be whole; the error is its first fault, as a sentence with its place.
///
/// Members that we do not know are left alone: later versions may add some, and the exact bytes are what is kept.
///
/// # Errors
/// The first fault.
pub fn read_checked<V: Read>(tree: &Value) -> Result<V, String> {
    let mut first = FirstFault::default();
    let value = V::read(tree, &mut first);
    match first.fault {
        None => Ok(value),
        Some(fault) => Err(fault),
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
