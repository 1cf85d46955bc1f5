//! The domain of Placet: what a site owner configures, what a shopper is shown, what was
//! chosen, and what a receipt says about it.
//!
//! **Invariant:** no I/O, no clock, no randomness: time, region, signals and ids come in as
//! arguments. It compiles to wasm32 and natively.
//! **Invariant:** the types of the wire and of storage are defined here and nowhere else.
//!
//! Without the feature `native` only what the widget needs is compiled: the tree, the notice
//! with its labels, the decision and the receipt.

pub mod tree;

// Shared by the browser and the server.
pub mod config_words;
pub mod labels;
pub mod notice;
#[cfg(feature = "native")]
pub mod query;
pub mod receipt;
pub mod record;
pub mod rich;
pub mod url;

// The config and what is made of it.
#[cfg(feature = "native")]
pub mod check;
#[cfg(feature = "native")]
pub mod colour;
#[cfg(feature = "native")]
pub mod config;
pub mod duration;
#[cfg(feature = "native")]
pub mod json;
#[cfg(feature = "native")]
pub mod language;
#[cfg(feature = "native")]
pub mod look;
#[cfg(feature = "native")]
pub mod plan;
#[cfg(feature = "native")]
pub mod problem;
#[cfg(feature = "native")]
pub mod regime;
#[cfg(feature = "native")]
pub mod region;
#[cfg(feature = "native")]
pub mod rules;
#[cfg(feature = "native")]
pub mod signals;
#[cfg(feature = "native")]
pub mod snapshot;
#[cfg(feature = "native")]
pub mod text;
#[cfg(feature = "native")]
pub mod vendor;

// What a server notes beside what devices sign.
#[cfg(feature = "native")]
pub mod agent;

// What devices sign, checked.
#[cfg(feature = "native")]
pub mod jws;
#[cfg(feature = "native")]
pub mod log;
#[cfg(feature = "native")]
pub mod receipt_file;
#[cfg(feature = "native")]
pub mod refusal;
#[cfg(feature = "native")]
pub mod self_service;
#[cfg(feature = "native")]
pub mod shown;
#[cfg(feature = "native")]
pub mod verify;

// What is told of receipts to those who may ask.
#[cfg(feature = "native")]
pub mod evidence;
#[cfg(feature = "native")]
pub mod export;

// What shoppers write.
#[cfg(feature = "native")]
pub mod feedback;

// What the operator's people are told.
#[cfg(feature = "native")]
pub mod admin;
