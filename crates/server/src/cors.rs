//! Which pages may record receipts, and how a browser is told so (Fetch Standard, "CORS protocol").
//!
//! **Invariant:** credentials are never allowed, so that a recording call carries nothing but receipts.

use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use url::{Host, Url};

/// The origins whose pages may record receipts.
#[derive(Debug)]
pub struct Origins {
    site: String,
    own: String,
    loopback: bool,
    plain: bool,
    refused: Refused,
}

/// Refused origins, told to the log at most once a minute: anybody can send them, and a wrong `site` refuses all.
#[derive(Debug, Default)]
struct Refused(Mutex<(Option<Instant>, u64)>);

const BETWEEN_LINES: Duration = Duration::from_secs(60);

impl Refused {
    fn tell(&self, origin: &str) {
        if let Some(untold) = self.due(Instant::now()) {
            tracing::warn!(
                ?origin,
                untold,
                "refused a page of another origin; `site` in the config says whose pages may call"
            );
        }
    }

    /// Whether it is time for a line; then, how many refusals had none since the last one.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, untold) = *held;
        match last.is_some_and(|last| now.saturating_duration_since(last) < BETWEEN_LINES) {
            true => {
                *held = (last, untold.saturating_add(1));
                None
            }
            false => {
                *held = (Some(now), 0);
                Some(untold)
            }
        }
    }
}

impl Origins {
    /// The origins of `site` (a host, with a port where it is not the scheme's own) and of the server's public
    /// address. Pages over plain http: count where the site takes receipts without signature, because only they need it.
    pub fn new(site: &str, public: &Url, plain: bool) -> Self {
        let host = Url::parse(&format!("https://{site}")).ok();
        Origins {
            site: site.to_ascii_lowercase(),
            own: public.origin().ascii_serialization(),
            loopback: host.as_ref().is_some_and(is_loopback),
            plain,
            refused: Refused::default(),
        }
    }

    /// Whether pages of `origin` may record receipts: those of the site and its subdomains over
    /// https: (or http:, where that is allowed), those of the server's own address, and where the site is this machine itself,
    /// those of this machine by any of its names and ports.
    pub fn allow(&self, origin: &str) -> bool {
        let Some(url) = Url::parse(origin).ok().filter(|url| url.origin().ascii_serialization() == origin) else {
            return false;
        };
        if origin == self.own || (self.loopback && is_loopback(&url)) {
            return true;
        }
        let authority = origin.strip_prefix("https://").or(origin.strip_prefix("http://").filter(|_| self.plain));
        authority.is_some_and(|authority| {
            authority.strip_suffix(&self.site).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
        })
    }

    /// The origin that a request names, where it names one. Programs that are no browser name none.
    ///
    /// # Errors
    /// [`Problem::OriginRefused`] for the page of another site.
    pub fn check(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return Ok(None);
        };
        let text = origin.to_str().unwrap_or("");
        if self.allow(text) {
            return Ok(Some(origin.clone()));
        }
        let text: String = text.chars().take(100).collect();
        self.refused.tell(&text);
        Err(Problem::OriginRefused(text))
    }

    /// Answers a preflight request.
    ///
    /// # Errors
    /// [`Problem::OriginRefused`] for the page of another site.
    pub fn preflight(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let origin = self.check(headers)?;
        let mut response = StatusCode::NO_CONTENT.into_response();
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        tell(&mut response, origin);
        Ok(response)
    }
}

/// Gives the answer of a call to the pages that may make it, and a problem to others.
pub async fn answer(
    origins: &Origins,
    headers: &HeaderMap,
    work: impl Future<Output = Result<Response, Problem>>,
) -> Response {
    let (origin, outcome) = match origins.check(headers) {
        Ok(origin) => (origin, work.await),
        Err(problem) => (None, Err(problem)),
    };
    let mut response = outcome.unwrap_or_else(IntoResponse::into_response);
    tell(&mut response, origin);
    response
}

/// Lets the page of `origin` read the answer.
fn tell(response: &mut Response, origin: Option<HeaderValue>) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("date, retry-after"));
    }
}

/// Whether a URL names this machine itself (RFC 6761, section 6.3, for the names).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_origins_are_told_once_a_minute() {
        let refused = Refused::default();
        let start = Instant::now();
        for (after, told) in [(0, Some(0)), (0, None), (59, None), (60, Some(2)), (61, None), (180, Some(1))] {
            assert_eq!(refused.due(start + Duration::from_secs(after)), told, "after {after} s");
        }
    }

    #[test]
    fn pages_of_the_site_may_record_and_others_may_not() {
        let shop = ("shop.example", "https://consent.shop.example/");
        let here = ("127.0.0.1:8787", "http://127.0.0.1:8787/");
        let ported = ("shop.example:8443", "https://shop.example:8443/");
        for ((site, public), origin, allowed) in [
            (shop, "https://shop.example", true),
            (shop, "https://www.shop.example", true),
            (shop, "https://a.b.shop.example", true),
            (shop, "https://consent.shop.example", true),
            (shop, "http://shop.example", false),
            (shop, "https://shop.example:8443", false),
            (shop, "https://notshop.example", false),
            (shop, "https://shop.example.evil.example", false),
            (shop, "https://shop.example@evil.example", false),
            (shop, "https://shop.example/", false),
            (shop, "http://localhost:8080", false),
            (shop, "null", false),
            (shop, "", false),
            (shop, "file://", false),
            (here, "http://127.0.0.1:8787", true),
            (here, "http://localhost:3000", true),
            (here, "http://[::1]:8787", true),
            (here, "http://shop.localhost", true),
            (here, "https://localhost", true),
            (here, "http://127.0.0.1.evil.example", false),
            (here, "https://shop.example", false),
            (ported, "https://shop.example:8443", true),
            (ported, "https://shop.example", false),
        ] {
            let origins = Origins::new(site, &Url::parse(public).unwrap(), false);
            assert_eq!(origins.allow(origin), allowed, "{origin} on {site}");
        }
        let (site, public) = shop;
        let plain = Origins::new(site, &Url::parse(public).unwrap(), true);
        for (origin, allowed) in [
            ("http://shop.example", true),
            ("http://www.shop.example", true),
            ("https://shop.example", true),
            ("http://shop.example:8080", false),
            ("http://notshop.example", false),
        ] {
            assert_eq!(plain.allow(origin), allowed, "{origin}");
        }
    }
}
