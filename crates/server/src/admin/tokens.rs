//! Tokens: listed, made and revoked by owners, here and on the command line.
//!
//! **Invariant:** a token that can confirm what another one asks for (auditor, owner) is made on the command line only:
//! nobody makes the second pair of eyes with the first.

use super::audit::{audit, told};
use super::body::{Whole, json_of};
use super::caller::Caller;
use super::token::Secret;
use crate::problem::Problem;
use crate::state::App;
use crate::store::tokens::HeldToken;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use placet_model::admin::{Act, MadeToken, Role, Token, TokenList, TokenWish};
use std::sync::Arc;

/// The most characters of a token's name.
pub const LONGEST_NAME: usize = 100;
/// The most days that a token is good for, where it has an end.
pub const MOST_DAYS: u32 = 3650;
/// A day in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// `GET /v1/tokens`.
///
/// # Errors
/// [`Problem::StoreFailed`].
pub async fn list(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    Ok(told(&TokenList { tokens: app.store.tokens().await? }))
}

/// `POST /v1/tokens`.
///
/// # Errors
/// [`Problem::Malformed`], [`Problem::StoreFailed`].
pub(super) async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Extension(Whole(body)): Extension<Whole>,
) -> Result<Response, Problem> {
    let wish: TokenWish = json_of(&body, r#"{"role", "name", "days"}"#)?;
    if matches!(wish.role, Role::Auditor | Role::Owner) {
        return Err(Problem::Malformed(
            "Tokens of the roles auditor and owner are made on the command line: placet token new.".into(),
        ));
    }
    let (secret, held) = new_token(&wish, (app.clock)().unsigned_abs(), Some(caller.id.clone()))?;
    audit(&app, &caller, Act::TokenMade, Some(secret.id())).await?;
    app.store.keep_token(&held).await?;
    let made = MadeToken { secret: secret.text().to_owned(), token: held.token };
    Ok((StatusCode::CREATED, told(&made)).into_response())
}

/// `DELETE /v1/tokens/{id}`.
///
/// # Errors
/// [`Problem::NotFound`] where there is no such token, or it was revoked before.
pub async fn revoke(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let held = app.store.token(&id).await?.filter(|held| held.token.revoked_at.is_none());
    let held = held.ok_or(Problem::NotFound)?;
    audit(&app, &caller, Act::TokenRevoked, Some(&held.token.id)).await?;
    match app.store.revoke_token(&held.token.id, (app.clock)()).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::NotFound),
    }
}

/// A new token, and what is kept of it.
///
/// # Errors
/// [`Problem::Malformed`] for a name or a number of days that cannot be.
pub fn new_token(wish: &TokenWish, now: u64, by: Option<String>) -> Result<(Secret, HeldToken), Problem> {
    let name = wish.name.trim();
    let rules = [
        (
            (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control),
            "`name` has 1 to 100 characters and no control characters.",
        ),
        (wish.days.is_none_or(|days| (1..=MOST_DAYS).contains(&days)), "`days` is a whole number from 1 to 3650."),
    ];
    if let Some((_, fault)) = rules.into_iter().find(|(good, _)| !good) {
        return Err(Problem::Malformed(fault.into()));
    }
    let secret = Secret::new().map_err(|_| Problem::Busy(1))?;
    let token = Token {
        id: secret.id().to_owned(),
        role: wish.role,
        name: name.to_owned(),
        created_at: now,
        created_by: by,
        expires_at: wish.days.map(|days| now.saturating_add(u64::from(days) * DAY)),
        used_on: None,
        revoked_at: None,
    };
    let held = HeldToken::new(token, secret.hash());
    Ok((secret, held))
}
