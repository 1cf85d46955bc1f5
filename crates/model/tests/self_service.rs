//! The rules for a shopper's requests about receipts, each with requests that keep and that break it.

#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::receipt::{Jwk, MAX_RECEIPT, base64url, compact, signing_input};
use placet_model::self_service::{Asked, Unverified};
use placet_model::verify::{Expect, Refusal, thumbprint};
use serde_json::{Value, json};
use support::{Device, merge};

const NOW: i64 = 1_772_323_200;

fn ask(jws: &str, held: Option<&Jwk>) -> Result<Asked, Refusal> {
    let audiences = vec!["https://consent.shop.example/v1/self".to_owned()];
    let expect = Expect { audiences: Some(&audiences), site: Some("shop.example"), unsigned: true };
    Unverified::parse(jws)?.verify(held, &expect, NOW)
}

fn outcome(jws: &str, held: Option<&Jwk>) -> &'static str {
    match ask(jws, held) {
        Ok(_) => "holds",
        Err(refusal) => {
            assert!(!refusal.detail().is_empty() && refusal.detail().len() < 400, "{refusal:?}");
            refusal.problem_type().slug
        }
    }
}

#[test]
fn payloads_keep_the_rules() {
    let device = Device::new(1);
    for (changes, expected) in [
        (json!({}), "holds"),
        (json!({ "do": "export" }), "holds"),
        (json!({ "do": "erase" }), "holds"),
        (json!({ "do": "Erase" }), "claim-wrong"),
        (json!({ "do": "rectify" }), "claim-wrong"),
        (json!({ "do": ["erase"] }), "claim-wrong"),
        (json!({ "do": null }), "claim-wrong"),
        (json!({ "aud": "https://consent.shop.example/v1/receipts" }), "audience-wrong"),
        (json!({ "aud": "https://consent.other.example/v1/self" }), "audience-wrong"),
        (json!({ "aud": null }), "claim-wrong"),
        (json!({ "site": "other.example" }), "site-wrong"),
        (json!({ "site": "SHOP.example" }), "site-wrong"),
        (json!({ "iat": NOW - 300 }), "holds"),
        (json!({ "iat": NOW - 301 }), "request-stale"),
        (json!({ "iat": NOW + 300 }), "holds"),
        (json!({ "iat": NOW + 301 }), "request-stale"),
        (json!({ "iat": 0 }), "request-stale"),
        (json!({ "iat": -9_007_199_254_740_991_i64 }), "request-stale"),
        (json!({ "iat": 9_007_199_254_740_991_i64 }), "request-stale"),
        (json!({ "iat": "now" }), "claim-wrong"),
        (json!({ "iat": 1e300 }), "claim-wrong"),
        (json!({ "iat": null }), "claim-wrong"),
        (json!({ "jti": "" }), "claim-wrong"),
        (json!({ "jti": "x".repeat(128) }), "holds"),
        (json!({ "jti": "x".repeat(129) }), "claim-wrong"),
        (json!({ "jti": "a\nb" }), "claim-wrong"),
        (json!({ "jti": 7 }), "claim-wrong"),
        (json!({ "jti": null }), "claim-wrong"),
        (json!({ "colour": "green" }), "holds"),
    ] {
        assert_eq!(outcome(&device.request("history", "a", NOW, &json!({}), &changes), None), expected, "{changes}");
    }
}

#[test]
fn headers_keep_the_rules() {
    let device = Device::new(1);
    let other = Device::new(2);
    for (changes, expected) in [
        (json!({}), "holds"),
        (json!({ "alg": "none" }), "malformed"),
        (json!({ "alg": "none", "kid": null, "jwk": null }), "algorithm-refused"),
        (json!({ "alg": "HS256" }), "algorithm-refused"),
        (json!({ "typ": "consent-receipt+jws" }), "type-refused"),
        (json!({ "typ": "JWT" }), "type-refused"),
        (json!({ "crit": ["b64"] }), "header-refused"),
        (json!({ "kid": null }), "malformed"),
        (json!({ "kid": other.thumbprint() }), "not-held"),
        (json!({ "jwk": null }), "not-held"),
        (json!({ "jwk": { "y": base64url(&[7; 32]) } }), "not-held"),
    ] {
        assert_eq!(outcome(&device.request("erase", "a", NOW, &changes, &json!({})), None), expected, "{changes}");
    }
}

/// Whoever has not the key gets one answer, whether the device is known or not.
#[test]
fn nobody_without_the_key_learns_which_devices_are_known() {
    let (device, other) = (Device::new(1), Device::new(2));
    let keyless = json!({ "jwk": null });
    let good = device.request("history", "a", NOW, &keyless, &json!({}));
    assert_eq!(outcome(&good, Some(&device.jwk())), "holds");
    let named = |kid: String| json!({ "jwk": null, "kid": kid });
    let forged = other.request("history", "a", NOW, &named(device.thumbprint()), &json!({ "do": "nonsense" }));
    let cut = format!("{}.{}", good.rsplit_once('.').unwrap().0, base64url(&[0; 64]));
    // The private half of the key that is tried in place of an unknown one is known to everybody: 1.
    let everybody = Device::new_with_secret(1);
    let guessed = everybody.request("erase", "a", NOW, &keyless, &json!({}));
    let renamed = everybody.request("erase", "a", NOW, &named(device.thumbprint()), &json!({}));
    let answers: Vec<Result<Asked, Refusal>> = [
        (&good, None),
        (&good, Some(other.jwk())),
        (&forged, None),
        (&forged, Some(device.jwk())),
        (&cut, None),
        (&cut, Some(device.jwk())),
        (&guessed, None),
        (&renamed, None),
        (&renamed, Some(device.jwk())),
    ]
    .into_iter()
    .map(|(jws, held)| ask(jws, held.as_ref()))
    .collect();
    assert!(answers.iter().all(|answer| *answer == Err(Refusal::NotHeld)), "{answers:?}");
}

#[test]
fn a_request_and_its_twin_have_one_name_and_others_have_others() {
    let device = Device::new(1);
    let name = |jws: &str| ask(jws, None).unwrap().name;
    let first = device.request("history", "a", NOW, &json!({}), &json!({}));
    assert_eq!(name(&first), name(&Device::twin(&first)));
    assert_eq!(name(&first), name(&device.request("erase", "a", NOW + 9, &json!({}), &json!({}))), "whatever it asks");
    assert_ne!(name(&first), name(&device.request("history", "b", NOW, &json!({}), &json!({}))));
    assert_ne!(name(&first), name(&Device::new(2).request("history", "a", NOW, &json!({}), &json!({}))));
    assert!(!name(&first).contains(&thumbprint(&device.jwk())));
    let asked = ask(&first, None).unwrap();
    assert_eq!(asked.expires_at(), (NOW + 600) * 1000, "its name is kept for longer than it can count");
}

#[test]
fn the_form_is_strict() {
    let device = Device::new(1);
    let good = device.request("history", "a", NOW, &json!({}), &json!({}));
    let unsigned = {
        let header = json!({ "alg": "none", "typ": "consent-request+jws" });
        let mut payload: Value = json!({ "aud": "https://consent.shop.example/v1/self", "iat": NOW, "jti": "a" });
        merge(&mut payload, &json!({ "site": "shop.example", "do": "erase" }));
        compact(&signing_input(&header.to_string(), &payload.to_string()), &[])
    };
    for (jws, expected) in [
        (good.clone(), "holds"),
        (unsigned, "algorithm-refused"),
        (format!("\"{good}\""), "malformed"),
        (format!("{good}\n"), "malformed"),
        (String::new(), "malformed"),
        ("{}".into(), "malformed"),
        (format!("{good}{}", "A".repeat(MAX_RECEIPT)), "too-large"),
        (device.receipt(1, "sha256:ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs", &json!({})), "type-refused"),
    ] {
        assert_eq!(outcome(&jws, None), expected, "{jws}");
    }
}
