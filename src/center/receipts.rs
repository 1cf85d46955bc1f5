//! The receipts of this device, in the hand of the person who made them.

use crate::js::time;
use crate::parts::{Look, OnClick, button, element, note, section, text, words};
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::State;
use placet_model::tree::{Faults, Read, Tree, read_member};
use std::sync::Arc;

/// A receipt as `public/parts/receipts.js` lists it.
#[derive(Clone, Default)]
pub(crate) struct Receipt {
    /// Its id.
    pub(crate) id: String,
    /// When it was decided, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What it did.
    pub(crate) state: State,
    /// Whether it can be downloaded already.
    pub(crate) signed: bool,
    /// How far it has come.
    pub(crate) status: Status,
}

/// How far a receipt has come.
#[derive(Clone, Copy, Default)]
pub(crate) enum Status {
    /// It waits to be signed or sent.
    #[default]
    Waiting,
    /// The endpoint holds it.
    Acknowledged,
    /// The endpoint will never take it.
    Refused,
}

impl Read for Receipt {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        let status: String = read_member(tree, "status", false, faults);
        Receipt {
            id: read_member(tree, "id", false, faults),
            at: read_member(tree, "at", false, faults),
            state: read_member(tree, "state", false, faults),
            signed: read_member(tree, "signed", false, faults),
            status: match status.as_str() {
                "acknowledged" => Status::Acknowledged,
                "refused" => Status::Refused,
                _ => Status::Waiting,
            },
        }
    }
}

/// The receipts of this device, the newest first, each with “Download”; and the way to take everything back.
pub(super) fn receipts(
    notice: Arc<Notice>,
    receipts: ReadSignal<Vec<Receipt>>,
    download: Callback<String>,
    withdraw: OnClick,
    granted: bool,
) -> AnyView {
    let intro = note(vec![words(&notice.labels.receipts_intro)]);
    let heading = notice.labels.receipts.clone();
    let list = move || {
        let all = receipts.get();
        let mut content = vec![match all.is_empty() {
            true => words(&notice.labels.no_receipts),
            false => {
                let rows = all.into_iter().map(|receipt| row(&notice, receipt, download)).collect();
                element("ul", Some("receipts"), rows)
            }
        }];
        if granted {
            content.push(button(Look::Quiet, "withdraw", &notice.labels.withdraw, None, false, withdraw));
        }
        element("div", None, content)
    };
    section("receipts", "receipts", &heading, None, vec![intro, list.into_any()])
}

fn row(notice: &Notice, receipt: Receipt, download: Callback<String>) -> AnyView {
    let labels = &notice.labels;
    let (status, word) = match receipt.status {
        Status::Waiting => ("waiting", &labels.waiting),
        Status::Acknowledged => ("acknowledged", &labels.acknowledged),
        Status::Refused => ("refused", &labels.refused),
    };
    let done = match receipt.state {
        State::Given => &labels.state_given,
        State::Refused => &labels.state_refused,
        State::Changed => &labels.state_changed,
        State::Withdrawn => &labels.state_withdrawn,
        State::Renewed => &labels.state_renewed,
    };
    let when = time(&notice.lang, receipt.at);
    let spoken = [&labels.download, ": ", done, ", ", &when].concat();
    let id = receipt.id.clone();
    let act: OnClick = Callback::new(move |()| download.run(id.clone()));
    view! {
        <li class="receipt" part="receipt" data-placet-receipt=receipt.id data-placet-state=status>
            {element("div", None, vec![text("strong", done), element("div", Some("note"), vec![words(&[&when, " · ", word].concat())])])}
            {button(Look::Quiet, "download", &labels.download, Some(spoken), !receipt.signed, act)}
        </li>
    }
    .into_any()
}
