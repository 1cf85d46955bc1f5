//! Every vendor of the catalogue, one after the other: told before it loads, told at every change, told the
//! withdrawal, as its manifest says, and never asked for before its purpose is allowed.
//!
//! Nothing here knows a vendor: pages, stand-ins and expectations are made of the manifests.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use placet_model::{
    config::Mode,
    vendor::{Call, Kind, Manifest, Via, manifest, names},
};
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use crate::{
    config::{THIRD_PARTY, config},
    places,
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::{Page, Stand},
    wait::until,
};

/// What the page notes, in the order in which it happens.
const NOTES: &str = "<script>
window.notes = [];
window.note = (...what) => notes.push(JSON.parse(JSON.stringify(what, (_, value) =>
    typeof value === 'function' ? '$next' : value)));
</script>";

/// Plays a vendor's script: reads what waits for it, says that it is there, and notes each further call.
///
/// `ways` holds the globals of the manifest's calls.
const STAND_IN: &str = r"
((ways) => {
    const noted = (name, item) =>
        note(name, Object.prototype.toString.call(item) === '[object Arguments]' ? { arguments: [...item] } : item);
    for (const { via, name, queue } of ways) {
        if (via === 'set') {
            if (name in window) note(name, { set: window[name] });
        } else if (via !== 'call') {
            const list = (window[name] ??= []);
            if (list.read) continue;
            list.forEach((item) => noted(name, item));
            list.read = true;
            list.push = (...items) => items.forEach((item) => noted(name, item));
        } else {
            const steps = name.split('.');
            const last = steps.pop();
            const owner = steps.reduce((at, step) => (at[step] ??= {}), window);
            for (const waiting of owner[last]?.[queue] ?? []) note(name, { called: [...waiting] });
            owner[last] = (...args) => {
                note(name, { called: args });
                args.find((arg) => typeof arg === 'function')?.();
            };
        }
    }
    note('load');
})";

/// A vendor as a config uses it.
struct Used {
    /// The names of its pages and files.
    name: String,
    manifest: Manifest,
    mode: Mode,
}

impl Used {
    /// Whether its script is in the page before any answer: it is not held.
    fn is_early(&self) -> bool {
        self.manifest.kind == Kind::Signal || self.mode == Mode::Advanced
    }

    /// What it is told before anything else. To wait is told to a tag that loads before consent, and to others only where
    /// another call takes it back.
    fn default(&self) -> &[Call] {
        let calls = &self.manifest.calls;
        let pointless = self.mode == Mode::Basic && calls.update.is_empty() && calls.granted.is_empty();
        if pointless { &[] } else { &calls.default }
    }
}

/// Every vendor of the catalogue, and once more in advanced mode where it has one.
fn all() -> Result<Vec<Used>> {
    let mut used = Vec::new();
    for id in names() {
        let manifest = manifest(id).with_context(|| format!("the manifest of {id}"))?;
        if manifest.kind == Kind::Tag && manifest.can_be_advanced() {
            used.push(Used { name: format!("{id}-advanced"), manifest: manifest.clone(), mode: Mode::Advanced });
        }
        used.push(Used { name: id.to_owned(), manifest, mode: Mode::Basic });
    }
    Ok(used)
}

/// What is sent when, as notes. `loaded`: whether the vendor's script is there; a call of a function that is not there
/// has no effect.
fn sent(manifest: &Manifest, calls: &[Call], granted: &[String], loaded: bool) -> Vec<Value> {
    let mut notes = Vec::new();
    for call in calls {
        let with: Option<Vec<Value>> = call.with.iter().map(|argument| filled(manifest, argument, granted)).collect();
        let Some(with) = with else { continue };
        match call.via {
            Via::Arguments => notes.push(json!([call.name, { "arguments": with }])),
            Via::Push => notes.extend(with.iter().map(|item| json!([call.name, item]))),
            Via::Set => notes.extend((!loaded).then(|| json!([call.name, { "set": with[0] }]))),
            Via::Call => notes.extend((loaded || call.queue.is_some()).then(|| json!([call.name, { "called": with }]))),
        }
    }
    notes
}

/// An argument with options and states in place; none where it is an option that is not set.
fn filled(manifest: &Manifest, argument: &Value, granted: &[String]) -> Option<Value> {
    match argument {
        Value::String(word) if word == "$purposes" => Some(purposes(manifest, granted)),
        Value::String(word) if word.starts_with('$') && word != "$next" => {
            manifest.options.get(&word[1..]).filter(|value| !value.is_null() && **value != json!(false)).cloned()
        }
        Value::Array(items) => Some(items.iter().filter_map(|item| filled(manifest, item, granted)).collect()),
        Value::Object(members) => {
            let mut object = Map::new();
            for (name, member) in members {
                if name == "$states" {
                    object.extend(states(manifest, granted));
                } else if let Some(value) = filled(manifest, member, granted) {
                    object.insert(name.clone(), value);
                }
            }
            Some(object.into())
        }
        _ => Some(argument.clone()),
    }
}

fn states(manifest: &Manifest, granted: &[String]) -> Map<String, Value> {
    let asked = asked(manifest);
    let [yes, no] = manifest.answers();
    let answer = |purposes: &Vec<String>| {
        let decides = purposes.iter().find(|id| *id == "necessary" || asked.contains(id));
        let may = decides.is_some_and(|id| id == "necessary" || granted.contains(id));
        if may { yes.clone() } else { no.clone() }
    };
    manifest.states.0.iter().map(|(key, purposes)| (key.clone(), answer(purposes))).collect()
}

fn purposes(manifest: &Manifest, granted: &[String]) -> Value {
    let of = |id: String| (id.clone(), json!(if granted.contains(&id) { "granted" } else { "denied" }));
    let always = ("necessary".to_owned(), json!("always"));
    Value::Object([always].into_iter().chain(asked(manifest).into_iter().map(of)).collect())
}

/// The purposes that a shop with this vendor asks about: the best of each of the manifest's lists.
fn asked(manifest: &Manifest) -> Vec<String> {
    let mut asked = Vec::new();
    for list in [&manifest.purposes].into_iter().chain(manifest.states.0.iter().map(|(_, purposes)| purposes)) {
        for id in list.first().into_iter().filter(|id| *id != "necessary") {
            if !asked.contains(id) {
                asked.push(id.clone());
            }
        }
    }
    asked
}

/// One directory a vendor with what `placet publish` makes of a config that uses it; made once for all engines.
async fn published() -> Result<PathBuf> {
    static PUBLISHED: OnceCell<PathBuf> = OnceCell::const_new();
    PUBLISHED.get_or_try_init(async || publish_all(&places::evidence().join("vendors"))).await.cloned()
}

fn publish_all(dir: &Path) -> Result<PathBuf> {
    for Used { name, manifest, mode } in all()? {
        let asked = asked(&manifest);
        let mut shop = config(&asked.iter().map(String::as_str).collect::<Vec<_>>())?;
        // One click is to answer all.
        for purpose in shop["purposes"].as_array_mut().into_iter().flatten() {
            purpose["separate"] = json!(false);
        }
        let mut service = json!({ "use": manifest.id, "mode": mode.word() });
        if manifest.kind != Kind::Signal {
            service["hosts"] = json!([format!("{THIRD_PARTY}/{name}")]);
        }
        shop["services"] = json!([service]);
        let (place, file) = (dir.join(&name), dir.join(format!("{name}.json")));
        fs::create_dir_all(&place)?;
        fs::write(&file, shop.to_string())?;
        let output = Command::new(places::placet()?)
            .arg("publish")
            .arg(&file)
            .arg("--amend")
            .arg("--out")
            .arg(&place)
            .output()?;
        ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(dir.to_owned())
}

/// The pages of all vendors, with the published files; `third` is where the stand-ins are.
async fn shop_of_all(third: &str) -> Result<Stand> {
    let dir = published().await?;
    let mut pages = BTreeMap::new();
    for used in all()? {
        let Used { name, manifest, .. } = &used;
        for file in fs::read_dir(dir.join(name))? {
            let file = file?;
            let path = format!("/{name}/{}", file.file_name().to_string_lossy());
            if path.ends_with(".js") {
                pages.insert(path, Page::of("text/javascript", fs::read(file.path())?));
            }
        }
        let script = format!("{third}/{name}.js");
        let (tag, frame) = match manifest.kind {
            // A frame that is not marked is made by a script, so that every engine lets it be held.
            Kind::Embed => (String::new(), frame(&format!("{third}/{name}"))),
            _ if used.is_early() => (format!(r#"<script src="{script}"></script>"#), String::new()),
            _ => {
                let purpose = asked(manifest).first().cloned().unwrap_or_default();
                let tag = format!(r#"<script type="text/plain" data-placet="{purpose}" data-src="{script}"></script>"#);
                (tag, String::new())
            }
        };
        let head = format!(r#"{NOTES}<script src="/{name}/placet.js"></script>{tag}"#);
        pages.insert(format!("/{name}"), page("en", &head, &frame));
    }
    Stand::open(pages).await
}

fn frame(address: &str) -> String {
    format!(
        "<div id=\"place\"></div><script>
        const frame = document.createElement('iframe');
        Object.assign(frame, {{ title: 'A frame', width: 400, height: 300, src: '{address}' }});
        document.getElementById('place').append(frame);
        </script>"
    )
}

async fn stand_ins() -> Result<Stand> {
    let mut pages = BTreeMap::new();
    for Used { name, manifest, .. } in all()? {
        let mut ways: Vec<Value> = Vec::new();
        for call in manifest.calls.lists().iter().flat_map(|(_, calls)| calls.iter()) {
            let way = json!({ "via": call.via.word(), "name": call.name, "queue": call.queue });
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        pages.insert(format!("/{name}.js"), Page::script(&format!("{STAND_IN}({})", json!(ways))));
        pages.insert(format!("/{name}"), Page::html("<!doctype html><html lang=en><title>A film</title>"));
    }
    Stand::open(pages).await
}

/// Waits until the page has noted exactly this.
async fn notes(shop: &Shop, when: &str, expected: &[Vec<Value>]) -> Result<()> {
    let expected = json!(expected.concat());
    until(&format!("it is told {when}"), async || {
        let noted = shop.js("return notes", &[]).await?;
        if noted == expected { Ok(Some(())) } else { bail!("expected {expected}, noted {noted}") }
    })
    .await
}

async fn check(shop: &Shop, third: &Stand, used: &Used) -> Result<()> {
    let Used { name, manifest, .. } = used;
    let (all, none, early) = (asked(manifest), Vec::new(), used.is_early());
    let calls = &manifest.calls;
    let (default, load) = (sent(manifest, used.default(), &none, false), vec![json!(["load"])]);
    let allowed =
        |loaded| [sent(manifest, &calls.update, &all, loaded), sent(manifest, &calls.granted, &all, loaded)].concat();
    let refused = [sent(manifest, &calls.update, &none, true), sent(manifest, &calls.denied, &none, true)].concat();
    let is_embed = manifest.kind == Kind::Embed;
    let address = if is_embed { format!("GET /{name}") } else { format!("GET /{name}.js") };
    let asked_for = || third.requests().iter().filter(|asked| **asked == address).count();

    third.forget();
    shop.open(&format!("/{name}")).await?;
    shop.sees(Layer::First).await?;
    if early {
        notes(shop, "at first", &[default.clone(), load.clone()]).await?;
    } else {
        ensure!(asked_for() == 0, "it was asked for before the choice");
        notes(shop, "nothing at first", &[]).await?;
    }
    if is_embed {
        let title = manifest.name.wording("en");
        let cover = "return document.querySelector('placet-held')?.getAttribute('aria-label') ?? null";
        until(&format!("a cover names {title}"), async || Ok((shop.js(cover, &[]).await? == title).then_some(())))
            .await?;
    }

    shop.js("placet.acceptAll()", &[]).await?;
    let mut noted = match (is_embed, early) {
        (true, _) => vec![],
        (_, true) => vec![default.clone(), load.clone(), allowed(true)],
        (_, false) => vec![default.clone(), allowed(false), load.clone()],
    };
    notes(shop, "of the acceptance", &noted).await?;
    until("it loads", async || Ok((asked_for() == 1).then_some(()))).await?;
    shop.js("placet.withdraw()", &[]).await?;
    noted.push(refused);
    notes(shop, "of the withdrawal", &noted).await?;
    shop.js("placet.acceptAll()", &[]).await?;
    noted.push(allowed(true));
    notes(shop, "of the second acceptance", &noted).await?;
    ensure!(asked_for() == 1, "it loaded {} times", asked_for());

    shop.open(&format!("/{name}")).await?;
    let again = if is_embed { vec![] } else { vec![default, allowed(false), load] };
    notes(shop, "on the next page", &again).await?;
    until("it loads on the next page", async || Ok((asked_for() == 2).then_some(()))).await?;
    ensure!(!shop.shows(Layer::First).await?, "the next page asks again");
    // One origin for all: the next vendor's visitor is a new one.
    shop.js("localStorage.clear()", &[]).await?;
    Ok(())
}

/// Each vendor of the catalogue, and all that went wrong.
pub(super) async fn every_vendor_is_told(browser: Browser) -> Result<()> {
    let third = stand_ins().await?;
    let stand = shop_of_all(&third.named(THIRD_PARTY)).await?;
    let shop = Shop::with(&browser, &config(&["analytics"])?, &[]).await?.with_pages_of(&stand);
    let mut wrong = Vec::new();
    for used in all()? {
        if let Err(error) = check(&shop, &third, &used).await {
            wrong.push(format!("{}: {error:#}", used.name));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
