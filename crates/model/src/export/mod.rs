//! Evidence in the forms that others read: as lines of JSON, as consent receipts of Kantara 1.1, and as consent records of
//! the Data Privacy Vocabulary. `docs/reference/exports.md` describes the three.
//!
//! **Invariant:** each form is made from evidence alone: the same evidence gives the same bytes.
//! **Invariant:** no form tells a refusal as a consent.

pub mod dpv;
pub mod kantara;
pub mod lines;

use crate::evidence::Evidence;
use crate::receipt_file::utc;
use crate::regime::RegimeId;
use crate::words;
use std::collections::BTreeSet;

words! {
    /// A form of export.
    pub enum Form {
        /// JSON lines with the exact receipts, which can be verified.
        Lines = "lines",
        /// Kantara Consent Receipt 1.1, one a line.
        Kantara = "kantara",
        /// Consent records of the Data Privacy Vocabulary (W3C community group) as JSON-LD, one a line.
        Dpv = "dpv",
    }
}

/// Writes evidence, line by line.
#[derive(Debug, Clone)]
pub struct Exporter {
    form: Form,
    /// Notices whose words were written already.
    told: BTreeSet<String>,
}

impl Exporter {
    /// An exporter of one form.
    pub fn new(form: Form) -> Self {
        Exporter { form, told: BTreeSet::new() }
    }

    /// The lines of one piece of evidence, each with its end.
    pub fn lines(&mut self, evidence: &Evidence) -> String {
        let line = match self.form {
            Form::Lines => lines::receipt(evidence),
            Form::Kantara => kantara::receipt(evidence),
            Form::Dpv => dpv::record(evidence),
        };
        match self.form == Form::Lines && self.told.insert(evidence.words.hash.clone()) {
            true => format!("{}\n{line}\n", lines::words(&evidence.words)),
            false => format!("{line}\n"),
        }
    }
}

/// Where the rules of a receipt hold, and what they are called: the regime's, or its own word where we do not know it.
fn jurisdiction(regime: &str) -> (&str, &str) {
    match RegimeId::from_word(regime) {
        Some(RegimeId::CnPipl) => ("CN", "Personal Information Protection Law"),
        Some(RegimeId::EuGdpr) => ("EU", "General Data Protection Regulation (EU) 2016/679"),
        Some(RegimeId::CaQuebec) => {
            ("CA-QC", "Act respecting the protection of personal information in the private sector")
        }
        Some(RegimeId::BrLgpd) => ("BR", "Lei Geral de Proteção de Dados Pessoais"),
        Some(RegimeId::UkPecr) => ("GB", "UK GDPR and Privacy and Electronic Communications Regulations"),
        Some(RegimeId::UsCcpa) => ("US-CA", "California Consumer Privacy Act"),
        Some(RegimeId::UsStates) => ("US", "Privacy laws of the states"),
        None => (regime, regime),
    }
}

/// A time in seconds since 1970 as ISO 8601 has it: `2026-03-01T00:00:00Z`.
pub fn iso(seconds: i64) -> String {
    utc(seconds).replacen(' ', "T", 1).replacen(" UTC", "Z", 1)
}
