//! What the shop keeps of this device's choices: a copy of it, and its end (PIPL 44-47; GDPR 15, 17).

use super::desk::{Act, Desk, Reply, Said, status};
use super::fold::fold;
use crate::parts::{Look, button, note, section, words};
use crate::slot::Slot;
use crate::tag::{live, tag};
use leptos::prelude::*;

/// Copy and erasure; nothing where no choice was made or none can be proved.
pub(super) fn at_shop(desk: &Desk) -> AnyView {
    let desk = desk.clone();
    live(move || {
        desk.rows.track();
        if !desk.around.signs || desk.choices.peek(Vec::is_empty) {
            return words("");
        }
        let labels = &desk.notice.labels;
        let reply: Reply = Slot::new(Said::Nothing);
        let ask = |what: fn(Reply) -> Act| {
            let (desk, reply) = (desk.clone(), reply.clone());
            move || desk.question(&reply, what)
        };
        let (erase, sure) = (ask(Act::Erase), labels.erase_sure.clone());
        // Two steps: what is gone is gone.
        let erase = fold("erase", &labels.erase_mine, &labels.at_the_shop, move || {
            button(Look::Quiet, "erase", &sure, None, erase.clone())
        });
        let copy = button(Look::Quiet, "export", &labels.export_mine, None, ask(Act::Export));
        let content = vec![
            note(vec![words(&labels.at_the_shop_text)]),
            tag("div").class("ways").children(vec![copy, erase]).view(),
            status(&desk.notice, &reply),
        ];
        section("at-shop", "at-shop", &labels.at_the_shop, None, content)
    })
}
