//! Where the database is: `sqlite:FILE` or `postgres://...`.
//!
//! **Invariant:** what is told of an address holds no password.

use std::fmt::{self, Display, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use url::Url;

/// Which of the two databases it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SQLite, in this process.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Kind {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
        }
    }
}

/// The address of a database.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A PostgreSQL server and one of its databases.
    Postgres(Url),
}

/// Not the address of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no database address: write sqlite:FILE, for example sqlite:placet.db, or postgres://USER@HOST/DATABASE"
)]
pub struct BadAddress(String);

impl Address {
    /// Which database it is.
    pub fn kind(&self) -> Kind {
        match self {
            Address::Sqlite(_) => Kind::Sqlite,
            Address::Postgres(_) => Kind::Postgres,
        }
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Address::Sqlite(file) => Some(file),
            Address::Postgres(_) => None,
        }
    }

    /// The address as the database's driver reads it. `mode` is SQLite's: `ro`, `rw` or `rwc`, which makes the file.
    pub(super) fn url(&self, mode: &str) -> Result<Url, url::ParseError> {
        match self {
            Address::Postgres(url) => Ok(url.clone()),
            // Every byte that could mean something in an address is written as %xx, which the driver takes back.
            Address::Sqlite(file) => {
                let mut text = "sqlite:".to_owned();
                for byte in file.to_string_lossy().bytes() {
                    match byte {
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text.push(char::from(byte)),
                        _ => {
                            let _ = write!(text, "%{byte:02X}");
                        }
                    }
                }
                Url::parse(&format!("{text}?mode={mode}"))
            }
        }
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        // An address that is not one may still hold a password.
        let bad = || BadAddress(text.split_once("://").map_or(text, |(scheme, _)| scheme).to_owned());
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.trim_start_matches("//");
            return match file.is_empty() || file.starts_with(':') {
                true => Err(bad()),
                false => Ok(Address::Sqlite(file.into())),
            };
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Address::Postgres(url)),
            _ => Err(bad()),
        }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Address::Postgres(url) => {
                let mut told = url.clone();
                // What is left after the host may hold a password too, as `?password=`.
                told.set_query(None);
                told.set_fragment(None);
                if told.password().is_some() {
                    told.set_password(Some("***")).ok();
                }
                f.write_str(told.as_str())
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_told_without_their_passwords() {
        for (text, told) in [
            ("sqlite:placet.db", Some("sqlite:placet.db")),
            ("sqlite:///var/lib/placet.db", Some("sqlite:/var/lib/placet.db")),
            ("sqlite://placet.db", Some("sqlite:placet.db")),
            ("sqlite:a file?#%20.db", Some("sqlite:a file?#%20.db")),
            ("postgres://placet@db.example/placet", Some("postgres://placet@db.example/placet")),
            ("postgresql://placet:hush@db.example/placet", Some("postgresql://placet:***@db.example/placet")),
            ("postgres:///placet?host=/run/postgresql&password=hush", Some("postgres:///placet")),
            ("sqlite:", None),
            ("sqlite::memory:", None),
            ("mysql://root:hush@db.example/placet", None),
            ("placet.db", None),
            ("", None),
        ] {
            let address = text.parse::<Address>();
            assert_eq!(address.as_ref().ok().map(ToString::to_string).as_deref(), told, "{text}");
            let shown = address.map_or_else(|error| error.to_string(), |address| format!("{address:?}"));
            assert!(!shown.contains("hush"), "{shown}");
        }
    }

    #[test]
    fn a_file_keeps_its_name_on_its_way_to_the_driver() {
        use sqlx::ConnectOptions;
        use sqlx::sqlite::SqliteConnectOptions;
        for file in ["placet.db", "/var/lib/a b?c#d%20.db", "同意.db", "C:\\placet.db"] {
            let url = Address::Sqlite(file.into()).url("ro").unwrap();
            let options = SqliteConnectOptions::from_url(&url).unwrap();
            assert_eq!(options.get_filename(), Path::new(file));
        }
    }
}
