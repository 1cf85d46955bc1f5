//! What was changed on disk is never told as what was entered: whoever reads it is refused, and an audit names it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use placet_model::admin::{Role, TokenWish};
use placet_server::admin::table::router;
use placet_server::admin::tokens::new_token;
use placet_server::log::error::LogError;
use serde_json::json;
use std::path::Path;
use std::process::Output;
use support::databases::{On, Place};
use support::program::PLACET;
use support::{Device, NOTICE, STILL, Server, notice, on_each_database, opened, postgres};
use tower::ServiceExt;

on_each_database![a_flipped_bit_of_an_old_receipt_is_told_to_whoever_reads_it];

/// The receipt that is damaged, of the first device's forty. It is not on the first page of any list.
const DAMAGED: u32 = 36;

/// A command of the program, while the server of the test goes on.
async fn placet(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        tokio::process::Command::new(PLACET).args(arguments).output().await.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

/// The status of an answer, and its text where it came whole.
async fn heard(routes: axum::Router, request: Request<Body>) -> (u16, Option<String>) {
    let response = routes.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.ok();
    (status, body.map(|body| String::from_utf8(body.to_vec()).unwrap()))
}

/// What those hear who ask for the damaged receipt: whether each of them was told what was asked for.
async fn told(server: &Server, place: &str) -> Vec<(&'static str, bool)> {
    let wish = TokenWish { role: Role::Auditor, name: "auditor".into(), days: None };
    let (secret, held) = new_token(&wish, STILL.unsigned_abs(), None).unwrap();
    server.app.store.keep_token(&held).await.unwrap();
    let admin = async |path: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer {}", secret.text()));
        heard(router(server.app.clone()), request.body(Body::empty()).unwrap()).await
    };
    let device = async |what: &str| {
        let asked = Device::new(1).request(what, &format!("{what} {place}"), STILL / 1000, &json!({}), &json!({}));
        let request = Request::post(&server.app.self_path).header("origin", "https://shop.example");
        heard(server.routes.clone(), request.header("content-type", "text/plain").body(asked.into()).unwrap()).await
    };
    let id = format!("7b0c2f6e-1d7a-4c54-9a3e-{DAMAGED:012x}");
    let mut all = vec![
        ("lookup", admin(&format!("/v1/receipts/{id}")).await),
        ("page", admin(&format!("/v1/receipts/{id}?form=page")).await),
        ("the person's", admin("/v1/subjects/ann").await),
        ("the device's history", device("history").await),
        ("the device's export", device("export").await),
    ];
    let master = server.directory().join("placet.db.master").display().to_string();
    let database = ["--database", server.address(), "--master-key", &master];
    let (code, said) = placet(&[&["export", "--since=2026-03-01", "--until=2026-03-02"], &database[..]].concat()).await;
    if code != Some(0) {
        assert!(code == Some(1) && said.contains("error: ") && said.contains(" help: "), "{said}");
    }
    all.push(("the period's", (if code == Some(0) { 200 } else { 503 }, Some(said))));
    // What is not damaged is told as ever.
    assert_eq!(admin("/v1/receipts/7b0c2f6e-1d7a-4c54-9a3e-000000000001").await.0, 200);
    all.into_iter().map(|(what, (status, text))| (what, status == 200 && text.is_some())).collect()
}

/// A bit of the first byte, one in the middle, one of the last.
async fn a_flipped_bit_of_an_old_receipt_is_told_to_whoever_reads_it() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    let of = |id: u32| device.receipt(id, &notice(), &json!({ "seq": id, "sub": { "ref": "ann" } }));
    let receipts: Vec<String> = (1..=40).map(of).collect();
    for call in receipts.chunks(10) {
        assert_eq!(server.record(call).await.outcomes(), vec!["recorded"; call.len()]);
    }
    // The server looks at the last 1,024 entries when it starts: the receipts are older.
    let later = (0..1050).map(|number| {
        let server = server.clone();
        tokio::spawn(async move { server.app.log.audit(format!("event {number}"), STILL).await })
    });
    for event in later.collect::<Vec<_>>() {
        event.await.unwrap().unwrap();
    }
    let database = server.look().await;
    let id = format!("7b0c2f6e-1d7a-4c54-9a3e-{DAMAGED:012x}");
    let good: Vec<u8> =
        sqlx::query_scalar("SELECT jws FROM receipts WHERE id = $1").bind(&id).fetch_one(&database).await.unwrap();
    let server = server.restart(NOTICE).await;
    let write = async |bytes: Vec<u8>| {
        let written = sqlx::query("UPDATE receipts SET jws = $1 WHERE id = $2").bind(bytes).bind(&id);
        assert_eq!(written.execute(&database).await.unwrap().rows_affected(), 1);
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let log = format!("http://{}/log", listener.local_addr().unwrap());
    let routes = server.routes.clone();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let master = server.directory().join("placet.db.master").display().to_string();
    let audit = async || {
        let database = ["--database", server.address(), "--master-key", &master];
        placet(&[&["audit", "--log", &log, "--year", "2026"], &database[..]].concat()).await
    };

    assert!(told(&server, "before").await.iter().all(|(_, told)| *told));
    let (code, said) = audit().await;
    assert!(code == Some(0) && said.contains("0 were erased"), "{said}");
    for (turn, (place, bit)) in [(0, 0), (good.len() / 2, 7), (good.len() - 1, 0)].into_iter().enumerate() {
        let mut bytes = good.clone();
        bytes[place] ^= 1 << bit;
        write(bytes).await;
        for (what, told) in told(&server, &turn.to_string()).await {
            assert!(!told, "{what}, with bit {bit} of byte {place} flipped");
        }
        let again = server.record(&receipts[DAMAGED as usize - 1..][..1]).await;
        assert_eq!(again.outcomes(), ["503 store-failed"], "it is not acknowledged again");
        let (code, said) = audit().await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("{}: not what the entry stands for", DAMAGED - 1)), "{said}");
        assert!(said.contains("ok  root"), "the log itself is whole: {said}");
    }
    write(good).await;
    assert!(told(&server, "after").await.iter().all(|(_, told)| *told));
}

/// A dump that leaves the lock out, as the guide says, put back after more was signed.
#[tokio::test]
async fn an_old_dump_of_postgresql_is_refused() {
    On::Postgres.run(old_dump()).await;
}

async fn old_dump() {
    let server = Server::at_a_still_time().await;
    let receipt = |id: u32| Device::new(1).receipt(id, &notice(), &json!({ "seq": id }));
    let receipts: Vec<String> = (1..=7).map(receipt).collect();
    server.record(&receipts[..4]).await;
    let old = dump(&server.place);
    server.record(&receipts[4..]).await;
    let newest = dump(&server.place);
    server.app.stop().await;
    let place = server.place.clone();
    put_back(&place, &old).await;
    let error = opened(&place).await.unwrap_err();
    assert!(matches!(error, LogError::Behind { found: 4, signed: 7, .. }), "{error}");
    assert!(error.to_string().contains("An old copy") && error.help().contains("newest copy"), "{error}");
    put_back(&place, &newest).await;
    opened(&place).await.unwrap();
    let again = server.restart(NOTICE).await.record(&receipts).await;
    assert_eq!(again.json()["results"][6]["log"]["index"], 6);
}

fn tool(name: &str, place: &Place, arguments: &[&str]) -> Vec<u8> {
    let binary = postgres::binaries().unwrap().join(name);
    let made = std::process::Command::new(binary).arg("--dbname").arg(&place.address).args(arguments).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    made.stdout
}

/// A dump of a database without its lock.
fn dump(place: &Place) -> Vec<u8> {
    tool("pg_dump", place, &["--exclude-schema=placet_lock"])
}

/// Puts a dump in the place of what is in a database. The lock stays.
async fn put_back(place: &Place, dump: &[u8]) {
    let database = place.look().await;
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(&database).await.unwrap();
    database.close().await;
    let file: &Path = &place.directory.path().join("dump.sql");
    std::fs::write(file, dump).unwrap();
    tool("psql", place, &["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file", &file.display().to_string()]);
}
