//! What went wrong in programs of this kind, each as a test: named by the fault's number, or told in the line above it.
//!
//! Those that concern the page are in `tests/browser`; the role matrix (CVE-2023-6700, CVE-2019-25143) is in `admin.rs`, and floods
//! are in `network.rs`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};
use html5gum::Token;
use placet_model::admin::{Role, TokenWish};
use placet_model::check::check;
use placet_model::json;
use placet_model::snapshot;
use placet_model::url::is_safe_link;
use placet_model::verify::hash;
use placet_server::address::Peer;
use placet_server::admin::table::{router, table};
use placet_server::admin::tokens::new_token;
use placet_server::publish::{Place as Placed, Snapshot, publish};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Answer, Device, NOTICE, STILL, Server, merge, notice, on_each_database};

on_each_database![
    cve_2023_3388_links_that_run_are_refused_at_load_and_again_at_render,
    cve_2024_4869_headers_that_run_reach_no_page_of_the_operator,
    cve_2025_1467_numbers_are_numbers,
    cve_2021_36887_a_cookie_and_a_page_change_nothing,
    cve_2026_82184_what_visitors_send_writes_no_settings,
    cve_2026_82186_what_stands_behind_a_question_mark_is_no_sql,
    python_jose_403_the_twin_of_a_signature_is_the_same_receipt,
    members_of_prototypes_are_names_like_any_other,
];

fn demo() -> Value {
    serde_json::from_str(include_str!("../../../public/demo/placet.json")).unwrap()
}

/// The admin listener, with a token of this role.
async fn admin(server: &Server, role: Role) -> (Server, String) {
    let wish = TokenWish { role, name: role.word().into(), days: None };
    let (secret, held) = new_token(&wish, STILL.unsigned_abs(), None).unwrap();
    server.app.store.keep_token(&held).await.unwrap();
    let routes: Router = router(server.app.clone());
    (Server { routes, ..server.clone() }, format!("Bearer {}", secret.text()))
}

async fn call(server: &Server, method: &Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8788");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    server.send(request.body(Body::empty()).unwrap()).await
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    call(server, &Method::GET, path, headers).await
}

/// What a document is made of, as a browser reads it: the names of its elements, and its attributes with their values.
fn markup(html: &str) -> (BTreeSet<String>, Vec<(String, String)>) {
    let (mut elements, mut attributes) = (BTreeSet::new(), Vec::new());
    for token in html5gum::Tokenizer::new(html) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        elements.insert(String::from_utf8(tag.name.to_vec()).unwrap());
        for (name, value) in &tag.attributes {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            attributes.push((text(name), text(value)));
        }
    }
    (elements, attributes)
}

/// Links that run, or lead elsewhere than they seem to.
const LINKS: [&str; 12] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u{1}javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://shop.example/1",
    "//evil.example/",
    "\\\\evil.example\\",
    "http://shop.example/",
];

/// Visits every text of a snapshot that leads somewhere.
fn links(tree: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match tree {
        Value::Array(items) => items.iter_mut().for_each(|item| links(item, visit)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "href" || text.starts_with("https://") => visit(text),
                    member => links(member, visit),
                }
            }
        }
        _ => {}
    }
}

/// Stored XSS through a link of the banner's config.
async fn cve_2023_3388_links_that_run_are_refused_at_load_and_again_at_render() {
    let server = Server::start().await;
    for link in LINKS {
        // In the config, as a link of its own and in a text, where what is no link is words.
        let in_text = format!("Read [more]({link}) here.");
        for (path, value) in [("/controller/privacyPolicy", link), ("/purposes/1/description/en", &*in_text)] {
            let mut config = demo();
            let (parent, member) = path.rsplit_once('/').unwrap();
            config.pointer_mut(parent).unwrap()[member] = value.into();
            let checked = check(&config.to_string()).unwrap();
            let is_refused = checked.problems.iter().any(|problem| problem.path.starts_with(path));
            assert!(is_refused || path != "/controller/privacyPolicy", "{path}: {link:?}");
            let published = json::to_text(&snapshot::notice(&checked.config, "en"));
            let mut published: Value = serde_json::from_str(&published).unwrap();
            links(&mut published["purposes"], &mut |found| {
                assert!(is_safe_link(found), "{path}: {found:?} is published")
            });
        }
        // In a notice that is in the database already, however it came there.
        let mut kept = json::to_text(&snapshot::notice(&check(&demo().to_string()).unwrap().config, "en"));
        let mut count = 0;
        let mut tree: Value = serde_json::from_str(&kept).unwrap();
        links(&mut tree, &mut |found| {
            *found = link.to_owned();
            count += 1;
        });
        assert!(count > 3, "{kept}");
        kept = tree.to_string();
        let hash = hash(kept.as_bytes());
        let kept = Snapshot { hash: hash.clone(), lang: "en".into(), version: "2025-01-01".into(), text: kept };
        server.app.store.keep_notices(&[kept], STILL).await.unwrap();
        let page = get(&server, &format!("/notice/{}", &hash[7..]), &[]).await;
        let (elements, attributes) = markup(&String::from_utf8(page.body).unwrap());
        assert!(!elements.contains("script"), "{link:?}");
        for (name, value) in attributes.iter().filter(|(name, _)| ["href", "src", "action"].contains(&name.as_str())) {
            let base = url::Url::parse("https://consent.shop.example/notice/x").unwrap();
            // What is no address leads nowhere.
            let Ok(leads) = base.join(value) else { continue };
            let leads_away = leads.scheme() == "https" && leads.host_str() != Some("consent.shop.example");
            assert!(["https", "mailto", "tel"].contains(&leads.scheme()), "{link:?}: {name}={value:?}");
            assert!(!leads_away || value.starts_with("https://"), "{link:?}: {name}={value:?}");
        }
    }
}

/// Stored XSS in the operator's pages, through the header `Client-IP`.
async fn cve_2024_4869_headers_that_run_reach_no_page_of_the_operator() {
    const RUNS: &str = "\"><script>alert('needle')</script><img src=x onerror=alert(1)>";
    let names = [
        "client-ip",
        "x-client-ip",
        "x-real-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "user-agent",
        "referer",
        "accept-language",
        "cf-ipcountry",
        "cookie",
        "via",
    ];
    // Behind a proxy that is trusted and before one that is not; what is noted is everything that may be.
    for (proxy, peer) in [("203.0.113.9", "203.0.113.9"), ("203.0.113.9", "198.51.100.4")] {
        let server = Server::observing_behind(&[proxy]).await;
        let hostile = json!({ "sub": { "ref": RUNS }, "event": { "page": format!("/{RUNS}"), "method": RUNS } });
        let receipts = [
            Device::new(1).receipt(1, &notice(), &json!({})),
            Device::new(1).receipt(2, &notice(), &json!({ "seq": 2, "sub": { "ref": RUNS } })),
            Device::new(1).receipt(3, &notice(), &hostile),
        ];
        let body = json!({ "receipts": receipts }).to_string();
        let mut request = Request::post("/v1/receipts").header("content-type", "application/json");
        for name in names {
            let value = HeaderValue::from_bytes(RUNS.as_bytes()).unwrap();
            request = request.header(HeaderName::from_static(name), value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        let taken = server.send(request).await.outcomes();
        assert_eq!(&taken[..2], ["recorded", "recorded"], "{taken:?}");

        let (admin, token) = admin(&server, Role::Owner).await;
        for id in 1..=3 {
            let path = format!("/v1/receipts/7b0c2f6e-1d7a-4c54-9a3e-{id:012x}");
            let headers = [("authorization", &*token), ("accept", "text/html"), ("accept-language", RUNS)];
            let page = get(&admin, &path, &headers).await;
            if page.status == 404 && taken[id - 1] != "recorded" {
                continue;
            }
            assert_eq!(page.status, 200, "{id}");
            let policy = page.header("content-security-policy").to_owned();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            let html = String::from_utf8(page.body).unwrap();
            let (elements, attributes) = markup(&html);
            for name in ["script", "img", "svg", "iframe", "object", "embed", "base", "form", "link"] {
                assert!(!elements.contains(name), "<{name}> in the page of receipt {id}");
            }
            assert!(!attributes.iter().any(|(name, _)| name.starts_with("on") || name == "style"), "{attributes:?}");
            let found = get(&admin, &path, &[("authorization", &token)]).await;
            assert!(found.header("content-type").starts_with("application/json"));
            let envelope = found.json()["envelope"].clone();
            assert_eq!((&envelope["agent"], &envelope["region"]), (&json!("other"), &Value::Null), "{envelope}");
        }
        for path in ["/v1/audit", "/v1/tokens", "/metrics", "/v1/feedback"] {
            let told = get(&admin, path, &[("authorization", &token)]).await;
            assert!(!told.header("content-type").contains("html"), "{path}");
            assert!(!String::from_utf8(told.body).unwrap().contains("needle"), "{path}");
        }
    }
}

/// XSS through a width and a height that were pasted into a page as they came.
async fn cve_2025_1467_numbers_are_numbers() {
    let server = Server::at_a_still_time().await;
    let device = Device::new(1);
    for value in [json!("1"), json!("1\"><script>"), json!([1]), json!({ "a": 1 }), json!(1.5), json!(true)] {
        let shown = json!({ "words": notice(), "accept": [value, 44, 702], "reject": [126, 44, 650] });
        for changes in [
            json!({ "iat": value }),
            json!({ "tz": value }),
            json!({ "ttl": value }),
            json!({ "seq": value }),
            json!({ "v": value }),
            json!({ "shown": shown }),
        ] {
            let receipt = device.receipt(1, &notice(), &changes);
            let expected = if changes["v"].is_null() { "claim-wrong" } else { "version-unknown" };
            assert_eq!(server.record(&[receipt]).await.outcomes(), [expected], "{changes}");
        }
    }
    assert_eq!(server.app.store.count().await.unwrap(), 0);
    let (admin, token) = admin(&server, Role::Owner).await;
    for value in ["1%22%3E%3Cscript%3E", "1.5", "-1", "0x10", "1e3", "", "99999999999999999999"] {
        let told = get(&admin, &format!("/v1/audit?limit={value}"), &[("authorization", &token)]).await;
        assert_eq!(told.outcomes(), ["400 malformed"], "{value}");
        assert!(!String::from_utf8(told.body).unwrap().contains("script"), "{value}");
    }
}

/// Settings changed by a page that the operator happened to visit (CSRF).
async fn cve_2021_36887_a_cookie_and_a_page_change_nothing() {
    let server = Server::at_a_still_time().await;
    let (admin, token) = admin(&server, Role::Owner).await;
    let held = server.app.store.tokens().await.unwrap();
    let id = held[0].id.clone();
    let cookie = format!("token={token}; session={token}; Authorization={token}");
    for (headers, outcome) in [
        (&[("cookie", &*cookie)][..], "401 token-missing"),
        (&[("cookie", &cookie), ("origin", "http://127.0.0.1:8788")], "401 token-missing"),
        (&[("authorization", &token), ("origin", "https://evil.example")], "403 page-refused"),
        (&[("authorization", &token), ("origin", "null")], "403 page-refused"),
        (&[("authorization", &token), ("origin", "http://127.0.0.1:8787")], "403 page-refused"),
        (&[("authorization", &token), ("origin", "https://127.0.0.1:8788.evil.example")], "403 page-refused"),
    ] {
        for (method, path) in [
            (Method::DELETE, format!("/v1/tokens/{id}")),
            (Method::POST, "/v1/tokens".into()),
            (Method::DELETE, "/v1/subjects/ann".into()),
            (Method::DELETE, "/v1/feedback/1".into()),
        ] {
            let answer = call(&admin, &method, &path, headers).await;
            assert_eq!(answer.outcomes(), [outcome], "{method} {path} {headers:?}");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{method} {path}");
        }
    }
    assert_eq!(server.app.store.tokens().await.unwrap(), held);
    assert!(server.app.store.audit_waiting().await.unwrap().is_empty());
}

/// Everything that the server publishes and knows of the notice.
async fn settings(server: &Server) -> Vec<(u16, Vec<u8>)> {
    let mut all = Vec::new();
    for path in ["/embed/placet.js", "/embed/widget-0123.js", &format!("/notice/{}.json", &notice()[7..]), "/log/keys"]
    {
        let answer = get(server, path, &[]).await;
        all.push((answer.status, answer.body));
    }
    let notices: Vec<(String, String)> = sqlx::query_as("SELECT hash, snapshot FROM notices ORDER BY hash")
        .fetch_all(&server.look().await)
        .await
        .unwrap();
    all.push((0, format!("{notices:?}").into_bytes()));
    all
}

/// Settings overwritten by what was meant for visitors.
async fn cve_2026_82184_what_visitors_send_writes_no_settings() {
    let server = Server::at_a_still_time().await;
    let before = settings(&server).await;
    assert!(before[..4].iter().all(|(status, body)| *status == 200 && !body.is_empty()));
    let config = json!({ "site": "evil.example", "purposes": [], "receipts": { "endpoint": "https://evil.example" } });
    let with = |changes: Value| Device::new(1).receipt(1, &notice(), &changes);
    let mine = json!({ "notice": { "hash": hash(b"mine"), "text": "mine", "version": "1", "lang": "en" } });
    let bodies = [
        config.to_string(),
        json!({ "receipts": [], "config": config }).to_string(),
        json!({ "receipts": [with(json!({ "config": config, "site": "evil.example" }))] }).to_string(),
        json!({ "receipts": [with(mine)] }).to_string(),
        json!({ "site": "shop.example", "version": "1", "lang": "en", "purpose": null, "text": "x", "config": config })
            .to_string(),
    ];
    let paths = ["/v1/receipts", "/v1/self", "/v1/feedback", "/v1/region", "/v1/config", "/embed/placet.js"];
    let named = [format!("/notice/{}.json", &notice()[7..]), "/log/checkpoint".into(), "/log/keys".into()];
    for path in paths.iter().copied().chain(named.iter().map(String::as_str)) {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            for body in &bodies {
                let request = Request::builder().method(method.clone()).uri(path);
                let request = request.header("origin", "https://shop.example");
                let request =
                    request.header("content-type", "application/json").header("x-http-method-override", "PUT");
                let answer = server.send(request.body(body.clone().into()).unwrap()).await;
                assert!(answer.status < 500, "{method} {path}: {answer:?}");
            }
        }
    }
    assert_eq!(settings(&server).await, before);
    let server = server.restart(NOTICE).await;
    assert_eq!(settings(&server).await, before, "nor after a restart");
}

/// What a database may take for more than a value.
const SQL: [&str; 12] = [
    "' OR '1'='1",
    "1; DROP TABLE receipts",
    "1' UNION SELECT hash, salt FROM tokens --",
    "\"; DELETE FROM notices; --",
    "1 OR SLEEP(9)",
    "pg_sleep(9)",
    "$1",
    "?",
    "%00",
    "\\",
    "1) RETURNING *",
    "NaN",
];

/// SQL in a parameter of a list.
async fn cve_2026_82186_what_stands_behind_a_question_mark_is_no_sql() {
    let server = Server::at_a_still_time().await;
    let receipt = Device::new(1).receipt(1, &notice(), &json!({ "sub": { "ref": "ann" } }));
    assert_eq!(server.record(&[receipt]).await.outcomes(), ["recorded"]);
    let (admin, token) = admin(&server, Role::Owner).await;
    let quoted =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let names = ["after", "limit", "since", "until", "form", "purpose", "id", "order", "__proto__[x]"];
    for sql in SQL.map(quoted) {
        for route in table().iter().map(|route| &route.entry).filter(|entry| entry.method == Method::GET) {
            let filled = route.path.split('/').map(|part| if part.starts_with('{') { &*sql } else { part });
            let filled = filled.collect::<Vec<_>>().join("/");
            for path in names.iter().map(|name| format!("{}?{name}={sql}", filled)).chain([filled.clone()]) {
                let answer = get(&admin, &path, &[("authorization", &token)]).await;
                assert!(answer.status < 500, "{path}: {answer:?}");
                let told = String::from_utf8_lossy(&answer.body).into_owned();
                assert!(!told.contains("syntax") && !told.contains("sqlx"), "{path}: {told}");
                assert!(!told.contains("\"receipt\":"), "{path} tells of a receipt: {told}");
            }
        }
        for path in [format!("/notice/{sql}"), format!("/problems/{sql}"), format!("/log/{sql}/checkpoint")] {
            assert_eq!(get(&server, &path, &[]).await.status, 404, "{path}");
        }
    }
    assert_eq!(server.app.store.count().await.unwrap(), 1);
    let answer = get(&admin, "/v1/subjects/ann", &[("authorization", &token)]).await;
    assert_eq!(answer.status, 200, "what was asked for rightly is told");
}

/// A signature by ECDSA has a second form, which anybody can make of the first.
async fn python_jose_403_the_twin_of_a_signature_is_the_same_receipt() {
    let server = Server::at_a_still_time().await;
    let receipt = Device::new(1).receipt(1, &notice(), &json!({}));
    let twin = Device::twin(&receipt);
    assert_ne!(receipt, twin);
    let first = server.record(&[receipt]).await.json();
    let again = server.record(&[twin.clone(), twin]).await.json();
    let places = |answer: &Value| {
        let results = answer["results"].as_array().unwrap().iter();
        results.map(|result| (result["log"]["index"].clone(), result["log"]["salt"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(places(&again), [places(&first), places(&first)].concat());
    assert_eq!(server.app.store.count().await.unwrap(), 1);
}

/// CVE-2025-31475 (texts of the config that reach a prototype), and DavidWells/analytics 204 (the same by an address).
async fn members_of_prototypes_are_names_like_any_other() {
    let mut config: Value = demo();
    let polluted = r#"{"__proto__":{"polluted":"needle"},"constructor":{"prototype":{"polluted":"needle"}}}"#;
    for place in ["/theme", "/controller", "/purposes/1", "/purposes/1/title", "/receipts"] {
        let Some(target) = config.pointer_mut(place).filter(|target| target.is_object()) else { continue };
        merge(target, &serde_json::from_str(polluted).unwrap());
    }
    config["__proto__"] = json!({ "polluted": "needle" });
    let checked = check(&config.to_string()).unwrap();
    assert!(checked.problems.iter().any(|problem| problem.path == "/__proto__"), "{:?}", checked.problems);
    let place = Placed { base: None, notices: "../notice/", region: None };
    for file in publish(&checked.config, &place).unwrap().files {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(!text.contains("needle"), "{}", file.path);
    }
    let server = Server::at_a_still_time().await;
    for path in ["/v1/region", "/healthz", "/openapi.json", "/log/keys"] {
        let plain = get(&server, path, &[]).await;
        for query in ["__proto__[src]=https://evil.example", "constructor.prototype.x=1", "__proto__=1&__proto__=2"] {
            let asked = get(&server, &format!("{path}?{query}"), &[]).await;
            assert_eq!((asked.status, asked.body), (plain.status, plain.body.clone()), "{path}?{query}");
        }
    }
    let claims = json!({ "choices": { "__proto__": "granted", "constructor": "granted" } });
    let receipt = Device::new(1).receipt(1, &notice(), &claims);
    let outcome = server.record(&[receipt]).await.outcomes();
    assert!(["recorded", "claim-wrong"].contains(&outcome[0].as_str()), "{outcome:?}");
    assert_eq!(get(&server, "/healthz", &[]).await.status, 200);
}
