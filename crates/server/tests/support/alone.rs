//! The program alone: on its command line, and as a server beside SQLite with nothing but its config.

use super::{Device, database, notice};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

pub fn placet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_placet")).args(arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub fn demo() -> Value {
    serde_json::from_str(include_str!("../../../../public/demo/placet.json")).unwrap()
}

/// A directory with one file in it.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    let path = path.display().to_string();
    (directory, path)
}

/// A running server; killed when the test is over.
pub struct Running {
    pub child: Child,
    pub lines: BufReader<ChildStdout>,
    pub authority: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    pub fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::logging(directory, arguments, Stdio::inherit())
    }

    pub fn logging(directory: &Path, arguments: &[&str], log: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_placet"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database", &format!("sqlite:{}", database(directory))])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut running = Running { child, lines, authority: String::new() };
        running.authority = running.line("placet: listening on http://");
        running
    }

    /// The rest of the next line that the program prints.
    pub fn line(&mut self, start: &str) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim().strip_prefix(start).unwrap_or_else(|| panic!("{line:?}")).to_owned()
    }

    /// Asks the server; `None` where it went away before the answer was whole.
    pub fn ask(&self, request: &str) -> Option<(u16, String)> {
        ask(&self.authority, request)
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).unwrap()
    }
}

pub fn ask(authority: &str, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    if length.is_some_and(|length: usize| length != body.len()) {
        return None;
    }
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

pub fn post(body: &str) -> String {
    format!(
        "POST /v1/receipts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The hash of a notice that the server serves: the last one that it stored.
pub fn served_notice(directory: &Path) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&database(directory)).await.unwrap();
        let hash = sqlx::query_scalar("SELECT hash FROM notices WHERE lang = 'en'").fetch_one(&pool).await.unwrap();
        pool.close().await;
        hash
    })
}

pub fn receipt_for(authority: &str, notice: &str, id: u32) -> String {
    let aud = format!("http://{authority}/v1/receipts");
    let changes = json!({ "aud": aud, "site": "shop.example", "seq": id, "notice": { "version": demo()["version"] } });
    Device::new(1).receipt(id, notice, &changes)
}
