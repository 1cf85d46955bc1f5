//! How many receipts there were, for people who want to know how the notice is answered and not by whom.
//!
//! **Invariant:** no number below ten is told, nor one from which such a number follows (see [`crate::counts`]); and a day is told
//! when it is over, so that nobody sees a number grow by one.

use super::audit::told as answer;
use super::query::Query;
use crate::calendar::{DAY, written_day};
use crate::counts::{METHODS, OTHER, told};
use crate::problem::Problem;
use crate::state::App;
use crate::store::counts::{Counts, What};
use axum::extract::State;
use axum::response::Response;
use placet_model::admin::{DayCounts, PurposeCounts, Statistics, WordCount};
use placet_model::receipt;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many days are told, where the call does not say which.
const DAYS: i64 = 30;
/// How many days are told at most.
const MOST_DAYS: i64 = 366;

/// `GET /v1/statistics?since=DAY&until=DAY`.
///
/// # Errors
/// [`Problem::Malformed`], [`Problem::StoreFailed`].
pub async fn list(State(app): State<Arc<App>>, query: Query) -> Result<Response, Problem> {
    let now = (app.clock)();
    let today = now.saturating_sub(now.rem_euclid(DAY));
    let asked = query.day("until")?.unwrap_or(today);
    let since = query.day("since")?.unwrap_or(asked.min(today) - DAYS * DAY);
    if since >= asked || asked - since > MOST_DAYS * DAY {
        return Err(Problem::Malformed(format!("until is a later day than since, by {MOST_DAYS} days at most.")));
    }
    let until = asked.min(today).max(since);
    let counts = app.store.counts(since, until).await?;
    let purposes = app.store.purposes();
    let days = (0..(until - since) / DAY).map(|day| counts_of(since + day * DAY, &purposes, &counts)).collect();
    Ok(answer(&Statistics { since: written_day(since), until: written_day(until), days }))
}

/// What may be told of a day. Every purpose and word is told of, also where there was none: what is not told says nothing.
fn counts_of(day: i64, purposes: &BTreeSet<String>, counts: &Counts) -> DayCounts {
    let count = |what, name: &str| counts.get(&(day, what, name.to_owned())).copied().unwrap_or(0);
    let purpose = |name: &String| {
        let [granted, denied] = told([count(What::Granted, name), count(What::Denied, name)]);
        PurposeCounts { purpose: name.clone(), granted, denied }
    };
    let mut methods = [OTHER; METHODS.len() + 1];
    methods[..METHODS.len()].copy_from_slice(&METHODS);
    let mut states = [""; receipt::State::ALL.len()];
    states.copy_from_slice(receipt::State::WORDS);
    DayCounts {
        day: written_day(day),
        purposes: purposes.iter().map(purpose).collect(),
        methods: words(methods, |word| count(What::Method, word)),
        states: words(states, |word| count(What::State, word)),
    }
}

fn words<const N: usize>(words: [&str; N], count: impl Fn(&str) -> u64) -> Vec<WordCount> {
    let told = told(words.map(count));
    words.into_iter().zip(told).map(|(word, receipts)| WordCount { word: word.to_owned(), receipts }).collect()
}
