//! Receipts with real signatures, made before anything is measured: each of a device of its own, as most visitors are.

use std::thread;

use anyhow::{Context, Result};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use placet_model::{
    json::to_text,
    receipt::{Header, Jwk, base64url, compact, signing_input},
    verify::thumbprint,
};
use serde_json::{Value, json};

/// What all receipts say alike.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// The endpoint that they are meant for.
    pub audience: String,
    /// The notice that was shown: its version, language and hash.
    pub notice: Value,
}

/// So many receipts, numbered from `first` on: each is another one, also in another run on the same database.
pub(super) fn make(shown: &Shown, first: u64, count: u64) -> Result<Vec<String>> {
    let workers = thread::available_parallelism().map_or(1, usize::from) as u64;
    thread::scope(|scope| {
        let share = count.div_ceil(workers);
        let parts: Vec<_> = (0..workers)
            .map(|worker| {
                let (begin, end) = (first + worker * share, first + ((worker + 1) * share).min(count));
                scope.spawn(move || (begin..end).map(|number| receipt(shown, number)).collect::<Result<Vec<_>>>())
            })
            .collect();
        let mut receipts = Vec::with_capacity(count as usize);
        for part in parts {
            receipts.extend(part.join().map_err(|_| anyhow::anyhow!("a thread that signs broke"))??);
        }
        Ok(receipts)
    })
}

fn receipt(shown: &Shown, number: u64) -> Result<String> {
    let mut secret = [1; 32];
    secret[24..].copy_from_slice(&number.to_be_bytes());
    let key = SigningKey::from_slice(&secret).context("no key")?;
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (base64url(&point.as_bytes()[1..33]), base64url(&point.as_bytes()[33..]));
    let jwk = Jwk { kty: "EC".into(), crv: "P-256".into(), x, y };
    let device = thumbprint(&jwk);
    // Ids are random in life; here the number is mixed, so that they fall as far apart.
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let id = format!("{:08x}-{:04x}-4c54-9a3e-{:012x}", mixed >> 32, mixed >> 16 & 0xffff, number & 0xffff_ffff_ffff);
    let claims = json!({
        "v": 1, "id": id, "seq": 1, "prev": null, "iat": 1_772_323_200, "tz": 480, "ttl": 15_552_000,
        "aud": shown.audience, "site": "shop.example", "sub": { "device": device, "ref": null },
        "regime": "cn-pipl", "notice": shown.notice,
        "event": { "state": "given", "by": "subject", "method": "preferences.save", "surface": "web", "page": "/tea" },
        "choices": { "necessary": "always", "analytics": "granted", "ads": "denied" }, "separate": ["ads"],
        "preferences": { "channels": ["email"], "frequency": "monthly" }, "signals": { "gpc": false },
    });
    let input = signing_input(&to_text(&Header::signed(device, Some(jwk))), &claims.to_string());
    let signature: Signature = key.sign(input.as_bytes());
    Ok(compact(&input, &signature.to_bytes()))
}
