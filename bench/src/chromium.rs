//! One Chromium with an empty profile, steered by its driver.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{By, Capabilities, WebDriver, WebElement, WindowHandle};

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

    /// Opens a fresh tab and turns to it; gives the tab to come back to.
    pub(crate) async fn open_tab(&self) -> Result<WindowHandle> {
        let home = self.driver.window().await?;
        let tab = self.driver.new_tab().await?;
        self.driver.switch_to_window(tab).await?;
        Ok(home)
    }

    /// Closes the current tab and comes back to another.
    pub(crate) async fn close_tab(&self, home: WindowHandle) -> Result<()> {
        self.driver.close_window().await?;
        self.driver.switch_to_window(home).await?;
        Ok(())
    }

    /// Waits until an expression is true in the page.
    pub(crate) async fn wait_until(&self, what: &str, expression: &str) -> Result<()> {
        for _ in 0..600 {
            if self.driver.execute(format!("return !!({expression})"), vec![]).await?.json() == &Value::Bool(true) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("waited in vain until {what}")
    }

    /// Clicks, as a pointer does, what is found by `path`: selectors, each in the open shadow root of the one before.
    pub(crate) async fn click(&self, path: &[&str]) -> Result<()> {
        self.find(path).await?.click().await?;
        Ok(())
    }

    /// Types, as a keyboard does, into what is found by `path`.
    pub(crate) async fn type_into(&self, path: &[&str], keys: &str) -> Result<()> {
        self.find(path).await?.send_keys(keys).await?;
        Ok(())
    }

    async fn find(&self, path: &[&str]) -> Result<WebElement> {
        let (last, hosts) = path.split_last().context("nothing to look for")?;
        let mut element = None;
        for host in hosts {
            let found = match &element {
                None => self.driver.find(By::Css(*host)).await?,
                Some(root) => find(root, host).await?,
            };
            element = Some(found.get_shadow_root().await?);
        }
        match &element {
            None => self.driver.find(By::Css(*last)).await.with_context(|| format!("{last} is not there")),
            Some(root) => find(root, last).await,
        }
    }

    /// Has the page's main thread accounted for from now on, by the time that it had the processor.
    pub(crate) async fn account(&self) -> Result<()> {
        self.tell("Performance.enable", json!({ "timeDomain": "threadTicks" })).await?;
        Ok(())
    }

    /// What the main thread has done since [`Self::account`], in milliseconds.
    pub(crate) async fn accounts(&self) -> Result<Accounts> {
        let answer = self.tell("Performance.getMetrics", json!({})).await?;
        let metrics = answer["metrics"].as_array().context("Chromium gave no metrics")?;
        let milliseconds = |name: &str| {
            let metric = metrics.iter().find(|metric| metric["name"] == name);
            let seconds = metric.and_then(|metric| metric["value"].as_f64());
            seconds.map(|seconds| seconds * 1000.0).with_context(|| format!("Chromium gave no metric {name}"))
        };
        Ok(Accounts {
            script: milliseconds("ScriptDuration")? + milliseconds("V8CompileDuration")?,
            task: milliseconds("TaskDuration")?,
        })
    }

    /// Ends the session; dropping then ends the processes.
    pub(crate) async fn quit(self) {
        let _ = self.driver.clone().quit().await;
    }
}

/// What a page's main thread has done, in milliseconds of the processor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accounts {
    /// Compiling and running scripts.
    pub(crate) script: f64,
    /// Everything.
    pub(crate) task: f64,
}

async fn find(root: &WebElement, selector: &str) -> Result<WebElement> {
    root.find(By::Css(selector)).await.with_context(|| format!("{selector} is not there"))
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
