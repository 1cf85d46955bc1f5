//! The demo shop and its pretend third parties.
//!
//! The shop embeds the tag as a customer would: the server does nothing for it but serve its
//! files, in which three marks stand for what is known only at the start: `{{placet}}` and
//! `{{third-party}}` for the two origins, `{{nonce}}` for the attribute that a strict
//! Content-Security-Policy wants.
//!
//! A page holds only what is its own; the `frame.html` of its language goes around it and says with marks what goes where:
//! `{{head}}`, `{{main}}` and `{{tags}}` for the page's parts, `{{page}}` for its address below the language's,
//! `{{at-PAGE}}` for the mark of the link that leads to the page itself.

use crate::asset::{Asset, Keep, for_every_page};
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use placet_model::config::{Config, Cookie, Service, Storage};
use placet_model::receipt::base64url;
use placet_model::text::Text;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(rust_embed::Embed)]
#[folder = "../../public/demo"]
struct Files;

/// The demo shop's config.
pub fn config() -> Option<String> {
    Files::get("placet.json").and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// Fits a config to where the demo is served, `address`: the shop's pages count as the site's, and the pretend third parties,
/// which live on the same host, are services by the files that they serve.
pub fn fit(config: &mut Config, address: &str) {
    config.site = address.to_owned();
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    for (id, name, purpose, file, cookie, retention) in [
        ("video", "Example Video", "recommendations", "video.html", "ev_*", "P1Y"),
        ("pagecount", "Pagecount", "analytics", "pagecount.js", "_pc_id", "P420D"),
        ("reachly", "Reachly", "ads", "reachly.js", "_rly_id", "P180D"),
    ] {
        if !config.purposes.iter().any(|known| known.id == purpose) {
            continue;
        }
        let place = format!("{host}/{file}");
        if let Some(service) = config.services.iter_mut().find(|service| service.id.as_deref() == Some(id)) {
            service.hosts.get_or_insert_default().push(place);
            continue;
        }
        config.services.push(Service {
            id: Some(id.to_owned()),
            purpose: Some(purpose.to_owned()),
            name: Some(Text::Same(name.to_owned())),
            hosts: Some(vec![place]),
            cookies: Some(vec![Cookie {
                name: cookie.to_owned(),
                storage: Storage::Cookie,
                retention: Some(retention.to_owned()),
            }]),
            ..Service::default()
        });
    }
}

/// The origins that the marks stand for.
#[derive(Debug, Clone)]
pub struct Origins {
    /// Where the shop is served, and the tag with it.
    pub placet: String,
    /// Where the pretend third parties are.
    pub third_party: String,
}

impl Origins {
    fn fill(&self, text: &str) -> String {
        text.replace("{{placet}}", &self.placet).replace("{{third-party}}", &self.third_party)
    }
}

#[derive(Debug)]
struct Shop {
    files: HashMap<String, Asset>,
    strict: String,
}

/// The shop's pages and assets. `/strict` is its first page under the strictest policy that the tag promises to work with.
pub fn shop(origins: &Origins) -> Router {
    let files = Files::iter()
        .filter(|path| !path.starts_with("third-party/") && !path.ends_with(".json") && !path.ends_with(FRAME))
        .filter_map(|path| Some((address(&path), asset(&path, origins)?)))
        .collect();
    let strict = page("index.html").map(|page| origins.fill(&page));
    let shop = Shop { files, strict: strict.unwrap_or_default() };
    Router::new().route("/strict", get(strict_page)).fallback(get(shop_file)).with_state(Arc::new(shop))
}

/// The pretend analytics and ad companies: scripts, a film, and a place that takes what they collect.
pub fn third_parties(origins: &Origins) -> Router {
    let files: HashMap<String, Asset> = Files::iter()
        .filter_map(|path| {
            let name = path.strip_prefix("third-party/")?;
            Some((format!("/{name}"), asset(&path, origins)?))
        })
        .collect();
    Router::new()
        .route("/collect", any(async || for_every_page(StatusCode::NO_CONTENT.into_response())))
        .fallback(get(third_party_file))
        .with_state(Arc::new(files))
}

async fn shop_file(State(shop): State<Arc<Shop>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    Ok(shop.files.get(uri.path()).ok_or(Problem::NotFound)?.answer(&headers))
}

async fn third_party_file(
    State(files): State<Arc<HashMap<String, Asset>>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(for_every_page(files.get(uri.path()).ok_or(Problem::NotFound)?.answer(&headers)))
}

async fn strict_page(State(shop): State<Arc<Shop>>) -> Result<Response, Problem> {
    let mut random = [0; 18];
    getrandom::fill(&mut random).map_err(|_| Problem::Busy(1))?;
    let nonce = base64url(&random);
    let policy = format!(
        "script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'nonce-{nonce}'; \
         require-trusted-types-for 'script'; trusted-types placet; object-src 'none'; base-uri 'none'"
    );
    let page = shop.strict.replace("{{nonce}}", &format!("nonce=\"{nonce}\""));
    let mut response = page.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, &policy),
    ] {
        response.headers_mut().insert(name, HeaderValue::try_from(value).map_err(|_| Problem::NotFound)?);
    }
    Ok(response)
}

/// The address of a file: pages have no ending, and an `index` is its folder.
fn address(path: &str) -> String {
    match path.strip_suffix(".html") {
        None => format!("/{path}"),
        Some("index") => "/".to_owned(),
        Some(page) => format!("/{}", page.strip_suffix("index").unwrap_or(page)),
    }
}

/// What goes around the pages of a language.
const FRAME: &str = "frame.html";
/// The lines that stand before the second and third part of a page: its content, and its rows in the list of tags.
const MAIN: &str = "<!-- main -->\n";
const TAGS: &str = "<!-- tags -->\n";

/// A page of the shop in its frame.
fn page(path: &str) -> Option<String> {
    let (folder, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    let name = name.strip_suffix(".html")?;
    let (frame, text) = (text(&format!("{folder}{FRAME}"))?, text(path)?);
    let (head, rest) = text.split_once(MAIN)?;
    let (main, tags) = rest.split_once(TAGS).unwrap_or((rest, ""));
    let mut page = frame.replace("{{page}}", if name == "index" { "" } else { name });
    for (mark, part) in [("{{head}}\n", head), ("{{main}}\n", main), ("{{tags}}\n", tags)] {
        page = page.replacen(mark, part, 1);
    }
    for other in ["account", "basket"] {
        let here = if other == name { " aria-current=\"page\"" } else { "" };
        page = page.replace(&format!(" {{{{at-{other}}}}}"), here);
    }
    Some(page)
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(Files::get(path)?.data.into_owned()).ok()
}

fn asset(path: &str, origins: &Origins) -> Option<Asset> {
    let content_type = content_type(path);
    let bytes = match path.ends_with(".html") && !path.starts_with("third-party/") {
        true => page(path)?.into_bytes(),
        false => Files::get(path)?.data.into_owned(),
    };
    Some(match String::from_utf8(bytes) {
        Ok(text) => {
            let text = origins.fill(&text).replace(" {{nonce}}", "");
            Asset::compressed(content_type, Keep::Asking, text.into_bytes())
        }
        Err(binary) => Asset::new(content_type, Keep::Asking, binary.into_bytes(), None),
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("mp4") => "video/mp4",
        Some("webm") => "video/webm",
        _ => "application/octet-stream",
    }
}
