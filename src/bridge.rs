//! What the loader gives the widget: the facts of this visit, and the ways to decide and to be kept.
//!
//! **Invariant:** the loader decides and stores; the widget shows and asks.

use crate::js;
use js_sys::{Promise, Reflect};
use placet_model::notice::Notice;
use std::pin::Pin;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::ShadowRoot;

#[wasm_bindgen]
extern "C" {
    /// The loader's side.
    #[derive(Clone)]
    pub type Bridge;
    #[wasm_bindgen(method)]
    fn notice(this: &Bridge, hash: &str) -> Promise;
    #[wasm_bindgen(method, js_name = noticePage)]
    pub(crate) fn notice_page(this: &Bridge, hash: &str) -> String;
    #[wasm_bindgen(method)]
    pub(crate) fn languages(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn speak(this: &Bridge, lang: &str);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn hash(this: &Bridge) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn endpoint(this: &Bridge) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn site(this: &Bridge) -> String;
    #[wasm_bindgen(method)]
    pub(crate) fn stage(this: &Bridge) -> ShadowRoot;
    #[wasm_bindgen(method)]
    pub(crate) fn choices(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn record(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn gpc(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn decide(this: &Bridge, choice: &JsValue, method: &str) -> Promise;
    #[wasm_bindgen(method, js_name = isOptOut)]
    pub(crate) fn is_opt_out(this: &Bridge) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn press(this: &Bridge, action: &str, place: &str) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn warn(this: &Bridge, what: &str, error: &JsValue);
    #[wasm_bindgen(method)]
    pub(crate) fn emit(this: &Bridge, name: &str, detail: &JsValue);
    #[wasm_bindgen(method)]
    fn receipts(this: &Bridge) -> Promise;

    /// The part of the loader that keeps this device's receipts.
    pub(crate) type Receipts;
    #[wasm_bindgen(method)]
    pub(crate) fn list(this: &Receipts) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn file(this: &Receipts, id: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn verify(this: &Receipts, id: &str) -> Promise;
    #[wasm_bindgen(method, js_name = self)]
    pub(crate) fn shop(this: &Receipts, what: &str) -> Promise;
    /// Calls once, when the next delivery was tried.
    #[wasm_bindgen(method)]
    pub(crate) fn watch(this: &Receipts, act: &JsValue);
}

impl Bridge {
    /// A notice snapshot; the browser checks its text against its hash (Subresource Integrity).
    pub(crate) async fn snapshot(&self, hash: &str) -> Result<Arc<Notice>, JsValue> {
        let text = JsFuture::from(self.notice(hash)).await?.as_string().unwrap_or_default();
        Ok(Arc::new(js::parse(&text).ok_or("the notice cannot be read")?))
    }

    /// The part that keeps the receipts.
    pub(crate) async fn keeper(&self) -> Result<Receipts, JsValue> {
        Ok(JsFuture::from(self.receipts()).await?.unchecked_into())
    }
}

/// A member of an object; nothing where there is no object.
pub(crate) fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Runs a future as a promise. All go through one boxed type: each type would bring its own executor code.
pub(crate) fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let boxed: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(future);
    future_to_promise(boxed)
}
