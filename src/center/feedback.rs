//! “Is something unclear?”: a few words to the shop, about one purpose or the whole. Nobody is asked who they are.

use super::desk::{Act, Desk, Reply, Said, status};
use super::fold::fold;
use crate::parts::{Look, button};
use crate::slot::Slot;
use crate::tag::{Tag, tag};
use leptos::prelude::*;

/// The longest text, in characters.
const LONGEST: &str = "500";

/// The question behind a click; nothing where the shop does not ask.
pub(super) fn feedback(desk: &Desk) -> Option<AnyView> {
    let (shown, labels) = (desk.clone(), &desk.notice.labels);
    let form = move || form(&shown);
    desk.notice.feedback.then(|| fold("feedback", &labels.unclear, "", form))
}

fn form(desk: &Desk) -> AnyView {
    let labels = &desk.notice.labels;
    let (text, about) = (Slot::new(String::new()), Slot::new(String::new()));
    let (written, picked) = (text.clone(), about.clone());
    let reply: Reply = Slot::new(Said::Nothing);
    let area = tag("textarea")
        .set("maxlength", LONGEST)
        .set("rows", "3")
        .on("input", move |event| written.set(event_target_value(&event)));
    let option = |value: &str, title: &str| tag("option").set("value", value).words(title).view();
    let mut options = vec![option("", &labels.about_all)];
    options.extend(desk.notice.purposes.iter().map(|purpose| option(&purpose.id, &purpose.title)));
    let select = tag("select").children(options).on("change", move |event| picked.set(event_target_value(&event)));
    let (asking, answer) = (desk.clone(), reply.clone());
    let send = move || {
        let (text, about) = (text.peek(|text| text.trim().to_owned()), about.peek(Clone::clone));
        if !text.is_empty() {
            let about = (!about.is_empty()).then_some(about);
            asking.question(&answer, |reply| Act::Tell(about, text, reply));
        }
    };
    let field = |label: &str, control: Tag| {
        tag("label").class("field").child(crate::parts::text("span", label)).child(control.view()).view()
    };
    let content = vec![
        field(&labels.unclear_text, area),
        field(&labels.about, select),
        button(Look::Quiet, "send", &labels.send, None, send),
        status(&desk.notice, &reply),
    ];
    tag("div").class("form").children(content).view()
}
