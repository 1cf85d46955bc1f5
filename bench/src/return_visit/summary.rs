//! What the return visits and the clicks come to, and what that says about the budgets.

use super::{
    accept::Acceptance,
    variants::{DELAY, Variant},
    visit::{Load, Visit},
};
use crate::spread::Spread;

/// Placet's script time, as a share of that of vanilla-cookieconsent.
const SCRIPT: f64 = 0.6;

/// When the last tag runs, as a multiple of the ungated page's.
const LAST_TAG: f64 = 1.05;

/// Medians of everything.
pub(crate) struct Summary {
    pub(crate) visits: Vec<VisitSummary>,
    pub(crate) accepts: Vec<AcceptSummary>,
}

/// Medians of one page on one kind of visit, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct VisitSummary {
    pub(crate) variant: Variant,
    pub(crate) visit: Visit,
    pub(crate) script: Spread,
    /// Script time over the ungated page's of the same round.
    pub(crate) added_script: Spread,
    pub(crate) added_task: Spread,
    pub(crate) last_tag: Spread,
}

/// Medians of the clicks on one page, in milliseconds since the click.
#[derive(Clone, Debug)]
pub(crate) struct AcceptSummary {
    pub(crate) variant: Variant,
    pub(crate) first_start: Spread,
    pub(crate) last_start: Spread,
    pub(crate) last_tag: Spread,
}

/// Whether one thing that was promised holds.
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) holds: bool,
}

impl Summary {
    /// Sums up.
    pub(crate) fn of(loads: &[Load], acceptances: &[Acceptance]) -> Self {
        let pairs = Visit::ALL.into_iter().flat_map(|visit| Variant::ALL.map(|variant| (variant, visit)));
        Self {
            visits: pairs.filter_map(|(variant, visit)| visits(loads, variant, visit)).collect(),
            accepts: Variant::GATES.into_iter().filter_map(|variant| accepts(acceptances, variant)).collect(),
        }
    }

    /// One page on one kind of visit.
    pub(crate) fn visit(&self, variant: Variant, visit: Visit) -> Option<&VisitSummary> {
        self.visits.iter().find(|summary| summary.variant == variant && summary.visit == visit)
    }

    /// The clicks on one page.
    pub(crate) fn accept(&self, variant: Variant) -> Option<&AcceptSummary> {
        self.accepts.iter().find(|summary| summary.variant == variant)
    }

    /// The script time that Placet adds, as a share of what vanilla-cookieconsent adds.
    pub(crate) fn script_ratio(&self, visit: Visit) -> Option<f64> {
        let added = |variant| Some(self.visit(variant, visit)?.added_script.median);
        Some(added(Variant::Placet)? / added(Variant::CookieConsent)?)
    }

    /// When the last tag of a page runs, as a multiple of the ungated page's.
    pub(crate) fn last_tag_ratio(&self, variant: Variant, visit: Visit) -> Option<f64> {
        let last = |variant| Some(self.visit(variant, visit)?.last_tag.median);
        Some(last(variant)? / last(Variant::Ungated)?)
    }

    /// What the budgets ask, and whether it holds.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for visit in Visit::ALL {
            let on = visit.name();
            if let Some(ratio) = self.script_ratio(visit) {
                let rival = Variant::CookieConsent.name();
                let what = format!("added script time at most {SCRIPT}x of {rival}, {on}: {ratio:.2}x");
                verdicts.push(Verdict { what, holds: ratio <= SCRIPT });
            }
            if let Some(ratio) = self.last_tag_ratio(Variant::Placet, visit) {
                let what = format!("last tag at most {LAST_TAG}x of the ungated page, {on}: {ratio:.2}x");
                verdicts.push(Verdict { what, holds: ratio <= LAST_TAG });
            }
        }
        if let Some(accept) = self.accept(Variant::Placet) {
            let delay = DELAY.as_secs_f64() * 1000.0;
            let what =
                format!("all tags asked for before the first is answered: {:.0} of {delay} ms", accept.last_start.most);
            verdicts.push(Verdict { what, holds: accept.last_start.most < delay });
        }
        verdicts
    }
}

fn visits(loads: &[Load], variant: Variant, visit: Visit) -> Option<VisitSummary> {
    let of = |variant| loads.iter().filter(move |load| load.variant == variant && load.visit == visit);
    let times = |time: fn(&Load) -> f64| Spread::of(of(variant).map(time).collect());
    let added = |time: fn(&Load) -> f64| {
        let pairs = of(variant).filter_map(|load| {
            let ungated = of(Variant::Ungated).find(|ungated| ungated.round == load.round)?;
            Some(time(load) - time(ungated))
        });
        Spread::of(pairs.collect())
    };
    Some(VisitSummary {
        variant,
        visit,
        script: times(|load| load.accounts.script)?,
        added_script: added(|load| load.accounts.script)?,
        added_task: added(|load| load.accounts.task)?,
        last_tag: times(|load| load.last_tag)?,
    })
}

fn accepts(acceptances: &[Acceptance], variant: Variant) -> Option<AcceptSummary> {
    let times = |time: fn(&Acceptance) -> f64| {
        Spread::of(acceptances.iter().filter(|acceptance| acceptance.variant == variant).map(time).collect())
    };
    Some(AcceptSummary {
        variant,
        first_start: times(Acceptance::first_start)?,
        last_start: times(Acceptance::last_start)?,
        last_tag: times(|acceptance| acceptance.last_tag)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chromium::Accounts;

    fn load(variant: Variant, script: f64, last_tag: f64) -> Load {
        Load { variant, visit: Visit::Second, round: 1, accounts: Accounts { script, task: script }, last_tag }
    }

    fn verdicts(script: f64, last_tag: f64, starts: &[f64]) -> Vec<bool> {
        let loads = [
            load(Variant::Ungated, 2.0, 100.0),
            load(Variant::Placet, script, last_tag),
            load(Variant::CookieConsent, 7.0, 150.0),
        ];
        let acceptance = Acceptance { variant: Variant::Placet, starts: starts.to_vec(), last_tag: 210.0 };
        Summary::of(&loads, &[acceptance]).verdicts().into_iter().map(|verdict| verdict.holds).collect()
    }

    #[test]
    fn only_what_is_added_counts() {
        assert_eq!(verdicts(5.0, 105.0, &[3.0, 4.0]), [true, true, true]);
        assert_eq!(verdicts(5.1, 105.0, &[3.0, 4.0]), [false, true, true]);
        assert_eq!(verdicts(5.0, 106.0, &[3.0, 4.0]), [true, false, true]);
    }

    #[test]
    fn tags_that_wait_for_one_another_fall_short() {
        assert_eq!(verdicts(5.0, 105.0, &[3.0, 206.0]), [true, true, false]);
    }
}
