//! Bytes that are served as they are: compressed beforehand, with a validator, cached as long as they may be.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use placet_model::receipt::base64url;
use sha2::{Digest, Sha256};
use std::io::Write;

/// How long a browser may keep an asset without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// For ever: its name holds its hash.
    Forever,
    /// For five minutes: the tag, so that a new config reaches visitors soon.
    Shortly,
    /// Not at all: it asks each time, and hears "not modified".
    Asking,
}

impl Keep {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Keep::Forever => "public, max-age=31536000, immutable",
            Keep::Shortly => "public, max-age=300",
            Keep::Asking => "no-cache",
        })
    }
}

/// Bytes ready to be served.
#[derive(Debug, Clone)]
pub struct Asset {
    content_type: HeaderValue,
    keep: Keep,
    plain: Variant,
    brotli: Option<Variant>,
}

#[derive(Debug, Clone)]
struct Variant {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Variant {
    /// Each coding has a validator of its own, because its bytes differ (RFC 9110, section 8.8.3.3).
    fn new(bytes: Vec<u8>) -> Self {
        let mut name = base64url(&Sha256::digest(&bytes));
        name.truncate(22);
        let etag = HeaderValue::try_from(format!("\"{name}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Variant { bytes: bytes.into(), etag }
    }
}

impl Asset {
    /// An asset whose compressed form is there already.
    pub fn new(content_type: &'static str, keep: Keep, bytes: Vec<u8>, brotli: Option<Vec<u8>>) -> Self {
        let brotli = brotli.filter(|brotli| brotli.len() < bytes.len()).map(Variant::new);
        Asset { content_type: HeaderValue::from_static(content_type), keep, plain: Variant::new(bytes), brotli }
    }

    /// An asset that is compressed here.
    pub fn compressed(content_type: &'static str, keep: Keep, bytes: Vec<u8>) -> Self {
        let brotli = compress(&bytes).ok();
        Asset::new(content_type, keep, bytes, brotli)
    }

    /// Answers a request for the asset.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let variant = self.brotli.as_ref().filter(|_| takes_brotli(request)).unwrap_or(&self.plain);
        let mut response = match is_current(request, &[Some(&self.plain), self.brotli.as_ref()]) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => variant.bytes.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.keep.header());
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if response.status() == StatusCode::OK {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            if self.brotli.as_ref().is_some_and(|brotli| brotli.etag == variant.etag) {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            }
        }
        response
    }
}

/// Lets every page load the answer: the tag and the notices are public and the same for all.
pub fn for_every_page(mut response: Response) -> Response {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("timing-allow-origin", "*"),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// Whether the browser holds one of the variants already (RFC 9110, section 13.1.2).
fn is_current(request: &HeaderMap, variants: &[Option<&Variant>]) -> bool {
    let held = request.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    held.flat_map(|list| list.split(',')).map(str::trim).any(|held| {
        let held = held.strip_prefix("W/").unwrap_or(held);
        held == "*" || variants.iter().flatten().any(|variant| variant.etag == held)
    })
}

/// Whether the browser takes brotli (RFC 9110, section 12.5.3).
fn takes_brotli(request: &HeaderMap) -> bool {
    let codings = request.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|list| list.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts
            .filter_map(|parameter| parameter.to_ascii_lowercase().strip_prefix("q=").map(str::to_owned))
            .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        named && !refused
    })
}

fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    // Quality 9 of 11: demo pages are compressed at each start.
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 9, 22);
    writer.write_all(bytes)?;
    // The last bytes are written when the writer goes.
    drop(writer);
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        for (accept, taken) in [
            ("br", true),
            ("gzip, deflate, br, zstd", true),
            ("gzip, BR;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("gzip", false),
            ("bru", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
            assert_eq!(takes_brotli(&headers), taken, "{accept}");
        }
    }
}
