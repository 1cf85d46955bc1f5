//! A place where logs are published, so that what is published can be wrong.

#![allow(dead_code, reason = "each test uses its part")]

use crate::log::TestLog;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use placet_model::log::growth::Growth;
use placet_model::log::tile::{Content, TileName};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A place where logs are published, on this machine.
pub struct Publisher {
    files: Files,
    pub address: String,
    /// Stops the server when it goes.
    _runtime: tokio::runtime::Runtime,
}

impl Publisher {
    pub fn start() -> Self {
        let files = Files::default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/log/{*path}", axum::routing::get(file)).with_state(Arc::clone(&files));
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Publisher { files, address, _runtime: runtime }
    }

    /// Publishes a log as it is, in the place of whatever was there.
    pub fn publish(&self, log: &TestLog, year: u32) {
        let mut files = self.files.lock().unwrap();
        files.clear();
        files.insert("keys".into(), format!("{}\n", log.key.vkey()).into());
        files.insert(format!("{year}/checkpoint"), log.checkpoint().into());
        let mut put = |name: TileName, bytes: Vec<u8>| files.insert(format!("{year}/{name}"), bytes);
        let mut growth = Growth::default();
        for (index, entries) in (0..).zip(log.tree.items().chunks(256)) {
            let name = TileName { content: Content::Entries, index, width: u16::try_from(entries.len()).unwrap() };
            put(name, write_entries(entries.iter().map(Vec::as_slice)));
            for entry in entries {
                for (name, bytes) in growth.push(entry) {
                    put(name, bytes);
                }
            }
        }
        for (name, bytes) in growth.edge() {
            put(name, bytes);
        }
    }

    /// Changes what is published.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.files.lock().unwrap().get_mut(path).unwrap_or_else(|| panic!("{path} is published")));
    }

    /// Publishes something no more.
    pub fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path).unwrap_or_else(|| panic!("{path} is published"));
    }
}

async fn file(State(files): State<Files>, Path(path): Path<String>) -> Result<Vec<u8>, StatusCode> {
    files.lock().unwrap().get(&path).cloned().ok_or(StatusCode::NOT_FOUND)
}

/// The bytes of a tile of entries.
fn write_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).unwrap().to_be_bytes());
        bytes.extend(entry);
    }
    bytes
}
