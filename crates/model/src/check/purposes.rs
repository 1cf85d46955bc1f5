//! What data is used for, and who receives it.

use super::Walk;
use super::texts::room;
use super::values::{is_email, is_phone, is_region, link};
use crate::config::{Basis, Purpose, Recipient};
use crate::regime::RegimeId;

/// The most purposes that fit into a receipt of 4 KB, with ids of 64 bytes.
const MOST_PURPOSES: usize = 24;

impl Walk<'_> {
    pub(super) fn purposes(&mut self) {
        let config = self.config;
        self.at("purposes", |w| {
            if config.purposes.len() > MOST_PURPOSES {
                w.problems.error(
                    "too-many",
                    format!("There are {} purposes; a receipt has room for {MOST_PURPOSES}.", config.purposes.len()),
                    "Join purposes that a visitor would answer alike.",
                );
            }
            if config.purposes.is_empty() {
                w.problems.error("empty-list", "There is no purpose.", "Describe at least one purpose.");
            } else if config.asked().next().is_none() {
                w.problems.warn(
                    "nothing-asked",
                    "No purpose rests on consent, so no question will be shown.",
                    "If that is so, the page needs no banner at all.",
                );
            }
        });
        self.each("purposes", &config.purposes, |w, purpose| {
            w.id(&purpose.id, config.purposes.iter().map(|other| other.id.as_str()));
            w.purpose(purpose);
        });
    }

    fn purpose(&mut self, purpose: &Purpose) {
        self.text("title", &purpose.title, room::TITLE);
        self.rich("description", &purpose.description, room::PARAGRAPH);
        self.means(purpose);
        self.sensitive(purpose);
        match &purpose.if_refused {
            Some(text) => self.text("ifRefused", text, room::PARAGRAPH),
            None if purpose.basis == Basis::Consent => self.at("ifRefused", |w| {
                w.problems.error(
                    "missing-field",
                    "“ifRefused” is missing: a visitor must know what a refusal means (PIPL 16, 17).",
                    "Say what changes for the visitor, or that nothing does.",
                );
            }),
            None => {}
        }
        for (name, holds) in [
            ("separate", purpose.separate),
            ("shared", purpose.shared == Some(true)),
            ("once", purpose.once),
            ("ifRefused", purpose.if_refused.is_some()),
        ] {
            if holds && purpose.basis != Basis::Consent {
                self.at(name, |w| {
                    w.problems.error(
                        "not-asked",
                        format!("“{name}” is for a purpose that is asked; the basis is {}.", purpose.basis.word()),
                        format!("Set \"basis\" to \"consent\" or remove \"{name}\"."),
                    );
                });
            }
        }
        if purpose.basis == Basis::LegitimateInterests && self.is_under(RegimeId::CnPipl) {
            self.at("basis", |w| {
                w.problems.error(
                    "basis-unknown-to-regime",
                    "The PIPL knows no legitimate interests (PIPL 13).",
                    "Ask for consent, or name another basis.",
                );
            });
        }
        self.at("data", |w| {
            if purpose.data.is_empty() {
                w.problems.error("empty-list", "No kind of data is named (PIPL 17).", "List the kinds of data.");
            }
        });
        for (index, kind) in purpose.data.iter().enumerate() {
            self.at("data", |w| w.text(&index.to_string(), kind, room::ITEM));
        }
        self.each("recipients", &purpose.recipients, |w, recipient| w.recipient(recipient));
        self.duration("retention", &purpose.retention);
    }

    /// PIPL 17(1)(2) asks for the way of handling.
    fn means(&mut self, purpose: &Purpose) {
        match &purpose.means {
            Some(text) => self.text("means", text, room::PARAGRAPH),
            None if self.is_under(RegimeId::CnPipl) => self.at("means", |w| {
                w.problems.warn(
                    "missing-means",
                    "Nothing says by what means the data is handled (PIPL 17).",
                    "Say how: by hand or automatically, in the browser or on servers.",
                );
            }),
            None => {}
        }
    }

    /// PIPL 30: necessity and effect are told. It asks so on any basis.
    fn sensitive(&mut self, purpose: &Purpose) {
        for (name, text, what, hint) in [
            (
                "necessity",
                &purpose.necessity,
                "why it cannot be done without",
                "Say why the purpose needs just this data.",
            ),
            (
                "impact",
                &purpose.impact,
                "what it means for the visitor",
                "Say what could happen to a visitor whose data is used so.",
            ),
        ] {
            match text {
                Some(text) => self.text(name, text, room::PARAGRAPH),
                None if purpose.sensitive => self.at(name, |w| {
                    let code = format!("missing-{name}");
                    w.problems.error(&code, format!("The data is sensitive, and nothing says {what} (PIPL 30)."), hint);
                }),
                None => {}
            }
        }
    }

    fn is_under(&self, regime: RegimeId) -> bool {
        self.config.regimes.iter().any(|rule| rule.regime == regime)
    }

    fn recipient(&mut self, recipient: &Recipient) {
        self.text("name", &recipient.name, room::NAME);
        self.at("country", |w| {
            if !is_region(&recipient.country) {
                w.problems.error(
                    "invalid-region",
                    format!("“{}” is not a country.", recipient.country),
                    "Write an ISO 3166 code in capitals: \"CN\".",
                );
            }
        });
        self.at("contact", |w| {
            if !is_email(&recipient.contact) && !is_phone(&recipient.contact) {
                link(w.problems, &recipient.contact);
            }
        });
        let pipl = self.is_under(RegimeId::CnPipl);
        match &recipient.cross_border {
            Some(abroad) => self.at("crossBorder", |w| {
                w.text("purpose", &abroad.purpose, room::ITEM);
                w.text("method", &abroad.method, room::ITEM);
                w.text("rights", &abroad.rights, room::ITEM);
            }),
            None if pipl && is_region(&recipient.country) && recipient.country != "CN" => {
                self.at("crossBorder", |w| {
                    w.problems.error(
                        "missing-cross-border",
                        format!("The data goes to {}, and nothing is told about that (PIPL 39).", recipient.country),
                        "Add \"crossBorder\" with purpose, method and rights.",
                    );
                });
            }
            None => {}
        }
    }

    pub(super) fn known_purpose(&mut self, id: &str) {
        let known: Vec<_> = self.config.purposes.iter().map(|purpose| purpose.id.as_str()).collect();
        if !known.contains(&id) {
            self.problems.error(
                "unknown-purpose",
                format!("No purpose is called “{id}”."),
                format!("Purposes: {}.", known.join(", ")),
            );
        }
    }
}
