//! The server of all pages: everything compressed by brotli 11 beforehand, one set of headers for all.

use std::{collections::HashMap, io::Write, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Files by their address, ready to be served.
#[derive(Default)]
pub(crate) struct Site {
    files: HashMap<String, File>,
}

struct File {
    content_type: &'static str,
    brotli: Bytes,
    /// How long the server takes before it answers.
    delay: Duration,
}

impl Site {
    /// Takes a file, compressing it.
    pub(crate) fn put(&mut self, address: &str, content: &[u8]) -> Result<()> {
        self.put_compressed(address, compress(content)?)
    }

    /// Takes a file that is compressed already.
    pub(crate) fn put_compressed(&mut self, address: &str, brotli: Vec<u8>) -> Result<()> {
        let content_type = content_type(address).with_context(|| format!("what is {address}?"))?;
        self.files.insert(address.to_owned(), File { content_type, brotli: brotli.into(), delay: Duration::ZERO });
        Ok(())
    }

    /// Takes a file that is answered late, as one from far away would be.
    pub(crate) fn put_late(&mut self, address: &str, content: &[u8], delay: Duration) -> Result<()> {
        self.put(address, content)?;
        if let Some(file) = self.files.get_mut(address) {
            file.delay = delay;
        }
        Ok(())
    }

    /// Serves on a free port of this machine until the handle is aborted; gives the origin.
    pub(crate) async fn serve(self) -> Result<(String, JoinHandle<()>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(Arc::new(self));
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the server ended: {error}");
            }
        });
        Ok((origin, task))
    }
}

async fn answer(State(site): State<Arc<Site>>, uri: Uri) -> Response {
    let Some(file) = site.files.get(uri.path()) else {
        // What a page asks for in vain would be a fault of the bench: it is told, not passed over.
        eprintln!("the page asked for {} which is not there", uri.path());
        return StatusCode::NOT_FOUND.into_response();
    };
    if !file.delay.is_zero() {
        tokio::time::sleep(file.delay).await;
    }
    let headers = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CONTENT_ENCODING, "br"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::VARY, "accept-encoding"),
    ];
    (headers, file.brotli.clone()).into_response()
}

fn content_type(address: &str) -> Option<&'static str> {
    let name = address.rsplit('/').next()?;
    Some(match name.rsplit_once('.') {
        None | Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "json")) => "application/json",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "wasm")) => "application/wasm",
        Some(_) => return None,
    })
}

fn compress(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(content)?;
    // The last bytes are written when the writer goes.
    drop(writer);
    Ok(compressed)
}
