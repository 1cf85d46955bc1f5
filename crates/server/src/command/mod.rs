//! The commands of the program: one file each, which holds its arguments and its work; what a failure is in [`failure`], how
//! files are read in [`input`], how answers are written in [`output`].

pub mod address;
pub mod audit;
pub mod backup;
pub mod check;
pub mod copy;
pub mod export;
pub mod failure;
pub mod feedback;
pub mod input;
pub mod keys;
pub mod lock;
pub mod log_keys;
pub mod lookup;
pub mod output;
pub mod publish;
pub mod retain;
pub mod runtime;
pub mod schema;
pub mod serve;
pub mod token;
pub mod trail;
pub mod verify;

pub use failure::Failure;
