//! The languages of a notice.

use super::Walk;
use super::values::is_language_tag;
use crate::labels;

impl Walk<'_> {
    pub(super) fn languages(&mut self) {
        let config = self.config;
        self.at("languages", |w| {
            if config.languages.is_empty() {
                w.problems.error("empty-list", "There is no language.", "Name at least one: [\"en\"].");
            }
        });
        self.each("languages", &config.languages, |w, tag| {
            if !is_language_tag(tag) {
                w.problems.error(
                    "invalid-language",
                    format!("“{tag}” is not a language tag (BCP 47)."),
                    "Write one like \"en\" or \"zh-CN\".",
                );
            } else if config.languages.iter().filter(|other| other.eq_ignore_ascii_case(tag)).count() > 1 {
                w.problems.error("duplicate-id", format!("“{tag}” is listed twice."), "Remove one of them.");
            } else if !crate::labels::known(tag) {
                w.problems.warn(
                    "no-interface-texts",
                    format!("Placet has no interface texts in “{tag}” yet; buttons will be in English."),
                    format!("Languages with interface texts: {}.", labels::languages().join(", ")),
                );
            }
        });
    }
}
