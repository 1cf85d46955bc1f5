//! When can the first layer be seen? The demo shop's page without a banner, with Placet and with
//! two other banners, loaded cold by a real Chromium under two conditions.
//!
//! **Invariant:** all pages come from one server with the same headers and compression, and one
//! detector looks at all of them; only the banner differs.

mod condition;
mod load;
mod report;
mod summary;
mod variants;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use self::{condition::Condition, load::Load, report::Report, summary::Summaries, variants::Variant};
use crate::{chromium::Chromium, marks, notice::Notice, shop::Shop, site::Site};

/// What `first-layer` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How often each page is loaded under each condition
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print JSON with every single load instead of tables
    #[arg(long)]
    json: bool,
    /// Fail where a budget is not kept
    #[arg(long)]
    check: bool,
    /// Put the ratios into this file, between the two comments that mark their place
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Put a picture of each page into this directory
    #[arg(long, value_name = "DIR")]
    screenshots: Option<PathBuf>,
    /// Measure nothing: serve the pages until interrupted, to look at them or to trace them by hand
    #[arg(long)]
    serve: bool,
}

/// Measures, and reports.
pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut site = Site::default();
    let (shop, notice) = (Shop::read()?, Notice::read()?);
    Shop::put_assets(&mut site)?;
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
    let loads = measure(arguments, &browser, &origin).await;
    let version = browser.version.clone();
    browser.quit().await;
    server.abort();

    let loads = loads?;
    let summaries = Summaries::of(&loads);
    let report = Report { browser: &version, rounds: arguments.rounds.into(), loads: &loads, summaries: &summaries };
    if arguments.json {
        println!("{:#}", report.json());
    } else {
        print!("{}", report.text()?);
    }
    if let Some(path) = &arguments.write {
        marks::write("first-layer", path, &report.markdown()?)?;
    }
    let holds = summaries.verdicts().iter().all(|verdict| verdict.holds);
    Ok(if arguments.check && !holds { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Loads every page in turn, round by round. The order rotates, so that none always follows the same other.
async fn measure(arguments: &Arguments, browser: &Chromium, origin: &str) -> Result<Vec<Load>> {
    if let Some(directory) = &arguments.screenshots {
        fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let mut loads = Vec::new();
    for condition in Condition::ALL {
        // Round 0 warms up browser, server and the files' pages in memory; it is not counted.
        for round in 0..=usize::from(arguments.rounds) {
            eprintln!("{}: round {round} of {}", condition.name(), arguments.rounds);
            for turn in 0..Variant::ALL.len() {
                let variant = Variant::ALL[(round + turn) % Variant::ALL.len()];
                let picture = format!("{}-{}.png", variant.id(), condition.id());
                let picture = arguments.screenshots.as_ref().filter(|_| round == 0).map(|dir| dir.join(picture));
                let load = load::load(browser, origin, variant, condition, picture.as_deref()).await?;
                if round > 0 {
                    loads.push(load);
                }
            }
        }
    }
    Ok(loads)
}
