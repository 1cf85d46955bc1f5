//! `placet feedback`: what shoppers wrote, as it is listed.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_server::state::now;
use serde_json::{Value, json};
use std::path::Path;
use support::alone::{Running, demo, file, placet, post, text};
use support::database;

/// Has the server's database say more than the server would take: a later version, or a hand, may have written it.
fn write_feedback(directory: &Path, rows: &[(i64, &str, Option<&str>, &str)]) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let pool = sqlx::SqlitePool::connect(&database(directory)).await.unwrap();
        for (place, (received_on, lang, purpose, text)) in (100_i64..).zip(rows) {
            sqlx::query("INSERT INTO feedback VALUES ($1, $2, '2026-03-01', $3, $4, $5)")
                .bind(place)
                .bind(received_on)
                .bind(lang)
                .bind(purpose)
                .bind(text)
                .execute(&pool)
                .await
                .unwrap();
        }
        pool.close().await;
    });
}

#[test]
fn feedback_is_listed_newest_first_also_while_the_server_runs() {
    let mut config = demo();
    config["feedback"] = true.into();
    let (directory, config) = file("placet.json", config.to_string());
    let address = format!("sqlite:{}", database(directory.path()));
    let list = |arguments: &[&str]| placet(&[&["feedback", "--database", &address], arguments].concat());

    let missing = list(&[]);
    assert_eq!(missing.status.code(), Some(1), "there is no database yet");
    assert!(!Path::new(&database(directory.path())).exists(), "and looking makes none");

    let running = Running::start(directory.path(), &["--config", &config]);
    let empty = list(&[]);
    assert_eq!((empty.status.code(), &*text(&empty.stdout)), (Some(0), "No feedback.\n"), "{}", text(&empty.stderr));
    let body = json!({
        "site": "shop.example", "version": "7", "lang": "en", "purpose": "ads", "text": "What is\na \u{202e}pixel?",
    });
    let asked = post(&body.to_string()).replace("/v1/receipts", "/v1/feedback");
    assert_eq!(running.ask(&asked).unwrap().0, 204);
    let day = 86_400_000;
    let old = now() - now() % day - 400 * day;
    write_feedback(
        directory.path(),
        &[
            (20_513 * day, "en", None, "\u{1b}[31mred"),
            (20_514 * day, "zh-CN", Some("analytics"), "看不懂"),
            (old, "en", None, "too old"),
        ],
    );
    let all = text(&list(&[]).stdout);
    let [first, second, third] =
        ["(en, version 7)", "2026-03-02  analytics  (zh-CN, version 2026-03-01)", "2026-03-01  the whole notice"]
            .map(|said| all.find(said).unwrap_or_else(|| panic!("{said}: {all}")));
    assert!(first < second && second < third, "{all}");
    assert!(all.contains("    What is\n    a \\u{202e}pixel?\n") && all.contains("\\u{1b}[31mred"), "{all}");
    assert!(!all.contains(['\u{1b}', '\u{202e}']) && all.ends_with("4 entries\n"), "{all}");

    for (arguments, count) in [
        (&["--since", "2026-03-02"][..], 2),
        (&["--since", "2026-03-03"], 1),
        (&["--purpose", "ads"], 1),
        (&["--purpose", "unheard-of"], 0),
        (&["--purpose", "' OR 1=1 --"], 0),
        (&["--purpose", "analytics", "--since", "2026-03-01"], 1),
        (&["--purpose", "analytics", "--since", "2026-03-03"], 0),
        (&[], 4),
    ] {
        let told = list(&[arguments, &["--format", "json"]].concat());
        let listed: Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(listed["feedback"].as_array().unwrap().len(), count, "{arguments:?}: {listed}");
    }
    let listed: Value = serde_json::from_slice(&list(&["--purpose", "analytics", "--format", "json"]).stdout).unwrap();
    let entry = json!({ "place": 101, "day": "2026-03-02", "version": "2026-03-01", "lang": "zh-CN", "purpose": "analytics", "text": "看不懂" });
    assert_eq!(listed, json!({ "feedback": [entry] }));

    drop(running);
    let _running = Running::start(directory.path(), &["--config", &config]);
    let all = text(&list(&[]).stdout);
    assert!(!all.contains("too old") && all.contains("pixel?"), "the start deletes what was kept for its time: {all}");

    for (arguments, code, said) in [
        (&["--since", "yesterday"][..], 2, "write a day such as 2026-03-01"),
        (&["--format", "xml"], 2, "possible values"),
        (&["--database", "postgres://x"], 2, "cannot be used multiple times"),
    ] {
        let told = list(arguments);
        assert_eq!(told.status.code(), Some(code), "{arguments:?}");
        assert!(text(&told.stderr).contains(said), "{}", text(&told.stderr));
    }
    let (_directory, other) = file("other.db", "");
    let told = placet(&["feedback", "--database", &format!("sqlite:{other}")]);
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stderr).contains("form 0"), "{}", text(&told.stderr));
}
