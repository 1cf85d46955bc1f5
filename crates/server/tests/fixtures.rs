//! The calls of a page by examples. Each case is a conversation with a fresh server; it is kept
//! under `docs/reference/fixtures/`, where builders of other backends find it.
//!
//! `PLACET_BLESS=1 cargo test -p placet-server --test fixtures` writes the files anew.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderName, Request};
use placet_model::json::from_tree;
use placet_model::log::checkpoint::Keys;
use placet_model::log::place::check_place_by;
use placet_model::receipt::RecordResult;
use placet_server::address::Peer;
use placet_server::region::Regions;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{Answer, Device, STILL, Server, merge, notice, on_each_database};

on_each_database![
    the_recording_call_answers_as_the_fixtures_say,
    the_region_hint_answers_as_the_fixtures_say,
    requests_about_receipts_are_answered_as_the_fixtures_say,
    feedback_is_answered_as_the_fixtures_say,
];

/// What a case is called and about, and its conversation: requests, and what has to come of each.
struct Case {
    name: &'static str,
    about: &'static str,
    talk: Vec<(Value, &'static [&'static str])>,
}

fn post(body: Value) -> Value {
    json!({
        "method": "POST", "path": "/v1/receipts",
        "headers": { "origin": "https://shop.example", "content-type": "application/json" },
        "body": body,
    })
}

fn record(receipts: &[&String]) -> Value {
    post(json!({ "receipts": receipts }))
}

fn with(mut request: Value, changes: &Value) -> Value {
    merge(&mut request, changes);
    request
}

fn recording() -> Vec<Case> {
    let device = Device::new(1);
    let notice = notice();
    let good = device.receipt(1, &notice, &json!({}));
    let changed = |changes: Value| device.receipt(1, &notice, &changes);
    let headed = |changes: Value| {
        let mut header = device.header();
        merge(&mut header, &changes);
        device.sign(&header.to_string(), &device.claims(1, &notice).to_string())
    };
    let forged = format!("{}.{}", good.rsplit_once('.').unwrap().0, "A".repeat(86));
    let second = changed(json!({ "id": "7b0c2f6e-1d7a-4c54-9a3e-000000000002", "seq": 2 }));
    let withdrawal = json!({
        "id": "7b0c2f6e-1d7a-4c54-9a3e-000000000002", "seq": 2, "event": { "state": "withdrawn", "method": "withdraw" },
        "choices": { "analytics": "denied" },
    });
    let mut keyless = device.header();
    merge(&mut keyless, &json!({ "jwk": null }));
    let mut claims = device.claims(1, &notice);
    merge(&mut claims, &withdrawal);
    let withdrawn = device.sign(&keyless.to_string(), &claims.to_string());
    let unsigned = {
        let claims = with(device.claims(1, &notice), &json!({ "sub": { "device": "(null)" } }));
        let header = json!({ "alg": "none", "typ": "consent-receipt+jws" });
        format!("{}.", placet_model::receipt::signing_input(&header.to_string(), &claims.to_string()))
    };

    let one = |name, about, receipt: &String, outcome| Case { name, about, talk: vec![(record(&[receipt]), outcome)] };
    vec![
        one("recorded", "A signed receipt is recorded.", &good, &["recorded"]),
        Case {
            name: "batch",
            about: "Each receipt of a batch has a result of its own; the key of the first one serves the third.",
            talk: vec![(record(&[&good, &forged, &withdrawn]), &["recorded", "signature-invalid", "recorded"])],
        },
        Case {
            name: "replay",
            about: "The same receipt again is recorded already: the answer is the first one.",
            talk: vec![(record(&[&good]), &["recorded"]), (record(&[&good, &good]), &["recorded", "recorded"])],
        },
        Case {
            name: "twin",
            about: "The same content with the other valid signature, (r, n - s) for (r, s), is the same receipt.",
            talk: vec![(record(&[&good]), &["recorded"]), (record(&[&Device::twin(&good)]), &["recorded"])],
        },
        Case {
            name: "id-conflict",
            about: "Another receipt with a recorded id is refused, and the recorded one stays.",
            talk: vec![
                (record(&[&good]), &["recorded"]),
                (record(&[&changed(json!({ "event": { "page": "/other" } }))]), &["id-conflict"]),
                (record(&[&good]), &["recorded"]),
            ],
        },
        Case {
            name: "known-key",
            about: "Once a receipt with the key is recorded, later ones may leave the key out.",
            talk: vec![
                (record(&[&withdrawn]), &["key-unknown"]),
                (record(&[&good]), &["recorded"]),
                (record(&[&withdrawn]), &["recorded"]),
            ],
        },
        one(
            "evidence",
            "A guardian gave separate consent, and what was on the screen is told.",
            &changed(json!({
                "event": { "by": "guardian", "type": "separate" },
                "shown": { "words": notice, "accept": [120, 44, 702], "reject": [120, 44, 702] },
            })),
            &["recorded"],
        ),
        one(
            "evidence-wrong",
            "Evidence that is not in its form.",
            &changed(json!({ "shown": { "words": "Accept all", "accept": [120, 44, 702], "reject": [120, 44, 702] } })),
            &["claim-wrong"],
        ),
        one("signature-invalid", "The signature does not fit.", &forged, &["signature-invalid"]),
        one(
            "algorithm-none",
            "A receipt without signature, where the site does not allow it.",
            &unsigned,
            &["algorithm-refused"],
        ),
        one(
            "header-refused",
            "A header member that could change what the signature means.",
            &headed(json!({ "jku": "https://evil.example/keys" })),
            &["header-refused"],
        ),
        one(
            "type-refused",
            "A JWS that was made for something else.",
            &headed(json!({ "typ": "JWT" })),
            &["type-refused"],
        ),
        one(
            "audience-wrong",
            "A receipt that was made for another site's endpoint.",
            &changed(json!({ "aud": "https://consent.other.example/v1/receipts" })),
            &["audience-wrong"],
        ),
        one(
            "site-wrong",
            "A receipt that another site asked for.",
            &changed(json!({ "site": "other.example" })),
            &["site-wrong"],
        ),
        one(
            "notice-unknown",
            "A receipt for a notice that was never served here.",
            &changed(json!({ "notice": { "hash": "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } })),
            &["notice-unknown"],
        ),
        one(
            "notice-wrong",
            "A receipt that names the right notice by its hash, and another version of it.",
            &changed(json!({ "notice": { "version": "2026-02-01" } })),
            &["claim-wrong"],
        ),
        one(
            "claim-wrong",
            "A page with its query.",
            &changed(json!({ "event": { "page": "/tea?utm_source=mail" } })),
            &["claim-wrong"],
        ),
        one("too-large", "A receipt of 5 KB.", &changed(json!({ "novel": "x".repeat(3000) })), &["too-large"]),
        one("malformed", "Not a JWS in compact form.", &"a receipt".to_owned(), &["malformed"]),
        Case {
            name: "beacon",
            about: "A beacon sends the same body as text/plain.",
            talk: vec![(
                with(record(&[&second]), &json!({ "headers": { "content-type": "text/plain;charset=UTF-8" } })),
                &["recorded"],
            )],
        },
        Case {
            name: "no-browser",
            about: "Programs that are no browser name no origin.",
            talk: vec![(with(record(&[&good]), &json!({ "headers": { "origin": null } })), &["recorded"])],
        },
        Case {
            name: "origin-refused",
            about: "Pages of another site may not record.",
            talk: vec![(
                with(record(&[&good]), &json!({ "headers": { "origin": "https://other.example" } })),
                &["403 origin-refused"],
            )],
        },
        Case {
            name: "unsupported-type",
            about: "Forms are not taken.",
            talk: vec![(
                with(record(&[&good]), &json!({ "headers": { "content-type": "application/x-www-form-urlencoded" } })),
                &["415 unsupported-type"],
            )],
        },
        Case {
            name: "malformed-request",
            about: "Bodies that are not a list of 1 to 16 receipts.",
            talk: vec![
                (with(post(Value::Null), &json!({ "body": null, "text": "{\"receipts\": [" })), &["400 malformed"]),
                (
                    with(
                        post(Value::Null),
                        &json!({ "body": null, "text": "{\"receipts\": [\"a\"], \"receipts\": [\"b\"]}" }),
                    ),
                    &["400 malformed"],
                ),
                (post(json!({ "receipts": [] })), &["400 malformed"]),
                (post(json!({ "receipts": vec!["a"; 17] })), &["400 malformed"]),
                (post(json!({ "receipts": [7] })), &["400 malformed"]),
                (post(json!([good])), &["400 malformed"]),
            ],
        },
        Case {
            name: "preflight",
            about: "What a browser asks before it sends JSON to another origin; pages of another site hear no.",
            talk: vec![
                (preflight("https://www.shop.example"), &["204"]),
                (preflight("https://other.example"), &["403 origin-refused"]),
            ],
        },
    ]
}

fn hint(headers: Value) -> Value {
    let mut request = json!({ "method": "GET", "path": "/v1/region", "headers": { "origin": "https://shop.example" } });
    merge(&mut request["headers"], &headers);
    request
}

/// Where the CDN names the visitor's country and the part of it in two headers.
fn region() -> Vec<Case> {
    let us = json!({ "cf-ipcountry": "US", "cf-region-code": "CA" });
    vec![
        Case {
            name: "told",
            about: "The region is a country, and a part of it where one is known.",
            talk: vec![(hint(us.clone()), &["200"]), (hint(json!({ "cf-ipcountry": "CN" })), &["200"])],
        },
        Case {
            name: "gpc",
            about: "Whether the browser sends Global Privacy Control is told too.",
            talk: vec![(with(hint(us), &json!({ "headers": { "sec-gpc": "1" } })), &["200"])],
        },
        Case {
            name: "unknown",
            about: "Where the region is not known, or what should name it is no code, it is null.",
            talk: vec![
                (hint(json!({})), &["200"]),
                (hint(json!({ "cf-ipcountry": "XX" })), &["200"]),
                (hint(json!({ "cf-ipcountry": "T1" })), &["200"]),
                (hint(json!({ "cf-ipcountry": "US", "cf-region-code": "<script>" })), &["200"]),
            ],
        },
        Case {
            name: "same-origin",
            about: "A page of the server's own host names no origin.",
            talk: vec![(hint(json!({ "origin": null, "cf-ipcountry": "DE" })), &["200"])],
        },
        Case {
            name: "origin-refused",
            about: "Pages of another site are told nothing.",
            talk: vec![(
                hint(json!({ "origin": "https://other.example", "cf-ipcountry": "DE" })),
                &["403 origin-refused"],
            )],
        },
    ]
}

/// Where nothing tells the region.
fn no_region() -> Vec<Case> {
    vec![Case {
        name: "not-found",
        about: "An endpoint that cannot tell the region has no hint; the page then asks by its strictest rules.",
        talk: vec![(hint(json!({ "sec-gpc": "1" })), &["404 not-found"])],
    }]
}

fn ask(jws: &str) -> Value {
    json!({
        "method": "POST", "path": "/v1/self",
        "headers": { "origin": "https://shop.example", "content-type": "text/plain" },
        "text": jws,
    })
}

/// What shoppers ask; the server's clock stands still.
fn self_service() -> Vec<Case> {
    let (device, other) = (Device::new(1), Device::new(2));
    let notice = notice();
    let first = device.receipt(1, &notice, &json!({}));
    let withdrawal = json!({
        "seq": 2, "iat": 1_772_323_260, "event": { "state": "withdrawn", "method": "withdraw" },
        "choices": { "analytics": "denied" },
    });
    let second = device.receipt(2, &notice, &withdrawal);
    let third = device.receipt(3, &notice, &json!({ "seq": 3 }));
    let held = || (record(&[&first, &second]), &["recorded", "recorded"][..]);
    let now = STILL / 1000;
    let asked = |what: &str, jti: &str| device.request(what, jti, now, &json!({}), &json!({}));
    let changed = |payload: Value| ask(&device.request("history", "a", now, &json!({}), &payload));
    let headed = |header: Value| ask(&device.request("history", "a", now, &header, &json!({})));
    let case = |name, about, asked: Value, outcome| Case { name, about, talk: vec![held(), (asked, outcome)] };
    let not_held: &[&str] = &["403 not-held"];
    let unsigned = {
        let jws = device.request("history", "a", now, &json!({ "alg": "none", "kid": null, "jwk": null }), &json!({}));
        format!("{}.", jws.rsplit_once('.').unwrap().0)
    };
    vec![
        case(
            "history",
            "The receipts that are held of this device, the last one of its chain first.",
            ask(&asked("history", "a")),
            &["200"],
        ),
        case(
            "export",
            "Everything that is held of this device, with the notices named.",
            ask(&asked("export", "a")),
            &["200"],
        ),
        Case {
            name: "erase",
            about: "An erased receipt does not come back, the device is not known any more, and a later receipt is taken.",
            talk: vec![
                held(),
                (ask(&asked("erase", "a")), &["200"]),
                (record(&[&first, &Device::twin(&second)]), &["erased", "erased"]),
                (ask(&asked("history", "b")), &["403 not-held"]),
                (record(&[&third]), &["recorded"]),
                (ask(&asked("history", "c")), &["200"]),
            ],
        },
        case(
            "known-key",
            "Once a receipt is held, a request may leave the key out.",
            headed(json!({ "jwk": null })),
            &["200"],
        ),
        Case {
            name: "replay",
            about: "A request counts once, whatever it asks for the second time; its twin is the same request.",
            talk: vec![
                held(),
                (ask(&asked("history", "a")), &["200"]),
                (ask(&asked("history", "a")), &["409 request-replayed"]),
                (ask(&Device::twin(&asked("history", "a"))), &["409 request-replayed"]),
                (ask(&asked("erase", "a")), &["409 request-replayed"]),
            ],
        },
        Case {
            name: "not-held",
            about: "An unknown device, a known one whose key did not sign, and a forged signature hear the same.",
            talk: vec![
                held(),
                (ask(&other.request("history", "a", now, &json!({}), &json!({}))), not_held),
                (
                    ask(&other.request(
                        "history",
                        "a",
                        now,
                        &json!({ "kid": device.thumbprint(), "jwk": null }),
                        &json!({}),
                    )),
                    not_held,
                ),
                (ask(&other.request("history", "a", now, &json!({ "jwk": null }), &json!({}))), not_held),
                (headed(json!({ "kid": other.thumbprint() })), not_held),
                (ask(&format!("{}.{}", asked("history", "a").rsplit_once('.').unwrap().0, "A".repeat(86))), not_held),
            ],
        },
        Case {
            name: "stale",
            about: "Made more than five minutes ago, or to be made in more than five minutes.",
            talk: vec![
                held(),
                (changed(json!({ "iat": now - 301 })), &["422 request-stale"]),
                (changed(json!({ "iat": now + 301 })), &["422 request-stale"]),
                (changed(json!({ "iat": now - 300 })), &["200"]),
            ],
        },
        case(
            "audience-wrong",
            "A request that was made for another address.",
            changed(json!({ "aud": "https://consent.shop.example/v1/receipts" })),
            &["422 audience-wrong"],
        ),
        case(
            "site-wrong",
            "A request about another site.",
            changed(json!({ "site": "other.example" })),
            &["422 site-wrong"],
        ),
        case("claim-wrong", "An unknown wish.", changed(json!({ "do": "rectify" })), &["422 claim-wrong"]),
        case("type-refused", "A receipt is no request.", ask(&first), &["422 type-refused"]),
        case(
            "algorithm-none",
            "A request without signature is never taken.",
            ask(&unsigned),
            &["422 algorithm-refused"],
        ),
        case(
            "header-refused",
            "A header member that could change what the signature means.",
            headed(json!({ "crit": ["b64"], "b64": false })),
            &["422 header-refused"],
        ),
        case("malformed", "Not a JWS in compact form.", ask("a request"), &["400 malformed"]),
        case("too-large", "A request of 5 KB.", changed(json!({ "novel": "x".repeat(3500) })), &["413 too-large"]),
        case(
            "unsupported-type",
            "Forms are not taken.",
            with(ask(&asked("history", "a")), &json!({ "headers": { "content-type": "multipart/form-data" } })),
            &["415 unsupported-type"],
        ),
        case(
            "origin-refused",
            "Pages of another site may not ask.",
            with(ask(&asked("history", "a")), &json!({ "headers": { "origin": "https://other.example" } })),
            &["403 origin-refused"],
        ),
        Case {
            name: "preflight",
            about: "What a browser asks before it sends application/jwt to another origin.",
            talk: vec![
                (with(preflight("https://www.shop.example"), &json!({ "path": "/v1/self" })), &["204"]),
                (with(preflight("https://other.example"), &json!({ "path": "/v1/self" })), &["403 origin-refused"]),
            ],
        },
    ]
}

fn feedback(changes: &Value) -> Value {
    let mut body = json!({
        "site": "shop.example", "version": "2026-03-01", "lang": "en", "purpose": "ads", "text": "What is a pixel?",
    });
    merge(&mut body, changes);
    with(post(body), &json!({ "path": "/v1/feedback" }))
}

/// Where the config has `feedback: true`, the languages en and zh-CN, and a purpose ads.
fn feedbacks() -> Vec<Case> {
    let one = |name, about, asked: Value, outcome| Case { name, about, talk: vec![(asked, outcome)] };
    let malformed: &[&str] = &["400 malformed"];
    vec![
        one("kept", "Feedback about a purpose.", feedback(&json!({})), &["204"]),
        one("whole", "Feedback about the whole notice.", feedback(&json!({ "purpose": "(null)" })), &["204"]),
        Case {
            name: "malformed",
            about: "Another language or purpose than the config has, and texts that are empty, too long or no plain text.",
            talk: vec![
                (feedback(&json!({ "lang": "de" })), malformed),
                (feedback(&json!({ "purpose": "unheard-of" })), malformed),
                (feedback(&json!({ "version": "v".repeat(65) })), malformed),
                (feedback(&json!({ "text": " \n " })), malformed),
                (feedback(&json!({ "text": "x".repeat(501) })), malformed),
                (feedback(&json!({ "text": "\u{1b}[31mred" })), malformed),
                (feedback(&json!({ "text": null })), malformed),
            ],
        },
        one(
            "site-wrong",
            "Feedback about another site.",
            feedback(&json!({ "site": "other.example" })),
            &["422 site-wrong"],
        ),
        one("too-large", "A body of 5 KB.", feedback(&json!({ "text": "x".repeat(5000) })), &["413 too-large"]),
        one(
            "unsupported-type",
            "Forms are not taken.",
            with(feedback(&json!({})), &json!({ "headers": { "content-type": "multipart/form-data" } })),
            &["415 unsupported-type"],
        ),
        one(
            "origin-refused",
            "Pages of another site may not write.",
            with(feedback(&json!({})), &json!({ "headers": { "origin": "https://other.example" } })),
            &["403 origin-refused"],
        ),
        one(
            "preflight",
            "What a browser asks before it sends JSON to another origin.",
            with(preflight("https://shop.example"), &json!({ "path": "/v1/feedback" })),
            &["204"],
        ),
    ]
}

/// Where the config wants no feedback.
fn no_feedback() -> Vec<Case> {
    vec![Case {
        name: "not-found",
        about: "Where the config wants no feedback, there is no such call.",
        talk: vec![(feedback(&json!({})), &["404 not-found"])],
    }]
}

fn preflight(origin: &str) -> Value {
    json!({
        "method": "OPTIONS", "path": "/v1/receipts",
        "headers": { "origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    })
}

fn request(told: &Value) -> Request<Body> {
    let mut request = Request::builder().method(told["method"].as_str().unwrap()).uri(told["path"].as_str().unwrap());
    for (name, value) in told["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let body = match (told.get("text"), told.get("body")) {
        (Some(text), _) => text.as_str().unwrap().to_owned(),
        (None, Some(body)) => body.to_string(),
        (None, None) => String::new(),
    };
    request.body(body.into()).unwrap()
}

/// The other valid text of a receipt; one without signature has no other.
fn twin(receipt: &str) -> String {
    match receipt.ends_with('.') {
        true => receipt.to_owned(),
        false => Device::twin(receipt),
    }
}

/// Each recorded receipt of an answer has the place in the log that the answer says.
fn proved(asked: &Value, answer: &Answer, server: &Server) {
    let keys = Keys::parse(server.app.log.verifiers()).unwrap();
    let results = match answer.header("content-type") {
        "application/json" => answer.json()["results"].take(),
        _ => Value::Null,
    };
    for (place, result) in results.as_array().into_iter().flatten().enumerate() {
        if let Some(RecordResult::Recorded(acknowledgement)) = from_tree(result) {
            let sent = asked["body"].as_str().map_or(asked["body"].clone(), |body| serde_json::from_str(body).unwrap());
            let receipt = sent["receipts"][place].as_str().unwrap();
            let proof = acknowledgement.log.as_ref().unwrap();
            // What stands in the log is the text that came first; its twin proves nothing there.
            let held = [receipt.to_owned(), twin(receipt)];
            let proved =
                held.iter().any(|held| check_place_by(held, "shop.example", &acknowledgement, proof, &keys).is_ok());
            assert!(proved, "{acknowledgement:?}");
        }
    }
}

/// The answer as the file tells it, with one time of receipt for all, and without the place in the log: its salt is random.
fn told(answer: &Answer) -> Value {
    let kept = [
        "content-type",
        "cache-control",
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-max-age",
        "vary",
    ];
    let headers: serde_json::Map<_, _> = kept
        .into_iter()
        .filter(|name| answer.headers.contains_key(*name))
        .map(|name| (name.to_owned(), answer.header(name).into()))
        .collect();
    let mut told = json!({ "status": answer.status, "headers": headers });
    if !answer.body.is_empty() {
        told["body"] = answer.json();
        if let Some(body) = told["body"].as_object_mut() {
            body.remove("log");
        }
        for result in told.pointer_mut("/body/results").and_then(Value::as_array_mut).into_iter().flatten() {
            if result["receivedAt"].is_u64() {
                result["receivedAt"] = 1_772_323_201_123_u64.into();
            }
            result.as_object_mut().unwrap().remove("log");
        }
    }
    told
}

async fn the_recording_call_answers_as_the_fixtures_say() {
    let files = agree("recording", recording(), Server::start).await;
    known("recording", &files);
}

async fn the_region_hint_answers_as_the_fixtures_say() {
    let told = async || {
        let regions = Regions::Headers {
            country: HeaderName::from_static("cf-ipcountry"),
            part: Some(HeaderName::from_static("cf-region-code")),
        };
        let mut server = Server::with_regions(Some(regions), &["192.0.2.1"]).await;
        server.routes = server.routes.layer(Extension(Peer([192, 0, 2, 1].into())));
        server
    };
    let mut files = agree("region", region(), told).await;
    files.extend(agree("region", no_region(), Server::start).await);
    known("region", &files);
}

async fn requests_about_receipts_are_answered_as_the_fixtures_say() {
    let files = agree("self", self_service(), Server::at_a_still_time).await;
    known("self", &files);
}

async fn feedback_is_answered_as_the_fixtures_say() {
    let mut files = agree("feedback", feedbacks(), Server::at_a_still_time).await;
    let without = async || Server::with_config(&json!({ "feedback": false })).await.unwrap();
    files.extend(agree("feedback", no_feedback(), without).await);
    known("feedback", &files);
}

fn directory(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/fixtures").join(folder)
}

/// Has each conversation with a fresh server, and compares it with its file.
async fn agree(folder: &str, cases: Vec<Case>, start: impl AsyncFn() -> Server) -> Vec<PathBuf> {
    let bless = std::env::var_os("PLACET_BLESS").is_some();
    let directory = directory(folder);
    let mut files: Vec<PathBuf> = Vec::new();
    for case in cases {
        let server = start().await;
        let mut talk = Vec::new();
        for (asked, outcomes) in &case.talk {
            let answer = server.send(request(asked)).await;
            assert_eq!(answer.outcomes(), *outcomes, "{}", case.name);
            proved(asked, &answer, &server);
            talk.push(json!({ "request": asked, "answer": told(&answer) }));
        }
        let fixture = json!({ "about": case.about, "talk": talk });
        let text = format!("{}\n", serde_json::to_string_pretty(&fixture).unwrap());
        let file = directory.join(format!("{}.json", case.name));
        if bless {
            std::fs::write(&file, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == text,
            "{} differs from what the server does; if that is meant, run PLACET_BLESS=1 cargo test -p placet-server --test fixtures",
            file.display()
        );
        files.push(file);
    }
    files
}

/// No file is left of a case that is gone.
fn known(folder: &str, files: &[PathBuf]) {
    for file in std::fs::read_dir(directory(folder)).unwrap() {
        let file = file.unwrap().path();
        assert!(
            files.iter().any(|known| known.file_name() == file.file_name()),
            "{} belongs to no case",
            file.display()
        );
    }
}
