//! Rich text as nodes.

use crate::parts::{element, link, text, words};
use leptos::prelude::AnyView;
use placet_model::rich::{Block, Run};

/// Paragraphs and lists of styled runs.
pub(crate) fn rich(blocks: &[Block]) -> Vec<AnyView> {
    let block =
        |block: &Block| element(if block.item { "li" } else { "p" }, None, block.runs.iter().map(run).collect());
    blocks.iter().map(block).collect()
}

fn run(run: &Run) -> AnyView {
    match (&run.href, run.strong, run.em) {
        (Some(href), ..) => link(href, &run.text),
        (None, true, _) => text("strong", &run.text),
        (None, false, true) => text("em", &run.text),
        (None, false, false) => words(&run.text),
    }
}
