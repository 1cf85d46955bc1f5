//! The result, for people, for programs and for the documentation.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    addition::{Addition, Way},
    summary::Summary,
    variants::Variant,
};
use crate::spread::Spread;

const HOW: &str = "\
Microseconds of script for each of 5,000 elements: ScriptDuration and V8CompileDuration of the DevTools method
Performance.getMetrics, in time that the main thread had the processor, from before the first element is added until the
page is at rest again. Adding itself is in it; \"added\" is what a page has over the page without a banner in the same round.";

/// What was measured, and with what.
pub(crate) struct Report<'a> {
    pub(crate) browser: &'a str,
    pub(crate) rounds: usize,
    pub(crate) summary: &'a Summary,
}

impl Report<'_> {
    /// Tables of medians.
    pub(crate) fn text(&self) -> Result<String> {
        let mut out = format!("{}, {} rounds; medians, in brackets the range\n{HOW}\n", self.browser, self.rounds);
        for way in Way::ALL {
            writeln!(out, "\n{}\n{:<28}{:>22}{:>22}", way.name(), "microseconds a node", "cost", "added")?;
            for summary in self.summary.of_way(way) {
                let [cost, added] = [summary.cost, summary.added].map(times);
                writeln!(out, "{:<28}{cost:>22}{added:>22}", summary.variant.name())?;
            }
        }
        Ok(out)
    }

    /// Everything, with every single addition.
    pub(crate) fn json(&self, additions: &[Addition]) -> Value {
        let medians = Way::ALL.into_iter().flat_map(|way| self.summary.of_way(way)).map(|summary| {
            json!({
                "variant": summary.variant.id(),
                "way": summary.way.id(),
                "microseconds": summary.cost.median,
                "added": summary.added.median,
            })
        });
        json!({
            "browser": self.browser,
            "rounds": self.rounds,
            "medians": medians.collect::<Vec<_>>(),
            "additions": additions.iter().map(Addition::to_json).collect::<Vec<_>>(),
        })
    }

    /// The table of the documentation.
    pub(crate) fn markdown(&self) -> Result<String> {
        let names = Variant::GATES.map(Variant::name).join(" | ");
        let mut out = format!("| 5,000 nodes added, µs for each more than without | {names} |\n|---|---|---|---|\n");
        for way in Way::ALL {
            let added = Variant::GATES.map(|variant| match self.summary.find(variant, way) {
                Some(summary) => format!("{:.2}", summary.added.median),
                None => "-".to_owned(),
            });
            writeln!(out, "| {} | {} |", way.name(), added.join(" | "))?;
        }
        writeln!(
            out,
            "\nMedians of {} rounds, in turns, in {}; script time of the main thread.",
            self.rounds,
            self.browser.split('.').next().unwrap_or(self.browser)
        )?;
        Ok(out)
    }
}

fn times(Spread { median, least, most }: Spread) -> String {
    format!("{median:.2} ({least:.2}-{most:.2})")
}
