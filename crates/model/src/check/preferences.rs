//! What a visitor may pick beyond yes and no.

use super::Walk;

impl Walk<'_> {
    pub(super) fn preferences(&mut self) {
        let config = self.config;
        self.each("preferences", &config.preferences, |w, preference| {
            w.id(&preference.id, config.preferences.iter().map(|other| other.id.as_str()));
            w.at("purpose", |w| w.known_purpose(&preference.purpose));
            w.text("title", &preference.title);
            w.at("options", |w| {
                if preference.options.is_empty() {
                    w.problems.error("empty-list", "There is nothing to pick.", "List the options.");
                }
            });
            w.each("options", &preference.options, |w, option| {
                w.id(&option.id, preference.options.iter().map(|other| other.id.as_str()));
                w.text("title", &option.title);
            });
        });
    }
}
