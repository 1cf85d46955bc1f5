//! Waiting for what must become true.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long anything on a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until `look` finds something; after the deadline it fails, naming `what` and the last error.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        let last = match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => String::new(),
            Err(error) => format!(" ({error:#})"),
        };
        if start.elapsed() > PATIENCE {
            bail!("waited {} s in vain: {what}{last}", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// Waits until something holds.
pub(crate) async fn until_true(what: &str, mut look: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    until(what, async || Ok(look().await?.then_some(()))).await
}
