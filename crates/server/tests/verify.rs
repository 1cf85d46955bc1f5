//! `placet verify`: what it says of receipt files.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::json;
use placet_model::receipt::{Acknowledgement, ReceiptFile};
use serde_json::{Value, json};
use support::alone::{file, placet, text};
use support::{Device, NOTICE, merge, notice};
use tempfile::TempDir;

fn receipt_file(jws: &str, notice: &str) -> ReceiptFile {
    ReceiptFile {
        placet: 1,
        receipt: jws.into(),
        jwk: Some(Device::new(1).jwk()),
        notice: notice.into(),
        acknowledgement: Some(Acknowledgement {
            id: "7b0c2f6e-1d7a-4c54-9a3e-000000000001".into(),
            received_at: 1_772_323_201_123,
            log: None,
        }),
    }
}

fn file_of(content: &ReceiptFile) -> (TempDir, String) {
    file("receipt.json", json::to_text(content))
}

#[test]
fn verify_tells_genuine_files_from_others() {
    let device = Device::new(1);
    let good = receipt_file(&device.receipt(1, &notice(), &json!({})), NOTICE);
    let text_of = |file: &ReceiptFile| json::to_text(file);
    let with = |change: &dyn Fn(&mut ReceiptFile)| {
        let mut file = good.clone();
        change(&mut file);
        text_of(&file)
    };
    let one_byte = |file: &mut ReceiptFile| {
        let middle = file.receipt.len() / 2;
        let other = if file.receipt.as_bytes()[middle] == b'A' { "B" } else { "A" };
        file.receipt.replace_range(middle..=middle, other);
    };
    for (content, code, said) in [
        (text_of(&good), 0, "GENUINE. The person gave consent on the web, on shop.example at /tea"),
        (text_of(&good), 0, "2026-03-01 08:00:00 UTC+08:00"),
        (text_of(&good), 0, "granted    Measuring use (analytics)"),
        (text_of(&good), 0, "denied     Ads on other platforms (ads, needs separate consent)"),
        (text_of(&good), 0, "This does not prove"),
        (with(&|file| file.acknowledgement = None), 0, "downloaded before"),
        (with(&|file| file.receipt = Device::twin(&file.receipt)), 0, "GENUINE"),
        (with(&one_byte), 1, "NOT GENUINE."),
        (with(&|file| file.notice = file.notice.replace("Measuring", "Ignoring")), 1, "its hash differs"),
        (with(&|file| file.jwk = Some(Device::new(2).jwk())), 1, "not the key that signed it"),
        (with(&|file| file.jwk = None), 1, "not the key that signed it"),
        (with(&|file| file.placet = 2), 1, "version 2"),
        (with(&|file| file.acknowledgement.as_mut().unwrap().id.clear()), 1, "for another receipt"),
        ("{}".into(), 1, "not a receipt file"),
        ("{".into(), 1, "not proper JSON"),
        (String::new(), 1, "not proper JSON"),
    ] {
        let (_directory, path) = file("receipt.json", &content);
        let told = placet(&["verify", &path]);
        let all = text(&told.stdout) + &text(&told.stderr);
        assert_eq!(told.status.code(), Some(code), "{all}");
        assert!(all.contains(said), "{said}: {all}");
    }
    assert_eq!(placet(&["verify", "/nowhere/receipt.json"]).status.code(), Some(2));
    assert_eq!(placet(&["verify"]).status.code(), Some(2));

    let (_directory, good) = file("good.json", text_of(&good));
    let (_directory, forged) = file("forged.json", with(&one_byte));
    for (files, code, said) in [
        (&[&*good, &good][..], 0, "2 files: 2 genuine, 0 not genuine or not confirmed, 0 not read"),
        (&[&forged, &good], 1, "2 files: 1 genuine, 1 not genuine or not confirmed, 0 not read"),
        (
            &[&good, "/nowhere/receipt.json", &forged, &good],
            2,
            "4 files: 2 genuine, 1 not genuine or not confirmed, 1 not read",
        ),
    ] {
        let told = placet(&[&["verify"], files].concat());
        let out = text(&told.stdout);
        assert_eq!(told.status.code(), Some(code), "{out}");
        assert!(out.contains(said) && files.iter().all(|file| out.contains(file)), "{out}");
    }
}

#[test]
fn verify_tells_who_acted_how_it_was_asked_and_what_was_shown() {
    let device = Device::new(1);
    let words = notice();
    let shown =
        |accept: [u32; 3], reject: [u32; 3]| json!({ "shown": { "words": words, "accept": accept, "reject": reject } });
    let equal = shown([120, 44, 702], [126, 44, 650]);
    let hash = format!("  words      {words}, by their hash");
    let nudging = "alike      NO, accept against refuse: width 300 against 80 pixels, height 60 against 20 pixels, \
                   contrast 21.00 to 1 against 1.10 to 1";
    for (changes, said, unsaid) in [
        (json!({}), "by         the person concerned", "on the screen"),
        (json!({}), "consent    regular", "measured"),
        (json!({ "event": { "by": "guardian" } }), "GENUINE. A guardian gave consent", "the person concerned"),
        (json!({ "event": { "by": "guardian" } }), "by         a parent or guardian of the person", "on the screen"),
        (json!({ "event": { "by": "staff" } }), "by         staff, at the person's word", "on the screen"),
        (
            json!({ "event": { "type": "separate" } }),
            "consent    separate: a purpose was asked about on its own",
            "regular",
        ),
        (equal.clone(), &*hash, "NO, accept"),
        (equal.clone(), "accept     120 by 44 pixels, contrast of its words 7.02 to 1", "NO, accept"),
        (equal.clone(), "refuse     126 by 44 pixels, contrast of its words 6.50 to 1", "NO, accept"),
        (equal.clone(), "alike      yes", "NO, accept"),
        (equal, "That the screen looked as measured: the page measured it itself.", "NO, accept"),
        (shown([300, 60, 2100], [80, 20, 110]), nudging, "alike      yes"),
    ] {
        let file = receipt_file(&device.receipt(1, &notice(), &changes), NOTICE);
        let (_directory, path) = file_of(&file);
        let told = placet(&["verify", &path]);
        let out = text(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{out}");
        assert!(out.contains(said) && !out.contains(unsaid), "{said} and not {unsaid}: {out}");
    }
}

/// What a notice says cannot give orders to the terminal of who verifies.
#[test]
fn verify_prints_no_control_characters() {
    let device = Device::new(1);
    let snapshot = NOTICE.replace("Measuring use", "\\u001b[31mMeasuring \\u202euse");
    let receipt = device.receipt(1, &placet_model::verify::hash(snapshot.as_bytes()), &json!({}));
    let (_directory, path) = file_of(&receipt_file(&receipt, &snapshot));
    let told = placet(&["verify", &path]);
    let out = text(&told.stdout);
    assert!(out.contains("\\u{1b}[31mMeasuring \\u{202e}use"), "{out}");
    assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out}");
}

#[test]
fn verify_says_what_it_does_not_know() {
    let good = json::to_text(&receipt_file(&Device::new(1).receipt(1, &notice(), &json!({})), NOTICE));
    let good: Value = serde_json::from_str(&good).unwrap();
    for (changes, named) in [
        (json!({}), None),
        (json!({ "verified": true }), Some("\"verified\".")),
        (json!({ "\u{1b}[31m签": 1, "jwk": { "owner": "Lin" } }), Some("\"\\u{1b}[31m签\", \"jwk.owner\".")),
        (json!({ "acknowledgement": { "signature": "x" } }), Some("\"acknowledgement.signature\".")),
    ] {
        let mut content = good.clone();
        merge(&mut content, &changes);
        let (_directory, path) = file("receipt.json", content.to_string());
        let told = placet(&["verify", &path]);
        let out = text(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{out}");
        let line = out.lines().find(|line| line.contains("other members"));
        assert_eq!(line.is_some(), named.is_some(), "{out}");
        assert!(
            named.is_none_or(|named| line.unwrap().contains("no proof") && line.unwrap().ends_with(named)),
            "{out}"
        );
    }
}
