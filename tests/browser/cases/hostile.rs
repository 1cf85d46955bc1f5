//! Pages that get in the way, by accident or on purpose: nothing optional runs before the choice, the
//! page goes on, and a refusal works wherever the browser lets it.
//!
//! Strict policies and pages without WebAssembly are in `policies`.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{
    engine::Engine,
    runner::Browser,
    server::Server,
    shop::{Layer, Shop},
    stand::{Page, Stand},
    wait::{until, until_true},
};

/// Placet's lines on the console of a page.
#[derive(Clone, Copy)]
enum Says {
    Nothing,
    /// A part of a line that must be there.
    Line(&'static str),
}

/// What a page does to whoever comes after, and what must hold all the same.
struct Trap {
    what: &'static str,
    /// Ahead of the tag.
    before: &'static str,
    says: Says,
    /// Whether the choice is still known on the next page.
    kept: bool,
}

impl Trap {
    /// Something that Placet does not even notice.
    const fn harmless(what: &'static str, before: &'static str) -> Self {
        Self { what, before, says: Says::Nothing, kept: true }
    }

    /// Something that Placet notices and says.
    const fn told(what: &'static str, before: &'static str, line: &'static str) -> Self {
        Self { what, before, says: Says::Line(line), kept: true }
    }
}

/// A page with the tag, and everything that it has to hold: marked inline, marked file, marked frame.
fn page(tag: &str) -> Page {
    Page::html(&format!(
        r#"<!doctype html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,">{tag}
<script type="text/plain" data-placet="analytics">(window.demoRan ??= []).push({{ name: 'Inline' }});</script>
<script type="text/plain" data-placet="analytics" data-src="/held.js"></script>
<script type="text/plain" data-placet="ads" data-src="/ads.js"></script>
</head><body><h1>A shop</h1>
<iframe data-placet="recommendations" data-src="/film" title="Film" width="300" height="200"></iframe>
<button type="button" data-placet-action="open">Privacy settings</button>
<script>window.wentOn = true;</script></body></html>"#
    ))
}

async fn stand(pages: Vec<(&str, Page)>) -> Result<Stand> {
    let files = [
        ("/held.js", Page::script("(window.demoRan ??= []).push({ name: 'File' });")),
        ("/ads.js", Page::script("(window.demoRan ??= []).push({ name: 'Ads' });")),
        ("/evil.js", Page::script("(window.demoRan ??= []).push({ name: 'Evil' });")),
        ("/film", Page::html("<!doctype html><title>Film</title>")),
    ];
    Stand::open(files.into_iter().chain(pages).map(|(path, page)| (path.to_owned(), page)).collect()).await
}

fn tag(shop: &Shop) -> String {
    format!(r#"<script src="{}/embed/placet.js"></script>"#, shop.server.origin)
}

/// Nothing optional ran or was asked for, and the page's own script did run.
async fn is_held(shop: &Shop, stand: &Stand) -> Result<()> {
    shop.settled().await?;
    ensure!(shop.js("return window.wentOn", &[]).await? == true, "the page did not go on");
    let ran = shop.ran().await?;
    ensure!(ran.is_empty(), "these ran: {ran:?}");
    let requests = stand.requests();
    let optional = ["GET /held.js", "GET /ads.js", "GET /film", "GET /evil.js"];
    ensure!(!requests.iter().any(|asked| optional.contains(&asked.as_str())), "these were asked for: {requests:?}");
    let allowed =
        "return ['analytics', 'recommendations', 'marketing', 'ads'].filter((it) => window.placet?.allows?.(it))";
    let allowed = shop.js(allowed, &[]).await?;
    ensure!(allowed == json!([]), "these may run: {allowed}");
    Ok(())
}

/// Placet's lines on the console since the test began; WebKit tells none.
async fn lines(shop: &Shop) -> Vec<String> {
    let mut lines = shop.browser.console().await;
    lines.retain(|line| line.contains("[placet]"));
    lines
}

/// What was thrown and nobody caught, on pages that throw nothing themselves.
async fn uncaught(shop: &Shop) -> Vec<String> {
    let mut lines = shop.complaints().await;
    lines.retain(|line| !line.contains("[placet]"));
    lines
}

/// Refuses without the driver's help, which some of these pages confuse.
async fn refuse(shop: &Shop) -> Result<()> {
    shop.js("action('first', 'reject').click()", &[]).await?;
    shop.misses(Layer::First).await
}

/// Looks at each trap on a page of its own and tells of all that failed.
async fn survives(browser: Browser, traps: &[Trap]) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    let mut failed = Vec::new();
    for trap in traps {
        let before = lines(&shop).await.len();
        if let Err(error) = falls_into(&mut shop, trap, before).await {
            failed.push(format!("{}: {error:#}", trap.what));
        }
    }
    ensure!(failed.is_empty(), "{} of {} pages:\n{}", failed.len(), traps.len(), failed.join("\n"));
    Ok(())
}

async fn falls_into(shop: &mut Shop, trap: &Trap, told_before: usize) -> Result<()> {
    let tag = tag(shop);
    let trapped = page(&format!("{}{tag}", trap.before));
    let stand = stand(vec![("/", trapped), ("/next", page(&tag))]).await?;
    shop.origin = stand.origin.clone();

    shop.open("/").await?;
    is_held(shop, &stand).await.context("before the choice")?;
    ensure!(shop.shows(Layer::First).await?, "the question does not show");
    refuse(shop).await?;
    is_held(shop, &stand).await.context("after the refusal")?;

    if shop.browser.engine() != Engine::Webkit {
        let told = || async { lines(shop).await.split_off(told_before) };
        match trap.says {
            Says::Line(part) => {
                until(&format!("the console says {part:?}"), async || {
                    Ok(told().await.iter().any(|line| line.contains(part)).then_some(()))
                })
                .await?;
            }
            Says::Nothing => {
                let told = told().await;
                ensure!(told.is_empty(), "the console says {told:?}");
            }
        }
    }

    shop.open("/next").await?;
    is_held(shop, &stand).await.context("on the next page")?;
    let asked = shop.shows(Layer::First).await?;
    ensure!(asked != trap.kept, "on the next page the question shows: {asked}");
    Ok(())
}

/// Elements with the names of what a script looks for (CVE-2024-43788 and its kin).
pub(super) async fn names_of_elements(browser: Browser) -> Result<()> {
    let traps = [
        Trap::harmless("an image named currentScript", r#"<img name="currentScript" src="data:,">"#),
        Trap::harmless(
            "a form with the id placet",
            r#"<form id="placet"><input name="version" value="1"><input name="queue"><input name="on"></form>"#,
        ),
        Trap::harmless(
            "two links with the id placet",
            r#"<a id="placet"></a><a id="placet" name="version" href="https://evil.example"></a>"#,
        ),
        Trap::harmless("a form named dataLayer", r#"<form name="dataLayer"><input name="push"></form>"#),
        Trap::harmless("a link with the id trustedTypes", r#"<a id="trustedTypes" href="https://evil.example"></a>"#),
        Trap::harmless("an image named documentElement", r#"<img name="documentElement" src="data:,">"#),
        Trap::harmless("a frame named placet", r#"<iframe name="placet" title="Nothing" srcdoc="Nothing"></iframe>"#),
    ];
    survives(browser, &traps).await
}

/// Elements with the names of the document's own members: what the tag needs is not there. It may not
/// get as far as the question; where it does, the refusal counts.
pub(super) async fn members_of_the_document(browser: Browser) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    let mut failed = Vec::new();
    for name in [
        "body",
        "cookie",
        "adoptedStyleSheets",
        "querySelectorAll",
        "createElement",
        "addEventListener",
        "dispatchEvent",
    ] {
        let element = format!(r#"<form name="{name}"></form>"#);
        let tag = tag(&shop);
        let stand = stand(vec![("/", page(&format!("{element}{tag}")))]).await?;
        shop.origin = stand.origin.clone();
        shop.open("/").await?;
        let mut held = is_held(&shop, &stand).await;
        if held.is_ok() && shop.shows(Layer::First).await? {
            held = async {
                refuse(&shop).await?;
                is_held(&shop, &stand).await?;
                ensure!(shop.recorded("analytics").await? == "denied", "the refusal was lost");
                Ok(())
            }
            .await;
        }
        if let Err(error) = held {
            failed.push(format!("{name}: {error:#}"));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// A careless library has put something on the prototype of all objects; the gadgets are names that the tag reads.
pub(super) async fn polluted_prototypes(browser: Browser) -> Result<()> {
    let traps = [
        Trap::harmless("always", "<script>Object.prototype.always = true;</script>"),
        Trap::harmless("granted", "<script>Object.prototype.granted = true;</script>"),
        Trap::harmless("optOut", "<script>Object.prototype.optOut = true;</script>"),
        Trap::harmless("gpc", "<script>Object.prototype.gpc = true;</script>"),
        Trap::harmless("region", "<script>Object.prototype.region = 'US-CA';</script>"),
        Trap::harmless("kind", "<script>Object.prototype.kind = 'accept';</script>"),
        Trap::harmless(
            "choice",
            "<script>Object.prototype.choice = 'granted'; Object.prototype.until = Infinity;</script>",
        ),
        Trap::harmless(
            "names of purposes",
            "<script>for (const name of ['analytics', 'recommendations', 'marketing', 'ads']) {
Object.prototype[name] = 'granted'; }</script>",
        ),
        Trap::harmless(
            "placet, as data attributes are read",
            "<script>Object.prototype.placet = 'necessary';</script>",
        ),
        Trap::harmless("src, as data attributes are read", "<script>Object.prototype.src = '/evil.js';</script>"),
        Trap::harmless(
            "queue and on",
            "<script>Object.prototype.queue = 'queue'; Object.prototype.on = 'on';</script>",
        ),
        Trap::harmless(
            "decision and after",
            "<script>Object.prototype.decision = 1; Object.prototype.after = 1e15;</script>",
        ),
        Trap::harmless(
            "an enumerable function",
            "<script>Object.prototype.each = function () {}; Array.prototype.each = function () {};</script>",
        ),
    ];
    survives(browser, &traps).await
}

/// What is released under a polluted prototype is what the page marked, and nothing else.
pub(super) async fn accepted_with_pollution(browser: Browser) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    let gadgets = ["src = '/evil.js'", "type = 'module'", "placet = 'necessary'", "nonce = 'x'", "value = '/evil.js'"];
    let mut failed = Vec::new();
    for gadget in gadgets {
        let tag = format!("<script>Object.prototype.{gadget};</script>{}", tag(&shop));
        let stand = stand(vec![("/", page(&tag))]).await?;
        shop.origin = stand.origin.clone();
        shop.open("/").await?;
        is_held(&shop, &stand).await.context(gadget)?;
        shop.js("action('first', 'accept').click()", &[]).await?;
        shop.misses(Layer::First).await?;
        until_true("the file runs", async || Ok(shop.ran().await?.contains(&"File".to_owned()))).await?;
        shop.settled().await?;
        let ran = shop.ran().await?;
        if ran != ["File", "Inline"] {
            failed.push(format!("{gadget}: these ran: {ran:?}"));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// Texts of the page that hold a member `__proto__`, and records that Placet did not write.
pub(super) async fn forged_texts(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let config = |text: &str| format!("<script>window.placet = JSON.parse('{text}');</script>{}", tag(&shop));
    let pages = vec![
        ("/", page(&tag(&shop))),
        ("/region", page(&config(r#"{"__proto__":{"region":"US-CA"}}"#))),
        ("/queue", page(&config(r#"{"queue":{"__proto__":[]},"on":{"__proto__":{"ready":1}},"constructor":{}}"#))),
    ];
    let stand = stand(pages).await?;
    let shop = shop.with_pages_of(&stand);
    for path in ["/region", "/queue"] {
        shop.open(path).await?;
        shop.sees(Layer::First).await.context(path)?;
        is_held(&shop, &stand).await.context(path)?;
    }

    // A true record, whose answers are turned round and moved where only a careless reader finds them.
    shop.open("/").await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    let record = shop.record().await?;
    let mut granted = record["choices"].clone();
    for (_, kept) in granted.as_object_mut().context("choices")? {
        kept["choice"] = json!("granted");
    }
    let with = |choices: &str| {
        let mut record = record.clone();
        record["choices"] = json!("CHOICES");
        record.to_string().replace(r#""CHOICES""#, choices)
    };
    let forged = [
        with(&format!(r#"{{"__proto__":{granted}}}"#)),
        with(&format!(r#"{{"constructor":{{"prototype":{granted}}}}}"#)),
        with("null"),
        with("[]"),
        with(r#""granted""#),
        with(r#"{"analytics":null,"ads":1,"marketing":"granted","recommendations":[]}"#),
        format!(r#"{{"__proto__":{{"v":1,"choices":{granted}}}}}"#),
        "{}".into(),
        "[]".into(),
        "1".into(),
        r#""granted""#.into(),
        "{".into(),
    ];
    for text in &forged {
        shop.js("localStorage.setItem('placet', arguments[0]); localStorage.setItem('placet.outbox.__proto__', arguments[0])", &[json!(text)])
            .await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await.with_context(|| format!("with the record {text}"))?;
        is_held(&shop, &stand).await.with_context(|| format!("with the record {text}"))?;
    }
    shop.js("localStorage.removeItem('placet.outbox.__proto__')", &[]).await?;
    shop.answer("reject").await?;
    shop.delivered(2).await?;
    ensure!(shop.recorded("analytics").await? == "denied");
    let thrown = uncaught(&shop).await;
    ensure!(thrown.is_empty(), "the console says {thrown:?}");
    Ok(())
}

/// Storage that is blocked, full, or not what it seems.
pub(super) async fn storage_in_the_way(browser: Browser) -> Result<()> {
    let lost = |what, before| Trap { kept: false, ..Trap::told(what, before, "cannot be stored") };
    let traps = [
        lost(
            "the getter throws",
            "<script>Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('No', 'SecurityError'); } });</script>",
        ),
        lost("there is none", "<script>Object.defineProperty(window, 'localStorage', { value: null });</script>"),
        lost(
            "no room",
            "<script>Storage.prototype.setItem = () => { throw new DOMException('Full', 'QuotaExceededError'); };</script>",
        ),
        lost(
            "every method throws",
            "<script>for (const name of ['getItem', 'setItem', 'removeItem', 'clear', 'key']) {
Storage.prototype[name] = () => { throw new Error('No'); }; }</script>",
        ),
        lost(
            "a frozen object in its place",
            "<script>Object.defineProperty(window, 'localStorage', { value: Object.freeze({}) });</script>",
        ),
    ];
    survives(browser, &traps).await
}

/// Storage that says yes and forgets: the answer holds on this page, and nobody is taken to have agreed.
pub(super) async fn forgetful_storage(browser: Browser) -> Result<()> {
    let trap = Trap {
        kept: false,
        ..Trap::harmless("setItem does nothing", "<script>Storage.prototype.setItem = () => {};</script>")
    };
    survives(browser, &[trap]).await
}

/// Storage that is blocked keeps nobody from agreeing either, and the receipt arrives.
pub(super) async fn accepted_without_storage(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let block = "<script>Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('No', 'SecurityError'); } });</script>";
    let stand = stand(vec![("/", page(&format!("{block}{}", tag(&shop))))]).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.answer("accept").await?;
    shop.runs(&["File", "Inline"]).await?;
    shop.delivered(1).await?;
    Ok(())
}

/// What a page may have taken away or replaced that the tag would like to use.
pub(super) async fn interfaces_in_the_way(browser: Browser) -> Result<()> {
    let traps = [
        Trap::harmless(
            "cookies that throw",
            "<script>Object.defineProperty(document, 'cookie', { get() { throw new DOMException('No', 'SecurityError'); }, set() { throw new DOMException('No', 'SecurityError'); } });</script>",
        ),
        Trap::told("no MutationObserver", "<script>delete window.MutationObserver;</script>", "It failed"),
        Trap::told(
            "a MutationObserver that throws",
            "<script>window.MutationObserver = class { constructor() { throw new Error('No'); } };</script>",
            "It failed",
        ),
        Trap::harmless(
            "a MutationObserver that sees nothing",
            "<script>window.MutationObserver = class { observe() {} disconnect() {} takeRecords() { return []; } };</script>",
        ),
        Trap::harmless("no requestIdleCallback", "<script>delete window.requestIdleCallback;</script>"),
        Trap::harmless(
            "no BroadcastChannel, no locks",
            "<script>delete window.BroadcastChannel; delete Navigator.prototype.locks;</script>",
        ),
        Trap::told(
            "fetch that throws",
            "<script>window.fetch = () => { throw new Error('No'); };</script>",
            "A receipt waits",
        ),
        Trap::told(
            "fetch that fails",
            "<script>window.fetch = async () => { throw new TypeError('No'); };</script>",
            "A receipt waits",
        ),
        Trap::told("fetch that is no function", "<script>window.fetch = undefined;</script>", "A receipt waits"),
        Trap::harmless("fetch that never answers", "<script>window.fetch = () => new Promise(() => {});</script>"),
        Trap::told(
            "fetch that lies",
            "<script>window.fetch = async () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });</script>",
            "A receipt waits",
        ),
    ];
    survives(browser, &traps).await
}

/// With `MutationObserver` gone an acceptance still runs what is on the page.
pub(super) async fn accepted_without_observer(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let pages = [
        ("/none", "<script>delete window.MutationObserver;</script>"),
        ("/dud", "<script>window.MutationObserver = class { observe() {} disconnect() {} };</script>"),
    ];
    for (path, before) in pages {
        let stand = stand(vec![(path, page(&format!("{before}{}", tag(&shop))))]).await?;
        let there = Shop {
            origin: stand.origin.clone(),
            browser: shop.browser.clone(),
            server: Server::start(&shop.browser.dir).await?,
        };
        there.open(path).await?;
        there.answer("accept").await?;
        there.runs(&["File", "Inline"]).await.with_context(|| path.to_owned())?;
    }
    Ok(())
}

/// What a library changes after the tag has run, and what a click or a new element then does.
///
/// The change is undone within the same step: drivers and this test use the same built-in functions.
pub(super) async fn built_ins_changed_later(browser: Browser) -> Result<()> {
    // Each is an assignment to be made and undone.
    let changes = [
        ("Array.prototype", "every", "() => true"),
        ("Array.prototype", "some", "() => true"),
        ("Array.prototype", "filter", "function () { return this; }"),
        ("Array.prototype", "filter", "() => { throw new Error('No'); }"),
        ("Array.prototype", "map", "() => []"),
        ("Array.prototype", "includes", "() => true"),
        ("Array.prototype", "find", "function () { return this[0]; }"),
        ("Array.prototype", "push", "() => 0"),
        ("Array.prototype", "toJSON", "function () { return '[object Array]'; }"),
        ("Object.prototype", "toJSON", "function () { return '{}'; }"),
        ("String.prototype", "split", "() => []"),
        ("String.prototype", "startsWith", "() => true"),
        ("Object", "keys", "() => []"),
        ("Object", "hasOwn", "() => true"),
        ("Object", "values", "() => []"),
        ("JSON", "parse", "() => ({ v: 1, choices: {} })"),
        ("JSON", "stringify", "() => '{}'"),
        ("Function.prototype", "call", "() => 'granted'"),
        ("RegExp.prototype", "test", "() => true"),
        ("Date", "now", "() => 0"),
    ];
    let mut shop = Shop::start(&browser).await?;
    let mut failed = Vec::new();
    for (place, name, change) in changes {
        let tag = tag(&shop);
        let stand = stand(vec![("/", page(&tag))]).await?;
        shop.origin = stand.origin.clone();
        for deed in ["document.head.append(late)", "document.head.append(late); refuse.click()"] {
            shop.open("/").await?;
            shop.sees(Layer::First).await?;
            // In an element of the page, because some drivers give their scripts built-ins of their own.
            let script = format!(
                "const late = document.createElement('script');
                late.type = 'text/plain';
                late.dataset.placet = 'analytics';
                late.dataset.src = '/held.js';
                const refuse = document.querySelector('placet-ui').shadowRoot.querySelector('[data-placet-layer=first] [data-placet-action=reject]');
                const was = Object.getOwnPropertyDescriptor({place}, '{name}');
                const undo = was ? Object.defineProperty.bind(Object, {place}, '{name}', was) : Reflect.deleteProperty.bind(Reflect, {place}, '{name}');
                {place}.{name} = {change};
                try {{ {deed}; }} finally {{ queueMicrotask(() => queueMicrotask(() => {{ undo(); window.undone = true; }})); }}"
            );
            // And in a task of its own, because the others use what the page has.
            let run = "const text = arguments[0]; setTimeout(() => { const script = document.createElement('script');
                script.textContent = `{${text}}`; document.body.append(script); })";
            let what = format!("{place}.{name} = {change}, then {deed}");
            shop.js(run, &[json!(script)]).await.with_context(|| what.clone())?;
            until_true(&what, async || Ok(shop.js("return window.undone === true", &[]).await? == true)).await?;
            if let Err(error) = is_held(&shop, &stand).await {
                failed.push(format!("{what}: {error:#}"));
            }
        }
    }
    ensure!(failed.is_empty(), "{} times:\n{}", failed.len(), failed.join("\n"));
    Ok(())
}

/// The tag pasted twice, as a theme and a plugin do: one question, one receipt, one line about it.
pub(super) async fn two_copies(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let twice = tag(&shop).repeat(2);
    let stand = stand(vec![("/", page(&twice))]).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    is_held(&shop, &stand).await?;
    let hosts = shop.js("return document.querySelectorAll('placet-ui').length", &[]).await?;
    ensure!(hosts == 1, "{hosts} questions");
    let told = lines(&shop).await;
    let expected = usize::from(shop.browser.engine() != Engine::Webkit);
    ensure!(told.len() == expected && told.iter().all(|line| line.contains("second tag")), "the console says {told:?}");
    shop.answer("accept").await?;
    shop.runs(&["File", "Inline"]).await?;
    shop.delivered(1).await?;
    Ok(())
}

/// Wherever the tag stands and however it comes: what is marked waits for the answer, then runs once.
pub(super) async fn places_of_the_tag(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let address = format!("{}/embed/placet.js", shop.server.origin);
    let with = |head: &str, end: &str| {
        let Page { media_type, headers, body } = page(head);
        let body = String::from_utf8_lossy(&body).replace("</body>", &format!("{end}</body>")).into_bytes();
        Page { media_type, headers, body }
    };
    let inject = |attributes: &str| {
        format!(
            "<script>const tag = document.createElement('script'); tag.src = '{address}'; {attributes}
document.head.insertBefore(tag, document.head.firstChild);</script>"
        )
    };
    let late = format!(
        "<script>addEventListener('load', () => setTimeout(() => {{ const tag = document.createElement('script');
tag.src = '{address}'; document.head.append(tag); }}));</script>"
    );
    let pages = vec![
        ("/head", with(&tag(&shop), "")),
        ("/end", with("", &tag(&shop))),
        ("/async", with(&format!(r#"<script async src="{address}"></script>"#), "")),
        ("/defer", with(&format!(r#"<script defer src="{address}"></script>"#), "")),
        ("/injected", with(&inject(""), "")),
        ("/injected-in-order", with(&inject("tag.async = false;"), "")),
        ("/after-load", with(&late, "")),
    ];
    let paths: Vec<String> = pages.iter().map(|(path, _)| (*path).to_owned()).collect();
    let stand = stand(pages).await?;
    let shop = shop.with_pages_of(&stand);
    let mut count = 0;
    for path in &paths {
        shop.open(path).await?;
        shop.sees(Layer::First).await.context(path.clone())?;
        let ran = shop.ran().await?;
        ensure!(ran.is_empty(), "on {path} these ran before the choice: {ran:?}");
        ensure!(shop.granted().await?.is_empty(), "on {path} something may run");
        shop.answer("accept").await?;
        shop.runs(&["File", "Inline"]).await.context(path.clone())?;
        count += 1;
        shop.delivered(count).await?;

        shop.open(path).await?;
        shop.runs(&["File", "Inline"]).await.with_context(|| format!("{path} on return"))?;
        ensure!(!shop.shows(Layer::First).await?, "{path} asks again");
        shop.js("localStorage.clear()", &[]).await?;
    }
    let thrown = uncaught(&shop).await;
    ensure!(thrown.is_empty(), "the console says {thrown:?}");
    Ok(())
}

/// Goes into the page's only frame.
async fn enter(shop: &Shop) -> Result<()> {
    until_true("the frame is there", async || Ok(shop.driver().enter_frame(0).await.is_ok())).await
}

/// A page of the shop in a frame of the shop, both with the tag: the answer in one is the answer in the other.
pub(super) async fn in_a_frame(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let outer = Page::html(&format!(
        r#"<!doctype html><html lang="en"><head><title>A shop</title>{}</head><body><h1>A shop</h1>
<iframe src="/inner" title="A part of the shop" width="900" height="500"></iframe>
<script>window.wentOn = true;</script></body></html>"#,
        tag(&shop)
    ));
    let stand = stand(vec![("/", outer), ("/inner", page(&tag(&shop)))]).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    enter(&shop).await?;
    shop.sees(Layer::First).await.context("in the frame")?;
    is_held(&shop, &stand).await?;
    shop.js("action('first', 'reject').click()", &[]).await?;
    shop.misses(Layer::First).await.context("in the frame")?;
    is_held(&shop, &stand).await?;
    shop.driver().enter_default_frame().await?;
    shop.misses(Layer::First).await.context("around the frame")?;
    shop.delivered(1).await?;
    Ok(())
}

/// In a sandbox without an origin there is no storage and no receipt; the answer holds there all the same.
pub(super) async fn in_a_sandbox(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let outer = r#"<!doctype html><html lang="en"><head><title>A shop</title></head><body><h1>A shop</h1>
<iframe sandbox="allow-scripts" src="/inner" title="A part of the shop" width="900" height="500"></iframe></body></html>"#;
    for (answer, runs) in [("reject", &[][..]), ("accept", &["File", "Inline"][..])] {
        let stand = stand(vec![("/", Page::html(outer)), ("/inner", page(&tag(&shop)))]).await?;
        let there = Shop {
            origin: stand.origin.clone(),
            browser: shop.browser.clone(),
            server: Server::start(&shop.browser.dir).await?,
        };
        there.open("/").await?;
        enter(&there).await?;
        there.sees(Layer::First).await?;
        let ended = "return document.readyState === 'complete' && window.wentOn === true";
        until_true("the frame is loaded", async || Ok(there.js(ended, &[]).await? == true)).await?;
        ensure!(there.ran().await?.is_empty() && there.granted().await?.is_empty());
        let click = format!("action('first', '{answer}').click()");
        there.js(&click, &[]).await?;
        there.misses(Layer::First).await?;
        there.runs(runs).await?;
        ensure!(runs.len() == 2 || !stand.requests().contains(&"GET /held.js".to_owned()), "a tag was asked for");
        there.driver().enter_default_frame().await?;
        // Chromium keeps the console of such a frame apart, and WebKit tells none.
        if shop.browser.engine() == Engine::Firefox
            && !lines(&there).await.iter().any(|line| line.contains("cannot be stored"))
        {
            bail!("nothing says that the choice cannot be stored");
        }
    }
    Ok(())
}

/// A host that a service declares, on pages where the tag is hindered but alive: still held.
pub(super) async fn unmarked_on_hostile_pages(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let added = r#"<script>
for (const [name, path] of [['script', 'tag.js'], ['iframe', 'film']]) {
    const element = document.createElement(name);
    element.className = 'added';
    element.src = 'https://video.example/' + path;
    document.head.parentNode.append(element);
}
</script>"#;
    let hindrances = [
        (
            "/pollution",
            "<script>Object.prototype.always = true; Object.prototype.recommendations = 'granted';</script>",
        ),
        ("/attributes", "<script>Object.prototype.placet = 'necessary';</script>"),
        (
            "/storage",
            "<script>Object.defineProperty(window, 'localStorage', { get() { throw new Error('No'); } });</script>",
        ),
        ("/observer", "<script>delete window.MutationObserver;</script>"),
        ("/names", r#"<form id="placet"></form><img name="currentScript" src="data:,">"#),
    ];
    let tag = tag(&shop);
    let pages = hindrances.map(|(path, before)| {
        let html = format!("<!doctype html><html lang=\"en\"><head><title>A shop</title>{before}{tag}</head><body>{added}</body></html>");
        (path, Page::html(&html))
    });
    let stand = stand(pages.into()).await?;
    let shop = shop.with_pages_of(&stand);
    let asked = "return [...document.querySelectorAll('.added')].map((node) => node.getAttribute('src'))";
    let mut failed = Vec::new();
    for (path, _) in hindrances {
        shop.open(path).await?;
        shop.settled().await?;
        let found: Value = shop.js(asked, &[]).await?;
        if found != json!([null, null]) {
            failed.push(format!("on {path} these have their addresses: {found}"));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
