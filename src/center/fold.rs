//! Parts that are made when they are first opened, and lists that are shown a piece at a time: a
//! center with a thousand services opens as fast as one with five.

use crate::js;
use crate::parts::{Look, words};
use crate::tag::{live, tag};
use leptos::prelude::*;
use placet_model::notice::Notice;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// How many rows of a long list are shown at first.
const FIRST: usize = 20;
/// How many follow at a time.
const NEXT: usize = 100;

/// A `<details>`; what it hides is made when it is first opened. `about` says what its summary alone leaves open.
pub(super) fn fold(
    part: &'static str,
    summary: &str,
    about: &str,
    content: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let opened = RwSignal::new(false);
    let mut line = tag("summary").words(summary);
    if !about.is_empty() {
        line = line.child(tag("span").class("unseen").words(&[" — ", about].concat()).view());
    }
    let hidden = live(move || if opened.get() { content() } else { words("") });
    let open = move |_| {
        if !opened.get_untracked() {
            opened.set(true);
        }
    };
    tag("details").class(part).set("part", part).on("toggle", open).child(line.view()).child(hidden).view()
}

/// Makes one row of a long list, a `<li>`.
pub(super) type Row = Arc<dyn Fn(usize) -> AnyView + Send + Sync>;

/// The first rows of a list of `count`, and a button for more.
pub(super) fn long(notice: &Arc<Notice>, class: &str, count: usize, row: Row) -> AnyView {
    tag("ul").class(class).children(piece(notice, 0, FIRST, count, &row)).view()
}

fn piece(notice: &Arc<Notice>, from: usize, size: usize, count: usize, row: &Row) -> Vec<AnyView> {
    let to = count.min(from + size);
    let mut rows: Vec<AnyView> = (from..to).map(|at| row(at)).collect();
    if to < count {
        rows.push(rest(notice.clone(), to, count, row.clone()));
    }
    rows
}

fn rest(notice: Arc<Notice>, from: usize, count: usize, row: Row) -> AnyView {
    let opened = RwSignal::new(false);
    live(move || {
        if opened.get() {
            return piece(&notice, from, NEXT, count, &row).into_any();
        }
        let label = js::fill(&notice.labels.more, "{count}", &js::number(&notice.lang, count - from));
        let more = move |event: Event| {
            // The button goes, so the focus moves on to the first new row.
            let last = target(&event).and_then(|button| button.closest("li").ok().flatten());
            let last = last.and_then(|row| row.previous_element_sibling());
            opened.set(true);
            request_animation_frame(move || {
                if let Some(row) = last.and_then(|row| row.next_element_sibling()) {
                    let _ = row.set_attribute("tabindex", "-1");
                    let _ = row.unchecked_ref::<HtmlElement>().focus();
                }
            });
        };
        let button = tag("button").set("type", "button").class(Look::Quiet.class()).set("data-placet-action", "more");
        tag("li").class("more").child(button.words(&label).on("click", more).view()).view()
    })
}

/// The element that an event happened to.
pub(super) fn target(event: &Event) -> Option<Element> {
    event.target().map(JsCast::unchecked_into)
}
