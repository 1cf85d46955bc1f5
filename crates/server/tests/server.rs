//! What the server keeps, what it refuses, and what it lets be cached.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::{Body, Bytes};
use axum::extract::Extension;
use axum::http::Request;
use placet_model::receipt::MAX_BODY;
use placet_server::address::Peer;
use placet_server::limits::Limits;
use placet_server::state::now;
use serde_json::json;
use std::fs;
use std::time::Duration;
use support::{Device, NOTICE, Server, notice, on_each_database};

on_each_database![
    what_was_recorded_is_there_after_a_restart,
    many_posts_of_one_receipt_make_one_row,
    the_exact_text_is_kept_with_its_envelope,
    one_call_tells_of_each_of_its_receipts,
    nothing_of_the_request_is_kept_but_the_receipt,
    requests_have_limits,
    endless_bodies_are_cut_off,
    bodies_that_do_not_arrive_are_given_up,
    calls_wait_outside_when_every_place_is_taken,
    a_network_that_asks_too_much_has_to_wait,
    files_are_cached_as_long_as_they_may_be,
    everything_else_has_an_answer,
];

async fn what_was_recorded_is_there_after_a_restart() {
    let device = Device::new(1);
    let server = Server::start().await;
    let receipt = device.receipt(1, &notice(), &json!({}));
    let first = server.record(std::slice::from_ref(&receipt)).await.json();

    let server = server.restart(r#"{"v":1,"site":"shop.example","version":"2026-04-01","lang":"en"}"#).await;
    assert_eq!(server.record(&[receipt]).await.json(), first, "the same acknowledgement");
    let other = device.receipt(1, &notice(), &json!({ "event": { "page": "/other" } }));
    assert_eq!(server.record(&[other]).await.outcomes(), ["id-conflict"]);
    let later = device.receipt(2, &notice(), &json!({ "seq": 2 }));
    assert_eq!(server.record(&[later]).await.outcomes(), ["recorded"], "the old notice counts still");
    assert_eq!(server.app.store.count().await.unwrap(), 2);

    let old = server.send(get(&format!("/notice/{}.json", &notice()[7..]), &[])).await;
    assert_eq!((old.status, &old.body[..]), (200, NOTICE.as_bytes()), "and can be read");
}

async fn many_posts_of_one_receipt_make_one_row() {
    let server = Server::start().await;
    let receipt = Device::new(1).receipt(1, &notice(), &json!({}));
    let calls = (0..40).map(|turn| {
        let server = server.clone();
        let receipt = if turn % 2 == 0 { receipt.clone() } else { Device::twin(&receipt) };
        tokio::spawn(async move { server.record(&[receipt]).await.json() })
    });
    let mut answers = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        answers.push(call.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(server.app.store.count().await.unwrap(), 1);
}

async fn the_exact_text_is_kept_with_its_envelope() {
    let device = Device::new(1);
    let seconds = now() / 1000;
    let first = "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let rows = [
        // id, changes, skew, late, fork
        (1, json!({ "iat": seconds }), false, false, false),
        (2, json!({ "iat": seconds + 300, "seq": 2, "prev": first }), false, false, false),
        (3, json!({ "iat": seconds + 900, "seq": 3, "prev": NEXT }), true, false, false),
        (4, json!({ "iat": seconds - 31 * 86_400, "seq": 4, "prev": LAST }), false, true, false),
        (5, json!({ "iat": seconds, "seq": 4, "prev": null }), false, false, true),
        (6, json!({ "iat": seconds, "seq": 9, "prev": first }), false, false, true),
    ];
    for at_once in [false, true] {
        let server = Server::start().await;
        let receipts: Vec<String> =
            rows.iter().map(|(id, changes, ..)| device.receipt(*id, &notice(), changes)).collect();
        let mut ids = Vec::new();
        for call in receipts.chunks(if at_once { rows.len() } else { 1 }) {
            let answer = server.record(call).await;
            assert_eq!(answer.outcomes(), vec!["recorded"; call.len()]);
            let results = answer.json()["results"].as_array().unwrap().clone();
            ids.extend(results.iter().map(|result| result["id"].as_str().unwrap().to_owned()));
        }
        for ((id, receipt), (_, changes, skew, late, fork)) in ids.iter().zip(&receipts).zip(&rows) {
            let kept = server.app.store.holding(id).await.unwrap().unwrap().held;
            let expected = (receipt, *skew, *late, *fork);
            assert_eq!((&kept.receipt, kept.skew, kept.late, kept.fork), expected, "{changes}, at once: {at_once}");
        }
    }
}

/// Of receipts with one id in one call the first is kept, wherever they stand and however many there are.
async fn one_call_tells_of_each_of_its_receipts() {
    let server = Server::start().await;
    let (known, unknown) = (Device::new(1), Device::new(2));
    let receipt = |number: u32| known.receipt(number, &notice(), &json!({ "seq": number }));
    let other = unknown.receipt(1, &notice(), &json!({ "event": { "page": "/other" } }));
    let call = [receipt(1), receipt(2), receipt(1), other, Device::twin(&receipt(2)), receipt(3)];
    for turn in 0..2 {
        let answer = server.record(&call).await;
        let expected = ["recorded", "recorded", "recorded", "id-conflict", "recorded", "recorded"];
        assert_eq!(answer.outcomes(), expected, "turn {turn}");
        let results = answer.json()["results"].clone();
        let places = [0, 1, 2, 4, 5].map(|at: usize| results[at]["log"]["index"].as_u64().unwrap());
        assert_eq!(places, [0, 1, 0, 1, 2], "turn {turn}");
        assert_eq!(
            (&results[0]["log"]["salt"], &results[1]["log"]["salt"]),
            (&results[2]["log"]["salt"], &results[4]["log"]["salt"])
        );
        assert_eq!(server.app.store.count().await.unwrap(), 3);
    }
    assert!(server.app.store.device(&known.thumbprint()).await.unwrap().is_some());
    assert!(server.app.store.device(&unknown.thumbprint()).await.unwrap().is_none(), "nothing of it is kept");
}

const NEXT: &str = "sha256:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const LAST: &str = "sha256:AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn nothing_of_the_request_is_kept_but_the_receipt() {
    let server = Server::start().await;
    let body = json!({ "receipts": [Device::new(1).receipt(1, &notice(), &json!({}))] }).to_string();
    let request = Request::post("/v1/receipts?campaign=needle-query")
        .header("content-type", "application/json")
        .header("user-agent", "needle-agent <script>")
        .header("referer", "https://shop.example/?needle-referer")
        .header("x-forwarded-for", "198.51.100.77")
        .header("cookie", "session=needle-cookie")
        .extension(Peer("203.0.113.99".parse().unwrap()));
    let answer = server.send(request.body(body.into()).unwrap()).await;
    assert_eq!(answer.outcomes(), ["recorded"]);
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(answer.header("set-cookie"), "");
    for file in fs::read_dir(server.directory()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for needle in ["needle", "198.51.100.77", "203.0.113.99"] {
            let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
            assert!(!found, "{needle} is in the database");
        }
    }
}

async fn requests_have_limits() {
    let server = Server::start().await;
    let long = |length: usize| json!({ "receipts": ["x".repeat(length)] }).to_string();
    for (body, outcome) in [
        (long(MAX_BODY), "413 too-large"),
        (long(100_000), "413 too-large"),
        (long(MAX_BODY - 100), "too-large"),
        (long(5 * 1024), "too-large"),
        (String::new(), "400 malformed"),
        ("[".repeat(MAX_BODY), "400 malformed"),
    ] {
        let request = Request::post("/v1/receipts").header("content-type", "application/json");
        assert_eq!(server.send(request.body(body.into()).unwrap()).await.outcomes(), [outcome]);
    }
    assert_eq!(server.app.store.count().await.unwrap(), 0);
}

/// A body that says no length and goes on for ever is cut off at the limit.
async fn endless_bodies_are_cut_off() {
    struct Endless;
    impl axum::body::HttpBody for Endless {
        type Data = Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(Bytes::from_static(&[b' '; 1000])))))
        }
    }
    let server = Server::start().await;
    let request = Request::post("/v1/receipts").header("content-type", "application/json");
    assert_eq!(server.send(request.body(Body::new(Endless)).unwrap()).await.outcomes(), ["413 too-large"]);
}

/// A body that never arrives is given up, and takes no place from others meanwhile.
async fn bodies_that_do_not_arrive_are_given_up() {
    struct Silent;
    impl axum::body::HttpBody for Silent {
        type Data = Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
    let limits = Limits { calls: 1, body_time: Duration::from_millis(300), ..Limits::default() };
    let server = Server::with_limits(limits).await;
    let silent = Request::post("/v1/receipts").header("content-type", "application/json");
    let silent = server.send(silent.body(Body::new(Silent)).unwrap());
    let receipts = [String::new()];
    // The second comes while the body of the first is awaited.
    let (silent, other) = tokio::join!(biased; silent, server.record(&receipts));
    assert_eq!(silent.outcomes(), ["408 too-slow"]);
    assert_eq!(other.outcomes(), ["malformed"], "the only place was free");
}

async fn calls_wait_outside_when_every_place_is_taken() {
    let server = Server::with_limits(Limits { calls: 1, ..Limits::default() }).await;
    let place = server.app.gauge.calls.acquire().await.unwrap();
    let busy = server.record(&[String::new()]).await;
    assert_eq!(busy.outcomes(), ["503 busy"]);
    assert_eq!(busy.header("retry-after"), "2");
    assert_eq!(busy.header("access-control-expose-headers"), "date, retry-after", "the page may read it");
    drop(place);
    assert_eq!(server.record(&[String::new()]).await.outcomes(), ["malformed"], "there is a place again");
}

async fn a_network_that_asks_too_much_has_to_wait() {
    let limits = Limits { burst: 3, per_second: 1, ..Limits::default() };
    let mut server = Server::with_limits(limits).await;
    let all = server.routes.clone();
    server.routes = all.clone().layer(Extension(Peer("192.0.2.1".parse().unwrap())));
    let receipt = [Device::new(1).receipt(1, &notice(), &json!({}))];
    for _ in 0..3 {
        assert_eq!(server.record(&receipt).await.outcomes(), ["recorded"]);
    }
    let refused = server.record(&receipt).await;
    assert_eq!(refused.outcomes(), ["429 too-many-requests"]);
    assert_eq!(refused.header("retry-after"), "1");
    server.routes = all.layer(Extension(Peer("192.0.3.1".parse().unwrap())));
    assert_eq!(server.record(&receipt).await.outcomes(), ["recorded"], "another network does not");
    let three = [&receipt[..], &receipt, &receipt].concat();
    let refused = server.record(&three).await;
    assert_eq!(refused.outcomes(), ["429 too-many-requests"], "each receipt counts");
    assert_eq!(server.record(&receipt).await.outcomes(), ["recorded"], "and a refused call as one");
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).unwrap()
}

async fn files_are_cached_as_long_as_they_may_be() {
    let server = Server::start().await;
    let notice = format!("/notice/{}.json", &notice()[7..]);
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, keep) in [
        ("/embed/placet.js", "text/javascript; charset=utf-8", "public, max-age=300"),
        ("/embed/widget-0123.js", "text/javascript; charset=utf-8", forever),
        (&notice, "application/json; charset=utf-8", forever),
        ("/.well-known/gpc.json", "application/json", "public, max-age=300"),
    ] {
        let plain = server.send(get(path, &[])).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{path}");
        for (name, value) in [
            ("content-type", kind),
            ("cache-control", keep),
            ("vary", "accept-encoding"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(plain.header(name), value, "{name} of {path}");
        }
        let etag = plain.header("etag").to_owned();
        assert!(etag.len() > 10, "{path}");

        let brotli = server.send(get(path, &[("accept-encoding", "gzip, br")])).await;
        if path.starts_with("/.well-known") {
            assert_eq!(brotli.body, plain.body);
        } else {
            assert_eq!((brotli.header("content-encoding"), &brotli.body[..]), ("br", &b"br"[..]), "{path}");
            assert_ne!(brotli.header("etag"), etag, "{path}");
        }

        for held in [etag.clone(), format!("\"x\", W/{etag}"), brotli.header("etag").to_owned(), "*".to_owned()] {
            let current = server.send(get(path, &[("if-none-match", &held)])).await;
            assert_eq!((current.status, current.body.len()), (304, 0), "{path} {held}");
            assert_eq!((current.header("cache-control"), current.header("etag")), (keep, &*etag), "{path}");
            // What the browser holds may be a page with a policy of its own, which the answer would replace.
            assert_eq!(current.header("content-security-policy"), "", "{path}");
        }
        assert_eq!(server.send(get(path, &[("if-none-match", "\"x\"")])).await.status, 200);
    }
}

async fn everything_else_has_an_answer() {
    let server = Server::start().await;
    for (method, path, status, kind, said) in [
        ("GET", "/healthz", 200, "application/json", "ok"),
        ("GET", "/problems/signature-invalid", 200, "text/plain; charset=utf-8", "changed after it was signed"),
        ("GET", "/problems/unheard-of", 404, "application/problem+json", "not-found"),
        ("GET", "/", 404, "application/problem+json", "not-found"),
        ("GET", "/embed/../placet.db", 404, "application/problem+json", "not-found"),
        ("GET", "/embed/nothing.js", 404, "application/problem+json", "not-found"),
        ("GET", "/notice/nothing.json", 404, "application/problem+json", "not-found"),
        ("GET", "/notice/nothing", 404, "application/problem+json", "not-found"),
        ("GET", "/v1/receipts", 405, "application/problem+json", "method-refused"),
        ("DELETE", "/v1/receipts", 405, "application/problem+json", "method-refused"),
        ("POST", "/embed/placet.js", 405, "application/problem+json", "method-refused"),
        ("GET", "/.well-known/gpc.json", 200, "application/json", r#"{"gpc":true,"lastUpdate":"2026-03-01"}"#),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = server.send(request).await;
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!((answer.status, answer.header("content-type")), (status, kind), "{method} {path}: {body}");
        assert!(body.contains(said), "{method} {path}: {body}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{method} {path}");
    }
    let head = Request::head("/embed/placet.js").body(Body::empty()).unwrap();
    let head = server.send(head).await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "9", 0));
}

/// The pages that explain problems and the reference say the same.
#[test]
fn the_reference_of_problems_is_complete() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/problems.md");
    let mut text = fs::read_to_string(path).unwrap_or_default();
    let start = text.find("\n## ").map_or(text.len(), |start| start + 1);
    let written: String = placet_server::problem::all_types()
        .map(|problem| {
            let placet_model::verify::ProblemType { slug, title, status, meaning, hint } = problem;
            format!("## {slug}\n\n**{title}**, HTTP status {status}\n\n{meaning}\n\n*What to do:* {hint}\n\n")
        })
        .collect();
    let written = format!("{}\n", written.trim_end());
    if std::env::var_os("PLACET_BLESS").is_some() {
        text.replace_range(start.., &written);
        fs::write(path, &text).unwrap();
    }
    assert!(
        text[start.min(text.len())..] == written,
        "docs/reference/problems.md is behind; PLACET_BLESS=1 cargo test -p placet-server --test server writes it anew"
    );
}
