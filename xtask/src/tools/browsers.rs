//! The three browser engines and the programs that steer them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::tools::cargo_install::GECKODRIVER;
use crate::tools::{debian, find};

/// A browser engine, by the name that tests know it by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox ESR or Firefox.
    Firefox,
    /// WebKitGTK's MiniBrowser, the engine of Safari.
    Webkit,
}

/// An engine that can be driven.
pub(crate) struct Ready {
    /// The browser itself.
    pub(crate) browser: PathBuf,
    /// Variables that tell a test where browser and driver are.
    pub(crate) environment: [(&'static str, PathBuf); 2],
}

impl Ready {
    fn new(variables: [&'static str; 2], driver: PathBuf, browser: PathBuf) -> Self {
        Self { browser: browser.clone(), environment: [(variables[0], driver), (variables[1], browser)] }
    }
}

/// How a test starts Chromium: quiet, and without the sandbox that root may not use.
pub(crate) const CHROMIUM_SWITCHES: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

impl Engine {
    /// All of them, the one that everybody has first.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// The name in `PLACET_ENGINES`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Why this engine cannot exist on this kind of machine, if so.
    pub(crate) fn impossible(self) -> Option<&'static str> {
        match self {
            Self::Webkit if !cfg!(target_os = "linux") => Some("WebKitGTK exists on Linux only"),
            _ => None,
        }
    }

    /// Finds or installs the engine and its driver.
    pub(crate) fn ensure(self) -> Result<Ready> {
        fonts()?;
        match self {
            Self::Chromium => chromium(),
            Self::Firefox => firefox(),
            Self::Webkit => webkit(),
        }
    }
}

const CHROMIUM: [&str; 4] =
    ["chromium", "google-chrome", "chromium-browser", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const FIREFOX: [&str; 3] = ["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/// A program to look for, and the package of Debian that holds it.
struct Needed<'a> {
    names: &'a [&'a str],
    package: &'static str,
    /// The command on macOS, where one exists.
    homebrew: &'static str,
}

impl Needed<'_> {
    fn find(&self) -> Option<PathBuf> {
        find(self.names)
    }
}

/// Finds several programs, installing all that are missing at once.
fn ensure<const N: usize>(needed: [Needed<'_>; N]) -> Result<[PathBuf; N]> {
    let missing: Vec<&Needed<'_>> = needed.iter().filter(|program| program.find().is_none()).collect();
    if !missing.is_empty() {
        if cfg!(target_os = "macos") {
            let commands: Vec<&str> = missing.iter().map(|program| program.homebrew).collect();
            bail!("missing on this Mac; install with: {}", commands.join(" && "));
        }
        let packages: Vec<&str> = missing.iter().map(|program| program.package).collect();
        debian::install(&packages)?;
    }
    let mut found = Vec::with_capacity(N);
    for program in &needed {
        let path = program.find();
        found.push(path.with_context(|| {
            format!("{} is installed but none of {:?} is on the PATH", program.package, program.names)
        })?);
    }
    match found.try_into() {
        Ok(found) => Ok(found),
        Err(_) => bail!("lost count of the programs"),
    }
}

fn chromium() -> Result<Ready> {
    let [driver, browser] = ensure([
        Needed { names: &["chromedriver"], package: "chromium-driver", homebrew: "brew install --cask chromedriver" },
        Needed { names: &CHROMIUM, package: "chromium", homebrew: "brew install --cask google-chrome" },
    ])?;
    Ok(Ready::new(["CHROMEDRIVER", "PLACET_CHROMIUM"], driver, browser))
}

fn firefox() -> Result<Ready> {
    let [browser] =
        ensure([Needed { names: &FIREFOX, package: "firefox-esr", homebrew: "brew install --cask firefox" }])?;
    let driver = GECKODRIVER.ensure()?;
    Ok(Ready::new(["GECKODRIVER", "PLACET_FIREFOX"], driver, browser))
}

fn webkit() -> Result<Ready> {
    let [driver, _] = ensure([
        Needed { names: &["WebKitWebDriver"], package: "webkit2gtk-driver", homebrew: "" },
        Needed { names: &["Xvfb"], package: "xvfb", homebrew: "" },
    ])?;
    let browser = mini_browser()?;
    Ok(Ready::new(["WEBKITDRIVER", "PLACET_WEBKIT"], driver, browser))
}

/// MiniBrowser is not on the PATH; it lies beside WebKitGTK's own processes.
fn mini_browser() -> Result<PathBuf> {
    for libraries in ["/usr/lib", "/usr/libexec", "/usr/lib64"] {
        let Ok(entries) = std::fs::read_dir(libraries) else {
            continue;
        };
        let directories = entries.flatten().map(|entry| entry.path()).chain([PathBuf::from(libraries)]);
        for directory in directories {
            for version in ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"] {
                let path = directory.join(version).join("MiniBrowser");
                if path.is_file() {
                    return Ok(path);
                }
            }
        }
    }
    bail!("WebKitGTK's MiniBrowser is missing; on Debian: sudo apt-get install webkit2gtk-driver")
}

/// The Chinese notice has to be drawn with Chinese glyphs, or widths and heights mean nothing.
fn fonts() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let has_chinese = run::read(Command::new("fc-list").arg(":lang=zh-cn")).is_ok_and(|fonts| !fonts.trim().is_empty());
    if has_chinese { Ok(()) } else { debian::install(&["fontconfig", "fonts-noto-cjk"]) }
}
