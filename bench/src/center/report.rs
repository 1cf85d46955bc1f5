//! The result, for people, for programs and for the README.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    summary::Summary,
    variants::{Size, Variant},
    visit::{Act, Answer},
};
use crate::spread::Spread;

const HOW: &str = "\
Each visit is in a fresh tab and process on a processor four times slower (DevTools method
Emulation.setCPUThrottlingRate). The center was opened and closed once before. Times are from the event's own time stamp
until the frame that first shows what was asked for has been painted, taken by a task that runs right after it.";

/// What was measured, and with what.
pub(crate) struct Report<'a> {
    pub(crate) browser: &'a str,
    pub(crate) rounds: usize,
    pub(crate) summary: &'a Summary,
}

/// The rows of all tables.
const ROWS: [(&str, Act, Size); 5] = [
    ("center opened", Act::Open, Size::Shop),
    ("center opened, 1,000 services", Act::Open, Size::Thousand),
    ("first layer gone after \"Accept all\"", Act::Accept, Size::Shop),
    ("first layer gone after \"Accept all\", 1,000 services", Act::Accept, Size::Thousand),
    ("search answers a key, 1,000 services", Act::Key, Size::Thousand),
];

impl Report<'_> {
    /// Tables of medians, ratios and verdicts.
    pub(crate) fn text(&self) -> Result<String> {
        let mut out = format!("{}, {} rounds; medians, in brackets the range\n{HOW}\n", self.browser, self.rounds);
        for (what, act, size) in ROWS {
            writeln!(out, "\n{what}\n{:<30}{:>24}{:>18}{:>16}", "", "ms", "frames", "Placet to it")?;
            for summary in self.summary.of_act(act, size) {
                let ratio = show(self.summary.ratio(summary.variant, size, act));
                let (time, frames) = (times(summary.time), times(summary.frames));
                writeln!(out, "{:<30}{time:>24}{frames:>18}{ratio:>16}", summary.variant.name())?;
            }
        }
        writeln!(out, "\nBudgets")?;
        for verdict in self.summary.verdicts() {
            writeln!(out, "{:<12}{}", if verdict.holds { "holds" } else { "falls short" }, verdict.what)?;
        }
        Ok(out)
    }

    /// Everything, with every single answer.
    pub(crate) fn json(&self, answers: &[Answer]) -> Value {
        let ratio = |(_, act, size): (&str, Act, Size)| {
            json!({
                "act": act.id(),
                "size": size.id(),
                "toKlaro": self.summary.ratio(Variant::Klaro, size, act),
                "toCookieConsent": self.summary.ratio(Variant::CookieConsent, size, act),
            })
        };
        let verdicts = self.summary.verdicts();
        json!({
            "browser": self.browser,
            "rounds": self.rounds,
            "ratios": ROWS.map(ratio),
            "budgets": verdicts.iter().map(|v| json!({ "what": v.what, "holds": v.holds })).collect::<Vec<_>>(),
            "answers": answers.iter().map(Answer::to_json).collect::<Vec<_>>(),
        })
    }

    /// The table of the README. Ratios only: times are those of one machine.
    pub(crate) fn markdown(&self) -> Result<String> {
        let names = Variant::RIVALS.map(|rival| format!("to {}", rival.name())).join(" | ");
        let mut out = format!("| Placet, as a ratio | {names} |\n|---|---|---|\n");
        for (what, act, size) in ROWS.into_iter().filter(|(_, act, _)| *act != Act::Key) {
            let ratios = Variant::RIVALS.map(|rival| show(self.summary.ratio(rival, size, act)));
            writeln!(out, "| {what} | {} |", ratios.join(" | "))?;
        }
        if let Some(key) = self.summary.find(Variant::Placet, Size::Thousand, Act::Key) {
            let which = match key.frames.most {
                most if most <= 1.0 => "in the first frame after it".to_owned(),
                most => format!("within {most:.0} frames"),
            };
            writeln!(out, "\nAmong 1,000 services, Placet's search answers each key {which}.")?;
        }
        writeln!(
            out,
            "\nMedians of {} visits each, in turns, in {}, on a processor four times slower.",
            self.rounds,
            self.browser.split('.').next().unwrap_or(self.browser)
        )?;
        Ok(out)
    }
}

fn times(Spread { median, least, most }: Spread) -> String {
    format!("{median:.1} ({least:.1}-{most:.1})")
}

fn show(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
}
