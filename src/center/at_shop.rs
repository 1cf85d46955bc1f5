//! What the shop keeps of this device's choices: a copy of it, and its end (PIPL 44-47; GDPR 15, 17).
//!
//! **Invariant:** who has it erased can keep the shop's receipt of that; it is offered as long as the center stands, for the shop
//! gives it once.

use super::desk::{Act, Desk, Reply, Said, status};
use super::fold::fold;
use crate::parts::{Look, button, note, section, words};
use crate::slot::Slot;
use crate::tag::{live, tag};
use leptos::prelude::*;

/// Copy and erasure; nothing where no choice was made or none can be proved.
pub(super) fn at_shop(desk: &Desk) -> AnyView {
    let desk = desk.clone();
    // Outlive the list of choices, which is made anew when one is delivered.
    let (reply, proof): (Reply, Slot<String>) = (Slot::new(Said::Nothing), Slot::new(String::new()));
    live(move || {
        desk.rows.track();
        if !desk.around.signs || desk.choices.peek(Vec::is_empty) {
            return words("");
        }
        let labels = &desk.notice.labels;
        let ask = |what: fn(Reply) -> Act| {
            let (desk, reply) = (desk.clone(), reply.clone());
            move || desk.question(&reply, what)
        };
        let erase = {
            let (desk, reply, proof) = (desk.clone(), reply.clone(), proof.clone());
            move || desk.question(&reply, |reply| Act::Erase(reply, proof.clone()))
        };
        let sure = labels.erase_sure.clone();
        // Two steps: what is gone is gone.
        let erase = fold("erase", &labels.erase_mine, &labels.at_the_shop, move || {
            button(Look::Quiet, "erase", &sure, None, erase.clone())
        });
        let copy = button(Look::Quiet, "export", &labels.export_mine, None, ask(Act::Export));
        let content = vec![
            note(vec![words(&labels.at_the_shop_text)]),
            tag("div").class("ways").children(vec![copy, erase]).view(),
            status(&desk.notice, &reply),
            receipt(&desk, &proof),
        ];
        section("at-shop", "at-shop", &labels.at_the_shop, None, content)
    })
}

/// The receipt of the erasure, to be saved; nothing before there is one.
fn receipt(desk: &Desk, proof: &Slot<String>) -> AnyView {
    let (desk, proof) = (desk.clone(), proof.clone());
    live(move || {
        let text = proof.look(String::clone);
        if text.is_empty() {
            return words("");
        }
        let (asking, label) = (desk.clone(), &desk.notice.labels.download);
        button(Look::Quiet, "keep-erasure", label, None, move || asking.ask(Act::Keep(text.clone())))
    })
}
