//! What may be known of how many: numbers by day that lead to nobody.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::Request;
use placet_model::admin::{Role, TokenWish};
use placet_server::admin::table::router;
use placet_server::admin::tokens::new_token;
use placet_server::calendar::DAY;
use serde_json::{Value, json};
use support::{Answer, Device, STILL, Server, notice, on_each_database};

on_each_database![
    numbers_are_told_by_day_and_none_below_ten,
    a_receipt_is_counted_once_and_erasing_changes_no_number,
    what_is_made_up_is_not_counted_by_its_name,
    periods_are_days,
];

async fn ask(server: &Server, query: &str) -> Answer {
    let wish = TokenWish { role: Role::Analyst, name: "report".into(), days: None };
    let (secret, held) = new_token(&wish, STILL.unsigned_abs(), None).unwrap();
    server.app.store.keep_token(&held).await.unwrap();
    let mut admin = server.clone();
    admin.routes = router(server.app.clone());
    let request =
        Request::get(format!("/v1/statistics{query}")).header("authorization", format!("Bearer {}", secret.text()));
    admin.send(request.body(Body::empty()).unwrap()).await
}

/// Records so many receipts, each of this kind.
async fn record(server: &Server, first: u32, count: u32, changes: &Value) {
    let receipts: Vec<String> =
        (first..first + count).map(|id| Device::new(1).receipt(id, &notice(), changes)).collect();
    for receipts in receipts.chunks(8) {
        assert!(server.record(receipts).await.outcomes().iter().all(|outcome| outcome == "recorded"));
    }
}

fn given() -> Value {
    json!({ "event": { "method": "banner.accept_all" }, "choices": { "analytics": "granted", "ads": "granted" } })
}

fn refused() -> Value {
    let choices = json!({ "analytics": "denied", "ads": "denied" });
    json!({ "event": { "state": "refused", "method": "banner.reject_all" }, "choices": choices })
}

fn withdrawn() -> Value {
    json!({ "event": { "state": "withdrawn", "method": "api.withdraw" }, "choices": { "analytics": "denied", "ads": "denied" } })
}

/// The numbers of a day that are told.
fn told(answer: &Value, day: usize) -> Vec<(String, u64)> {
    let day = &answer["days"][day];
    let mut told = Vec::new();
    for purpose in day["purposes"].as_array().unwrap() {
        for choice in ["granted", "denied"] {
            let name = format!("{} {choice}", purpose["purpose"].as_str().unwrap());
            told.extend(purpose[choice].as_u64().map(|count| (name, count)));
        }
    }
    for group in ["methods", "states"] {
        for word in day[group].as_array().unwrap() {
            told.extend(word["receipts"].as_u64().map(|count| (word["word"].as_str().unwrap().to_owned(), count)));
        }
    }
    told
}

async fn numbers_are_told_by_day_and_none_below_ten() {
    // how many gave, refused and withdrew; what is told of the day
    for (numbers, expected) in [
        ([40, 0, 0], &[][..]),
        ([9, 9, 9], &[]),
        ([9, 0, 0], &[]),
        ([30, 20, 0], &[("analytics granted", 30), ("analytics denied", 20), ("given", 30), ("banner.accept_all", 30)]),
        ([30, 20, 3], &[("analytics granted", 30), ("analytics denied", 23), ("given", 30), ("banner.accept_all", 30)]),
        (
            [30, 20, 12],
            &[
                ("analytics granted", 30),
                ("analytics denied", 32),
                ("given", 30),
                ("banner.accept_all", 30),
                ("refused", 20),
                ("banner.reject_all", 20),
            ],
        ),
    ] {
        let server = Server::at_a_still_time().await;
        for ((count, changes), first) in numbers.into_iter().zip([given(), refused(), withdrawn()]).zip([1, 1001, 2001])
        {
            record(&server, first, count, &changes).await;
        }
        let today = ask(&server, "?since=2026-03-01&until=2026-03-02").await.json();
        assert_eq!(today, json!({ "since": "2026-03-01", "until": "2026-03-01", "days": [] }), "the day is not over");
        let server = server.restart_at(|| STILL + DAY).await;
        let answer = ask(&server, "").await.json();
        assert_eq!((&answer["since"], &answer["until"]), (&json!("2026-01-31"), &json!("2026-03-02")));
        assert_eq!(answer["days"].as_array().unwrap().len(), 30);
        assert_eq!(answer["days"][29]["day"], "2026-03-01");
        let mut expected: Vec<(String, u64)> =
            expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        // Both purposes are decided alike here.
        let ads = expected.iter().filter_map(|(name, count)| Some((name.strip_prefix("analytics")?, *count)));
        let ads: Vec<_> = ads.map(|(rest, count)| (format!("ads{rest}"), count)).collect();
        expected.extend(ads);
        expected.sort_unstable();
        let mut found = told(&answer, 29);
        found.sort_unstable();
        assert_eq!(found, expected, "{numbers:?}");
        for day in 0..29 {
            assert_eq!(told(&answer, day), [], "{day}");
        }
    }
}

async fn a_receipt_is_counted_once_and_erasing_changes_no_number() {
    let server = Server::at_a_still_time().await;
    record(&server, 1, 20, &given()).await;
    record(&server, 1, 20, &given()).await;
    record(&server, 101, 15, &refused()).await;
    let broken = Device::new(1).receipt(102, &notice(), &given());
    assert_eq!(server.record(&[broken]).await.outcomes(), ["id-conflict"]);
    let server = server.restart_at(|| STILL + DAY).await;
    let before = ask(&server, "").await.json();
    let expected = [("ads denied", 15), ("ads granted", 20), ("analytics denied", 15), ("analytics granted", 20)];
    let mut found = told(&before, 29);
    found.retain(|(name, _)| name.contains(' '));
    found.sort_unstable();
    assert_eq!(found, expected.map(|(name, count)| (name.to_owned(), count)));
    let erase = Device::new(1).request("erase", "a", (STILL + DAY) / 1000, &json!({}), &json!({}));
    assert_eq!(server.ask(&erase).await.json()["erased"], 35);
    assert_eq!(ask(&server, "").await.json(), before);
}

async fn what_is_made_up_is_not_counted_by_its_name() {
    let server = Server::at_a_still_time().await;
    for number in 0..30 {
        let choices = json!({ format!("made-up-{number}"): "granted", "analytics": "granted" });
        let changes = json!({ "event": { "method": format!("made.up_{number}") }, "choices": choices });
        record(&server, 1 + number, 1, &changes).await;
    }
    record(&server, 101, 30, &given()).await;
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM daily_counts").fetch_all(&server.look().await).await.unwrap();
    assert!(names.len() < 10 && names.iter().all(|name| !name.contains("made")), "{names:?}");
    let server = server.restart_at(|| STILL + DAY).await;
    let answer = ask(&server, "").await.json();
    assert!(!answer.to_string().contains("made"), "{answer}");
    let words: Vec<&Value> =
        answer["days"][29]["methods"].as_array().unwrap().iter().map(|word| &word["word"]).collect();
    assert!(words.contains(&&json!("other")) && words.contains(&&json!("inline")), "{words:?}");
}

async fn periods_are_days() {
    let server = Server::at_a_still_time().await;
    for (query, days) in [
        ("?since=2026-02-01&until=2026-03-01", Some(28)),
        ("?since=2025-03-01&until=2026-03-01", Some(365)),
        ("?until=2026-02-01", Some(30)),
        ("?since=2026-02-28", Some(1)),
        ("?since=2026-02-28&until=2026-12-01", Some(1)),
        ("?since=2026-03-02&until=2026-12-01", Some(0)),
        ("?since=2026-03-01", None),
        ("?since=2026-03-01&until=2026-02-01", None),
        ("?since=2026-03-01&until=2026-03-01", None),
        ("?since=1970-01-01", None),
        ("?since=2025-02-27&until=2026-03-01", None),
        ("?since=yesterday", None),
        ("?until=2026-02-30", None),
        ("?purpose=ads", None),
    ] {
        let answer = ask(&server, query).await;
        let found = (answer.status == 200).then(|| answer.json()["days"].as_array().unwrap().len());
        assert_eq!((found, answer.status == 400), (days, days.is_none()), "{query}: {answer:?}");
    }
}
