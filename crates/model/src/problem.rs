//! A fault found in a config: where, what, and what to do about it.

use crate::tree::{Fault, Faults};
use crate::{data, words};

words! {
    /// How bad a problem is.
    pub enum Severity {
        /// The config cannot be published.
        Error = "error",
        /// It can, but somebody should look.
        Warning = "warning",
    }
}

data! {
    /// A fault found in a config.
    pub struct Problem {
        /// Where: a JSON Pointer (RFC 6901) into the config; empty for the whole.
        path: String,
        /// What kind of fault, a stable word.
        code: String,
        /// How bad it is.
        severity: Severity,
        /// What is wrong, in a sentence.
        message: String,
        /// What to do about it.
        hint: String,
    }
}

/// Collects problems while walking through a config, and knows where it is.
#[derive(Debug, Default)]
pub struct Problems {
    steps: Vec<String>,
    /// What was found, in the order of the walk.
    pub found: Vec<Problem>,
}

impl Problems {
    /// The present place as a JSON Pointer.
    pub fn pointer(&self) -> String {
        self.steps.iter().map(|step| format!("/{step}")).collect()
    }

    /// Runs `walk` one member deeper.
    pub fn within<R>(&mut self, name: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        self.enter_member(name);
        let result = walk(self);
        self.leave();
        result
    }

    /// Runs `walk` for each item of the list under the member `name`.
    pub fn each<V>(&mut self, name: &str, items: &[V], mut walk: impl FnMut(&mut Self, &V)) {
        self.enter_member(name);
        for (index, item) in items.iter().enumerate() {
            self.enter_item(index);
            walk(self, item);
            self.leave();
        }
        self.leave();
    }

    /// Tells an error here. A place that could not be read is not judged further.
    pub fn error(&mut self, code: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.tell(Severity::Error, code, message.into(), hint.into());
    }

    /// Tells a warning here.
    pub fn warn(&mut self, code: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.tell(Severity::Warning, code, message.into(), hint.into());
    }

    fn tell(&mut self, severity: Severity, code: &str, message: String, hint: String) {
        let path = self.pointer();
        if !self.unreadable(&path) {
            self.found.push(Problem { path, code: code.into(), severity, message, hint });
        }
    }

    /// Whether the reading already refused this place or one around it.
    fn unreadable(&self, path: &str) -> bool {
        self.found.iter().any(|problem| {
            matches!(problem.code.as_str(), "wrong-type" | "unknown-value" | "missing-field")
                && path.strip_prefix(problem.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl Faults for Problems {
    const STRICT: bool = true;

    fn enter_member(&mut self, name: &str) {
        self.steps.push(name.replace('~', "~0").replace('/', "~1"));
    }

    fn enter_item(&mut self, index: usize) {
        self.steps.push(index.to_string());
    }

    fn leave(&mut self) {
        self.steps.pop();
    }

    fn fault(&mut self, fault: Fault) {
        let list = |words: &[&str]| words.join(", ");
        match fault {
            Fault::Missing(name) => self.within(name, |here| {
                here.error("missing-field", format!("“{name}” is missing."), format!("Add “{name}” here."));
            }),
            Fault::Unknown(name, known) => self.error(
                "unknown-field",
                format!("No field is called “{name}” here."),
                match nearest(&name, known) {
                    Some(near) => format!("Did you mean “{near}”? Fields here: {}.", list(known)),
                    None => format!("Remove it. Fields here: {}.", list(known)),
                },
            ),
            Fault::WrongKind(expected, found) => self.error(
                "wrong-type",
                format!("Here stands {}, but {} belongs here.", found.phrase(), expected.phrase()),
                format!("Write {}.", expected.phrase()),
            ),
            Fault::UnknownWord(word, known) => self.error(
                "unknown-value",
                format!("“{word}” is not a value of this field."),
                match nearest(&word, known) {
                    Some(near) => format!("Did you mean “{near}”? Values: {}.", list(known)),
                    None => format!("Values: {}.", list(known)),
                },
            ),
            Fault::OutOfRange => {
                self.error(
                    "out-of-range",
                    "This number does not fit.",
                    "Write a whole number in the range that the field allows.",
                );
            }
        }
    }
}

/// The known word that is most like `word`, where one is near enough to be a slip of the pen.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
