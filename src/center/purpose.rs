//! One purpose: its switch, what it is for, its details, and what can be picked under it.

use super::desk::Desk;
use super::fold::{fold, long};
use super::preference::{preference, toggle};
use crate::details::{rows, rows_without_services};
use crate::parts::{element, note, section, text, words};
use crate::rich::rich;
use crate::tag::tag;
use leptos::prelude::*;
use placet_model::notice::{Notice, NoticePurpose};
use std::sync::Arc;

/// How many services a purpose may have before they are a list of their own, shown a piece at a time.
const FEW: usize = 20;

/// One purpose with its switch.
pub(super) fn purpose(desk: &Desk, at: usize, purpose: &NoticePurpose) -> AnyView {
    let (notice, labels) = (&desk.notice, &desk.notice.labels);
    let name = ["purpose-", &purpose.id].concat();
    let about = [&name, "-about"].concat();
    let switch = desk.draft.switch(&purpose.id);
    let kept_off = switch.is_some() && desk.standing.gpc.contains(&purpose.id);
    let control = match switch {
        // What holds for one act is asked where the act is.
        None if purpose.once => None,
        None => Some(element("span", Some("always"), vec![words(&labels.always)])),
        Some(on) => {
            let mut input = toggle(on, "checkbox", move || on.get() && !kept_off)
                .set("role", "switch")
                .class("switch")
                .set("part", "switch")
                .set("data-placet-switch", &purpose.id)
                .set("aria-labelledby", &["placet-", &name].concat())
                .set("aria-describedby", &about);
            if kept_off {
                input = input.set("disabled", "");
            }
            Some(input.view())
        }
    };
    let mut told = rich(&purpose.description);
    if purpose.sensitive {
        told.insert(0, tag("p").class("mark").words(&labels.sensitive).view());
    }
    for (holds, words_of) in [
        (purpose.separate || purpose.sensitive, &labels.separate),
        (purpose.once, &labels.once_note),
        (kept_off, &labels.gpc),
    ] {
        if holds {
            told.push(note(vec![words(words_of)]));
        }
    }
    let mut content = vec![tag("div").set("id", &about).children(told).view()];
    for asked in notice.preferences.iter().filter(|asked| asked.purpose == purpose.id) {
        content.push(preference(asked, &desk.draft.options(&asked.id), switch));
    }
    let shown = notice.clone();
    content.push(fold("details", &labels.details, &purpose.title, move || details(&shown, at)));
    section("purpose", &name, &purpose.title, control, content)
}

/// What the law wants told about it. Very many services are taken out of the rows and follow as a list.
fn details(notice: &Arc<Notice>, at: usize) -> AnyView {
    let Some(purpose) = notice.purposes.get(at) else { return words("") };
    let count = purpose.services.len();
    if count <= FEW {
        return rows(notice, purpose);
    }
    let told = rows_without_services(notice, purpose);
    let shown = notice.clone();
    let service = move |place: usize| {
        let service = shown.purposes.get(at).and_then(|purpose| purpose.services.get(place));
        text("li", service.map_or("", |service| &service.name))
    };
    let list = long(notice, "services", count, Arc::new(service));
    vec![told, tag("p").class("note").words(&notice.labels.services).view(), list].into_any()
}
