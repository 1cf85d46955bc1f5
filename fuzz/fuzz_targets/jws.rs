//! Receipts and requests in compact form, whatever they are made of.
//!
//! What is refused is refused in words; what holds has one spelling: base64url that was read is written the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::jws::Jws;
use placet_model::receipt::TYPE;
use placet_model::verify::{Expect, Unverified, claims_of};

fuzz_target!(|text: &str| {
    let expect = Expect { unsigned: true, ..Expect::default() };
    match Unverified::parse(text).and_then(|receipt| receipt.verify(None, &expect)) {
        Ok(verified) => {
            assert_eq!(claims_of(text).as_ref(), Ok(&verified.claims));
            let jws = Jws::parse(text, TYPE);
            assert!(jws.is_ok_and(|jws| jws.hash() == verified.hash));
        }
        Err(refusal) => assert!(!refusal.detail().is_empty() && !refusal.detail().contains('\u{1b}')),
    }
    let _ = Jws::parse(text, "consent-request+jws");
});
