//! Texts: a wording in each language, no markup that could run, and no more than there is room for.

use super::Walk;
use super::values::{is_language_tag, link};
use crate::problem::Problems;
use crate::rich::{RichFault, compile};
use crate::text::Text;

/// How much there is room for, in characters as Latin letters are wide; Chinese, Japanese and Korean ones count twice.
///
/// A first layer of the most that it may have fills the 60 % of a small telephone that it may cover, and scrolls inside
/// itself; a title stays on two lines of one.
pub(super) mod room {
    /// The heading of the first layer: two lines of a telephone.
    pub(crate) const HEADING: usize = 70;
    /// The text of the first layer: a dozen lines of a telephone.
    pub(crate) const QUESTION: usize = 500;
    /// What stands beside a switch: two lines of a telephone, and the purposes' names in one line of the first layer.
    pub(crate) const TITLE: usize = 60;
    /// What stands beside a box that can be ticked.
    pub(crate) const OPTION: usize = 40;
    /// A name, in a cell of a table.
    pub(crate) const NAME: usize = 120;
    /// One kind of data, one way of handing it on: an item of a list.
    pub(crate) const ITEM: usize = 200;
    /// A paragraph beside its heading.
    pub(crate) const PARAGRAPH: usize = 600;
    /// Several paragraphs.
    pub(crate) const PASSAGE: usize = 3000;
    /// An address of the web.
    pub(crate) const ADDRESS: usize = 500;
}

impl Walk<'_> {
    pub(super) fn text(&mut self, name: &str, text: &Text, room: usize) {
        self.wordings(name, text);
        self.room(name, text, room, |words| words.to_owned());
    }

    pub(super) fn rich(&mut self, name: &str, text: &Text, room: usize) {
        self.wordings(name, text);
        // What is read, not the addresses behind it.
        self.room(name, text, room, |words| {
            compile(words).0.iter().flat_map(|block| &block.runs).map(|run| run.text.as_str()).collect()
        });
        self.markup(name, text);
    }

    /// Whether each wording fits into its place.
    fn room(&mut self, name: &str, text: &Text, room: usize, read: impl Fn(&str) -> String) {
        self.at(name, |w| {
            for (tag, words) in text.wordings() {
                let long = width(&read(words));
                if long <= room {
                    continue;
                }
                let tell = |problems: &mut Problems| {
                    let which = tag.map_or("This text".to_owned(), |tag| format!("The text in “{tag}”"));
                    problems.error(
                        "too-long",
                        format!("{which} has {long} characters; there is room for {room}."),
                        "Say it in fewer words. Chinese, Japanese and Korean characters are wide and count twice.",
                    );
                };
                match tag {
                    Some(tag) => w.problems.within(tag, tell),
                    None => tell(w.problems),
                }
            }
        });
    }

    fn wordings(&mut self, name: &str, text: &Text) {
        let languages = &self.config.languages;
        self.at(name, |w| {
            if let Text::Each(texts) = text {
                for tag in languages.iter().filter(|tag| is_language_tag(tag) && !texts.contains_key(*tag)) {
                    w.problems.error(
                        "missing-translation",
                        format!("The wording in “{tag}” is missing."),
                        format!("Add it under “{tag}”, or take “{tag}” out of \"languages\"."),
                    );
                }
                for tag in texts.keys().filter(|tag| !languages.contains(tag)) {
                    w.at(tag, |w| {
                        w.problems.error(
                            "unknown-language",
                            format!("“{tag}” is not among the config's languages."),
                            format!("Languages: {}.", languages.join(", ")),
                        );
                    });
                }
            }
            text.each(w.problems, |problems, words| {
                if words.trim().is_empty() {
                    problems.error("empty-text", "This text is empty.", "Write it.");
                }
                if words.chars().any(|c| c.is_control() && c != '\n') {
                    problems.error("control-character", "This text holds a control character.", "Remove it.");
                }
            });
        });
    }

    fn markup(&mut self, name: &str, text: &Text) {
        self.problems.within(name, |problems| {
            text.each(problems, |problems, words| {
                for fault in compile(words).1 {
                    match fault {
                        RichFault::Unsupported(what) => problems.error(
                            "unsupported-markup",
                            format!("This text holds {what}."),
                            "Use paragraphs, lists with -, **bold**, *italics* and [links](https://...).",
                        ),
                        RichFault::UnsafeLink(address) => link(problems, &address),
                    }
                }
            });
        });
    }
}

/// How wide a text is, in Latin letters: what East Asian fonts draw as a square counts twice (Unicode, UAX 11), what is
/// drawn over the letter before it not at all.
fn width(text: &str) -> usize {
    let letter = |c: char| match u32::from(c) {
        0x0300..=0x036f
        | 0x0591..=0x05bd
        | 0x064b..=0x065f
        | 0x0e31
        | 0x0e34..=0x0e3a
        | 0x0e47..=0x0e4e
        | 0x200b..=0x200f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    };
    text.chars().map(letter).sum()
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn widths() {
        for (text, expected) in [
            ("", 0),
            ("Choose", 6),
            ("您的数据", 8),
            ("東京 2026", 9),
            ("é", 1),
            ("e\u{301}", 1),
            ("한국", 4),
            ("ไม่", 2),
        ] {
            assert_eq!(width(text), expected, "{text}");
        }
    }
}
