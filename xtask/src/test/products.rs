//! What is built, weighed and generated.

use anyhow::Result;

use super::context::Context;
use super::outcome::Outcome;
use crate::{generate, size, size_table, trunk};

/// The widget and the minified loader.
pub(crate) fn widget(context: &Context<'_>) -> Result<Outcome> {
    context.widget()?;
    Ok(Outcome::passed())
}

/// The budgets.
pub(crate) fn sizes(context: &Context<'_>) -> Result<Outcome> {
    let binary = context.server()?;
    let sizes = size::measure(context.workspace(), &binary)?;
    println!("{}", size_table::render(&sizes));
    let over: Vec<String> = sizes
        .iter()
        .filter(|size| size.is_over())
        .map(|size| format!("over budget: {} is {} bytes, {} are allowed", size.what, size.bytes, size.budget))
        .collect();
    Ok(if over.is_empty() { Outcome::passed() } else { Outcome::failed(over.join("\n")) })
}

/// The component gallery, built with Trunk.
pub(crate) fn gallery(context: &Context<'_>) -> Result<Outcome> {
    trunk::build(context.workspace())?;
    Ok(Outcome::passed())
}

/// Files that are generated and committed.
pub(crate) fn generated(context: &Context<'_>) -> Result<Outcome> {
    let binary = context.server()?;
    let drifted = generate::drifted(context.workspace(), &binary)?;
    if drifted.is_empty() {
        return Ok(Outcome::passed());
    }
    Ok(Outcome::failed(format!("drifted: {}; `cargo xtask generate` writes them", drifted.join(", "))))
}
