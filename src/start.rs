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
    let print = Closure::<dyn Fn()>::new(place::unfold_all).into_js_value();
    let _ = window().add_event_listener_with_callback("beforeprint", print.unchecked_ref());
}

/// Opens the preference center; resolves when it is shown.
#[wasm_bindgen]
pub fn open() -> Promise {
    promise(place::open())
}

/// Shows the preference center in the shadow root of `host`, without a dialog; resolves when it is shown.
///
/// It stays until [`leave`] is called for the same host. A host that has left the page in the meantime gets none.
#[wasm_bindgen]
pub fn inline(host: HtmlElement) -> Promise {
    promise(place::inline(host))
}

/// Takes the center out of `host` again; where there is none, nothing happens.
#[wasm_bindgen]
pub fn leave(host: &HtmlElement) {
    place::leave(host);
}
