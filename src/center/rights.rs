//! The visitor's rights, who is responsible, how to reach them, and where to complain (PIPL 17, 44-50; GDPR 13).

use super::desk::Desk;
use crate::parts::{element, link, section, text, words};
use crate::rich::rich;
use leptos::prelude::*;
use placet_model::notice::Notice;

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
    content.push(whole(&desk.notice, &desk.around.page));
    section("controller", "controller", &labels.contact, None, content)
}

/// The way to a notice on a page of its own, where there is one.
pub(super) fn whole(notice: &Notice, page: &str) -> AnyView {
    if page.is_empty() {
        return words("");
    }
    let link = crate::tag::tag("a")
        .set("href", page)
        .set("target", "_blank")
        .set("rel", "noopener")
        .set("data-placet-action", "whole-notice")
        .words(&notice.labels.whole_notice);
    element("p", None, vec![link.view()])
}

fn row(term: &str, definition: Vec<AnyView>) -> AnyView {
    element("div", None, vec![text("dt", term), element("dd", None, definition)])
}
