//! Rich text as nodes.

use crate::parts::{element, link, text, words};
use leptos::prelude::AnyView;
use placet_model::rich::{Block, Run};

/// Paragraphs and lists of styled runs.
pub(crate) fn rich(blocks: &[Block]) -> Vec<AnyView> {
    let runs = |block: &Block| block.runs.iter().map(run).collect();
    let mut told = Vec::new();
    // Items that follow each other are one list: an item outside of a list is none to a screen reader.
    for blocks in blocks.chunk_by(|before, after| before.item && after.item) {
        match blocks {
            [block] if !block.item => told.push(element("p", None, runs(block))),
            items => told.push(element("ul", None, items.iter().map(|item| element("li", None, runs(item))).collect())),
        }
    }
    told
}

fn run(run: &Run) -> AnyView {
    match (&run.href, run.strong, run.em) {
        (Some(href), ..) => link(href, &run.text),
        (None, true, _) => text("strong", &run.text),
        (None, false, true) => text("em", &run.text),
        (None, false, false) => words(&run.text),
    }
}
