//! How soon does a click show? The preference center that was loaded before is opened, with the demo
//! shop's services and with a thousand; all is accepted on the first layer; and Placet's search is
//! asked. On a processor four times slower, beside Klaro and vanilla-cookieconsent.
//!
//! **Invariant:** one script watches all pages, which come from one server and say the same; only
//! the tool differs.

mod report;
mod summary;
mod variants;
mod visit;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;

use self::{
    report::Report,
    summary::Summary,
    variants::{Size, Variant},
    visit::Answer,
};
use crate::{chromium::Chromium, marks, shop::Shop, site::Site};

/// What `center` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How often each page is visited
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print JSON with every single answer instead of tables
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
    let shop = Shop::read()?.without_scripts()?;
    Shop::put_assets(&mut site)?;
    for (variant, size) in pages() {
        variant.put(size, &shop, &mut site)?;
    }
    let (origin, server) = site.serve().await?;
    if arguments.serve {
        pages().for_each(|(variant, size)| println!("{origin}{}", variant.page(size)));
        server.await?;
        return Ok(ExitCode::SUCCESS);
    }
    let browser = Chromium::start().await?;
    let answers = measure(arguments.rounds.into(), &browser, &origin).await;
    let version = browser.version.clone();
    browser.quit().await;
    server.abort();

    let answers = answers?;
    let summary = Summary::of(&answers);
    let report = Report { browser: &version, rounds: arguments.rounds.into(), summary: &summary };
    if arguments.json {
        println!("{:#}", report.json(&answers));
    } else {
        print!("{}", report.text()?);
    }
    if let Some(path) = &arguments.write {
        marks::write("center", path, &report.markdown()?)?;
    }
    let holds = summary.verdicts().iter().all(|verdict| verdict.holds);
    Ok(if arguments.check && !holds { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn pages() -> impl Iterator<Item = (Variant, Size)> {
    Size::ALL.into_iter().flat_map(|size| Variant::ALL.map(|variant| (variant, size)))
}

/// Every page in turn, round by round. The order rotates, so that none always follows the same other.
async fn measure(rounds: usize, browser: &Chromium, origin: &str) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    // Round 0 warms up browser and server; it is not counted.
    for round in 0..=rounds {
        eprintln!("round {round} of {rounds}");
        for size in Size::ALL {
            for turn in 0..Variant::ALL.len() {
                let variant = Variant::ALL[(round + turn) % Variant::ALL.len()];
                let seen = visit::visit(browser, origin, variant, size).await?;
                if round > 0 {
                    answers.extend(seen);
                }
            }
        }
    }
    Ok(answers)
}
