//! The receipt server and the command line of Placet.
//!
//! In reading order: [`cli`] says what the program can do, [`serve`] starts the server,
//! [`routes`] lists its routes, [`record`] takes receipts in, [`store`] keeps them, [`region`]
//! says where a visitor is.
//!
//! **Invariant:** nothing about a visitor is stored but the receipt: no address, no user agent, no query.

pub mod address;
pub mod asset;
pub mod cli;
pub mod cors;
pub mod demo;
pub mod embed;
pub mod embedded;
pub mod geo;
pub mod limits;
pub mod notice;
pub mod problem;
pub mod publish;
pub mod record;
pub mod region;
pub mod routes;
pub mod serve;
pub mod state;
pub mod store;
