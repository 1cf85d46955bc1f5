//! “Is something unclear?”: a few words to the shop, about one purpose or the whole. Nobody is asked who they are.

use super::desk::{Act, Desk, Reply, Said, status};
use super::fold::fold;
use crate::parts::{Look, button};
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
    let text = RwSignal::new(String::new());
    let about = RwSignal::new(String::new());
    let reply: Reply = RwSignal::new(Said::Nothing);
    let act = desk.act;
    let area = tag("textarea")
        .set("maxlength", LONGEST)
        .set("rows", "3")
        .on("input", move |event| text.set(event_target_value(&event)));
    let option = |value: &str, title: &str| tag("option").set("value", value).words(title).view();
    let mut options = vec![option("", &labels.about_all)];
    options.extend(desk.notice.purposes.iter().map(|purpose| option(&purpose.id, &purpose.title)));
    let select = tag("select").children(options).on("change", move |event| about.set(event_target_value(&event)));
    let send = Callback::new(move |()| {
        let (text, about) = (text.get_untracked(), about.get_untracked());
        let text = text.trim();
        if !text.is_empty() {
            reply.set(Said::Nothing);
            act.run(Act::Tell((!about.is_empty()).then_some(about), text.to_owned(), reply));
        }
    });
    let field = |label: &str, control: Tag| {
        tag("label").class("field").child(crate::parts::text("span", label)).child(control.view()).view()
    };
    let content = vec![
        field(&labels.unclear_text, area),
        field(&labels.about, select),
        button(Look::Quiet, "send", &labels.send, None, send),
        status(&desk.notice, reply),
    ];
    tag("div").class("form").children(content).view()
}
