//! The preference center: every purpose with its switch and what the law wants told, what can
//! be picked, and the receipts of this device.
//!
//! **Invariant:** switches edit a draft that lives as long as the dialog is open; only accept,
//! refuse and save make a decision. Closing it, by whatever way, is no choice.

mod controller;
mod draft;
mod preference;
mod purpose;
mod receipts;

use crate::parts::{Look, OnClick, button, element, note, words};
use crate::rich::rich;
use leptos::html::Dialog;
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::Map;
use std::sync::Arc;

use draft::Draft;
pub(crate) use receipts::Receipt;
#[cfg(any(test, feature = "gallery"))]
pub(crate) use receipts::Status;

/// What the center shows beside the notice: how things stand when it is opened.
#[derive(Clone, Default)]
pub(crate) struct Standing {
    /// Purpose to what holds.
    pub(crate) purposes: Map<ChoiceState>,
    /// What was picked.
    pub(crate) preferences: Map<Answer>,
    /// The purposes that the browser's signal keeps off.
    pub(crate) gpc: Vec<String>,
    /// Whether optional purposes run here until the visitor objects.
    pub(crate) opt_out: bool,
}

/// What a button of the center asks for.
pub(crate) enum Act {
    /// Grant everything that is not asked separately.
    Accept,
    /// Refuse everything optional.
    Reject,
    /// Save the switches as they stand.
    Save(Map<bool>, Map<Answer>),
    /// Turn off what others get for ends of their own.
    OptOut,
    /// Take every consent back.
    Withdraw,
    /// Save a receipt as a file.
    Download(String),
    /// The dialog has closed.
    Closed,
}

/// The preference center as a dialog; whoever mounts it shows it, by `dialog`, once it stands in the document.
///
/// `standing` is how things stand, `receipts` those of this device, the newest first; `act` does
/// what a button asks for.
pub(crate) fn center(
    notice: Arc<Notice>,
    standing: &Standing,
    receipts: ReadSignal<Vec<Receipt>>,
    dialog: NodeRef<Dialog>,
    act: Callback<Act>,
) -> impl IntoView + use<> {
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let labels = &notice.labels;
    let decide = move |choice: fn() -> Act| -> OnClick {
        Callback::new(move |()| {
            act.run(choice());
            close();
        })
    };
    let draft = Draft::new(&notice, standing);
    let told = notice.opt_out_text.as_ref().filter(|_| standing.opt_out).unwrap_or(&notice.text);
    let mut content = vec![match standing.opt_out && notice.opt_out_text.is_none() {
        true => note(vec![words(&labels.opt_out_notice)]),
        false => element("div", Some("text"), rich(told)),
    }];
    if !standing.gpc.is_empty() {
        content.push(note(vec![words(&labels.gpc_honoured)]));
    }
    if standing.opt_out {
        // CCPA regulations 7026(a)(4): a banner is not enough.
        content.push(button(Look::Quiet, "opt-out", &labels.opt_out, None, false, decide(|| Act::OptOut)));
    }
    for purpose in &notice.purposes {
        content.push(purpose::purpose(&notice, purpose, &draft, standing.gpc.contains(&purpose.id)));
    }
    let download = Callback::new(move |id| act.run(Act::Download(id)));
    let granted = standing.purposes.0.iter().any(|(_, state)| *state == ChoiceState::Granted);
    content.push(receipts::receipts(notice.clone(), receipts, download, decide(|| Act::Withdraw), granted));
    content.push(controller::controller(&notice));
    let save: OnClick = Callback::new(move |()| {
        act.run(Act::Save(draft.purposes(), draft.preferences()));
        close();
    });
    view! {
        <dialog node_ref=dialog class="center" part="center" data-placet-layer="center" aria-labelledby="placet-center"
            on:close=move |_| act.run(Act::Closed)>
            <div class="head">
                <h2 id="placet-center" tabindex="-1" autofocus>{labels.settings.clone()}</h2>
                {button(Look::Close, "close", "×", Some(labels.close.clone()), false, Callback::new(move |()| close()))}
            </div>
            <div class="body">{content}</div>
            <div class="foot">
                {button(Look::Button, "reject", &labels.reject, None, false, decide(|| Act::Reject))}
                {button(Look::Button, "accept", &labels.accept, None, false, decide(|| Act::Accept))}
                {button(Look::Button, "save", &labels.save, None, false, save)}
            </div>
        </dialog>
    }
}
