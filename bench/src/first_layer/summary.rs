//! What the loads of one page under one condition come to, and what that says about the budgets.

use super::{condition::Condition, load::Load, variants::Variant};
use crate::spread::Spread;

/// Placet's first layer is to be seen within this share of the time that vanilla-cookieconsent needs.
const BUDGETS: [(Condition, f64); 2] = [(Condition::Unthrottled, 0.55), (Condition::Slow, 0.62)];

/// Medians of one page under one condition.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) variant: Variant,
    pub(crate) condition: Condition,
    pub(crate) loads: usize,
    pub(crate) paint: Spread,
    pub(crate) layer: Option<Spread>,
    pub(crate) whole: Option<Spread>,
    /// In how many loads the first layer was in the first contentful paint.
    pub(crate) in_first_paint: usize,
    /// The worst layout shift of all loads.
    pub(crate) shift: f64,
    pub(crate) bytes: f64,
}

/// All summaries, by page and condition.
pub(crate) struct Summaries(Vec<Summary>);

impl Summaries {
    /// Sums up the loads.
    pub(crate) fn of(loads: &[Load]) -> Self {
        let pairs = Condition::ALL.into_iter().flat_map(|condition| Variant::ALL.map(|variant| (variant, condition)));
        Self(pairs.filter_map(|(variant, condition)| summary(loads, variant, condition)).collect())
    }

    /// Those of one condition, in the order of [`Variant::ALL`].
    pub(crate) fn under(&self, condition: Condition) -> impl Iterator<Item = &Summary> {
        self.0.iter().filter(move |summary| summary.condition == condition)
    }

    /// One of them.
    pub(crate) fn find(&self, variant: Variant, condition: Condition) -> Option<&Summary> {
        self.under(condition).find(|summary| summary.variant == variant)
    }

    /// The time until Placet's first layer is seen, as a share of that of another banner.
    pub(crate) fn layer_ratio(&self, rival: Variant, condition: Condition) -> Option<f64> {
        let ours = self.find(Variant::Placet, condition)?.layer?;
        Some(ours.median / self.find(rival, condition)?.layer?.median)
    }

    /// The first contentful paint of the page with Placet, as a share of that of another page.
    pub(crate) fn paint_ratio(&self, other: Variant, condition: Condition) -> Option<f64> {
        let ours = self.find(Variant::Placet, condition)?;
        Some(ours.paint.median / self.find(other, condition)?.paint.median)
    }

    /// What the budgets ask, and whether it holds.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let rival = Variant::CookieConsent;
        let mut verdicts = Vec::new();
        for (condition, budget) in BUDGETS {
            let under = condition.name();
            if let Some(ratio) = self.layer_ratio(rival, condition) {
                let what = format!("first layer at most {budget}x of {}, {under}: {ratio:.2}x", rival.name());
                verdicts.push(Verdict { what, holds: ratio <= budget });
            }
            if let Some(ratio) = self.paint_ratio(rival, condition) {
                let what = format!("first contentful paint not later than with {}, {under}: {ratio:.2}x", rival.name());
                verdicts.push(Verdict { what, holds: ratio <= 1.0 });
            }
            if let Some(ours) = self.find(Variant::Placet, condition) {
                let what = format!(
                    "first layer in the first contentful paint, {under}: {} of {}",
                    ours.in_first_paint, ours.loads
                );
                verdicts.push(Verdict { what, holds: ours.in_first_paint == ours.loads });
                // What the shop's own page moves is not the banner's doing.
                let own = self.find(Variant::None, condition).map_or(0.0, |none| none.shift);
                let what = format!("no layout shift, {under}: {:.4}", ours.shift);
                verdicts.push(Verdict { what, holds: ours.shift <= own });
            }
        }
        verdicts
    }
}

/// Whether one thing that was promised holds.
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) holds: bool,
}

fn summary(loads: &[Load], variant: Variant, condition: Condition) -> Option<Summary> {
    let loads: Vec<&Load> =
        loads.iter().filter(|load| load.variant == variant && load.condition == condition).collect();
    let times = |of: fn(&Load) -> Option<f64>| Spread::of(loads.iter().filter_map(|load| of(load)).collect());
    Some(Summary {
        variant,
        condition,
        loads: loads.len(),
        paint: times(|load| Some(load.paint))?,
        layer: times(|load| load.layer),
        whole: times(|load| load.whole),
        in_first_paint: loads.iter().filter(|load| load.is_in_first_paint).count(),
        shift: loads.iter().map(|load| load.shift).fold(0.0, f64::max),
        bytes: times(|load| Some(load.bytes))?.median,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variant: Variant, condition: Condition, paint: f64, layer: f64) -> Load {
        let layer = (variant != Variant::None).then_some(layer);
        let (whole, files, shifts) = (layer, serde_json::Value::Null, serde_json::Value::Null);
        Load { variant, condition, paint, layer, whole, is_in_first_paint: true, shift: 0.0, shifts, bytes: 1.0, files }
    }

    fn verdicts(paint: f64, layer: f64) -> Vec<bool> {
        let ours = load(Variant::Placet, Condition::Slow, paint, layer);
        let theirs = load(Variant::CookieConsent, Condition::Slow, 700.0, 1000.0);
        Summaries::of(&[ours, theirs]).verdicts().into_iter().map(|verdict| verdict.holds).collect()
    }

    #[test]
    fn a_late_layer_or_paint_falls_short() {
        assert_eq!(verdicts(600.0, 620.0), [true, true, true, true]);
        assert_eq!(verdicts(600.0, 630.0), [false, true, true, true]);
        assert_eq!(verdicts(710.0, 620.0), [true, false, true, true]);
    }
}
