//! `placet serve --demo`: the shop, its third parties and its ports.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use std::net::TcpListener;
use support::alone::{Running, ask, placet, text};
use support::database;
use tempfile::TempDir;

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
