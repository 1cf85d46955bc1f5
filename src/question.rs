//! Questions that stand where the first layer stood: one purpose on its own, the age band, the guardian.
//!
//! Rendered at publish like the first layer; `public/parts/follow.js` builds them and handles their clicks.
//!
//! **Invariant:** the two answers are the same element with the same parts and classes, side by
//! side, as in the first layer; neither stands out.

use crate::details::rows;
use crate::parts::{element, text};
use crate::rich::rich;
use leptos::prelude::*;
use placet_model::labels::Labels;
use placet_model::notice::{Notice, NoticePurpose};

/// One purpose, asked on its own after the others (PIPL 23, 29, 39), with everything that the law wants told about it.
/// `{at}` and `{all}` are filled in on the page.
#[component]
pub fn Separately(
    /// The notice that it is from.
    notice: Notice,
    /// The purpose.
    purpose: NoticePurpose,
) -> impl IntoView {
    let labels = &notice.labels;
    let sensitive = purpose.sensitive.then(|| element("p", Some("apart"), vec![text("strong", &labels.sensitive)]));
    let told = rich(&purpose.description);
    let all = rows(&notice, &purpose);
    let lead = view! {
        <span class="lead" part="lead">{labels.own_title.clone()}<span class="step">" · "{labels.step.clone()}</span></span>
    }
    .into_any();
    let words = vec![
        sensitive.into_any(),
        element("div", Some("text"), told),
        view! {
            <details part="details" open>
                <summary>{labels.details.clone()}</summary>
                {all}
            </details>
        }
        .into_any(),
    ];
    let rest = view! {
        <button class="quiet" part="button rest" data-placet-action="reject-rest">{labels.refuse_rest.clone()}</button>
    };
    question(
        "separate",
        Some(lead),
        &purpose.title,
        words,
        &labels.refuse,
        &labels.agree,
        Some(rest.into_any()),
        &labels.failed,
    )
}

/// The age band, where the config asks for it (PIPL 31, GDPR 8). Neither answer is a consent.
#[component]
pub fn Age(
    /// The interface texts.
    labels: Labels,
    /// The age from which a visitor decides alone.
    age: u32,
) -> impl IntoView {
    let fill = |label: &str| label.replace("{age}", &age.to_string());
    let words = vec![element("div", Some("text"), vec![text("p", &fill(&labels.age_text))])];
    question(
        "age",
        None,
        &labels.age_title,
        words,
        &fill(&labels.age_under),
        &fill(&labels.age_over),
        None,
        &labels.failed,
    )
}

/// What a parent or guardian is asked.
#[component]
pub fn Guardian(
    /// The interface texts.
    labels: Labels,
) -> impl IntoView {
    let words = vec![element("div", Some("text"), vec![text("p", &labels.guardian_text)])];
    question(
        "guardian",
        None,
        &labels.guardian_title,
        words,
        &labels.refuse,
        &labels.guardian_agree,
        None,
        &labels.failed,
    )
}

/// A heading, words, and two answers that look alike.
fn question(
    name: &'static str,
    lead: Option<AnyView>,
    title: &str,
    words: Vec<AnyView>,
    no: &str,
    yes: &str,
    beyond: Option<AnyView>,
    failed: &str,
) -> impl IntoView + use<> {
    view! {
        <section class="first question" part="first question" data-placet-layer=name role="region" aria-labelledby="placet-question">
            <div class="words">
                <h2 id="placet-question" part="title" tabindex="-1">{lead}{title.to_owned()}</h2>
                {words}
                <p class="status" part="status" role="status" data-failed=failed.to_owned()></p>
            </div>
            <div class="actions" part="actions">
                <button class="button" part="button reject" data-placet-action="reject">{no.to_owned()}</button>
                <button class="button" part="button accept" data-placet-action="accept">{yes.to_owned()}</button>
                {beyond}
            </div>
        </section>
    }
}
