//! The first layer: the short question.
//!
//! **Invariant:** accept and refuse are the same element with the same parts and classes, side
//! by side, so that they cannot look unalike (EDPB 03/2022; CNIL 2020).

use crate::rich::rich;
use leptos::prelude::*;
use placet_model::notice::Notice;

/// The question, with one click to accept, one to refuse, and one to choose.
#[component]
pub fn FirstLayer(
    /// What to show.
    notice: Notice,
) -> impl IntoView {
    let labels = notice.labels;
    let apart: Vec<_> = notice.purposes.iter().filter(|purpose| purpose.separate).map(|p| p.title.clone()).collect();
    let apart = (!apart.is_empty()).then(|| {
        view! {
            <p class="apart" part="separately">{labels.separately}" "<strong>{apart.join(" · ")}</strong></p>
        }
    });
    view! {
        <section class="first" part="first" data-placet-layer="first" data-position=notice.position.word() role="region" aria-labelledby="placet-title">
            <div class="words">
                <h2 id="placet-title" part="title">{notice.title}</h2>
                <div class="text" part="text">{rich(&notice.text)}</div>
                {apart}
                <p class="status" part="status" role="status"></p>
            </div>
            <div class="actions" part="actions">
                <button type="button" class="button" part="button reject" data-placet-action="reject">{labels.reject}</button>
                <button type="button" class="button" part="button accept" data-placet-action="accept">{labels.accept}</button>
                <button type="button" class="quiet" part="button choose" data-placet-action="choose" aria-haspopup="dialog">{labels.choose}</button>
            </div>
        </section>
    }
}
