//! The cover: what stands over a held frame or player until its purpose is granted.
//!
//! Rendered at publish like the first layer; `public/parts/covers.js` builds it and handles its clicks.

use leptos::prelude::*;
use placet_model::labels::Labels;

/// Whose frame it is, why it is held, and the two ways to let it in. `{service}` and `{purpose}` are filled in on the page.
#[component]
pub fn Cover(
    /// The interface texts.
    labels: Labels,
) -> impl IntoView {
    view! {
        <div class="cover" part="cover">
            <p class="why" part="why">{labels.cover}</p>
            <div class="ways">
                <button type="button" class="button" part="button once" data-placet-action="once">{labels.once}</button>
                <button type="button" class="button" part="button allow" data-placet-action="allow">{labels.allow}</button>
            </div>
        </div>
    }
}
