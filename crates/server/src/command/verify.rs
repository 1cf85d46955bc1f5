//! `placet verify`: what receipt files prove.

use super::Failure;
use super::input::read;
use super::output::say;
use crate::verify_report::told_report;
use clap::Args;
use placet_model::log::checkpoint::Keys;
use placet_model::receipt_file::{MAX_FILE, verify_file};
use std::path::PathBuf;
use std::process::ExitCode;

/// Verify receipt files offline and say what they prove.
///
/// Exit code 0: all are genuine; 1: one is not, with the reason; 2: one cannot be read.
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt files, as shoppers download them.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

impl Verify {
    /// Verifies each file; one that cannot be read does not keep the others from it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let paths = self.files;
        let (mut worst, mut genuine, mut forged, mut unreadable) = (0, 0, 0, 0);
        for path in &paths {
            if paths.len() > 1 {
                say(&format!("{}\n", path.display()))?;
            }
            let code = match read(path, MAX_FILE, "receipt file") {
                Ok(text) => {
                    let report = verify_file(&text, &Keys::default());
                    say(&told_report(&report))?;
                    *(if report.is_genuine() { &mut genuine } else { &mut forged }) += 1;
                    u8::from(!report.is_genuine())
                }
                Err(failure) => {
                    failure.tell();
                    unreadable += 1;
                    failure.code()
                }
            };
            worst = code.max(worst);
            if paths.len() > 1 {
                say("\n")?;
            }
        }
        if paths.len() > 1 {
            say(&format!("{} files: {genuine} genuine, {forged} not genuine, {unreadable} not read\n", paths.len()))?;
        }
        Ok(ExitCode::from(worst))
    }
}
