//! A screen that nobody sees, for the one browser that cannot do without.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// The X server without a screen.
pub(crate) const XVFB: &str = "Xvfb";

/// An X server that ends when this is dropped.
pub(crate) struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts the server on a number that is free, and waits until it can be used.
    pub(crate) fn start() -> Result<Self> {
        let mut server = Command::new(XVFB)
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x1024x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb")?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.as_mut() {
            BufReader::new(stdout)
                .read_line(&mut number)
                .context("cannot read from Xvfb")?;
        }
        let mut display = Self {
            server,
            name: String::new(),
        };
        if number.trim().is_empty() {
            bail!("Xvfb ended without opening a display");
        }
        display.name = format!(":{}", number.trim());
        Ok(display)
    }

    /// The value for `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
