//! What `placet serve` writes to standard error: enough to see what is wrong, and nobody who asked.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use serde_json::Value;
use std::fs;
use std::process::Stdio;
use support::alone::{Running, demo, file, post};

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
