//! Texts of a config: one text, or one a language.

use crate::problem::Problems;
use crate::tree::{Fault, Faults, Kind, Read, Tree, Write};
use std::collections::BTreeMap;

/// A text that is the same in all languages, or has one wording a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// The same words in all languages: a name, an address.
    Same(String),
    /// Language tag to wording.
    Each(BTreeMap<String, String>),
}

impl Default for Text {
    fn default() -> Self {
        Text::Same(String::new())
    }
}

impl Text {
    /// The wording in `language`. A vendor's name from the catalogue is in English where it has none;
    /// a text of the config is never without (`check` refuses such a config).
    pub fn wording(&self, language: &str) -> &str {
        match self {
            Text::Same(text) => text,
            Text::Each(texts) => texts.get(language).or_else(|| texts.get("en")).map_or("", String::as_str),
        }
    }

    /// All wordings with the language that they are under.
    pub fn wordings(&self) -> Vec<(Option<&str>, &str)> {
        match self {
            Text::Same(text) => vec![(None, text.as_str())],
            Text::Each(texts) => texts.iter().map(|(tag, text)| (Some(tag.as_str()), text.as_str())).collect(),
        }
    }

    /// Runs `walk` for each wording, standing at its place.
    pub fn each(&self, problems: &mut Problems, mut walk: impl FnMut(&mut Problems, &str)) {
        for (tag, text) in self.wordings() {
            match tag {
                Some(tag) => problems.within(tag, |problems| walk(problems, text)),
                None => walk(problems, text),
            }
        }
    }
}

impl Read for Text {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        match tree.kind() {
            Kind::Text => Text::Same(String::read(tree, faults)),
            Kind::Object => {
                let mut texts = BTreeMap::new();
                for (tag, text) in tree.members().unwrap_or_default() {
                    faults.enter_member(&tag);
                    let wording = String::read(&text, faults);
                    faults.leave();
                    texts.insert(tag, wording);
                }
                Text::Each(texts)
            }
            found => {
                faults.fault(Fault::WrongKind(Kind::Text, found));
                Text::default()
            }
        }
    }
}

impl Write for Text {
    fn write<T: Tree>(&self) -> T {
        match self {
            Text::Same(text) => T::text(text),
            Text::Each(texts) => T::object(texts.iter().map(|(tag, text)| (tag.as_str(), T::text(text))).collect()),
        }
    }
}

impl schemars::JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text: one string for all languages, or an object with one wording for each of the config's languages.",
            "anyOf": [
                { "type": "string", "minLength": 1 },
                { "type": "object", "additionalProperties": { "type": "string", "minLength": 1 }, "minProperties": 1 }
            ]
        })
    }
}
