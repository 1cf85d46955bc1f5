//! What shoppers may write to the shop, how much of it, and for how long it is kept.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::extract::Extension;
use axum::http::Request;
use placet_server::address::Peer;
use placet_server::calendar::DAY;
use placet_server::limits::Limits;
use placet_server::store::feedback::MOST_FEEDBACK;
use serde_json::{Value, json};
use std::fs;
use support::{Answer, NOTICE, STILL, Server, merge, on_each_database};

on_each_database![
    feedback_is_kept_without_its_writer,
    hostile_feedback_is_refused,
    a_config_without_feedback_takes_none,
    a_flood_of_feedback_has_to_wait,
    one_network_writes_so_much_in_a_day_and_no_more,
    a_full_table_takes_no_more_and_loses_nothing_before_its_time,
];

fn good() -> Value {
    json!({ "site": "shop.example", "version": "2026-03-01", "lang": "en", "purpose": "ads", "text": "What is a pixel?" })
}

fn with(changes: &Value) -> String {
    let mut body = good();
    merge(&mut body, changes);
    body.to_string()
}

async fn send(server: &Server, body: impl Into<Body>) -> Answer {
    let request = Request::post("/v1/feedback")
        .header("origin", "https://shop.example")
        .header("content-type", "application/json")
        .header("user-agent", "needle-agent")
        .header("cookie", "session=needle-cookie")
        .header("x-forwarded-for", "198.51.100.77");
    server.send(request.body(body.into()).unwrap()).await
}

async fn count(server: &Server) -> usize {
    server.app.store.feedback(0, None).await.unwrap().len()
}

async fn feedback_is_kept_without_its_writer() {
    let mut server = Server::at_a_still_time().await;
    server.routes = server.routes.clone().layer(Extension(Peer("203.0.113.99".parse().unwrap())));
    let answer = send(&server, with(&json!({ "text": "  Two\r\nlines, 签 ", "device": "needle-device" }))).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(send(&server, with(&json!({ "purpose": "(null)", "lang": "zh-CN" }))).await.status, 204);
    let kept = server.app.store.feedback(0, None).await.unwrap();
    let told: Vec<_> =
        kept.iter().map(|kept| (kept.received_on, &*kept.lang, kept.purpose.as_deref(), &*kept.text)).collect();
    let day = STILL - STILL % DAY;
    assert_eq!(
        told,
        [(day, "zh-CN", None, "What is a pixel?"), (day, "en", Some("ads"), "Two\nlines, 签")],
        "newest first, of the time the day"
    );
    for file in fs::read_dir(server.directory()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for needle in ["needle", "198.51.100.77", "203.0.113.99"] {
            let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
            assert!(!found, "{needle} is in the database");
        }
    }
}

async fn hostile_feedback_is_refused() {
    let server = Server::at_a_still_time().await;
    for (name, body, expected) in [
        ("nothing", String::new(), "400 malformed"),
        ("no object", "[]".into(), "400 malformed"),
        ("two sites", with(&json!({})).replacen('{', "{\"site\":\"other.example\",", 1), "400 malformed"),
        ("another site", with(&json!({ "site": "other.example" })), "422 site-wrong"),
        ("an unknown language", with(&json!({ "lang": "de" })), "400 malformed"),
        ("an unknown purpose", with(&json!({ "purpose": "__proto__" })), "400 malformed"),
        ("a long version", with(&json!({ "version": "v".repeat(65) })), "400 malformed"),
        ("no text", with(&json!({ "text": null })), "400 malformed"),
        ("an empty text", with(&json!({ "text": " \n " })), "400 malformed"),
        ("a long text", with(&json!({ "text": "x".repeat(501) })), "400 malformed"),
        ("a text of another kind", with(&json!({ "text": ["x"] })), "400 malformed"),
        ("orders for a terminal", with(&json!({ "text": "\u{1b}]0;x\u{7}" })), "400 malformed"),
        ("a large body", with(&json!({ "novel": "x".repeat(4096) })), "413 too-large"),
        ("a very large body", "x".repeat(1024 * 1024), "413 too-large"),
        ("depth", "[".repeat(4000), "400 malformed"),
    ] {
        let answer = send(&server, body).await;
        assert_eq!(answer.outcomes(), [expected], "{name}");
    }
    assert_eq!(count(&server).await, 0);
    let not_text = send(&server, vec![0xff; 9]).await;
    assert_eq!(not_text.outcomes(), ["400 malformed"]);

    for (method, path, origin, kind, expected) in [
        ("POST", "/v1/feedback", "https://other.example", "application/json", "403 origin-refused"),
        ("POST", "/v1/feedback", "null", "text/plain", "403 origin-refused"),
        ("POST", "/v1/feedback", "https://shop.example", "application/x-www-form-urlencoded", "415 unsupported-type"),
        ("POST", "/v1/feedback", "https://shop.example", "application/jwt", "415 unsupported-type"),
        ("GET", "/v1/feedback", "https://shop.example", "application/json", "405 method-refused"),
        ("DELETE", "/v1/feedback", "https://shop.example", "application/json", "405 method-refused"),
        ("POST", "/v1/feedback/", "https://shop.example", "application/json", "404 not-found"),
        ("POST", "/v1/receipts/../feedback", "https://shop.example", "application/json", "404 not-found"),
        ("POST", "/v1/%66eedback", "https://shop.example", "application/json", "404 not-found"),
        ("POST", "/v1/feedback", "https://shop.example", "text/plain", "204"),
    ] {
        let request = Request::builder().method(method).uri(path).header("origin", origin).header("content-type", kind);
        let answer = server.send(request.body(with(&json!({})).into()).unwrap()).await;
        assert_eq!(answer.outcomes(), [expected], "{method} {path} from {origin} as {kind}");
    }
    assert_eq!(count(&server).await, 1);
}

async fn a_config_without_feedback_takes_none() {
    for changes in [json!({ "feedback": false }), json!({ "feedback": null })] {
        let server = Server::with_config(&changes).await.unwrap();
        assert_eq!(send(&server, with(&json!({}))).await.outcomes(), ["404 not-found"]);
        let preflight = Request::options("/v1/feedback").header("origin", "https://shop.example");
        let preflight = server.send(preflight.body(Body::empty()).unwrap()).await;
        assert_eq!(preflight.outcomes(), ["404 not-found"]);
        assert_eq!(count(&server).await, 0);
    }
}

async fn a_flood_of_feedback_has_to_wait() {
    let mut server = Server::with_limits(Limits { burst: 60, per_second: 10, ..Limits::default() }).await;
    let all = server.routes.clone();
    server.routes = all.clone().layer(Extension(Peer("192.0.2.1".parse().unwrap())));
    for _ in 0..2 {
        assert_eq!(send(&server, with(&json!({}))).await.status, 204);
    }
    let refused = send(&server, with(&json!({}))).await;
    assert_eq!((&*refused.outcomes()[0], refused.header("retry-after")), ("429 too-many-requests", "3"));
    server.routes = all.layer(Extension(Peer("192.0.3.1".parse().unwrap())));
    assert_eq!(send(&server, with(&json!({}))).await.status, 204, "another network does not");
    let place = server.app.gauge.calls.acquire_many(server.app.gauge.limits.calls as u32).await.unwrap();
    assert_eq!(send(&server, with(&json!({}))).await.outcomes(), ["503 busy"]);
    drop(place);
    assert_eq!(count(&server).await, 3);
}

/// However slowly it writes: what one network may write in 180 days is less than half of what there is room for.
async fn one_network_writes_so_much_in_a_day_and_no_more() {
    let mut server = Server::with_limits(Limits { feedback_per_day: 2, ..Limits::default() }).await;
    let all = server.routes.clone();
    server.routes = all.clone().layer(Extension(Peer("192.0.2.1".parse().unwrap())));
    for (change, outcome) in [
        (json!({}), "204"),
        (json!({ "text": "" }), "400 malformed"),
        (json!({}), "204"),
        (json!({}), "429 too-many-requests"),
    ] {
        assert_eq!(send(&server, with(&change)).await.outcomes(), [outcome], "{change}");
    }
    let refused = send(&server, with(&json!({}))).await;
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((43_000..=43_200).contains(&wait), "half a day for one of two: {wait}");
    server.routes = all.layer(Extension(Peer("192.0.3.1".parse().unwrap())));
    assert_eq!(send(&server, with(&json!({}))).await.status, 204, "another network does not wait");
    assert_eq!(count(&server).await, 3);
}

async fn a_full_table_takes_no_more_and_loses_nothing_before_its_time() {
    let server = Server::at_a_still_time().await;
    let store = &server.app.store;
    let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $1)
                INSERT INTO feedback SELECT n, $2, 'v', 'en', NULL, 'filler ' || n FROM n";
    let today = STILL - STILL % DAY;
    let fill = sqlx::query(fill).bind(MOST_FEEDBACK - 1).bind(today - 178 * DAY);
    fill.execute(&server.look().await).await.unwrap();
    assert_eq!(send(&server, with(&json!({}))).await.status, 204, "the last one that there is room for");
    let full = send(&server, with(&json!({}))).await;
    assert_eq!((&*full.outcomes()[0], full.header("retry-after")), ("503 feedback-full", "3600"));
    assert_eq!(count(&server).await, 10_000);

    for (days, left) in [(0, 10_000), (1, 1), (178, 1), (179, 0)] {
        store.forget_feedback(STILL + days * DAY).await.unwrap();
        assert_eq!(count(&server).await, left, "after {days} days");
    }
    assert_eq!(send(&server, with(&json!({}))).await.status, 204, "there is room again");
    let server = server.restart(NOTICE).await;
    assert_eq!(count(&server).await, 1, "and a restart loses nothing");
}
