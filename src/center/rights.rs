//! The visitor's rights, who is responsible, how to reach them, and where to complain (PIPL 17, 44-50; GDPR 13).

use super::desk::Desk;
use crate::parts::{element, link, section, text, words};
use crate::rich::rich;
use leptos::prelude::*;

/// The rights and how to use them.
pub(super) fn rights(desk: &Desk) -> AnyView {
    section("rights", "rights", &desk.notice.labels.your_rights, None, rich(&desk.notice.controller.rights))
}

/// Who is responsible for the data, and the way to the whole notice.
pub(super) fn controller(desk: &Desk) -> AnyView {
    let (who, labels) = (&desk.notice.controller, &desk.notice.labels);
    let mut reach = vec![link(&["mailto:", &who.email].concat(), &who.email)];
    if let Some(phone) = &who.phone {
        reach.push(words(&[" · ", phone].concat()));
    }
    let mut rows = vec![row(
        &labels.controller,
        vec![text("div", &who.name), text("div", &who.address), element("div", None, reach)],
    )];
    if let Some(dpo) = &who.dpo {
        rows.push(row(&labels.dpo, vec![words(dpo)]));
    }
    rows.push(row(&labels.complaints, vec![words(&who.complaints)]));
    let mut content =
        vec![element("dl", None, rows), element("p", None, vec![link(&who.privacy_policy, &labels.privacy_policy)])];
    if !desk.around.page.is_empty() {
        let whole = crate::tag::tag("a")
            .set("href", &desk.around.page)
            .set("target", "_blank")
            .set("rel", "noopener")
            .set("data-placet-action", "whole-notice")
            .words(&labels.whole_notice);
        content.push(element("p", None, vec![whole.view()]));
    }
    section("controller", "controller", &labels.contact, None, content)
}

fn row(term: &str, definition: Vec<AnyView>) -> AnyView {
    element("div", None, vec![text("dt", term), element("dd", None, definition)])
}
