//! What the loader and its parts call: start, open the center, show it inline.

use crate::bridge::{Bridge, promise};
use crate::place;
use js_sys::{Function, Promise};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    pub(crate) fn set_timeout(act: &Function, milliseconds: f64) -> JsValue;
}

/// Takes the loader's bridge; called once, before anything else.
#[wasm_bindgen]
pub fn start(bridge: Bridge) {
    place::begin(bridge);
    // What was decided shows in every center that is open, wherever it was done. Both listeners stay as long as the page.
    let decided = Closure::<dyn Fn()>::new(|| place::refresh_all(true)).into_js_value();
    let _ = document().add_event_listener_with_callback("placet:applied", decided.unchecked_ref());
    let print = Closure::<dyn Fn()>::new(place::print).into_js_value();
    let _ = window().add_event_listener_with_callback("beforeprint", print.unchecked_ref());
}

/// Opens the preference center; resolves when it is shown.
#[wasm_bindgen]
pub fn open() -> Promise {
    promise(place::open())
}

/// Shows the preference center in the shadow root of `host`, without a dialog, as soon as the notice is there.
///
/// What is returned takes it away again, once; a host that has left the page by then gets no center.
#[wasm_bindgen]
pub fn inline(host: HtmlElement) -> Function {
    let leaving = host.clone();
    drop(promise(place::inline(host)));
    Closure::once_into_js(move || place::leave(&leaving)).unchecked_into()
}
