//! What does a returning visitor pay? The demo shop's page without its own scripts, with six tags
//! that the visitor has accepted: free, held by Placet, and held by vanilla-cookieconsent. And once on a first visit:
//! how soon the held tags start after the click that accepts.
//!
//! **Invariant:** all pages come from one server with the same headers and compression and have
//! the same six tags; only what holds them differs.

mod accept;
mod report;
mod summary;
mod variants;
mod visit;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use serde_json::json;

use self::{accept::Acceptance, report::Report, summary::Summary, variants::Variant, visit::Load};
use crate::{chromium::Chromium, marks, notice::Notice, shop::Shop, site::Site};

/// What `return` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How often each page is measured
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
    /// Measure nothing: serve the pages until interrupted, to look at them or to trace them by hand
    #[arg(long)]
    serve: bool,
}

/// Measures, and reports.
pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut site = Site::default();
    let (shop, notice) = (Shop::read()?.without_scripts()?, Notice::read()?);
    Shop::put_assets(&mut site)?;
    variants::put_tags(&mut site)?;
    for variant in Variant::ALL {
        variant.put(&shop, &notice, &mut site)?;
    }
    let (origin, server) = site.serve().await?;
    if arguments.serve {
        for variant in Variant::ALL {
            println!("{origin}{}\n{origin}{}", variant.page(), variant.first_page());
        }
        server.await?;
        return Ok(ExitCode::SUCCESS);
    }
    let browser = Chromium::start().await?;
    let measured = measure(arguments.rounds.into(), &browser, &origin).await;
    let version = browser.version.clone();
    browser.quit().await;
    server.abort();

    let (loads, acceptances) = measured?;
    let summary = Summary::of(&loads, &acceptances);
    let report = Report { browser: &version, rounds: arguments.rounds.into(), summary: &summary };
    if arguments.json {
        println!("{:#}", report.json(&loads, &acceptances));
    } else {
        print!("{}", report.text()?);
    }
    if let Some(path) = &arguments.write {
        marks::write("return", path, &report.markdown()?)?;
    }
    let holds = summary.verdicts().iter().all(|verdict| verdict.holds);
    Ok(if arguments.check && !holds { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Every page in turn, round by round. The order rotates, so that none always follows the same other.
async fn measure(rounds: usize, browser: &Chromium, origin: &str) -> Result<(Vec<Load>, Vec<Acceptance>)> {
    let mut acceptances = Vec::new();
    // Round 0 warms up browser and server; it is not counted.
    for round in 0..=rounds {
        eprintln!("accepting: round {round} of {rounds}");
        for turn in 0..Variant::GATES.len() {
            let variant = Variant::GATES[(round + turn) % Variant::GATES.len()];
            let acceptance = accept::accept(browser, origin, variant).await?;
            if round > 0 {
                acceptances.push(acceptance);
            }
        }
    }
    let storage = json!({ "origin": origin, "storageTypes": "all" });
    browser.tell("Storage.clearDataForOrigin", storage).await?;
    for variant in Variant::GATES {
        visit::accept(browser, origin, variant).await?;
    }
    let mut loads = Vec::new();
    for round in 0..=rounds {
        eprintln!("coming back: round {round} of {rounds}");
        for turn in 0..Variant::ALL.len() {
            let variant = Variant::ALL[(round + turn) % Variant::ALL.len()];
            let seen = visit::come_back(browser, origin, variant, round).await?;
            if round > 0 {
                loads.extend(seen);
            }
        }
    }
    Ok((loads, acceptances))
}
