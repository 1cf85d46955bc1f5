//! The line that says a decision holds, with the way to take it back.
//!
//! Rendered at publish like the first layer; `public/parts/follow.js` builds it, fills its status
//! and takes it away again.

use leptos::prelude::*;
use placet_model::labels::Labels;

/// The line. What is told stands beside what is seen: a status is empty at first, so that a screen reader tells it when
/// it is filled (WCAG 2.2, 4.1.3), and words that came later would move the button. The line never takes the focus.
#[component]
pub fn Saved(
    /// The interface texts.
    labels: Labels,
) -> impl IntoView {
    view! {
        <div class="saved" part="saved" data-placet-layer="saved">
            <span class="told" role="status" data-saved=labels.saved data-undone=labels.undone></span>
            <span class="seen" aria-hidden="true"></span>
            <button class="quiet" part="button undo" data-placet-action="undo">{labels.undo}</button>
        </div>
    }
}
