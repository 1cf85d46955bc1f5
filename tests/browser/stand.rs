//! A small web server of the test's own, for pages that the demo shop does not have.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use anyhow::Result;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::process::free_ports;

/// A page or a file: its media type, further headers, its text.
pub(crate) struct Page {
    pub(crate) media_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Page {
    pub(crate) fn html(body: &str) -> Self {
        Self { media_type: "text/html; charset=utf-8", headers: vec![], body: body.as_bytes().to_vec() }
    }

    pub(crate) fn script(body: &str) -> Self {
        Self { media_type: "text/javascript; charset=utf-8", headers: vec![], body: body.as_bytes().to_vec() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

type Log = Arc<Mutex<Vec<String>>>;

/// The server: dropping it closes it.
pub(crate) struct Stand {
    pub(crate) origin: String,
    task: JoinHandle<()>,
    log: Log,
}

impl Stand {
    /// Serves `pages`, path to page, and writes down every request.
    pub(crate) async fn open(pages: BTreeMap<String, Page>) -> Result<Stand> {
        let listener = TcpListener::bind(("127.0.0.1", free_ports()?)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let log = Log::default();
        let router = Router::new().fallback(answer).with_state((Arc::new(pages), log.clone()));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Stand { origin, task, log })
    }

    /// What was asked for, such as `GET /pixel`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State((pages, log)): State<(Arc<BTreeMap<String, Page>>, Log)>, method: Method, uri: Uri) -> Response {
    log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(format!("{method} {}", uri.path()));
    let Some(page) = pages.get(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
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
