//! Who may do what on the admin listener: every route against every role, and what tokens and confirmations are worth.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use base64ct::{Base64UrlUnpadded, Encoding};
use placet_model::admin::{Role, TokenWish};
use placet_model::log::entry::{EntryKind, audit_record, entry};
use placet_server::admin::table::{route, router, router_of, table};
use placet_server::admin::tokens::new_token;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use support::{Answer, STILL, Server, on_each_database};

on_each_database![
    every_route_is_open_to_its_roles_and_to_nobody_else,
    the_admin_routes_are_not_on_the_public_listener,
    tokens_are_made_told_once_listed_and_revoked,
    the_trail_tells_what_was_done_in_pages,
    nobody_does_alone_what_needs_two,
    every_call_takes_the_parameters_that_are_told_and_no_other,
    the_openapi_document_says_what_the_tables_say,
];

/// The admin listener of a server whose clock stands still.
struct Admin {
    server: Server,
    routes: Router,
}

impl Admin {
    async fn start() -> Self {
        let server = Server::at_a_still_time().await;
        let routes = router(server.app.clone());
        Admin { server, routes }
    }

    /// One whose only route has to be confirmed, beside those of the table that confirm; it counts how often it runs.
    async fn with_a_route_to_confirm(runs: Arc<AtomicU32>) -> Self {
        let server = Server::at_a_still_time().await;
        let run = move || {
            let runs = runs.clone();
            async move { runs.fetch_add(1, Ordering::SeqCst).to_string() }
        };
        let mut routes = table();
        let entry = route(Method::GET, "/v1/everything", &[Role::Auditor, Role::Editor], run);
        routes.push(entry.asks(&[("from", "The first day.")]).confirmed());
        let routes = router_of(routes, server.app.clone());
        Admin { server, routes }
    }

    /// A token of this role, made so many days ago and good for so many.
    async fn token(&self, role: Role, ago: u64, days: Option<u32>) -> String {
        let wish = TokenWish { role, name: format!("the {}", role.word()), days };
        let (secret, held) = new_token(&wish, STILL.unsigned_abs() - ago * 86_400_000, None).unwrap();
        self.server.app.store.keep_token(&held).await.unwrap();
        secret.text().to_owned()
    }

    async fn call(&self, method: &Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8788");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut server = self.server.clone();
        server.routes = self.routes.clone();
        server.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn with(&self, token: &str, method: Method, path: &str, body: &str) -> Answer {
        self.call(&method, path, &[("authorization", &format!("Bearer {token}"))], body).await
    }
}

/// The path of a route with something in the place of what varies.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

/// Every route x every role x no token, a wrong one, one past its time, a revoked one, another kind of header, and a page.
async fn every_route_is_open_to_its_roles_and_to_nobody_else() {
    let admin = Admin::start().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((*role, admin.token(*role, 0, None).await));
    }
    let owner = &tokens.iter().find(|(role, _)| *role == Role::Owner).unwrap().1;
    let over = admin.token(Role::Owner, 2, Some(1)).await;
    let revoked = admin.token(Role::Owner, 0, None).await;
    let answer = admin.with(owner, Method::DELETE, &format!("/v1/tokens/{}", &revoked[7..23]), "").await;
    assert_eq!(answer.status, 204);
    let (mut wrong, unknown) = (owner.clone(), format!("placet_0123456789abcdef_{}", "A".repeat(43)));
    wrong.replace_range(66.., if owner.ends_with('A') { "B" } else { "A" });

    let routes = table();
    assert!(routes.len() > 5);
    for entry in routes.iter().map(|route| &route.entry) {
        let path = filled(entry.path);
        let name = format!("{} {path}", entry.method);
        assert!(!entry.summary.is_empty(), "{name} says what it does");
        let open = entry.roles.is_empty();
        for (role, token) in &tokens {
            let answer = admin.with(token, entry.method.clone(), &path, "").await;
            let refused = answer.outcomes() == ["403 role-refused"];
            let may = open || *role == Role::Owner || entry.roles.contains(role);
            assert_eq!(refused, !may, "{name} as {}: {answer:?}", role.word());
            assert_ne!(answer.status, 401, "{name} as {}", role.word());
            assert!(answer.status < 500, "{name} as {}: {}", role.word(), answer.status);
            let kept = answer.header("cache-control");
            assert!(open || kept.contains("no-store"), "{name} as {}: {kept}", role.word());

            let bearer = format!("Bearer {token}");
            for (origin, host) in [("https://evil.example", "127.0.0.1:8788"), ("null", "127.0.0.1:8788")] {
                let headers = [("authorization", &*bearer), ("origin", origin), ("host", host)];
                let answer = admin.call(&entry.method, &path, &headers, "").await;
                assert_eq!(answer.outcomes() == ["403 page-refused"], !open, "{name} from {origin}: {answer:?}");
            }
            // The token in any other place counts for nothing.
            let (cookie, query) =
                (format!("token={token}; Authorization=Bearer {token}"), format!("{path}?token={token}"));
            let basic = format!("Basic {token}");
            for (path, header) in
                [(&path, ("cookie", &*cookie)), (&query, ("x-token", token)), (&path, ("proxy-authorization", &bearer))]
            {
                let answer = admin.call(&entry.method, path, &[header], "").await;
                assert_eq!(answer.outcomes() == ["401 token-missing"], !open, "{name} by {header:?}: {answer:?}");
            }
            let answer = admin.call(&entry.method, &path, &[("authorization", &basic)], "").await;
            assert_eq!(answer.outcomes() == ["401 token-refused"], !open, "{name} by Basic: {answer:?}");
        }
        for token in [&over, &revoked, &wrong, &unknown, "", "' OR 1=1 --"] {
            let answer = admin.with(token, entry.method.clone(), &path, "").await;
            assert_eq!(answer.outcomes() == ["401 token-refused"], !open, "{name} with {token}: {answer:?}");
            if !open {
                assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"placet\"");
                let detail = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains("not known here, was revoked, or its time is over"), "all alike: {detail}");
            }
        }
        let answer = admin.call(&entry.method, &path, &[], "").await;
        assert_eq!(answer.outcomes() == ["401 token-missing"], !open, "{name}: {answer:?}");
    }
}

async fn the_admin_routes_are_not_on_the_public_listener() {
    let admin = Admin::start().await;
    let token = admin.token(Role::Owner, 0, None).await;
    let public: &[&str] = &["/healthz", "/readyz", "/openapi.json"];
    for entry in table().iter().map(|route| &route.entry).filter(|entry| !public.contains(&entry.path)) {
        let request = Request::builder().method(entry.method.clone()).uri(filled(entry.path));
        let request = request.header("authorization", format!("Bearer {token}"));
        let answer = admin.server.send(request.body(Body::empty()).unwrap()).await;
        // Feedback is given there, beside the endpoint, and read here.
        let there = entry.path == "/v1/feedback";
        assert_eq!(answer.status, if there { 405 } else { 404 }, "{} {}", entry.method, entry.path);
    }
}

async fn tokens_are_made_told_once_listed_and_revoked() {
    let admin = Admin::start().await;
    let owner = admin.token(Role::Owner, 0, None).await;
    for (wish, outcome) in [
        (json!({ "role": "analyst", "name": "weekly report", "days": 30 }), 201),
        (json!({ "role": "ingest", "name": "shop backend", "days": null }), 201),
        (json!({ "role": "editor", "name": "x".repeat(100) }), 201),
        (json!({ "role": "auditor", "name": "second pair of eyes" }), 400),
        (json!({ "role": "owner", "name": "second owner" }), 400),
        (json!({ "role": "root", "name": "who" }), 400),
        (json!({ "name": "who" }), 400),
        (json!({ "role": "analyst" }), 400),
        (json!({ "role": "analyst", "name": " " }), 400),
        (json!({ "role": "analyst", "name": "x".repeat(101) }), 400),
        (json!({ "role": "analyst", "name": "\u{1b}[31m" }), 400),
        (json!({ "role": "analyst", "name": "who", "days": 0 }), 400),
        (json!({ "role": "analyst", "name": "who", "days": 3651 }), 400),
        (json!({ "role": "analyst", "name": "who", "days": -1 }), 400),
        (json!([]), 400),
    ] {
        let answer = admin.with(&owner, Method::POST, "/v1/tokens", &wish.to_string()).await;
        assert_eq!(answer.status, outcome, "{wish}: {answer:?}");
    }
    let long = format!("{{\"role\":\"analyst\",\"name\":\"{}\"}}", "x".repeat(20_000));
    assert_eq!(admin.with(&owner, Method::POST, "/v1/tokens", &long).await.outcomes(), ["413 too-large"]);

    let made = admin.with(&owner, Method::POST, "/v1/tokens", r#"{"role":"analyst","name":"report"}"#).await.json();
    let (secret, id) = (made["secret"].as_str().unwrap(), made["token"]["id"].as_str().unwrap());
    let listed = admin.with(&owner, Method::GET, "/v1/tokens", "").await;
    let text = String::from_utf8(listed.body.clone()).unwrap();
    assert!(text.contains(id) && !text.contains(&secret[24..]) && !text.contains("sha256"), "{text}");
    assert_eq!(listed.json()["tokens"].as_array().unwrap().len(), 5);

    let used = |list: Value, id: &str| {
        let tokens = list["tokens"].as_array().unwrap().clone();
        tokens.into_iter().find(|token| token["id"] == id).unwrap()
    };
    let token = used(listed.json(), id);
    assert_eq!((&token["usedOn"], &token["createdBy"]), (&Value::Null, &json!(owner[7..23])));
    assert_eq!(admin.with(secret, Method::GET, "/v1/tokens", "").await.outcomes(), ["403 role-refused"]);
    let listed = admin.with(&owner, Method::GET, "/v1/tokens", "").await.json();
    assert_eq!(used(listed, id)["usedOn"], "2026-03-01");

    for (id, status) in [(id, 204), (id, 404), ("0000000000000000", 404), ("%27%20OR%201=1", 404)] {
        let answer = admin.with(&owner, Method::DELETE, &format!("/v1/tokens/{id}"), "").await;
        assert_eq!(answer.status, status, "{id}");
    }
    assert_eq!(admin.with(secret, Method::GET, "/v1/tokens", "").await.outcomes(), ["401 token-refused"]);
}

async fn the_trail_tells_what_was_done_in_pages() {
    let admin = Admin::start().await;
    let owner = admin.token(Role::Owner, 0, None).await;
    let auditor = admin.token(Role::Auditor, 0, None).await;
    for turn in 0..5 {
        let wish = json!({ "role": "analyst", "name": format!("report {turn}") }).to_string();
        assert_eq!(admin.with(&owner, Method::POST, "/v1/tokens", &wish).await.status, 201);
    }
    let entries = admin.server.send(Request::get("/log/tile/entries/000.p/5").body(Body::empty()).unwrap()).await;
    assert_eq!(entries.status, 200, "{entries:?}");
    let (mut count, mut after) = (0, Some(String::new()));
    while let Some(cursor) = after {
        let page = admin.with(&auditor, Method::GET, &format!("/v1/audit?limit=2{cursor}"), "").await.json();
        for line in page["lines"].as_array().unwrap() {
            let (text, index) = (line["text"].as_str().unwrap(), line["index"].as_u64().unwrap());
            let event: Value = serde_json::from_str(text).unwrap();
            assert_eq!(event, line["event"]);
            assert_eq!((&event["what"], &event["who"]), (&json!("token.made"), &json!(owner[7..23])));
            assert_eq!((&event["at"], &event["role"]), (&json!(STILL), &json!("owner")));
            assert_eq!(event["about"].as_str().unwrap().len(), 16);
            // The line is what its entry in the log commits to.
            let salt = Base64UrlUnpadded::decode_vec(line["salt"].as_str().unwrap()).unwrap();
            let committed = entry(EntryKind::Audit, &salt.try_into().unwrap(), &audit_record(text));
            assert_eq!((index, line["origin"].as_str().unwrap()), (count, "shop.example/2026"));
            let place = usize::try_from(index).unwrap() * 35 + 2;
            assert_eq!(entries.body[place..place + 33], committed);
            count += 1;
        }
        after = page["next"].as_str().map(|next| format!("&after={next}"));
    }
    assert_eq!(count, 5);
    for query in [
        "after=-1",
        "after=x",
        "after=1",
        "after=1-1 OR 1=1",
        "limit=0",
        "limit=1001",
        "limit=1;DROP TABLE audit",
        "before=1",
        "after=1&after=2",
    ] {
        let path = format!("/v1/audit?{}", query.replace(' ', "%20"));
        assert_eq!(admin.with(&auditor, Method::GET, &path, "").await.outcomes(), ["400 malformed"], "{query}");
    }
}

/// What a second token confirms is done once, by the token that asked, exactly as it was asked for.
async fn nobody_does_alone_what_needs_two() {
    let runs = Arc::new(AtomicU32::new(0));
    let admin = Admin::with_a_route_to_confirm(runs.clone()).await;
    let mut tokens = Vec::new();
    for role in [Role::Auditor, Role::Auditor, Role::Owner, Role::Editor, Role::Ingest, Role::Analyst] {
        tokens.push(admin.token(role, 0, None).await);
    }
    let [first, second, owner, editor, ingest, analyst] = &tokens[..] else { panic!() };
    let path = "/v1/everything?from=2026-01-01";
    let ask = async |token: &str, path: &str, id: Option<&str>| {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("authorization", &*bearer)];
        headers.extend(id.map(|id| ("placet-confirmation", id)));
        admin.call(&Method::GET, path, &headers, "").await
    };
    let confirm = async |token: &str, id: &str| {
        admin.with(token, Method::POST, &format!("/v1/confirmations/{id}"), "").await.outcomes()[0].clone()
    };
    // who asks, who confirms, what comes of that, who then makes the request, which one, what comes of that
    for (asker, confirmer, confirmed, maker, made, outcome) in [
        (first, Some(second), "204", first, path, "200"),
        (first, Some(owner), "204", first, path, "200"),
        (editor, Some(owner), "204", editor, path, "200"),
        (first, None, "", first, path, "409 confirmation-refused"),
        (first, Some(first), "409 confirmation-refused", first, path, "409 confirmation-refused"),
        (owner, Some(owner), "409 confirmation-refused", owner, path, "409 confirmation-refused"),
        (first, Some(editor), "403 role-refused", first, path, "409 confirmation-refused"),
        (first, Some(ingest), "403 role-refused", first, path, "409 confirmation-refused"),
        (first, Some(analyst), "403 role-refused", first, path, "409 confirmation-refused"),
        (first, Some(second), "204", second, path, "409 confirmation-refused"),
        (first, Some(second), "204", first, "/v1/everything?from=2025-01-01", "409 confirmation-refused"),
        (first, Some(second), "204", first, "/v1/everything", "409 confirmation-refused"),
    ] {
        let before = runs.load(Ordering::SeqCst);
        let asked = ask(asker, path, None).await;
        assert_eq!(asked.status, 202, "{asked:?}");
        let id = asked.json()["confirmation"].as_str().unwrap().to_owned();
        let listed = admin.with(second, Method::GET, "/v1/confirmations", "").await.json();
        let waiting = listed["waiting"].as_array().unwrap();
        let waiting = waiting.iter().find(|waiting| waiting["id"] == *id).unwrap();
        assert_eq!((&waiting["request"], &waiting["who"]), (&json!(format!("GET {path}")), &json!(asker[7..23])));
        if let Some(confirmer) = confirmer {
            assert_eq!(confirm(confirmer, &id).await, confirmed, "{}", &confirmer[..23]);
        }
        assert_eq!(runs.load(Ordering::SeqCst), before, "nothing was done yet");
        let answer = ask(maker, made, Some(&id)).await;
        assert_eq!(answer.outcomes(), [outcome], "{answer:?}");
        assert_eq!(runs.load(Ordering::SeqCst) - before, u32::from(outcome == "200"));
        if outcome == "200" {
            let again = ask(maker, made, Some(&id)).await;
            assert_eq!(again.outcomes(), ["409 confirmation-refused"], "once");
            assert_eq!(confirm(second, &id).await, "404 not-found", "and it waits no more");
        }
    }
    // One whose confirmer is not trusted any more is not good.
    let third = &admin.token(Role::Auditor, 0, None).await;
    let asked = ask(first, path, None).await.json()["confirmation"].as_str().unwrap().to_owned();
    assert_eq!(confirm(third, &asked).await, "204");
    assert!(admin.server.app.store.revoke_token(&third[7..23], STILL).await.unwrap());
    assert_eq!(ask(first, path, Some(&asked)).await.outcomes(), ["409 confirmation-refused"]);
    // One that is past its time can be neither confirmed nor used.
    let late = ask(first, path, None).await.json()["confirmation"].as_str().unwrap().to_owned();
    let confirmed = ask(first, path, None).await.json()["confirmation"].as_str().unwrap().to_owned();
    assert_eq!(confirm(second, &confirmed).await, "204");
    let past = sqlx::query("UPDATE confirmations SET expires_at = $1").bind(STILL);
    past.execute(&admin.server.look().await).await.unwrap();
    assert_eq!(confirm(second, &late).await, "404 not-found");
    assert_eq!(ask(first, path, Some(&confirmed)).await.outcomes(), ["409 confirmation-refused"]);
    for id in ["", "x", "' OR 1=1 --", "00000000000000000000000000000000"] {
        assert_eq!(ask(first, path, Some(id)).await.outcomes(), ["409 confirmation-refused"], "{id}");
    }
    let bearer = format!("Bearer {first}");
    let hidden = admin.call(&Method::GET, path, &[("authorization", &bearer)], "more than is shown").await;
    assert_eq!(hidden.outcomes(), ["400 malformed"]);
    assert_eq!(ask(first, &format!("{path}{}", "x".repeat(1000)), None).await.outcomes(), ["400 malformed"]);
    assert_eq!(ask(ingest, path, None).await.outcomes(), ["403 role-refused"]);
}

/// The names that a call reads behind the `?` are those that the OpenAPI document tells.
async fn every_call_takes_the_parameters_that_are_told_and_no_other() {
    let admin = Admin::start().await;
    let owner = admin.token(Role::Owner, 0, None).await;
    let document = admin.call(&Method::GET, "/openapi.json", &[], "").await.json();
    let mut read = 0;
    for entry in table().iter().map(|route| &route.entry).filter(|entry| !entry.roles.is_empty()) {
        let operation = &document["paths"][entry.path][entry.method.as_str().to_lowercase()];
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let told = parameters.iter().filter(|parameter| parameter["in"] == "query");
        let told: Vec<&str> = told.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let path = filled(entry.path);
        let answer = admin.with(&owner, entry.method.clone(), &format!("{path}?unheard-of=1"), "").await;
        let says = match told.is_empty() {
            true => "it has none.".to_owned(),
            false => format!("it has {}.", told.join(", ")),
        };
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(answer.status == 400 && detail.ends_with(&says), "{} {path}: {says} {detail}", entry.method);
        // One that is told is read: what it cannot be is refused.
        for name in told {
            read += 1;
            for wrong in [format!("{name}=1&{name}=2"), format!("{name}=%00")] {
                let answer = admin.with(&owner, entry.method.clone(), &format!("{path}?{wrong}"), "").await;
                let passes = name == "purpose" && wrong.contains('%') || entry.confirmed && answer.status == 202;
                assert!(
                    passes || answer.outcomes() == ["400 malformed"],
                    "{} {path}?{wrong}: {answer:?}",
                    entry.method
                );
            }
        }
    }
    assert!(read >= 9, "{read}");
}

/// The one who confirms reads the whole request, and no person's name stands in it.
#[test]
fn requests_to_confirm_name_nobody() {
    for entry in table().iter().map(|route| &route.entry).filter(|entry| entry.confirmed) {
        assert!(!entry.path.contains('{'), "{}", entry.path);
    }
}

/// The document names every route with its roles, and every reference in it leads somewhere.
async fn the_openapi_document_says_what_the_tables_say() {
    let admin = Admin::start().await;
    let document = admin.call(&Method::GET, "/openapi.json", &[], "").await.json();
    let public = admin.server.send(Request::get("/openapi.json").body(Body::empty()).unwrap()).await.json();
    assert_eq!(document, public);
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(committed).unwrap()).unwrap();
    assert_eq!(document, committed, "`cargo xtask generate` writes docs/reference/openapi.json anew");

    let mut told = 0;
    for entry in table().into_iter().chain(placet_server::routes::table()).map(|route| route.entry) {
        let path = entry.path.replace("{*", "{");
        let operation = &document["paths"][&path][entry.method.as_str().to_lowercase()];
        if entry.summary.is_empty() {
            assert!(operation.is_null() && entry.method == Method::OPTIONS, "{} {path}", entry.method);
            continue;
        }
        told += 1;
        assert_eq!(operation["summary"], entry.summary, "{} {path}", entry.method);
        let description = operation["description"].as_str().unwrap_or_default();
        assert_eq!(operation["security"].is_array(), !entry.roles.is_empty(), "{} {path}", entry.method);
        assert!(entry.roles.iter().all(|role| description.contains(role.word())), "{path}: {description}");
        assert_eq!(operation["responses"]["202"].is_object(), entry.confirmed, "{path}");
        let places = operation["parameters"].as_array().cloned().unwrap_or_default();
        let places = places.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(places, entry.path.matches('{').count(), "{path}");
    }
    assert!(told > 20, "{told}");
    let text = document.to_string();
    let references: Vec<&str> =
        text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(references.len() > 20);
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}
