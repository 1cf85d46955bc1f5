//! `placet token`, `lookup`, `backup` and `copy`: what they open, write, and leave in the audit trail.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use support::alone::{Running, ask, demo, file, placet, post, served_notice, text};
use support::{Device, database};
use tempfile::TempDir;

/// A token made on the command line opens the admin listener of the running server, and revoked, it does no more.
#[test]
fn tokens_of_the_command_line_open_the_admin_listener() {
    let (directory, config) = file("placet.json", demo().to_string());
    let mut running = Running::start(directory.path(), &["--config", &config]);
    let admin = running.line("placet: admin on http://");
    assert!(admin.starts_with("127.0.0.1:") && admin != running.authority, "{admin}");
    let database = format!("sqlite:{}", database(directory.path()));
    let token = |arguments: &[&str]| {
        let told = placet(&[&["token"], arguments, &["--database", &database]].concat());
        (told.status.code().unwrap(), text(&told.stdout), text(&told.stderr))
    };
    let get = |authority: &str, path: &str, token: &str| {
        let head = format!("Host: {authority}\r\nAuthorization: Bearer {token}\r\nConnection: close");
        ask(authority, &format!("GET {path} HTTP/1.1\r\n{head}\r\n\r\n")).unwrap()
    };
    assert_eq!(
        token(&["list"]),
        (0, "No tokens. Make one with placet token new --role owner.\n".into(), String::new())
    );
    let (code, made, told) = token(&["new", "--role", "auditor", "--name", "Second \u{202e}eyes", "--expires", "30"]);
    assert_eq!((code, made.len()), (0, 68), "{made}{told}");
    let (secret, id) = (made.trim(), &made[7..23]);
    assert!(told.contains("not shown again") && told.contains(id) && !told.contains(&secret[24..]), "{told}");

    let (status, trail) = get(&admin, "/v1/audit", secret);
    assert!(status == 200 && trail.contains("token.made") && trail.contains("command-line"), "{status} {trail}");
    assert_eq!(get(&admin, "/v1/tokens", secret).0, 403);
    assert_eq!(get(&running.authority, "/v1/audit", secret).0, 404, "not where visitors are");
    let (_, listed, _) = token(&["list"]);
    for said in [id, "auditor", "good until ", "last used on ", "Second \\u{202e}eyes", "1 token"] {
        assert!(listed.contains(said), "{said}: {listed}");
    }
    assert!(!listed.contains(&secret[24..]), "{listed}");

    assert_eq!(token(&["revoke", id]).0, 0);
    assert_eq!(get(&admin, "/v1/audit", secret).0, 401);
    let (code, _, told) = token(&["revoke", id]);
    assert!(code == 1 && told.contains("no token"), "{told}");
    assert!(token(&["list"]).1.contains("revoked on "));
    for arguments in [
        &["new"][..],
        &["new", "--role", "root"],
        &["new", "--role", "owner", "--expires", "0"],
        &["new", "--role", "owner", "--expires", "3651"],
        &["revoke"],
        &[],
    ] {
        assert_eq!(token(arguments).0, 2, "{arguments:?}");
    }
    assert_eq!(token(&["new", "--role", "owner", "--name", ""]).0, 1);
}

/// A receipt is looked up while the server runs: as a page that stands alone, and as a file that can be verified.
#[test]
fn lookup_writes_what_is_held_of_a_receipt_and_leaves_a_line() {
    let (directory, config) = file("placet.json", demo().to_string());
    let mut running = Running::start(directory.path(), &["--config", &config]);
    let admin = running.line("placet: admin on http://");
    let changes = json!({
        "aud": format!("http://{}/v1/receipts", running.authority),
        "event": { "page": "/<script>alert(1)</script>" },
        "notice": { "version": demo()["version"] },
    });
    let receipt = Device::new(1).receipt(1, &served_notice(directory.path()), &changes);
    let answer = running.ask(&post(&json!({ "receipts": [receipt] }).to_string())).unwrap();
    assert!(answer.1.contains("recorded"), "{answer:?}");
    let id = "7b0c2f6e-1d7a-4c54-9a3e-000000000001";
    let place = |name: &str| directory.path().join(name).display().to_string();
    let address = format!("sqlite:{}", database(directory.path()));
    let lookup = |id: &str, out: &str, arguments: &[&str]| {
        let told = placet(&[&["lookup", id, "--out", &place(out), "--database", &address], arguments].concat());
        (told.status.code(), text(&told.stderr))
    };

    for (out, arguments, heading) in
        [("en.html", &[][..], "What was decided"), ("zh.html", &["--lang", "zh-CN"], "所作决定")]
    {
        let (code, told) = lookup(id, out, arguments);
        assert!(code == Some(0) && told.contains("Wrote "), "{told}");
        let page = fs::read_to_string(place(out)).unwrap();
        for shown in [heading, "/&lt;script&gt;alert(1)", "Measuring use", "shop.example/2", "http-equiv", "style-src"]
        {
            assert!(page.contains(shown), "{shown} not in {page}");
        }
        for hostile in ["<script", "href=", "src=", "<b "] {
            assert!(!page.contains(hostile), "{hostile} in {page}");
        }
    }
    assert_eq!(lookup(id, "receipt.json", &["--form", "file"]).0, Some(0));
    fs::write(place("keys"), running.get("/log/keys").1).unwrap();
    let told = placet(&["verify", &place("receipt.json"), "--log-key", &place("keys")]);
    let out = text(&told.stdout);
    assert!(
        told.status.code() == Some(0) && out.contains("GENUINE.") && out.contains("checkpoint      Signed"),
        "{out}"
    );
    #[cfg(unix)]
    for name in ["en.html", "receipt.json"] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(place(name)).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }

    let absent = "7b0c2f6e-1d7a-4c54-9a3e-000000000002";
    for (id, out, arguments, said) in [
        (id, "en.html", &[][..], "en.html is there already"),
        (id, "nowhere/page.html", &[], "cannot write"),
        (absent, "new.html", &[], "there is no receipt 7b0c2f6e-1d7a-4c54-9a3e-000000000002"),
        ("' OR 1=1 --\u{1b}[31m", "new.html", &[], "there is no receipt ' OR 1=1 --\\u{1b}[31m"),
        (id, "new.html", &["--master-key", "/nowhere/master"], "/nowhere/master"),
    ] {
        let (code, told) = lookup(id, out, arguments);
        assert!(code == Some(1) && told.contains(said), "{said}: {told}");
    }
    assert!(!Path::new(&place("new.html")).exists());
    let missing = place("missing.db");
    let told = placet(&["lookup", id, "--out", &place("new.html"), "--database", &format!("sqlite:{missing}")]);
    assert_eq!(told.status.code(), Some(1));
    assert!(!Path::new(&missing).exists(), "looking makes no database");

    let auditor = placet(&["token", "new", "--role", "auditor", "--database", &address]);
    let head = format!("Host: {admin}\r\nAuthorization: Bearer {}\r\nConnection: close", text(&auditor.stdout).trim());
    let (status, trail) = ask(&admin, &format!("GET /v1/audit HTTP/1.1\r\n{head}\r\n\r\n")).unwrap();
    let trail: Value = serde_json::from_str(&trail).unwrap();
    let events = trail["lines"].as_array().unwrap().iter().map(|line| &line["event"]);
    let read: Vec<&Value> = events.filter(|event| event["what"] == "receipt.read").collect();
    assert_eq!((status, read.len()), (200, 4), "one for each time that something could have been told: {trail}");
    assert!(read.iter().all(|event| event["about"] == id && event["who"] == "command-line"), "{trail}");
}

/// What is done with the whole database on the command line stands in the audit trail as well.
#[test]
fn backups_and_copies_are_in_the_audit_trail() {
    let (directory, config) = file("placet.json", demo().to_string());
    let path = |name: &str| directory.path().join(name).display().to_string();
    let address = format!("sqlite:{}", database(directory.path()));
    let trail = |admin: &str, token: &str| -> Vec<(String, Value, String)> {
        let head = format!("Host: {admin}\r\nAuthorization: Bearer {token}\r\nConnection: close");
        let (status, body) = ask(admin, &format!("GET /v1/audit HTTP/1.1\r\n{head}\r\n\r\n")).unwrap();
        assert_eq!(status, 200, "{body}");
        let lines = serde_json::from_str::<Value>(&body).unwrap()["lines"].as_array().unwrap().clone();
        let line = |line: &Value| {
            let event = &line["event"];
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            (text("what"), event["about"].clone(), text("who"))
        };
        lines.iter().map(line).filter(|(what, ..)| what != "token.made").collect()
    };
    let mut running = Running::start(directory.path(), &["--config", &config]);
    let admin = running.line("placet: admin on http://");
    let token = text(&placet(&["token", "new", "--role", "auditor", "--database", &address]).stdout).trim().to_owned();
    for (code, file) in [(Some(0), "backup.db"), (Some(1), "backup.db"), (Some(1), "nowhere/backup.db")] {
        let told = placet(&["backup", "--database", &address, "--to", &path(file)]);
        assert_eq!(told.status.code(), code, "{told:?}");
    }
    let made = ("backup.made".to_owned(), Value::Null, "command-line".to_owned());
    assert_eq!(trail(&admin, &token), [made.clone(), made.clone()], "one that is there already is not tried");
    drop(running);

    let other = TempDir::new().unwrap();
    let target = format!("sqlite:{}", database(other.path()));
    let told = placet(&["copy", "--from", &address, "--to", &target]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let keys = ["--log-key", &path("placet.db.key"), "--master-key", &path("placet.db.master")];
    let mut running = Running::start(other.path(), &[&["--config", &*config], &keys[..]].concat());
    let admin = running.line("placet: admin on http://");
    let copied = ("database.copied".to_owned(), Value::from("sqlite"), "command-line".to_owned());
    assert_eq!(trail(&admin, &token), [made.clone(), made, copied]);
}
