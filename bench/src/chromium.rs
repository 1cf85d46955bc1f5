//! One Chromium with an empty profile, steered by its driver.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

use crate::{places, process, process::Process};

/// A running browser.
pub(crate) struct Chromium {
    pub(crate) driver: WebDriver,
    /// Name and version, as the browser says them.
    pub(crate) version: String,
    // Dropped in this order: the driver's process group first, then its files.
    _process: Process,
    _dir: TempDir,
}

impl Chromium {
    /// Starts Chromium and its driver.
    pub(crate) async fn start() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("placet-bench-").tempdir()?;
        let port = process::free_port()?;
        let mut command = Command::new(places::program("CHROMEDRIVER", &["chromedriver"])?);
        command.arg(format!("--port={port}")).env("TMPDIR", dir.path());
        let mut process = Process::start(&mut command, &dir.path().join("driver.log"))?;
        listening(&mut process, port).await?;
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities(dir.path())?)
            .request_timeout(Duration::from_secs(120))
            .await
            .map_err(|error| anyhow!("Chromium did not start: {error}\n{}", process.printed()))?;
        driver.set_script_timeout(Duration::from_secs(60)).await?;
        let version = driver.cdp().send_raw("Browser.getVersion", json!({})).await?;
        let version = version["product"].as_str().and_then(|product| product.split_once('/'));
        let version = version.map_or("Chromium".to_owned(), |(_, number)| format!("Chromium {number}"));
        Ok(Self { driver, version, _process: process, _dir: dir })
    }

    /// Sends one command of the DevTools protocol to the page in the current window.
    pub(crate) async fn tell(&self, command: &str, parameters: Value) -> Result<Value> {
        let answer = self.driver.cdp().send_raw(command, parameters).await;
        answer.with_context(|| format!("Chromium refused {command}"))
    }

    /// Ends the session; dropping then ends the processes.
    pub(crate) async fn quit(self) {
        let _ = self.driver.clone().quit().await;
    }
}

async fn listening(process: &mut Process, port: u16) -> Result<()> {
    for _ in 0..750 {
        if process.ended() {
            bail!("chromedriver ended: {}", process.printed());
        }
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    bail!("chromedriver does not listen: {}", process.printed())
}

fn capabilities(dir: &Path) -> Result<Capabilities> {
    let browser = places::program("PLACET_CHROMIUM", &["chromium", "google-chrome", "chromium-browser"])?;
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--no-default-browser-check",
                "--lang=en",
                "--window-size=1280,800",
                format!("--user-data-dir={}", dir.join("profile").display()),
            ],
            "prefs": { "intl.accept_languages": "en" },
        },
    });
    match capabilities {
        Value::Object(map) => Ok(Capabilities::from(map)),
        _ => bail!("capabilities are an object"),
    }
}
