//! What stands behind the `?` of a call: what is read has known names, each once, and numbers that are written in digits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::query::Query;

const KNOWN: [&str; 6] = ["after", "limit", "since", "until", "form", "purpose"];

fuzz_target!(|text: &str| {
    match Query::parse(text, &KNOWN) {
        Ok(query) => {
            // At most one value a name, and each parameter has a sign that parts it from the next.
            let told: Vec<&str> = KNOWN.iter().filter_map(|name| query.text(name)).collect();
            assert!(told.len() <= text.split('&').count());
            assert!(query.text("before").is_none());
            match query.number("limit", 1..=1000) {
                Ok(None) => assert!(query.text("limit").is_none()),
                Ok(Some(number)) => {
                    let digits = query.text("limit").unwrap_or_default().trim_start_matches('0').to_owned();
                    assert_eq!(digits, number.to_string());
                    assert!((1..=1000).contains(&number));
                }
                Err(fault) => assert!(!fault.to_string().is_empty()),
            }
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
