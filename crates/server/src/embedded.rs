//! What `cargo xtask widget` has built, held in this binary: the minified loader, the widget and its
//! glue, and these two compressed by brotli.
//!
//! Each is `None` in a binary that was built before the widget was; `cargo xtask build` makes a whole one.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
