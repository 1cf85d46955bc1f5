//! What the loader calls: start, and open the center.

use crate::center::{Act, Receipt, Standing, center};
use crate::js;
use js_sys::{Function, Promise, Reflect};
use leptos::mount::mount_to;
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::{Map, Tree};
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{HtmlElement, ShadowRoot};

/// The style sheet of the center, minified.
const CENTER_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/center.css"));

#[wasm_bindgen]
extern "C" {
    /// What the loader gives the widget: the facts of this visit, and the one way to decide.
    #[derive(Clone)]
    pub type Bridge;
    #[wasm_bindgen(method)]
    fn notice(this: &Bridge, hash: &str) -> Promise;
    #[wasm_bindgen(method, getter)]
    fn hash(this: &Bridge) -> String;
    #[wasm_bindgen(method)]
    fn receipts(this: &Bridge) -> Promise;
    #[wasm_bindgen(method)]
    fn stage(this: &Bridge) -> ShadowRoot;
    #[wasm_bindgen(method)]
    fn choices(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    fn record(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    fn gpc(this: &Bridge) -> JsValue;
    #[wasm_bindgen(method)]
    fn commit(this: &Bridge, choice: &JsValue, method: &str) -> JsValue;
    #[wasm_bindgen(method, js_name = isOptOut)]
    fn is_opt_out(this: &Bridge) -> bool;
    #[wasm_bindgen(method, js_name = optOut)]
    fn opt_out(this: &Bridge, method: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn warn(this: &Bridge, what: &str);
    #[wasm_bindgen(method)]
    fn emit(this: &Bridge, name: &str, detail: &JsValue);

    /// What `public/parts/receipts.js` offers.
    type Receipts;
    #[wasm_bindgen(method)]
    fn list(this: &Receipts) -> Promise;
    #[wasm_bindgen(method)]
    fn file(this: &Receipts, id: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn watch(this: &Receipts, act: &Function);

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(act: &Function, milliseconds: f64) -> JsValue;
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

/// What the widget holds between two calls.
#[derive(Default)]
struct State {
    bridge: Option<Bridge>,
    notice: Option<Arc<Notice>>,
    container: Option<HtmlElement>,
    /// Whether the center is open or being opened.
    busy: bool,
    /// Keeps the open center mounted; dropping it takes everything away.
    center: Option<Box<dyn std::any::Any>>,
    receipts: Option<WriteSignal<Vec<Receipt>>>,
}

fn with<R>(act: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(act)
}

/// Takes the loader's bridge; called once, before anything else.
#[wasm_bindgen]
pub fn start(bridge: Bridge) {
    with(|state| state.bridge = Some(bridge));
}

/// Opens the preference center; resolves when it is shown.
#[wasm_bindgen]
pub fn open() -> Promise {
    promise(show())
}

/// Runs a future as a promise. All go through one boxed type: each type would bring its own executor code.
pub(crate) fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let boxed: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(future);
    future_to_promise(boxed)
}

/// The exact text of a notice snapshot, checked by the browser against its hash (Subresource Integrity).
pub(crate) async fn notice_text(bridge: &Bridge, hash: &str) -> Result<String, JsValue> {
    JsFuture::from(bridge.notice(hash)).await?.as_string().ok_or(JsValue::NULL)
}

async fn show() -> Result<JsValue, JsValue> {
    let Some(bridge) = with(|state| if std::mem::replace(&mut state.busy, true) { None } else { state.bridge.clone() })
    else {
        return Ok(JsValue::UNDEFINED);
    };
    let shown = mount(&bridge).await;
    if shown.is_err() {
        with(|state| state.busy = false);
    }
    shown
}

async fn mount(bridge: &Bridge) -> Result<JsValue, JsValue> {
    let notice = match with(|state| state.notice.clone()) {
        Some(notice) => notice,
        None => {
            let text = notice_text(bridge, &bridge.hash()).await?;
            let notice: Arc<Notice> = Arc::new(js::parse(&text).ok_or("the notice cannot be read")?);
            with(|state| state.notice = Some(notice.clone()));
            notice
        }
    };
    let container = container(bridge)?;
    let standing = Standing {
        purposes: js::read::<Map<ChoiceState>>(bridge.choices()),
        preferences: js::read::<Map<Answer>>(member(&bridge.record(), "preferences")),
        gpc: js::read(bridge.gpc()),
        opt_out: bridge.is_opt_out(),
    };
    let (receipts, set_receipts) = signal(Vec::new());
    with(|state| state.receipts = Some(set_receipts));
    let acting = bridge.clone();
    let act = Callback::new(move |asked| perform(&acting, asked));
    let dialog = NodeRef::new();
    let handle = mount_to(container, move || center(notice, &standing, receipts, dialog, act));
    if let Some(dialog) = dialog.get_untracked() {
        dialog.show_modal()?;
    }
    with(|state| state.center = Some(Box::new(handle)));
    bridge.emit("opened", &JsValue::NULL);
    // The center stands without its list, too.
    drop(promise(refresh(bridge.clone())));
    Ok(JsValue::UNDEFINED)
}

/// A member of an object; nothing where there is no object.
fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A plain element inside the shadow root: Leptos cannot insert later into the root itself.
fn container(bridge: &Bridge) -> Result<HtmlElement, JsValue> {
    if let Some(container) = with(|state| state.container.clone()) {
        return Ok(container);
    }
    let root = bridge.stage();
    let sheet = web_sys::CssStyleSheet::new()?;
    sheet.replace_sync(CENTER_CSS)?;
    root.adopted_style_sheets().push(&sheet);
    let container: HtmlElement = document().create_element("div")?.unchecked_into();
    root.append_child(&container)?;
    with(|state| state.container = Some(container.clone()));
    Ok(container)
}

fn perform(bridge: &Bridge, asked: Act) {
    let choice = |kind: &str| js::Js::object(vec![("kind", js::Js::text(kind))]).0;
    match asked {
        Act::Accept => drop(bridge.commit(&choice("accept"), "preferences.accept_all")),
        Act::Reject => drop(bridge.commit(&choice("reject"), "preferences.reject_all")),
        Act::OptOut => drop(bridge.opt_out("preferences.opt_out")),
        Act::Withdraw => drop(bridge.commit(&choice("reject"), "preferences.withdraw")),
        Act::Save(purposes, preferences) => {
            let choice = js::Js::object(vec![
                ("kind", js::Js::text("save")),
                ("purposes", js::Js(js::write(&purposes))),
                ("preferences", js::Js(js::write(&preferences))),
            ]);
            bridge.commit(&choice.0, "preferences.save");
        }
        Act::Download(id) => {
            let bridge = bridge.clone();
            drop(promise(async move {
                let file = JsFuture::from(receipts(&bridge).await?.file(&id)).await?;
                match file.as_string() {
                    Some(text) => save(&["placet-receipt-", &id, ".json"].concat(), &text)?,
                    None => bridge.warn("The receipt cannot be saved: the notice that it names could not be loaded."),
                }
                Ok(JsValue::UNDEFINED)
            }))
        }
        Act::Closed => {
            let bridge = bridge.clone();
            // The dialog is still telling of its end: it is taken away when that is done.
            drop(promise(async move {
                let center = with(|state| {
                    state.busy = false;
                    state.receipts = None;
                    state.center.take()
                });
                drop(center);
                bridge.emit("closed", &JsValue::NULL);
                Ok(JsValue::UNDEFINED)
            }));
        }
    }
}

/// The part that makes and reads receipts, fetched by the loader.
async fn receipts(bridge: &Bridge) -> Result<Receipts, JsValue> {
    Ok(JsFuture::from(bridge.receipts()).await?.unchecked_into())
}

/// Reads the receipts of this device where the center shows them, now and whenever a delivery was tried.
async fn refresh(bridge: Bridge) -> Result<JsValue, JsValue> {
    let part = receipts(&bridge).await?;
    if with(|state| state.receipts.is_some()) {
        // First, so that no delivery is missed while the list is read.
        let again = Closure::once_into_js(move || drop(promise(refresh(bridge))));
        part.watch(again.unchecked_ref());
        let all = js::read(JsFuture::from(part.list()).await?);
        if let Some(receipts) = with(|state| state.receipts) {
            receipts.set(all);
        }
    }
    Ok(JsValue::UNDEFINED)
}

/// Has the browser save a text as a file.
fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = js::Js::list(vec![js::Js::text(text)]);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts.0, &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken the address by then; a revoked one would save nothing in WebKit.
    let gone = Closure::once_into_js(move || drop(web_sys::Url::revoke_object_url(&url)));
    set_timeout(gone.unchecked_ref(), 60_000.0);
    Ok(())
}
