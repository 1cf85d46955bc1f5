//! What the loader and its parts call: start, open the center, show it inline, deliver the outbox.

use crate::bridge::{Bridge, promise};
use crate::place;
use crate::receipts;
use js_sys::{Function, Promise};
use leptos::prelude::document;
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
    // What was decided or acknowledged shows in every center that is open, wherever it was done.
    for (event, decided) in [("placet:applied", true), ("placet:acknowledged", false)] {
        let act = Closure::<dyn Fn()>::new(move || place::refresh_all(decided)).into_js_value();
        let _ = document().add_event_listener_with_callback(event, act.unchecked_ref());
    }
    let act = Closure::<dyn Fn()>::new(place::unfold_all).into_js_value();
    let _ = leptos::prelude::window().add_event_listener_with_callback("beforeprint", act.unchecked_ref());
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

/// Signs and sends what waits in the outbox; `anyway` before its time, too. Resolves when it was tried.
#[wasm_bindgen]
pub fn deliver(anyway: bool) -> Promise {
    promise(async move {
        match place::bridge() {
            Some(bridge) => {
                let result = receipts::deliver(bridge, anyway).await;
                place::refresh_all(false);
                result
            }
            None => Ok(JsValue::UNDEFINED),
        }
    })
}

/// Delivers again after a while.
pub(crate) fn again_in(milliseconds: f64) {
    let act = Closure::once_into_js(|| drop(deliver(false)));
    set_timeout(act.unchecked_ref(), milliseconds);
}
