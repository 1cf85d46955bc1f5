//! The program itself: what it answers on the command line, and what it keeps when it is killed.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::json;
use placet_model::receipt::{Acknowledgement, ReceiptFile};
use placet_server::state::now;
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use support::mmdb::mmdb;
use support::{Device, NOTICE, database, merge, notice};
use tempfile::TempDir;

fn placet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_placet")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn demo() -> Value {
    serde_json::from_str(include_str!("../../../public/demo/placet.json")).unwrap()
}

/// A directory with one file in it.
fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    let path = path.display().to_string();
    (directory, path)
}

#[test]
fn check_says_what_is_wrong_and_ends_with_the_right_code() {
    let changed = |pointer: &str, value: Value| {
        let mut config = demo();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        config.pointer_mut(parent).unwrap()[member] = value;
        config.to_string()
    };
    // what the file holds, the exit code, the path told, a word of what is told
    for (content, code, path, said) in [
        (demo().to_string(), 0, "", "no errors"),
        (changed("/surprise", json!(1)), 1, "/surprise", "surprise"),
        (changed("/purposes/1/title", json!({ "en": "Measuring use" })), 1, "/purposes/1/title", "zh-CN"),
        (changed("/controller/privacyPolicy", json!("javascript:alert(1)")), 1, "/controller/privacyPolicy", "hint"),
        (changed("/purposes/2/id", json!("analytics")), 1, "/purposes/2/id", "analytics"),
        ("{\"site\":".into(), 2, "", "placet.json:1:"),
        ("".into(), 2, "", "placet.json:1:"),
        ("{\"a\":1,\"a\":2}".into(), 2, "", "twice"),
        (" ".repeat(10 * 1024 * 1024), 2, "", "too large"),
    ] {
        let (_directory, config) = file("placet.json", &content);
        let told = placet(&["check", &config]);
        let all = text(&told.stdout) + &text(&told.stderr);
        assert_eq!(told.status.code(), Some(code), "{all}");
        assert!(all.contains(said) && all.contains(path), "{said} at {path}: {all}");

        let told = placet(&["check", &config, "--format", "json"]);
        assert_eq!(told.status.code(), Some(code));
        let problems: Value = serde_json::from_slice(&told.stdout).unwrap();
        let problems = problems["problems"].as_array().unwrap();
        assert_eq!(problems.is_empty(), code == 0, "{problems:?}");
        assert!(code == 0 || problems.iter().any(|problem| problem["path"] == path), "{path}: {problems:?}");
        for problem in problems {
            let members: Vec<&String> = problem.as_object().unwrap().keys().collect();
            assert_eq!(members, ["path", "code", "severity", "message", "hint"]);
        }
    }

    let (_directory, not_text) = file("placet.json", [0xff, 0xfe, 0x00]);
    for arguments in [&["check", &not_text][..], &["check", "/nowhere/placet.json"], &["check"], &["unheard-of"]] {
        let told = placet(arguments);
        assert_eq!(told.status.code(), Some(2), "{arguments:?}");
        assert!(!told.stderr.is_empty());
    }
}

#[test]
fn schema_is_the_schema_of_the_config() {
    let told = placet(&["schema"]);
    assert_eq!(told.status.code(), Some(0));
    let schema: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert!(schema["properties"]["purposes"].is_object());
}

fn receipt_file(jws: &str, notice: &str) -> ReceiptFile {
    ReceiptFile {
        placet: 1,
        receipt: jws.into(),
        jwk: Some(Device::new(1).jwk()),
        notice: notice.into(),
        acknowledgement: Some(Acknowledgement {
            id: "7b0c2f6e-1d7a-4c54-9a3e-000000000001".into(),
            received_at: 1_772_323_201_123,
            log: None,
        }),
    }
}

#[test]
fn verify_tells_genuine_files_from_others() {
    let device = Device::new(1);
    let good = receipt_file(&device.receipt(1, &notice(), &json!({})), NOTICE);
    let text_of = |file: &ReceiptFile| json::to_text(file);
    let with = |change: &dyn Fn(&mut ReceiptFile)| {
        let mut file = good.clone();
        change(&mut file);
        text_of(&file)
    };
    let one_byte = |file: &mut ReceiptFile| {
        let middle = file.receipt.len() / 2;
        let other = if file.receipt.as_bytes()[middle] == b'A' { "B" } else { "A" };
        file.receipt.replace_range(middle..=middle, other);
    };
    for (content, code, said) in [
        (text_of(&good), 0, "GENUINE. The person gave consent on the web, on shop.example at /tea"),
        (text_of(&good), 0, "2026-03-01 08:00:00 UTC+08:00"),
        (text_of(&good), 0, "granted    Measuring use (analytics)"),
        (text_of(&good), 0, "denied     Ads on other platforms (ads, asked separately)"),
        (text_of(&good), 0, "This does not prove"),
        (with(&|file| file.acknowledgement = None), 0, "downloaded before"),
        (with(&|file| file.receipt = Device::twin(&file.receipt)), 0, "GENUINE"),
        (with(&one_byte), 1, "NOT GENUINE."),
        (with(&|file| file.notice = file.notice.replace("Measuring", "Ignoring")), 1, "its hash differs"),
        (with(&|file| file.jwk = Some(Device::new(2).jwk())), 1, "not the key that signed it"),
        (with(&|file| file.jwk = None), 1, "not the key that signed it"),
        (with(&|file| file.placet = 2), 1, "version 2"),
        (with(&|file| file.acknowledgement.as_mut().unwrap().id.clear()), 1, "for another receipt"),
        ("{}".into(), 1, "not a receipt file"),
        ("{".into(), 1, "not proper JSON"),
        (String::new(), 1, "not proper JSON"),
    ] {
        let (_directory, path) = file("receipt.json", &content);
        let told = placet(&["verify", &path]);
        let all = text(&told.stdout) + &text(&told.stderr);
        assert_eq!(told.status.code(), Some(code), "{all}");
        assert!(all.contains(said), "{said}: {all}");
    }
    assert_eq!(placet(&["verify", "/nowhere/receipt.json"]).status.code(), Some(2));
    assert_eq!(placet(&["verify"]).status.code(), Some(2));

    let (_directory, good) = file("good.json", text_of(&good));
    let (_directory, forged) = file("forged.json", with(&one_byte));
    for (files, code, said) in [
        (&[&*good, &good][..], 0, "2 files: 2 genuine, 0 not genuine, 0 not read"),
        (&[&forged, &good], 1, "2 files: 1 genuine, 1 not genuine, 0 not read"),
        (&[&good, "/nowhere/receipt.json", &forged, &good], 2, "4 files: 2 genuine, 1 not genuine, 1 not read"),
    ] {
        let told = placet(&[&["verify"], files].concat());
        let out = text(&told.stdout);
        assert_eq!(told.status.code(), Some(code), "{out}");
        assert!(out.contains(said) && files.iter().all(|file| out.contains(file)), "{out}");
    }
}

#[test]
fn verify_tells_who_acted_how_it_was_asked_and_what_was_shown() {
    let device = Device::new(1);
    let words = notice();
    let shown =
        |accept: [u32; 3], reject: [u32; 3]| json!({ "shown": { "words": words, "accept": accept, "reject": reject } });
    let equal = shown([120, 44, 702], [126, 44, 650]);
    let hash = format!("  words      {words}, by their hash");
    let nudging = "alike      NO, accept against refuse: width 300 against 80 pixels, height 60 against 20 pixels, \
                   contrast 21.00 to 1 against 1.10 to 1";
    for (changes, said, unsaid) in [
        (json!({}), "by         the person concerned", "on the screen"),
        (json!({}), "consent    regular", "measured"),
        (json!({ "event": { "by": "guardian" } }), "GENUINE. A guardian gave consent", "the person concerned"),
        (json!({ "event": { "by": "guardian" } }), "by         a parent or guardian of the person", "on the screen"),
        (json!({ "event": { "by": "staff" } }), "by         staff, at the person's word", "on the screen"),
        (
            json!({ "event": { "type": "separate" } }),
            "consent    separate: a purpose was asked about on its own",
            "regular",
        ),
        (equal.clone(), &*hash, "NO, accept"),
        (equal.clone(), "accept     120 by 44 pixels, contrast of its words 7.02 to 1", "NO, accept"),
        (equal.clone(), "refuse     126 by 44 pixels, contrast of its words 6.50 to 1", "NO, accept"),
        (equal.clone(), "alike      yes", "NO, accept"),
        (equal, "That the screen looked as measured: the page measured it itself.", "NO, accept"),
        (shown([300, 60, 2100], [80, 20, 110]), nudging, "alike      yes"),
    ] {
        let file = receipt_file(&device.receipt(1, &notice(), &changes), NOTICE);
        let (_directory, path) = file_of(&file);
        let told = placet(&["verify", &path]);
        let out = text(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{out}");
        assert!(out.contains(said) && !out.contains(unsaid), "{said} and not {unsaid}: {out}");
    }
}

/// What a notice says cannot give orders to the terminal of who verifies.
#[test]
fn verify_prints_no_control_characters() {
    let device = Device::new(1);
    let snapshot = NOTICE.replace("Measuring use", "\\u001b[31mMeasuring \\u202euse");
    let receipt = device.receipt(1, &placet_model::verify::hash(snapshot.as_bytes()), &json!({}));
    let (_directory, path) = file_of(&receipt_file(&receipt, &snapshot));
    let told = placet(&["verify", &path]);
    let out = text(&told.stdout);
    assert!(out.contains("\\u{1b}[31mMeasuring \\u{202e}use"), "{out}");
    assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out}");
}

fn file_of(content: &ReceiptFile) -> (TempDir, String) {
    file("receipt.json", json::to_text(content))
}

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

#[test]
fn verify_says_what_it_does_not_know() {
    let good = json::to_text(&receipt_file(&Device::new(1).receipt(1, &notice(), &json!({})), NOTICE));
    let good: Value = serde_json::from_str(&good).unwrap();
    for (changes, named) in [
        (json!({}), None),
        (json!({ "verified": true }), Some("\"verified\".")),
        (json!({ "\u{1b}[31m签": 1, "jwk": { "owner": "Lin" } }), Some("\"\\u{1b}[31m签\", \"jwk.owner\".")),
        (json!({ "acknowledgement": { "signature": "x" } }), Some("\"acknowledgement.signature\".")),
    ] {
        let mut content = good.clone();
        merge(&mut content, &changes);
        let (_directory, path) = file("receipt.json", content.to_string());
        let told = placet(&["verify", &path]);
        let out = text(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{out}");
        let line = out.lines().find(|line| line.contains("other members"));
        assert_eq!(line.is_some(), named.is_some(), "{out}");
        assert!(
            named.is_none_or(|named| line.unwrap().contains("no proof") && line.unwrap().ends_with(named)),
            "{out}"
        );
    }
}

#[test]
fn publish_writes_every_file_whole_and_keeps_older_notices() {
    let (directory, config) = file("placet.json", demo().to_string());
    let out = directory.path().join("embed");
    let publish = |config: &str| {
        placet(&["publish", config, "--out", &out.display().to_string(), "--base-url", "https://cdn.shop.example/p/"])
    };
    let told = publish(&config);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    assert!(text(&told.stdout).contains("https://cdn.shop.example/p/placet.js"), "{}", text(&told.stdout));
    let before = files(&out);
    for file in before.iter().filter(|file| file.extension().is_none_or(|ending| ending != "br")) {
        let mut compressed = file.clone().into_os_string();
        compressed.push(".br");
        assert!(before.contains(&PathBuf::from(compressed)), "{}", file.display());
    }
    assert!(before.iter().any(|file| file.ends_with("integrity.json")));

    let mut later = demo();
    later["version"] = "2027-01-01".into();
    fs::write(&config, later.to_string()).unwrap();
    assert_eq!(publish(&config).status.code(), Some(0));
    let after = files(&out);
    assert!(before.iter().all(|file| after.contains(file)), "the older notices are there still");
    assert!(after.len() > before.len(), "and the newer ones too");
    assert!(after.iter().all(|file| file.extension().is_some_and(|ending| ending != "tmp")));

    later["purposes"][1]["id"] = "necessary".into();
    fs::write(&config, later.to_string()).unwrap();
    let told = publish(&config);
    assert_eq!(told.status.code(), Some(1), "a config with errors");
    assert!(text(&told.stderr).contains("/purposes/1/id"));
    assert_eq!(files(&out), after, "changes nothing");
}

/// "Consent text changed under the same version": a receipt names a version, so it stands for the same words.
#[test]
fn publish_refuses_other_words_under_the_same_version() {
    let (directory, config) = file("placet.json", demo().to_string());
    let out = directory.path().join("embed");
    let [mut words, mut looks, mut raised] = [demo(), demo(), demo()];
    words["purposes"][1]["title"]["en"] = "Counting visits".into();
    looks["theme"]["accent"] = "#7a0019".into();
    raised["purposes"][1]["title"]["en"] = "Counting visits and more".into();
    raised["version"] = "2027-01-01".into();
    // what is published after what stands above, with which argument, and the languages that are told
    for (config_text, amend, told_languages) in [
        (demo(), false, None),
        (demo(), false, None),
        (looks, false, None),
        (words.clone(), false, Some("“en”")),
        (words.clone(), true, None),
        (words, false, None),
        (demo(), false, Some("“en”")),
        (raised, false, None),
        // An older version again: nothing is published under it any more.
        (demo(), false, None),
    ] {
        fs::write(&config, config_text.to_string()).unwrap();
        let before = out.exists().then(|| files(&out));
        let mut arguments = vec!["publish", &config, "--out", out.to_str().unwrap()];
        arguments.extend(amend.then_some("--amend"));
        let told = placet(&arguments);
        let log = text(&told.stderr);
        assert_eq!(told.status.code(), Some(i32::from(told_languages.is_some())), "{log}");
        assert_eq!(log.contains("/version  [version-unchanged]"), told_languages.is_some(), "{log}");
        if let Some(languages) = told_languages {
            assert!(
                log.contains(&format!("The words in {languages} have changed")) && log.contains("--amend"),
                "{log}"
            );
            assert_eq!(before, Some(files(&out)), "nothing is written");
        }
    }
    // What is no publication is in nobody's way.
    fs::write(out.join("integrity.json"), "{").unwrap();
    assert_eq!(placet(&["publish", &config, "--out", out.to_str().unwrap()]).status.code(), Some(0));
}

#[test]
fn publish_says_where_calls_go_that_are_only_paths() {
    let with = |endpoint: &str| {
        let mut config = demo();
        config["receipts"]["endpoint"] = endpoint.into();
        file("placet.json", config.to_string())
    };
    let cdn = ["--base-url", "https://cdn.shop.example/placet/"];
    let whole = "https://consent.shop.example/v1/receipts";
    for (endpoint, arguments, said) in [
        (
            "/v1/receipts",
            &cdn[..],
            Some("so receipts go to https://cdn.shop.example/v1/receipts, on the host of --base-url"),
        ),
        ("/v1/receipts", &[], Some("so receipts go to /v1/receipts on the host that placet.js is loaded from")),
        (whole, &cdn, None),
        (whole, &[&cdn[..], &["--region-hint", "https://consent.shop.example/v1/region"]].concat(), None),
        (whole, &[&cdn[..], &["--region-hint", "/hint"]].concat(), Some("goes to https://cdn.shop.example/hint")),
    ] {
        let (directory, config) = with(endpoint);
        let out = directory.path().join("embed").display().to_string();
        let told = placet(&[&["publish", &config, "--out", &out], arguments].concat());
        let log = text(&told.stderr);
        assert_eq!(told.status.code(), Some(0), "{log}");
        assert!(said.is_none_or(|said| log.contains(said)), "{log}");
        assert_eq!(log.contains("path"), said.is_some(), "{log}");
    }
}

#[test]
fn the_demo_names_the_port_that_it_misses() {
    let directory = TempDir::new().unwrap();
    let (taken, port) = std::iter::repeat_with(|| TcpListener::bind("127.0.0.1:0").unwrap())
        .map(|taken| (taken.local_addr().unwrap().port(), taken))
        .find(|(port, _)| TcpListener::bind(("127.0.0.1", port - 1)).is_ok())
        .map(|(port, taken)| (taken, port))
        .unwrap();
    let told = placet(&[
        "serve",
        "--demo",
        "--listen",
        &format!("127.0.0.1:{}", port - 1),
        "--database",
        &format!("sqlite:{}", database(directory.path())),
    ]);
    let log = text(&told.stderr);
    assert_eq!(told.status.code(), Some(1), "{log}");
    assert!(log.contains(&format!("cannot listen on 127.0.0.1:{port}")) && log.contains("--listen"), "{log}");
    drop(taken);
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A running server; killed when the test is over.
struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
    authority: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::logging(directory, arguments, Stdio::inherit())
    }

    fn logging(directory: &Path, arguments: &[&str], log: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_placet"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database", &format!("sqlite:{}", database(directory))])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut running = Running { child, lines, authority: String::new() };
        running.authority = running.line("placet: listening on http://");
        running
    }

    /// The rest of the next line that the program prints.
    fn line(&mut self, start: &str) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim().strip_prefix(start).unwrap_or_else(|| panic!("{line:?}")).to_owned()
    }

    /// Asks the server; `None` where it went away before the answer was whole.
    fn ask(&self, request: &str) -> Option<(u16, String)> {
        ask(&self.authority, request)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).unwrap()
    }
}

fn ask(authority: &str, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    if length.is_some_and(|length: usize| length != body.len()) {
        return None;
    }
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

fn post(body: &str) -> String {
    format!(
        "POST /v1/receipts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The hash of a notice that the server serves: the last one that it stored.
fn served_notice(directory: &Path) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&database(directory)).await.unwrap();
        let hash = sqlx::query_scalar("SELECT hash FROM notices WHERE lang = 'en'").fetch_one(&pool).await.unwrap();
        pool.close().await;
        hash
    })
}

fn receipt_for(authority: &str, notice: &str, id: u32) -> String {
    let aud = format!("http://{authority}/v1/receipts");
    let changes = json!({ "aud": aud, "site": "shop.example", "seq": id, "notice": { "version": demo()["version"] } });
    Device::new(1).receipt(id, notice, &changes)
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

/// A server that runs would go on wrapping keys by the old master key: nothing is wrapped anew under it.
#[test]
fn the_master_key_is_changed_while_no_server_runs() {
    let (directory, config) = file("placet.json", demo().to_string());
    let path = |name: &str| directory.path().join(name).display().to_string();
    let database = format!("sqlite:{}", database(directory.path()));
    let (old, new) = (path("placet.db.master"), path("new.master"));
    assert_eq!(placet(&["keys", "master", "--out", &new]).status.code(), Some(0));
    let rewrap = || {
        let told = placet(&["keys", "rewrap", "--database", &database, "--from", &old, "--to", &new]);
        (told.status.code().unwrap(), text(&told.stdout) + &text(&told.stderr))
    };
    let (code, told) = rewrap();
    assert!(code == 2 || code == 1, "there is no database yet: {told}");
    let record = |running: &Running, id: u32| {
        let receipt = receipt_for(&running.authority, &served_notice(directory.path()), id);
        let body = json!({ "receipts": [receipt] }).to_string();
        serde_json::from_str::<Value>(&running.ask(&post(&body)).unwrap().1).unwrap()["results"][0].clone()
    };
    let running = Running::start(directory.path(), &["--config", &config]);
    let first = record(&running, 1);
    assert_eq!(first["status"], "recorded", "{first}");
    let (code, told) = rewrap();
    assert!(code == 1 && told.contains("a server runs on this database") && told.contains("Stop it first"), "{told}");
    assert_eq!(record(&running, 1)["log"]["salt"], first["log"]["salt"], "it can still be read");
    drop(running);

    let (code, told) = rewrap();
    assert!(code == 0 && told.contains(" data key"), "{told}");
    let refused = placet(&["serve", "--config", &config, "--listen", "127.0.0.1:0", "--database", &database]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(text(&refused.stderr).contains("--master-key"), "{refused:?}");
    let running = Running::start(directory.path(), &["--config", &config, "--master-key", &new]);
    assert_eq!(record(&running, 2)["status"], "recorded");
}

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
fn the_log_tells_of_a_refused_origin_once_and_of_no_address() {
    let (directory, config) = file("placet.json", demo().to_string());
    let log = directory.path().join("log");
    let arguments = ["--config", &config, "--trusted-proxy", "127.0.0.1"];
    let running = Running::logging(directory.path(), &arguments, fs::File::create(&log).unwrap().into());
    for path in ["/v1/receipts", "/v1/region", "/v1/receipts"] {
        let method = if path == "/v1/region" { "GET" } else { "OPTIONS" };
        let asked = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Origin: https://other.example\r\nX-Forwarded-For: 198.51.100.77\r\n\r\n"
        );
        assert_eq!(running.ask(&asked).unwrap().0, 403);
    }
    drop(running);
    let log = fs::read_to_string(log).unwrap();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("other.example")).collect();
    assert!(matches!(told[..], [line] if line.contains("WARN") && line.contains("`site`")), "{log}");
    assert!(!log.contains("198.51.100.77") && !log.contains("127.0.0.1:"), "{log}");
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
fn the_demo_shop_is_served_with_its_third_parties() {
    let directory = TempDir::new().unwrap();
    let mut running = Running::start(directory.path(), &["--demo"]);
    let third_party = running.line("placet: third parties on http://");
    for (path, said) in [
        ("/", "<html lang=\"en\">"),
        ("/", "hreflang=\"zh-CN\" href=\"http://"),
        ("/account", "<a href=\"/account\" aria-current=\"page\">Account</a>"),
        ("/account", "<a href=\"/zh/account\" lang=\"zh-CN\""),
        ("/basket", "<a href=\"/basket\" aria-current=\"page\">Basket<"),
        ("/basket", "<a href=\"/account\">Account</a>"),
        ("/product", "<title>Ripple teapot"),
        ("/product", "<li data-tag=\"Example Video\""),
        ("/zh/", "<html lang=\"zh-CN\">"),
        ("/zh/", "<a href=\"/\" lang=\"en\""),
        ("/zh/account", "<a href=\"/zh/account\" aria-current=\"page\">我的账户</a>"),
        ("/zh/basket", "<a href=\"/basket\" lang=\"en\""),
        ("/zh/product", "</html>"),
        ("/assets/shop.css", "{"),
        ("/embed/placet.js", &running.authority),
    ] {
        let (status, body) = running.get(path);
        assert_eq!(status, 200, "{path}");
        assert!(body.contains(said), "{path}");
        assert!(!body.contains("{{") && !body.contains("<!-- "), "{path} has a mark that was not filled");
    }
    assert!(running.get("/").1.contains(&third_party), "the held tags point to the third parties");
    let (status, strict) = running.get("/strict");
    assert_eq!(status, 200);
    assert!(strict.contains("nonce=\""), "the strict page's tags carry the nonce");
    for path in ["/placet.json", "/frame", "/frame.html", "/zh/frame"] {
        assert_eq!(running.get(path).0, 404, "{path}");
    }
    for request in ["GET /pagecount.js", "POST /collect", "OPTIONS /collect"] {
        let answer = ask(
            &third_party,
            &format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        );
        assert!(matches!(answer, Some((200 | 204, _))), "{request}: {answer:?}");
    }
}

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

/// The demo has an admin listener where it is asked for one.
#[test]
fn the_demo_has_an_admin_listener_where_it_is_asked_for() {
    for (arguments, there) in [(&["--demo"][..], false), (&["--demo", "--admin-listen", "127.0.0.1:0"], true)] {
        let directory = tempfile::tempdir().unwrap();
        let mut running = Running::start(directory.path(), arguments);
        match there {
            true => assert!(running.line("placet: admin on http://").starts_with("127.0.0.1:")),
            false => assert!(running.line("placet: third parties on http://").starts_with("127.0.0.1:")),
        }
    }
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

/// What a client hears over TLS, checked against the tests' own authority.
fn ask_over_tls(authority: &str, request: &str) -> Option<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::crypto::ring::default_provider;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(include_bytes!("support/tls/authority.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(default_provider().into()).with_safe_default_protocol_versions();
    let config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let stream = tokio::net::TcpStream::connect(authority).await.ok()?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        Some(text(&answer))
    })
}

#[test]
fn the_server_speaks_tls_where_it_has_a_certificate() {
    let (directory, config) = file("placet.json", demo().to_string());
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls");
    let (chain, key) = (format!("{place}/server.pem"), directory.path().join("server.key").display().to_string());
    fs::copy(format!("{place}/server.key"), &key).unwrap();
    let mode = |mode| fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
    mode(0o640);
    let mut child = Command::new(env!("CARGO_BIN_EXE_placet"))
        .args(["serve", "--config", &config, "--listen", "127.0.0.1:0", "--tls-cert", &chain, "--tls-key", &key])
        .args(["--database", &format!("sqlite:{}", database(directory.path()))])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running { child, lines, authority: String::new() };
    running.authority = running.line("placet: listening on https://");
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = ask_over_tls(&running.authority, get).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
    assert_eq!(ask(&running.authority, get), None, "nothing without TLS");
    assert!(ask_over_tls(&running.authority, get).is_some(), "and who tries without does no harm");
    // The admin listener on this machine itself is for programs of this machine.
    let admin = running.line("placet: admin on http://");
    assert_eq!(ask(&admin, get).unwrap().0, 200);

    let (_other, garbage) = file("garbage.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    for (chain, key, said) in [
        (&*chain, "/nowhere/key.pem", "/nowhere/key.pem"),
        (&garbage, &key, "garbage.pem"),
        (&key, &key, "there is no certificate in it"),
        (&format!("{place}/authority.pem"), &key, "not good"),
    ] {
        let told =
            placet(&["serve", "--config", &config, "--listen", "127.0.0.1:0", "--tls-cert", chain, "--tls-key", key]);
        assert!(told.status.code() == Some(2) && text(&told.stderr).contains(said), "{said}: {told:?}");
    }
    let told = placet(&["serve", "--config", &config, "--tls-cert", &chain]);
    assert!(told.status.code() == Some(2) && text(&told.stderr).contains("--tls-key"), "{told:?}");
    for open in [0o644, 0o444, 0o660] {
        mode(open);
        let told = placet(&["serve", "--config", &config, "--tls-cert", &chain, "--tls-key", &key]);
        assert_eq!(told.status.code(), Some(2), "{told:?}");
        for said in ["may be read by others", &format!("{open:o}"), "chmod 600", "Docker secret"] {
            assert!(text(&told.stderr).contains(said), "{said}: {told:?}");
        }
    }
}

#[test]
fn files_of_a_database_that_others_may_read_are_closed_when_the_server_starts() {
    let (directory, config) = file("placet.json", demo().to_string());
    let lock = directory.path().join("other.lock");
    drop(Running::start(directory.path(), &["--config", &config]));
    fs::copy(directory.path().join("placet.db.lock"), &lock).unwrap();
    let names = ["placet.db", "placet.db-wal", "placet.db-shm", "placet.db.lock", "other.lock"];
    let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    for name in names {
        fs::set_permissions(directory.path().join(name), Permissions::from_mode(0o644)).unwrap();
    }
    let lock = lock.display().to_string();
    drop(Running::start(directory.path(), &["--config", &config, "--log-lock", &lock]));
    for name in names {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

/// Each line of the log is an object, and none of them names who asked.
#[test]
fn the_log_can_be_json_and_names_nobody() {
    let (directory, config) = file("placet.json", demo().to_string());
    let log = directory.path().join("log");
    let stderr = Stdio::from(std::fs::File::create(&log).unwrap());
    let mut running = Running::logging(directory.path(), &["--config", &config, "--log-format", "json"], stderr);
    let needles = ["needle-agent", "needle-query", "198.51.100.77", "127.0.0.1"];
    let body = r#"{"receipts":["needle-query.x.y"]}"#;
    let request =
        post(body).replace("\r\n\r\n", "\r\nUser-Agent: needle-agent\r\nX-Forwarded-For: 198.51.100.77\r\n\r\n");
    assert_eq!(running.ask(&request.replace("/v1/receipts", "/v1/receipts?needle-query")).unwrap().0, 200);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let lines = std::fs::read_to_string(&log).unwrap();
    let refused = lines.lines().filter(|line| line.starts_with('{')).any(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        line["message"] == "refused a receipt" && line["problem"] == "malformed"
    });
    assert!(refused, "{lines}");
    for needle in needles {
        assert!(!lines.contains(needle), "{needle}: {lines}");
    }
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
