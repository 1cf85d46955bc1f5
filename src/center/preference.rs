//! One preference: a group of boxes, or of radio buttons.

use super::draft::Toggle;
use crate::parts::{element, text};
use crate::tag::{Tag, tag};
use leptos::prelude::*;
use placet_model::config_words::PreferenceKind;
use placet_model::notice::NoticePreference;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// A box that sets `on` when it is ticked, and shows what `shown` says.
pub(super) fn toggle(on: RwSignal<bool>, kind: &str, shown: impl Fn() -> bool + 'static) -> Tag {
    tag("input")
        .set("type", kind)
        .on("change", move |event| on.set(event_target_checked(&event)))
        .follow(move |input| input.unchecked_ref::<HtmlInputElement>().set_checked(shown()))
}

/// One preference under its purpose; it can be picked while the purpose is on.
pub(super) fn preference(asked: &NoticePreference, toggles: &[Toggle], switch: Option<RwSignal<bool>>) -> AnyView {
    let one = asked.kind == PreferenceKind::One;
    let all: Vec<RwSignal<bool>> = toggles.iter().map(|(_, on)| *on).collect();
    let item = |(option, on): (&placet_model::notice::NoticeOption, RwSignal<bool>)| {
        let others = all.clone();
        let input = toggle(on, if one { "radio" } else { "checkbox" }, move || on.get())
            .set("name", &["placet-", &asked.id].concat())
            .set("value", &option.id)
            .set("data-placet-preference", &asked.id)
            .on("change", move |_| {
                if one {
                    others.iter().filter(|other| **other != on).for_each(|other| other.set(false));
                }
            });
        tag("label").class("option").child(input.view()).words(&option.title).view()
    };
    let items = asked.options.iter().zip(all.iter().copied()).map(item).collect();
    tag("fieldset")
        .set("part", "preference")
        .follow(move |fieldset| {
            let _ = fieldset.toggle_attribute_with_force("disabled", switch.is_some_and(|on| !on.get()));
        })
        .child(text("legend", &asked.title))
        .child(element("div", Some("options"), items))
        .view()
}
