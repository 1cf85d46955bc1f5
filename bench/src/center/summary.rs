//! What the answers come to, and what that says about the budgets.

use super::{
    variants::{Size, Variant},
    visit::{Act, Answer},
};
use crate::spread::Spread;

/// How long Placet may take to open, as a multiple of the faster of the others.
const OPEN: f64 = 1.0;

/// How long after a click that accepts the banner may stay, as a multiple of Klaro's.
const ACCEPT: f64 = 1.0;

/// Medians of everything.
pub(crate) struct Summary(Vec<ActSummary>);

/// What one act came to on one page.
#[derive(Clone, Debug)]
pub(crate) struct ActSummary {
    pub(crate) variant: Variant,
    pub(crate) size: Size,
    pub(crate) act: Act,
    /// In milliseconds.
    pub(crate) time: Spread,
    pub(crate) frames: Spread,
}

/// Whether one thing that was promised holds.
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) holds: bool,
}

impl Summary {
    /// Sums up.
    pub(crate) fn of(answers: &[Answer]) -> Self {
        let mut all = Vec::new();
        for act in Act::ALL {
            for size in Size::ALL {
                all.extend(Variant::ALL.into_iter().filter_map(|variant| summary(answers, variant, size, act)));
            }
        }
        Self(all)
    }

    /// One act on the pages of one size, in the order of [`Variant::ALL`].
    pub(crate) fn of_act(&self, act: Act, size: Size) -> impl Iterator<Item = &ActSummary> {
        self.0.iter().filter(move |summary| summary.act == act && summary.size == size)
    }

    /// One of them.
    pub(crate) fn find(&self, variant: Variant, size: Size, act: Act) -> Option<&ActSummary> {
        self.of_act(act, size).find(|summary| summary.variant == variant)
    }

    /// What Placet takes, as a share of what another takes.
    pub(crate) fn ratio(&self, rival: Variant, size: Size, act: Act) -> Option<f64> {
        let time = |variant| Some(self.find(variant, size, act)?.time.median);
        Some(time(Variant::Placet)? / time(rival)?)
    }

    /// What the budgets ask, and whether it holds.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for size in Size::ALL {
            // The faster the rival, the higher the ratio.
            let ratios = Variant::RIVALS.into_iter().filter_map(|rival| self.ratio(rival, size, Act::Open));
            if let Some(ratio) = ratios.max_by(f64::total_cmp) {
                let what = format!("opening takes at most {OPEN}x of the faster rival, {}: {ratio:.2}x", size.name());
                verdicts.push(Verdict { what, holds: ratio <= OPEN });
            }
        }
        let rival = Variant::Klaro;
        if let Some(ratio) = self.ratio(rival, Size::Shop, Act::Accept) {
            let what = format!("banner gone after accepting within {ACCEPT}x of {}: {ratio:.2}x", rival.name());
            verdicts.push(Verdict { what, holds: ratio <= ACCEPT });
        }
        if let Some(key) = self.find(Variant::Placet, Size::Thousand, Act::Key) {
            let what = format!("a key is answered in the frame after it: {:.0} frames, at most", key.frames.most);
            verdicts.push(Verdict { what, holds: key.frames.most <= 1.0 });
        }
        verdicts
    }
}

fn summary(answers: &[Answer], variant: Variant, size: Size, act: Act) -> Option<ActSummary> {
    let is_of = |answer: &&Answer| answer.variant == variant && answer.size == size && answer.act == act;
    let all = |value: fn(&Answer) -> f64| Spread::of(answers.iter().filter(is_of).map(value).collect());
    Some(ActSummary { variant, size, act, time: all(|answer| answer.time)?, frames: all(|answer| answer.frames)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(size: Size, act: Act, times: [f64; 3]) -> impl Iterator<Item = Answer> {
        let answer = move |(variant, time)| Answer { variant, size, act, time, frames: 1.0 };
        Variant::ALL.into_iter().zip(times).map(answer)
    }

    fn verdicts(open: [f64; 3], thousand: [f64; 3], accept: [f64; 3], frames: f64) -> Vec<bool> {
        let mut all: Vec<_> = answers(Size::Shop, Act::Open, open).collect();
        all.extend(answers(Size::Thousand, Act::Open, thousand));
        all.extend(answers(Size::Shop, Act::Accept, accept));
        let (variant, size, act) = (Variant::Placet, Size::Thousand, Act::Key);
        all.push(Answer { variant, size, act, time: 20.0, frames });
        Summary::of(&all).verdicts().into_iter().map(|verdict| verdict.holds).collect()
    }

    #[test]
    fn the_faster_rival_counts_for_opening_and_klaro_for_accepting() {
        let fast = [10.0, 20.0, 30.0];
        assert_eq!(verdicts(fast, fast, fast, 1.0), [true, true, true, true]);
        assert_eq!(verdicts([25.0, 20.0, 30.0], fast, fast, 1.0), [false, true, true, true]);
        assert_eq!(verdicts([25.0, 30.0, 20.0], fast, fast, 1.0), [false, true, true, true]);
        assert_eq!(verdicts(fast, [31.0, 32.0, 30.0], fast, 1.0), [true, false, true, true]);
        assert_eq!(verdicts(fast, fast, [25.0, 20.0, 30.0], 1.0), [true, true, false, true]);
        assert_eq!(verdicts(fast, fast, [25.0, 30.0, 20.0], 1.0), [true, true, true, true]);
        assert_eq!(verdicts(fast, fast, fast, 2.0), [true, true, true, false]);
    }
}
