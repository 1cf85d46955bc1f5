//! Proofs, checkpoints and the places of receipts in a log: against outside vectors, against another implementation, and
//! against everything that may be wrong with them.

#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

#[path = "support/log.rs"]
mod log_support;
mod support;

use base64ct::{Base64, Encoding};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use log_support::{LogKey, TestLog};
use placet_model::log::checkpoint::{CheckpointFault, Keys, origin_of, site_of};
use placet_model::log::entry::{Envelope, LogProof};
use placet_model::log::erasure::{is_erasure, verify_erasure};
use placet_model::log::growth::Growth;
use placet_model::log::place::{PlaceFault, check_place};
use placet_model::log::proof::{check_consistency, check_inclusion, leaf_hash, read_hash};
use placet_model::log::tile::{Content, read_hashes};
use placet_model::receipt::{Acknowledgement, ReceiptFile};
use placet_model::receipt_file::{Report, verify_file};
use placet_model::{json::to_text, verify::hash};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use std::path::{Path, PathBuf};
use support::Device;

const SITE: &str = "shop.example";
/// 2026-03-01 00:00:01.123 UTC.
const RECEIVED: u64 = 1_772_323_201_123;

/// The outside vectors of RFC 6962 trees, for a test that would do nothing without them.
fn vectors(test: &str, kind: &str) -> Vec<(PathBuf, Value)> {
    let Some(directory) = support::vectors(test) else { return Vec::new() };
    let root = directory.join("merkle").join(kind);
    let mut found = Vec::new();
    let list = |path: &Path| std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for folder in list(&root) {
        for file in list(&folder.unwrap().path()) {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, serde_json::from_str(&text).unwrap()));
        }
    }
    assert!(!found.is_empty(), "{} holds vectors", root.display());
    found
}

/// Bytes as the vectors write them; none where they hold `null`.
fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().map(|text| Base64::decode_vec(text).unwrap()).unwrap_or_default()
}

fn proof(value: &Value) -> Result<Vec<tlog_tiles::Hash>, placet_model::log::proof::ProofFault> {
    value.as_array().into_iter().flatten().map(|hash| read_hash(&bytes(hash))).collect()
}

#[test]
fn inclusion_agrees_with_the_vectors() {
    for (path, vector) in vectors("inclusion_agrees_with_the_vectors", "inclusion") {
        let check = || {
            let number = |name: &str| vector[name].as_u64().unwrap();
            let (root, leaf) = (read_hash(&bytes(&vector["root"]))?, read_hash(&bytes(&vector["leafHash"]))?);
            check_inclusion(&proof(&vector["proof"])?, number("treeSize"), root, number("leafIdx"), leaf)
        };
        assert_eq!(check().is_err(), vector["wantErr"].as_bool().unwrap(), "{}", path.display());
    }
}

#[test]
fn consistency_agrees_with_the_vectors() {
    for (path, vector) in vectors("consistency_agrees_with_the_vectors", "consistency") {
        let check = || {
            let number = |name: &str| vector[name].as_u64().unwrap();
            let (old, new) = (read_hash(&bytes(&vector["root1"]))?, read_hash(&bytes(&vector["root2"]))?);
            check_consistency(&proof(&vector["proof"])?, number("size1"), old, number("size2"), new)
        };
        assert_eq!(check().is_err(), vector["wantErr"].as_bool().unwrap(), "{}", path.display());
    }
}

fn hash_of(tree: &MemoryBackedTree<Sha256, Vec<u8>>) -> tlog_tiles::Hash {
    read_hash(tree.root().as_bytes()).unwrap()
}

fn tree_of(count: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..count).for_each(|number| tree.push(number.to_be_bytes().to_vec()));
    tree
}

fn growth_of(count: u64) -> Growth {
    let mut growth = Growth::default();
    for number in 0..count {
        growth.push(&number.to_be_bytes());
    }
    growth
}

/// Few cases in the usual run; `PROPTEST_CASES` makes them more, as `cargo xtask long` does.
fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(24),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn proofs_of_another_implementation_are_understood(size in 1_u64..600, at in any::<u64>(), old in any::<u64>(), bit in any::<u16>()) {
        let (index, old) = (at % size, old % size + 1);
        let tree = tree_of(size);
        let root = hash_of(&tree);
        let hashes = |bytes: &[u8]| read_hashes(bytes).unwrap();
        let leaf = leaf_hash(&index.to_be_bytes());

        let inclusion = hashes(tree.prove_inclusion(index as usize).as_bytes());
        prop_assert_eq!(check_inclusion(&inclusion, size, root, index, leaf), Ok(()));
        prop_assert!(check_inclusion(&inclusion, size, root, index, leaf_hash(b"other")).is_err());
        prop_assert!(check_inclusion(&inclusion, size, root, index + 1, leaf).is_err());

        let old_root = hash_of(&tree_of(old));
        let consistency = hashes(tree.prove_consistency((size - old) as usize).as_bytes());
        prop_assert_eq!(check_consistency(&consistency, old, old_root, size, root), Ok(()));
        prop_assert!(check_consistency(&consistency, old, leaf_hash(b"other"), size, root).is_err());

        // One flipped bit anywhere in a proof is noticed.
        let (place, bit) = (usize::from(bit / 8), bit % 8);
        let flip = |mut proof: Vec<tlog_tiles::Hash>| {
            let count = proof.len() * 32;
            (count > 0).then(|| { proof[place % count / 32].0[place % 32] ^= 1 << bit; proof })
        };
        if let Some(proof) = flip(inclusion) {
            prop_assert!(check_inclusion(&proof, size, root, index, leaf).is_err());
        }
        if let Some(proof) = flip(consistency) {
            prop_assert!(check_consistency(&proof, old, old_root, size, root).is_err());
        }
    }

    #[test]
    fn a_tree_that_grows_has_the_root_of_another_implementation(size in 0_u64..1500) {
        prop_assert_eq!(growth_of(size).root(), hash_of(&tree_of(size)));
    }
}

/// 70,000 entries: level 0 has 273 full tiles and a partial one of 112, level 1 one full and a partial one of 17, level 2 a
/// partial one of 1.
#[test]
fn a_tree_that_grows_gives_its_tiles() {
    let mut growth = Growth::default();
    let mut full = Vec::new();
    for number in 0..70_000_u64 {
        full.extend(growth.push(&number.to_be_bytes()));
    }
    for level in 0..3 {
        let count = full.iter().filter(|(name, _)| name.content == Content::Hashes(level)).count();
        assert_eq!(count, [273, 1, 0][usize::from(level)], "level {level}");
    }
    let edge: Vec<_> = growth.edge().iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(edge, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    for (name, bytes) in full.iter().chain(&growth.edge()) {
        assert_eq!(bytes.len(), usize::from(name.width) * 32, "{name}");
    }
    let (name, bytes) = &full[255];
    assert_eq!(name.to_string(), "tile/0/255");
    assert_eq!(read_hashes(bytes).unwrap()[0], leaf_hash(&(255_u64 * 256).to_be_bytes()));
    // The last tile of level 0 is full before that of level 1, which holds its hash.
    assert_eq!(full[256].0.to_string(), "tile/1/000");
    assert_eq!(read_hashes(&full[256].1).unwrap()[255], tlog_tiles::Tile::subtree_hash(bytes));
    assert_eq!((growth.size(), growth.root()), (70_000, hash_of(&tree_of(70_000))));
}

#[test]
fn keys_are_read_line_by_line() {
    let (one, two) = (LogKey::new(SITE, 1).vkey(), LogKey::new(SITE, 2).vkey());
    for (text, count) in [
        (String::new(), Some(0)),
        (one.clone(), Some(1)),
        (format!("# keys of the shop\n\n {one}\r\n{two}\n{one}\n"), Some(2)),
        (format!("{one} {two}"), None),
        (one.replace(SITE, "other.example"), None),
        (one.replace('+', "-"), None),
        (one[..one.len() - 1].into(), None),
        (format!("{one}\n").repeat(1001), None),
        ("PRIVATE+KEY+shop.example+00000000+AAAA".into(), None),
        ("shop.example+00000000+".into(), None),
        ("++".into(), None),
    ] {
        assert_eq!(Keys::parse(&text).ok().map(|keys| keys.names().len()), count, "{text:?}");
    }
    // An id has one spelling too.
    let mut parts: Vec<String> = one.split('+').map(str::to_owned).collect();
    parts[1] = parts[1].to_uppercase();
    assert!(Keys::parse(&parts.join("+")).is_err(), "{parts:?}");
}

#[test]
fn a_checkpoint_counts_where_its_sites_key_signed_it() {
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(5);
    let good = log.checkpoint();
    let keys = Keys::parse(&LogKey::new(SITE, 1).vkey()).unwrap();
    let signed = |text: &str| LogKey::new(SITE, 1).sign(text);
    let root = log.root();
    // A second signature, by somebody whom we do not know, does not hurt (C2SP signed-note).
    let stranger = LogKey::new("witness.example", 9).sign(&format!("{}\n5\n{root}\n", log.origin));
    let witnessed = [&good, stranger.rsplit_once("\n\n").unwrap().1].concat();
    for (text, expected) in [
        (good.clone(), Ok(5)),
        (witnessed, Ok(5)),
        (signed(&format!("shop.example/2026\n5\n{root}\nlater versions say more\n")), Ok(5)),
        (stranger, Err(CheckpointFault::KeyUnknown)),
        (LogKey::new(SITE, 2).sign(&format!("shop.example/2026\n5\n{root}\n")), Err(CheckpointFault::KeyUnknown)),
        (good.replacen("\n5\n", "\n6\n", 1), Err(CheckpointFault::SignatureInvalid)),
        (good.replacen("2026", "2025", 1), Err(CheckpointFault::SignatureInvalid)),
        // No shop's key vouches for another shop's log.
        (signed(&format!("other.example/2026\n5\n{root}\n")), Err(CheckpointFault::KeyUnknown)),
        (signed(&format!("shop.example\n5\n{root}\n")), Err(CheckpointFault::Malformed)),
        (signed(&format!("shop.example/26\n5\n{root}\n")), Err(CheckpointFault::Malformed)),
        (signed(&format!("shop.example/2026/2026\n5\n{root}\n")), Err(CheckpointFault::KeyUnknown)),
        (signed(&format!("shop.example/2026\n05\n{root}\n")), Err(CheckpointFault::Malformed)),
        (signed(&format!("shop.example/2026\n-5\n{root}\n")), Err(CheckpointFault::Malformed)),
        (signed(&format!("shop.example/2026\n18446744073709551615\n{root}\n")), Err(CheckpointFault::Malformed)),
        (signed("shop.example/2026\n5\nAAAA\n"), Err(CheckpointFault::Malformed)),
        (signed("shop.example/2026\n5\n"), Err(CheckpointFault::Malformed)),
        (good.trim_end().into(), Err(CheckpointFault::Malformed)),
        (good.replace('\u{2014}', "-"), Err(CheckpointFault::Malformed)),
        (good.replacen('\n', "\r\n", 1), Err(CheckpointFault::Malformed)),
        (signed(&format!("shop.example/2026\n5\n{root}\n{}\n", "x".repeat(9000))), Err(CheckpointFault::Malformed)),
        (String::new(), Err(CheckpointFault::Malformed)),
    ] {
        assert_eq!(keys.open(&text).map(|checkpoint| checkpoint.size), expected, "{text}");
    }
    assert_eq!(Keys::default().open(&good), Err(CheckpointFault::KeyUnknown));
    let opened = keys.open(&good).unwrap();
    assert_eq!((opened.origin.as_str(), opened.root), ("shop.example/2026", hash_of(&log.tree)));
    assert_eq!(opened.key, keys.names()[0]);

    // After a rotation, old checkpoints still count by the old key.
    let mut both = Keys::parse(&LogKey::new(SITE, 2).vkey()).unwrap();
    both.extend(keys.clone());
    both.extend(keys);
    assert_eq!((both.open(&good).map(|checkpoint| checkpoint.size), both.names().len()), (Ok(5), 2));
}

#[test]
fn every_changed_byte_of_a_checkpoint_is_noticed() {
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(300);
    let good = log.checkpoint();
    let keys = Keys::parse(&log.key.vkey()).unwrap();
    for place in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        if let Ok(text) = std::str::from_utf8(&bytes) {
            assert!(keys.open(text).is_err(), "byte {place}: {text}");
        }
    }
}

#[test]
fn a_log_is_called_by_site_and_year() {
    for (received_at, year) in [
        (0, "1970"),
        (1_767_225_599_999, "2025"),
        (1_767_225_600_000, "2026"),
        (RECEIVED, "2026"),
        (253_402_300_799_999, "9999"),
    ] {
        let origin = origin_of(SITE, received_at);
        assert_eq!(origin, format!("{SITE}/{year}"));
        assert_eq!(site_of(&origin), Some(SITE));
    }
    // Later than any year of four digits: no log has such a name, and nothing breaks.
    assert_eq!(site_of(&origin_of(SITE, 253_402_300_800_000)), None);
    assert_eq!(site_of(&origin_of(SITE, u64::MAX)), None);
    assert_eq!(site_of("/2026"), None);
}

#[test]
fn the_place_of_a_receipt_is_checked() {
    let jws = Device::new(1).receipt(1, &format!("sha256:{}", "0".repeat(43)), &json!({}));
    let envelope = Envelope { received_at: RECEIVED, region: Some("CN-31".into()), ..Envelope::default() }.to_text();
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(41);
    let index = log.append(&jws, &envelope);
    log.fill(7);
    let good = log.proof(index, &envelope);
    let acknowledgement = Acknowledgement { id: String::new(), received_at: RECEIVED, log: None };
    let with = |change: &dyn Fn(&mut LogProof)| {
        let mut proof = good.clone();
        change(&mut proof);
        check_place(&jws, SITE, &acknowledgement, &proof).map(|place| place.standing.index)
    };
    let other_checkpoint = |origin: &str, size: u64| log.key.sign(&format!("{origin}\n{size}\n{}\n", log.root()));
    let malformed = |part| Err(PlaceFault::Malformed(part));
    assert_eq!(with(&|_| {}), Ok(41));
    assert_eq!(with(&|proof| proof.salt = "A".repeat(43)), Err(PlaceFault::NotThere));
    assert_eq!(with(&|proof| proof.salt.truncate(42)), malformed("salt"));
    assert_eq!(with(&|proof| proof.salt.push('=')), malformed("salt"));
    assert_eq!(with(&|proof| proof.envelope = "{}".into()), malformed("envelope"));
    assert_eq!(with(&|proof| proof.envelope = "(".into()), malformed("envelope"));
    assert_eq!(with(&|proof| proof.envelope.insert(1, ' ')), Err(PlaceFault::NotThere));
    let elsewhere = envelope.replace("CN-31", "CN-11");
    assert_eq!(with(&|proof| proof.envelope = elsewhere.clone()), Err(PlaceFault::NotThere));
    let later = envelope.replace("1772323201123", "1772323201124");
    assert_eq!(with(&|proof| proof.envelope = later.clone()), Err(PlaceFault::TimeDiffers));
    assert_eq!(with(&|proof| proof.index = 40), Err(PlaceFault::NotThere));
    assert_eq!(with(&|proof| proof.index = u64::MAX), Err(PlaceFault::NotThere));
    assert_eq!(with(&|proof| proof.size = 48), Err(PlaceFault::CheckpointDiffers));
    assert_eq!(with(&|proof| proof.origin = "other.example/2026".into()), Err(PlaceFault::OriginWrong));
    assert_eq!(with(&|proof| proof.origin = "shop.example/2025".into()), Err(PlaceFault::OriginWrong));
    assert_eq!(with(&|proof| proof.proof.truncate(2)), Err(PlaceFault::NotThere));
    assert_eq!(with(&|proof| proof.proof.swap(0, 1)), Err(PlaceFault::NotThere));
    assert_eq!(with(&|proof| proof.proof[0].push('A')), malformed("proof"));
    assert_eq!(with(&|proof| proof.proof = vec![proof.proof[0].clone(); 5000]), Err(PlaceFault::NotThere));
    assert_eq!(with(&|proof| proof.checkpoint = "no checkpoint".into()), malformed("checkpoint"));
    let another = other_checkpoint("shop.example/2025", 49);
    assert_eq!(with(&|proof| proof.checkpoint = another.clone()), Err(PlaceFault::CheckpointDiffers));
    let smaller = other_checkpoint("shop.example/2026", 48);
    assert_eq!(with(&|proof| proof.checkpoint = smaller.clone()), Err(PlaceFault::CheckpointDiffers));

    let twin = Device::twin(&jws);
    assert_eq!(check_place(&twin, SITE, &acknowledgement, &good), Err(PlaceFault::NotThere), "the exact bytes count");
    let other_site = check_place(&jws, "other.example", &acknowledgement, &good);
    assert_eq!(other_site, Err(PlaceFault::OriginWrong));
    let place = check_place(&jws, SITE, &acknowledgement, &good).unwrap();
    assert_eq!((place.envelope.region.as_deref(), place.standing.claimed.size), (Some("CN-31"), 49));
}

const NOTICE: &str = include_str!("../../../docs/reference/fixtures/notice.json");

/// A file with a receipt that stands at 41 in a log of 49.
fn logged_file() -> (ReceiptFile, TestLog) {
    let device = Device::new(1);
    let jws = device.receipt(1, &hash(NOTICE.as_bytes()), &json!({}));
    let envelope = Envelope { received_at: RECEIVED, agent: Some("mobile-browser".into()), ..Envelope::default() };
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(41);
    let index = log.append(&jws, &envelope.to_text());
    log.fill(7);
    let proof = log.proof(index, &envelope.to_text());
    let acknowledgement =
        Acknowledgement { id: "7b0c2f6e-1d7a-4c54-9a3e-000000000001".into(), received_at: RECEIVED, log: Some(proof) };
    let file = ReceiptFile {
        placet: 1,
        receipt: jws,
        jwk: Some(device.jwk()),
        notice: NOTICE.into(),
        acknowledgement: Some(acknowledgement),
    };
    (file, log)
}

/// What is told of the log: the outcome of each check about it, in order.
fn told_of_log(report: &Report) -> Vec<String> {
    let checks = report.checks.iter().filter(|check| ["log", "checkpoint"].contains(&check.what));
    let told = checks.map(|check| format!("{} {}", check.what, if check.outcome.is_ok() { "ok" } else { "wrong" }));
    told.chain(report.unchecked.iter().map(|(what, _)| format!("{what} unchecked"))).collect()
}

#[test]
fn a_file_tells_what_the_log_proves() {
    let (good, log) = logged_file();
    let known = Keys::parse(&log.key.vkey()).unwrap();
    let rotated = Keys::parse(&LogKey::new(SITE, 2).vkey()).unwrap();
    let foreign = Keys::parse(&LogKey::new("other.example", 1).vkey()).unwrap();
    let forged = LogKey::new(SITE, 2).sign(&format!("shop.example/2026\n49\n{}\n", log.root()));
    let with = |change: &dyn Fn(&mut LogProof)| {
        let mut file = good.clone();
        change(file.acknowledgement.as_mut().and_then(|answer| answer.log.as_mut()).unwrap());
        file
    };
    let without = {
        let mut file = good.clone();
        file.acknowledgement.as_mut().unwrap().log = None;
        file
    };
    for (what, file, keys, genuine, expected, proved, last) in [
        ("as it came", good.clone(), &known, true, &["log ok", "checkpoint ok"][..], 3, "That the log still stands"),
        (
            "no key",
            good.clone(),
            &Keys::default(),
            true,
            &["log ok", "checkpoint unchecked"],
            2,
            "That the site's log holds",
        ),
        (
            "another site's key",
            good.clone(),
            &foreign,
            true,
            &["log ok", "checkpoint unchecked"],
            2,
            "That the site's log holds",
        ),
        ("another key of the site", good.clone(), &rotated, false, &["log ok", "checkpoint wrong"], 2, ""),
        (
            "another's signature",
            with(&|proof| proof.checkpoint = forged.clone()),
            &known,
            false,
            &["log ok", "checkpoint wrong"],
            2,
            "",
        ),
        ("another place", with(&|proof| proof.index = 7), &known, false, &["log wrong"], 2, ""),
        ("another salt", with(&|proof| proof.salt = "A".repeat(43)), &Keys::default(), false, &["log wrong"], 2, ""),
        ("no log", without, &known, true, &[], 2, "That the endpoint still holds the receipt"),
    ] {
        let report = verify_file(&to_text(&file), keys);
        assert_eq!(report.is_genuine(), genuine, "{what}: {report:?}");
        assert_eq!(told_of_log(&report), expected, "{what}");
        if genuine {
            assert_eq!(report.proves.len(), proved, "{what}: {:?}", report.proves);
            assert!(report.does_not_prove.last().unwrap().starts_with(last), "{what}: {:?}", report.does_not_prove);
        }
    }
    let report = verify_file(&to_text(&good), &known);
    assert_eq!(report.others, Vec::<String>::new());
    let noted = report.content.unwrap().noted();
    assert_eq!(noted, [("received", "2026-03-01 00:00:01 UTC".to_owned()), ("agent", "mobile-browser".to_owned())]);
}

/// The receipt of an erasure of two receipts, whose line stands at 41 in a log of 49.
fn erasure() -> (Value, TestLog) {
    let ids = ["7b0c2f6e-1d7a-4c54-9a3e-000000000001", "7b0c2f6e-1d7a-4c54-9a3e-000000000002"];
    let about = hash(ids.join("\n").as_bytes());
    let event = json!({ "at": RECEIVED, "who": "shopper", "role": null, "what": "receipts.erased", "about": about, "receipts": 2 });
    let event = event.to_string();
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(41);
    let index = log.append_line(&event);
    log.fill(7);
    let proof: Value = serde_json::from_str(&to_text(&log.proof(index, ""))).unwrap();
    let device = Device::new(1).thumbprint();
    let told = json!({ "erased": 2, "at": RECEIVED, "device": device, "receipts": ids, "event": event, "log": proof });
    (told, log)
}

#[test]
fn an_erasure_tells_what_the_log_proves() {
    let (good, log) = erasure();
    let known = Keys::parse(&log.key.vkey()).unwrap();
    let (rotated, foreign) = (LogKey::new(SITE, 2).vkey(), LogKey::new("other.example", 1).vkey());
    let (rotated, foreign) = (Keys::parse(&rotated).unwrap(), Keys::parse(&foreign).unwrap());
    let with = |changes: Value| {
        let mut told = good.clone();
        support::merge(&mut told, &changes);
        told
    };
    let line = |from: &str, to: &str| json!({ "event": good["event"].as_str().unwrap().replace(from, to) });
    let mut turned = with(json!({}));
    turned["receipts"].as_array_mut().unwrap().reverse();
    let one = json!({ "erased": 1, "receipts": [good["receipts"][0]] });
    let empty_line = hash(b"");
    // what is changed, who reads it, the check that fails or whether a known key signed it, how many sentences it proves
    for (what, told, keys, expected, proved) in [
        ("as it came", with(json!({})), &known, Ok(true), 2),
        ("no device, as by a token", with(json!({ "device": "(null)" })), &known, Ok(true), 2),
        ("no key", with(json!({})), &Keys::default(), Ok(false), 1),
        ("another site's key", with(json!({})), &foreign, Ok(false), 1),
        ("another key of the site", with(json!({})), &rotated, Err("checkpoint"), 0),
        ("no place in a log", with(json!({ "log": "(null)" })), &known, Ok(false), 1),
        ("another number", with(json!({ "erased": 3 })), &known, Err("receipts"), 0),
        ("one receipt fewer", with(one), &known, Err("receipts"), 0),
        ("other ids", with(json!({ "receipts": ["a", "b"] })), &known, Err("receipts"), 0),
        ("ids in another order", turned, &known, Err("receipts"), 0),
        ("no ids", with(json!({ "erased": 0, "receipts": [] })), &known, Err("receipts"), 0),
        ("another time", with(json!({ "at": RECEIVED + 1 })), &known, Err("line"), 0),
        ("another act", with(line("receipts.erased", "receipt.read")), &known, Err("line"), 0),
        ("an act of tomorrow", with(line("receipts.erased", "receipts.hidden")), &known, Err("line"), 0),
        ("no line", with(json!({ "event": "" })), &known, Err("line"), 0),
        ("a line that says a thing twice", with(line("\"who\"", "\"at\":1,\"who\"")), &known, Err("line"), 0),
        ("a line of another number", with(line("\"receipts\":2", "\"receipts\":3")), &known, Err("receipts"), 0),
        ("another who", with(line("shopper", "nobody")), &known, Err("log"), 0),
        ("a line with a blank", with(line("{\"at\"", "{ \"at\"")), &known, Err("log"), 0),
        ("another place", with(json!({ "log": { "index": 40 } })), &known, Err("log"), 0),
        ("another salt", with(json!({ "log": { "salt": "A".repeat(43) } })), &known, Err("log"), 0),
        ("another log", with(json!({ "log": { "origin": "shop.example/2025" } })), &known, Err("log"), 0),
        ("another site's log", with(json!({ "log": { "origin": "other.example/2026" } })), &known, Err("log"), 0),
        ("a log that has no year", with(json!({ "log": { "origin": "shop.example" } })), &known, Err("log"), 0),
        ("a proof cut short", with(json!({ "log": { "proof": [] } })), &known, Err("log"), 0),
        ("another checkpoint", with(json!({ "log": { "checkpoint": "no checkpoint" } })), &known, Err("log"), 0),
        ("a text for a number", with(json!({ "erased": "2" })), &known, Err("file"), 0),
    ] {
        assert!(is_erasure(&told.to_string()), "{what}");
        let report = verify_erasure(&told.to_string(), keys);
        let found = match &report.content {
            Some(content) => Ok(content.signed),
            None => Err(report.failure().unwrap().what),
        };
        assert_eq!(found, expected, "{what}: {report:?}");
        assert_eq!((report.proves.len(), report.is_genuine()), (proved, expected.is_ok()), "{what}");
        assert_eq!(report.checks.iter().filter(|check| check.outcome.is_err()).count(), usize::from(expected.is_err()));
    }
    // Nothing was there to erase: the line says so as well.
    let mut log = TestLog::new(SITE, 2026, 1);
    let event = json!({ "at": RECEIVED, "who": "a", "role": null, "what": "receipts.erased", "about": empty_line });
    let index = log.append_line(&event.to_string());
    let proof: Value = serde_json::from_str(&to_text(&log.proof(index, ""))).unwrap();
    let nothing = json!({
        "erased": 0, "at": RECEIVED, "device": null, "receipts": [], "event": event.to_string(), "log": proof,
    });
    assert!(verify_erasure(&nothing.to_string(), &known).is_genuine());

    // A receipt is not taken for an entry of the trail, and a receipt file not for the receipt of an erasure.
    let (file, _) = logged_file();
    let kept = to_text(&file);
    assert!(!is_erasure(&kept) && verify_erasure(&kept, &known).failure().is_some());
    for text in ["", "{", "[]", "null", "{\"event\":1}", "{\"log\":null}"] {
        assert!(!is_erasure(text), "{text}");
        assert_eq!(verify_erasure(text, &known).failure().unwrap().what, "file", "{text}");
    }
    let long = [&"[".repeat(2_000_000), &good.to_string()[..]].concat();
    assert!(!is_erasure(&long) && !verify_erasure(&long, &known).is_genuine());
}

#[test]
fn an_erasure_says_what_it_does_not_reach() {
    let (good, log) = erasure();
    let known = Keys::parse(&log.key.vkey()).unwrap();
    let mut report = verify_erasure(&good.to_string(), &known);
    assert_eq!(report.does_not_prove.len(), 4, "{:?}", report.does_not_prove);
    assert!(report.does_not_prove[0].contains("copies that were made before"));
    let mut rewritten = report.clone();
    report.tell_today(Ok("grown".into()));
    assert_eq!((report.does_not_prove.len(), report.proves.len(), report.is_genuine()), (3, 3, true));
    rewritten.tell_today(Err("It was rewritten.".into()));
    assert!(!rewritten.is_genuine() && rewritten.failure().unwrap().what == "today");
}
