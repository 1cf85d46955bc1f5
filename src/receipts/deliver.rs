//! Sends what waits, and keeps what the endpoint answers.

use super::database::{Database, RECEIPTS};
use super::outbox;
use super::sign::sign_all;
use crate::js::{self, Js};
use crate::bridge::{Bridge, promise};
use js_sys::{Math, Promise, Reflect};
use placet_model::receipt::{MAX_BATCH, MAX_BODY, RecordAnswer, RecordRequest, RecordResult};
use placet_model::record::{Outgoing, Stored};
use placet_model::tree::Tree;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The longest time between two tries, in milliseconds: an hour.
const LONGEST_WAIT: u32 = 3_600_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(url: &str, options: &JsValue) -> Promise;
    /// `navigator.locks`
    type Locks;
    #[wasm_bindgen(method)]
    fn request(this: &Locks, name: &str, act: &JsValue) -> Promise;

    #[wasm_bindgen(js_namespace = console)]
    fn warn(message: &str, detail: &str);
}

/// Signs and sends what waits, one tab at a time (Web Locks).
pub(crate) async fn deliver(bridge: Bridge, anyway: bool) -> Result<JsValue, JsValue> {
    let locks = web_sys::window()
        .and_then(|window| Reflect::get(&window.navigator(), &"locks".into()).ok())
        .filter(JsValue::is_object);
    let Some(locks) = locks else { return under_lock(bridge, anyway).await };
    let work = Closure::once_into_js(move |_: JsValue| -> Promise { promise(under_lock(bridge, anyway)) });
    JsFuture::from(locks.unchecked_into::<Locks>().request("placet", &work)).await
}

async fn under_lock(bridge: Bridge, anyway: bool) -> Result<JsValue, JsValue> {
    sign_all(&bridge).await?;
    let now = js_sys::Date::now() as i64;
    // A time that lies further ahead than any wait was noted by a clock that was wrong.
    let is_due = |after: i64| anyway || after <= now || after > now + 2 * i64::from(LONGEST_WAIT);
    let mut waiting: Vec<Outgoing> =
        outbox::items(&bridge).into_iter().filter(|item| item.jws.is_some() && is_due(item.after)).collect();
    while !waiting.is_empty() {
        let batch: Vec<Outgoing> = waiting.drain(..fitting(&waiting)).collect();
        let asked = match send(&bridge, &batch).await {
            Ok(answer) if answer.results.len() == batch.len() => {
                for (item, result) in batch.into_iter().zip(answer.results) {
                    settle(&bridge, item, result).await;
                }
                continue;
            }
            Ok(_) => 0,
            Err(asked) => asked,
        };
        // An endpoint that cannot take these will not take the next ones either.
        batch.into_iter().chain(waiting).for_each(|item| later(&bridge, item, asked));
        break;
    }
    Ok(JsValue::UNDEFINED)
}

/// How many of the waiting receipts fit into one call; at least one.
fn fitting(waiting: &[Outgoing]) -> usize {
    let mut bytes = r#"{"receipts":[]}"#.len();
    let fits = |item: &&Outgoing| {
        bytes += item.jws.as_ref().map_or(0, String::len) + 3;
        bytes <= MAX_BODY
    };
    waiting.iter().take(MAX_BATCH).take_while(fits).count().max(1)
}

/// Posts a batch.
///
/// # Errors
/// It was not taken; with the seconds that the endpoint asks to wait, or 0.
async fn send(bridge: &Bridge, batch: &[Outgoing]) -> Result<RecordAnswer, u32> {
    let receipts = batch.iter().filter_map(|item| item.jws.clone()).collect();
    let body = js::text(&RecordRequest { receipts });
    let headers = Js::object(vec![("content-type", Js::text("application/json"))]);
    // `keepalive`: the call outlives the page that made it.
    let options = Js::object(vec![
        ("method", Js::text("POST")),
        ("headers", headers),
        ("body", Js::text(&body)),
        ("credentials", Js::text("omit")),
        ("keepalive", Js::boolean(true)),
    ]);
    let Ok(response) = JsFuture::from(fetch(&bridge.endpoint(), &options.0)).await else { return Err(0) };
    let response: Response = response.unchecked_into();
    if !response.ok() {
        let after = response.headers().get("retry-after").ok().flatten();
        return Err(after.and_then(|seconds| seconds.parse().ok()).unwrap_or(0));
    }
    let Ok(text) = response.text() else { return Err(0) };
    let answer = JsFuture::from(text).await.ok().and_then(|text| text.as_string());
    answer.and_then(|text| js::parse(&text)).ok_or(0)
}

/// Keeps the endpoint's answer first, and only then takes the item out of the outbox.
async fn settle(bridge: &Bridge, mut item: Outgoing, result: RecordResult) {
    let id = item.decision.id.clone();
    match result {
        RecordResult::Recorded(acknowledgement) => {
            outbox::key_is_known(bridge, true);
            let detail = js::write(&acknowledgement);
            update(&id, |stored| stored.acknowledgement = Some(acknowledgement)).await;
            outbox::remove(bridge, &id);
            bridge.emit("acknowledged", &detail);
        }
        RecordResult::Rejected(problem) if problem.is_permanent() => {
            warn("[placet] A receipt was refused (docs/reference/problems.md):", &problem.title);
            update(&id, |stored| stored.refusal = Some(problem.kind)).await;
            outbox::remove(bridge, &id);
        }
        RecordResult::Rejected(problem) => {
            if problem.needs_signing() {
                // The next signing carries the key again, and names the endpoint of that page.
                outbox::key_is_known(bridge, false);
                item.jws = None;
            }
            later(bridge, item, 0);
        }
    }
}

async fn update(id: &str, change: impl FnOnce(&mut Stored)) {
    let Ok(database) = Database::open().await else { return };
    let Ok(value) = database.get(RECEIPTS, id).await else { return };
    if value.is_object() {
        let mut stored: Stored = js::read(value);
        change(&mut stored);
        let _ = database.put(RECEIPTS, id, &js::write(&stored)).await;
    }
}

/// Puts an item back to be tried again: after 2, 4, 8 … seconds, an hour at most, with jitter; never before the
/// seconds that the endpoint asked for.
fn later(bridge: &Bridge, mut item: Outgoing, asked: u32) {
    item.tries += 1;
    let wait = f64::from((1000_u32 << item.tries.min(12)).min(LONGEST_WAIT)) * (0.5 + Math::random());
    let wait = wait.max(f64::from(asked) * 1000.0);
    item.after = (js_sys::Date::now() + wait) as i64;
    outbox::keep(bridge, &item);
    crate::start::again_in(wait);
}
