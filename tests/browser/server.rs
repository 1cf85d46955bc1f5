//! A real `placet serve`, one for each test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use placet_server::{
    seal::master::MasterKey,
    store::{
        Store,
        holdings::{After, Scope},
    },
};
use serde_json::Value;

use crate::{places, process::Process, process::free_ports, wait};

/// A running receipt server: with the demo shop and its pretend third parties, or with a config of the test's own.
pub(crate) struct Server {
    process: Process,
    dir: PathBuf,
    arguments: Vec<String>,
    /// Where it listens, such as `http://127.0.0.1:4711`.
    pub(crate) origin: String,
    /// Where the pretend third parties are; empty without the demo shop.
    pub(crate) third_parties: String,
}

/// Where a test's own config lies, below the server's directory.
const CONFIG: &str = "placet.json";

impl Server {
    /// The demo shop on free ports with an empty database, in a new directory of the test's.
    pub(crate) async fn start(test: &Path) -> Result<Server> {
        Self::start_on(&Self::new_dir(test)?, free_ports()?, vec!["--demo".into()]).await
    }

    /// A config of the test's own, without the demo shop; `more` goes on the command line.
    pub(crate) async fn with(test: &Path, config: &Value, more: &[&str]) -> Result<Server> {
        let dir = Self::new_dir(test)?;
        fs::write(dir.join(CONFIG), config.to_string())?;
        let arguments = ["--config", CONFIG].iter().chain(more).map(|argument| (*argument).to_owned());
        Self::start_on(&dir, free_ports()?, arguments.collect()).await
    }

    fn new_dir(test: &Path) -> Result<PathBuf> {
        let dir = test.join(format!("server-{}", fs::read_dir(test)?.count()));
        fs::create_dir(&dir)?;
        Ok(dir)
    }

    async fn start_on(dir: &Path, port: u16, arguments: Vec<String>) -> Result<Server> {
        let mut command = Command::new(places::placet()?);
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .args(&arguments)
            .arg("--database")
            .arg(format!("sqlite:{}", dir.join("placet.db").display()))
            .current_dir(dir);
        let log = dir.join(format!("{}.log", fs::read_dir(dir)?.count()));
        let mut process = Process::start(&mut command, &log)?;
        let with_demo = arguments.iter().any(|argument| argument == "--demo");
        let (origin, third_parties) = wait::until("placet serve says where it listens", async || {
            let printed = process.printed();
            if process.ended() {
                bail!("placet serve ended: {printed}");
            }
            let after = |mark: &str| {
                let line = printed.lines().find_map(|line| line.strip_prefix(mark));
                line.map(|origin| origin.trim().trim_end_matches('/').to_owned())
            };
            let third_parties = after("placet: third parties on ").or((!with_demo).then(String::new));
            Ok(after("placet: listening on ").zip(third_parties))
        })
        .await?;
        Ok(Server { process, dir: dir.to_owned(), arguments, origin, third_parties })
    }

    /// Ends the server without a word, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was, with the database that it had.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        let port =
            self.origin.rsplit(':').next().and_then(|port| port.parse().ok()).context("the origin has a port")?;
        *self = Self::start_on(&self.dir, port, self.arguments.clone()).await?;
        Ok(())
    }

    /// Publishes another config where the first one was, as a shop does that changes its notice.
    pub(crate) async fn publish(&mut self, config: &Value) -> Result<()> {
        self.kill();
        fs::write(self.dir.join(CONFIG), config.to_string())?;
        self.start_again().await
    }

    /// The receipts that the server has stored, oldest first, as they were signed.
    pub(crate) async fn stored(&self) -> Result<Vec<String>> {
        let store = Store::look(&format!("sqlite:{}", self.dir.join("placet.db").display())).await?;
        let opened = opened(&store, &self.dir.join("placet.db.master")).await;
        store.close().await;
        opened
    }
}

async fn opened(store: &Store, master: &Path) -> Result<Vec<String>> {
    store.unlock(MasterKey::read(master)?).await?;
    let all = Scope::Period { since: 0, until: i64::MAX };
    let (mut receipts, mut next) = (Vec::new(), Some(After::start()));
    while let Some(after) = next {
        let page = store.holdings(&all, &after).await?;
        receipts.extend(page.receipts.into_iter().map(|holding| holding.held.receipt));
        next = page.next;
    }
    Ok(receipts)
}
