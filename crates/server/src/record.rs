//! The recording call: receipts in, acknowledgements out. `docs/reference/protocol.md` describes it.
//!
//! **Invariant:** the answer leaves after the transaction is on disk, so whatever was acknowledged is held.
//! **Invariant:** recording is idempotent: a client that heard no answer sends the same bytes again.

use crate::address::Peer;
use crate::cors;
use crate::intake::{Call, JSON_OR_TEXT, text};
use crate::observe::Seen;
use crate::problem::Problem;
use crate::state::App;
use crate::store::receipts::Entry;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use placet_model::json;
use placet_model::receipt::{MAX_BATCH, MAX_BODY, RecordAnswer, RecordRequest, RecordResult};
use placet_model::verify::{Refusal, Unverified};
use std::sync::Arc;
use std::time::Instant;

/// `POST <endpoint>`.
pub async fn record(State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let call = Call::new(&app, peer, &head.headers);
    cors::answer(&app.origins, &head.headers, take(&app, &call, body)).await
}

/// `OPTIONS <endpoint>`.
///
/// # Errors
/// [`Problem::OriginRefused`].
pub async fn preflight(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    app.origins.preflight(&headers)
}

async fn take(app: &App, call: &Call<'_>, body: Body) -> Result<Response, Problem> {
    // Each call counts as one receipt at least, before anything of it is read.
    call.count(1)?;
    call.needs_room()?;
    let body = call.read(body, JSON_OR_TEXT, MAX_BODY).await?;
    let receipts = parse(text(&body)?)?;
    call.count(receipts.len() - 1)?;
    // Only now: a body that trickles in takes no place from others.
    let _place = call.place()?;
    let answer = RecordAnswer { results: keep(app, &receipts, &call.seen()).await? };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, json::to_text(&answer)).into_response())
}

/// Verifies the receipts and stores those that hold, all in one transaction.
async fn keep(app: &App, receipts: &[String], seen: &Seen) -> Result<Vec<RecordResult>, Problem> {
    let mut entries: Vec<Entry> = Vec::with_capacity(receipts.len());
    let mut refusals: Vec<Option<Refusal>> = Vec::with_capacity(receipts.len());
    let start = Instant::now();
    for jws in receipts {
        match verify(app, jws, &entries).await? {
            Ok(entry) => {
                entries.push(entry.seen(seen.clone()));
                refusals.push(None);
            }
            Err(refusal) => refusals.push(Some(refusal)),
        }
    }
    app.metrics.verified(start);
    let recorded = match entries.is_empty() {
        true => Vec::new(),
        false => app.log.record(entries).await?,
    };
    let mut recorded = recorded.into_iter();
    let result = |refusal: Option<Refusal>| match refusal {
        Some(refusal) => Some(rejected(app, &refusal)),
        None => recorded.next().map(|outcome| match outcome {
            Ok(acknowledgement) => RecordResult::Recorded(acknowledgement),
            Err(refusal) => rejected(app, &refusal),
        }),
    };
    Ok(refusals.into_iter().filter_map(result).collect())
}

/// Tells the log which rule was broken, and nothing of the receipt: at the first time, the second, the fourth, and so on, so
/// that a flood fills no disk with lines. The metrics count every one.
fn rejected(app: &App, refusal: &Refusal) -> RecordResult {
    let problem = refusal.problem_type().slug;
    let count = app.metrics.refused(problem);
    if count.is_power_of_two() {
        tracing::warn!(problem, count, "refused a receipt");
    }
    RecordResult::Rejected(refusal.details())
}

/// Verifies one receipt. Its key may have come with an earlier receipt, of this call or of any before.
async fn verify(app: &App, jws: &str, before: &[Entry]) -> Result<Result<Entry, Refusal>, sqlx::Error> {
    let receipt = match Unverified::parse(jws) {
        Ok(receipt) => receipt,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let key = match receipt.missing_key() {
        None => None,
        Some(kid) => match before.iter().find(|entry| entry.claims.sub.device.as_deref() == Some(kid)) {
            Some(entry) => entry.key.clone(),
            None => app.store.key(kid).await?,
        },
    };
    let verified = match receipt.verify(key.as_ref(), &app.expect()) {
        Ok(verified) => verified,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let named = &verified.claims.notice;
    match app.store.notice_ref(&named.hash).await? {
        None => return Ok(Err(Refusal::NoticeUnknown(named.hash.clone()))),
        // What is acknowledged must also stand before `placet verify`, which reads the notice itself.
        Some(held) if held != *named => {
            let told = format!(
                "`notice` says version {} in {}, but that notice is version {} in {}.",
                named.version, named.lang, held.version, held.lang
            );
            return Ok(Err(Refusal::ClaimWrong(told)));
        }
        Some(_) => {}
    }
    Ok(Ok(Entry::new(jws, verified, (app.clock)()).holding(app.terms.holds())))
}

fn parse(text: &str) -> Result<Vec<String>, Problem> {
    let tree =
        json::parse(text).map_err(|error| Problem::Malformed(format!("The body is not proper JSON: {error}.")))?;
    let request: RecordRequest = json::from_tree(&tree).ok_or_else(|| {
        Problem::Malformed("The body is not {\"receipts\": [\"...\"]} with texts in the list.".into())
    })?;
    match request.receipts.len() {
        1..=MAX_BATCH => Ok(request.receipts),
        count => Err(Problem::Malformed(format!("There are {count} receipts; 1 to {MAX_BATCH} go into one call."))),
    }
}
