//! Configs: a fault in one is a problem with its place, never a broken program.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placet_model::check::check;

fuzz_target!(|text: &str| {
    let Ok(checked) = check(text) else { return };
    for problem in &checked.problems {
        assert!(!problem.message.is_empty());
    }
});
