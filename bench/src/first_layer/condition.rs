//! The two conditions that pages are loaded under.

use anyhow::Result;
use serde_json::json;

use crate::chromium::Chromium;

/// How fast the visitor's device and network are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// This machine, its own network.
    Unthrottled,
    /// The processor four times slower, 1.6 Mbit/s down, 150 ms for each round trip.
    Slow,
}

impl Condition {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Unthrottled, Self::Slow];

    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unthrottled => "unthrottled",
            Self::Slow => "4x slower CPU, 1.6 Mbit/s, 150 ms",
        }
    }

    /// The name in JSON and in the names of files.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Unthrottled => "unthrottled",
            Self::Slow => "slow",
        }
    }

    /// Sets the current page to it.
    pub(crate) async fn set(self, browser: &Chromium) -> Result<()> {
        if self == Self::Slow {
            browser.tell("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
            let network =
                json!({ "offline": false, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750 });
            browser.tell("Network.emulateNetworkConditions", network).await?;
        }
        Ok(())
    }
}
