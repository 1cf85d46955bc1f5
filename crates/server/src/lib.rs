//! The receipt server and the command line of Placet.
//!
//! In reading order: [`cli`] and [`command`] say what the program can do, [`serve`] starts the server,
//! [`routes`] lists its routes, [`record`] takes receipts in, [`log`] enters them, [`seal`] encrypts them, [`store`] keeps them,
//! [`self_service`] answers their devices, [`feedback`] takes what shoppers write, [`region`] says where a visitor is. [`admin`] is
//! the other listener, for those who answer for what is kept: [`lookup`] finds it; [`witness`] looks at a log from outside.
//!
//! **Invariant:** nothing about a visitor is stored but the receipt, what [`observe`] may note beside it, and what they write to us
//! without a name: no address, no User-Agent, no query.

pub mod address;
pub mod admin;
pub mod asset;
pub mod calendar;
pub mod cli;
pub mod command;
pub mod cors;
pub mod counts;
pub mod demo;
pub mod embed;
pub mod embedded;
pub mod erasure;
pub mod feedback;
pub mod feedback_list;
pub mod geo;
pub mod hex;
pub mod impatient;
pub mod intake;
pub mod limits;
pub mod listen;
pub mod log;
pub mod lookup;
pub mod master_key;
pub mod metrics;
pub mod notice;
pub mod observe;
pub mod openapi;
pub mod pieces;
pub mod problem;
pub mod publish;
pub mod ready;
pub mod record;
pub mod region;
pub mod retain;
pub mod room;
pub mod route;
pub mod routes;
pub mod seal;
pub mod secret_file;
pub mod self_service;
pub mod serve;
pub mod state;
pub mod store;
pub mod terminal;
pub mod tls;
pub mod verify_report;
pub mod witness;
