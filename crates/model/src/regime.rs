//! Regimes: the rule sets that apply, as data with their sources.

use crate::words;

words! {
    /// A rule set, named by place and law.
    pub enum RegimeId {
        /// China: Personal Information Protection Law, Network Data Security Regulation. Opt-in.
        CnPipl = "cn-pipl",
        /// European Union and EEA, Switzerland: GDPR and ePrivacy Directive 5(3). Opt-in.
        EuGdpr = "eu-gdpr",
        /// United Kingdom: UK GDPR and PECR. Opt-in.
        UkPecr = "uk-pecr",
        /// California and the other US states with an opt-out law: CCPA and its regulations. Opt-out.
        UsCcpa = "us-ccpa",
    }

    /// What holds where the visitor has not answered.
    pub enum Model {
        /// Nothing optional runs before the visitor agrees.
        OptIn = "opt-in",
        /// Optional purposes run until the visitor objects.
        OptOut = "opt-out",
    }
}

/// What a regime asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regime {
    /// Its name.
    pub id: RegimeId,
    /// What holds before an answer.
    pub model: Model,
    /// For how many days a refusal must be left alone.
    pub refusal_days: u32,
    /// Where these rules are written.
    pub source: &'static str,
}

/// The regimes, strictest first: in an unknown place the first one that the config names applies.
pub const REGIMES: &[Regime] = &[
    Regime {
        id: RegimeId::CnPipl,
        model: Model::OptIn,
        refusal_days: 180,
        source: "PIPL 13-16, 23, 29, 39; Network Data Security Regulation 22(5): no frequent asking after a refusal",
    },
    Regime {
        id: RegimeId::EuGdpr,
        model: Model::OptIn,
        refusal_days: 180,
        source: "GDPR 4(11), 7; ePrivacy Directive 5(3); CNIL: keep the choice about six months",
    },
    Regime {
        id: RegimeId::UkPecr,
        model: Model::OptIn,
        refusal_days: 180,
        source: "UK GDPR 7; PECR 6 as changed by the Data (Use and Access) Act 2025",
    },
    Regime {
        id: RegimeId::UsCcpa,
        model: Model::OptOut,
        refusal_days: 365,
        source: "CCPA 1798.135(c)(4): no asking again for twelve months after an opt-out",
    },
];

impl RegimeId {
    /// What this regime asks for.
    pub fn rules(self) -> Regime {
        // REGIMES lists every variant in the order of the enum; a test holds that.
        REGIMES[self as usize]
    }
}

/// The member states of the European Union, which `EU` in a config stands for.
pub const EU: &[&str] = &[
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
