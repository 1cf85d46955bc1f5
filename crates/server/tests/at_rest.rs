//! What lies on disk tells nothing of anybody: database, its log of writes, and copies of them.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::http::Request;
use base64ct::{Base64UrlUnpadded, Encoding};
use placet_model::admin::Act;
use placet_server::address::Peer;
use placet_server::command::trail::event;
use placet_server::seal::MasterKey;
use placet_server::store::Store;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::databases::On;
use support::{Device, NOTICE, STILL, Server, master, notice, on_each_database};

on_each_database![
    nothing_of_anybody_is_in_the_files,
    another_master_key_opens_nothing_and_changes_nothing,
    a_new_master_key_takes_the_place_of_the_old,
    keys_go_with_the_last_that_they_sealed,
    tags_of_networks_go_after_their_time,
    what_was_kept_before_is_sealed,
    no_key_is_made_by_a_master_key_of_old,
];

/// What must be nowhere: the site's reference, the page, and the receipt itself, as text and as it is signed.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(receipts: &[String], words: &[&str]) -> Self {
        let mut secrets: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for receipt in receipts {
            let parts: Vec<&str> = receipt.split('.').collect();
            secrets.extend([parts[1].to_owned(), parts[2].to_owned()]);
            // Base64 begins anew every three bytes: a word may stand in it in three ways.
            secrets.extend(words.iter().flat_map(|word| (0..3).map(|lead| in_base64(word, lead))));
        }
        Secrets(secrets)
    }

    /// Those that are in these bytes. One pass: a database has many.
    fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut begins = [false; 256];
        self.0.iter().for_each(|needle| begins[usize::from(needle.as_bytes()[0])] = true);
        let mut found = BTreeSet::new();
        for (place, _) in bytes.iter().enumerate().filter(|(_, byte)| begins[usize::from(**byte)]) {
            found.extend(
                self.0.iter().map(String::as_str).filter(|needle| bytes[place..].starts_with(needle.as_bytes())),
            );
        }
        found
    }

    /// The files under a directory that hold one of them.
    fn found_in(&self, directory: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for file in fs::read_dir(directory).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                found.extend(self.found_in(&path));
                continue;
            }
            // A file that the database has just taken away holds nothing.
            let bytes = fs::read(&path).unwrap_or_default();
            found.extend(self.in_bytes(&bytes).into_iter().map(|needle| format!("{needle} in {}", path.display())));
        }
        found
    }
}

/// Where the database keeps its files.
async fn files(server: &Server) -> Vec<PathBuf> {
    match On::now() {
        On::Sqlite => vec![server.directory().to_owned()],
        On::Postgres => {
            sqlx::query("CHECKPOINT").execute(&server.look().await).await.unwrap();
            let setting = "SELECT setting FROM pg_settings WHERE name = 'data_directory'";
            let directory: String = sqlx::query_scalar(setting).fetch_one(&server.look().await).await.unwrap();
            let own = "SELECT CAST(oid AS TEXT) FROM pg_database WHERE datname = current_database()";
            let own: String = sqlx::query_scalar(own).fetch_one(&server.look().await).await.unwrap();
            let directory = Path::new(&directory);
            vec![directory.join("pg_wal"), directory.join("base").join(own)]
        }
    }
}

/// A backup of the database, which holds every receipt.
async fn copy(server: &Server, into: &Path) {
    let store = Store::look(server.address()).await.unwrap();
    let file = into.join("copy.db");
    store.back_up(&file).await.unwrap();
    store.close().await;
    let backup = sqlx::AnyPool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let held: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM receipts").fetch_one(&backup).await.unwrap();
    assert_eq!(held, server.app.store.count().await.unwrap());
    backup.close().await;
}

/// The inner part of a word in base64, `lead` bytes after the beginning of a group of three.
fn in_base64(word: &str, lead: usize) -> String {
    let encoded = Base64UrlUnpadded::encode_string([&"...".as_bytes()[..lead], word.as_bytes()].concat().as_slice());
    let skipped = (lead * 4).div_ceil(3);
    encoded[skipped..encoded.len() - 2].to_owned()
}

const PAGE: &str = "/tea/the-page-that-nobody-may-read";
const REFERENCE: &str = "customer-of-whom-nobody-may-hear";

/// Three receipts of three devices, with `own` in their page and reference.
fn receipts(own: &str) -> Vec<String> {
    let (reference, page) = ([REFERENCE, own].concat(), [PAGE, own].concat());
    let changes = json!({ "sub": { "ref": reference }, "event": { "page": page } });
    (1..=3_u8).map(|number| Device::new(number).receipt(u32::from(number), &notice(), &changes)).collect()
}

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
const IPAD: &str =
    "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";

async fn record(server: &Server, receipts: &[String]) -> Value {
    record_with(server, receipts, IPHONE).await
}

/// Sends receipts from an address, with what a browser says of itself.
async fn record_with(server: &Server, receipts: &[String], agent: &'static str) -> Value {
    let body = json!({ "receipts": receipts }).to_string();
    let mut request = Request::post("/v1/receipts")
        .header("origin", "https://shop.example")
        .header("content-type", "application/json")
        .header("user-agent", agent)
        .body(body.into())
        .unwrap();
    request.extensions_mut().insert(Peer("192.0.2.77".parse().unwrap()));
    let answer = server.send(request).await;
    assert_eq!(answer.outcomes(), vec!["recorded"; receipts.len()]);
    answer.json()
}

async fn nothing_of_anybody_is_in_the_files() {
    let server = Server::observing().await;
    // Other tests of this file write texts of their own into the same PostgreSQL.
    let receipts = receipts("-but-who-holds-the-key");
    let words = [PAGE, REFERENCE].map(|word| [word, "-but-who-holds-the-key"].concat());
    let seen = ["Mozilla/5.0 (iP", "192.0.2.77", "\"agent\":\"tablet-browser\""];
    let secrets = Secrets::of(&receipts, &[&words[0], &words[1], seen[0], seen[1], seen[2]]);
    let answer = record_with(&server, &receipts, IPAD).await;
    assert!(answer["results"][0]["log"]["envelope"].as_str().unwrap().contains(seen[2]));
    // The search finds what is there: the receipts as they came.
    let plain = tempfile::tempdir().unwrap();
    fs::write(plain.path().join("plain"), receipts.join("\n")).unwrap();
    assert!(secrets.found_in(plain.path()).len() >= 6);

    let files = files(&server).await;
    let found = |files: &[PathBuf]| files.iter().flat_map(|files| secrets.found_in(files)).collect::<Vec<_>>();
    let copied = tempfile::tempdir().unwrap();
    copy(&server, copied.path()).await;
    let nothing = Vec::<String>::new();
    assert_eq!((found(&files), secrets.found_in(copied.path())), (nothing.clone(), nothing.clone()));
    let server = server.restart(NOTICE).await;
    let again = record_with(&server, &receipts, IPAD).await;
    assert_eq!(again["results"][0]["log"]["envelope"], answer["results"][0]["log"]["envelope"]);
    let export = server.ask(&Device::new(1).request("export", "a", STILL / 1000, &json!({}), &json!({}))).await;
    assert_eq!(export.json()["receipts"][0]["receipt"], receipts[0], "who holds the key reads it");
    assert_eq!(found(&files), nothing, "after a restart, after they came again, and after one was read");
}

async fn another_master_key_opens_nothing_and_changes_nothing() {
    let server = Server::observing().await;
    record(&server, &receipts("")).await;
    server.app.stop().await;
    let store = Store::open(server.address()).await.unwrap();
    let refused = store.unlock(MasterKey::new().unwrap()).await.unwrap_err();
    assert!(refused.to_string().contains(master(server.directory()).name()), "{refused}");
    assert!(store.reference_tag("shop.example", REFERENCE, STILL).await.is_err(), "it stays locked");
    store.unlock(master(server.directory())).await.unwrap();
    assert!(store.reference_tag("shop.example", REFERENCE, STILL).await.is_ok());
}

async fn a_new_master_key_takes_the_place_of_the_old() {
    let server = Server::observing().await;
    let receipts = receipts("");
    record(&server, &receipts).await;
    let blobs = |pool| async move {
        let rows: Vec<(Vec<u8>,)> =
            sqlx::query_as("SELECT jws FROM receipts ORDER BY id").fetch_all(&pool).await.unwrap();
        rows
    };
    let before = blobs(server.look().await).await;
    let (old, new) = (master(server.directory()), MasterKey::new().unwrap());
    assert_eq!(server.app.store.rewrap(&old, &new).await.unwrap(), 2, "the month's key and the one to search by");
    assert_eq!(blobs(server.look().await).await, before, "no receipt was written anew");
    let path = server.directory().join("placet.db.master");
    fs::remove_file(&path).unwrap();
    new.write(&path).unwrap();
    let server = server.restart(NOTICE).await;
    let export = server.ask(&Device::new(2).request("export", "a", STILL / 1000, &json!({}), &json!({}))).await;
    assert_eq!(export.json()["receipts"][0]["receipt"], receipts[1]);
    assert_eq!(server.app.store.rewrap(&old, &new).await.unwrap(), 2, "again, it changes nothing");
    assert!(
        server.app.store.rewrap(&old, &MasterKey::new().unwrap()).await.is_err(),
        "the old one is good for nothing"
    );
}

/// A key goes when its month is over and nothing is left that it sealed; the key to search by stays.
async fn keys_go_with_the_last_that_they_sealed() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    const APRIL: i64 = 1_775_001_600_000;
    let server = Server::observing().await;
    record(&server, &receipts("")).await;
    let store = &server.app.store;
    let scopes = || async { store.data_keys().await.unwrap().into_iter().map(|key| key.scope).collect::<Vec<_>>() };
    assert_eq!(scopes().await, ["2026-03", "search"]);
    assert_eq!(store.forget_keys(APRIL + 400 * DAY).await.unwrap(), 0, "receipts are left");
    for number in 1..=3 {
        store.erase(&Device::new(number).thumbprint(), |_| event(Act::ReceiptsErased, None)).await.unwrap();
    }
    for (now, gone) in [(STILL, 0), (APRIL + DAY, 0), (APRIL + DAY + 1, 1), (APRIL + 2 * DAY, 0)] {
        assert_eq!(store.forget_keys(now).await.unwrap(), gone, "at {now}");
    }
    assert_eq!(scopes().await, ["search"]);
    // A receipt that comes later gets a key of its own.
    let later = Device::new(4).receipt(9, &notice(), &json!({}));
    assert_eq!(server.record(&[later]).await.outcomes(), ["recorded"]);
    assert_eq!(scopes().await, ["2026-03", "search"]);
}

/// The tag of the network stands for a week and no longer.
async fn tags_of_networks_go_after_their_time() {
    let server = Server::observing().await;
    record(&server, &receipts("")).await;
    let tags = || async {
        let tags: Vec<Option<String>> =
            sqlx::query_scalar("SELECT network FROM receipts").fetch_all(&server.look().await).await.unwrap();
        tags
    };
    let before = tags().await;
    assert!(before[0].is_some() && before.iter().all(|tag| *tag == before[0]), "one network, one tag: {before:?}");
    assert_eq!(server.app.store.forget_networks(STILL).await.unwrap(), 0);
    assert_eq!(server.app.store.forget_networks(STILL + 1).await.unwrap(), 3);
    assert_eq!(tags().await, [None, None, None]);
}

/// A database from before there were keys: what is in it is sealed at the next start.
async fn what_was_kept_before_is_sealed() {
    let server = Server::observing().await;
    let receipts = receipts("");
    record(&server, &receipts).await;
    let pool = server.look().await;
    let envelope = r#"{"receivedAt":1772323201123,"skew":false,"late":false,"region":null,"agent":"mobile-browser"}"#;
    for receipt in &receipts {
        let payload = Base64UrlUnpadded::decode_vec(receipt.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        sqlx::query("UPDATE receipts SET jws = $1, envelope = $2, reference = NULL, sealed = 0 WHERE id = $3")
            .bind(receipt.as_bytes())
            .bind(envelope.as_bytes())
            .bind(claims["id"].as_str())
            .execute(&pool)
            .await
            .unwrap();
    }
    assert_eq!(server.app.store.seal_old().await.unwrap(), 3);
    assert_eq!(server.app.store.seal_old().await.unwrap(), 0);
    let tag = server.app.store.reference_tag("shop.example", REFERENCE, STILL).await.unwrap();
    let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM receipts WHERE reference = $1")
        .bind(&tag)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(found, 3);
    pool.close().await;
    let server = server.restart(NOTICE).await;
    let export = server.ask(&Device::new(3).request("export", "a", STILL / 1000, &json!({}), &json!({}))).await;
    assert_eq!(export.json()["receipts"][0]["receipt"], receipts[2]);
}

/// A process that still has the old master key makes no key by it: nobody could open that one after the next start.
async fn no_key_is_made_by_a_master_key_of_old() {
    let server = Server::observing().await;
    record(&server, &receipts("")).await;
    let store = &server.app.store;
    store.rewrap(&master(server.directory()), &MasterKey::new().unwrap()).await.unwrap();
    let keys = store.data_keys().await.unwrap();
    assert!(store.reference_tag("shop.example", REFERENCE, STILL).await.is_ok(), "by a key that it has");
    let refused = store.reference_tag("other.example", REFERENCE, STILL).await.unwrap_err();
    assert!(refused.to_string().contains(master(server.directory()).name()), "{refused}");
    assert_eq!(store.data_keys().await.unwrap().len(), keys.len());
}

/// Whatever the umask lets others read.
#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::observing().await;
    record(&server, &receipts("")).await;
    let mut names = Vec::new();
    for file in fs::read_dir(server.directory()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?} has mode {mode:o}", file.file_name());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort_unstable();
    let expected = ["", "-shm", "-wal", ".key", ".lock", ".master"].map(|ending| format!("placet.db{ending}"));
    assert_eq!(names, expected);
}
