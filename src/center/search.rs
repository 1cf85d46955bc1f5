//! Finding a service among many: the first letters of its name, or of what it keeps or serves.
//!
//! **Invariant:** a key costs one pass over an index that was made once, and at most [`MOST`] rows.

use super::desk::Desk;
use crate::js;
use crate::parts::{text, words};
use crate::slot::Slot;
use crate::tag::{live, tag};
use js_sys::JsString;
use leptos::prelude::*;
use placet_model::notice::{Notice, NoticeService};
use std::sync::OnceLock;

/// How many services a notice may have before they can be searched.
const FEW: usize = 12;
/// The most matches that are shown at once.
const MOST: usize = 50;

/// The field and what it finds; nothing where there are few services.
pub(super) fn search(desk: &Desk) -> Option<AnyView> {
    let notice = desk.notice.clone();
    let labels = &notice.labels;
    if notice.purposes.iter().map(|purpose| purpose.services.len()).sum::<usize>() <= FEW {
        return None;
    }
    let asked = Slot::new(String::new());
    let written = asked.clone();
    let field = tag("input")
        .set("type", "search")
        .set("id", "placet-search")
        .set("autocomplete", "off")
        .set("data-placet-action", "search")
        .on("input", move |event| written.set(event_target_value(&event)));
    let label = tag("label").set("for", "placet-search").words(&labels.search).view();
    let said = Slot::new(String::new());
    let told = said.clone();
    let status = live(move || told.look(|told| words(told)));
    let index: OnceLock<Index> = OnceLock::new();
    let found = live(move || {
        let wanted = asked.look(|asked| String::from(lower(asked.trim())));
        if wanted.is_empty() {
            said.set(String::new());
            return words("");
        }
        let matches = index.get_or_init(|| Index::new(&notice)).find(&wanted);
        said.set(js::fill(&notice.labels.found, "{count}", &js::number(&notice.lang, matches.len())));
        let rows = matches.iter().take(MOST).map(|place| row(&notice, *place)).collect();
        tag("ul").class("found").children(rows).view()
    });
    let status = tag("p").class("note").set("role", "status").child(status).view();
    let content = vec![label, field.view(), status, found];
    Some(tag("div").class("search").set("part", "search").set("role", "search").children(content).view())
}

/// Where a service stands: its purpose and its place there.
type Place = (usize, usize);

/// The services' names and what they keep and serve, in lower case.
struct Index(Vec<(JsString, Place)>);

impl Index {
    fn new(notice: &Notice) -> Self {
        let mut entries = Vec::new();
        for (at, purpose) in notice.purposes.iter().enumerate() {
            for (place, service) in purpose.services.iter().enumerate() {
                let said = [&service.name, "\n", &kept(service), "\n", &purpose.title].concat();
                entries.push((lower(&said), (at, place)));
            }
        }
        Index(entries)
    }

    fn find(&self, wanted: &str) -> Vec<Place> {
        let hits = self.0.iter().filter(|(said, _)| said.includes(wanted, 0));
        hits.map(|(_, place)| *place).collect()
    }
}

/// The browser knows the lower case of every script, and brings no table of it into the widget.
fn lower(text: &str) -> JsString {
    JsString::from(text).to_lower_case()
}

/// The names of what a service keeps in the browser.
fn kept(service: &NoticeService) -> String {
    service.cookies.iter().map(|cookie| cookie.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn row(notice: &Notice, (purpose, service): Place) -> AnyView {
    let (Some(purpose), labels) = (notice.purposes.get(purpose), &notice.labels) else { return words("") };
    let Some(service) = purpose.services.get(service) else { return words("") };
    let mut lines = vec![text("strong", &service.name), tag("div").class("note").words(&purpose.title).view()];
    if !service.cookies.is_empty() {
        lines.push(tag("div").class("note").words(&[&labels.keeps, " ", &kept(service)].concat()).view());
    }
    tag("li").set("part", "service").children(lines).view()
}
