//! Receipts go when their time is over, not before; and their entries in the log stay.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::check::check;
use placet_server::calendar::DAY;
use placet_server::retain::retain;
use placet_server::store::audit::Cursor;
use placet_server::store::retention::{Expired, Terms};
use serde_json::{Value, json};
use support::databases::On;
use support::{Device, NOTICE, STILL, Server, merge, notice, on_each_database};

on_each_database![
    each_goes_after_the_term_of_its_rule_set,
    a_config_keeps_them_longer,
    a_month_that_is_over_goes_with_its_partition,
    what_went_leaves_its_entry_and_the_log_goes_on,
    what_a_config_lets_hold_longer_is_kept_longer,
    a_clock_that_is_far_ahead_is_doubted,
    what_goes_is_in_the_audit_trail_before,
];

const YEAR: i64 = 366 * DAY;

fn terms(keep: Value) -> Terms {
    let mut config: Value = serde_json::from_str(include_str!("../../../public/demo/placet.json")).unwrap();
    merge(&mut config, &json!({ "receipts": { "keep": keep } }));
    Terms::of(&check(&config.to_string()).unwrap().config)
}

/// A server with receipts of several rule sets; each of a device of its own, whose number is the receipt's.
async fn server() -> Server {
    let server = Server::at_a_still_time().await;
    for (id, changes) in [
        (1, json!({ "regime": "cn-pipl", "ttl": 180 * 86_400 })),
        (2, json!({ "regime": "us-ccpa", "ttl": 180 * 86_400 })),
        (3, json!({ "regime": "eu-gdpr", "ttl": 365 * 86_400 })),
        (4, json!({ "regime": "of-tomorrow", "ttl": 180 * 86_400 })),
        // What says that it holds for a thousand years is not kept for a thousand years.
        (5, json!({ "regime": "us-ccpa", "ttl": 31_536_000_000_u64 })),
    ] {
        let receipt = Device::new(id).receipt(u32::from(id), &notice(), &changes);
        assert_eq!(server.record(&[receipt]).await.outcomes(), ["recorded"], "{changes}");
    }
    server
}

async fn left(server: &Server) -> Vec<u8> {
    let mut left = Vec::new();
    for number in 1..=5 {
        left.extend(server.app.store.key(&Device::new(number).thumbprint()).await.unwrap().map(|_| number));
    }
    assert_eq!(server.app.store.count().await.unwrap(), left.len() as i64, "as many receipts as devices");
    left
}

async fn each_goes_after_the_term_of_its_rule_set() {
    let server = server().await;
    let (store, terms) = (&server.app.store, terms(Value::Null));
    for (days, expected) in [
        (0, vec![1, 2, 3, 4, 5]),
        (2 * 366 + 179, vec![1, 2, 3, 4, 5]),
        (2 * 366 + 181, vec![1, 3, 4, 5]),
        (3 * 366 + 179, vec![1, 3, 4, 5]),
        (3 * 366 + 181, vec![3, 5]),
        (3 * 366 + 364, vec![3, 5]),
        (3 * 366 + 366, vec![5]),
        (4 * 366 - 1, vec![5]),
        (4 * 366 + 1, vec![]),
    ] {
        let now = STILL + days * DAY;
        let before = left(&server).await;
        let expired: u64 = store.expired(&terms, now).await.unwrap().iter().map(|expired| expired.receipts).sum();
        assert_eq!(left(&server).await, before, "looking deletes nothing");
        assert_eq!(store.retain(&terms, now).await.unwrap(), expired, "after {days} days");
        assert_eq!(left(&server).await, expected, "after {days} days");
    }
    let rows: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM receipt_ids").fetch_one(&server.look().await).await.unwrap();
    assert_eq!(rows, 0);
}

async fn a_config_keeps_them_longer() {
    let server = server().await;
    let store = &server.app.store;
    for (keep, years, gone) in [("P1D", 1, 0), ("P10Y", 9, 0), ("P10Y", 13, 5)] {
        assert_eq!(store.retain(&terms(keep.into()), STILL + years * YEAR).await.unwrap(), gone, "{keep}, {years}");
    }
}

/// On PostgreSQL the month goes as a whole; on SQLite row by row. One that is not over in all its rows keeps its others.
async fn a_month_that_is_over_goes_with_its_partition() {
    let server = server().await;
    let (store, terms) = (&server.app.store, terms(Value::Null));
    let partitions = async || -> i64 {
        match On::now() {
            On::Sqlite => 1,
            On::Postgres => sqlx::query_scalar("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'receipts_2026_03'")
                .fetch_one(&server.look().await)
                .await
                .unwrap(),
        }
    };
    assert_eq!(store.retain(&terms, STILL + 3 * YEAR + 190 * DAY).await.unwrap(), 3);
    assert_eq!(partitions().await, 1, "two are still kept in it");
    let expired = store.expired(&terms, STILL + 6 * YEAR).await.unwrap();
    assert_eq!(expired.iter().map(|Expired { receipts, .. }| receipts).sum::<u64>(), 2);
    assert_eq!(store.retain(&terms, STILL + 6 * YEAR).await.unwrap(), 2);
    assert_eq!(partitions().await, i64::from(On::now() == On::Sqlite));
    assert!(left(&server).await.is_empty());
    // The same month again: its partition is made anew.
    let again = Device::new(1).receipt(60, &notice(), &json!({}));
    assert_eq!(server.record(&[again]).await.outcomes(), ["recorded"]);
}

async fn what_went_leaves_its_entry_and_the_log_goes_on() {
    let server = server().await;
    assert_eq!(server.app.store.retain(&terms(Value::Null), STILL + 6 * YEAR).await.unwrap(), 5);
    let server = server.restart(NOTICE).await;
    let new = Device::new(9).receipt(9, &notice(), &json!({}));
    let answer = server.record(&[new]).await.json();
    assert_eq!((&answer["results"][0]["log"]["index"], &answer["results"][0]["log"]["size"]), (&json!(5), &json!(6)));
}

/// Answers that hold for five years end after five years, not after two.
async fn what_a_config_lets_hold_longer_is_kept_longer() {
    let server = Server::with_config(&json!({ "validity": { "granted": "P5Y" } })).await.unwrap();
    let receipt = Device::new(1).receipt(1, &notice(), &json!({ "regime": "us-ccpa", "ttl": 5 * 365 * 86_400 }));
    assert_eq!(server.record(&[receipt]).await.outcomes(), ["recorded"]);
    let (store, terms) = (&server.app.store, &server.app.terms);
    for (days, gone) in [(4 * 366 + 1, 0), (5 * 365 + 2 * 366 - 1, 0), (5 * 365 + 2 * 366 + 1, 1)] {
        assert_eq!(store.retain(terms, STILL + days * DAY).await.unwrap(), gone, "after {days} days");
    }
}

/// Receipts that came a short while ago came by the same clock, and say nothing of it.
async fn a_clock_that_is_far_ahead_is_doubted() {
    let server = server().await;
    let (store, terms) = (&server.app.store, terms(Value::Null));
    let now = STILL + 20 * YEAR;
    store.make_months_ahead(now - 500 * DAY).await.unwrap();
    assert_eq!(store.doubt(&terms, STILL + 2 * YEAR).await.unwrap(), None, "nothing is to be deleted");
    assert_eq!(store.doubt(&terms, now).await.unwrap(), Some(STILL));
    for (days, doubted) in [(10, Some(STILL)), (60, None), (365, None), (400, Some(now - 400 * DAY))] {
        let last = now - days * DAY;
        store.make_months_ahead(last).await.unwrap();
        let moved = sqlx::query("UPDATE receipts SET received_at = $1 WHERE device = $2")
            .bind(last)
            .bind(Device::new(5).thumbprint())
            .execute(&server.look().await)
            .await
            .unwrap();
        assert_eq!(moved.rows_affected(), 1);
        assert_eq!(store.doubt(&terms, now).await.unwrap(), doubted, "{days} days ago");
    }
}

/// The server says beforehand how many of which rule set go; where it cannot say so, nothing goes.
async fn what_goes_is_in_the_audit_trail_before() {
    let server = server().await;
    let trail = async |server: &Server| -> Vec<(String, String, String)> {
        let lines = server.app.store.audit_after(Cursor::start(), 1000).await.unwrap();
        let line =
            |event: placet_model::admin::AuditEvent| (event.who, event.what.word().to_owned(), event.about.unwrap());
        lines.into_iter().map(|line_of| line(line_of.event.unwrap())).collect()
    };
    assert_eq!(retain(&server.app).await.unwrap(), 0);
    assert_eq!(trail(&server).await, [], "nothing goes, so nothing is said");
    let server = server.restart_at(|| STILL + 3 * YEAR + 190 * DAY).await;
    server.app.store.fuse.blow();
    retain(&server.app).await.unwrap_err();
    assert_eq!(left(&server).await, [1, 2, 3, 4, 5]);
    server.app.store.fuse.set(0);
    assert_eq!(retain(&server.app).await.unwrap(), 3);
    assert_eq!(left(&server).await, [3, 5]);
    let expected = ("server".into(), "receipts.expired".into(), "cn-pipl 1, us-ccpa 1, unknown 1".into());
    assert_eq!(trail(&server).await, [expected]);
}
