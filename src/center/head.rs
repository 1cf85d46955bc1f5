//! The head of the center: what it is, in which language, and the way out.

use super::desk::{Act, Desk};
use crate::js;
use crate::parts::{Look, button, text};
use crate::tag::tag;
use leptos::prelude::*;

/// The heading, the language where there are several, and “close” where it is a dialog.
pub(super) fn head(desk: &Desk) -> AnyView {
    let labels = &desk.notice.labels;
    let mut heading = tag("h2").set("id", "placet-center").set("tabindex", "-1").words(&labels.settings);
    if !desk.around.inline {
        // Long content focuses a static heading (APG, modal dialog).
        heading = heading.set("autofocus", "");
    }
    let mut line = vec![heading.view()];
    if desk.around.languages.len() > 1 {
        line.push(languages(desk));
    }
    if !desk.around.inline {
        let act = desk.act.clone();
        line.push(button(Look::Close, "close", "×", Some(labels.close.clone()), move || act(Act::Close)));
    }
    tag("div").class("head").children(line).view()
}

/// Each language by the name that it has in itself.
fn languages(desk: &Desk) -> AnyView {
    let act = desk.act.clone();
    let option = |lang: &String| {
        let mut option = tag("option").set("value", lang).set("lang", lang).words(&js::language(lang, lang));
        if *lang == desk.notice.lang {
            option = option.set("selected", "");
        }
        option.view()
    };
    let select = tag("select")
        .set("data-placet-action", "language")
        .children(desk.around.languages.iter().map(option).collect())
        .on("change", move |event| act(Act::Speak(event_target_value(&event))));
    let label = tag("span").class("unseen").child(text("span", &desk.notice.labels.language)).view();
    tag("label").class("language").set("part", "language").child(label).child(select.view()).view()
}
