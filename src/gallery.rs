//! Every state of the components on one page, for people who work on them.
//!
//! `cargo xtask trunk serve` shows it. It uses the demo shop's committed notices and is in no
//! build that ships.

use crate::center::{Act, Receipt, Standing, Status, center};
use crate::{COVER_CSS, Cover, DARK_CSS, FIRST_LAYER_CSS, FirstLayer, TOKENS_CSS, js};
use leptos::mount::mount_to;
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState, State};
use placet_model::tree::Map;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, HtmlElement, ShadowRootInit, ShadowRootMode};

const NOTICES: [&str; 2] =
    [include_str!("../tests/fixtures/notice.en.json"), include_str!("../tests/fixtures/notice.zh-CN.json")];
const CENTER_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/center.css"));

/// Fills the page with one frame for each component, language and scheme.
///
/// # Errors
/// The browser refused to make an element or a style sheet.
pub fn show() -> Result<(), JsValue> {
    let body = document().body().ok_or("no body")?;
    for notice in NOTICES {
        let notice: Arc<Notice> = Arc::new(js::parse(notice).ok_or("a notice that cannot be read")?);
        for scheme in ["light", "dark"] {
            for (name, opt_out) in [("First layer", false), ("First layer where opting out is the rule", true)] {
                let shown = notice.clone();
                let title = [name, ", ", &notice.lang, ", ", scheme].concat();
                let first = frame(&body, &title, "low", scheme, &notice.lang, FIRST_LAYER_CSS)?;
                mount_to(first, move || view! { <FirstLayer notice=(*shown).clone() opt_out/> }).forget();
            }
            let labels = notice.labels.clone();
            let cover = frame(
                &body,
                &["Cover, ", &notice.lang, ", ", scheme].concat(),
                "low",
                scheme,
                &notice.lang,
                COVER_CSS,
            )?;
            mount_to(cover, move || view! { <Cover labels/> }).forget();
            for (state, standing, receipts) in
                [("before a choice", Standing::default(), Vec::new()), ("after choices", after(), receipts())]
            {
                let title = ["Preference center ", state, ", ", &notice.lang, ", ", scheme].concat();
                let sheet = [FIRST_LAYER_CSS, CENTER_CSS].concat();
                let place = frame(&body, &title, "high", scheme, &notice.lang, &sheet)?;
                let (receipts, _) = signal(receipts);
                let dialog = NodeRef::new();
                let notice = notice.clone();
                let act = Callback::new(|_: Act| {});
                mount_to(place, move || center(notice, &standing, receipts, dialog, act)).forget();
                if let Some(dialog) = dialog.get_untracked() {
                    dialog.show();
                }
            }
        }
    }
    Ok(())
}

/// How things stand after some choices, with the browser's signal on.
fn after() -> Standing {
    Standing {
        purposes: Map(vec![("analytics".into(), ChoiceState::Granted), ("marketing".into(), ChoiceState::Granted)]),
        preferences: Map(vec![("channels".into(), Answer::Many(vec!["email".into(), "wechat".into()]))]),
        gpc: vec!["ads".into()],
        opt_out: true,
    }
}

/// One receipt in each state.
fn receipts() -> Vec<Receipt> {
    [
        (Status::Waiting, State::Withdrawn, false),
        (Status::Refused, State::Changed, true),
        (Status::Acknowledged, State::Given, true),
    ]
    .into_iter()
    .zip(["c", "b", "a"])
    .map(|((status, state, signed), id)| Receipt { id: id.into(), at: 1_795_291_125_240, state, signed, status })
    .collect()
}

/// A titled frame with a shadow root like the shop's, which keeps fixed things inside itself.
fn frame(
    body: &HtmlElement,
    title: &str,
    height: &str,
    scheme: &str,
    lang: &str,
    css: &str,
) -> Result<HtmlElement, JsValue> {
    let make = |tag: &str| document().create_element(tag);
    let heading = make("h2")?;
    heading.set_text_content(Some(title));
    let host = make("placet-ui")?;
    host.set_class_name(height);
    host.set_attribute("data-scheme", scheme)?;
    host.set_attribute("lang", lang)?;
    body.append_child(&heading)?;
    body.append_child(&host)?;
    let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?;
    let dark = if scheme == "dark" { DARK_CSS } else { "" };
    let sheet = CssStyleSheet::new()?;
    sheet.replace_sync(&[TOKENS_CSS, dark, css].concat())?;
    root.adopted_style_sheets().push(&sheet);
    let inside: HtmlElement = make("div")?.unchecked_into();
    root.append_child(&inside)?;
    Ok(inside)
}
