//! The command line of `placet`. Each command is a file of [`crate::command`].
//!
//! Exit codes: 0 done; 1 the answer is no (a config with errors, a receipt that is not genuine,
//! something that cannot be done); 2 the input cannot be read, or the command line is wrong.

use crate::command::{
    audit, backup, check, copy, export, feedback, keys, lock, lookup, publish, retain, schema, serve, token, verify,
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Consent banner and receipts for web shops.
#[derive(Debug, Parser)]
#[command(name = "placet", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Publish(publish::Publish),
    Serve(Box<serve::Serve>),
    Verify(verify::Verify),
    Audit(audit::Audit),
    Keys(keys::Keys),
    Lock(lock::LockOf),
    Copy(copy::Copy),
    Backup(backup::Backup),
    Retain(retain::Retain),
    Lookup(lookup::Lookup),
    Export(export::Export),
    Feedback(feedback::Feedback),
    Token(token::Token),
    Schema(schema::Schema),
}

/// Runs the program on its command line.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(command) => command.run(),
        Command::Publish(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Lock(command) => command.run(),
        Command::Copy(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Retain(command) => command.run(),
        Command::Lookup(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Feedback(command) => command.run(),
        Command::Token(command) => command.run(),
        Command::Schema(command) => command.run(),
    };
    done.unwrap_or_else(|failure| {
        failure.tell();
        ExitCode::from(failure.code())
    })
}
