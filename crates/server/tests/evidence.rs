//! Those who have to answer for receipts find them, show them, export them and erase them; each of it leaves a line.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::{Method, Request};
use placet_model::admin::{Role, TokenWish};
use placet_model::export::lines;
use placet_model::log::checkpoint::Keys;
use placet_model::log::erasure::verify_erasure;
use placet_model::receipt_file::verify_file;
use placet_server::admin::table::router;
use placet_server::admin::tokens::new_token;
use serde_json::{Value, json};
use support::{Answer, Device, STILL, Server, notice, on_each_database};

on_each_database![
    a_receipt_is_found_with_its_proof,
    the_page_runs_nothing_and_shows_texts_as_texts,
    a_person_is_found_by_the_sites_reference_and_erased,
    a_token_erases_so_many_a_day,
    a_device_that_is_erased_gets_a_receipt_of_it,
    a_period_is_exported_when_a_second_token_confirms_it,
];

struct Admin {
    server: Server,
    tokens: Vec<(Role, String)>,
}

impl Admin {
    /// A server that holds receipts of three people, one of them with two devices.
    async fn start() -> (Self, Vec<String>) {
        let server = Server::observing().await;
        let of = |device: u8, id: u32, person: &str| {
            let changes =
                json!({ "seq": id, "sub": { "ref": person }, "event": { "page": "/<script>alert(1)</script>" } });
            Device::new(device).receipt(id, &notice(), &changes)
        };
        let receipts = vec![of(1, 1, "ann"), of(1, 2, "ann"), of(2, 3, "ann"), of(3, 4, "bo/../<b>"), of(4, 5, "cy")];
        assert_eq!(server.record(&receipts).await.outcomes(), ["recorded"; 5]);
        let mut tokens = Vec::new();
        for role in Role::ALL.iter().chain(&[Role::Auditor]) {
            let wish = TokenWish { role: *role, name: role.word().into(), days: None };
            let (secret, held) = new_token(&wish, STILL.unsigned_abs(), None).unwrap();
            server.app.store.keep_token(&held).await.unwrap();
            tokens.push((*role, secret.text().to_owned()));
        }
        (Admin { server, tokens }, receipts)
    }

    async fn call(&self, token: &str, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8788");
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut server = self.server.clone();
        server.routes = router(server.app.clone());
        server.send(request.body(Body::empty()).unwrap()).await
    }

    async fn of(&self, role: Role, method: Method, path: &str) -> Answer {
        let token = &self.tokens.iter().find(|(held, _)| *held == role).unwrap().1;
        self.call(token, method, path, &[]).await
    }

    /// What the audit trail says was done, and to what.
    async fn trail(&self) -> Vec<(String, String)> {
        let page = self.of(Role::Auditor, Method::GET, "/v1/audit").await.json();
        let lines = page["lines"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines.map(|line| (text(&line["event"]["what"]), text(&line["event"]["about"]))).collect()
    }
}

fn id(number: u32) -> String {
    format!("7b0c2f6e-1d7a-4c54-9a3e-{number:012x}")
}

async fn a_receipt_is_found_with_its_proof() {
    let (admin, receipts) = Admin::start().await;
    let found = admin.of(Role::Auditor, Method::GET, &format!("/v1/receipts/{}", id(1))).await;
    let found = found.json();
    assert_eq!((&found["says"]["sub"]["ref"], &found["envelope"]["agent"]), (&json!("ann"), &json!("other")));
    assert_eq!(found["file"]["receipt"], receipts[0]);
    let checks = found["checks"].as_array().unwrap();
    assert!(checks.len() > 3 && checks.iter().all(|check| check["holds"] == true), "{checks:?}");
    let keys = Keys::parse(admin.server.app.log.verifiers()).unwrap();
    let report = verify_file(&found["file"].to_string(), &keys);
    assert!(report.is_genuine(), "{:?}", report.failure());
    let file = admin.of(Role::Auditor, Method::GET, &format!("/v1/receipts/{}?form=file", id(1))).await.json();
    assert_eq!((&file["receipt"], &file["notice"]), (&found["file"]["receipt"], &found["file"]["notice"]));
    for (path, outcome) in [
        (format!("/v1/receipts/{}", id(9)), "404 not-found"),
        ("/v1/receipts/'%20OR%201=1".into(), "404 not-found"),
        (format!("/v1/receipts/{}?form=xml", id(1)), "400 malformed"),
    ] {
        assert_eq!(admin.of(Role::Auditor, Method::GET, &path).await.outcomes(), [outcome], "{path}");
    }
    assert_eq!(admin.trail().await, vec![("receipt.read".to_owned(), id(1)); 2], "who asked in vain has read nothing");
}

async fn the_page_runs_nothing_and_shows_texts_as_texts() {
    let (admin, _) = Admin::start().await;
    let auditor = admin.tokens.iter().find(|(role, _)| *role == Role::Auditor).unwrap().1.clone();
    let path = format!("/v1/receipts/{}", id(4));
    for (accept, language, heading) in
        [("text/html,*/*", "en", "What was decided"), ("text/html", "zh-CN,en;q=0.5", "所作决定")]
    {
        let page = admin.call(&auditor, Method::GET, &path, &[("accept", accept), ("accept-language", language)]).await;
        let html = String::from_utf8(page.body.clone()).unwrap();
        assert!(page.header("content-type").starts_with("text/html") && html.contains(heading), "{html}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
        assert_eq!(page.header("cache-control"), "no-store");
        for hostile in ["<script", "<b>", "<img", "javascript:", " onload", "style=\""] {
            assert!(!html.contains(hostile), "{hostile} in {html}");
        }
        let file = format!("href=\"/v1/receipts/{}?form=file\" download=", id(4));
        for shown in
            ["/&lt;script&gt;alert(1)&lt;/script&gt;", "bo/../&lt;b&gt;", "Measuring use", "shop.example/2026", &file]
        {
            assert!(html.contains(shown), "{shown} not in {html}");
        }
    }
}

async fn a_person_is_found_by_the_sites_reference_and_erased() {
    let (admin, receipts) = Admin::start().await;
    let told = admin.of(Role::Ingest, Method::GET, "/v1/subjects/ann").await;
    let text = String::from_utf8(told.body.clone()).unwrap();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let held: Vec<&str> = found.iter().filter_map(|line| line["receipt"].as_str()).collect();
    assert_eq!(held, [&receipts[0], &receipts[1], &receipts[2]]);
    let keys = Keys::parse(admin.server.app.log.verifiers()).unwrap();
    let file = lines::file(text.lines().nth(1).unwrap(), text.lines().next().unwrap()).unwrap();
    assert!(verify_file(&file, &keys).is_genuine());
    for form in ["kantara", "dpv"] {
        let told = admin.of(Role::Auditor, Method::GET, &format!("/v1/subjects/bo%2F..%2F%3Cb%3E?form={form}")).await;
        assert_eq!((told.status, String::from_utf8(told.body).unwrap().lines().count()), (200, 1), "{form}");
    }
    assert_eq!(admin.of(Role::Ingest, Method::GET, "/v1/subjects/nobody").await.outcomes(), ["404 not-found"]);
    assert_eq!(admin.of(Role::Auditor, Method::DELETE, "/v1/subjects/ann").await.outcomes(), ["403 role-refused"]);

    let erasure = admin.of(Role::Ingest, Method::DELETE, "/v1/subjects/ann").await.json();
    check_erasure(&admin.server, &erasure, &[id(1), id(2), id(3)]);
    assert_eq!(erasure["device"], Value::Null);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(admin.of(Role::Ingest, method, "/v1/subjects/ann").await.outcomes(), ["404 not-found"]);
    }
    assert_eq!(admin.server.app.store.count().await.unwrap(), 2, "the others' stay");
    assert_eq!(admin.server.record(&receipts[..3]).await.outcomes(), ["erased"; 3]);
    assert!(admin.server.app.store.device(&Device::new(1).thumbprint()).await.unwrap().is_none());
    let trail = admin.trail().await;
    assert!(trail.iter().all(|(_, about)| !about.contains("ann") && !about.contains("bo/")), "{trail:?}");
    assert!(trail.iter().any(|(what, _)| what == "subject.erased"));
}

/// Whoever has stolen a token does not erase everybody over night; another token has its own part.
async fn a_token_erases_so_many_a_day() {
    let (admin, _) = Admin::start().await;
    let most = admin.server.app.gauge.limits.erasures_per_day;
    let token = &admin.tokens.iter().find(|(role, _)| *role == Role::Ingest).unwrap().1;
    let (store, id) = (&admin.server.app.store, &token[7..23]);
    for number in 1..most {
        assert!(store.count_erasure(id, most, STILL).await.unwrap(), "erasure {number}");
    }
    let erase = async |role, who: &str| admin.of(role, Method::DELETE, &format!("/v1/subjects/{who}")).await;
    assert_eq!(erase(Role::Ingest, "ann").await.status, 200);
    let refused = erase(Role::Ingest, "cy").await;
    assert_eq!(refused.outcomes(), ["429 erasures-spent"]);
    let left: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(left, 86_400 - (STILL as u64 / 1000) % 86_400, "until the next day");
    assert_eq!(admin.server.app.store.count().await.unwrap(), 2, "nothing more is gone");
    let trail = admin.trail().await;
    assert_eq!(trail.iter().filter(|(what, _)| what == "subject.erased").count(), 1, "{trail:?}");
    assert_eq!(admin.of(Role::Ingest, Method::GET, "/v1/subjects/cy").await.status, 200, "reading goes on");
    assert_eq!(erase(Role::Owner, "cy").await.status, 200);
    assert!(store.count_erasure(id, most, STILL + 86_400_000).await.unwrap(), "the next day has its own");
    assert!(!store.count_erasure("another", 0, STILL).await.unwrap());
}

/// The receipt of an erasure names these receipts, and its line stands in the log.
fn check_erasure(server: &Server, erasure: &Value, ids: &[String]) {
    assert_eq!(
        (&erasure["erased"], &erasure["receipts"], &erasure["at"]),
        (&json!(ids.len()), &json!(ids), &json!(STILL))
    );
    let keys = Keys::parse(server.app.log.verifiers()).unwrap();
    let report = verify_erasure(&erasure.to_string(), &keys);
    let content = report.content.as_ref().unwrap_or_else(|| panic!("{report:?}"));
    assert!(content.signed && content.erasure.receipts == ids, "{report:?}");
}

async fn a_device_that_is_erased_gets_a_receipt_of_it() {
    let (admin, _) = Admin::start().await;
    let device = Device::new(1);
    let erasure = admin.server.ask(&device.request("erase", "a", STILL / 1000, &json!({}), &json!({}))).await.json();
    check_erasure(&admin.server, &erasure, &[id(1), id(2)]);
    assert_eq!(erasure["device"], device.thumbprint());
}

async fn a_period_is_exported_when_a_second_token_confirms_it() {
    let (admin, receipts) = Admin::start().await;
    let auditors: Vec<&String> =
        admin.tokens.iter().filter(|(role, _)| *role == Role::Auditor).map(|(_, token)| token).collect();
    let path = "/v1/exports?since=2026-03-01&until=2026-03-02";
    let asked = admin.call(auditors[0], Method::GET, path, &[]).await;
    assert_eq!(asked.status, 202);
    let confirmation = asked.json()["confirmation"].as_str().unwrap().to_owned();
    let given = admin.call(auditors[1], Method::POST, &format!("/v1/confirmations/{confirmation}"), &[]).await;
    assert_eq!(given.status, 204);
    let told = admin.call(auditors[0], Method::GET, path, &[("placet-confirmation", &confirmation)]).await;
    let text = String::from_utf8(told.body).unwrap();
    let held: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|line| line["receipt"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(held, receipts);
    assert!(admin.trail().await.contains(&("export.made".into(), "2026-03-01/2026-03-02".into())));
    for path in [
        "/v1/exports",
        "/v1/exports?since=2026-03-02&until=2026-03-01",
        "/v1/exports?since=2026-03-01&until=2026-03-02&form=x",
    ] {
        let asked =
            admin.call(auditors[0], Method::GET, path, &[]).await.json()["confirmation"].as_str().unwrap().to_owned();
        admin.call(auditors[1], Method::POST, &format!("/v1/confirmations/{asked}"), &[]).await;
        let told = admin.call(auditors[0], Method::GET, path, &[("placet-confirmation", &asked)]).await;
        assert_eq!(told.outcomes(), ["400 malformed"], "{path}");
    }
}
