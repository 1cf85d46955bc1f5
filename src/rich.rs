//! Rich text as nodes.

use leptos::prelude::*;
use placet_model::rich::{Block, Run};
use placet_model::url::is_safe_link;

/// Paragraphs and lists of styled runs.
#[component]
pub(crate) fn Rich(
    /// What to show.
    blocks: Vec<Block>,
) -> impl IntoView {
    blocks
        .into_iter()
        .map(|block| {
            let runs = block.runs.into_iter().map(run).collect_view();
            if block.item { view! { <li>{runs}</li> }.into_any() } else { view! { <p>{runs}</p> }.into_any() }
        })
        .collect_view()
}

fn run(run: Run) -> AnyView {
    // Checked at publish, and again here: whatever the snapshot holds, no link runs script (CVE-2023-3388).
    let href = run.href.filter(|href| is_safe_link(href));
    match (href, run.strong, run.em) {
        (Some(href), ..) => view! { <a href=href>{run.text}</a> }.into_any(),
        (None, true, _) => view! { <strong>{run.text}</strong> }.into_any(),
        (None, false, true) => view! { <em>{run.text}</em> }.into_any(),
        (None, false, false) => run.text.into_any(),
    }
}
