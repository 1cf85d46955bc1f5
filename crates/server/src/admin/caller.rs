//! Who asks: the one way from a request to a [`Caller`].
//!
//! Tokens are the one kind of proof today. Sign-in by OpenID Connect has its place here: [`caller`] would also read a session
//! that the sign-in made, and give the same [`Caller`]; nothing behind it would change.
//!
//! **Invariant:** a caller comes from the header `Authorization` alone, never from a cookie (CVE-2021-36887), and a page of
//! another site can make no call, whatever it carries.
//! **Invariant:** a token that is unknown, wrong, revoked or past its time is refused with one and the same answer.

use super::token::Secret;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use placet_model::admin::Role;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The id of the token.
    pub id: String,
    /// What its bearer may do.
    pub role: Role,
}

/// Says who asks.
///
/// # Errors
/// [`Problem::TokenMissing`], [`Problem::TokenRefused`]; [`Problem::PageRefused`] for a page of another site.
pub async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Problem> {
    refuse_pages(headers)?;
    let given = headers.get(header::AUTHORIZATION).ok_or(Problem::TokenMissing)?;
    let secret = given.to_str().ok().and_then(bearer).and_then(Secret::read).ok_or(Problem::TokenRefused)?;
    let now = (app.clock)();
    let held = app.store.token(secret.id()).await?.ok_or(Problem::TokenRefused)?;
    match secret.is(&held.hash) && held.token.revoked_at.is_none() && !held.is_over(now) {
        true => {
            app.store.used_token(&held, now).await?;
            Ok(Caller { id: held.token.id, role: held.token.role })
        }
        false => Err(Problem::TokenRefused),
    }
}

/// The token in `Bearer <token>` (RFC 6750, section 2.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses what a browser sends for a page of another origin. Programs send no `Origin`.
fn refuse_pages(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    match authority.is_some() && authority == host {
        true => Ok(()),
        false => Err(Problem::PageRefused),
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// The caller whom the gate let through.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Caller>().cloned().ok_or(Problem::TokenMissing)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_tokens_count() {
        for (value, token) in [
            ("Bearer x", Some("x")),
            ("bearer x", Some("x")),
            ("BEARER  x ", Some("x")),
            ("Basic x", None),
            ("Bearer", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(bearer(value), token, "{value}");
        }
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        for (origin, host, taken) in [
            (None, "127.0.0.1:8788", true),
            (Some("http://127.0.0.1:8788"), "127.0.0.1:8788", true),
            (Some("https://consent-admin.shop.example"), "consent-admin.shop.example", true),
            (Some("http://127.0.0.1:8787"), "127.0.0.1:8788", false),
            (Some("https://evil.example"), "127.0.0.1:8788", false),
            (Some("https://evil.example"), "", false),
            (Some("null"), "null", false),
            (Some(""), "", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(refuse_pages(&headers).is_ok(), taken, "{origin:?} at {host}");
        }
    }
}
