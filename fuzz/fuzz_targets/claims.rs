//! The claims of a receipt: any payload under a header that needs no signature, so that the rules about claims are reached.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::json;
use placet_model::receipt::{Claims, compact, signing_input};
use placet_model::verify::{Expect, claims_of, verify};

fuzz_target!(|payload: &str| {
    let input = signing_input(r#"{"alg":"none","typ":"consent-receipt+jws"}"#, payload);
    let expect = Expect { unsigned: true, ..Expect::default() };
    let Ok(verified) = verify(&compact(&input, b""), None, &expect) else { return };
    // What was read can be written, and then says the same.
    let again = signing_input(r#"{"alg":"none","typ":"consent-receipt+jws"}"#, &json::to_text(&verified.claims));
    let read: Result<Claims, _> = claims_of(&compact(&again, b""));
    assert_eq!(read, Ok(verified.claims));
});
