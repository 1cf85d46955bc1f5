//! What stands behind the `?` of a call.
//!
//! **Invariant:** a parameter has a name that the call knows, and stands there once: a filter that is passed over in silence shows
//! more than was asked for.
//! **Invariant:** a number is written in one way, in digits.

use std::fmt;
use std::ops::RangeInclusive;

/// The parameters of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryFault {
    /// The call has no such parameter; the names of those that it has.
    Unknown(Vec<String>),
    /// The parameter of this name comes twice.
    Twice(String),
    /// No whole number in its range.
    Number {
        /// The parameter.
        name: String,
        /// What it may be.
        range: RangeInclusive<i64>,
    },
}

impl fmt::Display for QueryFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryFault::Unknown(known) if known.is_empty() => {
                out.write_str("This call has no such parameter; it has none.")
            }
            QueryFault::Unknown(known) => {
                write!(out, "This call has no such parameter; it has {}.", known.join(", "))
            }
            QueryFault::Twice(name) => write!(out, "The parameter {name} comes twice."),
            QueryFault::Number { name, range } if *range.end() == i64::MAX => {
                write!(out, "{name} is a whole number from {}.", range.start())
            }
            QueryFault::Number { name, range } => {
                write!(out, "{name} is a whole number from {} to {}.", range.start(), range.end())
            }
        }
    }
}

impl Query {
    /// Reads the parameters out of what stands behind the `?`, where the call has those of these names.
    ///
    /// # Errors
    /// [`QueryFault`] for another one, and for one that comes twice.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, QueryFault> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if !known.iter().any(|known| *known == name) {
                return Err(QueryFault::Unknown(known.iter().map(|name| (*name).to_owned()).collect()));
            }
            if found.iter().any(|(before, _)| *before == *name) {
                return Err(QueryFault::Twice(name.into_owned()));
            }
            found.push((name.into_owned(), value.into_owned()));
        }
        Ok(Query(found))
    }

    /// A parameter as it is.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that is a whole number within a range.
    ///
    /// # Errors
    /// [`QueryFault::Number`].
    pub fn number(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, QueryFault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && range.contains(number));
        number.map(Some).ok_or_else(|| QueryFault::Number { name: name.to_owned(), range })
    }
}
