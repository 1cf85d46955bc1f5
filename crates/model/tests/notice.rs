//! The notice snapshots of the demo shop, byte by byte: the widget's tests and the gallery show
//! them, and a change of the words or their form must be meant.
//!
//! `PLACET_BLESS=1 cargo test -p placet-model --features native --test notice` writes them anew.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing where it stands")]

use placet_model::check::check;
use placet_model::json::{from_tree, parse, to_text};
use placet_model::notice::Notice;
use placet_model::snapshot::{hash, notice};
use std::path::Path;

#[test]
fn the_notices_of_the_demo_are_the_committed_ones() {
    let checked = check(include_str!("../../../public/demo/placet.json")).expect("JSON");
    for lang in &checked.config.languages {
        let text = to_text(&notice(&checked.config, lang));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/fixtures/notice.{lang}.json"));
        if std::env::var_os("PLACET_BLESS").is_some() {
            std::fs::write(&path, &text).expect("writable");
        }
        let committed = std::fs::read_to_string(&path).expect("a fixture");
        assert!(committed == text, "{} is not what the config makes; run with PLACET_BLESS=1", path.display());
        let read: Notice = from_tree(&parse(&text).expect("JSON")).expect("a notice");
        assert_eq!(to_text(&read), text, "reading and writing changes nothing");
        assert!(hash(&text).starts_with("sha256:") && hash(&text).len() == 7 + 43);
    }
}

#[test]
fn every_digest_is_the_same_in_all_languages_and_changes_with_the_purpose() {
    use placet_model::snapshot::digest;
    let text = include_str!("../../../public/demo/placet.json");
    let config = check(text).expect("JSON").config;
    let digests: Vec<String> = config.purposes.iter().map(|purpose| digest(&config, purpose)).collect();
    assert!(digests.iter().all(|digest| digest.len() == 8));
    for (changed, purposes) in [
        ("\"pages seen, device class, coarse region\"", vec![1]),
        ("\"Baidu Tongji\"", vec![1]),
        ("\"video.example\"", vec![2]),
        ("\"Ads on other platforms\"", vec![4]),
        ("\"Your data, your decision\"", vec![]),
    ] {
        assert!(text.contains(changed), "{changed}");
        let other = check(&text.replace(changed, &changed.replacen('"', "\"x", 1))).expect("JSON").config;
        let moved: Vec<usize> = (0..5).filter(|at| digest(&other, &other.purposes[*at]) != digests[*at]).collect();
        assert_eq!(moved, purposes, "{changed}");
    }
}
