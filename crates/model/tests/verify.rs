//! The rules of verification, each with receipts that keep and that break it.

#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::json::from_tree;
use placet_model::receipt::{Jwk, MAX_RECEIPT, base64url, compact, signing_input};
use placet_model::verify::{Expect, Refusal, check_signature, hash, thumbprint, verify};
use serde_json::{Value, json};
use support::{Device, decode, merge};

const NOTICE: &str = "sha256:ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs";

fn audiences() -> Vec<String> {
    vec!["https://consent.shop.example/v1/receipts".to_owned()]
}

/// Verifies as the receipt server of shop.example would.
fn outcome(jws: &str, unsigned: bool) -> &'static str {
    let audiences = audiences();
    let expect = Expect { audiences: Some(&audiences), site: Some("shop.example"), unsigned };
    match verify(jws, None, &expect) {
        Ok(_) => "genuine",
        Err(refusal) => {
            assert!(!refusal.detail().is_empty() && refusal.detail().len() < 400, "{refusal:?}");
            refusal.problem_type().slug
        }
    }
}

/// Evidence of what was seen, as pages make it.
fn shown() -> Value {
    json!({ "words": NOTICE, "accept": [120, 44, 702], "reject": [120, 44, 702] })
}

#[test]
fn claims_keep_the_rules() {
    let with = |changes: Value| {
        let mut shown = shown();
        merge(&mut shown, &changes);
        shown
    };
    let device = Device::new(1);
    for (changes, expected) in [
        (json!({}), "genuine"),
        (json!({ "v": 2 }), "version-unknown"),
        (json!({ "v": "1" }), "version-unknown"),
        (json!({ "id": "7b0c2f6e-1d7a-1c54-9a3e-000000000001" }), "claim-wrong"),
        (json!({ "id": "7B0C2F6E-1D7A-4C54-9A3E-000000000001" }), "claim-wrong"),
        (json!({ "id": "7b0c2f6e-1d7a-4c54-ca3e-000000000001" }), "claim-wrong"),
        (json!({ "id": "1" }), "claim-wrong"),
        (json!({ "id": null }), "claim-wrong"),
        (json!({ "seq": 0 }), "claim-wrong"),
        (json!({ "seq": 1.5 }), "claim-wrong"),
        (json!({ "seq": 7, "prev": NOTICE }), "genuine"),
        (json!({ "prev": "sha256:short" }), "claim-wrong"),
        (json!({ "iat": 1_772_323_200.5 }), "claim-wrong"),
        (json!({ "iat": "1772323200" }), "claim-wrong"),
        (json!({ "iat": 1e30 }), "claim-wrong"),
        // A wrong clock never makes a decision fail.
        (json!({ "iat": 0 }), "genuine"),
        (json!({ "iat": -5 }), "genuine"),
        (json!({ "iat": 9_000_000_000_i64 }), "genuine"),
        (json!({ "tz": 841 }), "claim-wrong"),
        (json!({ "ttl": -1 }), "claim-wrong"),
        (json!({ "aud": "https://consent.other.example/v1/receipts" }), "audience-wrong"),
        (json!({ "aud": "https://consent.shop.example/v1/receipts/" }), "audience-wrong"),
        (json!({ "site": "other.example" }), "site-wrong"),
        (json!({ "sub": { "device": Device::new(2).thumbprint() } }), "claim-wrong"),
        (json!({ "sub": { "device": null } }), "claim-wrong"),
        (json!({ "sub": { "ref": "customer-7" } }), "genuine"),
        (json!({ "sub": { "ref": "r".repeat(129) } }), "claim-wrong"),
        (json!({ "sub": { "ref": "a\u{7}b" } }), "claim-wrong"),
        (json!({ "notice": { "hash": "sha256:0" } }), "claim-wrong"),
        (json!({ "notice": { "hash": NOTICE.replace("sha256", "sha512") } }), "claim-wrong"),
        (json!({ "event": { "state": "happy" } }), "claim-wrong"),
        (json!({ "event": { "by": "guardian", "surface": "call_center", "page": "" } }), "genuine"),
        (json!({ "event": { "page": "/tea?utm_source=mail" } }), "claim-wrong"),
        (json!({ "event": { "page": "/tea#cups" } }), "claim-wrong"),
        (json!({ "event": { "page": "https://shop.example/tea" } }), "claim-wrong"),
        (json!({ "event": { "page": "/".repeat(1025) } }), "claim-wrong"),
        (json!({ "event": { "state": "refused" } }), "claim-wrong"),
        (json!({ "event": { "state": "withdrawn" } }), "claim-wrong"),
        (json!({ "event": { "state": "changed" } }), "genuine"),
        (json!({ "event": { "state": "renewed" } }), "genuine"),
        (json!({ "event": { "state": "refused" }, "choices": { "analytics": "denied" } }), "genuine"),
        (json!({ "event": { "state": "withdrawn" }, "choices": { "analytics": "denied" } }), "genuine"),
        (json!({ "event": { "type": "regular" } }), "genuine"),
        (json!({ "event": { "type": "separate" } }), "genuine"),
        (json!({ "event": { "type": "separate" }, "separate": [] }), "claim-wrong"),
        (json!({ "event": { "type": "separate" }, "separate": null }), "claim-wrong"),
        (json!({ "event": { "type": "explicit" } }), "claim-wrong"),
        (json!({ "event": { "type": 1 } }), "claim-wrong"),
        (json!({ "event": { "by": "agent" } }), "genuine"),
        (json!({ "event": { "by": "robot" } }), "claim-wrong"),
        (json!({ "event": { "by": null } }), "claim-wrong"),
        (json!({ "shown": shown() }), "genuine"),
        (json!({ "shown": "(null)" }), "genuine"),
        (json!({ "shown": {} }), "claim-wrong"),
        (json!({ "shown": with(json!({ "words": "Accept all" })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "words": NOTICE.replace("sha256", "md5") })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "words": null })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "accept": [120, 44] })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "accept": [120, 44, 702, 1] })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "accept": [120.5, 44, 702] })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "accept": [-1, 44, 702] })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "reject": [1_000_001, 44, 702] })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "reject": ["120", 44, 702] })) }), "claim-wrong"),
        (json!({ "shown": with(json!({ "reject": null })) }), "claim-wrong"),
        // Whether the buttons were alike is for readers to judge: no decision is lost for that.
        (json!({ "shown": with(json!({ "reject": [0, 0, 0] })) }), "genuine"),
        (json!({ "choices": { "analytics": "denied" } }), "claim-wrong"),
        (json!({ "choices": { "analytics": "maybe" } }), "claim-wrong"),
        (json!({ "choices": { "analytics": true } }), "claim-wrong"),
        (json!({ "choices": { "__proto__": "granted", "constructor": "denied" } }), "genuine"),
        (json!({ "separate": ["unheard-of"] }), "claim-wrong"),
        (json!({ "separate": null, "preferences": null, "signals": null }), "genuine"),
        (json!({ "preferences": { "channels": "(null)" } }), "claim-wrong"),
        (json!({ "preferences": { "channels": [] } }), "genuine"),
        (json!({ "preferences": { "channels": [7] } }), "claim-wrong"),
        (json!({ "preferences": { "channels": vec!["x".repeat(129)] } }), "claim-wrong"),
        // Later versions may say more.
        (json!({ "colour": "green" }), "genuine"),
    ] {
        assert_eq!(outcome(&device.receipt(1, NOTICE, &changes), false), expected, "{changes}");
    }
}

#[test]
fn headers_keep_the_rules() {
    let device = Device::new(1);
    let other = Device::new(2);
    let claims = device.claims(1, NOTICE).to_string();
    for (changes, expected) in [
        (json!({}), "genuine"),
        (json!({ "alg": "HS256" }), "algorithm-refused"),
        (json!({ "alg": "none" }), "malformed"),
        (json!({ "alg": "None" }), "algorithm-refused"),
        (json!({ "alg": "ES384" }), "algorithm-refused"),
        (json!({ "alg": null }), "malformed"),
        (json!({ "typ": "JWT" }), "type-refused"),
        (json!({ "typ": "consent-request+jws" }), "type-refused"),
        (json!({ "typ": null }), "malformed"),
        (json!({ "crit": ["exp"] }), "header-refused"),
        (json!({ "jku": "https://evil.example/keys" }), "header-refused"),
        (json!({ "x5u": "https://evil.example/cert" }), "header-refused"),
        (json!({ "b64": false }), "header-refused"),
        (json!({ "whatever": 1 }), "header-refused"),
        (json!({ "jwk": { "d": "c2VjcmV0" } }), "header-refused"),
        (json!({ "kid": null }), "malformed"),
        (json!({ "kid": other.thumbprint() }), "key-invalid"),
        (json!({ "jwk": null }), "key-unknown"),
        (json!({ "jwk": { "crv": "P-384" } }), "key-invalid"),
        (json!({ "jwk": { "x": 7 } }), "malformed"),
    ] {
        let mut header = device.header();
        merge(&mut header, &changes);
        assert_eq!(outcome(&device.sign(&header.to_string(), &claims), false), expected, "{changes}");
    }

    // A key with another point: its thumbprint fits, the signature or the curve does not.
    for (jwk, expected) in [
        (other.jwk(), "signature-invalid"),
        (Jwk { y: base64url(&[7; 32]), ..device.jwk() }, "key-invalid"),
        (Jwk { y: base64url(&[7; 31]), ..device.jwk() }, "key-invalid"),
        (Jwk { kty: "RSA".into(), ..device.jwk() }, "key-invalid"),
    ] {
        let mut header = device.header();
        header["kid"] = thumbprint(&jwk).into();
        header["jwk"] = serde_json::from_str(&placet_model::json::to_text(&jwk)).unwrap();
        assert_eq!(outcome(&device.sign(&header.to_string(), &claims), false), expected, "{jwk:?}");
    }
}

#[test]
fn the_form_is_strict() {
    let device = Device::new(1);
    let good = device.receipt(1, NOTICE, &json!({}));
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let header_json = device.header().to_string();
    let claims_json = device.claims(1, NOTICE).to_string();
    let twice = |json: &str, member: &str| json.replacen('{', &format!("{{{member},"), 1);
    let long = format!("{header}.{payload}{}.{signature}", "A".repeat(MAX_RECEIPT));
    for (jws, expected) in [
        (good.clone(), "genuine"),
        (Device::twin(&good), "genuine"),
        (String::new(), "malformed"),
        ("a.b".into(), "malformed"),
        (format!("{good}."), "malformed"),
        (format!("{good}="), "malformed"),
        (format!("{header}=.{payload}.{signature}"), "malformed"),
        (format!("{header}.{payload} .{signature}"), "malformed"),
        (
            format!("{header}.{}.{signature}", payload.replace(['-', '_'], "+")),
            if payload.contains(['-', '_']) { "malformed" } else { "genuine" },
        ),
        (format!("{header}.{payload}.{}", &signature[..signature.len() - 1]), "malformed"),
        (format!("{header}.{payload}."), "signature-invalid"),
        (compact(&format!("{header}.{payload}"), &[0; 64]), "signature-invalid"),
        (compact(&format!("{header}.{payload}"), &[1; 65]), "signature-invalid"),
        (compact(&format!("{header}.{payload}"), &decode(signature)[..63]), "signature-invalid"),
        (long, "too-large"),
        (device.sign(&twice(&header_json, r#""alg":"none""#), &claims_json), "malformed"),
        (device.sign(&header_json, &twice(&claims_json, r#""site":"other.example""#)), "malformed"),
        (device.sign("[]", &claims_json), "malformed"),
        (device.sign(&header_json, "[]"), "malformed"),
        (device.sign(&header_json, "{"), "malformed"),
        (device.sign(&header_json, &format!("{claims_json} x")), "malformed"),
        (device.sign(&header_json, &"[".repeat(2000)), "malformed"),
        (Device::new(2).sign(&header_json, &claims_json), "signature-invalid"),
    ] {
        assert_eq!(outcome(&jws, false), expected, "{jws}");
    }

    // The last character of base64url has bits that carry nothing: only zeros are taken for them.
    let mut spelled_otherwise = good.clone();
    let last = spelled_otherwise.pop().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).unwrap();
    spelled_otherwise.push(alphabet.chars().nth(place ^ 1).unwrap());
    assert_eq!(outcome(&spelled_otherwise, false), "malformed");
}

#[test]
fn every_changed_byte_is_noticed() {
    let good = Device::new(1).receipt(1, NOTICE, &json!({}));
    for place in (0..good.len()).step_by(3) {
        let mut bytes = good.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        assert_ne!(outcome(std::str::from_utf8(&bytes).unwrap(), true), "genuine", "byte {place}");
    }
}

#[test]
fn a_receipt_without_signature_is_taken_where_the_site_allows_it() {
    let device = Device::new(1);
    let mut claims = device.claims(1, NOTICE);
    let unsigned = |header: &Value, claims: &Value, signature: &[u8]| {
        compact(&signing_input(&header.to_string(), &claims.to_string()), signature)
    };
    let header = json!({ "alg": "none", "typ": "consent-receipt+jws" });
    let named = json!({ "alg": "none", "typ": "consent-receipt+jws", "kid": device.thumbprint() });
    assert_eq!(outcome(&unsigned(&header, &claims, &[]), true), "claim-wrong", "it names a device");
    claims["sub"]["device"] = Value::Null;
    for (jws, allowed, expected) in [
        (unsigned(&header, &claims, &[]), true, "genuine"),
        (unsigned(&header, &claims, &[]), false, "algorithm-refused"),
        (unsigned(&header, &claims, &[7; 64]), true, "signature-invalid"),
        (unsigned(&named, &claims, &[]), true, "malformed"),
    ] {
        assert_eq!(outcome(&jws, allowed), expected, "{jws}");
    }
}

#[test]
fn a_receipt_and_its_twin_are_the_same_receipt() {
    let receipt = Device::new(1).receipt(1, NOTICE, &json!({}));
    let twin = Device::twin(&receipt);
    assert_ne!(receipt, twin);
    let hash = |jws: &str| verify(jws, None, &Expect::default()).unwrap().hash;
    assert_eq!(hash(&receipt), hash(&twin));
}

#[test]
fn the_key_may_come_from_elsewhere() {
    let device = Device::new(1);
    let mut header = device.header();
    header.as_object_mut().unwrap().remove("jwk");
    let jws = device.sign(&header.to_string(), &device.claims(1, NOTICE).to_string());
    assert!(verify(&jws, Some(&device.jwk()), &Expect::default()).is_ok());
    assert_eq!(verify(&jws, None, &Expect::default()), Err(Refusal::KeyUnknown(device.thumbprint())));
    assert!(matches!(verify(&jws, Some(&Device::new(2).jwk()), &Expect::default()), Err(Refusal::KeyInvalid(_))));
}

#[test]
fn the_signature_of_rfc_7515_appendix_a_3_fits() {
    let key = Jwk {
        kty: "EC".into(),
        crv: "P-256".into(),
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".into(),
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".into(),
    };
    let input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    assert_eq!(check_signature(&key, input.as_bytes(), &signature), Ok(()));
    assert_eq!(check_signature(&key, &input.as_bytes()[1..], &signature), Err(Refusal::SignatureInvalid));
}

#[test]
fn a_thumbprint_hashes_the_canonical_text_of_rfc_7638() {
    // The RFC's own example is an RSA key, whose canonical text has other members; it checks the hash,
    // the text below it checks the members and their order for an EC key (RFC 7638, section 3.2).
    let rsa = concat!(
        r#"{"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"#,
        r#"tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"#,
        r#"SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#,
    );
    assert_eq!(hash(rsa.as_bytes()), "sha256:NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");

    let key = Jwk { kty: "EC".into(), crv: "P-256".into(), x: "X".into(), y: "Y".into() };
    assert_eq!(key.thumbprint_input(), r#"{"crv":"P-256","kty":"EC","x":"X","y":"Y"}"#);
}

/// The vectors of C2SP/wycheproof, which are not part of this repository: `PLACET_VECTORS` names
/// the directory that holds `wycheproof/ecdsa_secp256r1_sha256_p1363_test.json`.
#[test]
fn signatures_agree_with_wycheproof() {
    let Some(directory) = support::vectors("signatures_agree_with_wycheproof") else { return };
    let path = directory.join("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let bytes = |value: &Value| -> Vec<u8> {
        let text = value.as_str().unwrap();
        (0..text.len()).step_by(2).map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap()).collect()
    };
    let mut count = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let point = bytes(&group["publicKey"]["uncompressed"]);
        let key = json!({ "kty": "EC", "crv": "P-256", "x": base64url(&point[1..33]), "y": base64url(&point[33..]) });
        let key: Jwk = from_tree(&key).unwrap();
        for test in group["tests"].as_array().unwrap() {
            let valid = check_signature(&key, &bytes(&test["msg"]), &bytes(&test["sig"])).is_ok();
            assert_eq!(valid, test["result"] == "valid", "{test}");
            count += 1;
        }
    }
    assert_eq!(vectors["numberOfTests"], count);
}
