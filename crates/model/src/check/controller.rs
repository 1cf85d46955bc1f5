//! Who is responsible for the data.

use super::Walk;
use super::texts::room;
use super::values::{is_email, link};

impl Walk<'_> {
    pub(super) fn controller(&mut self) {
        let config = self.config;
        self.at("controller", |w| {
            let who = &config.controller;
            w.text("name", &who.name, room::NAME);
            w.text("address", &who.address, room::PARAGRAPH);
            w.text("complaints", &who.complaints, room::PARAGRAPH);
            w.text("privacyPolicy", &who.privacy_policy, room::ADDRESS);
            w.problems.within("privacyPolicy", |problems| {
                who.privacy_policy.each(problems, link);
            });
            if let Some(dpo) = &who.dpo {
                w.text("dpo", dpo, room::PARAGRAPH);
            }
            if let Some(rights) = &who.rights {
                w.rich("rights", rights, room::PASSAGE);
            }
            w.at("email", |w| {
                if !is_email(&who.email) {
                    w.problems.error(
                        "invalid-email",
                        format!("“{}” is not an e-mail address.", who.email),
                        "Write one like \"privacy@shop.example\".",
                    );
                }
            });
        });
    }
}
