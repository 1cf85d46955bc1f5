//! What shoppers may ask about the receipts of their devices, and what nobody else may.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::extract::Extension;
use axum::http::Request;
use placet_model::admin::Act;
use placet_model::receipt::MAX_RECEIPT;
use placet_model::receipt_file::MAX_FILE;
use placet_model::verify::hash;
use placet_server::address::Peer;
use placet_server::command::trail::event;
use placet_server::limits::Limits;
use placet_server::state::now;
use placet_server::store::self_service::{MOST_REQUESTS, Use};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::fs;
use std::time::{Duration, Instant};
use support::databases::{On, Place};
use support::{Answer, Device, NOTICE, STILL, Server, notice, on_each_database};

on_each_database![
    the_history_is_that_of_the_device_newest_first,
    the_export_holds_everything_of_the_device_and_nothing_of_others,
    long_histories_come_whole_and_in_order,
    what_is_erased_is_gone_and_does_not_come_back,
    a_device_without_receipts_is_unknown,
    hostile_requests_are_refused_and_change_nothing,
    a_request_counts_once_also_after_a_restart,
    many_sendings_of_one_request_are_obeyed_once,
    names_of_requests_are_kept_until_they_cannot_count_and_no_more_than_there_is_room_for,
    unknown_and_forbidden_are_answered_alike,
    only_pages_of_the_site_may_ask_and_only_in_the_forms_that_are_taken,
    no_other_path_or_method_is_this_one,
    the_calls_lie_beside_the_endpoint,
    a_flood_of_requests_has_to_wait,
    large_bodies_are_cut_off,
    receipts_of_an_older_database_can_be_asked_for,
];

const IAT: i64 = STILL / 1000;

/// A good request.
fn request(device: &Device, what: &str, jti: &str) -> String {
    device.request(what, jti, IAT, &json!({}), &json!({}))
}

/// The slug of a problem, or `done`.
fn outcome(answer: &Answer) -> String {
    match answer.header("content-type") {
        "application/problem+json" => answer.outcomes().remove(0),
        _ => format!("{} done", answer.status),
    }
}

/// A server that holds two receipts of the first device, recorded one after the other, and one of the second.
async fn server() -> (Server, Vec<String>) {
    let server = Server::at_a_still_time().await;
    let (device, other) = (Device::new(1), Device::new(2));
    let first = device.receipt(1, &notice(), &json!({}));
    let withdrawal = json!({
        "seq": 2, "iat": IAT + 60, "event": { "state": "withdrawn", "method": "withdraw" },
        "choices": { "analytics": "denied" },
    });
    let second = device.receipt(2, &notice(), &withdrawal);
    let receipts = vec![first, second, other.receipt(3, &notice(), &json!({}))];
    assert_eq!(server.record(&receipts).await.outcomes(), ["recorded"; 3]);
    (server, receipts)
}

async fn the_history_is_that_of_the_device_newest_first() {
    let (server, _) = server().await;
    let history = server.ask(&request(&Device::new(1), "history", "a")).await;
    assert_eq!((history.status, history.header("cache-control")), (200, "no-store"));
    let shown = json!({ "version": "2026-03-01", "lang": "en", "hash": notice() });
    let entry = |id: u32, iat: i64, state: &str, method: &str, analytics: &str| {
        json!({
            "id": format!("7b0c2f6e-1d7a-4c54-9a3e-{id:012x}"), "receivedAt": STILL, "iat": iat, "state": state,
            "method": method, "notice": shown,
            "choices": { "necessary": "always", "analytics": analytics, "ads": "denied" },
        })
    };
    let newest = entry(2, IAT + 60, "withdrawn", "withdraw", "denied");
    let oldest = entry(1, 1_772_323_200, "given", "preferences.save", "granted");
    assert_eq!(history.json(), json!({ "receipts": [newest, oldest] }));
}

async fn the_export_holds_everything_of_the_device_and_nothing_of_others() {
    let (server, receipts) = server().await;
    let device = Device::new(1);
    let export = server.ask(&request(&device, "export", "a")).await;
    let held = |receipt: &String, skew: bool| json!({ "receipt": receipt, "receivedAt": STILL, "skew": skew, "late": false, "fork": false });
    let jwk: Value = serde_json::from_str(&placet_model::json::to_text(&device.jwk())).unwrap();
    assert_eq!(
        export.json(),
        json!({
            "device": device.thumbprint(), "jwk": jwk, "firstSeenAt": STILL,
            "receipts": [held(&receipts[1], false), held(&receipts[0], false)],
            "notices": [{ "hash": notice(), "notice": NOTICE }],
        })
    );
    // What the export says of a device is all that the tables say of it.
    let with_devices = match On::now() {
        On::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%device%'",
        On::Postgres => {
            "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
             AND (a.attname LIKE '%device%' OR c.relname LIKE '%device%') GROUP BY 1 ORDER BY 1"
        }
    };
    let tables: Vec<String> = sqlx::query_scalar(with_devices).fetch_all(&server.look().await).await.unwrap();
    assert_eq!(tables, ["receipts"], "a table that knows devices belongs to the export and to the erasure");
}

async fn long_histories_come_whole_and_in_order() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    for call in 0..18_u32 {
        let receipt = |place: u32| device.receipt(place, &notice(), &json!({ "seq": place }));
        let receipts: Vec<String> = (call * 8 + 1..=call * 8 + 8).map(receipt).collect();
        assert_eq!(server.record(&receipts).await.outcomes(), ["recorded"; 8]);
    }
    let history = server.ask(&request(&device, "history", "a")).await.json();
    let ids: Vec<&str> =
        history["receipts"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    let expected: Vec<String> = (1..=144_u32).rev().map(|id| format!("7b0c2f6e-1d7a-4c54-9a3e-{id:012x}")).collect();
    assert_eq!(ids, expected);
    let export = server.ask(&request(&device, "export", "b")).await;
    assert!(export.body.len() > 100_000 && export.body.len() < MAX_FILE);
    assert_eq!(export.json()["receipts"].as_array().unwrap().len(), 144);
}

async fn what_is_erased_is_gone_and_does_not_come_back() {
    let (server, receipts) = server().await;
    let (device, other) = (Device::new(1), Device::new(2));
    let answer = server.ask(&request(&device, "erase", "a")).await;
    let told = answer.json();
    assert_eq!(
        (&told["erased"], &told["at"], &told["device"], &told["log"]["index"]),
        (&json!(2), &json!(STILL), &json!(device.thumbprint()), &json!(3)),
        "the erasure itself stands in the log"
    );
    assert_eq!(server.app.store.count().await.unwrap(), 1, "the other device's receipt stays");

    // Neither the receipts nor the device are in the files of the database, not even in what is free. (The files of a
    // PostgreSQL server are its own business: there this looks at nothing.)
    let signed: Vec<&str> = receipts.iter().map(|receipt| receipt.split('.').nth(1).unwrap()).collect();
    let thumbprint = device.thumbprint();
    let jwk = device.jwk();
    for file in fs::read_dir(server.directory()).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        for needle in [signed[0], signed[1], &thumbprint, &jwk.x, "9a3e-000000000001", "9a3e-000000000002"] {
            assert!(!holds(needle), "{needle} is in {}", path.display());
        }
        assert!(!path.ends_with("placet.db") || holds(&other.thumbprint()), "the search finds what is there");
    }

    // The same, the twin, and other content under the id: none comes back, also after a restart.
    let server = server.restart(NOTICE).await;
    let changed = device.receipt(1, &notice(), &json!({ "event": { "page": "/other" } }));
    let stolen = other.receipt(2, &notice(), &json!({}));
    for receipt in [&receipts[0], &receipts[1], &Device::twin(&receipts[0]), &changed, &stolen] {
        assert_eq!(server.record(std::slice::from_ref(receipt)).await.outcomes(), ["erased"]);
    }
    assert_eq!(server.app.store.count().await.unwrap(), 1);
    assert_eq!(
        outcome(&server.ask(&request(&device, "history", "b")).await),
        "403 not-held",
        "it is not known any more"
    );
    let history = server.ask(&request(&other, "history", "b")).await.json();
    assert_eq!(history["receipts"].as_array().unwrap().len(), 1);

    // A later decision of the device is taken, with its key.
    let later = device.receipt(9, &notice(), &json!({ "seq": 3 }));
    assert_eq!(server.record(&[later]).await.outcomes(), ["recorded"]);
    let history = server.ask(&request(&device, "history", "c")).await.json();
    assert_eq!(history["receipts"].as_array().unwrap().len(), 1);
    let again = server.ask(&request(&device, "erase", "d")).await.json();
    assert_eq!(again["erased"], 1);
}

/// A refused receipt makes no device known.
async fn a_device_without_receipts_is_unknown() {
    let (server, _) = server().await;
    let stranger = Device::new(3);
    let conflict = stranger.receipt(1, &notice(), &json!({}));
    assert_eq!(server.record(&[conflict]).await.outcomes(), ["id-conflict"]);
    assert_eq!(outcome(&server.ask(&request(&stranger, "history", "a")).await), "403 not-held");
}

async fn hostile_requests_are_refused_and_change_nothing() {
    let (server, receipts) = server().await;
    let (device, other) = (Device::new(1), Device::new(2));
    let signed = |header: Value, payload: Value| device.request("erase", "a", IAT, &header, &payload);
    let keyless = json!({ "jwk": null });
    let forged = {
        let good = signed(json!({}), json!({}));
        format!("{}.{}", good.rsplit_once('.').unwrap().0, "A".repeat(86))
    };
    let unsigned = {
        let header = json!({ "alg": "none", "kid": null, "jwk": null });
        let jws = signed(header, json!({}));
        format!("{}.", jws.rsplit_once('.').unwrap().0)
    };
    for (name, jws, expected) in [
        ("alg none", unsigned, "422 algorithm-refused"),
        ("alg none that names a key", signed(json!({ "alg": "none" }), json!({})), "400 malformed"),
        ("a secret in place of a key", signed(json!({ "alg": "HS256" }), json!({})), "422 algorithm-refused"),
        ("a receipt in place of a request", receipts[0].clone(), "422 type-refused"),
        ("a token of something else", signed(json!({ "typ": "JWT" }), json!({})), "422 type-refused"),
        ("a key from elsewhere", signed(json!({ "jku": "https://evil.example" }), json!({})), "422 header-refused"),
        ("another key's kid", signed(json!({ "kid": other.thumbprint() }), json!({})), "403 not-held"),
        (
            "another device's kid without its key",
            signed(json!({ "kid": other.thumbprint(), "jwk": null }), json!({})),
            "403 not-held",
        ),
        ("a forged signature", forged, "403 not-held"),
        ("an unknown device", Device::new(3).request("erase", "a", IAT, &json!({}), &json!({})), "403 not-held"),
        (
            "an unknown device without key",
            Device::new(3).request("erase", "a", IAT, &keyless, &json!({})),
            "403 not-held",
        ),
        (
            "another site's address",
            signed(json!({}), json!({ "aud": "https://consent.other.example/v1/self" })),
            "422 audience-wrong",
        ),
        (
            "the address of another call",
            signed(json!({}), json!({ "aud": "https://consent.shop.example/v1/receipts" })),
            "422 audience-wrong",
        ),
        ("another site", signed(json!({}), json!({ "site": "other.example" })), "422 site-wrong"),
        ("stale", signed(json!({}), json!({ "iat": IAT - 301 })), "422 request-stale"),
        ("from the future", signed(json!({}), json!({ "iat": IAT + 301 })), "422 request-stale"),
        ("no name of its own", signed(json!({}), json!({ "jti": "" })), "422 claim-wrong"),
        ("an unknown wish", signed(json!({}), json!({ "do": "everything" })), "422 claim-wrong"),
        ("two", format!("{0}.{0}", signed(json!({}), json!({}))), "400 malformed"),
        ("quoted", format!("\"{}\"", signed(json!({}), json!({}))), "400 malformed"),
        ("empty", String::new(), "400 malformed"),
        ("oversize", signed(json!({}), json!({ "novel": "x".repeat(MAX_RECEIPT) })), "413 too-large"),
    ] {
        let answer = server.ask(&jws).await;
        assert_eq!(outcome(&answer), expected, "{name}");
        assert_eq!(answer.header("cache-control"), "no-store", "{name}");
    }
    assert_eq!(server.app.store.count().await.unwrap(), 3);
    assert_eq!(
        outcome(&server.ask(&signed(json!({}), json!({}))).await),
        "200 done",
        "and the good one is obeyed still"
    );
}

async fn a_request_counts_once_also_after_a_restart() {
    let (server, _) = server().await;
    let device = Device::new(1);
    let first = request(&device, "history", "a");
    assert_eq!(outcome(&server.ask(&first).await), "200 done");
    for (name, again) in [
        ("the same", first.clone()),
        ("its twin (r, n - s)", Device::twin(&first)),
        ("another wish under the same name", request(&device, "erase", "a")),
        ("another time under the same name", device.request("history", "a", IAT + 200, &json!({}), &json!({}))),
    ] {
        assert_eq!(outcome(&server.ask(&again).await), "409 request-replayed", "{name}");
    }
    let server = server.restart(NOTICE).await;
    assert_eq!(outcome(&server.ask(&first).await), "409 request-replayed", "after a restart");
    assert_eq!(outcome(&server.ask(&request(&Device::new(2), "history", "a")).await), "200 done", "another device's");
    assert_eq!(server.app.store.count().await.unwrap(), 3, "nothing was erased");

    // A request of a device that is not known yet cannot be used when it is.
    let stranger = Device::new(3);
    let early = request(&stranger, "erase", "a");
    assert_eq!(outcome(&server.ask(&early).await), "403 not-held");
    assert_eq!(server.record(&[stranger.receipt(7, &notice(), &json!({}))]).await.outcomes(), ["recorded"]);
    assert_eq!(outcome(&server.ask(&early).await), "409 request-replayed");
}

async fn many_sendings_of_one_request_are_obeyed_once() {
    let (server, _) = server().await;
    let jws = request(&Device::new(1), "erase", "a");
    let calls: Vec<_> = (0..20)
        .map(|turn| {
            let server = server.clone();
            let jws = if turn % 2 == 0 { jws.clone() } else { Device::twin(&jws) };
            tokio::spawn(async move { outcome(&server.ask(&jws).await) })
        })
        .collect();
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "200 done").count(), 1, "{outcomes:?}");
}

async fn names_of_requests_are_kept_until_they_cannot_count_and_no_more_than_there_is_room_for() {
    let (server, _) = server().await;
    let store = &server.app.store;
    for (name, expires, now, used) in [
        ("a", 1000, 0, Use::First),
        ("a", 1000, 999, Use::Again),
        ("b", 9000, 999, Use::First),
        ("a", 2000, 1000, Use::First),
        ("b", 9000, 1000, Use::Again),
    ] {
        assert_eq!(store.use_once(name, expires, now).await.unwrap(), used, "{name} at {now}");
    }
    let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $1)
                INSERT INTO requests SELECT 'filler ' || n, $2 FROM n";
    sqlx::query(fill).bind(MOST_REQUESTS).bind(STILL + 1).execute(&server.look().await).await.unwrap();
    let full = server.ask(&request(&Device::new(1), "erase", "a")).await;
    assert_eq!((outcome(&full), full.header("retry-after")), ("503 busy".into(), "60"));
    assert_eq!(store.use_once("c", STILL + 9, STILL + 1).await.unwrap(), Use::First, "there is room again");
}

/// Who has not the key cannot tell a device that is known from one that is not: by status, headers, body or time.
async fn unknown_and_forbidden_are_answered_alike() {
    let (server, _) = server().await;
    let (known, unknown, attacker) = (Device::new(1), Device::new(3), Device::new(4));
    let aimed = |at: &Device, jti: &str| {
        let header = json!({ "kid": at.thumbprint(), "jwk": null });
        attacker.request("history", jti, IAT, &header, &json!({}))
    };
    let answers = [
        server.ask(&aimed(&known, "a")).await,
        server.ask(&aimed(&unknown, "a")).await,
        server.ask(&request(&unknown, "history", "a")).await,
        server.ask(&attacker.request("history", "a", IAT, &json!({ "kid": known.thumbprint() }), &json!({}))).await,
    ];
    for answer in &answers {
        assert_eq!((answer.status, &answer.headers, &answer.body), (403, &answers[0].headers, &answers[0].body));
    }

    // In turns, so that whatever else the machine does falls on both.
    let mut times = [Vec::new(), Vec::new()];
    for turn in 0..31 {
        for (device, times) in [&known, &unknown].into_iter().zip(&mut times) {
            let jws = aimed(device, &turn.to_string());
            let start = Instant::now();
            server.ask(&jws).await;
            times.push(start.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let within = Duration::from_millis(1) + known.max(unknown) / 2;
    assert!(known.abs_diff(unknown) < within, "known {known:?}, unknown {unknown:?}");
}

async fn only_pages_of_the_site_may_ask_and_only_in_the_forms_that_are_taken() {
    let (server, _) = server().await;
    let device = Device::new(1);
    for (jti, (origin, kind, expected)) in [
        (Some("https://shop.example"), Some("text/plain;charset=UTF-8"), "200 done"),
        (Some("https://www.shop.example"), Some("application/jwt"), "200 done"),
        (None, Some("application/json"), "200 done"),
        (Some("https://consent.shop.example"), Some("TEXT/PLAIN"), "200 done"),
        (Some("https://other.example"), Some("text/plain"), "403 origin-refused"),
        (Some("https://shop.example.evil.example"), Some("text/plain"), "403 origin-refused"),
        (Some("http://shop.example"), Some("text/plain"), "403 origin-refused"),
        (Some("null"), Some("text/plain"), "403 origin-refused"),
        (Some("https://shop.example"), Some("application/x-www-form-urlencoded"), "415 unsupported-type"),
        (Some("https://shop.example"), Some("multipart/form-data; boundary=x"), "415 unsupported-type"),
        (Some("https://shop.example"), Some("text/html"), "415 unsupported-type"),
        (Some("https://shop.example"), None, "415 unsupported-type"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut asked = Request::post("/v1/self").header("cookie", "device=needle");
        if let Some(origin) = origin {
            asked = asked.header("origin", origin);
        }
        if let Some(kind) = kind {
            asked = asked.header("content-type", kind);
        }
        let jws = request(&device, "history", &jti.to_string());
        let answer = server.send(asked.body(jws.into()).unwrap()).await;
        assert_eq!(outcome(&answer), expected, "{origin:?} {kind:?}");
        let allowed = if expected == "403 origin-refused" { None } else { origin };
        assert_eq!(answer.header("access-control-allow-origin"), allowed.unwrap_or(""), "{origin:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(answer.header("vary"), "origin");
    }
}

async fn no_other_path_or_method_is_this_one() {
    let (server, _) = server().await;
    let device = Device::new(1);
    for (jti, (method, path, expected)) in [
        ("POST", "/v1/self?do=erase&device=other", "200 done"),
        ("GET", "/v1/self", "405 method-refused"),
        ("PUT", "/v1/self", "405 method-refused"),
        ("DELETE", "/v1/self", "405 method-refused"),
        ("POST", "/v1/self/", "404 not-found"),
        ("POST", "/v1//self", "404 not-found"),
        ("POST", "//v1/self", "404 not-found"),
        ("POST", "/v1/SELF", "404 not-found"),
        ("POST", "/v1/%73elf", "404 not-found"),
        ("POST", "/v1/self%00", "404 not-found"),
        ("POST", "/v1/self;x", "404 not-found"),
        ("POST", "/v1/receipts/../self", "404 not-found"),
        ("POST", "/v1/%2e%2e/v1/self", "404 not-found"),
        ("POST", "/embed/../v1/self", "405 method-refused"),
        ("POST", "/v1/self/Nrqg3-M_Xwtx-1tbtc1J7Xul2DyeC0bUSy9u_5NSG6g", "404 not-found"),
    ]
    .into_iter()
    .enumerate()
    {
        let asked = Request::builder().method(method).uri(path).header("content-type", "text/plain");
        let jws = request(&device, "history", &jti.to_string());
        let answer = server.send(asked.body(jws.into()).unwrap()).await;
        assert_eq!(outcome(&answer), expected, "{method} {path}");
    }
}

async fn the_calls_lie_beside_the_endpoint() {
    for (endpoint, path) in [
        ("/receipts", "/self"),
        ("/a/b/collect", "/a/b/self"),
        ("/v1/receipts/", "/v1/receipts/self"),
        ("https://consent.shop.example/x/receipts", "/x/self"),
    ] {
        let changes = json!({ "receipts": { "endpoint": endpoint } });
        let server = Server::with_config(&changes).await.unwrap();
        assert_eq!(server.app.self_path, path);
        let device = Device::new(1);
        let aud = format!("https://consent.shop.example{}", server.app.record_path);
        let receipt = device.receipt(1, &notice(), &json!({ "aud": aud }));
        let record = Request::post(&server.app.record_path).header("content-type", "application/json");
        let record = record.body(json!({ "receipts": [receipt] }).to_string().into()).unwrap();
        assert_eq!(server.send(record).await.outcomes(), ["recorded"], "{endpoint}");
        let aud = format!("https://consent.shop.example{path}");
        let jws = device.request("history", "a", IAT, &json!({}), &json!({ "aud": aud }));
        assert_eq!(outcome(&server.ask(&jws).await), "200 done", "{endpoint}");
    }
    for endpoint in ["/v1/self", "/v1/feedback", "/self", "/feedback"] {
        let refused = Server::with_config(&json!({ "receipts": { "endpoint": endpoint } })).await;
        assert!(refused.is_err(), "{endpoint} is taken");
    }
}

async fn a_flood_of_requests_has_to_wait() {
    let limits = Limits { burst: 20, per_second: 10, ..Limits::default() };
    let mut server = Server::with_limits(limits).await;
    let device = Device::new(1);
    assert_eq!(server.record(&[device.receipt(1, &notice(), &json!({}))]).await.outcomes(), ["recorded"]);
    let all = server.routes.clone();
    let from = |peer: &str| all.clone().layer(Extension(Peer(peer.parse().unwrap())));
    let ask = |jti: &str| device.request("history", jti, now() / 1000, &json!({}), &json!({}));
    server.routes = from("192.0.2.1");
    for jti in ["a", "b"] {
        assert_eq!(outcome(&server.ask(&ask(jti)).await), "200 done");
    }
    let refused = server.ask("not even a request").await;
    assert_eq!((outcome(&refused), refused.header("retry-after")), ("429 too-many-requests".into(), "1"));
    assert_eq!(refused.header("access-control-expose-headers"), "date, retry-after");
    server.routes = from("192.0.3.1");
    assert_eq!(outcome(&server.ask(&ask("c")).await), "200 done", "another network does not");

    let place = server.app.gauge.readings.clone().acquire_many_owned(limits.readings as u32).await.unwrap();
    let busy = server.ask(&ask("d")).await;
    assert_eq!((outcome(&busy), busy.header("retry-after")), ("503 busy".into(), "5"));
    drop(place);
    server.routes = all.clone();
    let place = server.app.gauge.calls.acquire_many(limits.calls as u32).await.unwrap();
    assert_eq!(outcome(&server.ask(&ask("e")).await), "503 busy");
    drop(place);
    assert_eq!(outcome(&server.ask(&ask("e")).await), "200 done", "what found no place was not used up");
}

async fn large_bodies_are_cut_off() {
    let (server, _) = server().await;
    for length in [MAX_RECEIPT + 1, 16 * 1024, 1024 * 1024] {
        assert_eq!(outcome(&server.ask(&"x".repeat(length)).await), "413 too-large");
    }
    let asked = Request::post("/v1/self").header("content-type", "text/plain");
    let answer = server.send(asked.body(Body::from(vec![0xff; 10])).unwrap()).await;
    assert_eq!(outcome(&answer), "400 malformed");
}

/// A database of the first form is brought into the present one at the start, and its receipts can be asked for.
async fn receipts_of_an_older_database_can_be_asked_for() {
    let device = Device::new(1);
    let receipts = [1, 2].map(|id| device.receipt(id, &notice(), &json!({ "seq": id })));
    let (first, partition) = match On::now() {
        On::Sqlite => (include_str!("../migrations/sqlite/0001_receipts.sql"), ""),
        On::Postgres => (
            include_str!("../migrations/postgres/0001_receipts.sql"),
            "CREATE TABLE receipts_2026_03 PARTITION OF receipts FOR VALUES FROM (1772323200000) TO (1775001600000);",
        ),
    };
    let place = Place::new().await;
    let database = place.look().await;
    let made = "CREATE TABLE migrations (version BIGINT NOT NULL PRIMARY KEY); INSERT INTO migrations VALUES (1);";
    sqlx::raw_sql(AssertSqlSafe([made, first, partition].concat())).execute(&database).await.unwrap();
    sqlx::query("INSERT INTO notices VALUES ($1, 'en', '2026-03-01', $2, 1)")
        .bind(notice())
        .bind(NOTICE)
        .execute(&database)
        .await
        .unwrap();
    let jwk = device.jwk();
    sqlx::query("INSERT INTO devices VALUES ($1, $2, $3, $4)")
        .bind(device.thumbprint())
        .bind(jwk.x)
        .bind(jwk.y)
        .bind(STILL)
        .execute(&database)
        .await
        .unwrap();
    for (receipt, seq) in receipts.iter().zip(1_i64..) {
        let id = format!("7b0c2f6e-1d7a-4c54-9a3e-{seq:012x}");
        sqlx::query("INSERT INTO receipts VALUES ($1, $2, $3, $4, $5, NULL, $6, 'given', $7, $7, 0, 0, 0)")
            .bind(id)
            .bind(signed_hash(receipt))
            .bind(receipt)
            .bind(device.thumbprint())
            .bind(seq)
            .bind(notice())
            .bind(STILL)
            .execute(&database)
            .await
            .unwrap();
    }
    database.close().await;

    let server = Server::at_a_still_time_in(place).await;
    let again = server.record(&receipts).await.json();
    let mut entries = [0, 1].map(|place| again["results"][place]["log"]["index"].as_u64().unwrap());
    entries.sort_unstable();
    assert_eq!(entries, [0, 1], "they are known, and have their places in the log now: {again}");
    assert_eq!(server.app.store.count().await.unwrap(), 2);
    let history = server.ask(&request(&device, "history", "a")).await.json();
    assert_eq!(history["receipts"].as_array().unwrap().len(), 2);
    assert_eq!(server.ask(&request(&device, "erase", "b")).await.json()["erased"], 2);
    assert_eq!(server.record(&receipts[..1]).await.outcomes(), ["erased"]);
}

/// What tells a receipt apart: the hash of what is signed.
fn signed_hash(receipt: &str) -> String {
    hash(receipt.rsplit_once('.').unwrap().0.as_bytes())
}

/// Somebody reads the database while a device is erased: nobody waits for them, and when they have gone, what was erased is gone
/// from the files.
#[tokio::test]
async fn a_reader_keeps_what_was_erased_for_as_long_as_they_read() {
    let (server, _) = server().await;
    let name = Device::new(1).thumbprint();
    let is_in_a_file = || {
        std::fs::read_dir(server.directory()).unwrap().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            bytes.windows(name.len()).any(|part| part == name.as_bytes())
        })
    };
    let database = server.look().await;
    let mut reading = database.begin().await.unwrap();
    let held: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM receipts").fetch_one(&mut *reading).await.unwrap();
    assert!(held > 0 && is_in_a_file());
    let erased = server.app.store.erase(&name, |_| event(Act::ReceiptsErased, None)).await.unwrap();
    assert!(!erased.receipts.is_empty());
    // A server that dies now has not forgotten to tell.
    assert_eq!(server.app.store.audit_waiting().await.unwrap(), [erased.line]);
    assert!(is_in_a_file(), "the reader still sees it");
    let other = Device::new(9).receipt(99, &notice(), &json!({}));
    assert_eq!(server.record(&[other]).await.outcomes(), ["recorded"]);
    reading.rollback().await.unwrap();
    database.close().await;
    while is_in_a_file() {
        tokio::task::yield_now().await;
    }
}
