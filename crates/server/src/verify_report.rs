//! What `placet verify` prints of a receipt file, and of the receipt of an erasure.

use crate::terminal::printable;
use placet_model::log::erasure::{Erased, ErasureReport};
use placet_model::receipt::ChoiceState;
use placet_model::receipt_file::{Check, Content, Report, utc};
use std::fmt::Write as _;

/// The most ids of erased receipts that are printed.
const MOST_IDS: usize = 20;

/// The report on a receipt for people.
pub fn told_report(report: &Report) -> String {
    let mut text = told_checks(&report.checks, &report.unchecked);
    if !report.others.is_empty() {
        let names = report.others.join(", ");
        let _ = writeln!(
            text,
            "  note  other members   Not known to this program, signed by nothing and no proof: {names}."
        );
    }
    let _ = writeln!(text);
    match (&report.content, report.failure()) {
        (Some(content), None) => told_content(&mut text, report, content),
        (_, failure) => told_failure(&mut text, failure),
    }
    text
}

/// The report on the receipt of an erasure for people.
pub fn told_erasure(report: &ErasureReport) -> String {
    let mut text = told_checks(&report.checks, &report.unchecked);
    let _ = writeln!(text);
    match &report.content {
        Some(content) => {
            told_erased(&mut text, content);
            told_limits(&mut text, &report.proves, &report.does_not_prove);
        }
        None => told_failure(&mut text, report.failure()),
    }
    text
}

fn told_checks(checks: &[Check], unchecked: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    for check in checks {
        let (mark, told) = match &check.outcome {
            Ok(told) => ("ok", told),
            Err(told) => ("NOT OK", told),
        };
        let _ = writeln!(text, "{mark:>6}  {:<16}{}", check.what, printable(told));
    }
    for (what, told) in unchecked {
        let _ = writeln!(text, "  note  {what:<16}{told}");
    }
    text
}

fn told_failure(text: &mut String, failure: Option<&Check>) {
    let why = failure.and_then(|check| check.outcome.as_ref().err()).map_or("", String::as_str);
    let verdict = match failure {
        Some(check) if check.is_of_today() => "NOT CONFIRMED BY THE LOG.",
        _ => "NOT GENUINE.",
    };
    let _ = writeln!(text, "{verdict} {}", printable(why));
}

fn told_limits(text: &mut String, proves: &[String], does_not_prove: &[String]) {
    for (heading, sentences) in [("This proves", proves), ("This does not prove", does_not_prove)] {
        let _ = writeln!(text, "\n{heading}");
        for sentence in sentences {
            let _ = writeln!(text, "  - {sentence}");
        }
    }
}

fn told_erased(text: &mut String, content: &Erased) {
    let Erased { erasure, who, signed, .. } = content;
    let verdict = if *signed { "GENUINE." } else { "CONSISTENT, BUT NOBODY IS KNOWN TO HAVE SIGNED IT." };
    let receipts = if erasure.erased == 1 { "receipt was" } else { "receipts were" };
    let at = utc(i64::try_from(erasure.at / 1000).unwrap_or(i64::MAX));
    let _ = writeln!(text, "{verdict} {} {receipts} erased.\n{at}", erasure.erased);
    let _ = writeln!(text, "\nHow it was done\n  {:<10} {}", "by", printable(who));
    if let Some(device) = &erasure.device {
        let _ = writeln!(text, "  {:<10} {}", "device", printable(device));
    }
    if !erasure.receipts.is_empty() {
        let _ = writeln!(text, "\nReceipts");
    }
    for id in erasure.receipts.iter().take(MOST_IDS) {
        let _ = writeln!(text, "  {}", printable(id));
    }
    if let Some(more) = erasure.receipts.len().checked_sub(MOST_IDS).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {more} more");
    }
}

fn told_content(text: &mut String, report: &Report, content: &Content) {
    let verdict = if content.signed { "GENUINE." } else { "CONSISTENT, BUT NOT SIGNED." };
    let _ = writeln!(text, "{verdict} {}\n{}", printable(&content.act()), content.when());
    let _ = writeln!(text, "\nChoices");
    for chosen in &content.choices {
        let word = match chosen.choice {
            ChoiceState::Always => "always on",
            ChoiceState::Granted => "granted",
            ChoiceState::Denied => "denied",
        };
        let separate = if chosen.separate { ", needs separate consent" } else { "" };
        let title = chosen.title.as_deref().map_or_else(|| "(not in the notice)".to_owned(), printable);
        let _ = writeln!(text, "  {word:<10} {title} ({}{separate})", printable(&chosen.purpose));
    }
    for (preference, picked) in content.preferences() {
        let picked = if picked.is_empty() { "nothing" } else { &picked };
        let _ = writeln!(text, "  {:<10} {}", printable(&preference), printable(picked));
    }
    let _ = writeln!(
        text,
        "\nHow it was decided\n  {:<10} {}\n  {:<10} {}",
        "by",
        content.by(),
        "consent",
        content.consent()
    );
    let evidence = content.evidence();
    if !evidence.is_empty() {
        let _ = writeln!(text, "\nWhat was on the screen, as the page measured it");
    }
    for (name, told) in evidence {
        let _ = writeln!(text, "  {name:<10} {told}");
    }
    let noted = content.noted();
    if !noted.is_empty() {
        let _ = writeln!(text, "\nWhat the server noted");
    }
    for (name, told) in noted {
        let _ = writeln!(text, "  {name:<10} {}", printable(&told));
    }
    told_limits(text, &report.proves, &report.does_not_prove);
}
