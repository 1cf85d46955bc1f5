//! JSON lines: a line for each notice, before the first receipt that names it, and a line for each receipt.

use crate::evidence::{Evidence, Words};
use crate::json;
use serde_json::{Value, json};

/// The line of a notice. Its exact text stands there as a string, so that its hash can be checked.
pub fn words(words: &Words) -> String {
    json!({ "kind": "notice", "hash": words.hash, "notice": words.text }).to_string()
}

/// The line of a receipt. `receipt` is what was signed; `says` is what it says, for readers that do not take a JWS apart.
pub fn receipt(evidence: &Evidence) -> String {
    let held = &evidence.held;
    let written = |log: &crate::receipt::LogProof| -> Value { crate::tree::Write::write(log) };
    let key = |key: &crate::receipt::Jwk| -> Value { crate::tree::Write::write(key) };
    let says: Value = crate::tree::Write::write(&evidence.claims);
    let mut line = json!({
        "kind": "receipt",
        "receipt": held.receipt,
        "jwk": evidence.key.as_ref().map(key),
        "receivedAt": held.received_at,
        "skew": held.skew,
        "late": held.late,
        "fork": held.fork,
        "says": says,
    });
    if let Some(log) = &evidence.log {
        line["log"] = written(log);
    }
    line.to_string()
}

/// The receipt file of a line and the notice that it names, as `placet verify` reads it; none where the two are not what
/// [`receipt`] and [`words`] write.
pub fn file(line: &str, notice: &str) -> Option<String> {
    let (line, notice) = (json::parse(line).ok()?, json::parse(notice).ok()?);
    let named = &line["says"]["notice"]["hash"];
    if notice["hash"] != *named {
        return None;
    }
    let mut acknowledgement = json!({ "id": line["says"]["id"], "receivedAt": line["receivedAt"] });
    if let Some(log) = line.get("log") {
        acknowledgement["log"] = log.clone();
    }
    let file = json!({
        "placet": 1,
        "receipt": line["receipt"],
        "jwk": line["jwk"],
        "notice": notice["notice"],
        "acknowledgement": acknowledgement,
    });
    Some(file.to_string())
}
