//! The vendor catalogue: one data manifest a vendor, never code.

use crate::config::{Cookie, Service};
use crate::data;
use crate::text::Text;
use crate::tree::Map;

data! {
    /// What is known about a vendor: `vendors/<id>.json`.
    pub struct Manifest {
        /// The name that a config uses.
        id: String,
        /// What visitors read.
        name: String,
        /// Host names that it loads from.
        hosts: Vec<String>,
        /// What it keeps in the browser.
        cookies: Vec<Cookie>,
        /// Google Consent Mode v2: each key of the call, and the purposes that can grant it, the best first.
        consent_mode as "consentMode": Option<Map<Vec<String>>>,
        /// Whether it is a signal only: it needs no purpose of its own.
        signal: bool = default,
    }
}

/// A service with what the catalogue knows and the config overrides.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Its machine name.
    pub id: String,
    /// The purpose that it works for; none for a mere signal.
    pub purpose: Option<String>,
    /// What visitors read.
    pub name: Text,
    /// Host names that it loads from.
    pub hosts: Vec<String>,
    /// What it keeps in the browser.
    pub cookies: Vec<Cookie>,
    /// Its Google Consent Mode keys.
    pub consent_mode: Option<Map<Vec<String>>>,
}

const CATALOGUE: &[(&str, &str)] = &[
    ("baidu-tongji", include_str!("../vendors/baidu-tongji.json")),
    ("google-ads", include_str!("../vendors/google-ads.json")),
    ("google-analytics-4", include_str!("../vendors/google-analytics-4.json")),
    ("google-consent-mode", include_str!("../vendors/google-consent-mode.json")),
    ("meta-pixel", include_str!("../vendors/meta-pixel.json")),
    ("microsoft-clarity", include_str!("../vendors/microsoft-clarity.json")),
];

/// The names of all vendors in the catalogue.
pub fn names() -> Vec<&'static str> {
    CATALOGUE.iter().map(|(id, _)| *id).collect()
}

/// The manifest of a vendor.
pub fn manifest(id: &str) -> Option<Manifest> {
    let (_, text) = CATALOGUE.iter().find(|(known, _)| *known == id)?;
    crate::json::from_tree(&crate::json::parse(text).ok()?)
}

/// Completes a service of the config from the catalogue; `None` where it has neither a known vendor nor a name of its own.
pub fn resolve(service: &Service) -> Option<Resolved> {
    let manifest = match &service.vendor {
        Some(vendor) => Some(manifest(vendor)?),
        None => None,
    };
    let (id, name, hosts, cookies, consent_mode) = match manifest {
        Some(known) => (known.id, Some(Text::Same(known.name)), known.hosts, known.cookies, known.consent_mode),
        None => (service.id.clone()?, None, vec![], vec![], None),
    };
    Some(Resolved {
        id: service.id.clone().unwrap_or(id),
        purpose: service.purpose.clone(),
        name: service.name.clone().or(name)?,
        hosts: service.hosts.clone().unwrap_or(hosts),
        cookies: service.cookies.clone().unwrap_or(cookies),
        consent_mode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;
    use crate::tree::Read;

    #[test]
    fn every_manifest_reads_without_a_problem_and_bears_its_name() {
        for (id, text) in CATALOGUE {
            let mut problems = Problems::default();
            let manifest = Manifest::read(&crate::json::parse(text).expect(id), &mut problems);
            assert_eq!((manifest.id.as_str(), problems.found), (*id, vec![]));
        }
    }
}
