//! `placet token`: tokens for the admin listener, made, listed and revoked by whoever runs the server.
//!
//! **Invariant:** a new token is printed once, alone on standard output, and kept nowhere.

use super::Failure;
use super::output::say;
use super::runtime::block_on;
use super::trail::event;
use crate::admin::tokens::{MOST_DAYS, new_token};
use crate::problem::Problem;
use crate::serve::cannot_open;
use crate::state::now;
use crate::store::{Store, StoreError};
use crate::terminal::printable;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use placet_model::admin::{Act, Role, Token as Told, TokenWish};
use placet_model::receipt_file::utc;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Make, list and revoke the tokens of the admin listener.
///
/// The server may run meanwhile: what is made or revoked counts from the next call on.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a token and print it, this once.
    ///
    /// Tokens of the roles auditor and owner, which confirm what another token asks for, are made here and nowhere else.
    New {
        /// What its bearer may do: analyst reads statistics; ingest acts for signed-in shoppers; editor reads and deletes
        /// feedback; auditor reads records and the audit trail; owner may do all.
        #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
        role: String,
        /// What it is for, for example "weekly report".
        #[arg(long, default_value = "made on the command line")]
        name: String,
        /// For how many days it is good; for ever, if not given.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
        expires: Option<u32>,
        /// The database of the server, which was started on it once.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
    },
    /// List the tokens, newest first, without what would let anybody use them.
    List {
        /// The database of the server.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
    },
    /// Revoke a token for good.
    ///
    /// Exit code 0: it was revoked; 1: there is no such token, or it was revoked before.
    Revoke {
        /// The id of the token, as the list tells it.
        id: String,
        /// The database of the server.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
    },
}

impl Token {
    /// Does what was asked.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self.verb {
            Verb::New { role, name, expires, database } => {
                let role = Role::from_word(&role).unwrap_or_default();
                make(&TokenWish { role, name, days: expires }, &database)
            }
            Verb::List { database } => {
                let tokens = block_on(listed(&database))?.map_err(|error| cannot_open(&database, &error))?;
                say(&as_text(&tokens, now()))
            }
            Verb::Revoke { id, database } => {
                match block_on(revoke(&id, &database))?.map_err(|error| cannot_open(&database, &error))? {
                    true => say(&format!("Revoked {}.\n", printable(&id))),
                    false => Err(Failure::new(format!("there is no token {} to revoke", printable(&id)))
                        .help("Look at `placet token list`.")),
                }
            }
        }
    }
}

fn make(wish: &TokenWish, database: &str) -> Result<ExitCode, Failure> {
    let (secret, held) = new_token(wish, now().unsigned_abs(), None).map_err(|problem| match problem {
        Problem::Malformed(what) => Failure::new(what.replace('`', "")),
        _ => Failure::new("this system has no random bytes to give"),
    })?;
    let kept = async {
        let store = Store::join(database).await?;
        store.leave_audit(&event(Act::TokenMade, Some(secret.id().to_owned()))).await?;
        store.keep_token(&held).await?;
        store.close().await;
        Ok(())
    };
    block_on(kept)?.map_err(|error| cannot_open(database, &error))?;
    eprintln!("Keep this token well: it is not shown again. Its id is {}.", secret.id());
    say(&format!("{}\n", secret.text()))
}

async fn listed(database: &str) -> Result<Vec<Told>, StoreError> {
    let store = Store::look(database).await?;
    let tokens = store.tokens().await?;
    store.close().await;
    Ok(tokens)
}

async fn revoke(id: &str, database: &str) -> Result<bool, StoreError> {
    let store = Store::join(database).await?;
    let held = store.token(id).await?;
    let revoked = match held {
        Some(held) if held.token.revoked_at.is_none() => {
            store.leave_audit(&event(Act::TokenRevoked, Some(id.to_owned()))).await?;
            store.revoke_token(id, now()).await?
        }
        _ => false,
    };
    store.close().await;
    Ok(revoked)
}

fn as_text(tokens: &[Told], now: i64) -> String {
    let mut text = String::new();
    let day = |time: u64| utc(i64::try_from(time / 1000).unwrap_or(i64::MAX)).chars().take(10).collect::<String>();
    for token in tokens {
        let state = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked on {}", day(at)),
            (None, Some(end)) if end <= now.unsigned_abs() => format!("over since {}", day(end)),
            (None, Some(end)) => format!("good until {}", day(end)),
            (None, None) => "good".to_owned(),
        };
        let used = token.used_on.as_deref().map_or("never used".to_owned(), |day| format!("last used on {day}"));
        let (role, name) = (token.role.word(), printable(&token.name));
        let _ = writeln!(text, "{}  {role:<8}  {state}, {used}  {name}", token.id);
    }
    let _ = match tokens.len() {
        0 => writeln!(text, "No tokens. Make one with placet token new --role owner."),
        1 => writeln!(text, "1 token"),
        count => writeln!(text, "{count} tokens"),
    };
    text
}
