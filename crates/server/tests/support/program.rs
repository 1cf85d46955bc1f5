//! The program as its operator runs it: the binary, with a config and keys in a directory of their own.

use super::Device;
use super::databases::Place;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Where the binary is.
pub const PLACET: &str = env!("CARGO_BIN_EXE_placet");

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end.
pub fn placet(arguments: &[&str]) -> Said {
    let output = Command::new(PLACET).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A directory with the config and the keys of a server for shop.example.
pub fn prepared() -> TempDir {
    let directory = TempDir::new().unwrap();
    let mut config: Value = serde_json::from_str(include_str!("../../../../public/demo/placet.json")).unwrap();
    config["site"] = "shop.example".into();
    fs::write(directory.path().join("placet.json"), config.to_string()).unwrap();
    for what in [&["new", "--site", "shop.example", "--out", "log.key"][..], &["master", "--out", "master.key"]] {
        let made = Command::new(PLACET).arg("keys").args(what).current_dir(directory.path()).output().unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    directory
}

/// The arguments with which a server is started on what [`prepared`] made.
pub fn serving(directory: &Path, database: &str) -> Vec<String> {
    let file = |name: &str| directory.join(name).display().to_string();
    [
        ["serve".into(), "--listen=127.0.0.1:0".into()],
        ["--database".into(), database.into()],
        ["--config".into(), file("placet.json")],
        ["--public-url".into(), "https://consent.shop.example/".into()],
        ["--trusted-proxy".into(), "127.0.0.1".into()],
        ["--admin-listen".into(), "127.0.0.1:0".into()],
        ["--log-key".into(), file("log.key")],
        ["--master-key".into(), file("master.key")],
    ]
    .concat()
}

/// A server that runs; killed when it is dropped.
#[derive(Debug)]
pub struct Running {
    pub child: Child,
    /// Where visitors reach it.
    pub authority: String,
    /// Where its operator does.
    pub admin: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    /// Starts a server on what [`prepared`] made.
    pub fn start(directory: &Path, database: &str) -> Self {
        Self::under("exec \"$@\"", directory, database, Stdio::inherit())
    }

    /// Starts it by a line of bash that ends in running it, with its log going where `log` says.
    pub fn under(shell: &str, directory: &Path, database: &str, log: Stdio) -> Self {
        let mut child = Command::new("bash")
            .args(["-c", shell, "placet", PLACET])
            .args(serving(directory, database))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut next = |start: &str| loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it does not start");
            if let Some(authority) = line.trim().strip_prefix(start) {
                break authority.to_owned();
            }
        };
        let authority = next("placet: listening on http://");
        let admin = next("placet: admin on http://");
        // Whatever else it says has somewhere to go.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()).ok());
        Running { child, authority, admin }
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "it ends in order");
    }

    /// What it answers at a path.
    pub fn get(&self, path: &str) -> Vec<u8> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let heard = ask(&self.authority, &request).unwrap();
        assert_eq!(heard.status, 200, "{path}");
        heard.body
    }

    /// What it answers its operator at a path.
    pub fn ask_admin(&self, path: &str, token: &str) -> Heard {
        let head = format!("Host: {}\r\nAuthorization: Bearer {token}\r\nConnection: close", self.admin);
        ask(&self.admin, &format!("GET {path} HTTP/1.1\r\n{head}\r\n\r\n")).unwrap()
    }

    /// The English notice that it serves: how receipts name it, and its exact text.
    pub fn notice(&self) -> (Value, String) {
        let files: Value = serde_json::from_slice(&self.get("/embed/integrity.json")).unwrap();
        let names = files.as_object().unwrap().keys();
        let name = names.filter(|name| name.starts_with("notice/") && name.ends_with(".json")).find(|name| {
            let notice: Value = serde_json::from_slice(&self.get(&format!("/{name}"))).unwrap();
            notice["lang"] == "en"
        });
        let text = String::from_utf8(self.get(&format!("/{}", name.unwrap()))).unwrap();
        let notice: Value = serde_json::from_str(&text).unwrap();
        let hash = placet_model::verify::hash(text.as_bytes());
        (json!({ "version": notice["version"], "lang": "en", "hash": hash }), text)
    }

    /// Receipts of the first device about its notice, with these numbers.
    pub fn receipts(&self, numbers: Range<u32>) -> Vec<String> {
        let (notice, _) = self.notice();
        let device = Device::new(1);
        numbers.map(|number| device.receipt(number, "", &json!({ "seq": number, "notice": notice }))).collect()
    }

    /// Records receipts, which it takes; what it says of each.
    pub fn record(&self, receipts: &[String]) -> Vec<Value> {
        let mut results = Vec::new();
        for (number, call) in receipts.chunks(8).enumerate() {
            // Each call from a network of its own.
            let heard = ask(&self.authority, &recording(&format!("10.{}.{}.1", number / 250, number % 250), call));
            let heard = heard.unwrap();
            assert_eq!(heard.status, 200, "{heard:?}");
            results.extend(heard.json()["results"].as_array().unwrap().clone());
        }
        assert!(results.iter().all(|result| result["status"] == "recorded"), "{results:?}");
        results
    }

    /// Writes the file of a receipt that it has taken, as the shopper could download it; the file's path.
    pub fn keep(&self, directory: &Path, receipt: &str, answer: &Value) -> String {
        let (_, words) = self.notice();
        let acknowledgement = json!({ "id": answer["id"], "receivedAt": answer["receivedAt"], "log": answer["log"] });
        let file = json!({
            "placet": 1, "receipt": receipt, "jwk": Device::new(1).header()["jwk"], "notice": words,
            "acknowledgement": acknowledgement,
        });
        let path = directory.join("receipt.json");
        fs::write(&path, file.to_string()).unwrap();
        path.display().to_string()
    }
}

/// The request that records receipts, from an address behind the proxy.
pub fn recording(address: &str, receipts: &[String]) -> String {
    let body = json!({ "receipts": receipts }).to_string();
    format!(
        "POST /v1/receipts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         X-Forwarded-For: {address}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What a server that refuses to start says.
pub fn refused(directory: &Path, place: &Place) -> Said {
    let arguments = serving(directory, &place.address);
    let said = placet(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((said.code, &*said.out), (Some(1), ""), "{}", said.err);
    said
}

/// An answer.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let line = |line| str::split_once(line, ": ").filter(|(found, _)| found.eq_ignore_ascii_case(name));
        self.head.lines().find_map(line).map_or("", |(_, value)| value)
    }
}

/// Asks a server; none where it went away before the answer was whole.
pub fn ask(authority: &str, request: &str) -> Option<Heard> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(120))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    heard(&answer)
}

/// An answer out of its bytes; none where it is not whole.
pub fn heard(answer: &[u8]) -> Option<Heard> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (String::from_utf8(answer[..end].to_vec()).ok()?, answer[end + 4..].to_vec());
    let heard = Heard { status: head.split(' ').nth(1)?.parse().ok()?, head, body };
    let length: Option<usize> = heard.header("content-length").parse().ok();
    (length == Some(heard.body.len())).then_some(heard)
}
