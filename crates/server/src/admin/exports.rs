//! Exports: the receipts of a period, or of one person, in a form that others read.
//!
//! **Invariant:** an export of a period is confirmed by a second token, and stands in the audit trail with its period.
//! **Invariant:** an answer that is not whole is broken off, so that nobody takes it for the whole.

use super::audit::audit;
use super::caller::Caller;
use super::query::Query;
use super::receipts::private;
use crate::lookup::find::Finder;
use crate::pieces::{Broken, Teller, pieces};
use crate::problem::Problem;
use crate::state::App;
use crate::store::holdings::{After, Scope};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use placet_model::admin::Act;
use placet_model::export::{Exporter, Form};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long one page of an export may take to be made and sent.
const PAGE_TIME: Duration = Duration::from_secs(60);

/// `GET /v1/exports?form=lines|kantara|dpv&since=DAY&until=DAY`: what came from the first day on, before the second.
///
/// # Errors
/// [`Problem::Malformed`], [`Problem::StoreFailed`].
pub async fn period(State(app): State<Arc<App>>, caller: Caller, query: Query) -> Result<Response, Problem> {
    let form = form_of(&query)?;
    let day = |name: &str| {
        query.day(name)?.ok_or_else(|| Problem::Malformed(format!("{name} is missing: a day such as 2026-03-01.")))
    };
    let (since, until) = (day("since")?, day("until")?);
    if since >= until {
        return Err(Problem::Malformed("until is a later day than since.".into()));
    }
    let told = [query.text("since").unwrap_or_default(), "/", query.text("until").unwrap_or_default()].concat();
    audit(&app, &caller, Act::ExportMade, Some(&told)).await?;
    stream(&app, Scope::Period { since, until }, form)
}

/// The form that a call names; lines, if it names none.
pub(super) fn form_of(query: &Query) -> Result<Form, Problem> {
    let word = query.text("form").unwrap_or(Form::Lines.word());
    Form::from_word(word).ok_or_else(|| Problem::Malformed(format!("form is one of {}.", Form::WORDS.join(", "))))
}

/// Answers while it is read, page by page.
pub(super) fn stream(app: &Arc<App>, scope: Scope, form: Form) -> Result<Response, Problem> {
    let place = app.gauge.exports.clone().try_acquire_owned().map_err(|_| Problem::Busy(5))?;
    let (teller, pieces) = pieces();
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = tell(&app, &scope, form, &teller).await {
            tracing::error!(%error, "an export was broken off");
        }
        drop(place);
    });
    Ok(private("application/x-ndjson", Body::new(pieces)))
}

async fn tell(app: &App, scope: &Scope, form: Form, teller: &Teller) -> Result<(), Broken> {
    let mut finder = Finder::new(&app.store, app.log.heads());
    let mut exporter = Exporter::new(form);
    let mut next = Some(After::start());
    while let Some(after) = next {
        let page = async {
            let page = app.store.holdings(scope, &after).await?;
            let mut lines = String::new();
            for holding in page.receipts {
                let evidence = finder.evidence(holding).await.map_err(|error| Broken::Held(error.to_string()))?;
                lines.push_str(&exporter.lines(&evidence));
            }
            teller.tell(lines).await?;
            Ok::<_, Broken>(page.next)
        };
        next = timeout(PAGE_TIME, page).await.unwrap_or(Err(Broken::TooSlow))?;
    }
    timeout(PAGE_TIME, teller.end()).await.unwrap_or(Err(Broken::TooSlow))
}
