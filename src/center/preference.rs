//! One preference: a group of boxes, or of radio buttons.

use super::draft::Toggle;
use leptos::prelude::*;
use placet_model::config_words::PreferenceKind;
use placet_model::notice::NoticePreference;

/// One preference under its purpose; it can be picked while the purpose is on.
pub(super) fn preference(asked: &NoticePreference, toggles: &[Toggle], switch: Option<RwSignal<bool>>) -> AnyView {
    let one = asked.kind == PreferenceKind::One;
    let all: Vec<RwSignal<bool>> = toggles.iter().map(|(_, on)| *on).collect();
    let items: Vec<AnyView> = asked
        .options
        .iter()
        .zip(all.clone())
        .map(|(option, on)| {
            let others = all.clone();
            let change = move |event| {
                if one {
                    others.iter().for_each(|other| other.set(false));
                }
                on.set(event_target_checked(&event));
            };
            view! {
                <label class="option">
                    <input type=if one { "radio" } else { "checkbox" } name=["placet-", &asked.id].concat() value=option.id.clone()
                        data-placet-preference=asked.id.clone() prop:checked=move || on.get() on:change=change/>
                    {option.title.clone()}
                </label>
            }
            .into_any()
        })
        .collect();
    view! {
        <fieldset part="preference" disabled=move || switch.is_some_and(|on| !on.get())>
            <legend>{asked.title.clone()}</legend>
            <div class="options">{items}</div>
        </fieldset>
    }
    .into_any()
}
