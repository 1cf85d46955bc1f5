//! What every handler sees: the config's facts, the published files, the database, the limits.

use crate::address::Proxies;
use crate::asset::{Asset, Keep};
use crate::cors::{Origins, is_loopback};
use crate::limits::{Gauge, Limits};
use crate::log::Log;
use crate::log::routes::LOG_PATH;
use crate::log::sequencer::QUEUE;
use crate::metrics::Metrics;
use crate::observe::Observer;
use crate::publish::{Pages, Publication};
use crate::ready::Readiness;
use crate::region::{REGION_PATH, Regions};
use crate::room::Room;
use crate::store::Store;
use crate::store::retention::Terms;
use placet_model::config::Config;
use placet_model::feedback::Subjects;
use placet_model::verify::Expect;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// The state of the server.
#[derive(Debug)]
pub struct App {
    /// The path of the recording call.
    pub record_path: String,
    /// The path of a shopper's requests: `self` beside it.
    pub self_path: String,
    /// The path of feedback: `feedback` beside it.
    pub feedback_path: String,
    /// Whose pages may record.
    pub origins: Origins,
    /// What is served as it is, by path.
    pub assets: HashMap<String, Asset>,
    /// What renders the notices of old that are asked for.
    pub pages: Pages,
    /// Those that were, by path.
    pub old_pages: Mutex<HashMap<String, Asset>>,
    /// For how long receipts are kept.
    pub terms: Terms,
    /// The database.
    pub store: Arc<Store>,
    /// The log.
    pub log: Log,
    /// Whose turn it is to enter what commands left for the audit trail.
    pub entering: tokio::sync::Mutex<()>,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether all of it works.
    pub readiness: Readiness,
    /// The room on the disk.
    pub room: Room,
    /// The limits and how much of them is used.
    pub gauge: Gauge,
    /// Proxies whose X-Forwarded-For is believed.
    pub proxies: Proxies,
    /// How the server knows where a visitor is; none where the operator named no way.
    pub regions: Option<Regions>,
    /// What notes things beside a receipt.
    pub observer: Observer,
    /// What feedback may be about; none where the config wants none.
    pub feedback: Option<Subjects>,
    /// The present time in milliseconds since 1970.
    pub clock: fn() -> i64,
    site: String,
    audiences: Vec<String>,
    self_audiences: Vec<String>,
    unsigned: bool,
}

/// What the operator says beside the config.
#[derive(Debug)]
pub struct Settings {
    /// The address by which browsers reach the server.
    pub public: Url,
    /// Proxies whose X-Forwarded-For is believed.
    pub proxies: Proxies,
    /// How the server knows where a visitor is.
    pub regions: Option<Regions>,
    /// What notes things beside a receipt.
    pub observer: Observer,
    /// The limits.
    pub limits: Limits,
    /// How many bytes of the disk of an SQLite database stay free.
    pub min_free: u64,
    /// The present time in milliseconds since 1970: [`now`], but for tests.
    pub clock: fn() -> i64,
}

/// Why a config cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Unservable {
    /// The endpoint is neither a path nor an address.
    #[error("receipts.endpoint {0:?} is neither a path such as /v1/receipts nor an address")]
    Endpoint(String),
    /// The endpoint's path is taken by something else.
    #[error("receipts.endpoint {0:?} is the address of something else on this server")]
    PathTaken(String),
}

/// What the server itself serves: no endpoint may lie there.
const TAKEN: [&str; 10] = [
    REGION_PATH,
    LOG_PATH,
    "/embed",
    "/notice",
    "/problems",
    "/.well-known",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/assets",
];

impl App {
    /// Puts the state together.
    ///
    /// # Errors
    /// [`Unservable`].
    pub fn new(
        config: &Config,
        publication: &Publication,
        settings: Settings,
        store: Arc<Store>,
        log: Log,
    ) -> Result<Self, Unservable> {
        let endpoint = &config.receipts.endpoint;
        let url = settings.public.join(endpoint).map_err(|_| Unservable::Endpoint(endpoint.clone()))?;
        let path = url.path().to_owned();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if path == "/" || !path.bytes().all(plain) || url.query().is_some() {
            return Err(Unservable::Endpoint(endpoint.clone()));
        }
        if TAKEN.iter().any(|taken| path == *taken || path.starts_with(&format!("{taken}/"))) {
            return Err(Unservable::PathTaken(endpoint.clone()));
        }
        let beside = |name: &str| url.join(name).map_err(|_| Unservable::Endpoint(endpoint.clone()));
        let (asking, feedback) = (beside("self")?, beside("feedback")?);
        if [&asking, &feedback].iter().any(|beside| beside.path() == path) {
            return Err(Unservable::PathTaken(endpoint.clone()));
        }
        let subjects = || Subjects {
            site: config.site.clone(),
            languages: config.languages.clone(),
            purposes: config.purposes.iter().map(|purpose| purpose.id.clone()).collect(),
        };
        Ok(App {
            record_path: path,
            self_path: asking.path().to_owned(),
            feedback_path: feedback.path().to_owned(),
            origins: Origins::new(&config.site, &settings.public, config.receipts.unsigned),
            assets: assets(config, publication),
            pages: Pages::new(config),
            old_pages: Mutex::default(),
            terms: Terms::of(config),
            room: Room::new(store.address(), settings.min_free),
            store,
            entering: tokio::sync::Mutex::default(),
            metrics: Metrics::new(log.meter()),
            readiness: Readiness::default(),
            log,
            gauge: Gauge::new(settings.limits),
            proxies: settings.proxies,
            regions: settings.regions,
            observer: settings.observer,
            feedback: config.feedback.then(subjects),
            clock: settings.clock,
            site: config.site.clone(),
            audiences: audiences(&url),
            self_audiences: audiences(&asking),
            unsigned: config.receipts.unsigned,
        })
    }

    /// Ends what runs beside the calls: the log, then the database.
    pub async fn stop(&self) {
        self.log.stop().await;
        self.store.close().await;
    }

    /// Whether the server has more to do than half of what it can.
    pub fn is_pressed(&self) -> bool {
        self.gauge.is_pressed() || self.log.waiting() > QUEUE / 2
    }

    /// What a receipt has to agree with here.
    pub fn expect(&self) -> Expect<'_> {
        Expect { audiences: Some(&self.audiences), site: Some(&self.site), unsigned: self.unsigned }
    }

    /// What a request about receipts has to agree with here. It is always signed.
    pub fn expect_request(&self) -> Expect<'_> {
        Expect { audiences: Some(&self.self_audiences), site: Some(&self.site), unsigned: false }
    }
}

/// The present time in milliseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The addresses that a receipt or request may name: that of the call, and on this machine itself the other names of it.
fn audiences(endpoint: &Url) -> Vec<String> {
    let unspecified = endpoint.host_str().is_some_and(|host| host == "0.0.0.0" || host == "[::]");
    let mut audiences = vec![endpoint.to_string()];
    if is_loopback(endpoint) || unspecified {
        for name in ["127.0.0.1", "localhost", "[::1]"] {
            let mut other = endpoint.clone();
            if other.set_host(Some(name)).is_ok() && !audiences.contains(&other.to_string()) {
                audiences.push(other.to_string());
            }
        }
    }
    audiences
}

fn assets(config: &Config, publication: &Publication) -> HashMap<String, Asset> {
    let mut assets: HashMap<String, Asset> = publication
        .files
        .iter()
        .map(|file| {
            let path = match file.path.starts_with("notice/") {
                true => format!("/{}", file.path),
                false => format!("/embed/{}", file.path),
            };
            let keep = if file.immutable { Keep::Forever } else { Keep::Shortly };
            (path, Asset::new(file.content_type, keep, file.bytes.clone(), Some(file.brotli.clone())))
        })
        .collect();
    assets.insert("/.well-known/gpc.json".into(), Asset::new("application/json", Keep::Shortly, gpc(config), None));
    assets
}

/// The GPC support resource: that this site obeys Global Privacy Control (W3C GPC, section 4.2).
fn gpc(config: &Config) -> Vec<u8> {
    let mut support = serde_json::json!({ "gpc": true });
    if is_date(&config.version) {
        support["lastUpdate"] = config.version.clone().into();
    }
    support.to_string().into_bytes()
}

/// Whether a version is a date as GPC wants one: `2026-11-01`.
fn is_date(text: &str) -> bool {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let within =
        |part: Option<&str>, most| part.and_then(|part| part.parse().ok()).is_some_and(|n: u8| (1..=most).contains(&n));
    shaped && within(text.get(5..7), 12) && within(text.get(8..10), 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_are_told_as_the_last_update() {
        for (version, date) in [
            ("2026-11-01", true),
            ("2026-12-31", true),
            ("2026-13-01", false),
            ("2026-00-10", false),
            ("2026-11-32", false),
            ("2026-11-1", false),
            ("2026-11-01a", false),
            ("20261101", false),
            ("2026年1", false),
            ("v7", false),
            ("", false),
        ] {
            let config = Config { version: version.into(), ..Config::default() };
            let told = String::from_utf8(gpc(&config)).unwrap();
            let update = if date { format!(",\"lastUpdate\":\"{version}\"") } else { String::new() };
            assert_eq!(told, format!("{{\"gpc\":true{update}}}"));
        }
    }
}
