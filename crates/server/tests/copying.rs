//! Everything that a server keeps can be carried into another database, and into a backup, and goes on there.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_server::log::carry::{CarryError, carry};
use placet_server::log::error::LogError;
use placet_server::log::lock::Lock;
use placet_server::store::Store;
use placet_server::store::backup::BackupError;
use placet_server::store::copying::CopyError;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::fs;
use std::sync::Arc;
use support::databases::{On, Place};
use support::{Device, NOTICE, STILL, Server, notice, on_each_database};

on_each_database![
    a_copy_holds_everything_and_goes_on,
    a_copy_goes_into_an_empty_database_only,
    a_copy_that_fails_leaves_nothing,
    a_copy_is_made_only_where_database_and_lock_agree,
    what_was_copied_is_not_written_any_more,
    a_backup_is_of_one_moment_while_others_write,
    a_backup_writes_over_nothing,
];

const IAT: i64 = STILL / 1000;

/// A server that has seen some use: receipts of two devices, one of them erased, and feedback.
async fn used() -> (Server, Vec<String>) {
    let server = Server::at_a_still_time().await;
    let (device, gone) = (Device::new(1), Device::new(2));
    let receipts: Vec<String> =
        (1..=40_u32).map(|seq| device.receipt(seq, &notice(), &json!({ "seq": seq }))).collect();
    for call in receipts.chunks(8) {
        assert_eq!(server.record(call).await.outcomes(), ["recorded"; 8]);
    }
    assert_eq!(server.record(&[gone.receipt(90, &notice(), &json!({}))]).await.outcomes(), ["recorded"]);
    let erase = gone.request("erase", "a", IAT, &json!({}), &json!({}));
    assert_eq!(server.ask(&erase).await.json()["erased"], 1);
    let feedback = "INSERT INTO feedback VALUES (1, $1, 'v', 'zh-CN', NULL, '同意 ''; DROP TABLE feedback; --')";
    sqlx::query(feedback).bind(STILL).execute(&server.look().await).await.unwrap();
    (server, receipts)
}

/// What the log says of receipts that are held: the parts of the proofs that never change.
async fn places(server: &Server, receipts: &[String]) -> Vec<Value> {
    let mut places = Vec::new();
    for call in receipts.chunks(8) {
        for result in server.record(call).await.json()["results"].as_array().unwrap() {
            let log = &result["log"];
            places.push(json!([result["id"], result["receivedAt"], log["index"], log["salt"], log["envelope"]]));
        }
    }
    places
}

async fn count(store: &Place, table: &str) -> i64 {
    let database = store.look().await;
    let count = format!("SELECT COUNT(*) FROM {table}");
    let count = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&database).await.unwrap();
    database.close().await;
    count
}

/// To both databases from the one of this test.
async fn a_copy_holds_everything_and_goes_on() {
    for on in On::all() {
        let (server, receipts) = used().await;
        let before = places(&server, &receipts).await;
        let (from, clock) = (server.place().clone(), server.app.clock);
        server.app.stop().await;
        let to = Place::on(on).await;
        let (source, target) = (Store::look(&from.address).await.unwrap(), Store::open(&to.address).await.unwrap());
        let copied = {
            let mut lock = Lock::take(source.address(), None).await.unwrap();
            let mut new_lock = Lock::take(target.address(), None).await.unwrap();
            carry(&source, &mut lock, &target, &mut new_lock).await.unwrap()
        };
        source.close().await;
        target.close().await;
        let rows = |name: &str| copied.iter().find(|(table, _)| table == name).unwrap().1;
        assert_eq!((rows("receipts"), rows("receipt_ids"), rows("erased"), rows("feedback")), (40, 40, 1, 1));
        assert!(rows("tiles") > 0 && rows("logs") == 1);
        // The keys go along, as the operator brings them.
        for ending in [".key", ".master"] {
            let name = format!("placet.db{ending}");
            fs::copy(from.directory.path().join(&name), to.directory.path().join(&name)).unwrap();
        }
        assert_eq!(clock(), STILL);
        let server = Server::at_a_still_time_in(to).await;
        assert_eq!(places(&server, &receipts).await, before, "no proof was broken");
        let gone = Device::new(2).receipt(90, &notice(), &json!({}));
        assert_eq!(server.record(&[gone]).await.outcomes(), ["erased"]);
        let new = Device::new(3).receipt(91, &notice(), &json!({}));
        assert_eq!(server.record(&[new]).await.json()["results"][0]["log"]["index"], 42, "the log goes on");
        let words = server.app.store.feedback(0, None).await.unwrap();
        assert_eq!(words[0].text, "同意 '; DROP TABLE feedback; --");
        server.app.stop().await;
    }
}

async fn a_copy_goes_into_an_empty_database_only() {
    let (server, _) = used().await;
    let to = Place::new().await;
    let target = Store::open(&to.address).await.unwrap();
    sqlx::query("INSERT INTO erased VALUES ('somebody')").execute(&to.look().await).await.unwrap();
    let refused = server.app.store.copy_into(&target).await;
    assert!(matches!(&refused, Err(CopyError::NotEmpty(table)) if table == "erased"), "{refused:?}");
    assert_eq!(count(&to, "receipts").await, 0);
}

/// A row that the target does not take: nothing of the others stays.
async fn a_copy_that_fails_leaves_nothing() {
    let (server, _) = used().await;
    let to = Place::new().await;
    let target = Store::open(&to.address).await.unwrap();
    sqlx::raw_sql("CREATE UNIQUE INDEX nobody_twice ON receipts (received_at, device)")
        .execute(&to.look().await)
        .await
        .unwrap();
    assert!(matches!(server.app.store.copy_into(&target).await, Err(CopyError::Store(_))));
    for table in ["notices", "receipts", "receipt_ids", "logs"] {
        assert_eq!(count(&to, table).await, 0, "{table}");
    }
}

/// A lock that was used, and a database that its lock is ahead of: neither is carried over, and the target stays empty.
async fn a_copy_is_made_only_where_database_and_lock_agree() {
    let (server, _) = used().await;
    server.app.stop().await;
    let to = Place::new().await;
    let target = Store::open(&to.address).await.unwrap();
    let source = Store::open(server.address()).await.unwrap();
    let mut lock = Lock::take(source.address(), None).await.unwrap();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let mut used_lock = Lock::take(target.address(), Some(&elsewhere.path().join("lock"))).await.unwrap();
    used_lock.swap("other.example/2026", None, "something").await.unwrap();
    let refused = carry(&source, &mut lock, &target, &mut used_lock).await;
    assert!(matches!(&refused, Err(CarryError::LockInUse)), "{refused:?}");
    sqlx::query("UPDATE logs SET size = size - 1").execute(&server.look().await).await.unwrap();
    let mut new_lock = Lock::take(target.address(), Some(&elsewhere.path().join("new"))).await.unwrap();
    let refused = carry(&source, &mut lock, &target, &mut new_lock).await;
    assert!(matches!(&refused, Err(CarryError::Log(_))), "{refused:?}");
    assert_eq!(count(&to, "receipts").await, 0);
}

/// Every receipt in the backup is whole, with its id and its place in the tree of that moment.
async fn a_backup_is_of_one_moment_while_others_write() {
    let (server, receipts) = used().await;
    let server = Arc::new(server);
    let file = server.directory().join("backup.db");
    let writing = async {
        let device = Device::new(5);
        for id in 200..280_u32 {
            let receipt = device.receipt(id, &notice(), &json!({ "seq": id }));
            assert_eq!(server.record(&[receipt]).await.outcomes(), ["recorded"]);
        }
    };
    let backing_up = async {
        let store = Store::look(server.address()).await.unwrap();
        let bytes = store.back_up(&file).await.unwrap();
        store.close().await;
        bytes
    };
    let ((), bytes) = tokio::join!(writing, backing_up);
    assert_eq!(fs::metadata(&file).unwrap().len(), bytes);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
    let left: Vec<_> = fs::read_dir(server.directory()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("backup.db.")), "{left:?}");

    let held = server.app.store.count().await.unwrap();
    assert_eq!(held, 120);
    let address = format!("sqlite:{}", file.display());
    let backup = sqlx::AnyPool::connect(&address).await.unwrap();
    let one = async |query: &'static str| -> i64 { sqlx::query_scalar(query).fetch_one(&backup).await.unwrap() };
    let kept = one("SELECT COUNT(*) FROM receipts").await;
    assert!((40..=120).contains(&kept), "{kept}");
    assert_eq!(one("SELECT COUNT(*) FROM receipt_ids").await, kept);
    // The erased one has its entry too, and its erasure another.
    assert_eq!(one("SELECT size FROM logs").await, kept + 2);
    let newest = if kept == 40 { 39 } else { kept + 1 };
    assert_eq!(one("SELECT MAX(entry) FROM receipts").await, newest, "the 41st and 42nd are no receipt's any more");
    backup.close().await;

    // With the lock of today, which lies beside an SQLite database, it is noticed that the backup is old.
    if kept < held && On::now() == On::Sqlite {
        let old = Place::in_file(&file);
        for ending in [".key", ".lock", ".master"] {
            fs::copy(
                server.directory().join(format!("placet.db{ending}")),
                old.directory.path().join(format!("placet.db{ending}")),
            )
            .unwrap();
        }
        let store = Arc::new(Store::open(&old.address).await.unwrap());
        let refused = support::open_log(&store, old.directory.path(), STILL).await.unwrap_err();
        assert!(refused.to_string().contains("older than its lock"), "{refused}");
    }
    let again = Place::in_file(&file);
    let store = Store::look(&again.address).await.unwrap();
    assert_eq!(store.notice(&notice()).await.unwrap().as_deref(), Some(NOTICE));
    assert!(store.key(&Device::new(1).thumbprint()).await.unwrap().is_some());
    drop(receipts);
}

async fn a_backup_writes_over_nothing() {
    let (server, _) = used().await;
    let store = Store::look(server.address()).await.unwrap();
    let file = server.directory().join("backup.db");
    fs::write(&file, "precious").unwrap();
    assert!(matches!(store.back_up(&file).await, Err(BackupError::Exists)));
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    let nowhere = server.directory().join("nowhere/backup.db");
    assert!(matches!(store.back_up(&nowhere).await, Err(BackupError::File(_))));
    // What an earlier run left half made does not keep the next from it.
    fs::write(server.directory().join("second.db.part"), "half").unwrap();
    store.back_up(&server.directory().join("second.db")).await.unwrap();
}

/// A server on the source would go on with a log that the copy goes on with too. Who gives the copy up says so.
async fn what_was_copied_is_not_written_any_more() {
    let (server, _) = used().await;
    server.app.stop().await;
    let from = server.place().clone();
    let copy = async |to: &Place| {
        let (source, target) = (Store::look(&from.address).await.unwrap(), Store::open(&to.address).await.unwrap());
        let mut lock = Lock::take(source.address(), None).await.unwrap();
        let mut new_lock = Lock::take(target.address(), None).await.unwrap();
        let copied = carry(&source, &mut lock, &target, &mut new_lock).await;
        source.close().await;
        target.close().await;
        copied.map(drop)
    };
    let open = async || {
        let store = Arc::new(Store::open(&from.address).await.unwrap());
        store.unlock(support::master(from.directory.path())).await.unwrap();
        let log = support::open_log(&store, from.directory.path(), STILL).await;
        if let Ok(log) = &log {
            log.stop().await;
        }
        store.close().await;
        log.map(drop)
    };
    let (to, other) = (Place::new().await, Place::new().await);
    copy(&to).await.unwrap();
    let told = Store::look(&to.address).await.unwrap().address().to_string();
    for _ in 0..2 {
        let refused = open().await.unwrap_err();
        assert!(matches!(&refused, LogError::Moved { to } if *to == told) && refused.is_final(), "{refused}");
    }
    let refused = copy(&other).await;
    assert!(matches!(&refused, Err(CarryError::Log(LogError::Moved { .. }))), "{refused:?}");
    assert_eq!(count(&other, "receipts").await, 0);
    let address = from.address.parse().unwrap();
    Lock::take(&address, None).await.unwrap().mark(None).await.unwrap();
    open().await.unwrap();
    copy(&other).await.unwrap();
}
