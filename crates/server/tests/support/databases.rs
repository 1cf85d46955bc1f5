//! The same tests on both databases.

use super::postgres::postgres;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Where a test keeps its data.
#[derive(Debug, Clone)]
pub struct Place {
    /// A directory of its own.
    pub directory: Arc<TempDir>,
    /// The address of its database.
    pub address: String,
}

/// Which database the running test is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

tokio::task_local! {
    static DATABASE: On;
}

impl On {
    /// The database of the test that runs: SQLite, if it said nothing.
    pub fn now() -> Self {
        DATABASE.try_get().unwrap_or(On::Sqlite)
    }

    /// Those that are installed.
    pub fn all() -> Vec<Self> {
        [On::Sqlite].into_iter().chain(postgres().map(|_| On::Postgres)).collect()
    }

    /// Runs a test on this database; where it is not installed, it was told on stderr.
    pub async fn run(self, test: impl Future<Output = ()>) {
        if self == On::Sqlite || postgres().is_some() {
            DATABASE.scope(self, test).await;
        }
    }
}

impl Place {
    /// A new one, on the database of the test that runs.
    pub async fn new() -> Self {
        Self::on(On::now()).await
    }

    /// A new one, with this SQLite database in it.
    pub fn in_file(file: &Path) -> Self {
        let directory = Arc::new(TempDir::new().unwrap());
        let database = super::database(directory.path());
        std::fs::copy(file, &database).unwrap();
        Place { directory, address: format!("sqlite:{database}") }
    }

    /// A new one, on this database.
    pub async fn on(database: On) -> Self {
        let directory = Arc::new(TempDir::new().unwrap());
        let address = match database {
            On::Sqlite => format!("sqlite:{}", super::database(directory.path())),
            On::Postgres => postgres().unwrap().fresh().await,
        };
        Place { directory, address }
    }

    /// A connection of its own to the database, which is made where it is missing.
    pub async fn look(&self) -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        let address = match self.address.starts_with("sqlite:") {
            true => format!("{}?mode=rwc", self.address),
            false => self.address.clone(),
        };
        sqlx::AnyPool::connect(&address).await.unwrap()
    }
}

/// Makes two tests of each function named: `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_each_database {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use super::support::databases::On;

            #[tokio::test]
            async fn sqlite() {
                On::Sqlite.run(super::$name()).await;
            }

            #[tokio::test]
            async fn postgres() {
                On::Postgres.run(super::$name()).await;
            }
        }
    )*};
}
pub(crate) use on_each_database;
