//! The receipts of this device, in the hand of the person who made them.

use super::Act;
use crate::js::time;
use crate::receipts::{Receipt, Status};
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::State;
use std::sync::Arc;

/// The receipts of this device, the newest first, each with “Download”; and the way to take everything back.
#[component]
pub(crate) fn Receipts(
    /// The whole notice, for its texts.
    notice: Arc<Notice>,
    /// The receipts.
    receipts: ReadSignal<Vec<Receipt>>,
    /// Does what a button asks for.
    act: Callback<Act>,
) -> impl IntoView {
    let labels = notice.labels.clone();
    let texts = notice.clone();
    let rows = move || {
        let labels = &texts.labels;
        receipts
            .get()
            .into_iter()
            .map(|receipt| {
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
                let when = time(&texts.lang, receipt.at);
                let spoken = format!("{}: {done}, {when}", labels.download);
                let id = receipt.id.clone();
                view! {
                    <li class="receipt" part="receipt" data-placet-receipt=receipt.id data-placet-state=status>
                        <span><strong>{done.clone()}</strong><br/><span class="note">{when}" · "{word.clone()}</span></span>
                        <button type="button" class="quiet" part="button download" data-placet-action="download" aria-label=spoken
                            disabled=!receipt.signed on:click=move |_| act.run(Act::Download(id.clone()))>{labels.download.clone()}</button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="purpose" part="receipts" aria-labelledby="placet-receipts">
            <h3 id="placet-receipts">{labels.receipts}</h3>
            <p class="note">{labels.receipts_intro}</p>
            <Show when=move || !receipts.read().is_empty() fallback=move || view! { <p>{labels.no_receipts.clone()}</p> }>
                <ul class="receipts">{rows.clone()}</ul>
                <button type="button" class="quiet" part="button withdraw" data-placet-action="withdraw"
                    on:click=move |_| act.run(Act::Withdraw)>{notice.labels.withdraw.clone()}</button>
            </Show>
        </section>
    }
}
