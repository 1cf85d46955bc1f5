//! Every state of the components on one page, for people who work on them.
//!
//! `cargo xtask trunk serve` shows it. It uses the demo shop's committed notices and is in no
//! build that ships.

use crate::center::{Act, Choice, Clerk, Desk, Said, Standing, Status, Surroundings, Words, center};
use crate::{
    Age, BOX_CSS, CENTERED_CSS, COVER_CSS, Cover, DARK_CSS, FIRST_LAYER_CSS, FOLLOW_CSS, FirstLayer, Guardian,
    INLINE_CSS, Inline, LOGO_CSS, Saved, Separately, Settings, TOKENS_CSS, js,
};
use leptos::mount::mount_to;
use leptos::prelude::*;
use placet_model::config_words::Basis;
use placet_model::notice::{Notice, NoticeService};
use placet_model::receipt::{Answer, ChoiceState, State};
use placet_model::tree::Map;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, Element, HtmlElement, HtmlInputElement, ShadowRootInit, ShadowRootMode};

const NOTICES: [&str; 2] =
    [include_str!("../tests/fixtures/notice.en.json"), include_str!("../tests/fixtures/notice.zh-CN.json")];
/// The interface texts of a language that is written from right to left; the shop's own words stay English.
const ARABIC: &str = include_str!("../crates/model/texts/ar.json");
/// A theme as a config sets one: another accent, ground and shape.
const BRAND_CSS: &str = ":host{--placet-accent:#ffd400;--placet-on-accent:#1c1512;--placet-ground:#2b1d12;--placet-ink:#f5ece6;--placet-radius:4px}";
/// A logo for it.
const LOGO: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='96' height='32'%3E%3Cpath fill='%23ffd400' d='M0 4h24v24H0zM32 4h24v24H32zM64 4h24v24H64z'/%3E%3C/svg%3E";
const CENTER_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/center.css"));

/// Fills the page with one frame for each state, language and scheme, and a list of them at its top.
///
/// # Errors
/// The browser refused to make an element or a style sheet.
pub fn show() -> Result<(), JsValue> {
    let body = document().body().ok_or("no body")?;
    let nav = document().create_element("nav")?;
    body.append_child(&nav)?;
    let mut notices: Vec<Notice> = NOTICES.into_iter().filter_map(js::parse).collect();
    let mirrored = notices.first().cloned().ok_or("a notice that cannot be read")?;
    let labels = js::parse(ARABIC).ok_or("texts that cannot be read")?;
    notices.push(Notice { lang: "ar".into(), labels, ..mirrored });
    for notice in notices {
        for scheme in ["light", "dark"] {
            let page = Page { body: &body, nav: &nav, scheme, lang: &notice.lang };
            published(&page, &notice)?;
            for state in STATES {
                page.center(&notice, state)?;
            }
        }
    }
    Ok(())
}

/// A state of the center.
struct CenterState {
    name: &'static str,
    /// Whether choices were made before.
    chosen: bool,
    /// How many services the notice has more.
    services: usize,
    /// What is searched.
    searched: &'static str,
    /// What is opened, as selectors.
    opened: &'static [&'static str],
    /// Whether it is a part of the page, and no dialog.
    inline: bool,
}

const STATES: [CenterState; 6] = [
    CenterState { name: "before a choice", chosen: false, services: 0, searched: "", opened: &[], inline: false },
    CenterState {
        name: "with open details",
        chosen: false,
        services: 0,
        searched: "",
        opened: &[".details"],
        inline: false,
    },
    CenterState {
        name: "my choices",
        chosen: true,
        services: 0,
        searched: "",
        opened: &[".changed", ".words", ".erase"],
        inline: false,
    },
    CenterState {
        name: "many services",
        chosen: false,
        services: 1000,
        searched: "tag 77",
        opened: &[],
        inline: false,
    },
    CenterState { name: "feedback", chosen: true, services: 0, searched: "", opened: &[".feedback"], inline: false },
    CenterState { name: "in the page", chosen: true, services: 0, searched: "", opened: &[], inline: true },
];

/// Where frames are put.
struct Page<'a> {
    body: &'a HtmlElement,
    nav: &'a Element,
    scheme: &'a str,
    lang: &'a str,
}

/// What is published as a tree: every form of the first layer, the questions in its place, the line, the cover, and what shops put
/// into their pages.
fn published(page: &Page<'_>, notice: &Notice) -> Result<(), JsValue> {
    let labels = &notice.labels;
    for (name, height, css, opt_out) in [
        ("First layer", "low", "", false),
        ("First layer where opting out is the rule", "low", "", true),
        ("First layer as a box", "high", BOX_CSS, false),
        ("First layer in the middle", "high", CENTERED_CSS, false),
    ] {
        let shown = notice.clone();
        page.put(name, height, &[FIRST_LAYER_CSS, css], move || view! { <FirstLayer notice=shown opt_out/> })?;
    }
    let shown = notice.clone();
    let logo = Some(LOGO.to_owned());
    let branded = page.put("First layer of a brand", "low", &[FIRST_LAYER_CSS, LOGO_CSS, BRAND_CSS], move || {
        view! { <FirstLayer notice=shown opt_out=false logo/> }
    });
    branded?;
    let asked = [FIRST_LAYER_CSS, FOLLOW_CSS];
    if let Some(purpose) = notice.purposes.iter().find(|purpose| purpose.separate).cloned() {
        let shown = notice.clone();
        page.put("Separate question", "high", &asked, move || view! { <Separately notice=shown purpose/> })?;
    }
    let shown = labels.clone();
    page.put("Age", "low", &asked, move || view! { <Age labels=shown age=14/> })?;
    let shown = labels.clone();
    page.put("Guardian", "low", &asked, move || view! { <Guardian labels=shown/> })?;
    let shown = labels.clone();
    let line = page.put("Line after a decision", "low", &asked, move || view! { <Saved labels=shown/> })?;
    if let Some(seen) = line.query_selector(".seen")? {
        // As the part that follows a decision fills it.
        seen.set_text_content(Some(&labels.saved));
    }
    let shown = labels.clone();
    page.put("Cover", "low", &[COVER_CSS], move || view! { <Cover labels=shown/> })?;
    for (name, purpose) in [
        (
            "Control in a form",
            notice.purposes.iter().find(|purpose| !purpose.separate && purpose.basis == Basis::Consent),
        ),
        ("Control in a form for a separate purpose", notice.purposes.iter().find(|purpose| purpose.separate)),
    ] {
        let Some(purpose) = purpose.cloned() else { continue };
        let shown = notice.clone();
        page.put(name, "high", &[INLINE_CSS], move || view! { <Inline notice=shown purpose/> })?;
    }
    let shown = labels.clone();
    page.put("Way back to the settings", "low", &[INLINE_CSS], move || view! { <Settings labels=shown/> })?;
    Ok(())
}

impl Page<'_> {
    fn center(&self, notice: &Notice, state: CenterState) -> Result<(), JsValue> {
        let name = ["Center: ", state.name].concat();
        let place = self.frame(&name, "high", &[FIRST_LAYER_CSS, CENTER_CSS].concat())?;
        let (tag, class) = if state.inline { ("div", "center inline") } else { ("dialog", "center") };
        let dialog: HtmlElement = document().create_element(tag)?.unchecked_into();
        for (name, value) in [("class", class), ("aria-labelledby", "placet-center"), ("open", "")] {
            dialog.set_attribute(name, value)?;
        }
        place.append_child(&dialog)?;
        let mut shown = notice.clone();
        if let Some(purpose) = shown.purposes.get_mut(1) {
            let made = |number| NoticeService { name: ["Tag ", &number_text(number)].concat(), cookies: Vec::new() };
            purpose.services.extend((0..state.services).map(made));
        }
        let shown = Arc::new(shown);
        let answer = shown.clone();
        let (chosen, inline) = (state.chosen, state.inline);
        mount_to(dialog.clone(), move || {
            let act: Clerk = Arc::new(move |asked| match asked {
                Act::Words(_, reply) => reply.set(Words::Here(answer.clone())),
                Act::Check(_, reply) => reply.set(Said::Genuine),
                Act::Download(_, reply) | Act::Export(reply) | Act::Erase(reply, _) => reply.set(Said::NotDone),
                Act::Tell(_, _, reply) => reply.set(Said::Thanks),
                _ => {}
            });
            let around = Surroundings {
                languages: vec!["en".into(), "zh-CN".into()],
                page: "#whole".into(),
                inline,
                signs: true,
            };
            let desk = Desk::new(shown.clone(), around, if chosen { after() } else { Standing::default() }, act);
            if chosen {
                desk.list(choices(&shown.lang));
            }
            center(&desk)
        })
        .forget();
        request_animation_frame(move || drop(stir(&dialog, &state)));
        Ok(())
    }

    /// Draws something in a frame of its own; the frame.
    fn put<V: IntoView + 'static>(
        &self,
        name: &str,
        height: &str,
        css: &[&str],
        drawn: impl FnOnce() -> V + 'static,
    ) -> Result<HtmlElement, JsValue> {
        let frame = self.frame(name, height, &css.concat())?;
        mount_to(frame.clone(), drawn).forget();
        Ok(frame)
    }

    /// A titled frame with a shadow root like the shop's, which keeps fixed things inside itself.
    fn frame(&self, name: &str, height: &str, css: &str) -> Result<HtmlElement, JsValue> {
        let make = |tag: &str| document().create_element(tag);
        let title = [name, ", ", self.lang, ", ", self.scheme].concat();
        let heading = make("h2")?;
        heading.set_id(&title);
        heading.set_text_content(Some(&title));
        let link = make("a")?;
        link.set_attribute("href", &["#", &title].concat())?;
        link.set_text_content(Some(&title));
        self.nav.append_child(&link)?;
        let host = make("placet-ui")?;
        host.set_class_name(height);
        host.set_attribute("data-scheme", self.scheme)?;
        host.set_attribute("lang", self.lang)?;
        host.set_attribute("dir", if js::is_right_to_left(self.lang) { "rtl" } else { "ltr" })?;
        self.body.append_child(&heading)?;
        self.body.append_child(&host)?;
        let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?;
        let dark = if self.scheme == "dark" { DARK_CSS } else { "" };
        let sheet = CssStyleSheet::new()?;
        sheet.replace_sync(&[TOKENS_CSS, dark, css].concat())?;
        root.adopted_style_sheets().push(&sheet);
        let inside: HtmlElement = make("div")?.unchecked_into();
        root.append_child(&inside)?;
        Ok(inside)
    }
}

/// Opens and searches what the state wants.
fn stir(dialog: &HtmlElement, state: &CenterState) -> Result<(), JsValue> {
    for selector in state.opened {
        if let Some(details) = dialog.query_selector(selector)? {
            details.set_attribute("open", "")?;
            let (details, body) = (details.unchecked_into::<HtmlElement>(), dialog.query_selector(".body")?);
            // Within the dialog alone: the frame around it must stay.
            let scroll = move || body.iter().for_each(|body| body.set_scroll_top(details.offset_top() - 200));
            request_animation_frame(scroll);
        }
    }
    if !state.searched.is_empty()
        && let Some(field) = dialog.query_selector("[type=search]")?
    {
        field.unchecked_ref::<HtmlInputElement>().set_value(state.searched);
        field.dispatch_event(&web_sys::Event::new("input")?)?;
    }
    Ok(())
}

fn number_text(number: usize) -> String {
    js::number("en", number)
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

/// One choice in each state.
fn choices(lang: &str) -> Vec<Choice> {
    let map = |analytics, ads| {
        Map(vec![
            ("necessary".into(), ChoiceState::Always),
            ("analytics".into(), analytics),
            ("marketing".into(), analytics),
            ("ads".into(), ads),
        ])
    };
    let (granted, denied) = (ChoiceState::Granted, ChoiceState::Denied);
    [
        (Status::Waiting, State::Withdrawn, map(denied, denied), vec![]),
        (Status::Refused, State::Changed, map(granted, denied), vec!["email", "sms"]),
        (Status::Acknowledged, State::Given, map(granted, granted), vec!["email"]),
    ]
    .into_iter()
    .zip(["c", "b", "a"])
    .map(|((status, state, choices, picked), id)| Choice {
        id: id.into(),
        at: 1_795_291_125_240,
        state,
        method: "banner.accept_all".into(),
        lang: lang.to_owned(),
        version: "2026-11-01".into(),
        hash: "sha256:a".into(),
        regime: "cn-pipl".into(),
        choices,
        preferences: Map(vec![("channels".into(), Answer::Many(picked.into_iter().map(str::to_owned).collect()))]),
        page: "#whole".into(),
        status,
        ..Choice::default()
    })
    .collect()
}
