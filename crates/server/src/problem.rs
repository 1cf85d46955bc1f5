//! What the server answers when it cannot do what it was asked: problems as RFC 9457 describes them.
//!
//! Which error belongs where:
//! - A receipt that breaks a rule is a [`Refusal`]: it stands in the `results` of a recording call
//!   whose other receipts may be fine.
//! - A request that cannot be taken as a whole is a [`Problem`]: it is the answer.
//! - A fault of the server itself is a [`Problem`] too, and tells its cause to the log only.
//!
//! **Invariant:** an answer holds nothing of the request but short, quoted words, and nothing of
//! the server's inside.

use crate::log::sequencer::Refused;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use placet_model::admin::Role;
use placet_model::json;
use placet_model::verify::{PROBLEM_TYPES, ProblemType, Refusal};

/// Why a request is not answered as wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It cannot be read; why.
    Malformed(String),
    /// Its body is larger than so many bytes.
    TooLarge(usize),
    /// Its body has another media type than these.
    UnsupportedType(&'static [&'static str]),
    /// What it holds breaks a rule.
    Refused(Refusal),
    /// There is no room for more feedback.
    FeedbackFull,
    /// It carries no token.
    TokenMissing,
    /// Its token lets nobody in.
    TokenRefused,
    /// Its token has none of these roles.
    RoleRefused(&'static [Role]),
    /// It comes to the admin listener from a page.
    PageRefused,
    /// The confirmation that it names is not good for it.
    ConfirmationRefused,
    /// It comes from a page of another site.
    OriginRefused(String),
    /// Its body did not arrive in time.
    TooSlow,
    /// Too many requests come from its network; seconds to wait.
    TooMany(u64),
    /// Its token has erased as many persons as it may in a day; seconds to wait.
    ErasuresSpent(u64),
    /// The server has too much to do; seconds to wait.
    Busy(u64),
    /// The database failed.
    StoreFailed,
    /// There is no room on the disk.
    NoRoom,
    /// The database or the log does not answer or cannot be written, or the disk has no room.
    NotReady(&'static str),
    /// Nothing is there.
    NotFound,
    /// Something is there, but not for this method.
    MethodRefused,
}

impl Problem {
    fn problem_type(&self) -> &'static ProblemType {
        match self {
            Problem::Malformed(_) => Refusal::Malformed(String::new()).problem_type(),
            Problem::TooLarge(_) => Refusal::TooLarge(0).problem_type(),
            Problem::UnsupportedType(_) => &UNSUPPORTED_TYPE,
            Problem::Refused(refusal) => refusal.problem_type(),
            Problem::FeedbackFull => &FEEDBACK_FULL,
            Problem::TokenMissing => &TOKEN_MISSING,
            Problem::TokenRefused => &TOKEN_REFUSED,
            Problem::RoleRefused(_) => &ROLE_REFUSED,
            Problem::PageRefused => &PAGE_REFUSED,
            Problem::ConfirmationRefused => &CONFIRMATION_REFUSED,
            Problem::OriginRefused(_) => &ORIGIN_REFUSED,
            Problem::TooSlow => &TOO_SLOW,
            Problem::TooMany(_) => &TOO_MANY,
            Problem::ErasuresSpent(_) => &ERASURES_SPENT,
            Problem::Busy(_) => &BUSY,
            Problem::StoreFailed => &STORE_FAILED,
            Problem::NoRoom => &NO_ROOM,
            Problem::NotReady(_) => &NOT_READY,
            Problem::NotFound => &NOT_FOUND,
            Problem::MethodRefused => &METHOD_REFUSED,
        }
    }

    fn detail(&self) -> String {
        match self {
            Problem::Malformed(detail) => detail.clone(),
            Problem::TooLarge(most) => format!("The body of this call has at most {} KB.", most / 1024),
            Problem::UnsupportedType(types) => format!("The body must be {}.", types.join(" or ")),
            Problem::Refused(refusal) => refusal.detail(),
            Problem::FeedbackFull => "No more feedback is taken until there is room.".into(),
            Problem::TokenMissing => "This call needs the header Authorization: Bearer <token>.".into(),
            Problem::TokenRefused => "This token lets nobody in: it is not known here, was revoked, or its time is over.".into(),
            Problem::RoleRefused(roles) => {
                let roles: Vec<&str> = roles.iter().map(|role| role.word()).collect();
                format!("This call needs a token of the role {} or owner.", roles.join(", "))
            }
            Problem::PageRefused => "This listener takes no calls from the pages of other sites.".into(),
            Problem::ConfirmationRefused => {
                "This confirmation is not good for this request: it is unknown, not given by another token, used, or past its time, \
                 or it was asked for by another token or for another request."
                    .into()
            }
            Problem::OriginRefused(origin) => format!("{origin:?} is not an origin of this site."),
            Problem::TooSlow => "The body did not arrive within ten seconds.".into(),
            Problem::TooMany(seconds) | Problem::ErasuresSpent(seconds) | Problem::Busy(seconds) => {
                format!("Try again in {seconds} s.")
            }
            Problem::StoreFailed => "The database failed; nothing of this call was kept.".into(),
            Problem::NoRoom => "The disk has no room for more; nothing of this call was kept.".into(),
            Problem::NotReady(why) => (*why).into(),
            Problem::NotFound => "There is nothing at this address.".into(),
            Problem::MethodRefused => "This address does not answer this method.".into(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Problem::TooMany(seconds) | Problem::ErasuresSpent(seconds) | Problem::Busy(seconds) => Some(*seconds),
            Problem::StoreFailed | Problem::NotReady(_) => Some(5),
            Problem::NoRoom => Some(60),
            Problem::FeedbackFull => Some(3600),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Problem::StoreFailed
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Problem::Busy(2),
            Refused::Stopped => Problem::Busy(5),
            // The sequencer has said why.
            Refused::Failed | Refused::Halted(_) => Problem::StoreFailed,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let problem = self.problem_type();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json::to_text(&problem.details(self.detail()));
        let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        let mut response = (status, headers, body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750, section 3.
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"placet\""));
        }
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// `GET /problems/{slug}`: what a kind of problem means and what to do about it.
///
/// # Errors
/// [`Problem::NotFound`] for a slug that no problem has.
pub async fn explain(Path(slug): Path<String>) -> Result<Response, Problem> {
    let problem = all_types().find(|problem| problem.slug == slug).ok_or(Problem::NotFound)?;
    let ProblemType { title, status, meaning, hint, .. } = problem;
    let text = format!("{title}\n\n{meaning}\n\nWhat to do: {hint}\n\nHTTP status: {status}\n");
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=86400")];
    Ok((headers, text).into_response())
}

/// All kinds of problem: those of receipts, then those of requests.
pub fn all_types() -> impl Iterator<Item = &'static ProblemType> {
    PROBLEM_TYPES.iter().chain(REQUEST_PROBLEM_TYPES)
}

const UNSUPPORTED_TYPE: ProblemType = ProblemType {
    slug: "unsupported-type",
    title: "Media type not supported",
    status: 415,
    meaning: "The body of a recording call and of feedback is JSON, sent as application/json or, for beacons, as text/plain. That of \
        a request about receipts is a JWS, sent as text/plain, application/jwt or application/json.",
    hint: "Set the header Content-Type to application/json.",
};
const ORIGIN_REFUSED: ProblemType = ProblemType {
    slug: "origin-refused",
    title: "Origin refused",
    status: 403,
    meaning: "The page that sent the request belongs to another site. Receipts come from the site that the config names, \
        from its subdomains over https:, and from the server's own public address.",
    hint: "Set \"site\" in the config to the host name of your shop. For trials on your own machine, a config whose site is \
        localhost takes receipts from localhost on any port.",
};
const TOO_SLOW: ProblemType = ProblemType {
    slug: "too-slow",
    title: "Too slow",
    status: 408,
    meaning: "The body of the request took too long to arrive.",
    hint: "Send it again.",
};
const TOO_MANY: ProblemType = ProblemType {
    slug: "too-many-requests",
    title: "Too many requests",
    status: 429,
    meaning: "More came from this network than shoppers send.",
    hint: "Wait for as long as the header Retry-After says; keep receipts until then. If your own proxy stands before \
        the server, name it with --trusted-proxy, so that each visitor's own network is counted.",
};
const ERASURES_SPENT: ProblemType = ProblemType {
    slug: "erasures-spent",
    title: "No more erasures today",
    status: 429,
    meaning: "A token erases at most 500 persons in a day (UTC), so that one that was stolen does not erase all.",
    hint: "Wait for as long as the header Retry-After says. Where so many really ask, spread them over days or tokens.",
};
const BUSY: ProblemType = ProblemType {
    slug: "busy",
    title: "Busy",
    status: 503,
    meaning: "The server is handling as many calls as it can.",
    hint: "Wait for as long as the header Retry-After says; keep receipts until then.",
};
const STORE_FAILED: ProblemType = ProblemType {
    slug: "store-failed",
    title: "Not stored",
    status: 503,
    meaning: "The database failed. The server's log says how.",
    hint: "Keep the receipts and send them again later.",
};
const NOT_READY: ProblemType = ProblemType {
    slug: "not-ready",
    title: "Not ready",
    status: 503,
    meaning: "The process runs, but its database does not answer, or its log takes no entries or was not written in the last \
        seconds, or its disk has no room. The detail says which, the server's log says why.",
    hint: "Send visitors elsewhere until the answer is 200. Browsers keep their receipts meanwhile.",
};
const NO_ROOM: ProblemType = ProblemType {
    slug: "no-room",
    title: "No room on the disk",
    status: 503,
    meaning: "Less of the server's disk is free than is kept for erasing, for the audit trail and for tidying up. No receipts and no \
        feedback are taken until there is more.",
    hint: "Make room on the disk that holds the database, or move it to a larger one. --min-free says how much stays free. Browsers \
        keep their receipts meanwhile.",
};
const FEEDBACK_FULL: ProblemType = ProblemType {
    slug: "feedback-full",
    title: "No room for feedback",
    status: 503,
    meaning: "As much feedback is kept as there is room for. Nothing is deleted for more before its time.",
    hint: "Read it with placet feedback. Room comes back as feedback reaches its 180 days.",
};
const TOKEN_MISSING: ProblemType = ProblemType {
    slug: "token-missing",
    title: "Token missing",
    status: 401,
    meaning: "Calls to the admin listener carry a token in the header Authorization. A cookie counts for nothing.",
    hint: "Send the header Authorization: Bearer <token>. An owner makes tokens with placet token new.",
};
const TOKEN_REFUSED: ProblemType = ProblemType {
    slug: "token-refused",
    title: "Token refused",
    status: 401,
    meaning: "The token is not known here, was revoked, or its time is over. The answer does not tell which.",
    hint: "Look at placet token list, and make a new one with placet token new.",
};
const ROLE_REFUSED: ProblemType = ProblemType {
    slug: "role-refused",
    title: "Not allowed to this role",
    status: 403,
    meaning: "The token is good, but its role may not make this call.",
    hint: "Use a token of a role that the detail names.",
};
const PAGE_REFUSED: ProblemType = ProblemType {
    slug: "page-refused",
    title: "Pages may not call",
    status: 403,
    meaning: "A browser sent the call for a page of another site. The admin listener takes none of these.",
    hint: "Call from a program, not from a page.",
};
const CONFIRMATION_REFUSED: ProblemType = ProblemType {
    slug: "confirmation-refused",
    title: "Not confirmed",
    status: 409,
    meaning: "Deleting and exporting in bulk need a second token. A confirmation is good for one day and one use, for the token \
        that asked and exactly the request that it asked for; the token that asked cannot give it.",
    hint: "Make the request without the header Placet-Confirmation to get an id, let another owner or auditor send \
        POST /v1/confirmations/{id}, then make the same request again with the id in that header.",
};
const NOT_FOUND: ProblemType = ProblemType {
    slug: "not-found",
    title: "Not found",
    status: 404,
    meaning: "There is nothing at this address.",
    hint: "Check the address.",
};
const METHOD_REFUSED: ProblemType = ProblemType {
    slug: "method-refused",
    title: "Method not allowed",
    status: 405,
    meaning: "The address answers other methods than this one; the header Allow lists them.",
    hint: "Receipts, requests about them and feedback are sent with POST; everything else is read with GET.",
};

const REQUEST_PROBLEM_TYPES: &[ProblemType] = &[
    ORIGIN_REFUSED,
    UNSUPPORTED_TYPE,
    TOO_SLOW,
    TOO_MANY,
    ERASURES_SPENT,
    BUSY,
    STORE_FAILED,
    NO_ROOM,
    NOT_READY,
    FEEDBACK_FULL,
    TOKEN_MISSING,
    TOKEN_REFUSED,
    ROLE_REFUSED,
    PAGE_REFUSED,
    CONFIRMATION_REFUSED,
    NOT_FOUND,
    METHOD_REFUSED,
];
