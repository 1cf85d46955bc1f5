//! What a shopper asks about the receipts of one device: to see, to take along, to erase them.
//! `docs/reference/protocol.md` describes the call.
//!
//! **Invariant:** an answer goes only to who holds the device's key; everybody else gets one and the same refusal, after the
//! same work. What a device signed is the one thing asked: neither address nor cookie counts.
//! **Invariant:** a request is remembered before it is obeyed, so that it cannot be obeyed twice.

use crate::address::Peer;
use crate::cors;
use crate::erasure::erase_device;
use crate::intake::{Call, JWS_OR_TEXT, text};
use crate::pieces::{Broken, Teller, pieces};
use crate::problem::Problem;
use crate::state::App;
use crate::store::self_service::{Place, Use};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use placet_model::json;
use placet_model::receipt::MAX_RECEIPT;
use placet_model::self_service::{Ask, Asked, HeldDevice, HeldNotice, HeldReceipt, HistoryEntry, Unverified};
use placet_model::verify::{Refusal, claims_of};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// As how many receipts a request counts for the limits: thirty at once, three a second.
const COST: usize = 10;
/// How long an answer may take to be sent.
const SENDING_TIME: Duration = Duration::from_secs(60);

/// `POST` to `self` beside the endpoint.
pub async fn ask(State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let call = Call::new(&app, peer, &head.headers);
    cors::answer(&app.origins, &head.headers, answer(&app, &call, body)).await
}

async fn answer(app: &Arc<App>, call: &Call<'_>, body: Body) -> Result<Response, Problem> {
    call.count(COST)?;
    let body = call.read(body, JWS_OR_TEXT, MAX_RECEIPT).await?;
    let _place = call.place()?;
    let (asked, held) = claim(app, call, text(&body)?).await?;
    let device = held.ok_or_else(|| refused(&Refusal::NotHeld))?;
    match asked.request.what {
        Ask::History => tell(app, call, device, history),
        Ask::Export => tell(app, call, device, export),
        Ask::Erase => Ok(answered(json::to_text(&erase_device(app, device.device).await?))),
    }
}

/// Checks a request and uses it up. Whether we hold anything of its device decides nothing until all else is done.
async fn claim(app: &App, call: &Call<'_>, jws: &str) -> Result<(Asked, Option<HeldDevice>), Problem> {
    let now = (app.clock)();
    let request = Unverified::parse(jws).map_err(|refusal| refused(&refusal))?;
    let held = app.store.device(request.device()).await?;
    let key = held.as_ref().map(|device| &device.jwk);
    let asked =
        request.verify(key, &app.expect_request(), now.div_euclid(1000)).map_err(|refusal| refused(&refusal))?;
    if held.is_none() {
        call.count_stranger()?;
    }
    match app.store.use_once(&asked.name, asked.expires_at(), now).await? {
        Use::First => Ok((asked, held)),
        Use::Again => Err(refused(&Refusal::Replayed)),
        Use::Full => Err(Problem::Busy(60)),
    }
}

/// Tells the log which rule was broken, and nothing of the request.
fn refused(refusal: &Refusal) -> Problem {
    tracing::warn!(problem = refusal.problem_type().slug, "refused a request about receipts");
    Problem::Refused(refusal.clone())
}

/// Answers while it is read, piece by piece.
fn tell<F>(
    app: &Arc<App>,
    call: &Call<'_>,
    device: HeldDevice,
    work: impl FnOnce(Arc<App>, HeldDevice, Teller) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<(), Broken>> + Send + 'static,
{
    let place = call.reading(&device.device)?;
    let (teller, pieces) = pieces();
    let work = work(app.clone(), device, teller.clone());
    tokio::spawn(async move {
        let whole = async {
            work.await?;
            teller.end().await
        };
        match timeout(SENDING_TIME, whole).await.unwrap_or(Err(Broken::TooSlow)) {
            // Everybody can go away in the middle: that is no fault of ours.
            Ok(()) | Err(Broken::Gone | Broken::TooSlow) => {}
            Err(error) => tracing::error!(%error, "the database failed in the middle of an answer about receipts"),
        }
        drop(place);
    });
    Ok(answered(Body::new(pieces)))
}

fn answered(body: impl Into<Body>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, body.into()).into_response()
}

async fn history(app: Arc<App>, device: HeldDevice, teller: Teller) -> Result<(), Broken> {
    teller.tell(r#"{"receipts":["#.into()).await?;
    each_page(&app, &device.device, &teller, |receipt| {
        // What was taken in can be read; a receipt that cannot is left out here and stands in the export.
        let claims = claims_of(&receipt.receipt).ok()?;
        Some(json::to_text(&HistoryEntry {
            id: claims.id,
            received_at: receipt.received_at,
            iat: claims.iat,
            state: claims.event.state,
            method: claims.event.method,
            notice: claims.notice,
            choices: claims.choices,
        }))
    })
    .await?;
    teller.tell("]}".into()).await
}

async fn export(app: Arc<App>, device: HeldDevice, teller: Teller) -> Result<(), Broken> {
    let about = json::to_text(&device);
    let about = about.strip_suffix('}').unwrap_or(&about);
    teller.tell([about, r#","receipts":["#].concat()).await?;
    let mut notices = BTreeSet::new();
    each_page(&app, &device.device, &teller, |receipt| {
        notices.extend(claims_of(&receipt.receipt).ok().map(|claims| claims.notice.hash));
        Some(json::to_text(receipt))
    })
    .await?;
    teller.tell(r#"],"notices":["#.into()).await?;
    let mut between = "";
    for hash in notices {
        if let Some(notice) = app.store.notice(&hash).await? {
            teller.tell([between, &json::to_text(&HeldNotice { hash, notice })].concat()).await?;
            between = ",";
        }
    }
    teller.tell("]}".into()).await
}

/// Tells each receipt of a device, the last one of its chain first, with a comma between them.
async fn each_page(
    app: &App,
    device: &str,
    teller: &Teller,
    mut told: impl FnMut(&HeldReceipt) -> Option<String> + Send,
) -> Result<(), Broken> {
    let mut next = Some(Place::start());
    let mut between = "";
    while let Some(place) = next {
        let page = app.store.receipts_of(device, &place).await?;
        let items: Vec<String> = page.receipts.iter().filter_map(&mut told).collect();
        if !items.is_empty() {
            teller.tell([between, &items.join(",")].concat()).await?;
            between = ",";
        }
        next = page.next;
    }
    Ok(())
}
