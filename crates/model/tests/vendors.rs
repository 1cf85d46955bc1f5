//! The vendor catalogue: every manifest keeps the rules that publishing and the loader rely on.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing where it stands")]

use placet_model::config::{Config, Storage};
use placet_model::duration::Duration;
use placet_model::json::{parse, to_text};
use placet_model::problem::Problems;
use placet_model::signals::{Signal, When, signals};
use placet_model::tree::Read;
use placet_model::vendor::{Call, Kind, Manifest, Via, manifest, names};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The purposes that manifests may suggest: a shop that uses these names need not name one for each service.
const PURPOSES: &[&str] = &[
    "ads",
    "advertising",
    "analytics",
    "embeds",
    "functional",
    "functionality",
    "maps",
    "marketing",
    "media",
    "necessary",
    "personalization",
    "recommendations",
    "security",
    "sharing",
    "social",
    "statistics",
    "video",
];

/// Domains under which anybody has a host: nobody's vendor.
const PUBLIC_SUFFIXES: &[&str] = &[
    "akamaized.net",
    "alicdn.com",
    "aliyuncs.com",
    "amazonaws.com",
    "appspot.com",
    "azureedge.net",
    "cloudflare.net",
    "cloudfront.net",
    "co.jp",
    "co.uk",
    "com.au",
    "com.cn",
    "com.hk",
    "com.tw",
    "fastly.net",
    "github.io",
    "gitlab.io",
    "jsdelivr.net",
    "myqcloud.com",
    "net.cn",
    "netlify.app",
    "org.cn",
    "pages.dev",
    "unpkg.com",
    "vercel.app",
    "workers.dev",
];

/// Hosts that also serve payment, sign-in or a shop's own libraries: only with the beginning of a path.
const SHARED: &[&str] = &[
    "alipay.com",
    "amazon.com",
    "amazon-adsystem.com",
    "apple.com",
    "baidu.com",
    "bing.com",
    "c.amazon-adsystem.com",
    "connect.facebook.net",
    "facebook.com",
    "facebook.net",
    "google.com",
    "googleapis.com",
    "googletagmanager.com",
    "gstatic.com",
    "linkedin.com",
    "microsoft.com",
    "paypal.com",
    "pinimg.com",
    "pinterest.com",
    "qq.com",
    "reddit.com",
    "redditstatic.com",
    "res.wx.qq.com",
    "res2.wx.qq.com",
    "s.pinimg.com",
    "sc-static.net",
    "shopify.com",
    "snapchat.com",
    "tiktok.com",
    "twitter.com",
    "v.qq.com",
    "weixin.qq.com",
    "wx.qq.com",
    "www.facebook.com",
    "www.google.com",
    "www.googletagmanager.com",
    "www.redditstatic.com",
    "x.com",
];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vendors")
}

/// Every manifest as it lies on disk, with its name.
fn files() -> Vec<(String, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(directory())
        .expect("the catalogue")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            assert_eq!(path.extension().expect("an extension"), "json", "{name}");
            (name, parse(&std::fs::read_to_string(&path).expect("a text")).expect("JSON"))
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

fn all() -> Vec<Manifest> {
    names().into_iter().map(|id| manifest(id).expect(id)).collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// All texts in a call's arguments that stand for something else, and whether its states are among them.
fn placeholders(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with('$') => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| placeholders(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                if name.starts_with('$') {
                    assert_eq!((name.as_str(), member), ("$states", &json!(true)));
                    found.push(name.clone());
                } else {
                    placeholders(member, found);
                }
            }
        }
        _ => {}
    }
}

fn placeholders_of(calls: &[Call]) -> Vec<String> {
    let mut found = Vec::new();
    calls.iter().flat_map(|call| &call.with).for_each(|argument| placeholders(argument, &mut found));
    found
}

#[test]
fn the_catalogue_is_what_lies_on_disk() {
    let files = files();
    assert_eq!(names(), files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    for (name, tree) in &files {
        let mut problems = Problems::default();
        let read = Manifest::read(tree, &mut problems);
        assert_eq!((problems.found, read.id.as_str()), (vec![], name.as_str()));
        assert_eq!(manifest(name), Some(read.clone()), "{name}");
        assert_eq!(read.schema.as_deref(), Some("../vendor.schema.json"), "{name}");
        let again = Manifest::read(&parse(&to_text(&read)).expect("JSON"), &mut Problems::default());
        assert_eq!(again, read, "{name}: reading and writing changes nothing");
    }
}

#[test]
fn each_vendor_says_what_it_does_and_where_that_is_written() {
    for vendor in all() {
        let id = &vendor.id;
        for (tag, words) in vendor.name.wordings() {
            assert!(!words.trim().is_empty() && matches!(tag, None | Some("en" | "zh-CN")), "{id}");
        }
        assert!(!vendor.name.wording("fr").is_empty(), "{id} has a name in every language");
        assert!(vendor.notes.ends_with('.') && vendor.notes.len() <= 600, "{id}: {}", vendor.notes.len());
        assert!(!vendor.sources.is_empty(), "{id}");
        for (at, source) in vendor.sources.iter().enumerate() {
            let host = source.strip_prefix("https://").unwrap_or_else(|| panic!("{id}: {source}"));
            assert!(host.contains('.') && !host.contains(char::is_whitespace), "{id}: {source}");
            assert!(!vendor.sources[..at].contains(source), "{id}: {source} is there twice");
        }
        for purpose in vendor.purposes.iter().chain(vendor.states.0.iter().flat_map(|(_, purposes)| purposes)) {
            assert!(PURPOSES.contains(&purpose.as_str()), "{id}: {purpose}");
        }
        // A signal has nothing to hold and nothing to delete; everything else does nothing but that without.
        let is_signal = vendor.kind == Kind::Signal;
        assert_eq!(vendor.hosts.is_empty() && vendor.purposes.is_empty(), is_signal, "{id}");
        assert_eq!(vendor.hosts.is_empty() || vendor.purposes.is_empty(), is_signal, "{id}");
        assert!(!is_signal || (vendor.cookies.is_empty() && !vendor.calls.update.is_empty()), "{id}");
    }
}

#[test]
fn hosts_are_narrow() {
    for vendor in all() {
        let id = &vendor.id;
        assert!(vendor.hosts.is_sorted(), "{id}: {:?}", vendor.hosts);
        for entry in &vendor.hosts {
            let (host, path) = entry.split_once('/').map_or((entry.as_str(), None), |(host, path)| (host, Some(path)));
            let is_label = |label: &str| {
                !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            };
            assert!(host.split('.').count() >= 2 && host.split('.').all(is_label), "{id}: {entry}");
            let is_plain = |path: &str| {
                !path.is_empty()
                    && !path.contains("//")
                    && path.bytes().all(|b| b.is_ascii_graphic() && !b"?#*%".contains(&b))
            };
            assert!(path.is_none_or(is_plain), "{id}: {entry}");
            assert!(!PUBLIC_SUFFIXES.contains(&host), "{id}: {entry} is everybody's");
            assert!(path.is_some() || !SHARED.contains(&host), "{id}: {entry} would hold more than this vendor");
            // What another entry covers already says nothing.
            let covered = vendor.hosts.iter().any(|other| {
                other != entry && (entry.ends_with(&format!(".{other}")) || entry.starts_with(&format!("{other}/")))
            });
            assert!(!covered && vendor.hosts.iter().filter(|other| *other == entry).count() == 1, "{id}: {entry}");
        }
    }
}

#[test]
fn what_is_kept_can_be_told_and_deleted() {
    for vendor in all() {
        let id = &vendor.id;
        for (at, kept) in vendor.cookies.iter().enumerate() {
            let stem = kept.name.strip_suffix('*').unwrap_or(&kept.name);
            assert!(stem.len() >= 3 && !stem.contains(['*', ';', '=', ' ']), "{id}: {}", kept.name);
            assert!(
                kept.retention.as_deref().is_none_or(|text| Duration::parse(text).is_some()),
                "{id}: {}",
                kept.name
            );
            // Session storage ends with the tab: a time would be a lie.
            assert!(kept.storage != Storage::Session || kept.retention.is_none(), "{id}: {}", kept.name);
            let twice =
                vendor.cookies[..at].iter().any(|other| (&other.name, other.storage) == (&kept.name, kept.storage));
            assert!(!twice, "{id}: {} is there twice", kept.name);
        }
    }
}

#[test]
fn calls_can_be_made() {
    for vendor in all() {
        let id = &vendor.id;
        for (list, calls) in vendor.calls.lists() {
            for (at, call) in calls.iter().enumerate() {
                let place = format!("{id}, {list} {at}");
                let parts: Vec<_> = call.name.split('.').collect();
                assert!(parts.iter().all(|part| is_name(part)), "{place}: {}", call.name);
                assert!(call.via == Via::Call || parts.len() == 1, "{place}: only a function can be reached by a path");
                let waits = call.queue.as_deref();
                assert!(
                    waits.is_none_or(|queue| is_name(queue) && call.via == Via::Call && parts.len() == 1),
                    "{place}"
                );
                assert!(call.via != Via::Set || call.with.len() == 1, "{place}: a global has one value");
                for name in placeholders_of(std::slice::from_ref(call)) {
                    let known = match name.as_str() {
                        "$states" => !vendor.states.0.is_empty() && matches!(list, "default" | "update"),
                        "$purposes" => matches!(list, "default" | "update"),
                        "$next" => call.via == Via::Call && call.with.last() == Some(&json!("$next")),
                        option => vendor.options.get(&option[1..]).is_some(),
                    };
                    assert!(known, "{place}: {name}");
                }
            }
        }
    }
}

#[test]
fn what_can_be_granted_can_be_denied() {
    for vendor in all() {
        let id = &vendor.id;
        let calls = &vendor.calls;
        assert_eq!(calls.granted.is_empty(), calls.denied.is_empty(), "{id}");
        // States are all said at every change; a call about one purpose is said when that purpose turns.
        let used = calls.lists().map(|(_, calls)| placeholders_of(calls)).concat();
        assert_eq!(vendor.states.0.is_empty(), !used.contains(&"$states".to_owned()), "{id}");
        assert_eq!(vendor.states.0.is_empty(), calls.update.is_empty(), "{id}");
        assert!(vendor.states.0.iter().all(|(_, purposes)| !purposes.is_empty()), "{id}");
        for (option, _) in &vendor.options.0 {
            assert!(is_name(option) && used.contains(&format!("${option}")), "{id}: {option} changes nothing");
            assert!(!["states", "purposes", "next"].contains(&option.as_str()), "{id}: {option} means something else");
        }
        let [granted, denied] = vendor.answers();
        assert!(vendor.words.as_ref().is_none_or(|words| words.len() == 2) && granted != denied, "{id}");
        assert!(vendor.words.is_none() || !vendor.states.0.is_empty(), "{id}");
    }
}

/// Google's tags share one queue: whichever of them a shop lists, all of them hear the same.
#[test]
fn google_is_told_the_same_by_each_of_its_services() {
    let signal = manifest("google-consent-mode").expect("it is there");
    let keys: Vec<_> = signal.states.0.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "ad_storage",
            "ad_user_data",
            "ad_personalization",
            "analytics_storage",
            "functionality_storage",
            "personalization_storage",
            "security_storage"
        ]
    );
    let speak: Vec<_> = all().into_iter().filter(|vendor| to_text(&vendor.calls).contains("dataLayer")).collect();
    assert_eq!(
        speak.iter().map(|vendor| vendor.id.as_str()).collect::<Vec<_>>(),
        ["google-ads", "google-analytics-4", "google-consent-mode", "google-tag-manager"]
    );
    for vendor in speak {
        assert_eq!(vendor.states, signal.states, "{}", vendor.id);
        assert_eq!(vendor.calls.default, signal.calls.default, "{}", vendor.id);
        assert_eq!(vendor.calls.update[0], signal.calls.update[0], "{}", vendor.id);
        assert_eq!(vendor.options, signal.options, "{}", vendor.id);
    }
}

/// What goes out for services of a shop that has every purpose a manifest may suggest.
fn told(services: &Value) -> Vec<Signal> {
    let purposes: Vec<_> = PURPOSES.iter().map(|id| json!({ "id": id })).collect();
    let config = Config::read(&json!({ "purposes": purposes, "services": services }), &mut Problems::default());
    assert_eq!(config.services.len(), services.as_array().map_or(0, Vec::len));
    signals(&config)
}

#[test]
fn what_goes_out_is_settled_but_for_the_visitors_answer() {
    for vendor in all() {
        let told = told(&json!([{ "use": vendor.id }]));
        // A hold that no call lifts is for tags that load before consent; these here wait.
        let lifts = !vendor.calls.update.is_empty() || !vendor.calls.granted.is_empty();
        let said = |(name, calls): &(&str, &[Call])| !calls.is_empty() && (lifts || *name != "default");
        let lists = vendor.calls.lists().iter().filter(|list| said(list)).count();
        assert_eq!(told.len(), lists, "{}", vendor.id);
        let text = told.iter().flat_map(|signal| &signal.calls).map(to_text).collect::<String>();
        for (at, _) in text.match_indices("\"$") {
            let known = ["$states", "$words", "$purposes", "$next"];
            assert!(known.iter().any(|name| text[at + 1..].starts_with(&format!("{name}\""))), "{}: {text}", vendor.id);
        }
    }
}

#[test]
fn google_is_told_once_and_by_the_options_of_the_signal() {
    let told = told(&json!([
        { "use": "google-tag-manager" },
        { "use": "google-analytics-4" },
        { "use": "google-ads" },
        { "use": "google-consent-mode", "options": { "wait_for_update": 2000, "ads_data_redaction": false } }
    ]));
    let calls = |when| told.iter().filter(move |signal| signal.when == when).flat_map(|signal| &signal.calls);
    let default: Vec<_> = calls(When::Default).collect();
    assert_eq!(default.len(), 1, "{default:?}");
    assert_eq!(default[0].with[2]["wait_for_update"].as_f64(), Some(2000.0));
    assert_eq!(calls(When::Update).map(|call| call.name.as_str()).collect::<Vec<_>>(), ["dataLayer"; 2]);
}
