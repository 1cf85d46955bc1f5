//! My choices: the receipts of this device, in the hand of the person who made them.
//!
//! What each did, when, under which notice and how far it has come; its file, its check, the words that
//! were shown, here and on their own page, and what it changed: purposes and what was picked under them.

use super::choice::{Choice, Status};
use super::desk::{Act, Desk, Reply, Said, Words, status};
use super::fold::{fold, long};
use super::rights::whole;
use crate::js;
use crate::parts::{Look, button, note, section, text, words};
use crate::rich::rich;
use crate::slot::Slot;
use crate::tag::{live, tag};
use leptos::prelude::*;
use placet_model::labels::Labels;
use placet_model::notice::{Notice, NoticePreference};
use placet_model::receipt::{Answer, ChoiceState, State};
use std::sync::Arc;

/// The choices of this device, the newest first, and the way to take everything back.
pub(super) fn choices(desk: &Desk) -> AnyView {
    let labels = &desk.notice.labels;
    let (shown, taken) = (desk.clone(), desk.clone());
    let list = live(move || {
        shown.rows.track();
        match shown.choices.peek(Vec::len) {
            0 => text("p", &shown.notice.labels.no_receipts),
            count => {
                let desk = shown.clone();
                long(&shown.notice, "receipts", count, Arc::new(move |at| row(&desk, at)))
            }
        }
    });
    let withdraw = live(move || {
        let act = taken.act.clone();
        let withdraw = move || act(Act::Withdraw);
        if taken.granted.get() {
            button(Look::Quiet, "withdraw", &taken.notice.labels.withdraw, None, withdraw)
        } else {
            words("")
        }
    });
    let content = vec![note(vec![words(&labels.receipts_intro)]), list, withdraw];
    section("receipts", "receipts", &labels.my_choices, None, content)
}

fn row(desk: &Desk, at: usize) -> AnyView {
    let (choice, before) = desk.choices.peek(|all| (all.get(at).cloned(), all.get(at + 1).cloned()));
    let Some(choice) = choice else { return words("") };
    let choice = Arc::new(choice);
    let labels = &desk.notice.labels;
    let when = js::time(&desk.notice.lang, choice.at);
    let done = match choice.state {
        State::Given => &labels.state_given,
        State::Refused => &labels.state_refused,
        State::Changed => &labels.state_changed,
        State::Withdrawn => &labels.state_withdrawn,
        State::Renewed => &labels.state_renewed,
    };
    let about = [done.as_str(), ", ", &when].concat();
    let under = js::fill(&labels.under_notice, "{version}", &choice.version);
    let under = [&when, " · ", &under, " · ", &js::language(&desk.notice.lang, &choice.lang)].concat();
    let facts = vec![text("strong", done), tag("div").class("note").words(&under).view(), progress(desk, &choice.id)];

    let reply: Reply = Slot::new(Said::Nothing);
    let ask = |name, label: &str, what: fn(String, Reply) -> Act| {
        let (id, desk, reply) = (choice.id.clone(), desk.clone(), reply.clone());
        let asked = move || desk.question(&reply, |reply| what(id.clone(), reply));
        button(Look::Quiet, name, label, Some([label, ": ", &about].concat()), asked)
    };
    let ways = vec![ask("download", &labels.download, Act::Download), ask("check", &labels.verify, Act::Check)];
    let line = vec![tag("div").children(facts).view(), tag("div").class("ways").children(ways).view()];

    let (seen, changed) = ((desk.clone(), choice.clone()), (desk.notice.clone(), choice.clone()));
    let content = vec![
        tag("div").class("line").children(line).view(),
        status(&desk.notice, &reply),
        fold("words", &labels.words_shown, &about, move || shown(&seen.0, &seen.1)),
        fold("changed", &labels.what_changed, &about, move || changes(&changed.0, &changed.1, before.as_ref())),
    ];
    tag("li").class("receipt").set("part", "receipt").set("data-placet-receipt", &choice.id).children(content).view()
}

/// How far it has come: this alone is made again when the endpoint has answered.
fn progress(desk: &Desk, id: &str) -> AnyView {
    let (desk, id) = (desk.clone(), id.to_owned());
    live(move || {
        let found = desk.choices.look(|all| {
            let choice = all.iter().find(|choice| choice.id == id);
            choice.map(|choice| (choice.status, choice.reason.clone()))
        });
        let labels = &desk.notice.labels;
        let (status, reason) = found.unwrap_or_default();
        let told = match status {
            Status::Waiting => &labels.waiting,
            Status::Acknowledged => &labels.acknowledged,
            Status::Refused => &labels.refused,
        };
        let told = match &reason {
            Some(reason) => [told, ": ", reason].concat(),
            None => told.clone(),
        };
        tag("div").class("note progress").set("data-placet-state", status.word()).words(&told).view()
    })
}

/// The words that were shown, in the language that they were shown in, and the way to all of them.
fn shown(desk: &Desk, choice: &Choice) -> AnyView {
    let words_of = Slot::new(Words::Asked);
    desk.ask(Act::Words(choice.hash.clone(), words_of.clone()));
    let (labels, page) = (desk.notice.clone(), choice.page.clone());
    live(move || match words_of.look(Clone::clone) {
        Words::Asked => words(""),
        Words::Lost => note(vec![words(&labels.labels.not_done)]),
        Words::Here(notice) => {
            let mut content = vec![text("strong", &notice.title)];
            content.extend(rich(&notice.text));
            for purpose in &notice.purposes {
                content.push(text("strong", &purpose.title));
                content.extend(rich(&purpose.description));
            }
            let dir = if js::is_right_to_left(&notice.lang) { "rtl" } else { "ltr" };
            let quote = tag("div").class("quote").set("lang", &notice.lang).set("dir", dir).children(content).view();
            vec![quote, whole(&labels, &page)].into_any()
        }
    })
}

/// Old and new side by side, purpose by purpose; and how it was done, for those who want to know.
fn changes(notice: &Notice, choice: &Choice, before: Option<&Choice>) -> AnyView {
    let how = [&choice.method, choice.kind.word(), choice.by.word(), &choice.regime, &choice.id]
        .map(|word: &str| word.to_owned());
    let how = tag("p").class("note how").set("lang", "en").words(&how.join(" · ")).view();
    let table = table(notice, choice, before);
    match before {
        None => vec![note(vec![words(&notice.labels.nothing_before)]), table, how].into_any(),
        Some(_) => vec![table, how].into_any(),
    }
}

fn table(notice: &Notice, choice: &Choice, before: Option<&Choice>) -> AnyView {
    let labels = &notice.labels;
    let mut rows = Vec::new();
    if before.is_some() {
        let heads = [&labels.name, &labels.before, &labels.after];
        let heads = heads.map(|head| tag("th").set("scope", "col").words(head.trim_end_matches([':', '：'])).view());
        rows.push(tag("tr").children(heads.into()).view());
    }
    for (id, state) in &choice.choices.0 {
        let purpose = notice.purposes.iter().find(|purpose| purpose.id == *id);
        let title = purpose.map_or(id, |purpose| &purpose.title);
        let old = before.map(|before| state_words(labels, before.choices.get(id)));
        rows.push(compared("purpose", title, old, state_words(labels, Some(state))));
        for asked in notice.preferences.iter().filter(|asked| asked.purpose == *id) {
            let picked =
                |choice: &Choice| choice.preferences.get(&asked.id).and_then(|answer| picked_words(asked, answer));
            let (old, now) = (before.and_then(picked), picked(choice));
            // Where nothing was ever picked there is nothing to tell.
            if old.is_some() || now.is_some() {
                let none = || "–".to_owned();
                rows.push(compared(
                    "picked",
                    &asked.title,
                    before.map(|_| old.unwrap_or_else(none)),
                    now.unwrap_or_else(none),
                ));
            }
        }
    }
    tag("table").class("compare").children(vec![tag("tbody").children(rows).view()]).view()
}

/// One row: what held before, where something was, and what holds now, set off where that differs.
fn compared(class: &str, title: &str, old: Option<String>, now: String) -> AnyView {
    let mut cells = vec![tag("th").set("scope", "row").words(title).view()];
    let mut cell = tag("td");
    if let Some(old) = old {
        cells.push(text("td", &old));
        if old != now {
            cell = cell.class("new");
        }
    }
    cells.push(cell.words(&now).view());
    tag("tr").class(class).children(cells).view()
}

fn state_words(labels: &Labels, state: Option<&ChoiceState>) -> String {
    match state {
        None => "–",
        Some(ChoiceState::Always) => &labels.always,
        Some(ChoiceState::Granted) => &labels.granted,
        Some(ChoiceState::Denied) => &labels.denied,
    }
    .to_owned()
}

/// What was picked, by the titles that the options have today; none where nothing was.
fn picked_words(asked: &NoticePreference, answer: &Answer) -> Option<String> {
    let picked = match answer {
        Answer::One(option) => std::slice::from_ref(option),
        Answer::Many(options) => options,
    };
    let title = |id: &String| {
        let option = asked.options.iter().find(|option| option.id == *id);
        option.map_or(id, |option| &option.title).clone()
    };
    (!picked.is_empty()).then(|| picked.iter().map(title).collect::<Vec<_>>().join(" · "))
}
