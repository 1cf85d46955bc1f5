//! One purpose: its switch, what it is for, its details, and what can be picked under it.

use super::details::Details;
use super::draft::Draft;
use super::preference::PreferenceItem;
use crate::rich::Rich;
use leptos::prelude::*;
use placet_model::notice::{Notice, NoticePurpose};
use std::sync::Arc;

/// One purpose with its switch.
#[component]
pub(crate) fn PurposeItem(
    /// The whole notice, for its texts.
    notice: Arc<Notice>,
    /// The purpose.
    purpose: NoticePurpose,
    /// Where the switch writes.
    draft: Draft,
    /// Whether the browser's signal keeps it off.
    kept_off: bool,
) -> impl IntoView {
    let id = purpose.id.clone();
    let name = format!("placet-{id}");
    let about = format!("placet-{id}-about");
    let labels = notice.labels.clone();
    let switch = draft.switch(&id);
    let control = match switch {
        None => view! { <span class="always">{labels.always}</span> }.into_any(),
        Some(on) => view! {
            <input type="checkbox" role="switch" class="switch" part="switch" data-placet-switch=id.clone()
                aria-labelledby=name.clone() aria-describedby=about.clone() disabled=kept_off
                prop:checked=move || on.get() && !kept_off on:change=move |event| on.set(event_target_checked(&event))/>
        }
        .into_any(),
    };
    let preferences = notice
        .preferences
        .iter()
        .filter(|preference| preference.purpose == id)
        .map(|preference| {
            let options = draft.options(&preference.id);
            view! { <PreferenceItem preference=preference.clone() options switch/> }
        })
        .collect_view();
    view! {
        <section class="purpose" part="purpose" aria-labelledby=name.clone()>
            <div class="line"><h3 id=name.clone()>{purpose.title.clone()}</h3>{control}</div>
            <div id=about>
                <Rich blocks=purpose.description.clone()/>
                {purpose.separate.then(|| view! { <p class="note">{labels.separate}</p> })}
                {kept_off.then(|| view! { <p class="note">{labels.gpc}</p> })}
            </div>
            {preferences}
            <Details notice purpose/>
        </section>
    }
}
