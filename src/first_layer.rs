//! The first layer: the short question that a visitor sees at once.
//!
//! Rendered at publish, once a language; the loader builds it from the published tree and
//! handles its clicks.
//!
//! **Invariant:** accept and refuse are the same element with the same parts and classes, side
//! by side, so that they cannot look unalike (EDPB 03/2022; CNIL 2020; CCPA regulations 7004).

use crate::parts::text;
use crate::rich::rich;
use leptos::prelude::*;
use placet_model::notice::Notice;

/// The question, with one click to accept, one to refuse, and one to choose. Under an opt-out regime it is a
/// notice: what is shared with others can be turned off in one click.
///
/// The loader takes the sentence on Global Privacy Control out where the browser does not send it.
#[component]
pub fn FirstLayer(
    /// What to show.
    notice: Notice,
    /// Whether optional purposes run until the visitor objects.
    opt_out: bool,
    /// The address of a logo. It is no words, so the notice does not know it.
    #[prop(optional_no_strip)]
    logo: Option<String>,
) -> impl IntoView {
    let labels = notice.labels;
    let apart: Vec<_> =
        notice.purposes.iter().filter(|purpose| purpose.separate && !purpose.once).map(|p| p.title.clone()).collect();
    let apart = (!opt_out && !apart.is_empty()).then(|| {
        view! { <p class="apart" part="separately">{labels.separately}" "<strong>{apart.join(" · ")}</strong></p> }
    });
    let told = match (opt_out, notice.opt_out_text) {
        (false, _) => rich(&notice.text),
        (true, Some(text)) => rich(&text),
        (true, None) => vec![text("p", &labels.opt_out_notice)],
    };
    let (refuse, reject, accept) = match opt_out {
        true => ("opt-out", labels.opt_out, labels.understood),
        false => ("reject", labels.reject, labels.accept),
    };
    view! {
        <section class="first" part="first" data-placet-layer="first" role="region" aria-labelledby="placet-title">
            <div class="words">
                {logo.map(|address| view! { <img part="logo" alt="" src=address/> })}
                <h2 id="placet-title" part="title">{notice.title}</h2>
                <div class="text" part="text">{told}</div>
                {apart}
                <p class="gpc" part="gpc">{labels.gpc_honoured}</p>
                <p class="status" part="status" role="status" data-failed=labels.failed></p>
            </div>
            <div class=if opt_out { "actions stack" } else { "actions" } part="actions">
                <button class="button" part="button reject" data-placet-action=refuse>{reject}</button>
                <button class="button" part="button accept" data-placet-action="accept">{accept}</button>
                <button class="quiet" part="button choose" data-placet-action="choose" aria-haspopup="dialog">{labels.choose}</button>
            </div>
        </section>
    }
}
