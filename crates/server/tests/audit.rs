//! `placet audit --admin`: an auditor with a token proves every receipt against the tree, and finds every way in which the server
//! can lie about them.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

#[path = "../../model/tests/support/log.rs"]
mod log;
#[path = "support/publisher.rs"]
mod publisher;
mod support;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use log::{LogKey, TestLog};
use placet_model::json as text_of;
use placet_model::log::entry::Envelope;
use publisher::Publisher;
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use support::databases::Place;
use support::program::{PLACET, Running, Said, ask, placet, prepared};
use support::{Device, NOTICE, notice, on_each_database};
use tempfile::TempDir;

on_each_database![an_auditor_proves_every_receipt];

/// An admin listener that answers what it was told to, whoever asks.
struct Liar {
    address: String,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Liar {
    fn start(export: String, trail: String) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let elsewhere = [(header::LOCATION, address.clone())];
        let app = Router::new()
            .route("/v1/exports", get(async move || export.clone()))
            .route("/v1/audit", get(async move || trail.clone()))
            .route("/moved/v1/exports", get(async move || (StatusCode::FOUND, elsewhere.clone())));
        runtime.spawn(async move { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await });
        Liar { address, runtime: Some(runtime) }
    }
}

/// A new token of a role, and the file that holds it.
fn token(directory: &Path, database: &str, role: &str, name: &str) -> (String, String) {
    let made = placet(&["token", "new", "--role", role, "--name", name, "--database", database]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let file = directory.join(name);
    fs::write(&file, &made.out).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    (made.out.trim().to_owned(), file.display().to_string())
}

/// Asks the admin listener with a token, and with a confirmation where there is one.
fn call(server: &Running, method: &str, path: &str, token: &str, confirmation: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{}{path}", server.admin))
        .header("authorization", format!("Bearer {token}"));
    let request = match confirmation {
        "" => request,
        id => request.header("placet-confirmation", id),
    };
    let mut answer = agent.run(request.body(()).unwrap()).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn told(said: &Said) -> String {
    [&*said.out, &*said.err].concat()
}

async fn an_auditor_proves_every_receipt() {
    let (directory, place) = (prepared(), Place::new().await);
    let server = Running::start(directory.path(), &place.address);
    server.record(&server.receipts(1..40));
    let (named, _) = server.notice();
    let customer = |number: u32| {
        let claims = json!({ "seq": number, "notice": named, "sub": { "ref": "customer-7" } });
        Device::new(2).receipt(1000 + number, "", &claims)
    };
    server.record(&[customer(1), customer(2), customer(3)]);
    let (first, file) = token(directory.path(), &place.address, "auditor", "first");
    let (second, _) = token(directory.path(), &place.address, "owner", "second");
    let (analyst, analyst_file) = token(directory.path(), &place.address, "analyst", "analyst");
    let (backend, _) = token(directory.path(), &place.address, "ingest", "backend");
    assert!(analyst != first);
    let keys = directory.path().join("keys").display().to_string();
    fs::write(&keys, server.get("/log/keys")).unwrap();
    let log = format!("http://{}/log", server.authority);
    let admin = format!("http://{}", server.admin);
    let audit = |more: &[&str]| placet(&[&["audit", "--log", &log, "--log-key", &keys], more].concat());
    let by_token = |more: &[&str]| audit(&[&["--admin", &admin, "--token-file", &file], more].concat());
    let confirmed = || {
        let waits = by_token(&[]);
        assert_eq!(waits.code, Some(2), "{}", told(&waits));
        let id = waits.err.split("the request ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        assert!(waits.err.contains(&format!("--confirmation {id}")), "{}", waits.err);
        assert_eq!(call(&server, "POST", &format!("/v1/confirmations/{id}"), &second, "").0, 204);
        id
    };

    let id = confirmed();
    let said = by_token(&["--confirmation", &id]);
    assert_eq!(said.code, Some(0), "{}", told(&said));
    for word in [
        "42 were read, and each is verified",
        "They lead to the tree as it was",
        "Every entry of it has its line",
        "0 receipts are gone",
        "SOUND.",
    ] {
        assert!(said.out.contains(word), "{word}: {}", told(&said));
    }
    // What is not confirmed, or by nobody who may.
    let open = directory.path().join("open").display().to_string();
    fs::write(&open, &first).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
    for (arguments, word) in [
        (&["--admin", &admin, "--token-file", &file, "--confirmation", &id][..], "the server answers 409"),
        (&["--admin", &admin, "--token-file", &analyst_file], "the server answers 403"),
        (&["--admin", &admin, "--token-file", &open], "may be read by others"),
        (&["--admin", &admin, "--token-file", &keys], "may be read by others"),
        (&["--admin", &admin, "--token-file", "/nowhere/token"], "there is no file"),
        (&["--admin", &admin], "--token-file"),
        (&["--admin", "http://127.0.0.1:1", "--token-file", &file], "cannot be read"),
        (&["--admin", &admin, "--database", "sqlite:x"], "cannot be used with"),
        (&["--token-file", &file], "--admin"),
    ] {
        let said = audit(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {}", told(&said));
        assert!(said.err.contains(word), "{arguments:?}, {word}: {}", told(&said));
    }

    // Somebody is erased.
    assert_eq!(call(&server, "DELETE", "/v1/subjects/customer-7", &backend, "").0, 200);
    let id = confirmed();
    let said = by_token(&["--confirmation", &id]);
    assert_eq!(said.code, Some(0), "{}", told(&said));
    assert!(said.out.contains("3 receipts are gone, and the audit trail tells of 3"), "{}", said.out);
    let said = audit(&[
        "--database",
        &place.address,
        "--master-key",
        &directory.path().join("master.key").display().to_string(),
    ]);
    assert_eq!(said.code, Some(0), "{}", told(&said));
    assert!(said.out.contains("3 receipts are gone, and the audit trail tells of 3"), "{}", said.out);

    // The same answers, and what may be wrong with them.
    let year = placet_model::receipt_file::utc(placet_server::state::now() / 1000)[..4].parse::<u32>().unwrap();
    let export = format!("/v1/exports?form=lines&since={year}-01-01&until={}-01-01", year + 1);
    let (status, waiting) = call(&server, "GET", &export, &first, "");
    assert_eq!(status, 202, "{waiting}");
    let id = serde_json::from_str::<Value>(&waiting).unwrap()["confirmation"].as_str().unwrap().to_owned();
    assert_eq!(call(&server, "POST", &format!("/v1/confirmations/{id}"), &second, "").0, 204);
    let (status, lines) = call(&server, "GET", &export, &first, &id);
    assert_eq!(status, 200, "{lines}");
    let (_, trail) = call(&server, "GET", "/v1/audit?limit=1000", &first, "");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let trail: Value = serde_json::from_str(&trail).unwrap();
    assert_eq!((lines.len(), &lines[0]["kind"], &trail["next"]), (40, &json!("notice"), &Value::Null));
    let erased = |line: &Value| line["text"].as_str().unwrap().contains("receipts.erased");
    let erased = trail["lines"].as_array().unwrap().iter().position(erased).unwrap();
    let flip = |value: &mut Value| {
        let text = value.as_str().unwrap();
        let (kept, last) = text.split_at(text.len() - 20);
        *value = [kept, if last.starts_with('A') { "B" } else { "A" }, &last[1..]].concat().into();
    };
    type Change<'a> = &'a dyn Fn(&mut Vec<Value>, &mut Value);
    // what is wrong, how it gets so, the exit code, words that are told
    let cases: [(&str, Change<'_>, i32, &[&str]); 15] = [
        ("nothing", &|_, _| {}, 0, &["39 were read", "3 receipts are gone"]),
        (
            "a byte of a receipt",
            &|lines, _| flip(&mut lines[9]["receipt"]),
            1,
            &["signature: ", "not what the entry stands for"],
        ),
        (
            "a byte of a salt",
            &|lines, _| flip(&mut lines[9]["log"]["salt"]),
            1,
            &["log: ", "not what the entry stands for"],
        ),
        (
            "a byte of an envelope",
            &|lines, _| lines[9]["log"]["envelope"] = lines[8]["log"]["envelope"].clone(),
            1,
            &["NOT OK  receipts"],
        ),
        ("the time", &|lines, _| lines[9]["receivedAt"] = 1.into(), 1, &["log's time of receipt is not the one"]),
        ("a notice", &|lines, _| flip(&mut lines[0]["notice"]), 1, &["notice: ", "And 34 more"]),
        ("no notice", &|lines, _| drop(lines.remove(0)), 1, &["the words that it names are missing"]),
        (
            "two proofs swapped",
            &|lines, _| {
                let (one, other) = (lines[9]["log"].clone(), lines[20]["log"].clone());
                (lines[9]["log"], lines[20]["log"]) = (other, one);
            },
            1,
            &["log: ", "not what the entry stands for"],
        ),
        (
            "a receipt is missing",
            &|lines, _| drop(lines.remove(9)),
            1,
            &["4 receipts are gone, and the audit trail tells of 3: the others are missing"],
        ),
        (
            "a receipt twice in the place of another",
            &|lines, _| lines[9] = lines[10].clone(),
            1,
            &["4 receipts are gone"],
        ),
        (
            "a receipt without its place",
            &|lines, _| drop(lines[9].as_object_mut().unwrap().remove("log")),
            1,
            &["4 receipts are gone"],
        ),
        (
            "a line of the trail is missing",
            &|_, trail| drop(trail["lines"].as_array_mut().unwrap().remove(0)),
            1,
            &["whose line is missing"],
        ),
        (
            "a line of the trail tells of more",
            &|_, trail| {
                let text = &mut trail["lines"][erased]["text"];
                *text = text.as_str().unwrap().replace("\"receipts\":3", "\"receipts\":4").into();
            },
            1,
            &["not what the entry stands for"],
        ),
        (
            "a page that does not say which follows",
            &|_, trail| trail["next"] = "?".into(),
            2,
            &["does not say which follows"],
        ),
        (
            "a line of another kind",
            &|lines, _| lines[9]["kind"] = "else".into(),
            2,
            &["neither a notice nor a receipt"],
        ),
    ];
    for (what, change, code, words) in cases {
        let (mut lines, mut trail) = (lines.clone(), trail.clone());
        change(&mut lines, &mut trail);
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let liar = Liar::start(lines, trail.to_string());
        let said = audit(&["--admin", &liar.address, "--token-file", &file]);
        assert_eq!(said.code, Some(code), "{what}: {}", told(&said));
        for word in words {
            assert!(told(&said).contains(word), "{what}, {word}: {}", told(&said));
        }
    }
    for (export, path, word) in [
        ("{\"kind\":\"notice\"", "", "a line of it does not end"),
        ("[\n", "", "is no JSON"),
        ("", "/moved", "the server answers 302"),
        ("", "/nothing", "the server answers 404"),
    ] {
        let liar = Liar::start(export.into(), trail.to_string());
        let said = audit(&["--admin", &format!("{}{path}", liar.address), "--token-file", &file]);
        assert_eq!(said.code, Some(2), "{word}: {}", told(&said));
        assert!(said.err.contains(word), "{word}: {}", told(&said));
    }

    // Without a file, the token is that of the environment.
    let asked = |token: &str| {
        let arguments = ["audit", "--log", &log, "--admin", &admin];
        let output = Command::new(PLACET).args(arguments).env("PLACET_TOKEN", token).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(asked(&first).contains("waits for a second token"));
    assert!(asked("placet").contains("that is no token"));
    assert!(
        ask(&server.authority, "GET /v1/exports HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap().status
            == 404
    );
    server.stop();
}

/// A log that was shown to the shopper otherwise than to everybody: both are signed, and the entry is the same in both.
#[test]
fn proofs_lead_to_the_tree_that_is_published() {
    const RECEIVED: u64 = 1_772_323_201_123;
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("token");
    fs::write(&file, format!("placet_{}_{}", "0".repeat(16), "A".repeat(43))).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let device = Device::new(1);
    let jws = device.receipt(1, &notice(), &json!({}));
    let envelope = Envelope { received_at: RECEIVED, ..Envelope::default() }.to_text();
    let log_of = |size: u8, other: u8| {
        let mut log = TestLog::new("shop.example", 2026, 1);
        log.append(&jws, &envelope);
        (1..size).for_each(|number| log.tree.push([&[1][..], &[number, other].repeat(16)].concat()));
        log
    };
    let says: Value = serde_json::from_slice(&support::decode(jws.split('.').nth(1).unwrap())).unwrap();
    let publisher = Publisher::start();
    let key = LogKey::new("shop.example", 1).vkey();
    for (what, shown, code, words) in [
        ("the same", log_of(20, 0), 1, &["ok  proofs", "49 receipts are gone"][..]),
        ("another", log_of(20, 1), 1, &["20: a size at which the tree had another root"]),
        ("longer than what is published", log_of(51, 0), 1, &["51: a size at which the tree had another root"]),
    ] {
        publisher.publish(&log_of(50, 0), 2026);
        let proof: Value = serde_json::from_str(&text_of::to_text(&shown.proof(0, &envelope))).unwrap();
        let lines = [
            json!({ "kind": "notice", "hash": notice(), "notice": NOTICE }),
            json!({ "kind": "receipt", "receipt": jws, "jwk": device.header()["jwk"], "receivedAt": RECEIVED, "skew": false,
                    "late": false, "fork": false, "says": says, "log": proof }),
        ];
        let liar = Liar::start(lines.map(|line| format!("{line}\n")).concat(), r#"{"lines":[],"next":null}"#.into());
        let file = file.display().to_string();
        let arguments = ["--log-key", &key, "--admin", &liar.address, "--token-file", &file];
        let said = placet(&[&["audit", "--log", &publisher.address, "--year", "2026"], &arguments[..]].concat());
        assert_eq!(said.code, Some(code), "{what}: {}", told(&said));
        for word in words {
            assert!(said.out.contains(word), "{what}, {word}: {}", told(&said));
        }
        assert!(said.out.contains("1 were read, and each is verified"), "{what}: {}", told(&said));
    }
}
