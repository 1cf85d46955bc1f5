//! The admin listener: what the operator's people and programs may ask, each by a token of their own.
//!
//! In reading order: [`table`] lists every route with the roles that may use it, [`gate`] stands before each of them,
//! [`caller`] says who asks, [`token`] what a token is; then the handlers.
//!
//! **Invariant:** a route that is not in the table does not exist, and every route in the table names who may use it. The
//! router, the test of all roles against all routes, and the OpenAPI document are made from that table.
//! **Invariant:** nothing is allowed by a cookie, nor by the address that a request comes from.

pub mod audit;
pub mod body;
pub mod caller;
pub mod confirmation;
pub mod exports;
pub mod feedback;
pub mod gate;
pub mod query;
pub mod receipts;
pub mod statistics;
pub mod subjects;
pub mod table;
pub mod token;
pub mod tokens;
