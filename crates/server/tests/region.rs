//! The region hint: what it tells, from where, and what it does not believe.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::Request;
use placet_server::address::Peer;
use placet_server::geo::{Geo, GeoError};
use placet_server::region::Regions;
use serde_json::{Value, json};
use std::fs;
use support::mmdb::mmdb;
use support::{Answer, Server, on_each_database};
use tempfile::TempDir;

on_each_database![
    headers_of_a_cdn_tell_the_region,
    a_local_file_tells_the_region_of_an_address,
    where_nothing_tells_regions_there_is_no_hint,
    the_hint_keeps_nothing,
];

async fn ask(server: &Server, peer: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(Request::get("/v1/region"), |request, (name, value)| request.header(*name, *value));
    server.send(request.extension(Peer(peer.parse().unwrap())).body(Body::empty()).unwrap()).await
}

fn headers(names: &[&str]) -> Option<Regions> {
    let mut names = names.iter().map(|name| name.parse().unwrap());
    Some(Regions::Headers { country: names.next().unwrap(), part: names.next() })
}

fn opened(bytes: &[u8]) -> Result<Geo, GeoError> {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("geo.mmdb");
    fs::write(&file, bytes).unwrap();
    Geo::open(&file)
}

fn geo(ip_version: u16) -> Option<Regions> {
    let place = |country: &str| json!({ "country": { "iso_code": country } });
    let part = |country: &str, parts: &[&str]| {
        let parts: Vec<Value> = parts.iter().map(|part| json!({ "iso_code": part })).collect();
        json!({ "continent": { "code": "NA" }, "country": { "iso_code": country }, "subdivisions": parts })
    };
    let mut networks = vec![
        ("192.0.2.0/25", place("CN")),
        ("192.0.2.128/25", part("US", &["CA"])),
        ("198.51.100.0/24", part("GB", &["ENG", "LND"])),
        ("203.0.113.0/26", json!({ "continent": { "code": "EU" } })),
        ("203.0.113.64/26", place("XX")),
        ("203.0.113.128/26", json!({ "country": "DE" })),
    ];
    if ip_version == 6 {
        networks.extend([("2001:db8::/33", place("DE")), ("2001:db8:8000::/33", part("CA", &["QC"]))]);
    }
    Some(Regions::Geo(Box::new(opened(&mmdb("Test-City", ip_version, &networks)).unwrap())))
}

async fn headers_of_a_cdn_tell_the_region() {
    let one = Server::with_regions(headers(&["CF-IPCountry"]), &["192.0.2.0/24"]).await;
    let two = Server::with_regions(headers(&["CF-IPCountry", "CF-Region-Code"]), &["192.0.2.0/24"]).await;
    let long = "A".repeat(8000);
    for (server, sent, region) in [
        (&one, &[][..], Value::Null),
        (&one, &[("cf-ipcountry", "US")], "US".into()),
        (&one, &[("cf-ipcountry", "US-CA")], "US-CA".into()),
        (&one, &[("cf-ipcountry", "US"), ("cf-region-code", "CA")], "US".into()),
        (&one, &[("cf-ipcountry", "XX")], Value::Null),
        (&one, &[("cf-ipcountry", "T1")], Value::Null),
        (&one, &[("cf-ipcountry", "<script>alert(1)</script>")], Value::Null),
        (&one, &[("cf-ipcountry", &long)], Value::Null),
        (&one, &[("cf-ipcountry", "\u{e9}")], Value::Null),
        (&one, &[("cf-ipcountry", "US"), ("cf-ipcountry", "CN")], Value::Null),
        (&one, &[("x-forwarded-for", "192.0.2.1")], Value::Null),
        (&two, &[("cf-ipcountry", "us"), ("cf-region-code", "ca")], "US-CA".into()),
        (&two, &[("cf-ipcountry", "SG")], "SG".into()),
        (&two, &[("cf-ipcountry", "SG"), ("cf-region-code", "")], "SG".into()),
        (&two, &[("cf-region-code", "CA")], Value::Null),
        (&two, &[("cf-ipcountry", "US"), ("cf-region-code", "../etc")], Value::Null),
        (&two, &[("cf-ipcountry", "US"), ("cf-region-code", "CA"), ("cf-region-code", "NY")], Value::Null),
    ] {
        let answer = ask(server, "192.0.2.1", sent).await;
        assert_eq!(answer.json(), json!({ "region": region, "gpc": false }), "{sent:?}");
    }
    // Who comes past the CDN can write what they like: nothing of it is believed.
    let nobody = Server::with_regions(headers(&["CF-IPCountry"]), &[]).await;
    let written = [("cf-ipcountry", "US"), ("cf-region-code", "CA"), ("x-forwarded-for", "192.0.2.1")];
    for (server, peer, region) in [
        (&one, "::ffff:192.0.2.9", Some("US")),
        (&two, "192.0.2.9", Some("US-CA")),
        (&one, "192.0.3.1", None),
        (&two, "192.0.3.1", None),
        (&one, "127.0.0.1", None),
        (&one, "2001:db8::1", None),
        (&nobody, "192.0.2.1", None),
        (&nobody, "127.0.0.1", None),
    ] {
        let answer = ask(server, peer, &written).await;
        assert_eq!(answer.json(), json!({ "region": region, "gpc": false }), "{peer}");
    }
}

async fn a_local_file_tells_the_region_of_an_address() {
    let both = Server::with_regions(geo(6), &[]).await;
    let only_four = Server::with_regions(geo(4), &[]).await;
    let behind = Server::with_regions(geo(6), &["198.51.100.0/24"]).await;
    let forged = [("x-forwarded-for", "192.0.2.1, 192.0.2.200")];
    for (server, peer, sent, region) in [
        (&both, "192.0.2.1", &[][..], Some("CN")),
        (&both, "::ffff:192.0.2.1", &[], Some("CN")),
        (&both, "192.0.2.200", &[], Some("US-CA")),
        (&both, "198.51.100.7", &[], Some("GB-ENG")),
        (&both, "2001:db8::1", &[], Some("DE")),
        (&both, "2001:db8:8000::1", &[], Some("CA-QC")),
        (&both, "2001:db9::1", &[], None),
        (&both, "127.0.0.1", &[], None),
        (&both, "203.0.113.1", &[], None),
        (&both, "203.0.113.65", &[], None),
        (&both, "203.0.113.129", &[], None),
        (&both, "127.0.0.1", &forged, None),
        (&both, "192.0.2.1", &[("cf-ipcountry", "DE")], Some("CN")),
        (&only_four, "192.0.2.1", &[], Some("CN")),
        (&only_four, "2001:db8::1", &[], None),
        (&behind, "198.51.100.7", &forged, Some("US-CA")),
        (&behind, "198.51.100.7", &[], None),
        (&behind, "198.51.100.7", &[("x-forwarded-for", "unknown")], None),
        (&behind, "192.0.2.1", &forged, Some("CN")),
    ] {
        let answer = ask(server, peer, sent).await;
        assert_eq!(answer.json(), json!({ "region": region, "gpc": false }), "{peer} {sent:?}");
    }
}

#[test]
fn files_that_tell_no_countries_are_refused() {
    let whole = mmdb("Test-Country", 6, &[("192.0.2.0/24", json!({ "country": { "iso_code": "CN" } }))]);
    let asn = mmdb("Test-ASN", 6, &[("192.0.2.0/24", json!({ "autonomous_system_number": 64500 }))]);
    let empty = mmdb("Test-Country", 6, &[]);
    assert!(opened(&whole).is_ok());
    for (bytes, said) in [
        (&b""[..], "not in MaxMind's format, or damaged"),
        (b"country,code\n", "not in MaxMind's format, or damaged"),
        (&whole[..whole.len() / 2], "not in MaxMind's format, or damaged"),
        (&whole[whole.len() / 2..], "not in MaxMind's format, or damaged"),
        (&asn, "tells no countries: it is of the type \"Test-ASN\""),
        (&empty, "tells no countries"),
    ] {
        let error = opened(bytes).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.to_string().contains("geo.mmdb") && error.help().contains("--geo"), "{error}");
    }
}

async fn where_nothing_tells_regions_there_is_no_hint() {
    let server = Server::start().await;
    let answer = ask(&server, "192.0.2.1", &[("cf-ipcountry", "US"), ("sec-gpc", "1")]).await;
    assert_eq!(answer.outcomes(), ["404 not-found"]);
}

/// An address is looked up and forgotten.
async fn the_hint_keeps_nothing() {
    let server = Server::with_regions(geo(6), &["127.0.0.1"]).await;
    let answer = ask(&server, "127.0.0.1", &[("x-forwarded-for", "192.0.2.200"), ("cookie", "needle")]).await;
    assert_eq!(answer.json()["region"], "US-CA");
    for header in ["set-cookie", "etag", "last-modified"] {
        assert_eq!(answer.header(header), "", "{header} could tell a visitor again");
    }
    for file in fs::read_dir(server.directory()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for needle in ["192.0.2.200", "needle"] {
            assert!(
                !bytes.windows(needle.len()).any(|window| window == needle.as_bytes()),
                "{needle} is in the database"
            );
        }
    }
}
