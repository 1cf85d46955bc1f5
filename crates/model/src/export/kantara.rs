//! Kantara Consent Receipt 1.1: what was agreed to, in the words of that specification.
//!
//! Its receipts know consent and other bases, not refusal. So `services` lists what was granted and what needs no consent;
//! what was refused stands under `placet`, beside what leads back to the signed receipt.

use super::{iso, jurisdiction};
use crate::config_words::Basis;
use crate::evidence::{Covered, Evidence};
use crate::notice::NoticeController;
use crate::receipt::ChoiceState;
use serde_json::{Value, json};

/// The version of the specification, as its receipts name it.
const VERSION: &str = "KI-CR-v1.1.0";

/// The consent receipt of one piece of evidence, as JSON text.
pub fn receipt(evidence: &Evidence) -> String {
    let claims = &evidence.claims;
    let notice = &evidence.words.notice;
    let (place, _) = jurisdiction(&claims.regime);
    let purposes = evidence.purposes();
    let (refused, stands): (Vec<_>, Vec<_>) =
        purposes.into_iter().partition(|purpose| purpose.choice == ChoiceState::Denied);
    let sensitive: Vec<&str> = stands
        .iter()
        .filter_map(|purpose| purpose.shown.filter(|shown| shown.sensitive))
        .flat_map(|shown| shown.data.iter().map(String::as_str))
        .collect();
    let until = iso(evidence.holds_until());
    let services: Vec<Value> = match stands.is_empty() {
        true => Vec::new(),
        false => {
            let purposes: Vec<Value> = stands.iter().map(|covered| purpose(covered, &until)).collect();
            vec![json!({ "service": claims.site, "purposes": purposes })]
        }
    };
    let mut receipt = json!({
        "version": VERSION,
        "jurisdiction": place,
        "consentTimestamp": evidence.acted_at().max(0),
        "collectionMethod": format!("{}, {}", claims.event.method, claims.event.surface.word()),
        "consentReceiptID": claims.id,
        "language": claims.notice.lang,
        "piiPrincipalId": evidence.subject().unwrap_or("not known"),
        "piiControllers": [controller(&notice.controller)],
        "policyUrl": notice.controller.privacy_policy,
        "services": services,
        "sensitive": stands.iter().any(|purpose| purpose.shown.is_some_and(|shown| shown.sensitive)),
        "spiCat": sensitive,
        "placet": {
            "state": claims.event.state.word(),
            "refused": refused.iter().map(|purpose| json!({ "id": purpose.id, "purpose": purpose.title() })).collect::<Vec<_>>(),
            "notice": claims.notice.hash,
            "receivedAt": evidence.held.received_at,
            "receipt": evidence.held.receipt,
        },
    });
    if let Some(key) = &evidence.key {
        receipt["publicKey"] = crate::json::to_text(key).into();
    }
    receipt.to_string()
}

fn controller(controller: &NoticeController) -> Value {
    json!({
        "piiController": controller.name,
        "contact": controller.dpo.as_ref().unwrap_or(&controller.name),
        "address": { "streetAddress": controller.address },
        "email": controller.email,
        "phone": controller.phone.as_deref().unwrap_or_default(),
    })
}

fn purpose(covered: &Covered<'_>, until: &str) -> Value {
    let basis = covered.shown.map(|shown| shown.basis);
    let granted = covered.choice == ChoiceState::Granted;
    let data: Vec<&str> =
        covered.shown.map(|shown| shown.data.iter().map(String::as_str).collect()).unwrap_or_default();
    let recipients: Vec<&str> = covered
        .shown
        .map(|shown| shown.recipients.iter().map(|recipient| recipient.name.as_str()).collect())
        .unwrap_or_default();
    let retention = covered.shown.map(|shown| shown.retention.as_str()).filter(|retention| !retention.is_empty());
    let retention = retention.map(|retention| format!("data is kept for {retention}"));
    let ends = granted.then(|| format!("consent ends {until} or when it is withdrawn"));
    let termination: Vec<String> = ends.into_iter().chain(retention).collect();
    let mut purpose = json!({
        "purpose": covered.title(),
        "purposeCategory": [category(covered.id, basis)],
        "consentType": if granted { "EXPLICIT" } else { "N/A" },
        "piiCategory": data,
        "primaryPurpose": !granted,
        "termination": if termination.is_empty() { "N/A".to_owned() } else { termination.join("; ") },
        "thirdPartyDisclosure": !recipients.is_empty(),
    });
    if !recipients.is_empty() {
        purpose["thirdPartyName"] = recipients.join(", ").into();
    }
    purpose
}

/// The specification's own category where the basis names one; else the site's word for the purpose.
fn category(id: &str, basis: Option<Basis>) -> String {
    match basis {
        Some(Basis::Contract) => "2 - Contracted Service".into(),
        Some(Basis::LegalObligation) => "12 - Legally Required Data Retention".into(),
        Some(Basis::VitalInterests) => "14 - Protecting Your Health".into(),
        _ => id.to_owned(),
    }
}
