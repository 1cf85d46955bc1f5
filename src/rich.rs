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

/// The same where a link to the preference center would lead nowhere: in the center itself, and on a page without script.
pub(crate) fn rich_without_settings(blocks: &[Block]) -> Vec<AnyView> {
    let mut blocks = blocks.to_vec();
    for run in blocks.iter_mut().flat_map(|block| &mut block.runs) {
        run.href.take_if(|href| href == "#placet");
    }
    rich(&blocks)
}

fn run(run: &Run) -> AnyView {
    match (&run.href, run.strong, run.em) {
        (Some(href), ..) => link(href, &run.text),
        (None, true, _) => text("strong", &run.text),
        (None, false, true) => text("em", &run.text),
        (None, false, false) => words(&run.text),
    }
}
