//! The three engines, their drivers, and one session of each.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

use crate::{places, process, process::Process, wait};

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    Webkit,
}

/// What kind of browser a test needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// As people have it.
    Plain,
    /// With Global Privacy Control on; only Firefox has it.
    Gpc,
}

pub(crate) const ALL: &[Engine] = &[Engine::Chromium, Engine::Firefox, Engine::Webkit];

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    /// The engines that `PLACET_ENGINES` names, separated by commas; Chromium where it is unset.
    pub(crate) fn chosen() -> Result<Vec<Engine>> {
        let names = env::var("PLACET_ENGINES").unwrap_or_else(|_| "chromium".into());
        let find = |name: &str| {
            let known = ALL.iter().copied().find(|engine| engine.name() == name.trim());
            known.ok_or_else(|| anyhow!("PLACET_ENGINES names {name:?}; known are chromium, firefox and webkit"))
        };
        names.split(',').filter(|name| !name.trim().is_empty()).map(find).collect()
    }

    fn install(self) -> String {
        match self {
            Engine::Chromium => "apt-get install chromium chromium-driver".into(),
            Engine::Firefox => "apt-get install firefox-esr; cargo install --locked --debug geckodriver \
                                --root ~/.cache/placet/tools"
                .into(),
            Engine::Webkit => "apt-get install webkit2gtk-driver xvfb".into(),
        }
    }

    fn program(self, variable: &str, names: &[&str]) -> Result<PathBuf> {
        places::program(variable, names).ok_or_else(|| {
            anyhow!("{} is missing (looked in PLACET_TOOLS and on the PATH, {variable} is unset)", names[0])
        })
    }
}

/// A running browser with its driver, and the display that it may need.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    pub(crate) kind: Kind,
    pub(crate) driver: WebDriver,
    // Dropped in this order: the driver's process group first, then its display, then its files.
    process: Process,
    _display: Option<Process>,
    _dir: TempDir,
}

impl Session {
    pub(crate) async fn start(engine: Engine, kind: Kind) -> Result<Session> {
        Self::try_start(engine, kind).await.with_context(|| {
            format!("{} did not start; `cargo xtask test` installs it, or: {}", engine.name(), engine.install())
        })
    }

    async fn try_start(engine: Engine, kind: Kind) -> Result<Session> {
        let dir = tempfile::Builder::new().prefix("placet-browser-").tempdir()?;
        let port = process::free_ports()?;
        let mut display = None;
        let (mut command, capabilities) = match engine {
            Engine::Chromium => chromium(dir.path(), port)?,
            Engine::Firefox => firefox(kind, dir.path(), port)?,
            Engine::Webkit => {
                let (process, name) = x_display(dir.path()).await?;
                display = Some(process);
                webkit(&name, port)?
            }
        };
        let mut process = Process::start(command.env("TMPDIR", dir.path()), &dir.path().join("driver.log"))?;
        wait::until_true("the driver listens", async || {
            if process.ended() {
                bail!("the driver ended: {}", process.printed());
            }
            Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok())
        })
        .await?;
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), Capabilities::from(capabilities))
            .request_timeout(Duration::from_secs(90))
            .await
            .map_err(|error| anyhow!("{error}\n{}", process.printed()))?;
        driver.set_script_timeout(Duration::from_secs(30)).await?;
        driver.set_window_rect(0, 0, 1280, 800).await?;
        Ok(Session { engine, kind, driver, process, _display: display, _dir: dir })
    }

    /// What the driver and the browser have printed so far.
    pub(crate) fn printed(&self) -> String {
        self.process.printed()
    }

    /// One window, no cookies, an empty page: origins are fresh anyway, but cookies do not heed ports.
    pub(crate) async fn clear(&self) -> Result<()> {
        let mut windows = self.driver.windows().await?;
        while windows.len() > 1
            && let Some(window) = windows.pop()
        {
            self.driver.switch_to_window(window).await?;
            self.driver.close_window().await?;
        }
        if let Some(window) = windows.pop() {
            self.driver.switch_to_window(window).await?;
        }
        self.driver.delete_all_cookies().await?;
        self.driver.goto("about:blank").await?;
        Ok(())
    }

    pub(crate) async fn quit(self) {
        let _ = self.driver.clone().quit().await;
    }
}

fn chromium(dir: &Path, port: u16) -> Result<(Command, Value)> {
    let browser = Engine::Chromium.program("PLACET_CHROMIUM", &["chromium", "google-chrome", "chromium-browser"])?;
    let mut command = Command::new(Engine::Chromium.program("CHROMEDRIVER", &["chromedriver"])?);
    command.arg(format!("--port={port}"));
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".into(),
        "--disable-gpu".into(),
        "--disable-quic".into(),
        "--disable-dev-shm-usage".into(),
        "--disable-background-networking".into(),
        "--disable-component-update".into(),
        "--disable-sync".into(),
        "--no-first-run".into(),
        "--no-default-browser-check".into(),
        "--lang=en".into(),
        "--window-size=1280,800".into(),
        format!("--user-data-dir={}", dir.join("profile").display()),
    ];
    let capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": browser,
            "args": arguments,
            "prefs": { "download.default_directory": dir, "intl.accept_languages": "en" },
        },
    });
    Ok((command, capabilities))
}

fn firefox(kind: Kind, dir: &Path, port: u16) -> Result<(Command, Value)> {
    let browser = Engine::Firefox.program("PLACET_FIREFOX", &["firefox-esr", "firefox"])?;
    let mut command = Command::new(Engine::Firefox.program("GECKODRIVER", &["geckodriver"])?);
    command
        .args(["--port", &port.to_string()])
        .args(["--websocket-port", &process::free_ports()?.to_string()])
        .env("MOZ_HEADLESS_WIDTH", "1280")
        .env("MOZ_HEADLESS_HEIGHT", "900");
    let mut preferences = json!({
        "intl.accept_languages": "en",
        "devtools.console.stdout.content": true,
        "datareporting.policy.dataSubmissionEnabled": false,
        // Pages of one test are left and come back to; each is loaded anew.
        "browser.sessionhistory.max_total_viewers": 0,
        // What is downloaded goes where it is cleared away, and no panel opens over it that takes the keyboard.
        "browser.download.folderList": 2,
        "browser.download.dir": dir,
        "browser.download.alwaysOpenPanel": false,
        "browser.download.manager.addToRecentDocs": false,
    });
    if kind == Kind::Gpc {
        preferences["privacy.globalprivacycontrol.enabled"] = json!(true);
        preferences["privacy.globalprivacycontrol.functionality.enabled"] = json!(true);
    }
    let capabilities = json!({
        "browserName": "firefox",
        "moz:firefoxOptions": { "binary": browser, "args": ["-headless"], "prefs": preferences },
    });
    Ok((command, capabilities))
}

fn webkit(display: &str, port: u16) -> Result<(Command, Value)> {
    let browser = places::mini_browser().ok_or_else(|| anyhow!("WebKitGTK's MiniBrowser is missing"))?;
    let mut command = Command::new(Engine::Webkit.program("WEBKITDRIVER", &["WebKitWebDriver"])?);
    command
        .arg(format!("--port={port}"))
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11")
        .env("LANG", "C.UTF-8")
        .env("NO_AT_BRIDGE", "1");
    let capabilities = json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": {
            "binary": browser,
            "args": ["--automation"],
        },
    });
    Ok((command, capabilities))
}

/// A display without a screen, on the first free number.
async fn x_display(dir: &Path) -> Result<(Process, String)> {
    let log = dir.join("display.log");
    let mut command = Command::new(Engine::Webkit.program("XVFB", &["Xvfb"])?);
    command.args(["-displayfd", "1", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"]);
    let mut process = Process::start(&mut command, &log)?;
    let name = wait::until("Xvfb names its display", async || {
        if process.ended() {
            bail!("Xvfb ended: {}", process.printed());
        }
        let text = fs::read_to_string(&log)?;
        let number = text.lines().find(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()));
        Ok(number.map(|number| format!(":{number}")))
    })
    .await?;
    Ok((process, name))
}
