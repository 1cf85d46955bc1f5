//! What does watching cost a page that changes? 5,000 nodes are added to the demo shop's page
//! without its own scripts: alone, with Placet, with vanilla-cookieconsent, which does not watch,
//! and with yett, which watches too. Nothing is decided: whatever can be held is held.
//!
//! **Invariant:** one script adds the same nodes to all pages; only the gate differs.

mod addition;
mod report;
mod summary;
mod variants;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;

use self::{
    addition::{Addition, Way},
    report::Report,
    summary::Summary,
    variants::Variant,
};
use crate::{chromium::Chromium, marks, notice::Notice, shop::Shop, site::Site};

/// What `nodes` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How often nodes are added to each page in each way
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print JSON with every single addition instead of tables
    #[arg(long)]
    json: bool,
    /// Put the table into this file, between the two comments that mark its place
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Measure nothing: serve the pages until interrupted, to look at them or to trace them by hand
    #[arg(long)]
    serve: bool,
}

/// Measures, and reports.
pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut site = Site::default();
    let (shop, notice) = (Shop::read()?.without_scripts()?, Notice::read()?);
    Shop::put_assets(&mut site)?;
    site.put("/nodes.js", include_bytes!("nodes.js"))?;
    for variant in Variant::ALL {
        variant.put(&shop, &notice, &mut site)?;
    }
    let (origin, server) = site.serve().await?;
    if arguments.serve {
        Variant::ALL.iter().for_each(|variant| println!("{origin}{}", variant.page()));
        server.await?;
        return Ok(ExitCode::SUCCESS);
    }
    let browser = Chromium::start().await?;
    let additions = measure(arguments.rounds.into(), &browser, &origin).await;
    let version = browser.version.clone();
    browser.quit().await;
    server.abort();

    let additions = additions?;
    let summary = Summary::of(&additions);
    let report = Report { browser: &version, rounds: arguments.rounds.into(), summary: &summary };
    if arguments.json {
        println!("{:#}", report.json(&additions));
    } else {
        print!("{}", report.text()?);
    }
    if let Some(path) = &arguments.write {
        marks::write("nodes", path, &report.markdown()?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Every page in turn, round by round. The order rotates, so that none always follows the same other.
async fn measure(rounds: usize, browser: &Chromium, origin: &str) -> Result<Vec<Addition>> {
    let mut additions = Vec::new();
    // Round 0 warms up browser and server; it is not counted.
    for round in 0..=rounds {
        eprintln!("round {round} of {rounds}");
        for way in Way::ALL {
            for turn in 0..Variant::ALL.len() {
                let variant = Variant::ALL[(round + turn) % Variant::ALL.len()];
                let addition = addition::add(browser, origin, variant, way, round).await?;
                if round > 0 {
                    additions.push(addition);
                }
            }
        }
    }
    Ok(additions)
}
