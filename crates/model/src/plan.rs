//! The plan: the compact form of the config that the loader reads.

use crate::config::{Basis, Config, Mode, Storage};
use crate::data;
use crate::regime::{Model, RegimeId, places};
use crate::signals::{Signal, signals};
use crate::snapshot::digest;
use crate::tree::Map;

data! {
    /// What the loader knows of the config. It needs no version: loader and plan are one file.
    pub struct Plan {
        /// The site.
        site: String,
        /// The version of the notice.
        version: String,
        /// The regimes, strictest first.
        regimes: Vec<PlanRegime>,
        /// The purposes in the order of the config.
        purposes: Vec<PlanPurpose>,
        /// How long a yes holds, in seconds.
        granted: u32,
        /// Preference to the purpose that it belongs to.
        preferences: Map<String>,
        /// Host, or host and beginning of a path, to the purposes of the services that load from it.
        hosts: Map<Vec<String>>,
        /// Purpose to what its services keep in the browser.
        kept: Map<PlanKept>,
        /// What vendors are told.
        signals: Vec<Signal>,
        /// The age from which a visitor decides alone; none where nobody's age is asked.
        minors: Option<u32>,
        /// The domain of the record's cookie.
        cookie_domain as "cookieDomain": Option<String>,
    }

    /// A regime as the loader knows it.
    pub struct PlanRegime {
        /// Its name.
        id: String,
        /// Whether optional purposes run until the visitor objects.
        opt_out as "optOut": bool,
        /// How long a no holds, in seconds: as the config says, and never less than the regime asks for.
        denied: u32,
        /// The regions where it applies.
        regions: Vec<String>,
    }

    /// A purpose as the loader knows it.
    pub struct PlanPurpose {
        /// Its name.
        id: String,
        /// Its digest.
        digest: String,
        /// Whether it runs without being asked.
        always: bool,
        /// Whether “accept all” leaves it off.
        separate: bool,
        /// Whether a yes holds for one act only: it is never asked but where the act takes place, and not kept.
        once: bool,
        /// Whether others get the data for ends of their own: Global Privacy Control and “do not sell or share” deny it.
        shared: bool,
        /// Whether the page is loaded anew when its consent is withdrawn.
        reload: bool,
    }

    /// The names of what the services of a purpose keep in the browser; `*` at the end stands for any ending.
    pub struct PlanKept {
        /// Cookies.
        cookie: Vec<String>,
        /// Keys of `localStorage`.
        local: Vec<String>,
        /// Keys of `sessionStorage`.
        session: Vec<String>,
    }
}

/// Makes the plan of a config that `check` has passed.
pub fn plan(config: &Config) -> Plan {
    let mut hosts: Map<Vec<String>> = Map::default();
    let mut kept: Map<PlanKept> = Map::default();
    let mut reloads = Vec::new();
    for service in config.resolved() {
        let Some(purpose) = service.purpose else { continue };
        if service.reload {
            reloads.push(purpose.clone());
        }
        // What loads at once is told by calls what it may do, and not held.
        for host in service.hosts.into_iter().filter(|_| service.mode == Mode::Basic) {
            let mut purposes = hosts.get(&host).cloned().unwrap_or_default();
            if !purposes.contains(&purpose) {
                purposes.push(purpose.clone());
            }
            hosts.set(&host, purposes);
        }
        if service.cookies.is_empty() {
            continue;
        }
        let mut names = kept.get(&purpose).cloned().unwrap_or_default();
        for cookie in service.cookies {
            let list = match cookie.storage {
                Storage::Cookie => &mut names.cookie,
                Storage::Local => &mut names.local,
                Storage::Session => &mut names.session,
            };
            if !list.contains(&cookie.name) {
                list.push(cookie.name);
            }
        }
        kept.set(&purpose, names);
    }
    Plan {
        site: config.site.clone(),
        version: config.version.clone(),
        regimes: regimes(config),
        purposes: config
            .purposes
            .iter()
            .map(|purpose| PlanPurpose {
                id: purpose.id.clone(),
                digest: digest(config, purpose),
                always: purpose.basis != Basis::Consent,
                separate: purpose.is_separate() || purpose.once,
                once: purpose.once,
                shared: purpose.is_shared(),
                reload: reloads.contains(&purpose.id),
            })
            .collect(),
        granted: seconds(&config.validity.granted),
        preferences: Map(config
            .preferences
            .iter()
            .map(|preference| (preference.id.clone(), preference.purpose.clone()))
            .collect()),
        hosts,
        kept,
        signals: signals(config),
        minors: config.minors.as_ref().map(|minors| minors.age),
        cookie_domain: config.cookie_domain.clone(),
    }
}

fn seconds(text: &str) -> u32 {
    crate::duration::Duration::parse(text).map_or(0, |duration| duration.days() * 86_400)
}

fn regimes(config: &Config) -> Vec<PlanRegime> {
    RegimeId::ALL
        .iter()
        .filter_map(|id| {
            let rules: Vec<_> = config.regimes.iter().filter(|rule| rule.regime == *id).collect();
            let regions = rules.iter().flat_map(|rule| rule.regions()).flat_map(|region| places(&region));
            (!rules.is_empty()).then(|| PlanRegime {
                id: id.word().into(),
                opt_out: id.rules().model == Model::OptOut,
                denied: seconds(&config.validity.denied).max(id.rules().refusal_days * 86_400),
                regions: regions.collect(),
            })
        })
        .collect()
}
