//! What the operator sees of the server, and what a flood does to it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::extract::Extension;
use axum::http::Request;
use placet_model::admin::{Role, TokenWish};
use placet_server::address::Peer;
use placet_server::admin::table::router;
use placet_server::admin::tokens::new_token;
use placet_server::limits::Limits;
use serde_json::json;
use std::net::IpAddr;
use support::databases::On;
use support::{Answer, Device, STILL, Server, notice, on_each_database};

on_each_database![
    what_comes_is_counted_and_names_nobody,
    ready_means_that_database_and_log_answer,
    the_log_is_written_where_nothing_comes,
    what_cannot_be_written_is_not_ready,
    some_of_the_disk_stays_free,
    a_flood_is_held_back_and_shoppers_are_served,
];

async fn get(server: &Server, path: &str) -> Answer {
    server.send(Request::get(path).body(Body::empty()).unwrap()).await
}

/// The metrics as an analyst reads them.
async fn metrics(server: &Server) -> String {
    let wish = TokenWish { role: Role::Analyst, name: "scraper".into(), days: None };
    let (secret, held) = new_token(&wish, STILL.unsigned_abs(), None).unwrap();
    server.app.store.keep_token(&held).await.unwrap();
    let mut admin = server.clone();
    admin.routes = router(server.app.clone());
    let request = Request::get("/metrics").header("authorization", format!("Bearer {}", secret.text()));
    let answer = admin.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    String::from_utf8(answer.body).unwrap()
}

async fn what_comes_is_counted_and_names_nobody() {
    let server = Server::start().await;
    let device = Device::new(1);
    let first = device.receipt(1, &notice(), &json!({ "event": { "page": "/needle-page" } }));
    let other = device.receipt(1, &notice(), &json!({ "event": { "page": "/other" } }));
    let foreign = device.receipt(2, &notice(), &json!({ "site": "other.example" }));
    for receipts in [&[first.clone()][..], &[first.clone(), Device::twin(&first)], &[other, foreign.clone(), foreign]] {
        server.record(receipts).await;
    }
    get(&server, "/needle-path").await;
    get(&server, "/problems/needle-slug").await;
    get(&server, "/healthz").await;
    let told = metrics(&server).await;
    for line in [
        "placet_receipts_recorded_total 1",
        "placet_receipts_repeated_total 2",
        "placet_receipts_refused_total{problem=\"id-conflict\"} 1",
        "placet_receipts_refused_total{problem=\"site-wrong\"} 2",
        "placet_requests_total{path=\"/v1/receipts\",status=\"200\"} 3",
        "placet_requests_total{path=\"/problems/{slug}\",status=\"404\"} 1",
        "placet_requests_total{path=\"/healthz\",status=\"200\"} 1",
        "placet_verify_seconds_count 3",
        "placet_commit_seconds_count 3",
        "placet_queue_depth 0",
        "placet_checkpoint_age_seconds ",
        "placet_log_size{origin=\"shop.example/",
        "# EOF",
    ] {
        assert!(told.lines().any(|told| told.starts_with(line)), "{line}: {told}");
    }
    for needle in ["needle", "other.example", &Device::new(1).thumbprint()] {
        assert!(!told.contains(needle), "{needle}: {told}");
    }
}

async fn ready_means_that_database_and_log_answer() {
    let server = Server::start().await;
    let ready = get(&server, "/readyz").await;
    assert_eq!((ready.status, &ready.body[..]), (200, &br#"{"status":"ready"}"#[..]));

    let halted = Server::start().await;
    halted.app.log.stop().await;
    let answer = get(&halted, "/readyz").await;
    assert_eq!((&*answer.outcomes()[0], answer.header("retry-after")), ("503 not-ready", "5"));
    assert_eq!(get(&halted, "/healthz").await.status, 200, "the process answers all the same");

    let closed = Server::start().await;
    closed.app.store.close().await;
    assert_eq!(get(&closed, "/readyz").await.outcomes(), ["503 not-ready"]);
}

/// Nobody records anything, and both the database and the lock are written all the same: that they can be is seen, not believed.
async fn the_log_is_written_where_nothing_comes() {
    let server = Server::start().await;
    let database = server.look().await;
    let written =
        async || -> i64 { sqlx::query_scalar("SELECT MAX(written_at) FROM logs").fetch_one(&database).await.unwrap() };
    let lock = || std::fs::read(server.directory().join("placet.db.lock")).ok();
    let (first, lock_before) = (written().await, lock());
    while written().await <= first || (On::now() == On::Sqlite && lock() == lock_before) {
        tokio::task::yield_now().await;
    }
    assert_eq!(lock_before.is_some(), On::now() == On::Sqlite);
    let size: i64 = sqlx::query_scalar("SELECT MAX(size) FROM logs").fetch_one(&database).await.unwrap();
    assert_eq!(size, 0, "and nothing is entered");
}

/// The database answers and the queue moves, but nothing can be written; nobody has to write to find that out.
async fn what_cannot_be_written_is_not_ready() {
    let server = Server::start().await;
    let ready_is = async |status: u16| {
        while get(&server, "/readyz").await.status != status {
            tokio::task::yield_now().await;
        }
    };
    ready_is(200).await;
    let age = async || -> f64 {
        let told = metrics(&server).await;
        let line = told.lines().find_map(|line| line.strip_prefix("placet_checkpoint_age_seconds "));
        line.unwrap().parse().unwrap()
    };
    assert!(age().await < 5.0);
    server.app.store.fuse.blow();
    ready_is(503).await;
    assert!(age().await >= 5.0);
    server.app.store.answers().await.unwrap();
    server.app.log.answers().await.unwrap();
    server.app.store.fuse.set(0);
    ready_is(200).await;
}

/// From one network and from a thousand, while the server is pressed: who floods is held to the steady rate and told for how
/// long to wait, what is kept and remembered has a bound, and shoppers whose networks send little are served all the while.
async fn a_flood_is_held_back_and_shoppers_are_served() {
    // The rates are so that none comes back while the test runs, however long that is.
    let limits = Limits { burst: 3, per_second: 1000, steady: 1e-6, calls: 8, ..Limits::default() };
    for (networks, calls) in [(1_u32, 300_u32), (1000, 6)] {
        let server = Server::with_limits(limits).await;
        let places = server.app.gauge.calls.acquire_many(5).await.unwrap();
        let from = |address: [u8; 4]| {
            let mut server = server.clone();
            server.routes = server.routes.clone().layer(Extension(Peer(IpAddr::from(address))));
            server
        };
        let (mut served, mut taken, mut genuine) = (0_u32, 0_u32, 0_u32);
        for call in 0..calls * networks {
            let [_, _, high, low] = (call % networks).to_be_bytes();
            let flooder = from([10, high, low, 1]);
            let receipt = match call % 50 {
                0 => Device::new(2).receipt(call + 1, &notice(), &json!({ "seq": call + 1 })),
                _ => "not.a.receipt".to_owned(),
            };
            let outcome = flooder.record(&[receipt]).await;
            match outcome.status {
                200 => {
                    taken += 1;
                    genuine += u32::from(outcome.outcomes() == ["recorded"]);
                }
                429 => assert!(outcome.header("retry-after").parse::<u64>().unwrap() > 60, "{outcome:?}"),
                _ => panic!("{outcome:?}"),
            }
            if call % 100 == 99 {
                served += 1;
                let shopper = from([203, 0, served as u8, 7]);
                let receipt = Device::new(1).receipt(1_000_000 + served, &notice(), &json!({ "seq": served }));
                assert_eq!(shopper.record(&[receipt]).await.outcomes(), ["recorded"], "shopper {served}");
            }
        }
        assert_eq!(taken, networks * 3, "each network has its burst and no more");
        assert_eq!(server.app.store.count().await.unwrap(), i64::from(served + genuine));
        assert!(served > 2 && genuine > 0, "{served} {genuine}");
        assert_eq!(server.app.gauge.remembered(), (networks + served) as usize);
        drop(places);
    }
}

/// Receipts and feedback stop before the disk is full, and what the operator has to do goes on. PostgreSQL's disk is its own.
async fn some_of_the_disk_stays_free() {
    for (min_free, on_sqlite) in [(0, true), (1, true), (u64::MAX, false)] {
        let server = Server::with_min_free(min_free).await;
        let takes = on_sqlite || On::now() == On::Postgres;
        let device = Device::new(1);
        let answer = server.record(&[device.receipt(1, &notice(), &json!({}))]).await;
        let expected = if takes { "recorded" } else { "503 no-room" };
        assert_eq!(answer.outcomes(), [expected], "{min_free} bytes");
        assert_eq!(answer.header("retry-after"), if takes { "" } else { "60" });
        let said = json!({ "site": "shop.example", "version": "2026-03-01", "lang": "en", "text": "Well said." });
        let feedback = Request::post("/v1/feedback").header("content-type", "application/json");
        let answer = server.send(feedback.body(said.to_string().into()).unwrap()).await;
        assert_eq!(answer.outcomes(), [if takes { "204" } else { "503 no-room" }], "{answer:?}");
        let ready = get(&server, "/readyz").await;
        assert_eq!(ready.status == 200, takes, "{ready:?}");
        assert!(takes || ready.json()["detail"] == "The disk has no room for more.", "{ready:?}");
        assert_eq!(server.app.store.count().await.unwrap(), i64::from(takes));
        server.app.log.audit("a line of the audit trail".into(), STILL).await.unwrap();
    }
}
