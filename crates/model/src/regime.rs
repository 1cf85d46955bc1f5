//! Regimes: the rule sets that apply, as data with their sources.

use crate::words;

words! {
    /// A rule set, named by place and law.
    pub enum RegimeId {
        /// China: Personal Information Protection Law, Network Data Security Regulation. Opt-in.
        CnPipl = "cn-pipl",
        /// European Union and EEA, Switzerland: GDPR and ePrivacy Directive 5(3). Opt-in.
        EuGdpr = "eu-gdpr",
        /// Quebec: Act respecting the protection of personal information in the private sector ("Law 25"). Opt-in.
        CaQuebec = "ca-quebec",
        /// Brazil: Lei Geral de Proteção de Dados. Opt-in.
        BrLgpd = "br-lgpd",
        /// United Kingdom: UK GDPR and PECR. Opt-in.
        UkPecr = "uk-pecr",
        /// California: CCPA and its regulations. Opt-out.
        UsCcpa = "us-ccpa",
        /// The other US states with a general privacy law. Opt-out.
        UsStates = "us-states",
    }

    /// What holds where the visitor has not answered.
    pub enum Model {
        /// Nothing optional runs before the visitor agrees.
        OptIn = "opt-in",
        /// Optional purposes run until the visitor objects.
        OptOut = "opt-out",
    }

    /// What Global Privacy Control is under a regime. It lowers the same purposes under all of them.
    pub enum Signal {
        /// An opt-out that must be obeyed.
        Binding = "binding",
        /// An objection that Placet obeys although no rule names it: what was said is not asked for again.
        Honoured = "honoured",
    }
}

/// What a regime asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regime {
    /// Its name.
    pub id: RegimeId,
    /// What holds before an answer.
    pub model: Model,
    /// Where its law holds, ISO 3166: the regions of a config that names none.
    pub regions: &'static [&'static str],
    /// For how many days a refusal must be left alone.
    pub refusal_days: u32,
    /// What Global Privacy Control is.
    pub signal: Signal,
    /// For how many years after its consent has ended a receipt is kept at least.
    pub keep_years: u32,
    /// Where that is written.
    pub keep_source: &'static str,
    /// Where these rules are written.
    pub source: &'static str,
}

/// The regimes, strictest first: in an unknown place the first one that the config names applies.
pub const REGIMES: &[Regime] = &[
    Regime {
        id: RegimeId::CnPipl,
        model: Model::OptIn,
        regions: &["CN"],
        refusal_days: 180,
        signal: Signal::Honoured,
        keep_years: 3,
        keep_source: "PIPL 56 and Network Data Security Regulation 12: records of processing and of handing data on are kept for three years",
        source: "PIPL 13-16, 23, 29, 39; Network Data Security Regulation 22(5): no frequent asking after a refusal",
    },
    Regime {
        id: RegimeId::EuGdpr,
        model: Model::OptIn,
        regions: &["EU", "IS", "LI", "NO", "CH"],
        refusal_days: 180,
        signal: Signal::Honoured,
        keep_years: 3,
        keep_source: "GDPR 5(2), 7(1): who relies on consent proves it; no number is written: as long as under the PIPL",
        source: "GDPR 4(11), 7, 21(5); ePrivacy Directive 5(3); CNIL: keep the choice about six months",
    },
    Regime {
        id: RegimeId::CaQuebec,
        model: Model::OptIn,
        regions: &["CA-QC"],
        refusal_days: 180,
        signal: Signal::Honoured,
        keep_years: 3,
        keep_source: "Law 25, section 14: who relies on consent proves it; no number is written: as long as under the PIPL",
        source: "Law 25, sections 8.1 (profiling is off until turned on), 9.1 (the most private setting by default), 14 (consent); no interval is written: as long as under the GDPR",
    },
    Regime {
        id: RegimeId::BrLgpd,
        model: Model::OptIn,
        regions: &["BR"],
        refusal_days: 180,
        signal: Signal::Honoured,
        keep_years: 3,
        keep_source: "LGPD 8(2): who relies on consent proves it; no number is written: as long as under the PIPL",
        source: "LGPD 5(XII), 8; ANPD guide on cookies (2022): off by default, refusing is as easy; no interval is written: as long as under the GDPR",
    },
    Regime {
        id: RegimeId::UkPecr,
        model: Model::OptIn,
        regions: &["GB"],
        refusal_days: 180,
        signal: Signal::Honoured,
        keep_years: 3,
        keep_source: "UK GDPR 5(2), 7(1): who relies on consent proves it; no number is written: as long as under the PIPL",
        source: "UK GDPR 7; PECR 6 as changed by the Data (Use and Access) Act 2025",
    },
    Regime {
        id: RegimeId::UsCcpa,
        model: Model::OptOut,
        regions: &["US-CA"],
        refusal_days: 365,
        signal: Signal::Binding,
        keep_years: 2,
        keep_source: "CCPA regulations 7101(a): records of requests are kept for at least 24 months",
        source: "CCPA 1798.135(c)(4): no asking again for twelve months after an opt-out; regulations 7004, 7025, 7026",
    },
    Regime {
        id: RegimeId::UsStates,
        model: Model::OptOut,
        regions: US_STATES,
        refusal_days: 365,
        signal: Signal::Binding,
        keep_years: 2,
        keep_source: "Colorado rule 6.11: records of requests are kept for at least 24 months; in the other states the same",
        source: "The states' privacy laws, among them Colorado (C.R.S. 6-1-1306, rule 5: universal opt-out), Connecticut (42-520), Texas (Bus. & Com. 541.055), Virginia (59.1-577); the signal is binding in most of them and obeyed in all; the interval is California's, the longest",
    },
];

/// The US states beside California with a general privacy law in force.
const US_STATES: &[&str] = &[
    "US-CO", "US-CT", "US-DE", "US-IA", "US-IN", "US-KY", "US-MD", "US-MN", "US-MT", "US-NE", "US-NH", "US-NJ",
    "US-OR", "US-RI", "US-TN", "US-TX", "US-UT", "US-VA",
];

impl RegimeId {
    /// What this regime asks for.
    pub fn rules(self) -> Regime {
        // REGIMES lists every variant in the order of the enum; a test holds that.
        REGIMES[self as usize]
    }
}

/// A region of a config as the codes that a visit can name: `EU` stands for its member states.
pub fn places(region: &str) -> Vec<String> {
    match region {
        "EU" => EU.iter().map(|state| (*state).to_owned()).collect(),
        _ => vec![region.to_owned()],
    }
}

/// The member states of the European Union.
const EU: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_regime_is_listed_in_the_order_of_its_enum() {
        let listed: Vec<_> = REGIMES.iter().map(|regime| regime.id).collect();
        assert_eq!(listed, RegimeId::ALL);
    }
}
