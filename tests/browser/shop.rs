//! The page object: the demo shop as a visitor sees it. Only this file knows selectors.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use thirtyfour::{Key, WebDriver, WebElement};

use crate::{
    cases::claims,
    runner::Browser,
    server::Server,
    stand::{Page, Stand},
    wait::{until, until_true},
};

/// Names that every script below may use.
const WORDS: &str = r#"
const host = document.querySelector('placet-ui');
const all = (selector) => [...(host?.shadowRoot?.querySelectorAll(selector) ?? [])];
const seen = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
const layer = (name) => all(`[data-placet-layer="${name}"]`).find(seen);
const action = (place, name) => [...(layer(place)?.querySelectorAll(`[data-placet-action="${name}"]`) ?? [])].find(seen);
const stored = (test) => { try { return Object.keys(localStorage).filter(test); } catch { return []; } };
const read = (key) => JSON.parse(localStorage.getItem(key));
"#;

/// Where held tags of a test's own pages note that they ran.
const RAN: &str = r#"<link rel="icon" href="data:,"><script>window.ran = [];</script>"#;

/// A held tag for each of these purposes; each notes that it ran.
pub(crate) fn tags(purposes: &[&str]) -> String {
    let tag = |id: &&str| format!(r#"<script type="text/plain" data-placet="{id}">ran.push('{id}')</script>"#);
    purposes.iter().map(tag).collect()
}

/// A layer of the banner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    First,
    Center,
    /// One purpose that needs separate consent, asked on its own.
    Separate,
    Age,
    Guardian,
    /// The line that says that a decision holds.
    Saved,
}

impl Layer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Layer::First => "first",
            Layer::Center => "center",
            Layer::Separate => "separate",
            Layer::Age => "age",
            Layer::Guardian => "guardian",
            Layer::Saved => "saved",
        }
    }
}

/// Everything that a page has left in the browser.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) local: Vec<String>,
    pub(crate) session: Vec<String>,
    pub(crate) cookies: String,
    pub(crate) databases: Vec<String>,
}

impl Stored {
    pub(crate) fn is_empty(&self) -> bool {
        self.local.is_empty() && self.session.is_empty() && self.cookies.is_empty() && self.databases.is_empty()
    }
}

/// A row in the list of receipts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) state: String,
}

/// A page with the link to the settings in it.
pub(crate) fn page(lang: &str, head: &str, body: &str) -> Page {
    Page::html(&format!(
        r#"<!doctype html><html lang="{lang}"><head><title>A shop</title><meta name="viewport" content="width=device-width">{head}</head><body><main><h1>A shop</h1>
{body}
<button type="button" data-placet-action="open">Privacy settings</button></main></body></html>"#
    ))
}

/// The shop in a browser, with the server behind it.
pub(crate) struct Shop {
    pub(crate) browser: Browser,
    pub(crate) server: Server,
    /// Where its pages are.
    pub(crate) origin: String,
}

impl Shop {
    /// A new server, nothing opened yet.
    pub(crate) async fn start(browser: &Browser) -> Result<Shop> {
        let server = Server::start(&browser.dir).await?;
        Ok(Shop { browser: browser.clone(), origin: server.origin.clone(), server })
    }

    /// A new server with a config of the test's own, which serves the tag but no pages.
    pub(crate) async fn with(browser: &Browser, config: &Value, more: &[&str]) -> Result<Shop> {
        let server = Server::with(&browser.dir, config, more).await?;
        Ok(Shop { browser: browser.clone(), origin: server.origin.clone(), server })
    }

    /// A page that embeds the tag as shops do, with `before` ahead of it and `head` after it.
    pub(crate) fn page(&self, before: &str, head: &str, body: &str) -> Page {
        let tag = format!("<script src=\"{}/embed/placet.js\"></script>", self.server.origin);
        page("en", &format!("{before}\n{tag}\n{head}"), body)
    }

    /// The same, but its pages are elsewhere and take the tag from the server.
    pub(crate) fn with_pages_of(self, stand: &Stand) -> Shop {
        Shop { origin: stand.origin.clone(), ..self }
    }

    /// A new server with a config of the test's own, and these pages with the tag: path, head, body. Nothing opened yet.
    pub(crate) async fn among(
        browser: &Browser,
        config: &Value,
        pages: &[(&str, &str, &str)],
    ) -> Result<(Shop, Stand)> {
        let shop = Self::with(browser, config, &[]).await?;
        let made = pages.iter().map(|(path, head, body)| ((*path).to_owned(), shop.page(RAN, head, body)));
        let stand = Stand::open(made.collect()).await?;
        Ok((shop.with_pages_of(&stand), stand))
    }

    /// A new server, and the shop's first page with the question on it.
    pub(crate) async fn visit(browser: &Browser) -> Result<Shop> {
        let shop = Self::start(browser).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        Ok(shop)
    }

    pub(crate) fn driver(&self) -> &WebDriver {
        &self.browser.session.driver
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Goes to a page of the shop.
    pub(crate) async fn open(&self, path: &str) -> Result<()> {
        self.driver().goto(self.url(path)).await.with_context(|| format!("cannot open {path}"))
    }

    /// Runs a script in the page; `arguments` are what is given here.
    pub(crate) async fn js(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let found = self.driver().execute(format!("{WORDS}\n{script}"), arguments.to_vec()).await?;
        Ok(found.json().clone())
    }

    async fn truth(&self, script: &str, arguments: &[Value]) -> Result<bool> {
        Ok(self.js(script, arguments).await? == json!(true))
    }

    async fn element(&self, what: &str, script: &str, arguments: &[Value]) -> Result<WebElement> {
        until(what, async || {
            let found = self.driver().execute(format!("{WORDS}\n{script}"), arguments.to_vec()).await?;
            if found.json().is_null() { Ok(None) } else { Ok(Some(found.element()?)) }
        })
        .await
    }

    async fn press_element(&self, element: &WebElement) -> Result<()> {
        let scroll = "
            arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });
            const { top, left } = arguments[0].getBoundingClientRect();
            return [top, left];";
        // A page that is not laid out to its end yet moves what was just scrolled to; one that always moves is clicked all the same.
        let mut place = Value::Null;
        for _ in 0..20 {
            let found = self.driver().execute(scroll, vec![element.to_json()?]).await?.json().clone();
            if found == place {
                break;
            }
            place = found;
        }
        element.click().await?;
        Ok(())
    }

    /* What is on the screen. */

    pub(crate) async fn shows(&self, layer: Layer) -> Result<bool> {
        self.truth("return !!layer(arguments[0])", &[json!(layer.name())]).await
    }

    pub(crate) async fn sees(&self, layer: Layer) -> Result<()> {
        until_true(&format!("the {} layer shows", layer.name()), async || self.shows(layer).await).await
    }

    /// Waits until a layer is gone, and for what its answer has to wait for: the frame that shows it gone.
    pub(crate) async fn misses(&self, layer: Layer) -> Result<()> {
        until_true(&format!("the {} layer is gone", layer.name()), async || Ok(!self.shows(layer).await?)).await?;
        let frame = "
            const [done] = arguments;
            // Timers of one length end in the order in which they began: this one after the loader's.
            setTimeout(done, 20);";
        self.driver().execute_async(frame, Vec::new()).await?;
        Ok(())
    }

    /// How many dialogs the banner has made.
    pub(crate) async fn dialogs(&self) -> Result<u64> {
        let count = self.js("return all('dialog').length", &[]).await?;
        count.as_u64().context("a number")
    }

    pub(crate) async fn text(&self, layer: Layer) -> Result<String> {
        let text = self.js("return layer(arguments[0])?.innerText ?? ''", &[json!(layer.name())]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /* What a visitor does. */

    /// A button of a layer: `accept`, `reject`, `choose`, `save`, `close`, `withdraw`, `undo`.
    pub(crate) async fn button(&self, layer: Layer, action: &str) -> Result<WebElement> {
        let what = format!("the button {action} of the {} layer", layer.name());
        let script = "return action(arguments[0], arguments[1]) ?? null";
        self.element(&what, script, &[json!(layer.name()), json!(action)]).await
    }

    /// Clicks a button of a layer.
    pub(crate) async fn click(&self, layer: Layer, action: &str) -> Result<()> {
        let button = self.button(layer, action).await?;
        let what = || format!("cannot click the button {action} of the {} layer", layer.name());
        self.press_element(&button).await.with_context(what)
    }

    /// Clicks something of the shop's own page.
    pub(crate) async fn click_page(&self, selector: &str) -> Result<()> {
        let script = "return [...document.querySelectorAll(arguments[0])].find(seen) ?? null";
        let element = self.element(selector, script, &[json!(selector)]).await?;
        self.press_element(&element).await.with_context(|| format!("cannot click {selector}"))
    }

    /// Accepts or refuses in the first layer and waits until the question is gone.
    pub(crate) async fn answer(&self, action: &str) -> Result<()> {
        self.click(Layer::First, action).await?;
        self.misses(Layer::First).await
    }

    /// Answers what is asked on its own and waits until that question is gone.
    pub(crate) async fn answer_separately(&self, action: &str) -> Result<()> {
        self.click(Layer::Separate, action).await?;
        self.misses(Layer::Separate).await
    }

    /// Opens the preference center from the first layer.
    pub(crate) async fn choose(&self) -> Result<()> {
        self.click(Layer::First, "choose").await?;
        self.sees(Layer::Center).await
    }

    /// Opens the preference center by the link that the shop has in its foot.
    pub(crate) async fn open_settings(&self) -> Result<()> {
        self.click_page("[data-placet-action=\"open\"]").await?;
        self.sees(Layer::Center).await
    }

    /// Saves what the switches say and waits until the center is gone.
    pub(crate) async fn save(&self) -> Result<()> {
        self.click(Layer::Center, "save").await?;
        self.misses(Layer::Center).await
    }

    /// Sets a switch of the center, as a click on it does.
    pub(crate) async fn switch(&self, purpose: &str, on: bool) -> Result<()> {
        let script = "return all(`[data-placet-switch=\"${arguments[0]}\"]`)[0] ?? null";
        let input = self.element(&format!("the switch of {purpose}"), script, &[json!(purpose)]).await?;
        if self.switched(purpose).await? != on {
            self.press_element(&input).await?;
        }
        until_true(&format!("the switch of {purpose} moves"), async || Ok(self.switched(purpose).await? == on)).await
    }

    pub(crate) async fn switched(&self, purpose: &str) -> Result<bool> {
        self.truth("return all(`[data-placet-switch=\"${arguments[0]}\"]`)[0]?.checked", &[json!(purpose)]).await
    }

    /// Picks an option of a preference.
    pub(crate) async fn prefer(&self, preference: &str, option: &str) -> Result<()> {
        let script = "return all(`[data-placet-preference=\"${arguments[0]}\"][value=\"${arguments[1]}\"]`)[0] ?? null";
        let input =
            self.element(&format!("{preference}: {option}"), script, &[json!(preference), json!(option)]).await?;
        self.press_element(&input).await
    }

    async fn in_center(&self, selector: &str) -> Result<WebElement> {
        let script = "return layer('center')?.querySelector(arguments[0]) ?? null";
        self.element(&format!("{selector} in the center"), script, &[json!(selector)]).await
    }

    /// Clicks something in the center.
    pub(crate) async fn center_click(&self, selector: &str) -> Result<()> {
        let element = self.in_center(selector).await?;
        self.press_element(&element).await.with_context(|| format!("cannot click {selector}"))
    }

    /// Opens what is folded in the center, as a click on its summary does.
    pub(crate) async fn unfold(&self, selector: &str) -> Result<()> {
        self.center_click(&format!("{selector} > summary")).await
    }

    /// Writes into a field of the center.
    pub(crate) async fn center_write(&self, selector: &str, text: &str) -> Result<()> {
        self.in_center(selector).await?.send_keys(text).await?;
        Ok(())
    }

    /// Picks from a list of the center.
    pub(crate) async fn center_pick(&self, selector: &str, value: &str) -> Result<()> {
        self.in_center(selector).await?.focus().await?;
        let script = "const list = layer('center').querySelector(arguments[0]);
            list.value = arguments[1];
            list.dispatchEvent(new Event('change'))";
        self.js(script, &[json!(selector), json!(value)]).await?;
        Ok(())
    }

    /// Presses Tab until the focus is on what is asked for.
    pub(crate) async fn tab_to(&self, selector: &str) -> Result<()> {
        self.walk_to(selector, false).await
    }

    /// The same backwards.
    pub(crate) async fn tab_back_to(&self, selector: &str) -> Result<()> {
        self.walk_to(selector, true).await
    }

    async fn walk_to(&self, selector: &str, back: bool) -> Result<()> {
        let script = "const inner = host?.shadowRoot?.activeElement;
            return !!(inner ?? document.activeElement)?.matches(arguments[0])";
        for _ in 0..120 {
            if back {
                self.back().await?
            } else {
                self.key(Key::Tab).await?
            }
            if self.truth(script, &[json!(selector)]).await? {
                return Ok(());
            }
        }
        Err(anyhow!("Tab never reaches {selector}"))
    }

    /// Presses Tab with Shift.
    pub(crate) async fn back(&self) -> Result<()> {
        let keys = self.driver().action_chain().key_down(Key::Shift).send_keys(Key::Tab.value().to_string());
        keys.key_up(Key::Shift).perform().await?;
        Ok(())
    }

    pub(crate) async fn key(&self, key: Key) -> Result<()> {
        self.driver().action_chain().send_keys(key.value().to_string()).perform().await?;
        Ok(())
    }

    /// The action of the button that has the keyboard's focus, in the banner or in the page.
    pub(crate) async fn focused(&self) -> Result<Option<String>> {
        let script = "const inner = host?.shadowRoot?.activeElement;
            return (inner ?? document.activeElement)?.dataset?.placetAction ?? null";
        Ok(self.js(script, &[]).await?.as_str().map(str::to_owned))
    }

    /* What Placet says and keeps. */

    pub(crate) async fn choices(&self) -> Result<BTreeMap<String, String>> {
        Ok(serde_json::from_value(self.js("return window.placet.choices()", &[]).await?)?)
    }

    /// The purposes that may run, but for those that always do.
    pub(crate) async fn granted(&self) -> Result<Vec<String>> {
        let choices = self.choices().await?;
        Ok(choices.into_iter().filter(|(_, state)| state == "granted").map(|(purpose, _)| purpose).collect())
    }

    pub(crate) async fn record(&self) -> Result<Value> {
        self.js("return read('placet')", &[]).await
    }

    /// What the record says about a purpose.
    pub(crate) async fn recorded(&self, purpose: &str) -> Result<String> {
        let record = self.record().await?;
        let choice = record["choices"][purpose]["choice"].as_str();
        Ok(choice.with_context(|| format!("the record says nothing of {purpose}: {record}"))?.to_owned())
    }

    /// The decisions that wait to be delivered.
    pub(crate) async fn outbox(&self) -> Result<Vec<Value>> {
        let waiting = self.js("return stored((key) => key.startsWith('placet.outbox.')).map(read)", &[]).await?;
        Ok(waiting.as_array().cloned().unwrap_or_default())
    }

    /// Waits until nothing waits any more and the server holds `count` receipts; gives them back, oldest first.
    pub(crate) async fn delivered(&self, count: usize) -> Result<Vec<String>> {
        until(&format!("{count} receipts are delivered"), async || {
            let (waiting, stored) = (self.outbox().await?.len(), self.server.stored().await?);
            if waiting == 0 && stored.len() == count {
                return Ok(Some(stored));
            }
            Err(anyhow!("{waiting} wait, the server has {}", stored.len()))
        })
        .await
    }

    /// What the receipts say, in the order in which they were signed, once the server holds `count`.
    pub(crate) async fn claimed(&self, count: usize) -> Result<Vec<Value>> {
        let receipts = self.delivered(count).await?;
        let mut claims = receipts.iter().map(|receipt| claims(receipt)).collect::<Result<Vec<_>>>()?;
        claims.sort_by_key(|claims| claims["seq"].as_u64());
        Ok(claims)
    }

    pub(crate) async fn stored(&self) -> Result<Stored> {
        let script = "const done = arguments[arguments.length - 1];
            const own = (store) => Object.keys(store).sort();
            indexedDB.databases().then((list) => done({
                local: own(localStorage), session: own(sessionStorage), cookies: document.cookie,
                databases: list.map((database) => database.name),
            }));";
        let found = self.driver().execute_async(script, vec![]).await?.json().clone();
        let list = |name: &str| serde_json::from_value::<Vec<String>>(found[name].clone());
        Ok(Stored {
            local: list("local")?,
            session: list("session")?,
            cookies: found["cookies"].as_str().unwrap_or_default().to_owned(),
            databases: list("databases")?,
        })
    }

    /// The receipts that the center lists, newest first.
    pub(crate) async fn receipts(&self) -> Result<Vec<Row>> {
        let script = "return all('[data-placet-receipt]').filter(seen).map((row) => ({
            id: row.dataset.placetReceipt,
            state: (row.dataset.placetState ? row : row.querySelector('[data-placet-state]'))?.dataset.placetState ?? '' }))";
        let rows = self.js(script, &[]).await?;
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let rows = rows.as_array().context("a list of rows")?;
        Ok(rows.iter().map(|row| Row { id: text(row, "id"), state: text(row, "state") }).collect())
    }

    /// Waits until the center lists `count` receipts, all acknowledged.
    pub(crate) async fn lists(&self, count: usize) -> Result<Vec<Row>> {
        until(&format!("the center lists {count} acknowledged receipts"), async || {
            let rows = self.receipts().await?;
            let whole = rows.len() == count && rows.iter().all(|row| row.state == "acknowledged");
            if whole { Ok(Some(rows)) } else { Err(anyhow!("it lists {rows:?}")) }
        })
        .await
    }

    /// Downloads a receipt that the center lists; where it lies then.
    ///
    /// The file is caught where the page hands it to the browser: what a browser without a screen
    /// does with a download differs from one to the next.
    pub(crate) async fn download(&self, id: &str) -> Result<PathBuf> {
        self.js(
            "if (window.caught) return;
            window.caught = [];
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => { blob.text().then((text) => window.caught.push(text)); return make.call(URL, blob); };",
            &[],
        )
        .await?;
        let script =
            "return all(`[data-placet-receipt=\"${arguments[0]}\"] [data-placet-action=\"download\"]`)[0] ?? null";
        let button = self.element(&format!("the button to download {id}"), script, &[json!(id)]).await?;
        self.press_element(&button).await?;
        let text = until("the receipt is handed over", async || {
            let found = self.js("return window.caught.pop() ?? null", &[]).await?;
            Ok(found.as_str().map(str::to_owned))
        })
        .await?;
        let file = self.browser.dir.join(format!("receipt-{id}.json"));
        std::fs::write(&file, text)?;
        Ok(file)
    }

    /// The signals of Google Consent Mode as they lie in the data layer: the default, and the last update.
    pub(crate) async fn consent_mode(&self) -> Result<Value> {
        let script = "const last = {};
            for (const entry of window.dataLayer ?? []) {
                if (entry[0] === 'consent' && !Array.isArray(entry)) last[entry[1]] = entry[2];
            }
            return last";
        self.js(script, &[]).await
    }

    /* What the page loaded and what ran. */

    /// Everything that the page asked for, but for itself.
    pub(crate) async fn requests(&self) -> Result<Vec<String>> {
        let names = self.js("return performance.getEntriesByType('resource').map((entry) => entry.name)", &[]).await?;
        Ok(serde_json::from_value(names)?)
    }

    pub(crate) async fn third_party_requests(&self) -> Result<Vec<String>> {
        let mut requests = self.requests().await?;
        requests.retain(|url| !url.starts_with(&self.server.origin) && url.starts_with("http"));
        Ok(requests)
    }

    /// What the page asked for besides the shop's own files and `placet.js`.
    pub(crate) async fn extra_requests(&self) -> Result<Vec<String>> {
        let mut requests = self.requests().await?;
        let (assets, tag) = (self.url("/assets/"), self.url("/embed/placet.js"));
        requests.retain(|url| !url.starts_with(&assets) && *url != tag);
        Ok(requests)
    }

    /// The held tags that have run, by name.
    pub(crate) async fn ran(&self) -> Result<Vec<String>> {
        let names = self.js("return (window.demoRan ?? []).map((tag) => tag.name).sort()", &[]).await?;
        Ok(serde_json::from_value(names)?)
    }

    /// What the tags of `tags` have noted, in their order.
    pub(crate) async fn noted(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.js("return ran", &[]).await?)?)
    }

    /// Waits until exactly these tags have run.
    pub(crate) async fn runs(&self, tags: &[&str]) -> Result<()> {
        until(&format!("these tags run: {tags:?}"), async || {
            let ran = self.ran().await?;
            if ran == tags { Ok(Some(())) } else { Err(anyhow!("{ran:?} ran")) }
        })
        .await
    }

    /// The page has nothing from third parties, no tag has run.
    pub(crate) async fn is_quiet(&self) -> Result<()> {
        // What would have been released by now has its request in the list once the page is loaded and idle.
        self.settled().await?;
        let requests = self.third_party_requests().await?;
        ensure!(requests.is_empty(), "third parties were asked: {requests:?}");
        let ran = self.ran().await?;
        ensure!(ran.is_empty(), "held tags ran: {ran:?}");
        Ok(())
    }

    /// Waits until the page is loaded and has had an idle moment.
    pub(crate) async fn settled(&self) -> Result<()> {
        until_true("the page is loaded", async || self.truth("return document.readyState === 'complete'", &[]).await)
            .await?;
        let idle = "const done = arguments[arguments.length - 1];
            requestAnimationFrame(() => setTimeout(() => (window.requestIdleCallback ?? setTimeout)(() => done(null)), 50));";
        self.driver().execute_async(idle, vec![]).await?;
        Ok(())
    }

    /// Lines of the console that speak of an error or come from Placet.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let mut lines = self.browser.console().await;
        lines.retain(|line| {
            let marks = ["[placet]", "SEVERE", "JavaScript error: http"];
            marks.iter().any(|mark| line.contains(mark))
        });
        lines
    }
}
