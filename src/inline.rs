//! The control for one purpose inside a form of the shop, and the way back to the settings.
//!
//! Rendered at publish like the first layer; `public/parts/elements.js` builds them in the shadow
//! roots of `<placet-consent>` and `<placet-settings>`.

use crate::details::rows;
use crate::rich::rich;
use leptos::prelude::*;
use placet_model::labels::Labels;
use placet_model::notice::{Notice, NoticePurpose};

/// A box to tick for one purpose, told where it is needed (GB/T 42574-2023: just-in-time). It starts as the visitor's
/// answer stands, off where there is none (GDPR 4(11), recital 32).
#[component]
pub fn Inline(
    /// The notice that it is from.
    notice: Notice,
    /// The purpose.
    purpose: NoticePurpose,
) -> impl IntoView {
    // Separate consent is given to what is told where it is asked (PIPL 23, 29, 30, 39); of the rest the center tells.
    let told = (purpose.separate || purpose.sensitive).then(|| {
        let heading = purpose.sensitive.then(|| notice.labels.sensitive.clone());
        // That it is for this once stands above.
        let about = NoticePurpose { once: false, ..purpose.clone() };
        view! {
            <details part="details" open>
                <summary>{notice.labels.details.clone()}</summary>
                {heading.map(|heading| view! { <p><strong>{heading}</strong></p> })}
                {rows(&notice, &about)}
            </details>
        }
    });
    let labels = notice.labels;
    let after = if purpose.once { labels.once_note } else { labels.any_time };
    let link = told.is_none().then(|| view! { " "<a href="#placet">{labels.details}</a> });
    view! {
        <div class="inline" part="inline">
            <label part="label">
                <input type="checkbox" part="box" aria-describedby="about"/>
                <span part="title">{purpose.title}</span>
            </label>
            <div id="about" class="about" part="about">
                {rich(&purpose.description)}
                <p class="note" part="note">
                    <span class="after">{after}</span>
                    <span class="gpc">{labels.gpc}</span>
                    {link}
                </p>
            </div>
            {told}
        </div>
    }
}

/// The constant way back to the preference center (GDPR 7(3); WCAG 2.2, 3.2.6).
#[component]
pub fn Settings(
    /// The interface texts.
    labels: Labels,
) -> impl IntoView {
    view! {
        <button type="button" class="settings" part="button" data-placet-action="open" aria-haspopup="dialog"><slot>{labels.settings}</slot></button>
    }
}
