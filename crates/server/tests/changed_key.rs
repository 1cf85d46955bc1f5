//! `placet keys rotate`: what was signed before stays good, and who knows the old key alone hears what happened and what to do.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use std::fs;
use support::databases::Place;
use support::on_each_database;
use support::program::{Running, placet, prepared};

on_each_database![who_knows_the_old_key_hears_of_the_new_one];

async fn who_knows_the_old_key_hears_of_the_new_one() {
    let (directory, place) = (prepared(), Place::new().await);
    let server = Running::start(directory.path(), &place.address);
    let receipts = server.receipts(1..3);
    let answers = server.record(&receipts);
    let kept = server.keep(directory.path(), &receipts[0], &answers[0]);
    let old = String::from_utf8(server.get("/log/keys")).unwrap().trim().to_owned();
    server.stop();
    let file = directory.path().join("log.key").display().to_string();
    let rotated = placet(&["keys", "rotate", "--site", "shop.example", "--key", &file]);
    assert_eq!(rotated.code, Some(0), "{}", rotated.err);
    let new = rotated.out.trim().to_owned();
    let elsewhere = directory.path().join("elsewhere.key").display().to_string();
    let made = placet(&["keys", "new", "--site", "shop.example", "--out", &elsewhere]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let stranger = made.out.trim().to_owned();

    let server = Running::start(directory.path(), &place.address);
    let log = format!("http://{}/log", server.authority);
    // The key itself may have a plus sign in it.
    let name = |key: &str| key.splitn(3, '+').take(2).collect::<Vec<_>>().join("+");
    let changed =
        format!("{} has, which {log}/keys lists beside {}: the site has changed its key", name(&new), name(&old));
    let both = directory.path().join("both").display().to_string();
    fs::write(&both, format!("{old}\n{new}\n")).unwrap();
    let unknown = format!("{} has, and {log}/keys lists none that you know", name(&new));
    // the keys that are known, the exit codes of verifying a receipt and of an audit, what both tell
    for (keys, verified, audited, told) in [
        (vec![&*old], 1, 1, vec![&*changed, "--log-key KEY --log-key KEY"]),
        (vec![&*stranger], 1, 1, vec![&unknown]),
        (vec![&*old, &*new], 0, 0, vec![]),
        (vec![&*both], 0, 0, vec![]),
    ] {
        let keys: Vec<&str> = keys.iter().flat_map(|key| ["--log-key", key]).collect();
        for (arguments, code) in
            [(vec!["verify", &kept, "--log", &log], verified), (vec!["audit", "--log", &log], audited)]
        {
            let said = placet(&[&arguments[..], &keys].concat());
            assert_eq!(said.code, Some(code), "{arguments:?} {keys:?}: {}{}", said.out, said.err);
            if arguments[0] == "audit" || keys.contains(&&*old) {
                for word in &told {
                    assert!(said.out.contains(word), "{arguments:?}, {word}: {}", said.out);
                }
            }
        }
    }
    // Offline, what the old key signed stays good for who knows it.
    let said = placet(&["verify", &kept, "--log-key", &old]);
    assert!(said.code == Some(0) && said.out.contains("ok  checkpoint"), "{}{}", said.out, said.err);
    server.stop();
}
