//! The forms of export: what each tells of a receipt, and that others can read it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use jsonschema::Validator;
use placet_model::check::check;
use placet_model::evidence::{Evidence, Words};
use placet_model::export::{Exporter, Form, lines};
use placet_model::json::to_text;
use placet_model::log::checkpoint::Keys;
use placet_model::receipt::LogProof;
use placet_model::receipt_file::verify_file;
use placet_model::self_service::HeldReceipt;
use placet_model::snapshot::{hash, notice};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use support::{Device, NOTICE};

const RECEIVED: u64 = 1_772_323_201_123;

/// The demo shop's notice in one language.
fn words(lang: &str) -> Arc<Words> {
    let config = check(include_str!("../../../public/demo/placet.json")).unwrap().config;
    Arc::new(Words::read(to_text(&notice(&config, lang))).unwrap())
}

fn proof() -> LogProof {
    LogProof {
        origin: "shop.example/2026".into(),
        envelope: r#"{"receivedAt":1772323201123,"skew":false,"late":false,"region":"CN-31","agent":"mobile-browser"}"#
            .into(),
        ..LogProof::default()
    }
}

/// A receipt about the demo's notice, with changes to its claims; `skew` as the server noted it.
fn evidence(words: &Arc<Words>, changes: &Value, skew: bool) -> Evidence {
    let device = Device::new(1);
    let mut claims = json!({ "notice": { "lang": words.notice.lang, "version": words.notice.version } });
    support::merge(&mut claims, changes);
    let receipt = device.receipt(1, &words.hash, &claims);
    let held = HeldReceipt { receipt, received_at: RECEIVED, skew, late: false, fork: false };
    Evidence::new(held, Some(device.jwk()), Some(proof()), words.clone()).unwrap()
}

/// Receipts of every kind that a shop meets.
fn all() -> Vec<(&'static str, Evidence)> {
    let english = words("en");
    let everything: Value =
        english.notice.purposes.iter().map(|purpose| (purpose.id.clone(), json!("granted"))).collect();
    let nothing: Value = english.notice.purposes.iter().map(|purpose| (purpose.id.clone(), json!("denied"))).collect();
    let fixture = Arc::new(Words::read(NOTICE.to_owned()).unwrap());
    vec![
        ("some", evidence(&english, &json!({}), false)),
        ("all", evidence(&english, &json!({ "choices": everything }), false)),
        (
            "none",
            evidence(&english, &json!({ "event": { "state": "refused" }, "choices": nothing, "separate": [] }), false),
        ),
        (
            "withdrawn",
            evidence(
                &english,
                &json!({ "event": { "state": "withdrawn" }, "choices": nothing, "separate": [] }),
                false,
            ),
        ),
        ("renewed", evidence(&english, &json!({ "event": { "state": "renewed" } }), false)),
        ("in Chinese", evidence(&words("zh-CN"), &json!({}), false)),
        ("with a reference", evidence(&english, &json!({ "sub": { "ref": "customer-7" } }), false)),
        ("by a clock that is ahead", evidence(&english, &json!({ "iat": 4_000_000_000_i64 }), true)),
        ("before 1970", evidence(&english, &json!({ "iat": -5 }), false)),
        ("of an unknown regime", evidence(&english, &json!({ "regime": "mars" }), false)),
        (
            "with a purpose that the notice lacks",
            evidence(&english, &json!({ "choices": { "more": "granted", "core": "always" } }), false),
        ),
        ("of an older form of notice", evidence(&fixture, &json!({}), false)),
        (
            "with hostile texts",
            evidence(
                &english,
                &json!({ "regime": "\"},{\"x\":\"<script>", "event": { "page": "/<img onerror=alert(1)>" } }),
                false,
            ),
        ),
    ]
}

fn one(form: Form, evidence: &Evidence) -> Value {
    let text = Exporter::new(form).lines(evidence);
    let line = text.lines().last().unwrap();
    assert!(text.ends_with('\n'));
    serde_json::from_str(line).unwrap()
}

/// The schema of Kantara 1.1 and its official example; nothing where this machine has them not.
fn kantara() -> Option<(Validator, Value)> {
    let vectors = support::vectors("kantara_receipts_keep_to_the_schema")?;
    let read = |name: &str| -> Value {
        let text = std::fs::read_to_string(vectors.join("kantara").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let validator = jsonschema::draft4::new(&read("kantara-schema.json")).unwrap();
    Some((validator, read("kantara-example.json")))
}

#[test]
fn kantara_receipts_keep_to_the_schema() {
    let Some((schema, example)) = kantara() else { return };
    assert!(schema.is_valid(&example), "the official example is valid");
    for (name, evidence) in all() {
        let receipt = one(Form::Kantara, &evidence);
        let faults: Vec<String> =
            schema.iter_errors(&receipt).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:?}\n{receipt:#}");
    }
    // The schema is one that notices something.
    let good = one(Form::Kantara, &all()[0].1);
    for (path, bad) in [
        ("/consentTimestamp", json!("yesterday")),
        ("/sensitive", Value::Null),
        ("/services/0/purposes/0/thirdPartyDisclosure", json!("no")),
        ("/piiControllers/0/email", Value::Null),
    ] {
        let mut bent = good.clone();
        *bent.pointer_mut(path).unwrap() = bad;
        assert!(!schema.is_valid(&bent), "{path}");
    }
}

/// What a Kantara receipt lists, each purpose with its type of consent.
fn listed(receipt: &Value) -> Vec<(String, String)> {
    let purposes =
        receipt["services"].as_array().unwrap().iter().flat_map(|service| service["purposes"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    purposes.map(|purpose| (text(&purpose["purpose"]), text(&purpose["consentType"]))).collect()
}

#[test]
fn no_form_tells_a_refusal_as_a_consent() {
    for (name, evidence) in all() {
        let kantara = listed(&one(Form::Kantara, &evidence));
        let dpv = one(Form::Dpv, &evidence);
        let processes = dpv["dpv:hasProcess"].as_array().unwrap();
        for purpose in evidence.purposes() {
            let choice = purpose.choice.word();
            let in_kantara = kantara.iter().find(|(title, _)| title == purpose.title()).map(|(_, kind)| kind.as_str());
            let expected = match choice {
                "granted" => Some("EXPLICIT"),
                "always" => Some("N/A"),
                _ => None,
            };
            assert_eq!(in_kantara, expected, "{name}, {}", purpose.id);
            let process =
                processes.iter().find(|process| process["dpv:hasPurpose"]["dct:identifier"] == purpose.id).unwrap();
            let status = process["dpv:hasConsentStatus"][0]["@type"].as_str();
            let fits = match (choice, status) {
                ("granted", Some(status)) => matches!(status, "dpv:ConsentGiven" | "dpv:RenewedConsentGiven"),
                ("denied", Some(status)) => matches!(status, "dpv:ConsentRefused" | "dpv:ConsentWithdrawn"),
                ("always", None) => true,
                _ => false,
            };
            assert!(fits, "{name}, {}: {choice} is told as {status:?}", purpose.id);
        }
        assert_eq!(processes.len(), evidence.purposes().len(), "{name}");
    }
}

#[test]
fn kantara_receipts_say_who_when_how_and_what() {
    let (name, evidence) = all().remove(6);
    let receipt = one(Form::Kantara, &evidence);
    let notice = &evidence.words.notice;
    let first = &receipt["services"][0]["purposes"][0];
    assert_eq!(
        json!({
            "version": receipt["version"], "jurisdiction": receipt["jurisdiction"], "consentTimestamp": receipt["consentTimestamp"],
            "collectionMethod": receipt["collectionMethod"], "consentReceiptID": receipt["consentReceiptID"],
            "language": receipt["language"], "piiPrincipalId": receipt["piiPrincipalId"], "policyUrl": receipt["policyUrl"],
            "controller": receipt["piiControllers"][0]["piiController"], "purpose": first["purpose"],
        }),
        json!({
            "version": "KI-CR-v1.1.0", "jurisdiction": "CN", "consentTimestamp": 1_772_323_200,
            "collectionMethod": "preferences.save, web", "consentReceiptID": evidence.claims.id,
            "language": "en", "piiPrincipalId": "customer-7", "policyUrl": notice.controller.privacy_policy,
            "controller": notice.controller.name, "purpose": notice.purposes[0].title,
        }),
        "{name}"
    );
    let skewed = all().remove(7).1;
    assert_eq!(one(Form::Kantara, &skewed)["consentTimestamp"], 1_772_323_201, "a clock that is ahead does not count");
}

/// Every name that is used is one of the vocabularies that the record declares, and every term of DPV is one that we know.
#[test]
fn dpv_records_use_known_terms() {
    const TERMS: &[&str] = &[
        "ConsentGiven",
        "ConsentNotice",
        "ConsentRecord",
        "ConsentRefused",
        "ConsentWithdrawn",
        "Contract",
        "DataController",
        "DataSubject",
        "ExplicitlyExpressedConsent",
        "ExpressedConsent",
        "Law",
        "LegalBasis",
        "LegalObligation",
        "LegitimateInterest",
        "PersonalData",
        "Process",
        "Purpose",
        "Recipient",
        "RenewedConsentGiven",
        "SensitivePersonalData",
        "StorageDuration",
        "TemporalDuration",
        "UntilTimeDuration",
        "hasAddress",
        "hasApplicableLaw",
        "hasConsentStatus",
        "hasContact",
        "hasDataController",
        "hasDataSubject",
        "hasDuration",
        "hasIndicationMethod",
        "hasJurisdiction",
        "hasLegalBasis",
        "hasLocation",
        "hasName",
        "hasNotice",
        "hasPersonalData",
        "hasProcess",
        "hasPurpose",
        "hasRecipient",
        "hasStorageCondition",
        "isExercisedAt",
        "isIndicatedAtTime",
        "isIndicatedBy",
    ];
    fn names(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            Value::Object(members) => {
                for (name, member) in members {
                    match (name.as_str(), member) {
                        ("@context", _) => {}
                        ("@type", Value::String(word)) => drop(found.insert(word.clone())),
                        ("@id", Value::String(word)) if word.starts_with("dpv:") => drop(found.insert(word.clone())),
                        ("@id" | "@value", _) => {}
                        (name, member) => {
                            found.insert(name.to_owned());
                            names(member, found);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for (name, evidence) in all() {
        let record = one(Form::Dpv, &evidence);
        names(&record, &mut found);
        let context = record["@context"].as_object().unwrap();
        for term in &found {
            let (prefix, term) = term.split_once(':').unwrap_or_else(|| panic!("{name}: {term} has no vocabulary"));
            assert!(context.contains_key(prefix), "{name}: {prefix}:{term}");
            assert!(prefix != "dpv" || TERMS.contains(&term), "{name}: dpv:{term}");
        }
    }
    assert!(found.contains("dpv:ConsentGiven") && found.contains("dpv:ConsentWithdrawn"));
}

#[test]
fn lines_name_their_words_once_and_can_be_verified() {
    let mut exporter = Exporter::new(Form::Lines);
    let text: String = all().iter().map(|(_, evidence)| exporter.lines(evidence)).collect();
    let parsed: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut known: Vec<(String, String)> = Vec::new();
    let mut receipts = 0;
    for (line, text) in parsed.iter().zip(text.lines()) {
        match line["kind"].as_str().unwrap() {
            "notice" => {
                let named = line["hash"].as_str().unwrap();
                assert_eq!(hash(line["notice"].as_str().unwrap()), named);
                assert!(known.iter().all(|(hash, _)| hash != named), "a notice is told once");
                known.push((named.to_owned(), text.to_owned()));
            }
            _ => {
                receipts += 1;
                let named = line["says"]["notice"]["hash"].as_str().unwrap();
                let (_, notice) =
                    known.iter().find(|(hash, _)| hash == named).expect("a notice comes before its receipts");
                // The proof of the log is a made-up one here; the rest of the file is genuine.
                let mut plain = line.clone();
                plain.as_object_mut().unwrap().remove("log");
                let file = lines::file(&plain.to_string(), notice).unwrap();
                let report = verify_file(&file, &Keys::default());
                assert!(report.is_genuine(), "{:?}", report.failure());
                let other = known.iter().find(|(hash, _)| hash != named);
                assert!(other.is_none_or(|(_, other)| lines::file(text, other).is_none()));
            }
        }
    }
    assert_eq!((receipts, known.len()), (13, 3));
    assert_eq!(parsed[1]["log"]["origin"], "shop.example/2026");
}
