//! Where the center stands: in the one dialog, or inline in elements of the page.
//!
//! **Invariant:** there is at most one dialog, and one center in an element.
//! **Invariant:** a center that is gone leaves nothing behind: its views, signals and listeners belong
//! to one owner, which goes with its place.
//! **Invariant:** a dialog is seen before it is modal. A modal one makes the page behind it inert, for which the browser works
//! out the styles of all its elements: that is for the frame after.
//! **Invariant:** a dialog is drawn before it is asked for, while the page rests, and out of the page; it is
//! shown only where everything that it was drawn from still holds.

use crate::bridge::{Bridge, Receipts, member, promise};
use crate::center::{Act, Choice, Clerk, Desk, Standing, Surroundings, center};
use crate::start::set_timeout;
use crate::{js, office};
use js_sys::{JSON, Promise};
use leptos::mount::mount_to;
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::{Map, Tree};
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CssStyleSheet, Element, Event, HtmlDialogElement, HtmlElement, ShadowRoot, ShadowRootInit, ShadowRootMode,
};

/// The style sheet of the center, minified.
const CENTER_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/center.css"));

/// While the dialog is printed, the page behind it is not.
const PRINT_CSS: &str = "@media print{body>:not(placet-ui){display:none!important}}";

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

/// What the widget holds between two calls.
#[derive(Default)]
struct State {
    bridge: Option<Bridge>,
    /// The style sheet of the center, once made.
    sheet: Option<CssStyleSheet>,
    /// What keeps the page behind the dialog from being printed, once made.
    print: Option<CssStyleSheet>,
    /// The notice that was shown last, with its hash.
    notice: Option<(String, Arc<Notice>)>,
    /// Whether the dialog is being opened.
    busy: bool,
    /// Every center that is shown.
    places: Vec<Place>,
    /// The next dialog, and what it was drawn from.
    ready: Option<(String, Place)>,
    /// The number of the last place.
    last: u32,
    /// Whether the part that keeps the receipts will tell of its next delivery.
    watching: bool,
}

impl State {
    fn has_dialog(&self) -> bool {
        self.places.iter().any(|place| place.host.is_none())
    }
}

/// One center.
struct Place {
    number: u32,
    /// The dialog, or the element in the page's own.
    frame: HtmlElement,
    /// What it stands in, where it is inline.
    host: Option<HtmlElement>,
    desk: Desk,
    /// Keeps what is drawn; dropping it takes it away.
    drawn: Option<Box<dyn std::any::Any>>,
    /// Owns the draft, which outlives a change of language.
    owner: Owner,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.drawn = None;
        self.owner.cleanup();
        self.frame.remove();
    }
}

fn with<R>(act: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(act)
}

/// Takes the bridge.
pub(crate) fn begin(bridge: Bridge) {
    with(|state| state.bridge = Some(bridge));
    soon();
}

/// The bridge; none before the start.
pub(crate) fn bridge() -> Option<Bridge> {
    with(|state| state.bridge.clone())
}

/// Opens the dialog, where it is not open yet.
pub(crate) async fn open() -> Result<JsValue, JsValue> {
    let free = with(|state| if state.busy || state.has_dialog() { None } else { state.bridge.clone() });
    let Some(bridge) = free else { return Ok(JsValue::UNDEFINED) };
    with(|state| state.busy = true);
    let shown = dialog(&bridge).await;
    with(|state| state.busy = false);
    shown
}

async fn dialog(bridge: &Bridge) -> Result<JsValue, JsValue> {
    let notice = notice(bridge).await?;
    let root = bridge.stage();
    adopt(&root)?;
    let ready = with(|state| state.ready.take());
    let place = match ready {
        Some((drawn_from, place)) if drawn_from == grounds(bridge) => place,
        _ => drawn(bridge, notice)?,
    };
    let (number, dialog) = (place.number, place.frame.clone().unchecked_into::<HtmlDialogElement>());
    root.append_child(&dialog)?;
    with(|state| state.places.push(place));
    let opener = root.active_element();
    // The dialog is still telling of its end: it is taken away when that is done.
    let closed = Closure::once_into_js(move || drop(promise(gone(number, opener))));
    dialog.add_event_listener_with_callback("close", closed.unchecked_ref())?;
    dialog.set_open(true);
    seen().await?;
    if !dialog.open() {
        return Ok(JsValue::UNDEFINED);
    }
    dialog.set_open(false);
    dialog.show_modal()?;
    bridge.emit("opened", &JsValue::NULL);
    refresh(number).await
}

/// Waits until what was drawn can be seen. A window behind another has no frames: it does not wait for long.
async fn seen() -> Result<JsValue, JsValue> {
    let next = Promise::new(&mut |done, _| {
        set_timeout(&done, 100.0);
        let after = Closure::once_into_js(move || set_timeout(&done, 0.0));
        let _ = window().request_animation_frame(after.unchecked_ref());
    });
    JsFuture::from(next).await
}

/// A dialog that is not in the page.
fn drawn(bridge: &Bridge, notice: Arc<Notice>) -> Result<Place, JsValue> {
    let dialog: HtmlElement = document().create_element("dialog")?.unchecked_into();
    for (name, value) in
        [("class", "center"), ("part", "center"), ("data-placet-layer", "center"), ("aria-labelledby", "placet-center")]
    {
        dialog.set_attribute(name, value)?;
    }
    Ok(make(bridge, notice, dialog, None))
}

/// All that a dialog is drawn from, as text.
fn grounds(bridge: &Bridge) -> String {
    let grounds = [bridge.hash().into(), bridge.choices(), bridge.record(), bridge.gpc(), bridge.is_opt_out().into()];
    JSON::stringify(&js_sys::Array::from_iter(grounds)).map(String::from).unwrap_or_default()
}

/// Draws the next dialog when the page has had time for everything else.
fn soon() {
    let act = Closure::once_into_js(|| drop(promise(prepare())));
    set_timeout(act.unchecked_ref(), 50.0);
}

async fn prepare() -> Result<JsValue, JsValue> {
    // Where a center is shown, another is not likely to be asked for.
    let free = || with(|state| if state.busy || !state.places.is_empty() { None } else { state.bridge.clone() });
    let Some(bridge) = free() else { return Ok(JsValue::UNDEFINED) };
    // What cannot be had now is asked for again, and its failure told, when the center is opened.
    let Ok(notice) = notice(&bridge).await else { return Ok(JsValue::UNDEFINED) };
    if free().is_some() {
        let next = (grounds(&bridge), drawn(&bridge, notice)?);
        // Dropped outside the state, as every place.
        drop(with(|state| state.ready.replace(next)));
    }
    Ok(JsValue::UNDEFINED)
}

async fn gone(number: u32, opener: Option<Element>) -> Result<JsValue, JsValue> {
    remove(|place| place.number == number);
    if let Some(bridge) = bridge() {
        // The browser gives the focus back to what opened the dialog. In another language the question was drawn anew: there the
        // same button of the new one gets it (WCAG 2.4.3).
        if opener.is_some_and(|opener| !opener.is_connected())
            && let Some(choose) = bridge.stage().query_selector(".first [data-placet-action=choose]")?
        {
            choose.unchecked_into::<HtmlElement>().focus()?;
        }
        bridge.emit("closed", &JsValue::NULL);
    }
    soon();
    Ok(JsValue::UNDEFINED)
}

/// Shows the center inside the shadow root of an element of the page.
pub(crate) async fn inline(host: HtmlElement) -> Result<JsValue, JsValue> {
    let Some(bridge) = bridge() else { return Ok(JsValue::UNDEFINED) };
    let shown = put(&bridge, host).await;
    if let Err(error) = &shown {
        bridge.warn("The center failed.", error);
    }
    shown
}

async fn put(bridge: &Bridge, host: HtmlElement) -> Result<JsValue, JsValue> {
    let notice = notice(bridge).await?;
    if !host.is_connected() {
        return Ok(JsValue::UNDEFINED);
    }
    let root = match host.shadow_root() {
        Some(root) => root,
        None => host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?,
    };
    leave(&host);
    let sheets = root.adopted_style_sheets();
    if sheets.length() == 0 {
        for sheet in bridge.stage().adopted_style_sheets().iter() {
            sheets.push(&sheet);
        }
    }
    adopt(&root)?;
    let frame: HtmlElement = document().create_element("div")?.unchecked_into();
    for (name, value) in [("class", "center inline"), ("part", "center"), ("data-placet-layer", "inline")] {
        frame.set_attribute(name, value)?;
    }
    root.append_child(&frame)?;
    let place = make(bridge, notice, frame, Some(host));
    let number = place.number;
    with(|state| state.places.push(place));
    refresh(number).await
}

/// Takes the center out of an element again.
pub(crate) fn leave(host: &HtmlElement) {
    remove(|place| place.host.as_ref() == Some(host));
}

/// The notice in the language that is spoken.
async fn notice(bridge: &Bridge) -> Result<Arc<Notice>, JsValue> {
    let hash = bridge.hash();
    if let Some((_, notice)) = with(|state| state.notice.clone()).filter(|(known, _)| *known == hash) {
        return Ok(notice);
    }
    let notice = bridge.snapshot(&hash).await?;
    with(|state| state.notice = Some((hash, notice.clone())));
    Ok(notice)
}

/// Gives a shadow root the style sheet of the center, once.
fn adopt(root: &ShadowRoot) -> Result<(), JsValue> {
    let sheet = match with(|state| state.sheet.clone()) {
        Some(sheet) => sheet,
        None => {
            let sheet = CssStyleSheet::new()?;
            sheet.replace_sync(CENTER_CSS)?;
            with(|state| state.sheet = Some(sheet.clone()));
            sheet
        }
    };
    let sheets = root.adopted_style_sheets();
    if sheets.index_of(&sheet, 0) < 0 {
        sheets.push(&sheet);
    }
    Ok(())
}

/// Keeps the page behind the open dialog from being printed, by one sheet that is filled and emptied.
///
/// Not when the dialog opens: a changed sheet has the browser work out the styles of the whole page again.
fn print_alone(alone: bool) -> Result<(), JsValue> {
    let sheet = match with(|state| state.print.clone()) {
        Some(sheet) => sheet,
        None => {
            let sheet = CssStyleSheet::new()?;
            with(|state| state.print = Some(sheet.clone()));
            sheet
        }
    };
    sheet.replace_sync(if alone { PRINT_CSS } else { "" })?;
    let sheets = document().adopted_style_sheets();
    if alone && sheets.index_of(&sheet, 0) < 0 {
        sheets.push(&sheet);
    }
    Ok(())
}

fn standing(bridge: &Bridge) -> Standing {
    Standing {
        purposes: js::read::<Map<ChoiceState>>(bridge.choices()),
        preferences: js::read::<Map<Answer>>(member(&bridge.record(), "preferences")),
        gpc: js::read(bridge.gpc()),
        opt_out: bridge.is_opt_out(),
    }
}

fn surroundings(bridge: &Bridge, inline: bool) -> Surroundings {
    let languages = js::Js(bridge.languages()).members().unwrap_or_default();
    Surroundings {
        languages: languages.into_iter().map(|(lang, _)| lang).collect(),
        page: bridge.notice_page(&bridge.hash()),
        inline,
        // Only there the browser offers a key.
        signs: window().is_secure_context(),
    }
}

/// Draws a center in its frame.
fn make(bridge: &Bridge, notice: Arc<Notice>, frame: HtmlElement, host: Option<HtmlElement>) -> Place {
    let owner = Owner::new();
    let number = with(|state| {
        state.last += 1;
        state.last
    });
    let acting = bridge.clone();
    let around = surroundings(bridge, host.is_some());
    let standing = standing(bridge);
    let desk = owner.with(|| {
        let act: Clerk = Arc::new(move |asked: Act| office::perform(&acting, number, asked));
        Desk::new(notice, around, standing, act)
    });
    let drawn = Some(draw(&owner, &frame, &desk));
    Place { number, frame, host, desk, drawn, owner }
}

/// Says in which language the words in an element are, and which way they run (WCAG 3.1.2).
fn mark(element: &Element, lang: &str) {
    let _ = element.set_attribute("lang", lang);
    let _ = element.set_attribute("dir", if js::is_right_to_left(lang) { "rtl" } else { "ltr" });
}

fn draw(owner: &Owner, frame: &HtmlElement, desk: &Desk) -> Box<dyn std::any::Any> {
    mark(frame, &desk.notice.lang);
    let (desk, frame) = (desk.clone(), frame.clone());
    owner.with(|| Box::new(mount_to(frame, move || center(&desk))))
}

fn with_place<R>(number: u32, act: impl FnOnce(&mut Place) -> R) -> Option<R> {
    with(|state| state.places.iter_mut().find(|place| place.number == number).map(act))
}

/// Closes the dialog, where this place is one.
pub(crate) fn close(number: u32) {
    let dialog = with_place(number, |place| place.host.is_none().then(|| place.frame.clone())).flatten();
    if let Some(dialog) = dialog {
        dialog.unchecked_into::<HtmlDialogElement>().close();
    }
}

/// Shows a place in another language: the draft stays, and the focus stays on the choice of language.
pub(crate) async fn speak(bridge: &Bridge, number: u32, lang: &str) -> Result<JsValue, JsValue> {
    let hash = member(&bridge.languages(), lang).as_string().ok_or(JsValue::NULL)?;
    let snapshot = bridge.snapshot(&hash).await?;
    bridge.speak(lang);
    // The question speaks it too.
    mark(&bridge.stage().host(), lang);
    with(|state| state.notice = Some((hash, snapshot.clone())));
    let page = surroundings(bridge, false).page;
    // What was drawn goes before the new is drawn, and neither while the state is held: both run code of the center.
    let old = with_place(number, |place| place.drawn.take());
    drop(old);
    let Some((owner, frame, desk)) = with_place(number, |place| {
        place.desk.notice = snapshot;
        place.desk.around = Arc::new(Surroundings { page, ..(*place.desk.around).clone() });
        (place.owner.clone(), place.frame.clone(), place.desk.clone())
    }) else {
        return Ok(JsValue::UNDEFINED);
    };
    let drawn = draw(&owner, &frame, &desk);
    with_place(number, |place| place.drawn = Some(drawn));
    if let Some(select) = frame.query_selector(".language select")? {
        select.unchecked_into::<HtmlElement>().focus()?;
    }
    Ok(JsValue::UNDEFINED)
}

/// Takes places away. They are dropped outside the state: what they own may look into it.
fn remove(which: impl Fn(&Place) -> bool) {
    let gone: Vec<Place> = with(|state| state.places.extract_if(.., |place| which(place)).collect());
    drop(gone);
}

/// Shows what has become of the receipts, and where something was decided, how things stand now.
///
/// A dialog keeps its draft: it belongs to the person who is about to decide.
pub(crate) fn refresh_all(decided: bool) {
    remove(|place| place.host.as_ref().is_some_and(|host| !host.is_connected()));
    let Some(bridge) = bridge() else { return };
    let all = with(|state| {
        state.places.iter().map(|place| (place.number, place.host.is_some(), place.desk.clone())).collect::<Vec<_>>()
    });
    for (number, inline, desk) in all {
        if decided && inline {
            desk.stand(&standing(&bridge));
        }
        drop(promise(refresh(number)));
    }
}

/// Has the part that keeps the receipts tell of its next delivery, once.
pub(crate) fn watch(receipts: &Receipts) {
    if !with(|state| std::mem::replace(&mut state.watching, true)) {
        receipts.watch(&Closure::once_into_js(|| {
            with(|state| state.watching = false);
            refresh_all(false);
        }));
    }
}

/// Reads the receipts of this device again.
async fn refresh(number: u32) -> Result<JsValue, JsValue> {
    let Some(bridge) = bridge() else { return Ok(JsValue::UNDEFINED) };
    let all: Vec<Choice> = office::list(&bridge).await;
    // The place may be gone by now.
    if let Some(desk) = with_place(number, |place| place.desk.clone()) {
        desk.list(all);
    }
    Ok(JsValue::UNDEFINED)
}

/// Readies what is shown for paper: an open dialog alone, and all details of purposes open, as nothing can be clicked.
pub(crate) fn print() {
    let _ = print_alone(with(|state| state.has_dialog()));
    let frames = with(|state| state.places.iter().map(|place| place.frame.clone()).collect::<Vec<_>>());
    for frame in frames {
        while let Ok(Some(details)) = frame.query_selector("details.details:not([open])") {
            let _ = details.set_attribute("open", "");
            // Not later, as the browser would tell it: the page is printed now.
            if let Ok(toggle) = Event::new("toggle") {
                let _ = details.dispatch_event(&toggle);
            }
        }
    }
}
