//! The preference center: every purpose with its switch and what the law wants told, what can
//! be picked, and the receipts of this device.
//!
//! **Invariant:** switches edit a draft that lives as long as the dialog is open; only accept,
//! refuse and save make a decision. Closing it, by whatever way, is no choice.

mod controller;
mod details;
mod draft;
mod preference;
mod purpose;
mod receipts;

use crate::receipts::Receipt;
use crate::rich::Rich;
use controller::Controller;
use draft::Draft;
use leptos::html::Dialog;
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::Map;
use purpose::PurposeItem;
use receipts::Receipts;
use std::sync::Arc;

/// What the center shows beside the notice: how things stand when it is opened.
#[derive(Clone, Default)]
pub(crate) struct Standing {
    /// Purpose to what holds.
    pub(crate) purposes: Map<ChoiceState>,
    /// What was picked.
    pub(crate) preferences: Map<Answer>,
    /// The purposes that the browser's signal keeps off.
    pub(crate) gpc: Vec<String>,
}

/// What a button of the center asks for.
pub(crate) enum Act {
    /// Grant everything that is not asked separately.
    Accept,
    /// Refuse everything optional.
    Reject,
    /// Save the switches as they stand.
    Save(Map<bool>, Map<Answer>),
    /// Take every consent back.
    Withdraw,
    /// Save a receipt as a file.
    Download(String),
    /// The dialog has closed.
    Closed,
}

/// The preference center as a modal dialog, which opens when it is mounted.
#[component]
pub(crate) fn Center(
    /// What to show.
    notice: Arc<Notice>,
    /// How things stand.
    standing: Standing,
    /// The receipts of this device, the newest first.
    receipts: ReadSignal<Vec<Receipt>>,
    /// Does what a button asks for.
    act: Callback<Act>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    // A dialog can be shown once it stands in the document.
    Effect::new(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let decide = move |choice: Act| {
        act.run(choice);
        close();
    };
    let draft = Draft::new(&notice, &standing);
    let labels = notice.labels.clone();
    let purposes = notice
        .purposes
        .iter()
        .map(|purpose| {
            let kept_off = standing.gpc.contains(&purpose.id);
            view! { <PurposeItem notice=notice.clone() purpose=purpose.clone() draft=draft.clone() kept_off/> }
        })
        .collect_view();
    view! {
        <dialog node_ref=dialog class="center" part="center" data-placet-layer="center" aria-labelledby="placet-center"
            on:close=move |_| act.run(Act::Closed)>
            <header class="head">
                <h2 id="placet-center" tabindex="-1" autofocus>{labels.settings.clone()}</h2>
                <button type="button" class="close" part="close" data-placet-action="close" aria-label=labels.close.clone()
                    on:click=move |_| close()>"×"</button>
            </header>
            <div class="body">
                <div class="text"><Rich blocks=notice.text.clone()/></div>
                <div class="purposes">{purposes}</div>
                <Receipts notice=notice.clone() receipts act=Callback::new(move |asked| match asked {
                    Act::Withdraw => decide(Act::Withdraw),
                    other => act.run(other),
                })/>
                <Controller notice=notice.clone()/>
            </div>
            <footer class="foot">
                <button type="button" class="button" part="button reject" data-placet-action="reject"
                    on:click=move |_| decide(Act::Reject)>{labels.reject}</button>
                <button type="button" class="button" part="button accept" data-placet-action="accept"
                    on:click=move |_| decide(Act::Accept)>{labels.accept}</button>
                <button type="button" class="button" part="button save" data-placet-action="save"
                    on:click=move |_| decide(Act::Save(draft.purposes(), draft.preferences()))>{labels.save}</button>
            </footer>
        </dialog>
    }
}
