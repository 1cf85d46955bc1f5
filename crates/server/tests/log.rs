//! The log: every acknowledgement can be proved, whoever checks it, and nothing that was acknowledged is taken back.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::Request;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use placet_model::json::from_tree;
use placet_model::log::checkpoint::{Checkpoint, Keys};
use placet_model::log::entry::ENTRY;
use placet_model::log::place::check_place_by;
use placet_model::receipt::{Acknowledgement, RecordResult};
use placet_server::log::Log;
use placet_server::log::error::LogError;
use placet_server::log::keys::{KeyError, LogKey};
use placet_server::log::lock::Lock;
use placet_server::log::renew::renew;
use placet_server::log::sequencer::Refused;
use placet_server::store::Store;
use serde_json::json;
use sha2::Sha256;
use sqlx::AssertSqlSafe;
use std::fs;
use std::sync::Arc;
use support::databases::{On, Place};
use support::{Answer, Device, NOTICE, STILL, Server, database, notice, on_each_database, opened};

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

on_each_database!(
    every_receipt_is_proved_by_its_answer_and_by_the_log,
    many_at_once_get_places_of_their_own,
    the_log_of_each_year_stands_alone,
    a_receipt_sent_again_gets_its_first_place_in_the_log_of_now,
    what_is_erased_leaves_its_entries_in_the_log,
    a_fault_at_any_storage_call_loses_nothing,
    one_server_at_a_time_has_the_lock,
    a_flipped_bit_is_refused,
    a_receipt_that_was_changed_is_not_acknowledged,
    what_the_database_changes_on_its_way_is_not_signed,
    a_full_queue_says_so_and_a_stopped_log_too,
    a_site_that_takes_another_name_keeps_its_logs,
);

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn keys(server: &Server) -> Keys {
    Keys::parse(server.app.log.verifiers()).unwrap()
}

/// What was recorded, each with its proof checked.
fn proved(answer: &Answer, receipts: &[String], keys: &Keys) -> Vec<Acknowledgement> {
    let results = answer.json()["results"].as_array().unwrap().clone();
    let acknowledged = results.iter().zip(receipts).map(|(result, receipt)| {
        let Some(RecordResult::Recorded(acknowledgement)) = from_tree(result) else { panic!("{result}") };
        let proof = acknowledgement.log.as_ref().unwrap();
        check_place_by(receipt, "shop.example", &acknowledgement, proof, keys).unwrap();
        acknowledgement
    });
    acknowledged.collect()
}

/// The tree of another implementation, out of the entries that the server hands out.
async fn oracle(server: &Server, log: &str) -> (Oracle, Checkpoint) {
    let checkpoint = server.send(get(&format!("{log}/checkpoint"))).await;
    assert_eq!((checkpoint.status, checkpoint.header("cache-control")), (200, "no-cache"));
    let checkpoint = keys(server).open(&String::from_utf8(checkpoint.body).unwrap()).unwrap();
    let mut oracle = Oracle::new();
    let mut place = 0;
    while oracle.len() < checkpoint.size {
        let width = (checkpoint.size - oracle.len()).min(256);
        let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
        let tile = server.send(get(&format!("{log}/tile/entries/{place:03}{partial}"))).await;
        assert_eq!((tile.status, tile.header("content-type")), (200, "application/octet-stream"));
        assert_eq!(tile.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(tile.body.len() as u64, width * (2 + ENTRY as u64));
        for entry in tile.body.chunks(2 + ENTRY) {
            oracle.push(entry[2..].to_vec());
        }
        place += 1;
    }
    assert_eq!(oracle.root().as_bytes().as_slice(), checkpoint.root.0, "the root is that of the entries");
    (oracle, checkpoint)
}

fn receipts(device: &Device, numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| device.receipt(number, &notice(), &json!({ "seq": number }))).collect()
}

async fn every_receipt_is_proved_by_its_answer_and_by_the_log() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    let mut places = Vec::new();
    for call in 0..40 {
        let receipts = receipts(&device, call * 8 + 1..call * 8 + 9);
        let answer = server.record(&receipts).await;
        places.extend(proved(&answer, &receipts, &keys(&server)).into_iter().map(|told| told.log.unwrap()));
    }
    assert!(places.iter().map(|place| place.index).eq(0..320), "each has the place after the last");
    assert!(places.iter().all(|place| place.origin == "shop.example/2026"));
    let (tree, checkpoint) = oracle(&server, "/log").await;
    assert_eq!((tree.len(), checkpoint.size), (320, 320));
    // The same, by the year; and every checkpoint that was answered is of a beginning of the same log.
    assert_eq!(oracle(&server, "/log/2026").await.1.root, checkpoint.root);
    let mut beginning = Oracle::new();
    for (place, entry) in places.iter().zip(tree.items()) {
        beginning.push(entry.clone());
        if place.size == beginning.len() {
            let signed = keys(&server).open(&place.checkpoint).unwrap();
            assert_eq!(beginning.root().as_bytes().as_slice(), signed.root.0, "at {}", place.size);
        }
    }
}

async fn many_at_once_get_places_of_their_own() {
    let server = Server::at_a_still_time().await;
    let calls = (0..60_u32).map(|call| {
        let server = server.clone();
        tokio::spawn(async move {
            let receipts = receipts(&Device::new(1 + (call % 40) as u8), call * 4 + 1..call * 4 + 5);
            let answer = server.record(&receipts).await;
            proved(&answer, &receipts, &keys(&server))
        })
    });
    let mut places = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        places.extend(call.await.unwrap().into_iter().map(|told| told.log.unwrap().index));
    }
    places.sort_unstable();
    assert!(places.into_iter().eq(0..240));
    let (tree, _) = oracle(&server, "/log").await;
    assert_eq!(tree.len(), 240);
}

#[tokio::test]
async fn what_the_log_hands_out_is_what_the_checkpoint_covers() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    for call in 0..33 {
        server.record(&receipts(&device, call * 8 + 1..call * 8 + 9)).await;
    }
    for (path, status, length) in [
        ("/log/tile/0/000", 200, 256 * 32),
        ("/log/tile/0/001.p/8", 200, 8 * 32),
        ("/log/tile/0/001.p/3", 200, 3 * 32),
        ("/log/tile/0/001.p/9", 404, 0),
        ("/log/tile/0/001", 404, 0),
        ("/log/tile/0/002.p/1", 404, 0),
        ("/log/tile/1/000.p/1", 200, 32),
        ("/log/tile/1/000.p/2", 404, 0),
        ("/log/tile/2/000.p/1", 404, 0),
        ("/log/tile/7/000.p/1", 404, 0),
        ("/log/tile/8/000", 404, 0),
        ("/log/tile/0/1", 404, 0),
        ("/log/tile/0/0000", 404, 0),
        ("/log/tile/0/x000/000", 404, 0),
        ("/log/tile/0/x018/x446/x744/x073/x709/x551/616", 404, 0),
        ("/log/tile/entries/000.p/200", 200, 200 * 35),
        ("/log/tile/entries/001.p/8", 200, 8 * 35),
        ("/log/tile/data/000", 404, 0),
        ("/log/2026/tile/0/000", 200, 256 * 32),
        ("/log/2025/tile/0/000", 404, 0),
        ("/log/2025/checkpoint", 404, 0),
        ("/log/2026", 404, 0),
        ("/log/2026/keys", 404, 0),
        ("/log/", 404, 0),
        ("/log/../placet.db", 404, 0),
        ("/log/tile/0/000/", 404, 0),
        ("/log/tile/0/%30%30%30", 200, 256 * 32),
    ] {
        let answer = server.send(get(path)).await;
        assert_eq!(answer.status, status, "{path}");
        if status == 200 {
            assert_eq!(answer.body.len(), length, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        }
    }
    let told = server.send(get("/log/keys")).await;
    assert_eq!(String::from_utf8(told.body).unwrap(), server.app.log.verifiers());
}

async fn the_log_of_each_year_stands_alone() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    server.record(&receipts(&device, 1..4)).await;
    let told = server.app.log.audit("an event of the next year".into(), 1_800_000_000_000).await.unwrap();
    assert_eq!((told.origin.as_str(), told.index, told.size), ("shop.example/2027", 0, 1));
    assert_eq!(oracle(&server, "/log/2026").await.0.len(), 3);
    assert_eq!(oracle(&server, "/log/2027").await.0.len(), 1);
    assert_eq!(oracle(&server, "/log").await.1.origin, "shop.example/2027", "the newest is the one without a year");
    let server = server.restart(NOTICE).await;
    assert_eq!(oracle(&server, "/log/2027").await.0.len(), 1);
    let answer = server.record(&receipts(&device, 2..5)).await;
    let told = proved(&answer, &receipts(&device, 2..5), &keys(&server));
    assert_eq!(told.iter().map(|told| told.log.as_ref().unwrap().index).collect::<Vec<_>>(), [1, 2, 3]);
}

async fn a_receipt_sent_again_gets_its_first_place_in_the_log_of_now() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    let all = receipts(&device, 1..400);
    let first = proved(&server.record(&all[..3]).await, &all[..3], &keys(&server));
    for call in all.chunks(8) {
        server.record(call).await;
    }
    let server = server.restart(NOTICE).await;
    let again = proved(&server.record(&all[..3]).await, &all[..3], &keys(&server));
    for (first, again) in first.into_iter().zip(again) {
        let (first, again) = (first.log.unwrap(), again.log.unwrap());
        assert_eq!((first.index, first.salt, first.envelope), (again.index, again.salt, again.envelope));
        assert_eq!((first.size, again.size), (3, 399));
    }
}

async fn what_is_erased_leaves_its_entries_in_the_log() {
    let server = Server::at_a_still_time().await;
    let (device, other) = (Device::new(1), Device::new(2));
    let mine = receipts(&device, 1..8);
    server.record(&mine).await;
    server.record(&receipts(&other, 11..15)).await;
    assert_eq!(oracle(&server, "/log").await.1.size, 11);
    let before = server.send(get("/log/tile/entries/000.p/11")).await.body;
    let erase = device.request("erase", "a", STILL / 1000, &json!({}), &json!({}));
    assert_eq!(server.ask(&erase).await.json()["erased"], 7);
    let database = server.look().await;
    let salts: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM receipts WHERE salt IS NOT NULL").fetch_one(&database).await.unwrap();
    assert_eq!(salts, 4, "the salts are gone with the receipts");
    database.close().await;
    let server = server.restart(NOTICE).await;
    assert_eq!(oracle(&server, "/log").await.1.size, 12, "the erasure has an entry of its own");
    assert_eq!(server.send(get("/log/tile/entries/000.p/11")).await.body, before);
    let more = receipts(&other, 15..17);
    let told = proved(&server.record(&more).await, &more, &keys(&server));
    assert_eq!(told[0].log.as_ref().unwrap().index, 12, "no place is given twice");
    oracle(&server, "/log").await;
}

/// Every storage call of a batch fails in turn: nobody is told what is not so, what was told stays, and the next try works.
async fn a_fault_at_any_storage_call_loses_nothing() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    let mut seen: Vec<Checkpoint> = Vec::new();
    let mut number = 0;
    let mut faults = 0;
    for call in 1.. {
        number += 2;
        let receipts = receipts(&device, number..number + 2);
        server.app.store.fuse.set(call);
        let answer = server.record(&receipts).await;
        let has_failed = !server.app.store.fuse.is_set();
        server.app.store.fuse.set(0);
        match answer.status {
            200 => drop(proved(&answer, &receipts, &keys(&server))),
            status => {
                assert_eq!((status, answer.outcomes()), (503, vec!["503 store-failed".to_owned()]), "at call {call}");
                assert!(has_failed);
                faults += 1;
            }
        }
        // What a client does then: it sends the same again.
        let again = server.record(&receipts).await;
        assert_eq!(again.status, 200, "after a fault at call {call}");
        let told = proved(&again, &receipts, &keys(&server));
        assert_eq!(told[1].log.as_ref().unwrap().index, u64::from(number) - 1, "after a fault at call {call}");
        let (tree, checkpoint) = oracle(&server, "/log").await;
        assert_eq!(tree.len(), u64::from(number), "nothing is entered twice");
        for earlier in &seen {
            let mut beginning = Oracle::new();
            tree.items().iter().take(earlier.size as usize).for_each(|entry| beginning.push(entry.clone()));
            assert_eq!(beginning.root().as_bytes().as_slice(), earlier.root.0, "it grew from that of {}", earlier.size);
        }
        seen.push(checkpoint);
        if !has_failed {
            break;
        }
    }
    assert!(faults > 10, "{faults} calls failed");
    let server = server.restart(NOTICE).await;
    assert_eq!(oracle(&server, "/log").await.1, *seen.last().unwrap());
}

/// What a stopped server leaves, to change and to put back.
async fn stopped(server: &Server) -> Place {
    server.app.stop().await;
    server.place.clone()
}

async fn change(place: &Place, sql: &'static str) {
    let database = place.look().await;
    assert!(sqlx::query(sql).execute(&database).await.unwrap().rows_affected() > 0, "{sql}");
    database.close().await;
}

#[tokio::test]
async fn an_old_copy_of_the_database_is_refused() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    server.record(&receipts(&device, 1..5)).await;
    let place = stopped(&server).await;
    let file = database(place.directory.path());
    let copy = format!("{file}.copy");
    fs::copy(&file, &copy).unwrap();
    let server = server.restart(NOTICE).await;
    server.record(&receipts(&device, 5..8)).await;
    stopped(&server).await;
    fs::rename(&file, format!("{file}.newest")).unwrap();
    fs::rename(&copy, &file).unwrap();
    let error = opened(&place).await.unwrap_err();
    assert!(matches!(error, LogError::Behind { found: 4, signed: 7, .. }), "{error}");
    assert!(error.to_string().contains("old copy") && error.help().contains("newest copy"), "{error}");
    // An empty one is older still.
    fs::remove_file(&file).unwrap();
    let error = opened(&place).await.unwrap_err();
    assert!(matches!(error, LogError::Behind { found: 0, signed: 7, .. }), "{error}");
    // The newest one is taken.
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{file}{ending}")).ok();
    }
    fs::rename(format!("{file}.newest"), &file).unwrap();
    opened(&place).await.unwrap();
}

#[tokio::test]
async fn a_database_without_its_lock_is_refused() {
    let server = Server::at_a_still_time().await;
    server.record(&receipts(&Device::new(1), 1..5)).await;
    let place = stopped(&server).await;
    fs::remove_file(place.directory.path().join("placet.db.lock")).unwrap();
    let error = opened(&place).await.unwrap_err();
    assert!(matches!(error, LogError::Unlocked { found: 4, .. }), "{error}");
    // Who is sure makes a new one; one that is there stays.
    let renewed = async || {
        let store = Store::look(&place.address).await.unwrap();
        let lock = Lock::take(store.address(), None).await.unwrap();
        renew(&store, lock).await
    };
    assert_eq!(renewed().await.unwrap(), [("shop.example/2026".to_owned(), 4)]);
    assert!(matches!(renewed().await, Err(LogError::LockHeld)));
    opened(&place).await.unwrap();
}

async fn one_server_at_a_time_has_the_lock() {
    let server = Server::at_a_still_time().await;
    let error = opened(&server.place).await.unwrap_err();
    assert!(error.to_string().contains("another server has the lock"), "{error}");
    let place = stopped(&server).await;
    opened(&place).await.unwrap();
}

/// What was changed behind the server's back is found, and nothing is built upon it.
async fn a_flipped_bit_is_refused() {
    for (what, sql) in [
        ("a receipt", "UPDATE receipts SET jws = (SELECT jws FROM receipts WHERE entry = 3) WHERE entry = 2"),
        ("an envelope", "UPDATE receipts SET envelope = (SELECT jws FROM receipts WHERE entry = 2) WHERE entry = 2"),
        ("a salt", "UPDATE receipts SET salt = (SELECT salt FROM receipts WHERE entry = 3) WHERE entry = 2"),
        ("a short salt", "UPDATE receipts SET salt = substr(salt, 1, 31) WHERE entry = 2"),
        ("a place", "UPDATE receipts SET entry = 5 WHERE entry = 2"),
        ("a tile of hashes", "UPDATE tiles SET content = (SELECT content FROM tiles WHERE level = -1) WHERE level = 0"),
        (
            "a tile of entries",
            "UPDATE tiles SET content = (SELECT content FROM tiles WHERE level = 0) WHERE level = -1",
        ),
        ("a short tile", "UPDATE tiles SET content = substr(content, 1, 191) WHERE level = 0"),
        ("a missing tile", "DELETE FROM tiles WHERE level = 0"),
        ("the size", "UPDATE logs SET size = 5"),
        ("the size, larger", "UPDATE logs SET size = 7"),
        ("the checkpoint", "UPDATE logs SET checkpoint = replace(checkpoint, '2026', '2025')"),
        ("the log's name", "UPDATE logs SET origin = 'shop.example/2025'"),
    ] {
        let server = Server::at_a_still_time().await;
        server.record(&receipts(&Device::new(1), 1..7)).await;
        let place = stopped(&server).await;
        change(&place, sql).await;
        let error = opened(&place).await.unwrap_err();
        assert!(error.is_final(), "{what}: {error}");
        assert!(!error.help().is_empty());
    }
}

/// One that is changed while the server runs is not acknowledged again, and stops nobody else.
async fn a_receipt_that_was_changed_is_not_acknowledged() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    let all = receipts(&device, 1..7);
    server.record(&all).await;
    change(&server.place, "UPDATE receipts SET jws = (SELECT jws FROM receipts WHERE entry = 3) WHERE entry = 2").await;
    assert_eq!(server.record(&all[2..3]).await.outcomes(), ["503 store-failed"]);
    assert_eq!(server.record(&all[3..4]).await.outcomes(), ["recorded"]);
    assert_eq!(server.record(&receipts(&device, 7..8)).await.outcomes(), ["recorded"]);
}

/// What is signed is what the database gives back. Where that is not what it was given, nothing is signed any more.
async fn what_the_database_changes_on_its_way_is_not_signed() {
    // what is changed: the table, the rows, and the change
    for (what, table, rows, change) in [
        ("a salt", "receipts", "true", "salt = zeroed(salt)"),
        ("a receipt", "receipts", "true", "jws = zeroed(jws)"),
        ("an envelope", "receipts", "true", "envelope = zeroed(envelope)"),
        ("a tile of hashes", "tiles", "NEW.level = 0", "content = zeroed(content)"),
        ("a tile of entries", "tiles", "NEW.level = -1", "content = zeroed(content)"),
    ] {
        let server = Server::at_a_still_time().await;
        let device = Device::new(1);
        server.record(&receipts(&device, 1..7)).await;
        let kept = async || {
            let checkpoint: String =
                sqlx::query_scalar("SELECT checkpoint FROM logs").fetch_one(&server.look().await).await.unwrap();
            (checkpoint, String::from_utf8(server.send(get("/log/checkpoint")).await.body).unwrap())
        };
        let before = kept().await;
        let (column, _) = change.split_once(' ').unwrap();
        let trigger = match On::now() {
            On::Sqlite => {
                let change = change.replace("zeroed(", "zeroblob(length(NEW.").replace(')', "))");
                let key = if table == "tiles" { "log, level, place" } else { "received_at, id" };
                let new = key.split(", ").map(|name| format!("NEW.{name}")).collect::<Vec<_>>().join(", ");
                let meddle = |when: &str| {
                    format!(
                        "CREATE TRIGGER meddle_{when} AFTER {when} ON {table} WHEN {rows} AND NEW.{column} <> zeroblob(length(NEW.{column}))
                         BEGIN UPDATE {table} SET {change} WHERE ({key}) = ({new}); END;"
                    )
                };
                [meddle("INSERT"), meddle("UPDATE")].concat()
            }
            On::Postgres => {
                let zeroed = format!("decode(repeat('00', length(NEW.{column})), 'hex')");
                format!(
                    "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS
                     $$ BEGIN IF {rows} THEN NEW.{column} := {zeroed}; END IF; RETURN NEW; END $$;
                     CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION meddle();"
                )
            }
        };
        sqlx::raw_sql(AssertSqlSafe(trigger)).execute(&server.look().await).await.unwrap();
        let answer = server.record(&receipts(&device, 7..9)).await;
        assert_eq!((answer.status, answer.outcomes()), (503, vec!["503 store-failed".to_owned()]), "{what}");
        assert_eq!(kept().await, before, "{what}: nothing was signed");
        assert_eq!(server.record(&receipts(&device, 9..10)).await.status, 503, "{what}: nor is anything after it");
        let place = stopped(&server).await;
        let error = opened(&place).await.unwrap_err();
        assert!(error.is_final(), "{what}: {error}");
    }
}

async fn a_full_queue_says_so_and_a_stopped_log_too() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    // With it comes the key of the month, which the next receipts need.
    server.record(&receipts(&device, 9..10)).await;
    let turn = server.app.store.turn().await;
    // Nothing can be written meanwhile, so the queue fills.
    let mut waiting = Vec::new();
    for _ in 0..placet_server::log::sequencer::QUEUE {
        let log = server.clone();
        waiting.push(tokio::spawn(async move { log.app.log.audit("an event".into(), STILL).await }));
    }
    while server.app.log.waiting() < placet_server::log::sequencer::QUEUE {
        tokio::task::yield_now().await;
    }
    let answer = server.record(&receipts(&device, 1..3)).await;
    assert_eq!((answer.outcomes(), answer.header("retry-after")), (vec!["503 busy".to_owned()], "2"));
    drop(turn);
    for task in waiting {
        task.await.unwrap().unwrap();
    }
    assert_eq!(server.record(&receipts(&device, 1..3)).await.outcomes(), ["recorded", "recorded"]);
    server.app.log.stop().await;
    assert_eq!(server.app.log.audit("an event".into(), STILL).await, Err(Refused::Stopped));
    assert_eq!(server.record(&receipts(&device, 3..4)).await.outcomes(), ["503 busy"]);
}

#[tokio::test]
async fn keys_are_kept_from_others_and_outlived_by_what_they_signed() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    let first = receipts(&device, 1..4);
    let acknowledged = proved(&server.record(&first).await, &first, &keys(&server));
    let place = stopped(&server).await;
    let directory = place.directory.path();
    let path = directory.join("placet.db.key");
    let before = LogKey::read("shop.example", &path).unwrap();
    let old = before.verifier().to_owned();
    assert!(!format!("{before:?}").contains("PRIVATE"));
    assert!(matches!(LogKey::make("shop.example", &path), Err(KeyError::File { .. })), "a key is never overwritten");
    assert!(matches!(LogKey::read("other.example", &path), Err(KeyError::OtherSite { .. })));
    assert!(matches!(LogKey::read("shop.example", &directory.join("none")), Err(KeyError::Missing(_))));
    fs::write(directory.join("no.key"), "PRIVATE+KEY+nonsense").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for (mode, is_taken) in [(0o600, true), (0o400, true), (0o620, false), (0o604, false), (0o666, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(LogKey::read("shop.example", &path).is_ok(), is_taken, "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(directory.join("no.key"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(matches!(LogKey::read("shop.example", &directory.join("no.key")), Err(KeyError::Malformed(_))));

    let new = LogKey::replace("shop.example", &path).unwrap();
    assert_ne!(new.verifier(), old);
    let server = server.restart(NOTICE).await;
    let listed = String::from_utf8(server.send(get("/log/keys")).await.body).unwrap();
    assert!(listed.contains(&old) && listed.contains(new.verifier()), "{listed}");
    // What the old key signed stays good, and the new one signs from now on.
    for (receipt, told) in first.iter().zip(&acknowledged) {
        check_place_by(receipt, "shop.example", told, told.log.as_ref().unwrap(), &keys(&server)).unwrap();
    }
    let more = receipts(&device, 4..6);
    let told = proved(&server.record(&more).await, &more, &Keys::parse(new.verifier()).unwrap());
    assert_eq!(told[0].log.as_ref().unwrap().index, 3);
}

/// The key of the new name signs nothing of the old one's, and the other way round.
async fn a_site_that_takes_another_name_keeps_its_logs() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    server.record(&receipts(&device, 1..4)).await;
    let before = server.app.log.heads()["shop.example/2026"].checkpoint.clone();
    let place = stopped(&server).await;
    for start in 0..3 {
        let store = Arc::new(Store::open(&place.address).await.unwrap());
        store.unlock(support::master(place.directory.path())).await.unwrap();
        let (key, _) = LogKey::beside("store.example", &place.directory.path().join("placet.db.key")).unwrap();
        let lock = Lock::take(store.address(), None).await.unwrap();
        let log = Log::open(store.clone(), "store.example", key, lock, STILL).await.unwrap();
        let told = log.audit("an event".into(), STILL).await.unwrap();
        assert_eq!((told.origin.as_str(), told.index), ("store.example/2026", start));
        assert_eq!(log.newest().unwrap(), "store.example/2026");
        let head = log.heads()["shop.example/2026"].clone();
        assert_eq!((head.size, &head.checkpoint), (3, &before), "it stays as it was left");
        log.stop().await;
        store.close().await;
    }
    let server = server.restart(NOTICE).await;
    let more = receipts(&device, 4..5);
    let told = proved(&server.record(&more).await, &more, &keys(&server));
    assert_eq!(told[0].log.as_ref().unwrap().index, 3);
    assert_eq!(server.app.log.heads()["store.example/2026"].size, 3);
    oracle(&server, "/log").await;
    opened(&stopped(&server).await).await.unwrap();
}

/// The connection that holds the lock breaks, and the database does not give the lock back at once.
#[tokio::test]
async fn a_lock_that_is_not_free_again_at_once_halts_nothing() {
    On::Postgres
        .run(async {
            let server = Server::at_a_still_time().await;
            let device = Device::new(1);
            server.record(&receipts(&device, 1..2)).await;
            let holders =
                "FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 1886151011 AND objid = 1702120555
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let database = server.look().await;
            let other = server.look().await;
            let mut holder = other.acquire().await.unwrap();
            let waiting = tokio::spawn(async move {
                sqlx::raw_sql("SELECT pg_advisory_lock(x'706c616365744c6b'::bit(64)::bigint)")
                    .execute(&mut *holder)
                    .await
                    .unwrap();
                holder
            });
            let query =
                "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 1886151011
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            while sqlx::query_scalar::<_, i64>(query).fetch_one(&database).await.unwrap() == 0 {
                tokio::task::yield_now().await;
            }
            let ended = format!("SELECT COUNT(pg_terminate_backend(pid)) {holders}");
            let ended: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(ended)).fetch_one(&database).await.unwrap();
            assert_eq!(ended, 1);
            let holder = waiting.await.unwrap();
            for _ in 0..3 {
                assert_eq!(server.record(&receipts(&device, 2..3)).await.outcomes(), ["503 store-failed"]);
            }
            drop(holder);
            other.close().await;
            while server.record(&receipts(&device, 2..3)).await.status != 200 {
                tokio::task::yield_now().await;
            }
            oracle(&server, "/log").await;
        })
        .await;
}
