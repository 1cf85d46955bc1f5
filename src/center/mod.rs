//! The preference center: every purpose with its switch and what the law wants told, what can
//! be picked, the choices made on this device, and the visitor's rights.
//!
//! **Invariant:** switches edit a draft that lives as long as the center is open; only accept,
//! refuse and save make a decision. Closing it, by whatever way, is no choice.
//! **Invariant:** what is behind a click is made by the click: opening costs the same whatever
//! the number of services and receipts.

mod at_shop;
mod choice;
mod choices;
mod desk;
mod draft;
mod feedback;
mod fold;
mod head;
mod preference;
mod purpose;
mod rights;
mod search;

use crate::parts::{Look, button, element, note, words};
use crate::rich::rich_without_settings;
use crate::tag::tag;
use leptos::prelude::*;

pub(crate) use choice::Choice;
#[cfg(feature = "gallery")]
pub(crate) use choice::Status;
pub(crate) use desk::{Act, Clerk, Desk, Reply, Said, Standing, Surroundings, Words};

/// What the center shows, to be mounted in a dialog or in a part of the page.
pub(crate) fn center(desk: &Desk) -> AnyView {
    vec![head::head(desk), tag("div").class("body").children(body(desk)).view(), foot(desk)].into_any()
}

fn body(desk: &Desk) -> Vec<AnyView> {
    let (notice, labels, standing) = (&desk.notice, &desk.notice.labels, &desk.standing);
    let told = notice.opt_out_text.as_ref().filter(|_| standing.opt_out).unwrap_or(&notice.text);
    let mut content = vec![match standing.opt_out && notice.opt_out_text.is_none() {
        true => note(vec![words(&labels.opt_out_notice)]),
        false => element("div", Some("text"), rich_without_settings(told)),
    }];
    if !standing.gpc.is_empty() {
        content.push(note(vec![words(&labels.gpc_honoured)]));
    }
    if standing.opt_out {
        // CCPA regulations 7026(a)(4): a banner is not enough.
        content.push(decide(desk, Look::Quiet, "opt-out", &labels.opt_out, || Act::OptOut));
    }
    content.extend(search::search(desk));
    for (at, purpose) in notice.purposes.iter().enumerate() {
        content.push(purpose::purpose(desk, at, purpose));
    }
    content.push(choices::choices(desk));
    content.push(at_shop::at_shop(desk));
    content.push(rights::rights(desk));
    content.push(rights::controller(desk));
    content.extend(feedback::feedback(desk));
    content
}

/// The three ways to decide; accept and refuse look alike.
fn foot(desk: &Desk) -> AnyView {
    let (labels, saving) = (&desk.notice.labels, desk.clone());
    let save = move || saving.ask(Act::Save(saving.draft.purposes(), saving.draft.preferences()));
    let ways = vec![
        decide(desk, Look::Button, "reject", &labels.reject, || Act::Reject),
        decide(desk, Look::Button, "accept", &labels.accept, || Act::Accept),
        button(Look::Button, "save", &labels.save, None, save),
    ];
    element("div", Some("foot"), ways)
}

fn decide(desk: &Desk, look: Look, action: &str, label: &str, choice: fn() -> Act) -> AnyView {
    let act = desk.act.clone();
    button(look, action, label, None, move || act(choice()))
}
