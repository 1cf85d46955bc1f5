//! Logs seen from outside: what anybody can check of one with its public addresses alone.
//!
//! In reading order: [`source`] reads what a log publishes, [`tiles`] gives the tree's hashes out of that, [`today`] compares
//! the place of one receipt with the log as it is now, [`whole`] builds a log anew from all its entries, [`records`] has what the
//! entries stand for where the auditor may read the database, [`listener`] and [`exported`] have it where the auditor has a token,
//! [`gone`] counts what the audit trail says was deleted, and [`seen`] remembers what an auditor saw before.
//!
//! **Invariant:** nothing that a log publishes is believed: a hash counts where it leads to a root that a known key signed.
//! **Invariant:** what cannot be read and what is wrong are told apart: a log that cannot be reached has not lied.

pub mod exported;
pub mod gone;
pub mod listener;
pub mod records;
pub mod seen;
pub mod source;
pub mod tiles;
pub mod today;
pub mod whole;
