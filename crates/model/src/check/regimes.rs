//! Which rules apply where, and how long an answer holds under them.

use super::Walk;
use super::values::is_region;
use crate::duration::Duration;
use crate::regime::{Model, REGIMES};

impl Walk<'_> {
    pub(super) fn regimes(&mut self) {
        let config = self.config;
        self.at("regimes", |w| {
            if config.regimes.is_empty() {
                let known: Vec<_> = REGIMES.iter().map(|regime| regime.id.word()).collect();
                w.problems.error(
                    "empty-list",
                    "There is no regime, so nobody knows which rules apply.",
                    format!("List regions with one of: {}.", known.join(", ")),
                );
            }
        });
        let mut seen: Vec<String> = Vec::new();
        for (index, rule) in config.regimes.iter().enumerate() {
            self.at("regimes", |w| {
                w.at(&index.to_string(), |w| match &rule.regions {
                    Some(regions) => w.each("regions", regions, |w, region| {
                        if is_region(region) {
                            w.first_regime_of(region, &seen);
                        } else {
                            w.problems.error(
                                "invalid-region",
                                format!("“{region}” is not a region."),
                                "Write an ISO 3166 code in capitals: \"CN\", \"US-CA\", or \"EU\".",
                            );
                        }
                    }),
                    None => rule.regions().iter().for_each(|region| w.first_regime_of(region, &seen)),
                });
            });
            seen.extend(rule.regions());
        }
    }

    pub(super) fn first_regime_of(&mut self, region: &String, seen: &[String]) {
        if seen.contains(region) {
            self.problems.error(
                "duplicate-id",
                format!("“{region}” already has a regime."),
                "A region has one regime: name the \"regions\" of each, and this one once.",
            );
        }
    }

    /// Receipts are not deleted before the law lets them.
    pub(super) fn keep(&mut self) {
        let config = self.config;
        let Some(keep) = &config.receipts.keep else { return };
        self.duration("keep", keep);
        let Some(kept) = Duration::parse(keep) else { return };
        let longest = config.regimes.iter().map(|rule| rule.regime.rules()).max_by_key(|rules| rules.keep_years);
        if let Some(rules) = longest.filter(|rules| kept.days() < rules.keep_years * 365) {
            self.at("keep", |w| {
                w.problems.error(
                    "kept-too-short",
                    format!("Receipts are kept for {} years at least under {}.", rules.keep_years, rules.id.word()),
                    format!("Write \"P{}Y\" or longer, or leave it out ({}).", rules.keep_years, rules.keep_source),
                );
            });
        }
    }

    pub(super) fn validity(&mut self) {
        let config = self.config;
        self.at("validity", |w| {
            w.duration("granted", &config.validity.granted);
            w.duration("denied", &config.validity.denied);
            let Some(denied) = Duration::parse(&config.validity.denied) else { return };
            let strictest = config
                .regimes
                .iter()
                .map(|rule| rule.regime.rules())
                .filter(|rules| rules.model == Model::OptIn)
                .max_by_key(|rules| rules.refusal_days);
            if let Some(rules) = strictest.filter(|rules| denied.days() < rules.refusal_days) {
                w.at("denied", |w| {
                    w.problems.error(
                        "asks-too-often",
                        format!("Asking again after {} days is too soon under {}.", denied.days(), rules.id.word()),
                        format!("Write \"P{}D\" or longer ({}).", rules.refusal_days, rules.source),
                    );
                });
            }
        });
    }
}
