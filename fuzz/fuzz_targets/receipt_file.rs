//! Receipt files and receipts of erasures, with their places in a log: a report comes out of anything.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::log::checkpoint::Keys;
use placet_model::log::erasure::verify_erasure;
use placet_model::receipt_file::verify_file;

fuzz_target!(|text: &str| {
    let report = verify_file(text, &Keys::default());
    assert_eq!(report.is_genuine(), report.failure().is_none() && report.content.is_some());
    if let Some(content) = &report.content {
        assert!(!content.act().is_empty() && !content.when().is_empty());
        let _ = (content.noted(), content.evidence(), content.preferences());
    }
    let erasure = verify_erasure(text, &Keys::default());
    assert_eq!(erasure.is_genuine(), erasure.failure().is_none());
});
