//! The log: what makes it provable that a receipt is held, unchanged, and that nothing was taken out of its place.
//!
//! The tree is RFC 6962's over SHA-256, served as C2SP tlog-tiles. What stands in it is a commitment to a record, not the
//! record: [`entry`] says how one is made. [`place`] checks the place of a receipt, [`erasure`] that of
//! the line that says that receipts were erased, [`growth`] whole logs.
//!
//! **Invariant:** an entry tells nothing about anybody. Without the salt that lies beside the record it is a random number,
//! so erasing record and salt erases the person, and the log stays whole.

pub mod checkpoint;
pub mod entry;
pub mod erasure;
pub mod growth;
pub mod place;
pub mod proof;
pub mod tile;
