//! What `placet verify` prints of a receipt file.

use crate::terminal::printable;
use placet_model::receipt::ChoiceState;
use placet_model::receipt_file::{Content, Report};
use std::fmt::Write as _;

/// The report on a receipt for people.
pub fn told_report(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let (mark, told) = match &check.outcome {
            Ok(told) => ("ok", told),
            Err(told) => ("NOT OK", told),
        };
        let _ = writeln!(text, "{mark:>6}  {:<16}{}", check.what, printable(told));
    }
    for (what, told) in &report.unchecked {
        let _ = writeln!(text, "  note  {what:<16}{told}");
    }
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
        (_, failure) => {
            let why = failure.and_then(|check| check.outcome.as_ref().err()).map_or("", String::as_str);
            let _ = writeln!(text, "NOT GENUINE. {}", printable(why));
        }
    }
    text
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
        let separate = if chosen.separate { ", asked separately" } else { "" };
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
    for (heading, sentences) in [("This proves", &report.proves), ("This does not prove", &report.does_not_prove)] {
        let _ = writeln!(text, "\n{heading}");
        for sentence in sentences {
            let _ = writeln!(text, "  - {sentence}");
        }
    }
}
