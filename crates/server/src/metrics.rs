//! What the server counts of itself, for Prometheus.
//!
//! **Invariant:** a label is one of a fixed set of words: no address, no id, no path that somebody made up. What is counted
//! names nobody, and takes no more room however much comes.

use crate::problem::Problem;
use crate::state::App;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// One label.
type Word = [(&'static str, &'static str); 1];
/// The path of a route, and the status of its answer.
type Answer = [(&'static str, String); 2];

/// What the log counts while it works.
#[derive(Debug, Clone)]
pub struct Meter {
    /// Receipts that were entered.
    pub entered: Counter,
    /// Receipts that were there already.
    pub held: Counter,
    /// How long a batch takes to be written and signed.
    pub commit: Histogram,
}

impl Default for Meter {
    fn default() -> Self {
        Meter { entered: Counter::default(), held: Counter::default(), commit: times() }
    }
}

/// Seconds from a tenth of a millisecond to some six of them.
fn times() -> Histogram {
    Histogram::new((0..17).map(|step| 0.0001 * f64::from(1 << step)))
}

/// All that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    refused: Family<Word, Counter>,
    answers: Family<Answer, Counter>,
    verify: Histogram,
    queue: Gauge,
    networks: Gauge,
    age: Gauge<f64, AtomicU64>,
    sizes: Family<[(&'static str, String); 1], Gauge>,
}

impl Metrics {
    /// Nothing counted yet but what `meter` counts.
    pub fn new(meter: &Meter) -> Self {
        let mut registry = Registry::with_prefix("placet");
        let metrics = Metrics {
            refused: Family::default(),
            answers: Family::default(),
            verify: times(),
            queue: Gauge::default(),
            networks: Gauge::default(),
            age: Gauge::default(),
            sizes: Family::default(),
            registry: Registry::default(),
        };
        registry.register("receipts_recorded", "Receipts that were new and are kept", meter.entered.clone());
        registry.register("receipts_repeated", "Receipts that were kept before and came again", meter.held.clone());
        registry.register("receipts_refused", "Receipts that break a rule, by problem", metrics.refused.clone());
        registry.register("requests", "Answers, by route and status", metrics.answers.clone());
        registry.register("verify_seconds", "Time to verify the receipts of a call", metrics.verify.clone());
        registry.register("commit_seconds", "Time to write and sign a batch of the log", meter.commit.clone());
        registry.register("queue_depth", "Items that wait for the log", metrics.queue.clone());
        registry.register("networks_remembered", "Networks that are counted", metrics.networks.clone());
        registry.register("checkpoint_age_seconds", "Time since a checkpoint was written", metrics.age.clone());
        registry.register("log_size", "Entries of a log", metrics.sizes.clone());
        Metrics { registry, ..metrics }
    }

    /// Counts a receipt that breaks a rule; says how many did so in the same way since the start.
    pub fn refused(&self, problem: &'static str) -> u64 {
        self.refused.get_or_create(&[("problem", problem)]).inc() + 1
    }

    /// Counts the time since `start` as time to verify.
    pub fn verified(&self, start: Instant) {
        self.verify.observe(start.elapsed().as_secs_f64());
    }

    /// Counts an answer.
    fn answered(&self, path: Option<&MatchedPath>, status: u16) {
        let path = path.map_or("other", MatchedPath::as_str).to_owned();
        self.answers.get_or_create(&[("path", path), ("status", status.to_string())]).inc();
    }
}

/// Counts each answer by its route, never by what was asked for.
pub async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    app.metrics.answered(path.as_ref(), response.status().as_u16());
    response
}

/// `GET /metrics`, in the text form of OpenMetrics.
///
/// # Errors
/// [`Problem::Busy`] where it cannot be written.
pub async fn metrics(State(app): State<Arc<App>>) -> Result<([(HeaderName, &'static str); 2], String), Problem> {
    let counted = &app.metrics;
    let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    counted.queue.set(whole(app.log.waiting()));
    counted.networks.set(whole(app.gauge.remembered()));
    counted.age.set(app.log.pulse().age().as_secs_f64());
    for (origin, shown) in app.log.heads().iter() {
        let size = i64::try_from(shown.size).unwrap_or(i64::MAX);
        counted.sizes.get_or_create(&[("origin", origin.clone())]).set(size);
    }
    let mut text = String::new();
    encode(&mut text, &counted.registry).map_err(|_| Problem::Busy(1))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text))
}
