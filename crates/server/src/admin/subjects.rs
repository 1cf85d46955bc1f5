//! What is held of one person whom the site's backend names by its own reference, and the erasure of it (GDPR 15, 17, 20;
//! PIPL 44-47).
//!
//! **Invariant:** the reference itself is neither stored nor logged: what is searched, and what the audit trail tells, is its
//! keyed tag.
//! **Invariant:** a token erases so many persons a day and no more: one that was stolen does not empty the database over night.

use super::audit::{audit, told};
use super::caller::Caller;
use super::exports::{form_of, stream};
use super::query::Query;
use crate::calendar::DAY;
use crate::erasure::erase_person;
use crate::problem::Problem;
use crate::state::App;
use crate::store::holdings::{After, Scope};
use axum::extract::{Path, State};
use axum::response::Response;
use placet_model::admin::Act;
use std::sync::Arc;

/// The longest reference that a receipt can hold.
const LONGEST: usize = 128;

/// `GET /v1/subjects/{ref}?form=lines|kantara|dpv`.
///
/// # Errors
/// [`Problem::NotFound`] where nothing is held; [`Problem::Malformed`], [`Problem::StoreFailed`].
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(reference): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let form = form_of(&query)?;
    let tag = tag(&app, &reference).await?;
    audit(&app, &caller, Act::SubjectRead, Some(&tag)).await?;
    let scope = Scope::Person(tag);
    if app.store.holdings(&scope, &After::start()).await?.receipts.is_empty() {
        return Err(Problem::NotFound);
    }
    stream(&app, scope, form)
}

/// `DELETE /v1/subjects/{ref}`: answers with the receipt of the erasure.
///
/// # Errors
/// [`Problem::NotFound`] where nothing is held; [`Problem::ErasuresSpent`]; [`Problem::StoreFailed`].
pub async fn erase(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let tag = tag(&app, &reference).await?;
    let now = (app.clock)();
    if !app.store.count_erasure(&caller.id, app.gauge.limits.erasures_per_day, now).await? {
        let left = DAY - now.rem_euclid(DAY);
        return Err(Problem::ErasuresSpent(left.unsigned_abs().div_ceil(1000)));
    }
    audit(&app, &caller, Act::SubjectErased, Some(&tag)).await?;
    let erased = erase_person(&app, &caller.id, &tag).await?;
    erased.map(|erased| told(&erased)).ok_or(Problem::NotFound)
}

async fn tag(app: &App, reference: &str) -> Result<String, Problem> {
    match (1..=LONGEST).contains(&reference.len()) {
        true => Ok(app.store.reference_tag(app.log.site(), reference, (app.clock)()).await?),
        false => Err(Problem::NotFound),
    }
}
