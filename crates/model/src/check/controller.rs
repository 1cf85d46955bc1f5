//! Who is responsible for the data.

use super::Walk;
use super::values::{is_email, link};

impl Walk<'_> {
    pub(super) fn controller(&mut self) {
        let config = self.config;
        self.at("controller", |w| {
            let who = &config.controller;
            w.text("name", &who.name);
            w.text("address", &who.address);
            w.text("complaints", &who.complaints);
            w.text("privacyPolicy", &who.privacy_policy);
            w.problems.within("privacyPolicy", |problems| {
                who.privacy_policy.each(problems, link);
            });
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
