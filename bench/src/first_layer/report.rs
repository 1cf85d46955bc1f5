//! The result, for people, for programs and for the README.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    condition::Condition,
    load::Load,
    summary::{Summaries, Summary},
    variants::Variant,
};
use crate::spread::Spread;

const HOW: &str = "\
Each load is cold: a fresh tab and process, an empty cache. \"Paint\" is the page's first contentful paint as the browser
reports it. \"Seen\" is the first frame in which more than half of the banner's element is on screen and not wholly
transparent, \"opaque\" the first in which it is opaque too. One detector looks for both in every animation frame, alike
for all banners. The frame of the first contentful paint has the time that the browser reports for it; of later frames
the moment right after painting is taken, which is a little before it is presented and so flatters late banners.";

/// What was measured, and with what.
pub(crate) struct Report<'a> {
    pub(crate) browser: &'a str,
    pub(crate) rounds: usize,
    pub(crate) loads: &'a [Load],
    pub(crate) summaries: &'a Summaries,
}

impl Report<'_> {
    /// Tables of medians, ratios and verdicts.
    pub(crate) fn text(&self) -> Result<String> {
        let mut out = format!("{}, {} rounds; medians, in brackets the range\n{HOW}\n", self.browser, self.rounds);
        for condition in Condition::ALL {
            writeln!(out, "\n{}", condition.name())?;
            writeln!(out, "{:<28}{:>20}{:>20}{:>20}{:>9}{:>9}", "ms", "paint", "seen", "opaque", "shift", "bytes")?;
            for summary in self.summaries.under(condition) {
                writeln!(out, "{}", row(summary))?;
            }
            for rival in [Variant::CookieConsent, Variant::Orejime] {
                let ratio = show(self.summaries.layer_ratio(rival, condition));
                writeln!(out, "seen: Placet {ratio} of {}", rival.name())?;
            }
            for other in [Variant::None, Variant::CookieConsent, Variant::Orejime] {
                let ratio = show(self.summaries.paint_ratio(other, condition));
                writeln!(out, "paint: with Placet {ratio} of that with {}", other.name())?;
            }
        }
        writeln!(out, "\nBudgets")?;
        for verdict in self.summaries.verdicts() {
            writeln!(out, "{:<12}{}", if verdict.holds { "holds" } else { "falls short" }, verdict.what)?;
        }
        Ok(out)
    }

    /// Everything, with every single load.
    pub(crate) fn json(&self) -> Value {
        let spread = |spread: Spread| json!({ "median": spread.median, "least": spread.least, "most": spread.most });
        let medians = |summary: &Summary| {
            json!({
                "variant": summary.variant.id(),
                "condition": summary.condition.id(),
                "firstContentfulPaint": spread(summary.paint),
                "firstLayer": summary.layer.map(spread),
                "firstLayerOpaque": summary.whole.map(spread),
                "inFirstPaint": summary.in_first_paint,
                "layoutShift": summary.shift,
                "bytes": summary.bytes,
            })
        };
        let ratios = |condition| {
            json!({
                "condition": Condition::id(condition),
                "firstLayerToCookieConsent": self.summaries.layer_ratio(Variant::CookieConsent, condition),
                "firstLayerToOrejime": self.summaries.layer_ratio(Variant::Orejime, condition),
                "paintToNoBanner": self.summaries.paint_ratio(Variant::None, condition),
                "paintToCookieConsent": self.summaries.paint_ratio(Variant::CookieConsent, condition),
            })
        };
        let verdicts = self.summaries.verdicts();
        json!({
            "browser": self.browser,
            "rounds": self.rounds,
            "medians": Condition::ALL.into_iter().flat_map(|c| self.summaries.under(c)).map(medians).collect::<Vec<_>>(),
            "ratios": Condition::ALL.map(ratios),
            "budgets": verdicts.iter().map(|v| json!({ "what": v.what, "holds": v.holds })).collect::<Vec<_>>(),
            "loads": self.loads.iter().map(Load::to_json).collect::<Vec<_>>(),
        })
    }

    /// The table of the README. Ratios only: times are those of one machine.
    pub(crate) fn markdown(&self) -> Result<String> {
        let [unthrottled, slow] = Condition::ALL;
        let mut out = format!("| Placet, as a ratio | {} | {} |\n|---|---|---|\n", unthrottled.name(), slow.name());
        for rival in [Variant::CookieConsent, Variant::Orejime] {
            let ratio = |condition| show(self.summaries.layer_ratio(rival, condition));
            writeln!(out, "| first layer seen, to {} | {} | {} |", rival.name(), ratio(unthrottled), ratio(slow))?;
        }
        for (other, name) in
            [(Variant::None, "without a banner"), (Variant::CookieConsent, "with vanilla-cookieconsent 3.1.0")]
        {
            let ratio = |condition| show(self.summaries.paint_ratio(other, condition));
            writeln!(
                out,
                "| page's first contentful paint, to that {name} | {} | {} |",
                ratio(unthrottled),
                ratio(slow)
            )?;
        }
        writeln!(
            out,
            "\nMedians of {} cold loads each, in turns, in {}: the same shop page from one local server, brotli, each \
             banner as its documentation recommends.",
            self.rounds,
            self.browser.split('.').next().unwrap_or(self.browser)
        )?;
        Ok(out)
    }
}

fn row(summary: &Summary) -> String {
    let times = |spread: Option<Spread>| match spread {
        Some(Spread { median, least, most }) => format!("{median:.0} ({least:.0}-{most:.0})"),
        None => "-".to_owned(),
    };
    format!(
        "{:<28}{:>20}{:>20}{:>20}{:>9.4}{:>9.0}",
        summary.variant.name(),
        times(Some(summary.paint)),
        times(summary.layer),
        times(summary.whole),
        summary.shift,
        summary.bytes
    )
}

fn show(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_what_is_compared_even_where_nothing_was_measured() {
        let summaries = Summaries::of(&[]);
        let report = Report { browser: "Chromium 156.0.1", rounds: 9, loads: &[], summaries: &summaries };
        let text = report.markdown().unwrap();
        assert!(text.contains("| first layer seen, to orejime 3.2.1 | - | - |"), "{text}");
        assert!(text.contains("Medians of 9 cold loads each, in turns, in Chromium 156:"), "{text}");
    }
}
