//! Consent records of the Data Privacy Vocabulary, version 2, as JSON-LD, laid out as the community group's guide to ISO/IEC
//! TS 27560 does: a record has a process for each purpose, and each process its own consent status.

use super::{iso, jurisdiction};
use crate::config_words::Basis;
use crate::evidence::{Covered, Evidence};
use crate::receipt::{By, ChoiceState, State};
use serde_json::{Value, json};

/// What the record keeps to.
const CONFORMS: &str = "https://w3id.org/dpv/schema/dpv-27560#record";

/// The consent record of one piece of evidence, as JSON text.
pub fn record(evidence: &Evidence) -> String {
    let claims = &evidence.claims;
    let notice = &evidence.words.notice;
    let controller = &notice.controller;
    let (place, law) = jurisdiction(&claims.regime);
    let received = i64::try_from(evidence.held.received_at / 1000).unwrap_or(i64::MAX);
    let subject = match evidence.subject() {
        Some(subject) => json!({ "@type": "dpv:DataSubject", "dct:identifier": subject }),
        None => json!({ "@type": "dpv:DataSubject" }),
    };
    let mut record = json!({
        "@context": context(),
        "@id": format!("urn:uuid:{}", claims.id),
        "@type": "dpv:ConsentRecord",
        "dct:identifier": claims.id,
        "dct:conformsTo": { "@id": CONFORMS },
        "dct:created": time(received),
        "dpv:hasDataSubject": subject,
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": controller.name,
            "dpv:hasAddress": controller.address,
            "dpv:hasContact": controller.email,
        },
        "dpv:hasJurisdiction": { "@id": format!("loc:{place}") },
        "dpv:hasApplicableLaw": { "@type": "dpv:Law", "dct:title": law, "dct:identifier": claims.regime },
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": claims.notice.hash,
            "dct:title": notice.title,
            "dct:language": claims.notice.lang,
            "dct:hasVersion": claims.notice.version,
        },
        "dpv:hasProcess": evidence.purposes().iter().map(|covered| process(evidence, covered)).collect::<Vec<_>>(),
        "dct:source": evidence.held.receipt,
    });
    if let Some(region) = evidence.envelope.as_ref().and_then(|envelope| envelope.region.as_ref()) {
        record["dct:spatial"] = json!({ "@id": format!("loc:{region}") });
    }
    record.to_string()
}

fn context() -> Value {
    json!({
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "loc": "https://w3id.org/dpv/loc#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

fn process(evidence: &Evidence, covered: &Covered<'_>) -> Value {
    let shown = covered.shown;
    let kind =
        if shown.is_some_and(|shown| shown.sensitive) { "dpv:SensitivePersonalData" } else { "dpv:PersonalData" };
    let data = |name: &String| json!({ "@type": kind, "skos:prefLabel": name });
    let recipient = |recipient: &crate::notice::NoticeRecipient| {
        json!({
            "@type": "dpv:Recipient",
            "dpv:hasName": recipient.name,
            "dpv:hasContact": recipient.contact,
            "dpv:hasLocation": { "@id": format!("loc:{}", recipient.country) },
        })
    };
    let mut process = json!({
        "@type": "dpv:Process",
        "dpv:hasPurpose": { "@type": "dpv:Purpose", "dct:identifier": covered.id, "skos:prefLabel": covered.title() },
        "dpv:hasPersonalData": shown.map(|shown| shown.data.iter().map(data).collect::<Vec<_>>()).unwrap_or_default(),
        "dpv:hasRecipient": shown.map(|shown| shown.recipients.iter().map(recipient).collect::<Vec<_>>()).unwrap_or_default(),
        "dpv:hasLegalBasis": { "@id": legal_basis(covered) },
    });
    if let Some(shown) = shown.filter(|shown| !shown.retention.is_empty()) {
        let duration = json!({ "@type": "dpv:TemporalDuration", "rdf:value": shown.retention });
        process["dpv:hasStorageCondition"] = json!([{ "@type": "dpv:StorageDuration", "dpv:hasDuration": duration }]);
    }
    if let Some(status) = status(evidence.claims.event.state, covered.choice) {
        let event = &evidence.claims.event;
        let mut told = json!({
            "@type": status,
            "dpv:isIndicatedAtTime": time(evidence.acted_at()),
            "dpv:isIndicatedBy": { "@id": indicated_by(event.by) },
            "dpv:hasIndicationMethod": event.method,
            "dpv:isExercisedAt": format!("{} ({})", evidence.claims.site, event.surface.word()),
        });
        if covered.choice == ChoiceState::Granted {
            told["dpv:hasDuration"] =
                json!({ "@type": "dpv:UntilTimeDuration", "rdf:value": iso(evidence.holds_until()) });
        }
        process["dpv:hasConsentStatus"] = json!([told]);
    }
    process
}

fn time(seconds: i64) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": iso(seconds) })
}

fn legal_basis(covered: &Covered<'_>) -> &'static str {
    let basis = covered.shown.map(|shown| shown.basis);
    match basis.unwrap_or_default() {
        // The notice does not say it, and consent it is not.
        _ if basis.is_none() && covered.choice == ChoiceState::Always => "dpv:LegalBasis",
        // What accepting everything does not cover is said in so many words, or not at all (PIPL 29; GDPR 9(2)(a)).
        Basis::Consent if covered.separate => "dpv:ExplicitlyExpressedConsent",
        Basis::Consent => "dpv:ExpressedConsent",
        Basis::Contract => "dpv:Contract",
        Basis::LegalObligation => "dpv:LegalObligation",
        Basis::VitalInterests => "dpv:VitalInterest",
        Basis::PublicInterest => "dpv:PublicInterest",
        Basis::LegitimateInterests => "dpv:LegitimateInterest",
    }
}

/// What the act made of consent to a purpose; none where it needs none.
fn status(state: State, choice: ChoiceState) -> Option<&'static str> {
    match (choice, state) {
        (ChoiceState::Always, _) => None,
        (ChoiceState::Granted, State::Renewed) => Some("dpv:RenewedConsentGiven"),
        (ChoiceState::Granted, _) => Some("dpv:ConsentGiven"),
        (ChoiceState::Denied, State::Withdrawn) => Some("dpv:ConsentWithdrawn"),
        (ChoiceState::Denied, _) => Some("dpv:ConsentRefused"),
    }
}

fn indicated_by(by: By) -> &'static str {
    match by {
        By::Subject => "dpv:DataSubject",
        By::Guardian => "dpv:GuardianOfDataSubject",
        By::Staff => "dpv:DataController",
        By::Agent => "dpv:Representative",
    }
}
