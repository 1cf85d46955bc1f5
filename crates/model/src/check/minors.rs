//! From which age a visitor decides alone.

use super::Walk;
use crate::regime::RegimeId;

/// Below which age a parent or guardian decides, and where that is written.
const LEAST: &[(RegimeId, u32, &str)] =
    &[(RegimeId::CnPipl, 14, "PIPL 31"), (RegimeId::EuGdpr, 13, "GDPR 8(1)"), (RegimeId::UkPecr, 13, "UK GDPR 8(1)")];

impl Walk<'_> {
    pub(super) fn minors(&mut self) {
        let config = self.config;
        let Some(age) = config.minors.as_ref().map(|minors| minors.age) else { return };
        self.at("minors", |w| {
            w.at("age", |w| {
                if !(1..=21).contains(&age) {
                    w.problems.error(
                        "invalid-age",
                        format!("{age} is not an age from which people decide alone."),
                        "Write 1 to 21: 14 under the PIPL, 13 to 16 under the GDPR.",
                    );
                    return;
                }
                let rules = LEAST.iter().filter(|(id, ..)| config.regimes.iter().any(|rule| rule.regime == *id));
                for (id, least, source) in rules.filter(|(_, least, _)| age < *least) {
                    w.problems.warn(
                        "age-under-regime",
                        format!(
                            "At {age}, {} still wants a parent or guardian to decide: until {least} ({source}).",
                            id.word()
                        ),
                        format!("Write {least} or more."),
                    );
                }
            });
        });
    }
}
