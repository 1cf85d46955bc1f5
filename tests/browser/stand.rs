//! A small web server of the test's own, for pages that the demo shop does not have.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::process::free_ports;

/// A page or a file: its media type, further headers, its text.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) media_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Page {
    pub(crate) fn of(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { media_type, headers: vec![], body: body.into() }
    }

    pub(crate) fn html(body: &str) -> Self {
        Self::of("text/html; charset=utf-8", body)
    }

    pub(crate) fn script(body: &str) -> Self {
        Self::of("text/javascript; charset=utf-8", body)
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A server that stands behind, and the headers that the stand adds to what it passes on, as a CDN does.
struct Behind {
    authority: String,
    headers: Vec<(String, String)>,
    /// What is asked for in vain: the answer never comes.
    silent: Vec<String>,
}

struct Shared {
    pages: BTreeMap<String, Page>,
    behind: Option<Behind>,
    log: Mutex<Vec<String>>,
}

/// The server: dropping it closes it.
pub(crate) struct Stand {
    pub(crate) origin: String,
    task: JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Stand {
    /// Serves `pages`, path to page, and writes down every request.
    pub(crate) async fn open(pages: BTreeMap<String, Page>) -> Result<Stand> {
        Self::start(free_ports()?, pages, None).await
    }

    /// The same on a port that the server knows of, and passes everything else on to the server at `origin` with these
    /// headers; what is `silent` is never answered.
    pub(crate) async fn before(
        port: u16,
        origin: &str,
        headers: &[(&str, &str)],
        silent: &[&str],
        pages: BTreeMap<String, Page>,
    ) -> Result<Stand> {
        let authority = origin.trim_start_matches("http://").to_owned();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let silent = silent.iter().map(|path| (*path).to_owned()).collect();
        Self::start(port, pages, Some(Behind { authority, headers, silent })).await
    }

    async fn start(port: u16, pages: BTreeMap<String, Page>, behind: Option<Behind>) -> Result<Stand> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared { pages, behind, log: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Stand { origin, task, shared })
    }

    /// The same server by another of this machine's names.
    pub(crate) fn named(&self, host: &str) -> String {
        self.origin.replace("127.0.0.1", host)
    }

    /// What was asked for, such as `GET /pixel`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Forgets what was asked for.
    pub(crate) fn forget(&self) {
        self.shared.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(format!("{method} {}", uri.path()));
    let Some(page) = shared.pages.get(uri.path()) else {
        return match &shared.behind {
            None => StatusCode::NOT_FOUND.into_response(),
            Some(behind) if behind.silent.iter().any(|path| path == uri.path()) => std::future::pending().await,
            Some(behind) => pass_on(behind, &method, &uri, &headers, &body)
                .await
                .unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response()),
        };
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(page.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in &page.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    (headers, page.body.clone()).into_response()
}

/// One request on one connection, as a plain proxy makes it.
async fn pass_on(behind: &Behind, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Response> {
    let path = uri.path_and_query().context("a request has a path")?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", behind.authority);
    let kept = headers.iter().filter(|(name, _)| !["host", "connection", "accept-encoding"].contains(&name.as_str()));
    let passed = kept.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    for (name, value) in passed.chain(behind.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
        head += &format!("{name}: {value}\r\n");
    }
    let mut connection = TcpStream::connect(&behind.authority).await?;
    connection.write_all(format!("{head}\r\n").as_bytes()).await?;
    connection.write_all(body).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("an answer has a head")?;
    let head = std::str::from_utf8(&answer[..end])?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("an answer has a status")?;
    let mut response = (StatusCode::from_bytes(status.as_bytes())?, answer[end + 4..].to_vec()).into_response();
    response.headers_mut().clear();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name != "connection" {
            response.headers_mut().append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
    }
    Ok(response)
}
