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
    Question {
        name: "separate",
        lead: Some(lead),
        title: purpose.title,
        words,
        no: labels.refuse.clone(),
        yes: labels.agree.clone(),
        rest: Some(rest.into_any()),
    }
    .view(labels)
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
    Question {
        name: "age",
        lead: None,
        title: labels.age_title.clone(),
        words,
        no: fill(&labels.age_under),
        yes: fill(&labels.age_over),
        rest: None,
    }
    .view(&labels)
}

/// What a parent or guardian is asked.
#[component]
pub fn Guardian(
    /// The interface texts.
    labels: Labels,
) -> impl IntoView {
    let words = vec![element("div", Some("text"), vec![text("p", &labels.guardian_text)])];
    Question {
        name: "guardian",
        lead: None,
        title: labels.guardian_title.clone(),
        words,
        no: labels.refuse.clone(),
        yes: labels.guardian_agree.clone(),
        rest: None,
    }
    .view(&labels)
}

/// A heading, words, and two answers that look alike.
struct Question {
    /// Its name as `data-placet-layer`.
    name: &'static str,
    /// What stands before the heading's own words.
    lead: Option<AnyView>,
    title: String,
    words: Vec<AnyView>,
    no: String,
    yes: String,
    /// A button below the two.
    rest: Option<AnyView>,
}

impl Question {
    fn view(self, labels: &Labels) -> impl IntoView + use<> {
        view! {
            <section class="first question" part="first question" data-placet-layer=self.name role="region" aria-labelledby="placet-question">
                <div class="words">
                    <h2 id="placet-question" part="title" tabindex="-1">{self.lead}{self.title}</h2>
                    {self.words}
                    <p class="status" part="status" role="status" data-failed=labels.failed.clone()></p>
                </div>
                <div class="actions" part="actions">
                    <button class="button" part="button reject" data-placet-action="reject">{self.no}</button>
                    <button class="button" part="button accept" data-placet-action="accept">{self.yes}</button>
                    {self.rest}
                </div>
            </section>
        }
    }
}
