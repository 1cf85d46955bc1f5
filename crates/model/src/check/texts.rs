//! Texts: a wording in each language, and no markup that could run.

use super::Walk;
use super::values::{is_language_tag, link};
use crate::rich::{RichFault, compile};
use crate::text::Text;

impl Walk<'_> {
    pub(super) fn text(&mut self, name: &str, text: &Text) {
        let languages = &self.config.languages;
        self.at(name, |w| {
            if let Text::Each(texts) = text {
                for tag in languages.iter().filter(|tag| is_language_tag(tag) && !texts.contains_key(*tag)) {
                    w.problems.error(
                        "missing-translation",
                        format!("The wording in “{tag}” is missing."),
                        format!("Add it under “{tag}”, or take “{tag}” out of \"languages\"."),
                    );
                }
                for tag in texts.keys().filter(|tag| !languages.contains(tag)) {
                    w.at(tag, |w| {
                        w.problems.error(
                            "unknown-language",
                            format!("“{tag}” is not among the config's languages."),
                            format!("Languages: {}.", languages.join(", ")),
                        );
                    });
                }
            }
            text.each(w.problems, |problems, words| {
                if words.trim().is_empty() {
                    problems.error("empty-text", "This text is empty.", "Write it.");
                }
                if words.chars().any(|c| c.is_control() && c != '\n') {
                    problems.error("control-character", "This text holds a control character.", "Remove it.");
                }
            });
        });
    }

    pub(super) fn rich(&mut self, name: &str, text: &Text) {
        self.text(name, text);
        self.problems.within(name, |problems| {
            text.each(problems, |problems, words| {
                for fault in compile(words).1 {
                    match fault {
                        RichFault::Unsupported(what) => problems.error(
                            "unsupported-markup",
                            format!("This text holds {what}."),
                            "Use paragraphs, lists with -, **bold**, *italics* and [links](https://...).",
                        ),
                        RichFault::UnsafeLink(address) => link(problems, &address),
                    }
                }
            });
        });
    }
}
