//! The notice on a page of its own: complete, inert, and there for every notice that was ever served.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

#[path = "support/page.rs"]
mod page;
mod support;

use axum::body::Body;
use axum::http::Request;
use html5gum::Token;
use page::read;
use placet_model::check::check;
use placet_model::config::Config;
use placet_model::verify::hash;
use placet_model::{json, snapshot};
use placet_server::publish::{Pages, Place, PublishError, Snapshot, page_path, publish};
use placet_server::state::now;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use support::{Answer, Server, on_each_database};

on_each_database![
    pages_are_served_in_every_language_by_both_addresses,
    notices_of_old_can_be_read,
    what_is_no_notice_is_not_found,
    hostile_texts_are_words,
];

fn demo() -> Value {
    serde_json::from_str(include_str!("../../../public/demo/placet.json")).unwrap()
}

/// A config that uses everything a notice can hold.
fn full() -> Config {
    let both = |text: &str| json!({ "en": text, "zh-CN": format!("{text}（中文）") });
    let mut config = demo();
    config["minors"] = json!({ "age": 14 });
    config["firstLayer"]["optOutText"] = both("Here it runs until you object:\n\n- to sale\n- to **sharing**");
    config["controller"]["rights"] = both("Ask us for a copy. See [how](https://shop.example/rights).");
    config["purposes"][2]["sensitive"] = true.into();
    config["purposes"][2]["once"] = true.into();
    config["purposes"][2]["necessity"] = both("No fitting food without your allergies.");
    config["purposes"][2]["impact"] = both("Somebody at your screen may learn of them.");
    config["purposes"][3]["recipients"] = json!([
        { "name": both("Example Post"), "country": "DE", "contact": "+49 30 5555 0100" },
        { "name": both("Example Mail"), "country": "FR", "contact": "privacy@mail.example" },
    ]);
    check(&config.to_string()).unwrap().config
}

fn rendered(text: &str) -> String {
    Pages::new(&full()).html(text, &hash(text.as_bytes()), &[]).unwrap()
}

/// Every text in a tree with the way to it.
fn texts(tree: &Value, way: &str, found: &mut Vec<(String, String)>) {
    match tree {
        Value::String(text) => found.push((way.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, &format!("{way}/*"), found)),
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| texts(member, &format!("{way}/{name}"), found));
        }
        _ => {}
    }
}

/// Words of a snapshot that are for machines, and why the page need not say them.
const FOR_MACHINES: [&str; 6] = [
    // Where the banner stands.
    "/position",
    // Names that tags and records use; titles say the same to readers.
    "/preferences/*/id",
    "/preferences/*/purpose",
    "/preferences/*/options/*/id",
    // Whether one or several can be picked.
    "/preferences/*/kind",
    // Of the kinds of storage, none is worse than another; the name and how long it stays are told.
    "/purposes/*/services/*/cookies/*/storage",
];

/// PIPL 17, GDPR 12 and 13: the page holds every text of the snapshot that a visitor could read, in each language.
#[test]
fn the_page_holds_every_text_of_the_snapshot() {
    let config = full();
    let in_words = [
        // lang, what the snapshot says, what the page says
        ("en", "P14M", "14 months"),
        ("en", "P30D", "30 days"),
        ("en", "P1Y", "1 year"),
        ("en", "US", "United States"),
        ("en", "contract", "Needed for our contract with you"),
        ("en", "consent", "Your consent"),
        ("zh-CN", "P14M", "14个月"),
        ("zh-CN", "P30D", "30天"),
        ("zh-CN", "P1Y", "1年"),
        ("zh-CN", "US", "美国"),
        ("zh-CN", "contract", "履行与您的合同所必需"),
        ("zh-CN", "consent", "您的同意"),
    ];
    let mut translated = 0;
    for lang in &config.languages {
        let text = json::to_text(&snapshot::notice(&config, lang));
        let snapshot: Value = serde_json::from_str(&text).unwrap();
        let (words, attributes) = read(&rendered(&text));
        let has = |name: &str, text: &str| attributes.iter().any(|(_, key, value)| key == name && value == text);
        let mut found = Vec::new();
        texts(&snapshot, "", &mut found);
        assert!(found.len() > 200, "the snapshot was walked");
        for (way, text) in found {
            if FOR_MACHINES.contains(&&*way) || way.starts_with("/labels/") {
                continue;
            }
            let leaf = way.rsplit('/').next().unwrap_or_default();
            let there = match leaf {
                "lang" => has("lang", &text),
                // No script runs here that could open the preference center.
                "href" if text == "#placet" => !has("href", &text),
                "href" | "privacyPolicy" => has("href", &text),
                "id" => has("id", &format!("purpose-{text}")),
                "retention" | "country" | "basis" => {
                    let known = in_words.iter().find(|(tag, said, _)| tag == lang && *said == text);
                    translated += usize::from(known.is_some());
                    known.is_none_or(|(_, _, told)| words.contains(told)) && !words.contains(&format!("\n{text}\n"))
                }
                _ => words.contains(&text),
            };
            assert!(there, "{lang}: {way} {text:?} is not on the page:\n{words}");
        }
        // The headings and notes of what this notice has, from the very snapshot.
        for label in [
            "whatFor",
            "controller",
            "dpo",
            "privacyPolicy",
            "data",
            "means",
            "recipients",
            "nobody",
            "retention",
            "ifRefused",
            "basis",
            "services",
            "keeps",
            "name",
            "country",
            "contact",
            "crossBorder",
            "method",
            "rights",
            "separate",
            "sensitive",
            "onceNote",
            "necessity",
            "impact",
            "always",
            "yourRights",
            "settings",
            "anyTime",
            "complaints",
            "saveNotice",
            "optOut",
            "guardianTitle",
        ] {
            assert!(words.contains(snapshot["labels"][label].as_str().unwrap()), "{lang}: {label}");
        }
        assert!(!words.contains('{'), "{lang}: a blank was not filled in");
    }
    assert!(translated >= 20, "durations, countries and bases were compared: {translated}");
}

/// The test above can fail: a page that lacks any one text of a purpose would be found out.
#[test]
fn nothing_of_a_purpose_is_left_out_unseen() {
    let text = json::to_text(&snapshot::notice(&full(), "en"));
    for said in
        ["No fitting food", "may learn of them", "by scripts in your browser", "Example Post", "_gac_*", "showing ads"]
    {
        let changed = text.replace(said, "NEEDLE");
        assert_ne!(changed, text, "{said}");
        assert!(
            read(&rendered(&changed)).0.contains("NEEDLE") && !read(&rendered(&changed)).0.contains(said),
            "{said}"
        );
    }
}

#[test]
fn the_document_is_one_that_everybody_can_read() {
    let config = full();
    for lang in &config.languages {
        let html = rendered(&json::to_text(&snapshot::notice(&config, lang)));
        assert!(
            html.starts_with(&format!(
                "<!doctype html><html lang=\"{lang}\" dir=\"ltr\"><head><meta charset=\"utf-8\">"
            ))
        );
        for never in ["<script", "<details", "style=\"", "onclick", "<!>", " class=\"\""] {
            assert!(!html.contains(never), "{never}");
        }
        // WCAG 1.3.1: one first heading, no level left out.
        let levels: Vec<u8> = html.match_indices("<h").filter_map(|(at, _)| html[at + 2..].bytes().next()).collect();
        let levels: Vec<u8> = levels.into_iter().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels[0] == 1 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        assert_eq!(html.matches("<th ").count(), html.matches("<th scope=").count());
        assert_eq!(html.matches("<li>").count() > 0, html.contains("<ul>"));
    }
    let arabic = rendered(r#"{"v":1,"lang":"ar","version":"1","purposes":[],"title":"بياناتك"}"#);
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).unwrap()
}

/// Keeps a snapshot as one that was served before.
async fn keep(server: &Server, lang: &str, text: &str) -> String {
    let hash = hash(text.as_bytes());
    let kept = Snapshot { hash: hash.clone(), lang: lang.into(), version: "2025-01-01".into(), text: text.into() };
    server.app.store.keep_notices(&[kept], now()).await.unwrap();
    hash[7..].to_owned()
}

/// The page may do what its policy says and no more, and the policy fits the page.
fn assert_guarded(answer: &Answer, what: &str) {
    use base64ct::{Base64, Encoding};
    let html = String::from_utf8(answer.body.clone()).unwrap();
    let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let sheet = Base64::encode_string(&Sha256::digest(style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{sheet}'; img-src 'self' https:; base-uri 'none'; form-action 'none'"
    );
    assert_eq!(answer.header("content-security-policy"), format!("{policy}; frame-ancestors 'none'"), "{what}");
    let (_, attributes) = read(&html);
    assert!(
        attributes.contains(&("meta".into(), "content".into(), policy)),
        "{what}: a copy elsewhere keeps to it too"
    );
}

async fn pages_are_served_in_every_language_by_both_addresses() {
    let server = Server::start().await;
    let config = full();
    for lang in &config.languages {
        let hash = keep(&server, lang, &json::to_text(&snapshot::notice(&config, lang))).await;
        let plain = server.send(get(&format!("/notice/{hash}"), &[])).await;
        for (path, coding) in [(format!("/notice/{hash}"), "br"), (format!("/notice/{hash}.html"), "br")] {
            let answer = server.send(get(&path, &[("accept-encoding", "br")])).await;
            for (name, value) in [
                ("content-type", "text/html; charset=utf-8"),
                ("cache-control", "public, max-age=31536000, immutable"),
                ("content-encoding", coding),
                ("vary", "accept-encoding"),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "strict-origin-when-cross-origin"),
            ] {
                assert_eq!(answer.header(name), value, "{name} of {path}");
            }
            assert!(answer.body.len() * 2 < plain.body.len(), "{path} is compressed");
            let held = [("if-none-match", answer.header("etag"))];
            assert_eq!(server.send(get(&path, &held)).await.status, 304);
        }
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""));
        assert_guarded(&plain, lang);
        let json = server.send(get(&format!("/notice/{hash}.json"), &[])).await;
        assert_eq!(placet_model::verify::hash(&json.body)[7..], hash, "the link to the file gives the exact snapshot");
        let (words, attributes) = read(&String::from_utf8(plain.body).unwrap());
        assert!(attributes.contains(&("a".into(), "href".into(), format!("{hash}.json"))));
        assert!(words.contains(&format!("sha256:{hash}")));
    }
}

/// A receipt of long ago names a notice of long ago: it can be read still, without what later notices had to tell.
async fn notices_of_old_can_be_read() {
    let server = Server::start().await;
    let mut old: Value = serde_json::from_str(&json::to_text(&snapshot::notice(&full(), "en"))).unwrap();
    for (pointer, members) in [
        ("", &["minors", "feedback", "optOutText"][..]),
        ("/controller", &["dpo", "rights"]),
        ("/purposes/1", &["means", "sensitive", "once", "necessity", "impact", "services"]),
        ("/labels", &["means", "necessity", "yourRights", "noticeVersion", "saveNotice", "anyTime"]),
    ] {
        let part = old.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        members.iter().for_each(|member| assert!(part.remove(*member).is_some(), "{pointer}/{member}"));
    }
    let hash = keep(&server, "en", &old.to_string()).await;
    let answer = server.send(get(&format!("/notice/{hash}"), &[])).await;
    assert_eq!(answer.status, 200);
    assert_guarded(&answer, "old");
    let (words, _) = read(&String::from_utf8(answer.body).unwrap());
    for there in ["Measuring use", "14 months", "Baidu Tongji", "Notice of version 2026-11-01", "Download this notice"]
    {
        assert!(words.contains(there), "{there}");
    }
    for absent in ["Your rights\n", "A parent or guardian decides"] {
        assert!(!words.contains(absent), "{absent} was not told then");
    }
    // The first form of all, from the tests of recording.
    let first = server.send(get(&format!("/notice/{}", &support::notice()[7..]), &[])).await;
    assert_eq!(first.status, 200);
    assert!(read(&String::from_utf8(first.body).unwrap()).0.contains("Ads on other platforms"));
}

async fn what_is_no_notice_is_not_found() {
    let server = Server::start().await;
    for text in
        ["{}", "[]", "no JSON", r#"{"v":1,"lang":"en"}"#, r#"{"v":99,"lang":"en","purposes":[]}"#, "{\"v\":1,\"v\":1}"]
    {
        let hash = keep(&server, "en", text).await;
        assert_eq!(server.send(get(&format!("/notice/{hash}"), &[])).await.outcomes(), ["404 not-found"], "{text}");
        let json = server.send(get(&format!("/notice/{hash}.json"), &[])).await;
        assert_eq!(json.body, text.as_bytes(), "and can be fetched as it is");
    }
    for name in ["unheard-of", "unheard-of.html", ".html", "%00", "..%2fplacet.db", "unheard-of.json.html"] {
        assert_eq!(server.send(get(&format!("/notice/{name}"), &[])).await.outcomes(), ["404 not-found"], "{name}");
    }
}

/// CVE-2023-3388 and its like: whatever stands in a snapshot, nothing of it runs and no link leads to script.
async fn hostile_texts_are_words() {
    let hostile = [
        "<script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "' autofocus onfocus='alert(1)",
        "javascript:alert(1)",
        "java<!>script:alert(1)",
        "/<!>/evil.example",
        "data:text/html,<script>alert(1)</script>",
        "<!>",
        " class=\"\">x",
        "&lt;b&gt;",
        "{{7*7}}\u{202e}",
    ];
    let plain: Value = serde_json::from_str(&json::to_text(&snapshot::notice(&full(), "en"))).unwrap();
    let mut usual: Vec<_> =
        read(&rendered(&plain.to_string())).1.into_iter().map(|(tag, name, _)| format!("{tag} {name}")).collect();
    usual.sort();
    usual.dedup();
    let server = Server::start().await;
    for text in hostile {
        let mut tree = plain.clone();
        poison(&mut tree, text);
        tree["lang"] = "en".into();
        let hash = keep(&server, "en", &tree.to_string()).await;
        let answer = server.send(get(&format!("/notice/{hash}"), &[])).await;
        assert_eq!(answer.status, 200, "{text}");
        assert_guarded(&answer, text);
        let html = String::from_utf8(answer.body).unwrap();
        let (words, attributes) = read(&html);
        assert!(words.contains(text), "{text:?} is shown as it is: {words}");
        for (tag, name, value) in attributes {
            assert!(usual.contains(&format!("{tag} {name}")), "{text}: <{tag} {name}={value:?}>");
            if name == "href" {
                // As a browser reads it, wherever the page lies.
                let base = url::Url::parse("https://consent.example/notice/x").unwrap();
                // What is no address leads nowhere.
                let Ok(read) = base.join(&value) else { continue };
                let leads_away = read.host_str() != Some("consent.example") && read.scheme() == "https";
                assert!(["https", "mailto", "tel"].contains(&read.scheme()), "{text}: {value}");
                assert!(!leads_away || value.starts_with("https://"), "{text}: {value}");
            }
        }
        assert!(elements(&html).is_subset(&elements(&rendered(&plain.to_string()))), "{text}: {:?}", elements(&html));
        assert!(!html.contains("href=\"//"), "{text}");
    }
}

/// The names of all elements.
fn elements(html: &str) -> BTreeSet<Vec<u8>> {
    html5gum::Tokenizer::new(html)
        .filter_map(|token| match token {
            Ok(Token::StartTag(tag)) => Some(tag.name.to_vec()),
            _ => None,
        })
        .collect()
}

/// Puts a text in the place of every text but those that say which of the known words is meant.
fn poison(tree: &mut Value, text: &str) {
    match tree {
        Value::String(old) => *old = text.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, text)),
        Value::Object(members) => members.values_mut().for_each(|member| poison(member, text)),
        _ => {}
    }
}

/// `placet publish` writes the page beside the snapshot, for hosts that serve files and nothing else.
#[test]
fn pages_are_published_beside_their_snapshots() {
    let config = full();
    let place = Place { base: None, notices: "", region: None };
    let published = match publish(&config, &place) {
        Err(PublishError::WithoutWidget) => {
            return eprintln!("NOT RUN: build the widget first, with cargo xtask widget");
        }
        published => published.unwrap(),
    };
    for notice in &published.notices {
        let file = |path: String| published.files.iter().find(|file| file.path == path).unwrap();
        let page = file(page_path(&notice.hash));
        assert_eq!((page.content_type, page.immutable), ("text/html; charset=utf-8", true));
        assert!(page.brotli.len() < 6_000, "{} is {} bytes on the wire", page.path, page.brotli.len());
        let html = String::from_utf8(page.bytes.clone()).unwrap();
        assert_eq!(Pages::new(&config).html(&notice.text, &notice.hash, &published.notices), Some(html.clone()));
        // Every address that the page gives for a file is that of a published one.
        let (_, attributes) = read(&html);
        let beside: Vec<_> = attributes
            .iter()
            .filter(|(_, name, value)| name == "href" && (value.ends_with(".html") || value.ends_with(".json")))
            .collect();
        assert_eq!(beside.len(), config.languages.len(), "itself as a file, and the others as pages: {beside:?}");
        for (_, _, name) in beside {
            file(format!("notice/{name}"));
        }
    }
}

/// A theme colours the page; links to the same version in the other languages are on it.
#[test]
fn theme_and_languages() {
    let mut config = full();
    config.theme.accent = Some("#ffd600".into());
    config.theme.logo = Some("https://shop.example/logo.svg".into());
    let notices: Vec<Snapshot> = config
        .languages
        .iter()
        .map(|lang| {
            let text = json::to_text(&snapshot::notice(&config, lang));
            Snapshot { hash: hash(text.as_bytes()), lang: lang.clone(), version: config.version.clone(), text }
        })
        .collect();
    let html = Pages::new(&config).html(&notices[0].text, &notices[0].hash, &notices).unwrap();
    let (words, attributes) = read(&html);
    let links: Vec<_> = attributes.iter().filter(|(_, _, value)| value.ends_with(".html")).collect();
    assert_eq!(links, [&("a".to_owned(), "href".to_owned(), format!("{}.html", &notices[1].hash[7..]))]);
    assert!(words.contains("English") && words.contains("简体中文"));
    assert!(attributes.contains(&("img".into(), "src".into(), "https://shop.example/logo.svg".into())));
    let (day, night) = html.split_once("prefers-color-scheme:dark").unwrap();
    assert!(!day.contains("#ffd600") && night.contains("#ffd600"), "words in this yellow could not be read on white");
    for logo in ["javascript:alert(1)", "data:image/svg+xml,x", "//evil.example/x"] {
        config.theme.logo = Some(logo.into());
        assert!(!Pages::new(&config).html(&notices[0].text, &notices[0].hash, &[]).unwrap().contains("<img"), "{logo}");
    }
}
