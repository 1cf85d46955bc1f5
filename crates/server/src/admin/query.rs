//! What stands behind the `?` of an admin call.
//!
//! The gate reads it by the names that the table tells of the route, and a handler gets it from there: what OpenAPI tells and
//! what is read cannot differ.
//!
//! **Invariant:** a parameter has a type, and what does not fit it is refused before any of it comes near the database
//! (CVE-2026-82186: SQL in a pagination parameter). Unknown and repeated parameters are refused too: a filter that is
//! passed over in silence shows more than was asked for.

use crate::calendar::read_day;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use placet_model::query::{self, QueryFault};
use std::ops::RangeInclusive;

/// The parameters of a call.
#[derive(Debug, Clone, Default)]
pub struct Query(query::Query);

impl Query {
    /// Reads the parameters of an address; `known` are those that the call has, each with what it means.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for others, and for one that comes twice.
    pub fn of(uri: &Uri, known: &[(&str, &str)]) -> Result<Self, Problem> {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        query::Query::parse(uri.query().unwrap_or_default(), &names).map(Query).map_err(malformed)
    }

    /// A parameter as it is.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    /// A parameter that is a whole number within `range`.
    ///
    /// # Errors
    /// [`Problem::Malformed`].
    pub fn number(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Problem> {
        self.0.number(name, range).map_err(malformed)
    }

    /// A parameter that is a day (UTC), `2026-03-01`: its beginning in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Problem::Malformed`].
    pub fn day(&self, name: &str) -> Result<Option<i64>, Problem> {
        let read = |text| read_day(text).map_err(|help| Problem::Malformed(format!("{name} is no day: {help}.")));
        self.text(name).map(read).transpose()
    }
}

fn malformed(fault: QueryFault) -> Problem {
    Problem::Malformed(fault.to_string())
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    /// What the gate has read.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<Query>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const KNOWN: &[(&str, &str)] = &[("after", "A number."), ("since", "A day.")];

    #[test]
    fn parameters_have_types() {
        for (query, after, since) in [
            ("", Some(None), Some(None)),
            ("after=41", Some(Some(41)), Some(None)),
            ("after=0&since=1970-01-02", Some(Some(0)), Some(Some(86_400_000))),
            ("after=-1", None, Some(None)),
            ("after=%2B1", None, Some(None)),
            ("after=", None, Some(None)),
            ("after=1.5", None, Some(None)),
            ("after=1%20OR%201=1", None, Some(None)),
            ("after=1;DROP%20TABLE%20audit", None, Some(None)),
            ("after=99999999999999999999", None, Some(None)),
            ("after=%EF%BC%91", None, Some(None)),
            ("since=yesterday", Some(None), None),
            ("since=2026-02-30", Some(None), None),
        ] {
            let uri: Uri = format!("/v1/audit?{query}").parse().unwrap();
            let found = Query::of(&uri, KNOWN).unwrap();
            assert_eq!(found.number("after", 0..=i64::MAX).ok(), after, "{query}");
            assert_eq!(found.day("since").ok(), since, "{query}");
        }
        for query in ["before=1", "after=1&after=2", "After=1", "__proto__=1", "after=1&%00=2"] {
            let uri: Uri = format!("/v1/audit?{query}").parse().unwrap();
            assert!(Query::of(&uri, KNOWN).is_err(), "{query}");
        }
    }
}
