//! What the additions come to.

use super::{
    addition::{Addition, Way},
    variants::Variant,
};
use crate::spread::Spread;

/// Medians of everything.
pub(crate) struct Summary(Vec<WaySummary>);

/// One page and one way, in microseconds for each node.
#[derive(Clone, Debug)]
pub(crate) struct WaySummary {
    pub(crate) variant: Variant,
    pub(crate) way: Way,
    pub(crate) cost: Spread,
    /// Over the page without a banner, in the same round.
    pub(crate) added: Spread,
}

impl Summary {
    /// Sums up.
    pub(crate) fn of(additions: &[Addition]) -> Self {
        let pairs = Way::ALL.into_iter().flat_map(|way| Variant::ALL.map(|variant| (variant, way)));
        Self(pairs.filter_map(|(variant, way)| summary(additions, variant, way)).collect())
    }

    /// Those of one way, in the order of [`Variant::ALL`].
    pub(crate) fn of_way(&self, way: Way) -> impl Iterator<Item = &WaySummary> {
        self.0.iter().filter(move |summary| summary.way == way)
    }

    /// One of them.
    pub(crate) fn find(&self, variant: Variant, way: Way) -> Option<&WaySummary> {
        self.of_way(way).find(|summary| summary.variant == variant)
    }
}

fn summary(additions: &[Addition], variant: Variant, way: Way) -> Option<WaySummary> {
    let of = |variant| additions.iter().filter(move |addition| addition.variant == variant && addition.way == way);
    let added = of(variant).filter_map(|addition| {
        let alone = of(Variant::None).find(|alone| alone.round == addition.round)?;
        Some(addition.cost - alone.cost)
    });
    Some(WaySummary {
        variant,
        way,
        cost: Spread::of(of(variant).map(|addition| addition.cost).collect())?,
        added: Spread::of(added.collect())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(costs: &[(Variant, usize, f64)], added: Option<f64>) {
        let additions: Vec<Addition> =
            costs.iter().map(|&(variant, round, cost)| Addition { variant, way: Way::Once, round, cost }).collect();
        let summary = Summary::of(&additions);
        assert_eq!(summary.find(Variant::Placet, Way::Once).map(|summary| summary.added.median), added);
        assert!(summary.find(Variant::Placet, Way::Tags).is_none());
    }

    #[test]
    fn what_is_added_is_counted_round_by_round() {
        check(&[(Variant::None, 1, 1.0), (Variant::Placet, 1, 1.5)], Some(0.5));
        check(
            &[
                (Variant::None, 1, 1.0),
                (Variant::Placet, 1, 1.5),
                (Variant::None, 2, 9.0),
                (Variant::Placet, 2, 9.25),
                (Variant::None, 3, 1.0),
                (Variant::Placet, 3, 2.0),
            ],
            Some(0.5),
        );
        check(&[(Variant::Placet, 1, 1.5)], None);
    }
}
