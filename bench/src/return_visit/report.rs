//! The result, for people, for programs and for the README.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    accept::Acceptance,
    summary::Summary,
    variants::{DELAY, TAGS, Variant},
    visit::{Load, Visit},
};
use crate::spread::Spread;

const HOW: &str = "\
Everything was accepted on an earlier visit. Each load is in a fresh tab and process; on the second visit the files are in
the HTTP cache, on later ones the browser has kept compiled code, too. \"Script\" is ScriptDuration and V8CompileDuration of
the DevTools method Performance.getMetrics, in time that the main thread had the processor (threadTicks), so other
programs do not count; \"task\" is TaskDuration, everything that the main thread did. \"Added\" is what a page has over the
ungated page of the same round. \"Last tag\" is performance.now() in the last of the six tags, the hands of the clock.";

/// What was measured, and with what.
pub(crate) struct Report<'a> {
    pub(crate) browser: &'a str,
    pub(crate) rounds: usize,
    pub(crate) summary: &'a Summary,
}

impl Report<'_> {
    /// Tables of medians, ratios and verdicts.
    pub(crate) fn text(&self) -> Result<String> {
        let mut out = format!("{}, {} rounds; medians, in brackets the range\n{HOW}\n", self.browser, self.rounds);
        for visit in Visit::ALL {
            writeln!(out, "\n{}", visit.name())?;
            writeln!(out, "{:<28}{:>18}{:>18}{:>18}{:>16}", "ms", "script", "added script", "added task", "last tag")?;
            for summary in self.summary.visits.iter().filter(|summary| summary.visit == visit) {
                writeln!(
                    out,
                    "{:<28}{:>18}{:>18}{:>18}{:>16}",
                    summary.variant.name(),
                    times(summary.script),
                    times(summary.added_script),
                    times(summary.added_task),
                    times(summary.last_tag)
                )?;
            }
            let ratio = show(self.summary.script_ratio(visit));
            writeln!(out, "added script: Placet {ratio} of {}", Variant::CookieConsent.name())?;
            for variant in Variant::GATES {
                let ratio = show(self.summary.last_tag_ratio(variant, visit));
                writeln!(out, "last tag: with {} {ratio} of the ungated page", variant.name())?;
            }
        }
        let delay = DELAY.as_millis();
        writeln!(out, "\naccepting on a first visit; {TAGS} tags, each answered after {delay} ms; since the click")?;
        writeln!(out, "{:<28}{:>18}{:>18}{:>18}", "ms", "first asked for", "last asked for", "last ran")?;
        for summary in &self.summary.accepts {
            let [first, last, ran] = [summary.first_start, summary.last_start, summary.last_tag].map(times);
            writeln!(out, "{:<28}{first:>18}{last:>18}{ran:>18}", summary.variant.name())?;
        }
        writeln!(out, "\nBudgets")?;
        for verdict in self.summary.verdicts() {
            writeln!(out, "{:<12}{}", if verdict.holds { "holds" } else { "falls short" }, verdict.what)?;
        }
        Ok(out)
    }

    /// Everything, with every single load and click.
    pub(crate) fn json(&self, loads: &[Load], acceptances: &[Acceptance]) -> Value {
        let ratios = |visit| {
            json!({
                "visit": Visit::id(visit),
                "addedScriptToCookieConsent": self.summary.script_ratio(visit),
                "lastTagToUngated": self.summary.last_tag_ratio(Variant::Placet, visit),
                "lastTagOfCookieConsentToUngated": self.summary.last_tag_ratio(Variant::CookieConsent, visit),
            })
        };
        let verdicts = self.summary.verdicts();
        json!({
            "browser": self.browser,
            "rounds": self.rounds,
            "ratios": Visit::ALL.map(ratios),
            "budgets": verdicts.iter().map(|v| json!({ "what": v.what, "holds": v.holds })).collect::<Vec<_>>(),
            "loads": loads.iter().map(Load::to_json).collect::<Vec<_>>(),
            "acceptances": acceptances.iter().map(Acceptance::to_json).collect::<Vec<_>>(),
        })
    }

    /// The table of the README. Ratios only: times are those of one machine.
    pub(crate) fn markdown(&self) -> Result<String> {
        let rival = Variant::CookieConsent;
        let mut out = format!("| everything accepted earlier, six tags | Placet | {} |\n|---|---|---|\n", rival.name());
        for visit in Visit::ALL {
            let ratio = show(self.summary.script_ratio(visit));
            writeln!(out, "| script time added to the page, {} | {ratio} | 1 |", visit.name())?;
        }
        for visit in Visit::ALL {
            let [ours, theirs] = Variant::GATES.map(|variant| show(self.summary.last_tag_ratio(variant, visit)));
            writeln!(out, "| last tag runs, to tags that nothing holds, {} | {ours} | {theirs} |", visit.name())?;
        }
        let delays = |variant| {
            let ran = self.summary.accept(variant).map(|accept| accept.last_tag.median);
            show(ran.map(|ran| ran / (DELAY.as_secs_f64() * 1000.0)))
        };
        let [ours, theirs] = Variant::GATES.map(delays);
        writeln!(
            out,
            "| after \"Accept all\", six tags run within so many answering times of one | {ours} | {theirs} |"
        )?;
        writeln!(
            out,
            "\nMedians of {} loads each, in turns, in {}; files from the cache.",
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
