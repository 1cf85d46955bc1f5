//! Where a command waits for a database.

use super::Failure;

/// Runs to its end what waits for something, on this thread.
///
/// # Errors
/// Where this machine lets nothing wait.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(future))
}
