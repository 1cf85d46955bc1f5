//! Makes a receipt of a decision.

use super::database::{Database, NOTICES, RECEIPTS};
use super::device::{Device, sha256, subtle};
use super::outbox;
use crate::js;
use crate::bridge::Bridge;
use placet_model::receipt::{By, Claims, Event, Header, Signals, Subject, Surface, VERSION, signing_input};
use placet_model::record::{Chain, Decision, Stored};
use wasm_bindgen::JsValue;

/// Signs what the outbox holds unsigned, in the order of the decisions, and keeps each receipt in the database.
pub(crate) async fn sign_all(bridge: &Bridge) -> Result<(), JsValue> {
    let oldest =
        || outbox::items(bridge).into_iter().filter(|item| item.jws.is_none()).min_by_key(|item| item.decision.at);
    while let Some(mut item) = oldest() {
        let (stored, chain) = match subtle() {
            Some(subtle) => {
                let device = Device::get(&subtle).await?;
                let mut chain = outbox::chain(bridge, &device.thumbprint);
                let stored = signed(bridge, &item.decision, &subtle, &device, &mut chain).await?;
                (stored, Some(chain))
            }
            // No key can be made on this page. The decision waits for one that can, unless the site takes unsigned receipts.
            None if !bridge.unsigned() => return Ok(()),
            None => (unsigned(bridge, &item.decision), None),
        };
        keep(bridge, &stored).await;
        // The receipt first, then the chain: a page that ends in between forks the chain, and loses nothing.
        item.jws = Some(stored.jws);
        outbox::keep(bridge, &item);
        if let Some(chain) = chain {
            outbox::keep_chain(bridge, &chain);
        }
    }
    Ok(())
}

/// Keeps a receipt and the words that it names. Where there is no database, the receipt is still sent.
async fn keep(bridge: &Bridge, stored: &Stored) {
    let Ok(database) = Database::open().await else { return };
    let _ = database.put(RECEIPTS, &stored.id, &js::write(stored)).await;
    let known = database.get(NOTICES, &stored.notice).await.is_ok_and(|text| text.is_string());
    if !known && let Ok(text) = bridge.notice_text(&stored.notice).await {
        let _ = database.put(NOTICES, &stored.notice, &text.into()).await;
    }
}

async fn signed(
    bridge: &Bridge,
    decision: &Decision,
    subtle: &web_sys::SubtleCrypto,
    device: &Device,
    chain: &mut Chain,
) -> Result<Stored, JsValue> {
    let jwk = (!chain.known).then(|| device.jwk.clone());
    let header = Header::signed(device.thumbprint.clone(), jwk);
    let claims = claims(bridge, decision, Some(device.thumbprint.clone()), chain.seq + 1, chain.prev.clone());
    let input = signing_input(&js::text(&header), &js::text(&claims));
    let signature = device.sign(subtle, &input).await?;
    chain.seq += 1;
    chain.prev = Some(["sha256:", &sha256(subtle, &input).await?].concat());
    Ok(stored(decision, [&input, ".", &signature].concat(), Some(device.jwk.clone())))
}

fn unsigned(bridge: &Bridge, decision: &Decision) -> Stored {
    let claims = claims(bridge, decision, None, 1, None);
    let input = signing_input(&js::text(&Header::unsigned()), &js::text(&claims));
    stored(decision, [&input, "."].concat(), None)
}

fn stored(decision: &Decision, jws: String, jwk: Option<placet_model::receipt::Jwk>) -> Stored {
    Stored {
        id: decision.id.clone(),
        at: decision.at,
        state: decision.state,
        choices: decision.choices.clone(),
        jws,
        jwk,
        notice: decision.notice.hash.clone(),
        ..Stored::default()
    }
}

fn claims(bridge: &Bridge, decision: &Decision, device: Option<String>, seq: u64, prev: Option<String>) -> Claims {
    let decision = decision.clone();
    Claims {
        v: VERSION,
        id: decision.id,
        seq,
        prev,
        iat: decision.at / 1000,
        tz: decision.tz,
        ttl: decision.ttl.into(),
        aud: bridge.endpoint(),
        site: bridge.site(),
        sub: Subject { device, reference: None },
        regime: decision.regime,
        notice: decision.notice,
        event: Event {
            state: decision.state,
            by: By::Subject,
            method: decision.method,
            surface: Surface::Web,
            page: decision.page,
        },
        choices: decision.choices,
        separate: decision.separate,
        preferences: decision.preferences,
        signals: Signals { gpc: decision.gpc },
    }
}
