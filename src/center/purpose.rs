//! One purpose: its switch, what it is for, its details, and what can be picked under it.

use super::draft::Draft;
use super::preference::preference;
use crate::details::details;
use crate::parts::{element, note, section, words};
use crate::rich::rich;
use leptos::prelude::*;
use placet_model::notice::{Notice, NoticePurpose};

/// One purpose with its switch. `kept_off`: the browser's signal keeps it off.
pub(super) fn purpose(notice: &Notice, purpose: &NoticePurpose, draft: &Draft, kept_off: bool) -> AnyView {
    let labels = &notice.labels;
    let name = ["purpose-", &purpose.id].concat();
    let about = [&name, "-about"].concat();
    let switch = draft.switch(&purpose.id);
    let control = match switch {
        None => element("span", Some("always"), vec![words(&labels.always)]),
        Some(on) => view! {
            <input type="checkbox" role="switch" class="switch" part="switch" data-placet-switch=purpose.id.clone()
                aria-labelledby=["placet-", &name].concat() aria-describedby=about.clone() disabled=kept_off
                prop:checked=move || on.get() && !kept_off on:change=move |event| on.set(event_target_checked(&event))/>
        }
        .into_any(),
    };
    let mut told = rich(&purpose.description);
    for (holds, words_of) in [(purpose.separate, &labels.separate), (kept_off, &labels.gpc)] {
        if holds {
            told.push(note(vec![words(words_of)]));
        }
    }
    let mut content = vec![view! { <div id=about>{told}</div> }.into_any()];
    for asked in notice.preferences.iter().filter(|asked| asked.purpose == purpose.id) {
        content.push(preference(asked, &draft.options(&asked.id), switch));
    }
    content.push(details(notice, purpose));
    section("purpose", &name, &purpose.title, Some(control), content)
}
