//! Where a command waits for a database.

use super::Failure;
use tokio::runtime::Runtime;

/// What waits for databases, on this thread.
///
/// # Errors
/// Where this machine lets nothing wait.
pub fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("cannot start: {error}")))
}

/// Runs to its end what waits for something, on this thread.
///
/// # Errors
/// Where this machine lets nothing wait.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    Ok(runtime()?.block_on(future))
}
