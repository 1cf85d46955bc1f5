//! `placet serve`: what it publishes, what it answers before it stops, and what it keeps when it is killed.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::fs;
use std::io::BufReader;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use support::alone::{Running, ask, demo, file, placet, post, receipt_for, served_notice, text};
use support::mmdb::mmdb;
use support::{Device, database};

#[test]
fn serve_publishes_and_stops_when_asked() {
    let mut config = demo();
    config["version"] = "2026-03-01".into();
    let (directory, config) = file("placet.json", config.to_string());
    let mut running = Running::start(directory.path(), &["--config", &config]);
    assert_eq!(running.get("/healthz").0, 200);
    assert_eq!(running.get("/embed/placet.js").0, 200);
    let notice = served_notice(directory.path());
    assert_eq!(running.get(&format!("/notice/{}.json", &notice[7..])).0, 200);
    let localhost = running.authority.replace("127.0.0.1", "localhost");
    let audiences = [(&*running.authority, "recorded"), (&*localhost, "recorded"), ("evil.example", "rejected")];
    for ((aud, status), id) in audiences.into_iter().zip(1..) {
        let changes = json!({ "aud": format!("http://{aud}/v1/receipts"), "seq": id });
        let body = json!({ "receipts": [Device::new(1).receipt(id, &notice, &changes)] }).to_string();
        let answer: Value = serde_json::from_str(&running.ask(&post(&body)).unwrap().1).unwrap();
        assert_eq!(answer["results"][0]["status"], status, "{aud}: {answer}");
    }
    let id = running.child.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(0), "it ends in order");

    let mut broken = demo();
    broken["purposes"][1]["id"] = "necessary".into();
    fs::write(&config, broken.to_string()).unwrap();
    let told = placet(&["serve", "--config", &config, "--listen", "127.0.0.1:0"]);
    assert_eq!(told.status.code(), Some(1), "a config with errors is not served");
    assert!(text(&told.stderr).contains("/purposes/1/id") && told.stdout.is_empty());
}

#[test]
fn the_tag_asks_for_the_region_where_the_server_can_tell_it() {
    let (directory, config) = file("placet.json", demo().to_string());
    let geo = directory.path().join("geo.mmdb");
    fs::write(&geo, mmdb("Test-Country", 6, &[("127.0.0.0/8", json!({ "country": { "iso_code": "DE" } }))])).unwrap();
    for (arguments, told) in [
        (&[][..], None),
        (&["--region-header", "CF-IPCountry,CF-Region-Code", "--trusted-proxy", "127.0.0.1"], Some("\"US-CA\"")),
        (&["--region-header", "CF-IPCountry", "--trusted-proxy", "127.0.0.1"], Some("\"US\"")),
        (&["--region-header", "CF-IPCountry", "--trusted-proxy", "10.0.0.0/8"], Some("null")),
        (&["--geo", geo.to_str().unwrap()], Some("\"DE\"")),
        (&["--geo", geo.to_str().unwrap(), "--trusted-proxy", "127.0.0.0/8"], Some("null")),
    ] {
        let running = Running::start(directory.path(), &[&["--config", &config], arguments].concat());
        let asks = running.get("/embed/placet.js").1.contains("\"region\":\"/v1/region\"");
        assert_eq!(asks, told.is_some(), "{arguments:?}");
        let asked = "GET /v1/region HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                     CF-IPCountry: US\r\nCF-Region-Code: CA\r\nSec-GPC: 1\r\n\r\n";
        let (status, body) = running.ask(asked).unwrap();
        match told {
            Some(region) => assert_eq!((status, body), (200, format!("{{\"region\":{region},\"gpc\":true}}"))),
            None => assert_eq!(status, 404, "{body}"),
        }
    }

    let broken = directory.path().join("broken.mmdb");
    fs::write(&broken, "not a database").unwrap();
    let listen = ["--config", &config, "--listen", "127.0.0.1:0"];
    for (arguments, code, said) in [
        (&["--geo", "/nowhere/geo.mmdb"][..], 2, "cannot read the geo file /nowhere/geo.mmdb"),
        (&["--geo", broken.to_str().unwrap()], 2, "broken.mmdb is not in MaxMind's format"),
        (&["--region-header", "A,B,C", "--trusted-proxy", "127.0.0.1"], 2, "more than two headers"),
        (&["--region-header", "no header"], 2, "--region-header"),
        (&["--region-header", "A"], 2, "with --trusted-proxy"),
        (&["--region-header", "A", "--geo", geo.to_str().unwrap()], 2, "cannot be used with"),
        (&["--trusted-proxy", "10.0.0.0/40"], 2, "--trusted-proxy"),
    ] {
        let told = placet(&[&["serve"], &listen[..], arguments].concat());
        assert_eq!(told.status.code(), Some(code), "{arguments:?}");
        assert!(text(&told.stderr).contains(said) && told.stdout.is_empty(), "{}", text(&told.stderr));
    }

    let out = directory.path().join("embed").display().to_string();
    for (hint, written) in [
        ("/v1/region", Some("\"region\":\"/v1/region\"")),
        ("https://consent.shop.example/v1/region", Some("\"region\":\"https://consent.shop.example/v1/region\"")),
        ("v1/region", None),
        ("//evil.example/", None),
        ("javascript:alert(1)", None),
    ] {
        let told = placet(&["publish", &config, "--out", &out, "--region-hint", hint]);
        assert_eq!(told.status.code(), Some(if written.is_some() { 0 } else { 2 }), "{hint}");
        if let Some(written) = written {
            assert!(fs::read_to_string(format!("{out}/placet.js")).unwrap().contains(written), "{hint}");
        }
    }
}

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let (directory, config) = file("placet.json", demo().to_string());
    let mut acknowledged: Vec<(u32, Value)> = Vec::new();
    let next = AtomicU32::new(1);
    for _ in 0..3 {
        let mut running = Running::start(directory.path(), &["--config", &config]);
        let notice = served_notice(directory.path());
        let killed = AtomicBool::new(false);
        let answers = std::thread::scope(|scope| {
            let posters: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut answers = Vec::new();
                        while !killed.load(Ordering::Relaxed) {
                            let id = next.fetch_add(1, Ordering::Relaxed);
                            let body =
                                json!({ "receipts": [receipt_for(&running.authority, &notice, id)] }).to_string();
                            let Some((200, answer)) = running.ask(&post(&body)) else { continue };
                            let answer: Value = serde_json::from_str(&answer).unwrap();
                            assert_eq!(answer["results"][0]["status"], "recorded", "{answer}");
                            answers.push((id, answer["results"][0].clone()));
                        }
                        answers
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(400));
            // SIGKILL: no handler runs, nothing is flushed.
            let id = running.child.id().to_string();
            Command::new("kill").args(["-9", &id]).status().unwrap();
            killed.store(true, Ordering::Relaxed);
            posters.into_iter().flat_map(|poster| poster.join().unwrap()).collect::<Vec<_>>()
        });
        running.child.wait().unwrap();
        assert!(!answers.is_empty(), "nothing was acknowledged in time");
        acknowledged.extend(answers);
    }

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let kept: Vec<(String, i64)> = runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&database(directory.path())).await.unwrap();
        sqlx::query_as("SELECT id, received_at FROM receipts").fetch_all(&pool).await.unwrap()
    });
    for (id, answer) in &acknowledged {
        let row = (answer["id"].as_str().unwrap().to_owned(), answer["receivedAt"].as_i64().unwrap());
        assert!(kept.contains(&row), "receipt {id} was acknowledged and is not there");
    }
}

/// What was taken is answered, whenever the server is asked to stop: nothing is kept that nobody was told of.
#[test]
fn what_was_taken_is_answered_before_the_server_stops() {
    let (directory, config) = file("placet.json", demo().to_string());
    let next = AtomicU32::new(1);
    let mut acknowledged: Vec<String> = Vec::new();
    for calls in [1, 7, 30] {
        let mut running = Running::start(directory.path(), &["--config", &config]);
        let (authority, notice) = (running.authority.clone(), served_notice(directory.path()));
        let (over, answered) = (AtomicBool::new(false), AtomicU32::new(0));
        let told = std::thread::scope(|scope| {
            let poster = || {
                let mut told = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    let body = json!({ "receipts": [receipt_for(&authority, &notice, id)] }).to_string();
                    let Some((200, answer)) = ask(&authority, &post(&body)) else { continue };
                    let answer: Value = serde_json::from_str(&answer).unwrap();
                    assert_eq!(answer["results"][0]["status"], "recorded", "{answer}");
                    told.push(answer["results"][0]["id"].as_str().unwrap().to_owned());
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                told
            };
            let posters: Vec<_> = (0..6).map(|_| scope.spawn(poster)).collect();
            while answered.load(Ordering::Relaxed) < calls {
                std::thread::yield_now();
            }
            Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().unwrap();
            assert_eq!(running.child.wait().unwrap().code(), Some(0), "it ends in order");
            over.store(true, Ordering::Relaxed);
            posters.into_iter().flat_map(|poster| poster.join().unwrap()).collect::<Vec<_>>()
        });
        acknowledged.extend(told);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut kept: Vec<String> = runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&database(directory.path())).await.unwrap();
        sqlx::query_scalar("SELECT id FROM receipts").fetch_all(&pool).await.unwrap()
    });
    kept.sort_unstable();
    acknowledged.sort_unstable();
    assert_eq!(kept, acknowledged);
}

/// Commands, and a second server, leave the form of a database alone: a server of another version may run on it.
#[test]
fn nobody_changes_the_form_of_a_database_that_is_served() {
    let (directory, config) = file("placet.json", demo().to_string());
    let running = Running::start(directory.path(), &["--config", &config]);
    let database = format!("sqlite:{}", database(directory.path()));
    let ask = |query: &'static str| -> i64 {
        sqlx::any::install_default_drivers();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let pool = sqlx::AnyPool::connect(&database).await.unwrap();
            sqlx::query_scalar(query).fetch_one(&pool).await.unwrap()
        })
    };
    let steps = || ask("SELECT COUNT(*) FROM migrations");
    let all = steps();
    ask("DELETE FROM migrations WHERE version = (SELECT MAX(version) FROM migrations) RETURNING version");
    for (arguments, said) in [
        (&["token", "new", "--role", "owner"][..], "this command needs form"),
        (&["token", "revoke", "0123456789abcdef"], "this command needs form"),
        (&["retain", &config], "this command needs form"),
        (&["export", "--since", "2026-03-01", "--until", "2026-03-02"], "this command needs form"),
        (&["serve", "--config", &config, "--listen", "127.0.0.1:0"], "another server has the lock"),
    ] {
        let told = placet(&[arguments, &["--database", &database]].concat());
        assert!(!told.status.success() && text(&told.stderr).contains(said), "{arguments:?}: {}", text(&told.stderr));
        assert_eq!(steps(), all - 1, "{arguments:?}");
    }
    drop(running);
}

/// A disk that takes nothing more shows at `/readyz`, also while nobody sends anything.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_not_ready() {
    let (directory, config) = file("placet.json", demo().to_string());
    let mut running = Running::start(directory.path(), &["--config", &config]);
    let notice = served_notice(directory.path());
    Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().unwrap();
    running.child.wait().unwrap();
    let blocks = fs::metadata(database(directory.path())).unwrap().len() / 1024 + 64;
    // A write beyond the limit fails, as on a full disk, and does not end the process.
    let shell = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut child = Command::new("bash")
        .args(["-c", &shell, "placet", env!("CARGO_BIN_EXE_placet"), "serve", "--listen", "127.0.0.1:0"])
        .args(["--config", &config, "--database", &format!("sqlite:{}", database(directory.path()))])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running { child, lines, authority: String::new() };
    running.authority = running.line("placet: listening on http://");
    assert_eq!(running.get("/readyz").0, 200);
    let refused = (1..200).find_map(|id| {
        let body = json!({ "receipts": [receipt_for(&running.authority, &notice, id)] }).to_string();
        running.ask(&post(&body)).filter(|(status, _)| *status != 200)
    });
    let (status, problem) = refused.unwrap_or_else(|| panic!("it never fills"));
    // The receipt met the full disk, or what the server writes each second had met it already.
    let told = ["/problems/store-failed", "/problems/busy"].iter().any(|slug| problem.contains(slug));
    assert!(status == 503 && told, "{problem}");
    let problem = loop {
        match running.get("/readyz") {
            (200, _) => std::thread::yield_now(),
            (status, problem) => break (status, problem),
        }
    };
    assert!(problem.0 == 503 && problem.1.contains("was not written in the last seconds"), "{problem:?}");
    assert_eq!(running.get("/healthz").0, 200, "the process answers all the same");
}
