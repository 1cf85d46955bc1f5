//! The domain of Placet: what a site owner configures, what a shopper is shown, what was
//! chosen, and what a receipt says about it.
//!
//! **Invariant:** no I/O, no clock, no randomness: time, region, signals and ids come in as
//! arguments. It compiles to wasm32 and natively.
//! **Invariant:** the types of the wire and of storage are defined here and nowhere else.
//!
//! Without the feature `native` only what the widget needs is compiled.

#[cfg(feature = "native")]
pub mod json;
pub mod tree;
pub mod receipt;
#[cfg(feature = "native")]
pub mod receipt_file;
#[cfg(feature = "native")]
pub mod verify;
