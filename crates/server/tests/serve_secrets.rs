//! `placet serve` with keys, certificates and files that others might read.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use support::alone::{Running, ask, demo, file, placet, post, receipt_for, served_notice, text};
use support::database;

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

/// Where the environment holds the master key, no file of it is made, and the database opens by it alone.
#[test]
fn the_master_key_may_come_from_the_environment() {
    let (directory, config) = file("placet.json", demo().to_string());
    let path = |name: &str| directory.path().join(name);
    assert_eq!(placet(&["keys", "master", "--out", &path("master").display().to_string()]).status.code(), Some(0));
    let key = fs::read_to_string(path("master")).unwrap();
    let database = format!("sqlite:{}", database(directory.path()));
    let serve = |key: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_placet"));
        command.args(["serve", "--config", &config, "--listen", "127.0.0.1:0", "--database", &database]);
        command.env_remove("PLACET_MASTER_KEY").envs(key.map(|key| ("PLACET_MASTER_KEY", key)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut child = serve(Some(key.trim()));
    let lines = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running { child, lines, authority: String::new() };
    running.authority = running.line("placet: listening on http://");
    let receipt = receipt_for(&running.authority, &served_notice(directory.path()), 1);
    let (_, told) = running.ask(&post(&json!({ "receipts": [receipt] }).to_string())).unwrap();
    assert!(told.contains(r#""status":"recorded""#), "{told}");
    drop(running);
    assert!(!path("placet.db.master").exists());
    for (key, code, said) in
        [(None, 1, "--master-key"), (Some("nonsense"), 1, "cannot use the master key"), (Some(""), 1, "cannot use")]
    {
        let told = serve(key).wait_with_output().unwrap();
        assert_eq!(told.status.code(), Some(code), "{key:?}: {told:?}");
        assert!(text(&told.stderr).contains(said), "{key:?}: {told:?}");
    }
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
