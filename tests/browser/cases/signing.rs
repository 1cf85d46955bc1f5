//! The part that signs, sends and keeps receipts, `public/parts/receipts.js`: its own promises, one by one.
//!
//! What it signs is read by the model, which knows nothing of it: this is what holds the two definitions together.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use placet_model::{
    colour::Colour,
    json,
    receipt::{Claims, Header, Jwk},
    record::{Chain, Outgoing, Record, Stored},
    tree::{Fault, Faults, Read, Write},
    verify::{PROBLEM_TYPES, check_signature, hash, thumbprint},
};
use serde_json::{Value, json};

use super::visit::claims;
use crate::{
    config::config,
    runner::Browser,
    shop::{Layer, Shop},
    wait::until_true,
};

/// A bridge of the test's own to a part of the page's own: `part`, with `box` as its outbox and `said` as its console.
const PART: &str = "
    const address = performance.getEntriesByType('resource').map(({ name }) => name).find((name) => name.includes('/embed/receipts-'));
    const box = {};
    const said = [];
    const published = { plan: { site: 'shop.example' }, endpoint: '/v1/receipts', noticeBase: '/notice/', unsigned: false, notices: {} };
    const bridge = {
        published, resolve: (path) => new URL(path, location.href).href, keys: () => Object.keys(box),
        record: () => ({}), emit: (name, detail) => said.push([name, detail]), warn: (text) => said.push(['warn', text]),
        read: (key) => box[key], write: (key, value) => { box[key] = JSON.parse(JSON.stringify(value)); }, remove: (key) => { delete box[key]; },
        part: async (name) => (await import(address.replace('receipts-', `${name}-`))).default(bridge),
    };
    const make = (await import(address)).default;
    const part = make(bridge);
    const rows = (name, mode, act) => new Promise((resolve, reject) => {
        const opening = indexedDB.open('placet', 1);
        opening.onerror = reject;
        opening.onsuccess = () => {
            const transaction = opening.result.transaction(name, mode);
            const request = act(transaction.objectStore(name));
            transaction.oncomplete = () => { opening.result.close(); resolve(request.result); };
            transaction.onabort = reject;
        };
    });
";

/// Runs a script with [`PART`]; `given` is what is given here, and what it returns comes back.
async fn with_part(shop: &Shop, script: &str, given: Value) -> Result<Value> {
    let whole = format!(
        "const done = arguments[arguments.length - 1]; const given = arguments[0];
        (async () => {{ {PART} {script} }})().then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
    );
    let found = shop.driver().execute_async(whole, vec![given]).await?.json().clone();
    ensure!(found.get("error").is_none(), "the script failed: {}", found["error"]);
    Ok(found["value"].clone())
}

/// A shop where one receipt has been made already, so that the page has the part.
async fn refused(browser: &Browser) -> Result<(Shop, String)> {
    let shop = Shop::visit(browser).await?;
    shop.answer("reject").await?;
    let receipt = shop.delivered(1).await?.remove(0);
    Ok((shop, receipt))
}

/// Tells every fault, unknown members among them.
#[derive(Default)]
struct Strict(Vec<String>);

impl Faults for Strict {
    const STRICT: bool = true;
    fn enter_member(&mut self, _: &str) {}
    fn enter_item(&mut self, _: usize) {}
    fn leave(&mut self) {}
    fn fault(&mut self, fault: Fault) {
        self.0.push(format!("{fault:?}"));
    }
}

/// What the model reads, with nothing missing and nothing unknown.
fn strictly<V: Read>(value: &Value) -> Result<V> {
    let mut strict = Strict::default();
    let read = V::read(value, &mut strict);
    ensure!(strict.0.is_empty(), "{:?} in {value:#}", strict.0);
    Ok(read)
}

/// The claims as the model reads them, with nothing missing and nothing unknown, and byte for byte as the model writes them.
fn read_by_the_model(jws: &str) -> Result<Claims> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = jws.split('.').nth(1).context("a payload")?;
    let text = String::from_utf8(Base64UrlUnpadded::decode_vec(payload).map_err(|error| anyhow::anyhow!("{error}"))?)?;
    let claims: Claims = strictly(&json::parse(&text)?)?;
    // What was not shown is left out there and null here.
    let written = json::to_text(&claims).replace(r#","shown":null}"#, "}");
    ensure!(text == written, "the part writes\n{text}\nthe model writes\n{written}");
    Ok(claims)
}

/// A refusal in the first layer costs a few KB: no WebAssembly is asked for, the receipt arrives, and a line says that it holds.
pub(super) async fn refusal_without_webassembly(browser: Browser) -> Result<()> {
    let (shop, receipt) = refused(&browser).await?;
    shop.sees(Layer::Saved).await?;
    let mut asked = shop.extra_requests().await?;
    ensure!(!asked.iter().any(|url| url.contains("widget")), "a refusal asked for {asked:?}");
    asked.retain(|url| url.contains("/embed/"));
    asked.sort();
    let parts = ["follow", "receipts"].map(|part| format!("/embed/{part}-"));
    let only_parts = asked.iter().zip(&parts).all(|(url, part)| url.contains(part));
    ensure!(asked.len() == parts.len() && only_parts, "a refusal asked for {asked:?}");
    ensure!(claims(&receipt)?["event"]["method"] == "banner.reject_all");
    Ok(())
}

/// What the part signs is what the model reads, whatever the decision holds; what it cannot measure it leaves out.
pub(super) async fn claims_as_the_model_has_them(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics", "ads"])?;
    config["site"] = json!("localhost");
    let shop = Shop::with(&browser, &config, &[]).await?;
    let stand = crate::stand::Stand::open(BTreeMap::from([("/".to_owned(), shop.page("", "", ""))])).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.answer("reject").await?;
    let first = shop.delivered(1).await?.remove(0);
    let first = read_by_the_model(&first)?;
    ensure!(first.seq == 1 && first.prev.is_none(), "{first:?}");

    let shown = |ink: &str, ground: &str| json!({ "words": "Größe 你好", "accept": [120, 48, ink, ground], "reject": [121, 47, ink, ground] });
    let whole = |contrast: u32| Some((vec![120, 48, contrast], vec![121, 47, contrast]));
    let none = None;
    let cases = [
        // As the version before wrote it: no `by`, no `type`, no `shown`.
        (json!({}), none.clone()),
        (json!({ "by": "guardian", "type": "separate" }), none.clone()),
        (
            json!({ "preferences": { "topics": ["a", "b"], "frequency": "weekly" }, "gpc": true, "tz": -210 }),
            none.clone(),
        ),
        (json!({ "shown": shown("rgb(255, 255, 255)", "rgb(0, 0, 0)") }), whole(2100)),
        (json!({ "shown": shown("rgb(118, 118, 118)", "rgba(255, 255, 255, 1)") }), whole(454)),
        (json!({ "shown": shown("rgba(0, 0, 0, 0.5)", "rgb(255, 255, 255)") }), whole(398)),
        (json!({ "shown": shown("color(srgb 1 1 1)", "color(srgb 0 0 0 / 1)") }), whole(2100)),
        (json!({ "shown": shown("color(display-p3 1 1 1)", "rgb(0, 0, 0)") }), none.clone()),
        (json!({ "shown": shown("white", "rgb(0, 0, 0)") }), none.clone()),
        (json!({ "shown": shown("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)") }), none.clone()),
        (json!({ "shown": { "words": "", "accept": [], "reject": [] } }), none),
    ];
    let script = "const { decision } = given; Object.assign(decision, given.change);
        localStorage.setItem(`placet.outbox.${decision.id}`, JSON.stringify({ decision, jws: null, tries: 3, after: 0 }));
        dispatchEvent(new Event('online'));";
    for (index, (change, expected)) in cases.into_iter().enumerate() {
        let id = format!("00000000-0000-4000-8000-{index:012}");
        let decision = json!({ "id": id, "at": 1_795_291_125_240_i64 + index as i64, "tz": 480, "regime": "eu-gdpr",
            "notice": { "version": first.notice.version, "lang": first.notice.lang, "hash": first.notice.hash },
            "state": "renewed", "method": "preferences.save", "page": "/tea", "choices": { "necessary": "always", "analytics": "denied", "ads": "denied" },
            "separate": ["ads"], "preferences": {}, "gpc": false, "ttl": 15_552_000 });
        let given = json!({ "decision": decision, "change": change });
        shop.js(&format!("const given = arguments[0]; {script}"), &[given]).await?;
        let receipts = shop.delivered(index + 2).await?;
        let jws =
            receipts.iter().find(|jws| claims(jws).is_ok_and(|claims| claims["id"] == id)).context("the receipt")?;
        let read = read_by_the_model(jws).with_context(|| change.to_string())?;
        ensure!(read.seq == index as u64 + 2 && read.iat == 1_795_291_125, "{read:?}");
        ensure!(read.event.by.word() == change["by"].as_str().unwrap_or("subject"), "{read:?}");
        ensure!(read.event.kind.word() == change["type"].as_str().unwrap_or("regular"), "{read:?}");
        let shown = read.shown.map(|shown| {
            let words = shown.words == hash("Größe 你好".as_bytes());
            (words, (shown.accept, shown.reject))
        });
        ensure!(
            shown == expected.clone().map(|sizes| (true, sizes)),
            "of {change} is said {shown:?}, not {expected:?}"
        );
    }
    Ok(())
}

/// The words, sizes and contrast of the first layer, as the driver measures them, come out in the receipt.
/// GDPR 7(1): what consent was asked with can be shown.
pub(super) async fn what_was_shown(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    let words = shop.text(Layer::First).await?;
    let mut expected = Vec::new();
    for name in ["accept", "reject"] {
        let button = shop.button(Layer::First, name).await?;
        let rect = button.rect().await?;
        let (ink, ground) = (button.css_value("color").await?, button.css_value("background-color").await?);
        let contrast = (colour(&ink)?.contrast(colour(&ground)?) * 100.0).round();
        expected.push([rect.width.round(), rect.height.round(), contrast].map(|value| value as u32).to_vec());
    }
    shop.answer("reject").await?;
    let receipt = shop.delivered(1).await?.remove(0);
    let shown = read_by_the_model(&receipt)?.shown.context("the receipt says nothing of what was shown")?;
    ensure!(shown.words == hash(words.as_bytes()), "other words are named than {words:?}");
    ensure!([&shown.accept, &shown.reject] == [&expected[0], &expected[1]], "{shown:?}, measured were {expected:?}");
    ensure!(shown.accept[2] >= 450, "the contrast is {}", shown.accept[2]);
    Ok(())
}

/// `rgb(1, 2, 3)` or `rgba(1, 2, 3, 1)`, as drivers tell computed colours.
fn colour(text: &str) -> Result<Colour> {
    let list = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).context(text.to_owned())?;
    let channels: Vec<u8> = list.split(',').take(3).map(|value| value.trim().parse()).collect::<Result<_, _>>()?;
    Ok(Colour(channels.try_into().map_err(|_| anyhow::anyhow!("{text} has other than three channels"))?))
}

/// A receipt is genuine until something of it, of its key or of its notice is another.
pub(super) async fn verified_in_the_browser(browser: Browser) -> Result<()> {
    let (shop, receipt) = refused(&browser).await?;
    let id = claims(&receipt)?["id"].clone();
    let script = "
        const good = await rows('receipts', 'readonly', (all) => all.get(given));
        const text = await rows('notices', 'readonly', (all) => all.get(good.notice));
        const other = (text, at) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
        const [head, payload] = good.jws.split('.');
        const encode = (object) => btoa(JSON.stringify(object)).replace(/=/g, '');
        const none = encode({ alg: 'none', typ: 'consent-receipt+jws' });
        const bare = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
        // Of whose log the acknowledgement tells.
        bridge.site = bare.site;
        bare.sub.device = null;
        const { acknowledgement } = good;
        const placed = (change) => ({ acknowledgement: { ...acknowledgement, log: { ...acknowledgement.log, ...change } } });
        const stranger = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
        const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', stranger.publicKey);
        const last = good.jws.slice(-1);
        // The four letters that base64url leaves for the same last bits.
        const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const twin = letters[letters.indexOf(last) ^ 1];
        const cases = [
            ['as it is', {}, text, 'genuine'],
            ['header', { jws: other(good.jws, 8) }, text, 'not-genuine'],
            ['payload', { jws: other(good.jws, head.length + 40) }, text, 'not-genuine'],
            ['signature', { jws: other(good.jws, head.length + payload.length + 20) }, text, 'not-genuine'],
            ['another spelling of the signature', { jws: good.jws.slice(0, -1) + twin }, text, 'not-genuine'],
            ['a fourth part', { jws: good.jws + '.' }, text, 'not-genuine'],
            ['no signature', { jws: head + '.' + payload + '.' }, text, 'not-genuine'],
            ['key', { jwk: { kty, crv, x, y } }, text, 'not-genuine'],
            ['no key', { jwk: null }, text, 'not-genuine'],
            ['id', { id: 'another' }, text, 'not-genuine'],
            ['name of the notice', { notice: other(good.notice, 20) }, text, 'not-genuine'],
            ['notice', {}, text.replace('Measuring use', 'Measuring you'), 'not-genuine'],
            ['another place in the log', placed({ index: acknowledgement.log.index + 1 }), text, 'not-genuine'],
            ['another salt', placed({ salt: other(acknowledgement.log.salt, 3) }), text, 'not-genuine'],
            ['another year of the log', placed({ origin: `${bare.site}/1999` }), text, 'not-genuine'],
            ['the notice has to be fetched', {}, null, 'genuine'],
            ['unsigned', { jwk: null, jws: `${none}.${encode(bare)}.` }, text, 'unsigned'],
            ['unsigned with a signature', { jwk: null, jws: `${none}.${encode(bare)}.AAAA` }, text, 'not-genuine'],
            ['no JWS', { jws: 'x' }, text, 'not-genuine'],
        ];
        const wrong = [];
        for (const [what, change, notice, expected] of cases) {
            await rows('receipts', 'readwrite', (all) => all.put({ ...good, ...change }, given));
            await rows('notices', 'readwrite', (all) => notice === null ? all.delete(good.notice) : all.put(notice, good.notice));
            const found = await part.verify(given);
            if (found !== expected) wrong.push(`${what}: ${found}, not ${expected}`);
        }
        // Where the notice cannot be had, nothing is known.
        await rows('receipts', 'readwrite', (all) => all.put(good, given));
        await rows('notices', 'readwrite', (all) => all.delete(good.notice));
        const real = window.fetch;
        window.fetch = () => Promise.reject(new TypeError('no network'));
        for (const id of [given, 'unknown']) await part.verify(id).then((found) => wrong.push(`${id} without notice: ${found}`), () => {});
        if ((await part.file(given)) !== null) wrong.push('a file without its notice');
        window.fetch = real;
        return wrong;";
    let wrong = with_part(&shop, script, id).await?;
    ensure!(wrong == json!([]), "{wrong:#}");
    Ok(())
}

/// The list tells each receipt with its choices and picks, the newest first, and decisions that are not signed yet.
/// PIPL 15: earlier choices stay on the list after a withdrawal.
pub(super) async fn listed(browser: Browser) -> Result<()> {
    let (shop, _) = refused(&browser).await?;
    shop.js("placet.acceptAll()", &[]).await?;
    let receipts = shop.delivered(2).await?;
    let script = "
        box['placet.outbox.w'] = { decision: { id: 'w', at: 1e15, state: 'withdrawn', method: 'api.withdraw', type: 'separate', by: 'guardian',
            regime: 'r', notice: { lang: 'l', version: 'v', hash: 'h' }, choices: { ads: 'denied' }, preferences: { often: 'never' } } };
        const list = await part.list();
        // A decision that was undone leaves no record, and its receipts stay.
        bridge.record = () => null;
        const undone = await part.list();
        for (const key of Object.keys(box)) delete box[key];
        return [list, await part.list(), undone];";
    let found = with_part(&shop, script, Value::Null).await?;
    ensure!(found[1] == json!([]), "before a choice there are {}", found[1]);
    ensure!(found[2] == found[0], "without a record there are {}", found[2]);
    let mut signed = Vec::new();
    for receipt in &receipts {
        let claims = claims(receipt)?;
        signed.push(json!({ "id": claims["id"], "state": claims["event"]["state"], "type": "regular", "by": "subject",
            "method": claims["event"]["method"], "lang": claims["notice"]["lang"], "version": claims["notice"]["version"],
            "hash": claims["notice"]["hash"], "regime": claims["regime"], "choices": claims["choices"],
            "preferences": claims["preferences"], "signed": true, "status": "acknowledged", "reason": null }));
    }
    let waiting = json!({ "id": "w", "state": "withdrawn", "type": "separate", "by": "guardian", "method": "api.withdraw",
        "lang": "l", "version": "v", "hash": "h", "regime": "r", "choices": { "ads": "denied" },
        "preferences": { "often": "never" }, "signed": false, "status": "waiting", "reason": null });
    let expected = [waiting, signed[1].clone(), signed[0].clone()];
    let list = found[0].as_array().context("a list")?;
    ensure!(list.len() == expected.len(), "the list is {list:#?}");
    for (index, wanted) in expected.iter().enumerate() {
        let mut row = list[index].clone();
        ensure!(row.as_object_mut().and_then(|row| row.remove("at")).is_some_and(|at| at.is_number()), "{row}");
        ensure!(row == *wanted, "{row:#} is not {wanted:#}");
    }
    Ok(())
}

/// What an endpoint may answer, and what becomes of the receipt: gone, refused, waiting, or to be signed anew.
pub(super) async fn answers_of_an_endpoint(browser: Browser) -> Result<()> {
    let (shop, _) = refused(&browser).await?;
    let rejected = |kind: &str, status: u32| json!({ "status": "rejected", "problem": { "type": format!("/problems/{kind}"), "title": kind, "status": status } });
    let one = |result: Value| json!({ "status": 200, "body": { "results": [result] } });
    let recorded = json!({ "status": "recorded", "id": "a", "receivedAt": 5 });
    // Whether it still waits, whether signed, whether the key counts as known afterwards, the least wait in seconds, the refusal.
    let mut cases = vec![
        json!(["recorded", one(recorded.clone()), false, false, true, 0, null]),
        json!([
            "of another id",
            one(json!({ "status": "recorded", "id": "b", "receivedAt": 5 })),
            true,
            true,
            true,
            1,
            null
        ]),
        json!(["refused for good", one(rejected("claim-wrong", 422)), false, false, true, 0, "/problems/claim-wrong"]),
        json!(["an operator can mend it", one(rejected("notice-unknown", 422)), true, true, true, 1, null]),
        json!(["a fault of its own", one(rejected("store-failed", 503)), true, true, true, 1, null]),
        json!(["the key is unknown", one(rejected("key-unknown", 422)), true, false, false, 1, null]),
        json!(["the address is another", one(rejected("audience-wrong", 422)), true, false, false, 1, null]),
        json!(["too many", { "status": 429, "body": {}, "after": "120" }, true, true, true, 120, null]),
        json!(["in a year", { "status": 503, "body": {}, "after": "31536000" }, true, true, true, 5900, null]),
        json!(["at a date", { "status": 503, "body": {}, "after": "Wed, 21 Oct 2026 07:28:00 GMT" }, true, true, true, 1, null]),
        json!(["too few results", { "status": 200, "body": { "results": [] } }, true, true, true, 1, null]),
        json!(["no results", { "status": 200, "body": "<!doctype html>" }, true, true, true, 1, null]),
        json!(["no answer", null, true, true, true, 1, null]),
    ];
    // Every problem that a receipt can meet, judged as the model judges it.
    for problem in PROBLEM_TYPES {
        let details = problem.details(String::new());
        let waits = !details.is_permanent();
        let refusal = (!waits).then(|| details.kind.clone());
        let known = !details.needs_signing();
        let answer = one(json!({ "status": "rejected", "problem": details.write::<Value>() }));
        cases.push(json!([problem.slug, answer, waits, waits && known, known, u8::from(waits), refusal]));
    }
    let script = "
        const wrong = [];
        const decision = { id: 'a', at: 1, state: 'refused', notice: { hash: 'sha256:x' } };
        const calls = [];
        let answer;
        window.fetch = async (url, options) => {
            if (url !== bridge.endpoint) throw new TypeError('not there');
            calls.push({ ...options, receipts: JSON.parse(options.body).receipts });
            if (!answer) throw new TypeError('no network');
            const body = answer.body === 'all' ? { results: calls.at(-1).receipts.map((jws) => ({ status: 'recorded', id: jws.split('.')[0], receivedAt: 1 })) } : answer.body;
            return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status: answer.status, headers: answer.after ? { 'retry-after': answer.after } : {} });
        };
        // Nothing of this test is to come back later.
        window.setTimeout = () => 0;
        const check = (what, found, expected) => {
            if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
        };
        for (const [what, given_, waits, isSigned, isKnown, least, refusal] of given) {
            answer = given_;
            for (const key of Object.keys(box)) delete box[key];
            said.length = 0;
            box['placet.outbox.a'] = { decision };
            const { id } = await rows('keys', 'readonly', (all) => all.get('device')).then(async ({ publicKey }) => {
                const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
                const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify({ crv, kty, x, y })));
                return { id: btoa(String.fromCharCode(...new Uint8Array(hash))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '') };
            });
            box['placet.chain'] = { device: id, seq: 4, prev: 'sha256:p', known: true };
            const begin = Date.now();
            await part.deliver();
            const item = box['placet.outbox.a'];
            const stored = await rows('receipts', 'readonly', (all) => all.get('a'));
            check(`${what}, waits`, !!item, waits);
            check(`${what}, signed`, !!(item && item.jws), isSigned);
            check(`${what}, chain`, [box['placet.chain'].seq, box['placet.chain'].known], [5, isKnown]);
            check(`${what}, refusal`, stored.refusal, refusal);
            check(`${what}, acknowledgement`, stored.acknowledgement, waits || refusal ? null : { id: 'a', receivedAt: 5 });
            check(`${what}, heard`, said.filter(([name]) => name === 'acknowledged').length, waits || refusal ? 0 : 1);
            if (waits) {
                check(`${what}, tries`, item.tries, 1);
                if (item.after < begin + least * 1000 || item.after > Date.now() + 6e6) wrong.push(`${what}: after ${item.after - begin} ms`);
                // Not before its time, but anyway when asked to.
                const count = calls.length;
                await part.deliver(false);
                check(`${what}, before its time`, calls.length, count);
                answer = null;
                await part.deliver(true);
                check(`${what}, anyway`, calls.length, count + 1);
                const carries = JSON.parse(atob(calls.at(-1).receipts[0].split('.')[0])).jwk !== undefined;
                check(`${what}, carries its key`, carries, !isKnown);
            }
        }
        // Batches: 16 receipts and 16 KB at most, each receipt once.
        for (const [size, count, expected] of [[10, 35, [16, 16, 3]], [3000, 8, [5, 3]], [20000, 2, [1, 1]]]) {
            for (const key of Object.keys(box)) delete box[key];
            for (let index = 0; index < count; index++) {
                const id = `n${index}`;
                box[`placet.outbox.${id}`] = { decision: { id, at: index }, jws: `${id}.`.padEnd(size, 'x'), tries: 0, after: 0 };
            }
            calls.length = 0;
            answer = { status: 200, body: 'all' };
            await part.deliver();
            check(`batches of ${size}`, calls.map(({ receipts }) => receipts.length), expected);
            check(`left of ${size}`, Object.keys(box).length, 0);
            check('how it is sent', [calls[0].method, calls[0].credentials, calls[0].keepalive, calls[0].headers], ['POST', 'omit', true, { 'content-type': 'application/json' }]);
        }
        return wrong;";
    let wrong = with_part(&shop, script, Value::Array(cases)).await?;
    ensure!(wrong == json!([]), "{wrong:#}");
    Ok(())
}

/// Without a database the key lives as long as the page; without WebCrypto there is a receipt only where the site takes unsigned ones.
pub(super) async fn without_database_or_key(browser: Browser) -> Result<()> {
    let (shop, _) = refused(&browser).await?;
    let script = "
        const sent = [];
        window.fetch = async (url, options) => {
            if (url !== bridge.endpoint) throw new TypeError('not there');
            sent.push(...JSON.parse(options.body).receipts);
            throw new TypeError('no network');
        };
        window.setTimeout = () => 0;
        const before = await rows('keys', 'readonly', (all) => all.getAllKeys());
        const decide = (id) => { box[`placet.outbox.${id}`] = { decision: { id, at: sent.length, state: 'refused', notice: { hash: 'sha256:x' } } }; };
        const subtle = crypto.subtle;
        Object.defineProperty(crypto, 'subtle', { configurable: true, get: () => undefined });
        decide('plain');
        await part.deliver(true);
        const silent = sent.length;
        published.unsigned = true;
        await part.deliver(true);
        delete box['placet.outbox.plain'];
        Object.defineProperty(crypto, 'subtle', { configurable: true, get: () => subtle });
        IDBFactory.prototype.open = () => { throw new DOMException('No', 'SecurityError'); };
        for (const id of ['one', 'two']) {
            decide(id);
            await part.deliver(true);
            delete box[`placet.outbox.${id}`];
        }
        return { silent, sent, list: await part.list() };";
    let found = with_part(&shop, script, Value::Null).await?;
    ensure!(found["silent"] == 0, "a receipt was made without a key");
    let sent: Vec<String> = serde_json::from_value(found["sent"].clone())?;
    ensure!(sent.len() == 3 && found["list"] == json!([]), "{found:#}");
    let header = |jws: &str| part_of(jws, 0);
    ensure!(header(&sent[0])? == Header::unsigned().write::<Value>() && sent[0].ends_with('.'), "{}", sent[0]);
    ensure!(claims(&sent[0])?["sub"] == json!({ "device": null, "ref": null }), "{}", claims(&sent[0])?);
    let (one, two) = (claims(&sent[1])?, claims(&sent[2])?);
    ensure!(header(&sent[1])?["kid"] == header(&sent[2])?["kid"], "each receipt has a key of its own");
    ensure!(one["seq"] == 1 && one["prev"].is_null() && two["seq"] == 2, "{one} {two}");
    let input = sent[1].rsplit_once('.').map_or("", |(input, _)| input);
    ensure!(two["prev"] == hash(input.as_bytes()), "the chain is broken: {two}");
    Ok(())
}

/// What lies in the browser has the forms that the model defines, from a decision to an acknowledged receipt, so that one version
/// goes on where another has stopped.
pub(super) async fn stored_forms(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    // As the loader leaves it, before the page is idle.
    let script = "action('first', 'reject').click();
        return read(Object.keys(localStorage).find((key) => key.startsWith('placet.outbox.')))";
    let left: Outgoing = strictly(&shop.js(script, &[]).await?)?;
    let shown = left.decision.shown.as_ref().context("the loader does not say what was shown")?;
    ensure!(left.jws.is_none() && left.decision.method == "banner.reject_all", "{left:?}");
    ensure!(
        shown.words.contains("Your data, your decision") && shown.accept.width > 0 && shown.reject.height > 0,
        "{shown:?}"
    );
    let record: Record = strictly(&shop.record().await?)?;
    ensure!(record.id == left.decision.id && record.at == left.decision.at && record.by.is_none(), "{record:?}");
    let receipt = shop.delivered(1).await?.remove(0);
    ensure!(claims(&receipt)?["id"] == record.id);
    let chain: Chain = strictly(&shop.js("return read('placet.chain')", &[]).await?)?;
    let input = receipt.rsplit_once('.').map_or("", |(input, _)| input);
    ensure!(chain.known && chain.seq == 1 && chain.prev == Some(hash(input.as_bytes())), "{chain:?}");
    ensure!(claims(&receipt)?["sub"]["device"] == chain.device, "{chain:?}");
    let first = claims(&receipt)?;
    let script = "
        const decision = { id: '00000000-0000-4000-8000-000000000000', at: Date.now(), tz: 0, regime: 'r', notice: given.notice, state: 'given', by: 'subject',
            type: 'regular', method: 'm', page: '/', choices: { a: 'granted' }, separate: [], preferences: { p: ['q'] }, gpc: false, ttl: 9,
            shown: { words: 'w', accept: [1, 2, 'rgb(0, 0, 0)', 'rgb(9, 9, 9)'], reject: [1, 2, 'rgb(0, 0, 0)', 'rgb(9, 9, 9)'] } };
        box[`placet.outbox.${decision.id}`] = { decision };
        box['placet.chain'] = JSON.parse(localStorage.getItem('placet.chain'));
        window.fetch = () => Promise.reject(new TypeError('no network'));
        window.setTimeout = () => 0;
        await part.deliver();
        return { item: Object.values(box)[0], chain: box['placet.chain'],
            stored: await rows('receipts', 'readonly', (all) => all.getAll()) };";
    let found = with_part(&shop, script, first).await?;
    let item: Outgoing = strictly(&found["item"])?;
    ensure!(item.tries == 1 && item.after > item.decision.at, "{item:?}");
    let next: Chain = strictly(&found["chain"])?;
    ensure!(next.known && next.seq == 2 && next.device == chain.device && next.prev != chain.prev, "{next:?}");
    let stored: Vec<Stored> =
        found["stored"].as_array().context("rows")?.iter().map(strictly).collect::<Result<_>>()?;
    ensure!(stored.len() == 2, "{stored:?}");
    for row in stored {
        let old = row.jws == receipt;
        ensure!(old == row.acknowledgement.is_some() && (old || item.jws == Some(row.jws)), "{} was not kept", row.id);
        ensure!(row.jwk.is_some_and(|jwk| thumbprint(&jwk) == chain.device) && row.refusal.is_none());
    }
    Ok(())
}

/// What a shopper asks of the endpoint is signed by the device and meant for one address; a refusal tells its status.
/// PIPL 45, 47; GDPR 15, 17: a copy and the erasure of what is held.
pub(super) async fn asked_of_the_endpoint(browser: Browser) -> Result<()> {
    let (shop, receipt) = refused(&browser).await?;
    let script = "
        const real = window.fetch;
        const calls = [];
        window.fetch = async (url, options) => { calls.push([String(url), options]); return new Response(JSON.stringify({ receipts: [] })); };
        const answers = [];
        for (const what of ['history', 'export', 'erase']) answers.push(await part.self(what));
        window.fetch = real;
        const lost = make({ ...bridge, published: { ...published, endpoint: '/nowhere/receipts' } });
        const refusal = await lost.self('history').then(() => null, (error) => error);
        const kept = await rows('receipts', 'readonly', (all) => all.count());
        return { origin: location.origin, calls, answers, refusal, kept };";
    let found = with_part(&shop, script, Value::Null).await?;
    // The server has nothing there, by whatever status.
    ensure!(found["refusal"].as_u64().is_some_and(|status| status >= 400) && found["kept"] == 1, "{found:#}");
    ensure!(found["answers"] == json!([{ "receipts": [] }, { "receipts": [] }, { "receipts": [] }]), "{found:#}");
    let address = json!(format!("{}/v1/self", found["origin"].as_str().context("an origin")?));
    let mut once = Vec::new();
    for (call, what) in found["calls"].as_array().context("calls")?.iter().zip(["history", "export", "erase"]) {
        ensure!(call[0] == address && call[1]["method"] == "POST" && call[1]["credentials"] == "omit", "{call:#}");
        let jws = call[1]["body"].as_str().context("a JWS")?;
        let (header, payload) = (part_of(jws, 0)?, part_of(jws, 1)?);
        let jwk: Jwk = json::from_tree(&header["jwk"]).context("a key")?;
        let names = |value: &Value| {
            value.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        ensure!(
            names(&header) == ["alg", "typ", "kid", "jwk"] && names(&payload) == ["aud", "iat", "jti", "site", "do"],
            "{header} {payload}"
        );
        ensure!(header["alg"] == "ES256" && header["typ"] == "consent-request+jws", "{header}");
        ensure!(header["kid"] == thumbprint(&jwk) && header["kid"] == part_of(&receipt, 0)?["kid"], "{header}");
        ensure!(payload["aud"] == address && payload["site"] == "shop.example" && payload["do"] == what, "{payload}");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
        ensure!(payload["iat"].as_u64().is_some_and(|iat| iat.abs_diff(now) < 120), "{payload}");
        once.push(payload["jti"].clone());
        let (input, signature) = jws.rsplit_once('.').context("a signature")?;
        use base64ct::{Base64UrlUnpadded, Encoding};
        let signature = Base64UrlUnpadded::decode_vec(signature).map_err(|error| anyhow::anyhow!("{error}"))?;
        ensure!(check_signature(&jwk, input.as_bytes(), &signature).is_ok(), "the signature does not hold");
    }
    ensure!(once.len() == 3 && once[0] != once[1] && once[1] != once[2], "{once:?}");
    Ok(())
}

/// The center shows anew what has come of a receipt while it stands open.
pub(super) async fn list_follows_the_delivery(browser: Browser) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    shop.open("/").await?;
    shop.choose().await?;
    until_true("the part is there", async || {
        Ok(shop.requests().await?.iter().any(|url| url.contains("/embed/receipts-")))
    })
    .await?;
    shop.server.kill();
    shop.js("placet.rejectAll()", &[]).await?;
    until_true("the receipt is listed as waiting", async || {
        Ok(shop.receipts().await?.first().is_some_and(|row| row.state == "waiting"))
    })
    .await?;
    shop.server.start_again().await?;
    shop.lists(1).await?;
    Ok(())
}

fn part_of(jws: &str, index: usize) -> Result<Value> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let part = jws.split('.').nth(index).context("a part")?;
    Ok(serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).map_err(|error| anyhow::anyhow!("{error}"))?)?)
}
