//! The widget: what Placet shows in the browser beyond the question.
//!
//! The first layer is rendered at publish (feature `ssr`) and drawn by the loader; everything
//! else is loaded on intent and mounted beside it (feature `csr`).
//!
//! **Invariant:** a view gets the notice and callbacks, never storage, config or network.
//! **Invariant:** the loader decides; the widget asks it to. Receipts are made, sent and read by `public/parts/receipts.js`.

#![allow(missing_docs, reason = "the component macro makes items without docs; props are documented on their fields")]
#![allow(
    unreachable_pub,
    reason = "the component macro makes public items in private modules; wasm_bindgen exports them"
)]

mod cover;
mod details;
mod first_layer;
mod inline;
#[cfg(feature = "ssr")]
mod notice_page;
#[cfg_attr(not(feature = "csr"), expect(dead_code, reason = "the first layer needs only some of them"))]
mod parts;
mod question;
mod rich;
mod saved;
mod words;

#[cfg(feature = "csr")]
mod bridge;
#[cfg(feature = "csr")]
mod center;
#[cfg(feature = "gallery")]
pub mod gallery;
#[cfg(feature = "csr")]
mod js;
#[cfg(feature = "csr")]
mod office;
#[cfg(feature = "csr")]
mod place;
#[cfg(feature = "csr")]
mod slot;
#[cfg(feature = "csr")]
mod start;
#[cfg(feature = "csr")]
mod tag;

#[cfg(all(test, feature = "csr"))]
#[allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing where it stands")]
mod tests;

#[cfg(feature = "ssr")]
use placet_model::notice::{Notice, NoticePurpose};

pub use cover::Cover;
pub use first_layer::FirstLayer;
pub use inline::{Inline, Settings};
#[cfg(feature = "ssr")]
pub use notice_page::{NoticePage, NoticePageProps};
pub use question::{Age, Guardian, Separately};
pub use saved::Saved;

/// What all sheets share, minified; custom properties are listed in its source.
pub const TOKENS_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/tokens.css"));

/// The colours on a dark page, minified.
pub const DARK_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/dark.css"));

/// The style sheet of the first layer, minified; its parts are listed in its source.
pub const FIRST_LAYER_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/first-layer.css"));

/// What puts the first layer at the top of the window, minified.
pub const TOP_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/top.css"));

/// What makes a box in a corner of the first layer, minified.
pub const BOX_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/box.css"));

/// What puts the first layer into the middle of the window, minified.
pub const CENTERED_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/centered.css"));

/// The style sheet of the logo in the first layer, minified.
pub const LOGO_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/logo.css"));

/// The style sheet of the cover, minified.
pub const COVER_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/cover.css"));

/// The style sheet of what follows a decision, minified.
pub const FOLLOW_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/follow.css"));

/// The style sheet of the elements that a shop puts into its pages, minified.
pub const INLINE_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/inline.css"));

/// The style sheet of the notice's own page, minified; it reads `--accent`, `--link`, `--ground`, `--ink` and `--soft`.
#[cfg(feature = "ssr")]
pub const PAGE_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/page.css"));

/// The first layer of a notice as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn first_layer_html(notice: &Notice, opt_out: bool, logo: Option<String>) -> String {
    html(|| FirstLayer(first_layer::FirstLayerProps { notice: notice.clone(), opt_out, logo }))
}

/// The cover over a held frame as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn cover_html(notice: &Notice) -> String {
    html(|| Cover(cover::CoverProps { labels: notice.labels.clone() }))
}

/// The line that says a decision holds, as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn saved_html(notice: &Notice) -> String {
    html(|| Saved(saved::SavedProps { labels: notice.labels.clone() }))
}

/// The question for one purpose on its own as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn separately_html(notice: &Notice, purpose: &NoticePurpose) -> String {
    html(|| Separately(question::SeparatelyProps { notice: notice.clone(), purpose: purpose.clone() }))
}

/// The question for the age band as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn age_html(notice: &Notice, age: u32) -> String {
    html(|| Age(question::AgeProps { labels: notice.labels.clone(), age }))
}

/// The question for a parent or guardian as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn guardian_html(notice: &Notice) -> String {
    html(|| Guardian(question::GuardianProps { labels: notice.labels.clone() }))
}

/// The way back to the preference center as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn settings_html(notice: &Notice) -> String {
    html(|| Settings(inline::SettingsProps { labels: notice.labels.clone() }))
}

/// The control for one purpose inside a form as HTML, for publishing.
#[cfg(feature = "ssr")]
pub fn inline_html(notice: &Notice, purpose: &NoticePurpose) -> String {
    html(|| Inline(inline::InlineProps { notice: notice.clone(), purpose: purpose.clone() }))
}

/// A whole notice as an HTML document of its own, for publishing.
#[cfg(feature = "ssr")]
pub fn notice_page_html(page: NoticePageProps) -> String {
    ["<!doctype html>", &notice_page::bare(&html(|| NoticePage(page)))].concat()
}

#[cfg(feature = "ssr")]
fn html<V: leptos::prelude::RenderHtml>(view: impl FnOnce() -> V) -> String {
    use leptos::prelude::*;
    // Signals have no place in what is rendered once, but components want an owner.
    let owner = Owner::new();
    owner.with(|| view().to_html())
}
