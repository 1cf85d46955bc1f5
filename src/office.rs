//! Does what the center asks for: through the loader, the part that keeps the receipts, and the server.
//!
//! **Invariant:** every question is answered, be it with “that did not work”: nothing fails unseen.

use crate::bridge::{Bridge, member, promise};
use crate::center::{Act, Choice, Reply, Said, Words};
use crate::js::{self, Js};
use crate::place;
use crate::slot::Slot;
use crate::start::set_timeout;
use js_sys::Promise;
use leptos::prelude::*;
use placet_model::tree::Tree;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(url: &str, options: &JsValue) -> Promise;
}

/// Does what the center in this place asks for.
pub(crate) fn perform(bridge: &Bridge, place: u32, asked: Act) {
    // Decided while the dialog stands, so that the loader sees what the choice was made of; what is asked next, of the age or
    // one by one, comes when the dialog is gone.
    let press = |action: &str| {
        drop(bridge.press(action, "preferences"));
        place::close(place);
    };
    match asked {
        Act::Accept => press("accept"),
        Act::Reject => press("reject"),
        Act::Withdraw => press("withdraw"),
        Act::OptOut => press("opt-out"),
        Act::Save(purposes, preferences) => {
            let choice = vec![
                ("kind", Js::text("save")),
                ("purposes", Js(js::write(&purposes))),
                ("preferences", Js(js::write(&preferences))),
            ];
            drop(bridge.decide(&Js::object(choice).0, "preferences.save"));
            place::close(place);
        }
        Act::Close => place::close(place),
        asked => {
            let bridge = bridge.clone();
            drop(promise(async move {
                answer(&bridge, place, asked).await;
                Ok(JsValue::UNDEFINED)
            }));
        }
    }
}

/// Does what takes a while, and says how it went.
async fn answer(bridge: &Bridge, place: u32, asked: Act) {
    match asked {
        Act::Download(id, reply) => {
            let name = ["placet-receipt-", &id, ".json"].concat();
            tell(bridge, &reply, download(bridge, &id, &name).await);
        }
        Act::Check(id, reply) => tell(bridge, &reply, check(bridge, &id).await),
        Act::Words(hash, reply) => reply.set(match bridge.snapshot(&hash).await {
            Ok(notice) => Words::Here(notice),
            Err(_) => Words::Lost,
        }),
        Act::Export(reply) => tell(bridge, &reply, export(bridge).await),
        Act::Erase(reply, proof) => tell(bridge, &reply, erase(bridge, &proof).await),
        Act::Keep(proof) => {
            if let Err(error) = save(&["placet-erasure-", &bridge.site(), ".json"].concat(), &proof) {
                bridge.warn("What the center asked for failed.", &error);
            }
        }
        Act::Tell(purpose, text, reply) => tell(bridge, &reply, send(bridge, purpose, &text).await),
        Act::Speak(lang) => {
            if let Err(error) = place::speak(bridge, place, &lang).await {
                bridge.warn("The language failed.", &error);
            }
        }
        Act::Accept | Act::Reject | Act::Save(..) | Act::OptOut | Act::Withdraw | Act::Close => {}
    }
}

fn tell(bridge: &Bridge, reply: &Reply, answer: Result<Said, JsValue>) {
    reply.set(answer.unwrap_or_else(|error| {
        bridge.warn("What the center asked for failed.", &error);
        Said::NotDone
    }));
}

/// The receipts of this device, the newest first.
pub(crate) async fn list(bridge: &Bridge) -> Vec<Choice> {
    let read = async {
        let keeper = bridge.keeper().await?;
        place::watch(&keeper);
        JsFuture::from(keeper.list()).await
    };
    match read.await {
        Ok(list) => {
            let mut choices: Vec<Choice> = js::read(list);
            for choice in &mut choices {
                choice.page = bridge.notice_page(&choice.hash);
            }
            choices
        }
        Err(error) => {
            bridge.warn("The receipts cannot be listed.", &error);
            Vec::new()
        }
    }
}

async fn download(bridge: &Bridge, id: &str, name: &str) -> Result<Said, JsValue> {
    let text = JsFuture::from(bridge.keeper().await?.file(id)).await?;
    save(name, &text.as_string().ok_or(JsValue::NULL)?)
}

async fn check(bridge: &Bridge, id: &str) -> Result<Said, JsValue> {
    let found = JsFuture::from(bridge.keeper().await?.verify(id)).await?.as_string();
    Ok(match found.as_deref() {
        Some("genuine") => Said::Genuine,
        Some("unsigned") => Said::Unsigned,
        Some("not-genuine") => Said::NotGenuine,
        _ => Said::NotDone,
    })
}

async fn export(bridge: &Bridge) -> Result<Said, JsValue> {
    let kept = JsFuture::from(bridge.keeper().await?.shop("export")).await?;
    if !kept.is_object() {
        return Ok(Said::NotDone);
    }
    let text: String = js_sys::JSON::stringify(&kept)?.into();
    save(&["placet-", &bridge.site(), ".json"].concat(), &text)
}

async fn erase(bridge: &Bridge, proof: &Slot<String>) -> Result<Said, JsValue> {
    let done = JsFuture::from(bridge.keeper().await?.shop("erase")).await?;
    if !done.is_object() {
        return Ok(Said::NotDone);
    }
    proof.set(js_sys::JSON::stringify(&done)?.into());
    Ok(Said::Erased)
}

/// Sends what is unclear to the shop; nothing of the visitor goes with it.
async fn send(bridge: &Bridge, purpose: Option<String>, text: &str) -> Result<Said, JsValue> {
    let notice = bridge.snapshot(&bridge.hash()).await?;
    let body = Js::object(vec![
        ("site", Js::text(&bridge.site())),
        ("version", Js::text(&notice.version)),
        ("lang", Js::text(&notice.lang)),
        ("purpose", purpose.map_or_else(Js::null, |purpose| Js::text(&purpose))),
        ("text", Js::text(text)),
    ]);
    let body: String = js_sys::JSON::stringify(&body.0)?.into();
    let options = Js::object(vec![
        ("method", Js::text("POST")),
        ("headers", Js::object(vec![("content-type", Js::text("application/json"))])),
        ("body", Js::text(&body)),
        ("credentials", Js::text("omit")),
    ]);
    let url = web_sys::Url::new_with_base("feedback", &bridge.endpoint())?.href();
    let response = JsFuture::from(fetch(&url, &options.0)).await?;
    Ok(if member(&response, "ok").is_truthy() { Said::Thanks } else { Said::NotDone })
}

/// Has the browser save a text as a file.
fn save(name: &str, text: &str) -> Result<Said, JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = Js::list(vec![Js::text(text)]);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts.0, &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken the address by then; a revoked one would save nothing in WebKit.
    let gone = Closure::once_into_js(move || drop(web_sys::Url::revoke_object_url(&url)));
    set_timeout(gone.unchecked_ref(), 60_000.0);
    Ok(Said::Nothing)
}
