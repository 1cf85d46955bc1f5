//! Who is responsible, how to reach them, and where to complain (PIPL 17; GDPR 13).

use crate::parts::{element, link, note, section, text, words};
use leptos::prelude::*;
use placet_model::notice::Notice;

/// Who is responsible for the data.
pub(super) fn controller(notice: &Notice) -> AnyView {
    let who = &notice.controller;
    let phone = who.phone.as_deref().unwrap_or_default();
    let reach = vec![
        link(&["mailto:", &who.email].concat(), &who.email),
        words(&if phone.is_empty() { String::new() } else { [" · ", phone].concat() }),
    ];
    let content = vec![
        text("div", &who.name),
        text("div", &who.address),
        element("p", None, reach),
        element("p", None, vec![link(&who.privacy_policy, &notice.labels.privacy_policy)]),
        note(vec![words(&who.complaints)]),
    ];
    section("controller", "controller", &notice.labels.controller, None, content)
}
