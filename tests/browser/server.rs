//! A real `placet serve`, one for each test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{places, process::Process, process::free_ports, wait};

/// A running receipt server with the demo shop and its pretend third parties.
pub(crate) struct Server {
    process: Process,
    dir: PathBuf,
    /// Where the shop is, such as `http://127.0.0.1:4711`.
    pub(crate) origin: String,
    /// Where the pretend third parties are.
    pub(crate) third_parties: String,
}

impl Server {
    /// The demo shop on free ports with an empty database, in a new directory of the test's.
    pub(crate) async fn start(test: &Path) -> Result<Server> {
        let dir = test.join(format!("server-{}", fs::read_dir(test)?.count()));
        fs::create_dir(&dir)?;
        Self::start_on(&dir, free_ports()?).await
    }

    async fn start_on(dir: &Path, port: u16) -> Result<Server> {
        let mut command = Command::new(places::placet()?);
        command
            .args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}")])
            .arg("--database")
            .arg(format!("sqlite:{}", dir.join("placet.db").display()))
            .current_dir(dir);
        let log = dir.join(format!("{}.log", fs::read_dir(dir)?.count()));
        let mut process = Process::start(&mut command, &log)?;
        let (origin, third_parties) = wait::until("placet serve says where it listens", async || {
            let printed = process.printed();
            if process.ended() {
                bail!("placet serve ended: {printed}");
            }
            let after = |mark: &str| {
                let line = printed.lines().find_map(|line| line.strip_prefix(mark));
                line.map(|origin| origin.trim().trim_end_matches('/').to_owned())
            };
            Ok(after("placet: listening on ").zip(after("placet: third parties on ")))
        })
        .await?;
        Ok(Server { process, dir: dir.to_owned(), origin, third_parties })
    }

    /// Ends the server without a word, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was, with the database that it had.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        let port =
            self.origin.rsplit(':').next().and_then(|port| port.parse().ok()).context("the origin has a port")?;
        *self = Self::start_on(&self.dir, port).await?;
        Ok(())
    }

    /// The receipts that the server has stored, oldest first, as they were signed.
    pub(crate) async fn stored(&self) -> Result<Vec<String>> {
        let options = SqliteConnectOptions::new().filename(self.dir.join("placet.db")).read_only(true);
        let mut database = SqliteConnection::connect_with(&options).await?;
        let rows = sqlx::query_scalar("SELECT jws FROM receipts ORDER BY received_at").fetch_all(&mut database).await?;
        Ok(rows)
    }
}
