//! Durations and countries in words of a language: what `Intl` says in the browser.

#[cfg(feature = "csr")]
pub(crate) use crate::js::{country, duration};
