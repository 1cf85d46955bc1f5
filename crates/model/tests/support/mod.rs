//! A device that signs receipts, for tests: with a key that everybody knows. And test vectors from outside.

#![allow(dead_code, reason = "each test uses its part")]

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use placet_model::json::to_text;
use placet_model::receipt::{Header, Jwk, base64url, compact, signing_input};
use placet_model::verify::thumbprint;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The directory of test vectors from outside the repository, which `PLACET_VECTORS` names. Where it does not, `test` says that it
/// was not run; `cargo xtask test` reads that, and lists it.
pub fn vectors(test: &str) -> Option<PathBuf> {
    let Some(directory) = std::env::var_os("PLACET_VECTORS") else {
        // Past the test runner, which would swallow it.
        let line = format!("NOT RUN: {test}: PLACET_VECTORS names no outside test vectors\n");
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        return None;
    };
    // A relative path counts from the workspace, not from this package.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(directory))
}

/// A device with its key.
pub struct Device(SigningKey);

impl Device {
    /// The device with this number; the same key each time.
    pub fn new(number: u8) -> Self {
        Device(SigningKey::from_slice(&[number; 32]).unwrap())
    }

    /// The device whose private key is this number.
    pub fn new_with_secret(number: u8) -> Self {
        let mut secret = [0; 32];
        secret[31] = number;
        Device(SigningKey::from_slice(&secret).unwrap())
    }

    /// Its public key.
    pub fn jwk(&self) -> Jwk {
        let point = self.0.verifying_key().to_sec1_point(false);
        let bytes = point.as_bytes();
        Jwk { kty: "EC".into(), crv: "P-256".into(), x: base64url(&bytes[1..33]), y: base64url(&bytes[33..]) }
    }

    /// Its thumbprint.
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.jwk())
    }

    /// The header of its receipts, with the key in it.
    pub fn header(&self) -> Value {
        serde_json::from_str(&to_text(&Header::signed(self.thumbprint(), Some(self.jwk())))).unwrap()
    }

    /// The claims of a good receipt for `site` and `notice`; `id` is its last hexadecimal digits.
    pub fn claims(&self, id: u32, notice: &str) -> Value {
        json!({
            "v": 1, "id": format!("7b0c2f6e-1d7a-4c54-9a3e-{id:012x}"), "seq": 1, "prev": null,
            "iat": 1_772_323_200, "tz": 480, "ttl": 15_552_000,
            "aud": "https://consent.shop.example/v1/receipts", "site": "shop.example",
            "sub": { "device": self.thumbprint(), "ref": null },
            "regime": "cn-pipl",
            "notice": { "version": "2026-03-01", "lang": "en", "hash": notice },
            "event": { "state": "given", "by": "subject", "method": "preferences.save", "surface": "web", "page": "/tea" },
            "choices": { "necessary": "always", "analytics": "granted", "ads": "denied" },
            "separate": ["ads"],
            "preferences": { "channels": ["email"], "frequency": "monthly" },
            "signals": { "gpc": false }
        })
    }

    /// A receipt with this header and these claims.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let input = signing_input(header, claims);
        let signature: Signature = self.0.sign(input.as_bytes());
        compact(&input, &signature.to_bytes())
    }

    /// A good receipt with changes to its claims, by JSON Merge Patch (RFC 7396).
    pub fn receipt(&self, id: u32, notice: &str, changes: &Value) -> String {
        let mut claims = self.claims(id, notice);
        merge(&mut claims, changes);
        self.sign(&self.header().to_string(), &claims.to_string())
    }

    /// A request about the receipts of this device, made at `iat`, with changes to its header and its payload.
    pub fn request(&self, what: &str, jti: &str, iat: i64, header: &Value, changes: &Value) -> String {
        let mut head = self.header();
        head["typ"] = "consent-request+jws".into();
        merge(&mut head, header);
        let mut payload = json!({
            "aud": "https://consent.shop.example/v1/self", "iat": iat, "jti": jti, "site": "shop.example", "do": what,
        });
        merge(&mut payload, changes);
        self.sign(&head.to_string(), &payload.to_string())
    }

    /// The same receipt with the other valid signature: (r, n - s) for (r, s).
    pub fn twin(jws: &str) -> String {
        let (input, signature) = jws.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        let (r, s) = signature.split_scalars();
        let twin = Signature::from_scalars(r, -s).unwrap();
        compact(input, &twin.to_bytes())
    }
}

/// Applies a JSON Merge Patch; a member with the text "(null)" becomes `null` instead of going away.
pub fn merge(target: &mut Value, changes: &Value) {
    let Value::Object(changes) = changes else {
        *target = if changes == "(null)" { Value::Null } else { changes.clone() };
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().unwrap();
    for (name, change) in changes {
        match change {
            Value::Null => {
                members.remove(name);
            }
            change => merge(members.entry(name).or_insert(Value::Null), change),
        }
    }
}

/// The bytes of unpadded base64url.
pub fn decode(text: &str) -> Vec<u8> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    Base64UrlUnpadded::decode_vec(text).unwrap()
}
