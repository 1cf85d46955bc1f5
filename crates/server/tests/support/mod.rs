//! A receipt server for tests: the real routes over a real database file.

#![allow(dead_code, unused_imports, unused_macros, reason = "each test uses its part")]

pub mod alone;
pub mod databases;
#[path = "../../../model/tests/support/mod.rs"]
mod device;
pub mod mmdb;
pub mod postgres;
pub mod program;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use databases::Place;
pub(crate) use databases::on_each_database;
pub use device::{Device, decode, merge, vectors};
use placet_model::check::check;
use placet_model::verify::hash;
use placet_server::address::Proxies;
use placet_server::limits::Limits;
use placet_server::log::Log;
use placet_server::log::error::LogError;
use placet_server::log::keys::LogKey;
use placet_server::log::lock::Lock;
use placet_server::observe::{Noted, Observer};
use placet_server::publish::{File, Publication, Snapshot};
use placet_server::region::Regions;
use placet_server::routes::{nothing, router};
use placet_server::seal::MasterKey;
use placet_server::state::{App, Settings, Unservable, now};
use placet_server::store::Store;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

/// The notice that the server of the tests serves.
pub const NOTICE: &str = include_str!("../../../../docs/reference/fixtures/notice.json");

/// Its hash.
pub fn notice() -> String {
    hash(NOTICE.as_bytes())
}

/// A time for servers whose clock stands still, in milliseconds since 1970; receipts and requests of the tests are of this time.
pub const STILL: i64 = 1_772_323_201_123;

/// A server for shop.example at https://consent.shop.example.
#[derive(Clone)]
pub struct Server {
    pub routes: Router,
    pub app: Arc<App>,
    pub place: Place,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The status, or each receipt's outcome: `recorded` or the slug of the problem.
    pub fn outcomes(&self) -> Vec<String> {
        let slug = |problem: &Value| problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned();
        if self.header("content-type") == "application/problem+json" {
            let problem = self.json();
            assert_eq!(problem["status"], self.status, "{problem}");
            return vec![format!("{} {}", self.status, slug(&problem))];
        }
        if self.body.is_empty() || !self.header("content-type").starts_with("application/json") {
            return vec![self.status.to_string()];
        }
        let answer = self.json();
        let Some(results) = answer["results"].as_array() else {
            return vec![self.status.to_string()];
        };
        let outcome = |result: &Value| match result["status"].as_str() {
            Some("recorded") => "recorded".to_owned(),
            _ => slug(&result["problem"]),
        };
        results.iter().map(outcome).collect()
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub async fn with_limits(limits: Limits) -> Self {
        Self::open(Place::new().await, settings(limits), NOTICE).await
    }

    /// A server whose clock stands still at [`STILL`].
    pub async fn at_a_still_time() -> Self {
        Self::with_config(&Value::Null).await.unwrap()
    }

    /// A server on what is there, whose clock stands still at [`STILL`].
    pub async fn at_a_still_time_in(place: Place) -> Self {
        Self::by_clock(place, || STILL).await
    }

    /// A server on what is there, by a clock of its own.
    pub async fn by_clock(place: Place, clock: fn() -> i64) -> Self {
        let settings = Settings { clock, ..settings(Limits::default()) };
        Self::open(place, settings, NOTICE).await
    }

    /// A server whose config has these changes, and whose clock stands still at [`STILL`].
    pub async fn with_config(changes: &Value) -> Result<Self, Unservable> {
        let settings = Settings { clock: || STILL, ..settings(Limits::default()) };
        Self::build(Place::new().await, settings, NOTICE, changes).await
    }

    /// A server that notes what it may beside receipts, and whose clock stands still at [`STILL`].
    pub async fn observing() -> Self {
        let observer = Observer::new(vec![Noted::Region, Noted::Agent, Noted::Network]);
        let settings = Settings { observer, clock: || STILL, ..settings(Limits::default()) };
        Self::open(Place::new().await, settings, NOTICE).await
    }

    /// The same behind these proxies, with a header that names the region.
    pub async fn observing_behind(proxies: &[&str]) -> Self {
        let observer = Observer::new(vec![Noted::Region, Noted::Agent, Noted::Network]);
        let regions = Some(Regions::Headers { country: "cf-ipcountry".parse().unwrap(), part: None });
        let proxies = Proxies::new(proxies.iter().map(|proxy| proxy.parse().unwrap()).collect());
        let settings = Settings { observer, regions, proxies, clock: || STILL, ..settings(Limits::default()) };
        Self::open(Place::new().await, settings, NOTICE).await
    }

    /// A server that knows where visitors are, behind these proxies.
    pub async fn with_regions(regions: Option<Regions>, proxies: &[&str]) -> Self {
        let proxies = Proxies::new(proxies.iter().map(|proxy| proxy.parse().unwrap()).collect());
        let settings = Settings { regions, proxies, ..settings(Limits::default()) };
        Self::open(Place::new().await, settings, NOTICE).await
    }

    /// A server that keeps so many bytes of its disk free.
    pub async fn with_min_free(min_free: u64) -> Self {
        let settings = Settings { min_free, ..settings(Limits::default()) };
        Self::open(Place::new().await, settings, NOTICE).await
    }

    /// Stops the server and starts another one on its database, with another notice.
    pub async fn restart(self, notice: &str) -> Self {
        self.app.stop().await;
        let settings = Settings { clock: self.app.clock, ..settings(Limits::default()) };
        Self::open(self.place, settings, notice).await
    }

    /// Stops the server and starts another one on its database, by another clock.
    pub async fn restart_at(self, clock: fn() -> i64) -> Self {
        self.app.stop().await;
        let settings = Settings { clock, ..settings(Limits::default()) };
        Self::open(self.place, settings, NOTICE).await
    }

    async fn open(place: Place, settings: Settings, notice: &str) -> Self {
        Self::build(place, settings, notice, &Value::Null).await.unwrap()
    }

    async fn build(place: Place, settings: Settings, notice: &str, changes: &Value) -> Result<Self, Unservable> {
        let mut config: Value = serde_json::from_str(include_str!("../../../../public/demo/placet.json")).unwrap();
        config["site"] = "shop.example".into();
        config["version"] = "2026-03-01".into();
        config["feedback"] = true.into();
        if changes.is_object() {
            merge(&mut config, changes);
        }
        let config = check(&config.to_string()).unwrap().config;
        let store = Store::open(&place.address).await.unwrap();
        store.unlock(master(place.directory.path())).await.unwrap();
        store.seal_old().await.unwrap();
        let publication = publication(notice);
        store.keep_notices(&publication.notices, now()).await.unwrap();
        let store = Arc::new(store);
        let log = open_log(&store, place.directory.path(), (settings.clock)()).await.unwrap();
        let app = Arc::new(App::new(&config, &publication, settings, store, log)?);
        Ok(Server { routes: router(app.clone(), nothing()), app, place })
    }

    /// The directory of the database.
    pub fn directory(&self) -> &Path {
        self.place.directory.path()
    }

    /// Where its data is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The address of the database.
    pub fn address(&self) -> &str {
        &self.place.address
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a request about receipts as a page of the site does.
    pub async fn ask(&self, jws: &str) -> Answer {
        let request = Request::post(&self.app.self_path)
            .header("origin", "https://shop.example")
            .header("content-type", "text/plain");
        self.send(request.body(jws.to_owned().into()).unwrap()).await
    }

    /// A connection of its own to the database.
    pub async fn look(&self) -> sqlx::AnyPool {
        self.place.look().await
    }

    /// Records receipts as a page of the site does.
    pub async fn record(&self, receipts: &[String]) -> Answer {
        let body = serde_json::json!({ "receipts": receipts }).to_string();
        let request = Request::post("/v1/receipts")
            .header("origin", "https://shop.example")
            .header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }
}

/// The master key of a test's directory, made with the first server there.
pub fn master(directory: &Path) -> MasterKey {
    let path = directory.join("placet.db.master");
    if !path.exists() {
        MasterKey::new().unwrap().write(&path).unwrap();
    }
    MasterKey::read(&path).unwrap()
}

fn settings(limits: Limits) -> Settings {
    let observer = Observer::new(Vec::new());
    let public = "https://consent.shop.example".parse().unwrap();
    Settings { public, proxies: Proxies::default(), regions: None, observer, limits, min_free: 0, clock: now }
}

/// The log of the tests' site over a database in a directory.
pub async fn open_log(store: &Arc<Store>, directory: &Path, now: i64) -> Result<Log, LogError> {
    let (key, _) = LogKey::beside("shop.example", &directory.join("placet.db.key"))?;
    let lock = Lock::take(store.address(), None).await?;
    Log::open(store.clone(), "shop.example", key, lock, now).await
}

/// Opens what a stopped server has left, as a server does when it starts, and stops again.
pub async fn opened(place: &Place) -> Result<(), LogError> {
    let store = Arc::new(Store::open(&place.address).await.unwrap());
    store.unlock(master(place.directory.path())).await.unwrap();
    let log = open_log(&store, place.directory.path(), STILL).await;
    if let Ok(log) = &log {
        log.stop().await;
    }
    store.close().await;
    log.map(drop)
}

/// The database in a directory.
pub fn database(directory: &Path) -> String {
    directory.join("placet.db").display().to_string()
}

fn publication(notice: &str) -> Publication {
    let hash = hash(notice.as_bytes());
    let file = |path: String, content_type, bytes: &[u8], immutable| File {
        path,
        content_type,
        bytes: bytes.to_vec(),
        brotli: b"br".to_vec(),
        immutable,
    };
    Publication {
        files: vec![
            file("placet.js".into(), "text/javascript; charset=utf-8", b"'the tag'", false),
            file("widget-0123.js".into(), "text/javascript; charset=utf-8", b"'the widget'", true),
            file(format!("notice/{}.json", &hash[7..]), "application/json; charset=utf-8", notice.as_bytes(), true),
        ],
        notices: vec![Snapshot { hash, lang: "en".into(), version: "2026-03-01".into(), text: notice.into() }],
        snippet: String::new(),
    }
}
