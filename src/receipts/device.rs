//! The device key: ECDSA on P-256 by WebCrypto, which never lets the private half out.
//!
//! Where it cannot be kept (IndexedDB blocked), it lives as long as the page.

use super::database::{Database, KEYS};
use crate::js::{self, Js};
use js_sys::{Reflect, Uint8Array};
use placet_model::receipt::{Jwk, base64url};
use placet_model::tree::Tree;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto};

const NAME: &str = "device";

/// The device key with its public half and its name.
#[derive(Clone)]
pub(crate) struct Device {
    private: CryptoKey,
    /// The public half.
    pub(crate) jwk: Jwk,
    /// Its thumbprint (RFC 7638).
    pub(crate) thumbprint: String,
}

thread_local! {
    /// The key of this page, where none can be kept.
    static SESSION: RefCell<Option<Device>> = const { RefCell::new(None) };
}

/// `crypto.subtle`; `None` on a page without a secure context.
pub(crate) fn subtle() -> Option<SubtleCrypto> {
    let crypto = web_sys::window()?.crypto().ok()?;
    Reflect::get(&crypto, &"subtle".into()).ok().filter(JsValue::is_object).map(JsCast::unchecked_into)
}

/// SHA-256 of a text, in base64url.
pub(crate) async fn sha256(subtle: &SubtleCrypto, text: &str) -> Result<String, JsValue> {
    let digest = subtle.digest_with_str_and_u8_array("SHA-256", text.as_bytes())?;
    Ok(base64url(&Uint8Array::new(&JsFuture::from(digest).await?).to_vec()))
}

impl Device {
    /// The key of this device: the kept one, else a new one.
    pub(crate) async fn get(subtle: &SubtleCrypto) -> Result<Self, JsValue> {
        if let Some(device) = SESSION.with_borrow(Clone::clone) {
            return Ok(device);
        }
        let kept = Device::kept().await;
        match kept {
            Ok(Some(pair)) => Device::of(subtle, &pair).await,
            // No database, or one that cannot be read: whatever key it holds stays untouched.
            Err(_) => {
                let device = Device::of(subtle, &generate(subtle).await?).await?;
                SESSION.set(Some(device.clone()));
                Ok(device)
            }
            Ok(None) => {
                let pair = generate(subtle).await?;
                // A browser may open the database and still refuse to keep a key: what counts is that it comes back.
                let put = Database::open().await?.put(KEYS, NAME, &pair).await;
                let device = match Device::kept().await {
                    Ok(Some(pair)) if put.is_ok() => return Device::of(subtle, &pair).await,
                    _ => Device::of(subtle, &pair).await?,
                };
                SESSION.set(Some(device.clone()));
                Ok(device)
            }
        }
    }

    /// The kept key pair; none where none was made yet.
    async fn kept() -> Result<Option<JsValue>, JsValue> {
        let kept = Database::open().await?.get(KEYS, NAME).await?;
        Ok(kept.is_object().then_some(kept))
    }

    async fn of(subtle: &SubtleCrypto, pair: &JsValue) -> Result<Self, JsValue> {
        let pair: &CryptoKeyPair = pair.unchecked_ref();
        let exported = JsFuture::from(subtle.export_key("jwk", &pair.get_public_key())?).await?;
        let jwk: Jwk = js::read(exported);
        let thumbprint = sha256(subtle, &jwk.thumbprint_input()).await?;
        Ok(Device { private: pair.get_private_key(), jwk, thumbprint })
    }

    /// Signs a text: 64 bytes, in base64url (RFC 7518, section 3.4).
    pub(crate) async fn sign(&self, subtle: &SubtleCrypto, text: &str) -> Result<String, JsValue> {
        let algorithm = Js::object(vec![("name", Js::text("ECDSA")), ("hash", Js::text("SHA-256"))]);
        let signing =
            subtle.sign_with_object_and_u8_array(algorithm.0.unchecked_ref(), &self.private, text.as_bytes())?;
        Ok(base64url(&Uint8Array::new(&JsFuture::from(signing).await?).to_vec()))
    }
}

async fn generate(subtle: &SubtleCrypto) -> Result<JsValue, JsValue> {
    let algorithm = Js::object(vec![("name", Js::text("ECDSA")), ("namedCurve", Js::text("P-256"))]);
    let usages = Js::list(vec![Js::text("sign"), Js::text("verify")]);
    JsFuture::from(subtle.generate_key_with_object(algorithm.0.unchecked_ref(), false, &usages.0)?).await
}
