//! Finding a service among many: the first letters of its name, or of what it keeps or serves.
//!
//! **Invariant:** a key costs one pass over an index that was made once, and at most [`MOST`] rows.

use super::desk::Desk;
use crate::js;
use crate::parts::{text, words};
use crate::tag::{live, tag};
use js_sys::JsString;
use leptos::prelude::*;
use placet_model::notice::{Notice, NoticeService};
use std::sync::Arc;

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
    let asked = RwSignal::new(String::new());
    let field = tag("input")
        .set("type", "search")
        .set("id", "placet-search")
        .set("autocomplete", "off")
        .set("data-placet-action", "search")
        .on("input", move |event| asked.set(event_target_value(&event)));
    let label = tag("label").set("for", "placet-search").words(&labels.search).view();
    let count = RwSignal::new(None);
    let told = notice.clone();
    let status = live(move || match count.get() {
        None => words(""),
        Some(count) => words(&js::fill(&told.labels.found, "{count}", &js::number(&told.lang, count))),
    });
    let index = StoredValue::new(None::<Arc<Index>>);
    let found = live(move || {
        let wanted = String::from(lower(asked.get().trim()));
        if wanted.is_empty() {
            count.set(None);
            return words("");
        }
        let index = index.with_value(Clone::clone).unwrap_or_else(|| {
            let made = Arc::new(Index::new(&notice));
            index.set_value(Some(made.clone()));
            made
        });
        let matches = index.find(&wanted);
        count.set(Some(matches.len()));
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
