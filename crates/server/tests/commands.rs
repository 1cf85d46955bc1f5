//! What the operator does by commands, with the program itself and on both databases: a server before each of them, and one
//! that goes on after it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::export::lines;
use placet_model::log::entry::{ENTRY, EntryKind, audit_record, entry};
use placet_model::log::place::read_salt;
use placet_model::receipt_file::utc;
use placet_server::calendar::DAY;
use placet_server::state::now;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use support::databases::{On, Place};
use support::program::{PLACET, Running, Said, ask, placet, prepared, recording, refused, serving};
use support::{Device, Server, notice, on_each_database};
use tempfile::TempDir;

on_each_database![
    a_copy_goes_on_with_the_same_log,
    a_backup_is_made_while_the_server_runs_and_an_old_one_is_refused,
    a_lock_is_renewed_where_it_is_lost_and_nowhere_else,
    what_is_over_is_deleted_and_a_dry_run_deletes_nothing,
    what_is_exported_stands_in_the_audit_trail,
    an_export_that_nobody_listens_to_ends_in_order,
    keys_are_changed_and_the_server_goes_on,
];

/// A shop whose server is run by commands.
struct Shop {
    directory: TempDir,
    place: Place,
}

impl Shop {
    async fn new() -> Self {
        Shop { directory: prepared(), place: Place::new().await }
    }

    fn serve(&self) -> Running {
        self.serve_on(&self.place)
    }

    fn serve_on(&self, place: &Place) -> Running {
        Running::start(self.directory.path(), &place.address)
    }

    fn file(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// What is beside the SQLite database under such an ending.
    fn beside(&self, ending: &str) -> PathBuf {
        self.place.directory.path().join(format!("placet.db{ending}"))
    }

    /// Keeps what the log of a server is verified with in a file.
    fn keep_keys(&self, server: &Running) -> String {
        let file = self.file("keys");
        fs::write(&file, server.get("/log/keys")).unwrap();
        file
    }

    /// Keeps a receipt as its shopper does.
    fn keep(&self, server: &Running, receipt: &str, told: &Value) -> String {
        let content = json!({
            "placet": 1, "receipt": receipt, "jwk": Device::new(1).header()["jwk"], "notice": server.notice().1,
            "acknowledgement": { "id": told["id"], "receivedAt": told["receivedAt"], "log": told["log"] },
        });
        let file = self.file("receipt.json");
        fs::write(&file, content.to_string()).unwrap();
        file
    }
}

/// What never changes of where receipts stand.
fn places(told: &[Value]) -> Vec<[&Value; 5]> {
    let mut places = Vec::new();
    for told in told {
        let log = &told["log"];
        places.push([&told["id"], &told["receivedAt"], &log["index"], &log["salt"], &log["envelope"]]);
    }
    places
}

/// A command did its work.
fn done(said: Said) -> String {
    assert_eq!(said.code, Some(0), "{said:?}");
    said.out
}

/// A command did not do its work, and said so.
fn not_done(said: &Said, word: &str) {
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains(word) && said.err.contains(" help: "), "{word}: {said:?}");
}

/// To both databases from the one of this test.
async fn a_copy_goes_on_with_the_same_log() {
    let shop = Shop::new().await;
    let server = shop.serve();
    let receipts = server.receipts(1..25);
    let told = server.record(&receipts);
    let (file, keys) = (shop.keep(&server, &receipts[3], &told[3]), shop.keep_keys(&server));
    let copy = |to: &Place| placet(&["copy", "--from", &shop.place.address, "--to", &to.address]);
    not_done(&copy(&Place::on(On::Sqlite).await), "another server has the lock");
    server.stop();

    for on in On::all() {
        let to = Place::on(on).await;
        let copied = done(copy(&to));
        let rows = |table: &str| {
            let line = copied.lines().find_map(|line| line.strip_prefix(table)).unwrap();
            line.trim().parse::<u32>().unwrap()
        };
        assert_eq!((rows("receipts "), rows("receipt_ids ")), (24, 24), "{copied}");

        let server = shop.serve_on(&to);
        assert_eq!(places(&server.record(&receipts)), places(&told), "no place has changed");
        let new = server.record(&server.receipts(101..103));
        let index = |told: &Value| told["log"]["index"].as_u64().unwrap();
        assert!(index(&new[0]) >= 24 && index(&new[1]) > index(&new[0]), "{new:?}");
        let log = format!("http://{}/log", server.authority);
        let verified = done(placet(&["verify", &file, "--log", &log, "--log-key", &keys]));
        for word in ["GENUINE.", "Entry 3 of the log shop.example/", "ok  today", "only grown since"] {
            assert!(verified.contains(word), "{word}: {verified}");
        }
        let master = shop.file("master.key");
        let audited = placet(
            &[&["audit", "--log", &log, "--log-key", &keys, "--database", &to.address][..], &["--master-key", &master]]
                .concat(),
        );
        assert!(done(audited).contains(" are kept unchanged, 0 were erased"), "what was carried is all there");
        server.stop();
        not_done(&copy(&to), "the target");

        // Nobody goes on with what was copied, until the copy is given up.
        let serve = serving(shop.directory.path(), &shop.place.address);
        not_done(&placet(&serve.iter().map(String::as_str).collect::<Vec<_>>()), "was moved to");
        not_done(&copy(&Place::on(On::Sqlite).await), "was moved to");
        let stay = || done(placet(&["lock", "stay", "--database", &shop.place.address]));
        assert!(stay().contains("starts on this database again") && stay().contains("nothing was changed"));
    }
    shop.serve().stop();
}

async fn a_backup_is_made_while_the_server_runs_and_an_old_one_is_refused() {
    let shop = Shop::new().await;
    let server = shop.serve();
    let receipts = server.receipts(1..17);
    let told = server.record(&receipts);
    let (file, keys) = (shop.keep(&server, &receipts[0], &told[0]), shop.keep_keys(&server));
    let backup = shop.file("backup.db");
    let (over, sent) = (AtomicBool::new(false), AtomicU32::new(1000));
    let more = server.receipts(1000..1400);
    let made = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let number = sent.fetch_add(1, Ordering::Relaxed) as usize - 1000;
                let Some(receipt) = more.get(number) else { break };
                let request = recording(&format!("10.1.{}.1", number % 200), std::slice::from_ref(receipt));
                assert_eq!(ask(&server.authority, &request).unwrap().status, 200);
            }
        });
        while sent.load(Ordering::Relaxed) < 1003 {
            std::thread::yield_now();
        }
        let made = placet(&["backup", "--database", &shop.place.address, "--to", &backup]);
        over.store(true, Ordering::Relaxed);
        made
    });
    assert!(made.err.starts_with(&format!("Wrote {backup} (")), "{made:?}");
    done(made);
    not_done(&placet(&["backup", "--database", &shop.place.address, "--to", &backup]), "it is there already");
    server.record(&server.receipts(2000..2009));
    server.stop();

    // Beside SQLite's lock of today the backup is seen to be old. Elsewhere, it has no lock at all.
    let place = match On::now() {
        On::Sqlite => {
            for ending in ["-wal", "-shm"] {
                fs::remove_file(shop.beside(ending)).ok();
            }
            fs::copy(&backup, shop.beside("")).unwrap();
            let said = refused(shop.directory.path(), &shop.place);
            not_done(&said, "the database is older than its lock");
            assert!(said.err.contains("An old copy of it was put back"), "{said:?}");
            not_done(&placet(&["lock", "renew", "--database", &shop.place.address]), "there is a lock already");
            fs::remove_file(shop.beside(".lock")).unwrap();
            shop.place.clone()
        }
        On::Postgres => Place::in_file(backup.as_ref()),
    };
    not_done(&refused(shop.directory.path(), &place), "its lock knows nothing of that log");
    let renewed = done(placet(&["lock", "renew", "--database", &place.address]));
    assert!(renewed.starts_with("shop.example/") && renewed.ends_with(" entries\n"), "{renewed}");
    let server = shop.serve_on(&place);
    assert_eq!(places(&server.record(&receipts)), places(&told), "what the backup holds is what was acknowledged");
    let log = format!("http://{}/log", server.authority);
    done(placet(&["verify", &file, "--log", &log, "--log-key", &keys]));
}

async fn a_lock_is_renewed_where_it_is_lost_and_nowhere_else() {
    let shop = Shop::new().await;
    let server = shop.serve();
    let receipts = server.receipts(1..9);
    let told = server.record(&receipts);
    let renew = || placet(&["lock", "renew", "--database", &shop.place.address]);
    not_done(&renew(), "another server has the lock");
    not_done(&refused(shop.directory.path(), &shop.place), "another server has the lock");
    server.stop();
    not_done(&renew(), "there is a lock already");
    match On::now() {
        On::Sqlite => fs::remove_file(shop.beside(".lock")).unwrap(),
        On::Postgres => {
            let database = shop.place.look().await;
            sqlx::raw_sql("DROP SCHEMA placet_lock CASCADE").execute(&database).await.unwrap();
            database.close().await;
        }
    }
    not_done(&refused(shop.directory.path(), &shop.place), "its lock knows nothing of that log");
    let renewed = done(renew());
    assert!(renewed.ends_with(": 8 entries\n"), "{renewed}");
    let server = shop.serve();
    assert_eq!(places(&server.record(&receipts)), places(&told));
    let index = |told: &Value| told["log"]["index"].as_u64().unwrap();
    assert!(index(&server.record(&server.receipts(9..10))[0]) >= 8);
}

/// 2021-03-01 00:00 UTC: what came then is over.
const LONG_AGO: i64 = 1_614_556_800_000;

async fn what_is_over_is_deleted_and_a_dry_run_deletes_nothing() {
    let shop = Shop::new().await;
    let server = shop.serve();
    let receipts = server.receipts(1..4);
    let told = server.record(&receipts);
    server.stop();
    for (name, ending) in [("log.key", ".key"), ("master.key", ".master")] {
        fs::copy(shop.file(name), shop.beside(ending)).unwrap();
    }
    let before = Server::by_clock(shop.place.clone(), || LONG_AGO).await;
    let old = |id: u8, regime: &str| {
        let changes = json!({ "iat": LONG_AGO / 1000, "regime": regime });
        Device::new(id).receipt(u32::from(id), &notice(), &changes)
    };
    let olds = [old(11, "cn-pipl"), old(12, "cn-pipl"), old(13, "us-ccpa")];
    assert_eq!(before.record(&olds).await.outcomes(), ["recorded"; 3]);
    before.app.stop().await;

    let config = shop.file("placet.json");
    let retain = |more: &[&str]| placet(&[&["retain", &config, "--database", &shop.place.address][..], more].concat());
    let count = async || {
        let database = shop.place.look().await;
        let count = "SELECT COUNT(*) FROM receipts";
        let count: i64 = sqlx::query_scalar(count).fetch_one(&database).await.unwrap();
        database.close().await;
        count
    };
    let lines = ["cn-pipl              2  from 2021-03-01 to 2021-03-01", "us-ccpa              1  from 2021-03-01 "];
    // Between the old ones and those of today nothing came for years: perhaps the clock is wrong.
    not_done(&retain(&[]), "the last receipt came on 2021-03-01");
    assert_eq!(count().await, 6);
    for (more, left, word) in [
        (&["--dry-run"][..], 6, "3 receipts would be deleted\n"),
        (&["--dry-run"], 6, "3 receipts would be deleted\n"),
        (&["--clock-is-right"], 3, "3 receipts deleted\n"),
    ] {
        let out = done(retain(more));
        assert!(out.ends_with(word) && lines.iter().all(|line| out.contains(line)), "{more:?}: {out}");
        assert_eq!(count().await, left, "{more:?}");
    }
    assert_eq!(done(retain(&[])), "0 receipts deleted\n");
    let server = shop.serve();
    assert_eq!(places(&server.record(&receipts)), places(&told), "what is not over stays");
    let log = format!("http://{}/log", server.authority);
    let master = shop.file("master.key");
    let audited = placet(
        &[
            &["audit", "--log", &log, "--year", "2021"][..],
            &["--database", &shop.place.address, "--master-key", &master],
        ]
        .concat(),
    );
    let audited = done(audited);
    assert!(audited.contains("0 are kept unchanged, 3 were erased or have expired"), "{audited}");
}

async fn what_is_exported_stands_in_the_audit_trail() {
    let shop = Shop::new().await;
    let server = shop.serve();
    let (named, _) = server.notice();
    let of = |number: u32| {
        let reference = if number < 3 { "customer-7" } else { "customer-8" };
        let changes = json!({ "seq": number, "notice": named, "sub": { "ref": reference } });
        Device::new(1).receipt(number, "", &changes)
    };
    let receipts: Vec<String> = (1..6).map(of).collect();
    let told = server.record(&receipts);
    let keys = shop.keep_keys(&server);
    let ids: Vec<&str> = told.iter().map(|told| told["id"].as_str().unwrap()).collect();
    let day = |days: i64| utc((now() + days * DAY) / 1000)[..10].to_owned();
    let (today, tomorrow) = (day(0), day(1));
    let master = shop.file("master.key");
    let export = |more: &[&str]| {
        let all = [&["export", "--database", &shop.place.address, "--master-key", &master][..], more].concat();
        placet(&all)
    };
    let period = ["--since", &today, "--until", &tomorrow];
    let made = |more: &[&str]| -> Vec<Value> {
        let out = done(export(&[&period[..], more].concat()));
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };

    let out = done(export(&period));
    let all: Vec<&str> = out.lines().collect();
    let held: Vec<Value> = made(&["--form", "lines"]).into_iter().filter(|line| line["receipt"].is_string()).collect();
    assert_eq!(held.iter().map(|line| &line["receipt"]).collect::<Vec<_>>(), receipts.iter().collect::<Vec<_>>());
    let words = all.iter().find(|line| !line.contains("\"receipt\"")).unwrap();
    for line in all.iter().filter(|line| line.contains("\"receipt\"")) {
        let file = shop.file("exported.json");
        fs::write(&file, lines::file(line, words).unwrap()).unwrap();
        assert!(done(placet(&["verify", &file, "--log-key", &keys])).contains("ok  checkpoint"));
    }
    let kantara = made(&["--form", "kantara"]);
    assert_eq!(kantara.iter().map(|line| &line["consentReceiptID"]).collect::<Vec<_>>(), ids);
    assert!(kantara.iter().all(|line| line["version"] == "KI-CR-v1.1.0"));
    let dpv = made(&["--form", "dpv"]);
    assert_eq!(dpv.iter().map(|line| &line["dct:identifier"]).collect::<Vec<_>>(), ids);
    assert!(dpv.iter().all(|line| line["@type"] == "dpv:ConsentRecord"));
    let person = done(export(&["--ref", "customer-7", "--site", "shop.example", "--form", "kantara"]));
    assert_eq!(person.lines().count(), 2, "{person}");
    assert_eq!(done(export(&["--since", &tomorrow, "--until", &day(2)])), "", "nothing came tomorrow");
    for arguments in [&["--since", &*today][..], &["--ref", "customer-7"], &[], &["--since", "x", "--until", &tomorrow]]
    {
        assert_eq!(export(arguments).code, Some(2), "{arguments:?}");
    }

    let token = placet(&["token", "new", "--role", "auditor", "--database", &shop.place.address]);
    let trail = server.ask_admin("/v1/audit", done(token).trim());
    let trail = trail.json();
    let trail = trail["lines"].as_array().unwrap();
    let acts: Vec<&str> = trail.iter().map(|line| line["event"]["what"].as_str().unwrap()).collect();
    assert_eq!(acts.iter().filter(|act| **act == "export.made").count(), 5, "{acts:?}");
    assert_eq!(acts.iter().filter(|act| **act == "subject.read").count(), 1, "{acts:?}");
    let (entries, size) = entries(&server);
    for line in trail {
        let (text, index) = (line["text"].as_str().unwrap(), line["index"].as_u64().unwrap());
        assert!(!text.contains("customer-7") && text.contains("command-line"), "{text}");
        let salt = read_salt(line["salt"].as_str().unwrap()).unwrap();
        assert!(index < size && entries[index as usize] == entry(EntryKind::Audit, &salt, &audit_record(text)));
    }
}

/// `placet export | head`: more is written than a pipe holds, to somebody who has gone.
async fn an_export_that_nobody_listens_to_ends_in_order() {
    let shop = Shop::new().await;
    let running = shop.serve();
    running.record(&running.receipts(1..80));
    let master = shop.file("master.key");
    let arguments = ["export", "--database", &shop.place.address, "--master-key", &master, "--since=2026-01-01"];
    let said = placet(&[&arguments[..], &["--until=9999-01-01"]].concat());
    assert!(said.code == Some(0) && said.out.len() > 1 << 16, "{}", said.err);
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", "\"$@\" | head -c 1", "bash", PLACET])
        .args(arguments)
        .arg("--until=9999-01-01")
        .output()
        .unwrap();
    assert_eq!((output.status.code(), &*output.stdout, &*output.stderr), (Some(0), &b"{"[..], &b""[..]), "{output:?}");
    running.stop();
}

/// The entries of a small log, and its size.
fn entries(server: &Running) -> (Vec<Vec<u8>>, u64) {
    let checkpoint = String::from_utf8(server.get("/log/checkpoint")).unwrap();
    let size: u64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    let tile = server.get(&format!("/log/tile/entries/000.p/{size}"));
    (tile.chunks(2 + ENTRY).map(|entry| entry[2..].to_vec()).collect(), size)
}

async fn keys_are_changed_and_the_server_goes_on() {
    let shop = Shop::new().await;
    let server = shop.serve();
    let receipts = server.receipts(1..9);
    let told = server.record(&receipts);
    let file = shop.keep(&server, &receipts[5], &told[5]);
    let before = String::from_utf8(server.get("/log/keys")).unwrap();
    server.stop();

    let rotated = done(placet(&["keys", "rotate", "--site", "shop.example", "--key", &shop.file("log.key")]));
    assert!(rotated.starts_with("shop.example+") && !before.contains(rotated.trim()), "{rotated}");
    let (old, new) = (shop.file("master.key"), shop.file("new.key"));
    done(placet(&["keys", "master", "--out", &new]));
    let rewrap = |from: &str, to: &str| {
        placet(&["keys", "rewrap", "--database", &shop.place.address, "--from", from, "--to", to])
    };
    let wrapped = done(rewrap(&old, &new));
    assert!(wrapped.contains("1 data key is wrapped by"), "{wrapped}");
    assert_eq!(done(rewrap(&old, &new)), wrapped, "again, it changes nothing");
    let other = shop.file("other.key");
    done(placet(&["keys", "master", "--out", &other]));
    not_done(&rewrap(&old, &other), "cannot use the database");
    not_done(&refused(shop.directory.path(), &shop.place), "master key");
    fs::rename(&new, &old).unwrap();

    let server = shop.serve();
    assert_eq!(places(&server.record(&receipts)), places(&told));
    let after = String::from_utf8(server.get("/log/keys")).unwrap();
    assert!(after.contains(before.trim()) && after.contains(rotated.trim()), "{after}");
    let newer = server.receipts(9..10);
    let newer_told = server.record(&newer);
    let log = format!("http://{}/log", server.authority);
    let keys = shop.keep_keys(&server);
    let verify = |keys: &str, file: &str| placet(&["verify", file, "--log", &log, "--log-key", keys]);
    assert!(done(verify(&keys, &file)).contains("ok  today"));
    let said = verify(rotated.trim(), &file);
    assert!(said.code == Some(1) && said.out.contains("None of the known keys"), "{said:?}");
    let newest = shop.keep(&server, &newer[0], &newer_told[0]);
    done(verify(rotated.trim(), &newest));
}
