//! Rich text: paragraphs and lists of runs, never HTML.
//!
//! The config writes it as a subset of Markdown; publishing compiles it to this tree
//! (CVE-2023-3388 and its like came in through HTML in a config).

use crate::data;

data! {
    /// A paragraph or a list item.
    pub struct Block {
        /// Whether this is an item of a bulleted list.
        item: bool,
        /// What it says.
        runs: Vec<Run>,
    }

    /// A stretch of text in one style.
    pub struct Run {
        /// The words.
        text: String,
        /// Strongly emphasised.
        strong: bool,
        /// Emphasised.
        em: bool,
        /// Where it links to; `#placet` opens the preference center.
        href: Option<String>,
    }
}

/// A piece of Markdown that the subset does not have.
#[cfg(feature = "native")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RichFault {
    /// A construct outside the subset.
    Unsupported(&'static str),
    /// A link that is not allowed, with its address.
    UnsafeLink(String),
}

/// Compiles Markdown: all blocks that could be made, and everything that was refused.
#[cfg(feature = "native")]
pub fn compile(markdown: &str) -> (Vec<Block>, Vec<RichFault>) {
    use pulldown_cmark::{Event, Parser, Tag, TagEnd};
    let mut blocks = Vec::new();
    let mut faults = Vec::new();
    let mut block = Block::default();
    let mut style = Run::default();
    let flush = |block: &mut Block, blocks: &mut Vec<Block>| {
        if !block.runs.is_empty() {
            blocks.push(std::mem::take(block));
        }
    };
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Paragraph | Tag::List(None)) | Event::End(TagEnd::List(_)) => {}
            Event::Start(Tag::Item) => {
                flush(&mut block, &mut blocks);
                block.item = true;
            }
            Event::End(TagEnd::Item) => {
                flush(&mut block, &mut blocks);
                block.item = false;
            }
            Event::End(TagEnd::Paragraph) => flush(&mut block, &mut blocks),
            Event::Start(Tag::Strong) => style.strong = true,
            Event::End(TagEnd::Strong) => style.strong = false,
            Event::Start(Tag::Emphasis) => style.em = true,
            Event::End(TagEnd::Emphasis) => style.em = false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                if crate::url::is_safe_link(&dest_url) {
                    style.href = Some(dest_url.into_string());
                } else {
                    faults.push(RichFault::UnsafeLink(dest_url.into_string()));
                }
            }
            Event::End(TagEnd::Link) => style.href = None,
            Event::Text(words) => append(&mut block, &style, &words),
            Event::SoftBreak | Event::HardBreak => append(&mut block, &style, " "),
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => {
                faults.push(RichFault::Unsupported("HTML"));
            }
            Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => faults.push(RichFault::Unsupported("code")),
            Event::Start(Tag::Heading { .. }) => faults.push(RichFault::Unsupported("a heading")),
            Event::Start(Tag::Image { .. }) => faults.push(RichFault::Unsupported("an image")),
            Event::Start(Tag::List(Some(_))) => faults.push(RichFault::Unsupported("a numbered list")),
            Event::Start(_) | Event::Rule => faults.push(RichFault::Unsupported("this markup")),
            _ => {}
        }
    }
    flush(&mut block, &mut blocks);
    faults.dedup();
    (blocks, faults)
}

#[cfg(feature = "native")]
fn append(block: &mut Block, style: &Run, words: &str) {
    match block.runs.last_mut() {
        Some(last) if last.strong == style.strong && last.em == style.em && last.href == style.href => {
            last.text.push_str(words);
        }
        _ => block.runs.push(Run { text: words.into(), ..style.clone() }),
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    /// A shorthand for the tree: blocks on lines, `*` for items, runs in brackets with their style.
    fn sketch(blocks: &[Block]) -> String {
        let run = |run: &Run| {
            let style = format!("{}{}", if run.strong { "b" } else { "" }, if run.em { "i" } else { "" });
            let link = run.href.as_ref().map(|href| format!(">{href}")).unwrap_or_default();
            format!("[{style}{}{}{link}]", if style.is_empty() { "" } else { ":" }, run.text)
        };
        let line = |block: &Block| {
            format!("{}{}", if block.item { "* " } else { "" }, block.runs.iter().map(run).collect::<String>())
        };
        blocks.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn markdown_becomes_a_tree() {
        for (markdown, tree) in [
            ("plain", "[plain]"),
            ("one\n\ntwo", "[one]\n[two]"),
            ("a **b** *c* d", "[a ][b:b][ ][i:c][ d]"),
            ("see [here](#placet).", "[see ][here>#placet][.]"),
            ("list:\n\n- one\n- two", "[list:]\n* [one]\n* [two]"),
        ] {
            let (blocks, faults) = compile(markdown);
            assert_eq!((sketch(&blocks).as_str(), faults), (tree, vec![]), "{markdown}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (markdown, fault) in [
            ("<b>x</b>", RichFault::Unsupported("HTML")),
            ("<script>alert(1)</script>", RichFault::Unsupported("HTML")),
            ("# big", RichFault::Unsupported("a heading")),
            ("`x`", RichFault::Unsupported("code")),
            ("![x](y.png)", RichFault::Unsupported("an image")),
            ("[x](javascript:alert(1))", RichFault::UnsafeLink("javascript:alert(1)".into())),
            ("[x](//evil.example)", RichFault::UnsafeLink("//evil.example".into())),
        ] {
            assert!(compile(markdown).1.contains(&fault), "{markdown}: {:?}", compile(markdown));
        }
    }
}
