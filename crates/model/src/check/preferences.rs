//! What a visitor may pick beyond yes and no.

use super::Walk;
use super::texts::room;

impl Walk<'_> {
    pub(super) fn preferences(&mut self) {
        let config = self.config;
        self.each("preferences", &config.preferences, |w, preference| {
            w.id(&preference.id, config.preferences.iter().map(|other| other.id.as_str()));
            w.at("purpose", |w| {
                w.known_purpose(&preference.purpose);
                if config.purposes.iter().any(|purpose| purpose.id == preference.purpose && purpose.once) {
                    w.problems.error(
                        "once-with-preferences",
                        "A consent for one act is not kept, so there is nothing to keep a preference with.",
                        "Ask for the preference under another purpose, or remove \"once\" from this one.",
                    );
                }
            });
            w.text("title", &preference.title, room::TITLE);
            w.at("options", |w| {
                if preference.options.is_empty() {
                    w.problems.error("empty-list", "There is nothing to pick.", "List the options.");
                }
            });
            w.each("options", &preference.options, |w, option| {
                w.id(&option.id, preference.options.iter().map(|other| other.id.as_str()));
                w.text("title", &option.title, room::OPTION);
            });
        });
    }
}
