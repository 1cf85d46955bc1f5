//! The region hint: where a visitor probably is, so that the page asks by the rules that hold there.
//!
//! **Invariant:** the address is looked up and forgotten: it is neither stored nor logged nor sent on.
//! **Invariant:** a header tells the region only where a proxy that the operator named brings it: a visitor can write any header.
//! **Invariant:** what cannot be told is null; the page then asks by the strictest rules of its config.

use crate::address::{Peer, Proxies};
use crate::cors;
use crate::geo::Geo;
use crate::problem::Problem;
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use placet_model::json;
use placet_model::region::{RegionHint, region};
use std::net::IpAddr;
use std::sync::Arc;

/// The path of the region hint.
pub const REGION_PATH: &str = "/v1/region";

/// How the server knows where a visitor is.
#[derive(Debug)]
pub enum Regions {
    /// A CDN before the server says so in headers of the request, which count behind named proxies only.
    Headers {
        /// The header of the country, or of the whole region.
        country: HeaderName,
        /// The header of the part of the country.
        part: Option<HeaderName>,
    },
    /// A local file tells the country of an address.
    Geo(Box<Geo>),
}

impl Regions {
    /// Where the visitor of a request that `peer` brings is, as far as that can be told.
    pub(crate) fn of(&self, headers: &HeaderMap, peer: Option<IpAddr>, proxies: &Proxies) -> Option<String> {
        let peer = peer?;
        match self {
            Regions::Headers { country, part } => {
                if !proxies.trusts(peer.to_canonical()) {
                    return None;
                }
                let part = match part {
                    Some(part) if headers.contains_key(part) => Some(only(headers, part)?),
                    _ => None,
                };
                region(only(headers, country)?, part)
            }
            Regions::Geo(geo) => geo.region(proxies.visitor(headers, peer)?),
        }
    }
}

/// The value of a header that is there once. A second one was not written by the CDN.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// `GET /v1/region`.
pub async fn hint(State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, headers: HeaderMap) -> Response {
    cors::answer(&app.origins, &headers, async {
        let regions = app.regions.as_ref().ok_or(Problem::NotFound)?;
        let peer = peer.map(|Extension(Peer(address))| address);
        let hint = RegionHint {
            region: regions.of(&headers, peer, &app.proxies),
            // Global Privacy Control, section 3.2: the one value is 1.
            gpc: headers.get("sec-gpc").is_some_and(|value| value == "1"),
        };
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "private, no-store")];
        Ok((headers, json::to_text(&hint)).into_response())
    })
    .await
}
