//! One preference: a group of boxes, or of radio buttons.

use leptos::prelude::*;
use placet_model::config_words::PreferenceKind;
use placet_model::notice::NoticePreference;

/// One preference, under its purpose; it can be picked while the purpose is on.
#[component]
pub(crate) fn PreferenceItem(
    /// What to show.
    preference: NoticePreference,
    /// The options as they stand.
    options: Vec<(String, RwSignal<bool>)>,
    /// The switch of its purpose; none where nothing is asked.
    switch: Option<RwSignal<bool>>,
) -> impl IntoView {
    let id = preference.id.clone();
    let one = preference.kind == PreferenceKind::One;
    let all: Vec<_> = options.iter().map(|(_, on)| *on).collect();
    let items = preference
        .options
        .into_iter()
        .zip(options)
        .map(|(option, (_, on))| {
            let others = all.clone();
            let change = move |event| {
                if one {
                    others.iter().for_each(|other| other.set(false));
                }
                on.set(event_target_checked(&event));
            };
            view! {
                <label class="option">
                    <input type=if one { "radio" } else { "checkbox" } name=format!("placet-{id}") value=option.id
                        data-placet-preference=id.clone() prop:checked=move || on.get() on:change=change/>
                    {option.title}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset part="preference" disabled=move || switch.is_some_and(|on| !on.get())>
            <legend>{preference.title}</legend>
            <div class="options">{items}</div>
        </fieldset>
    }
}
