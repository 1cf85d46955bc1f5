//! The vendor catalogue: one data manifest a vendor, never code.
//!
//! A manifest says where a vendor loads from, what it keeps in the browser, and how it is told what a
//! visitor allows. A new vendor is a new file under `vendors/` and its name in `CATALOGUE`. The doc
//! comments here become the descriptions of `vendor.schema.json`, which an editor shows.
//!
//! **Invariant:** a manifest holds no call that its sources do not tell of.
//! **Invariant:** a manifest's name is part of what visitors agree to, so changing it asks them again (PIPL 14).

mod call;

pub use call::{Call, Via};

use crate::config::{Config, Cookie, Mode, Service};
use crate::text::Text;
use crate::tree::Map;
use crate::{data, words};
use serde_json::Value;

words! {
    /// What a vendor does on a page.
    pub enum Kind {
        /// It runs scripts of its own, which are held until their purpose is allowed.
        Tag = "tag",
        /// It is shown in the page: a player, a map. A placeholder stands in for it while it is held.
        Embed = "embed",
        /// It is only told what visitors allow: it loads nothing, and needs no purpose of its own.
        Signal = "signal",
    }
}

data! {
    /// What is known about a vendor: `vendors/<id>.json`.
    pub struct Manifest {
        /// Where an editor finds the JSON Schema of this file. Not used otherwise.
        schema as "$schema": Option<String>,
        /// The name that a config uses; the file's name, too.
        id: String,
        /// What visitors read: one text, or one for each language that has its own.
        name: Text,
        /// What it does on a page.
        kind: Kind,
        /// The purposes that it usually serves, the best first. A service that names no purpose gets the first of them that the config has.
        purposes: Vec<String> = default,
        /// Where it loads from: a host, to which its subdomains belong, or a host and the beginning of a path (`www.google.com/maps`) where the host also serves what must not be held.
        hosts: Vec<String> = default,
        /// What it keeps in the browser.
        cookies: Vec<Cookie> = default,
        /// The pages where these facts are written.
        sources: Vec<String>,
        /// What a site owner should know, in plain words: above all what no call can do.
        notes: String,
        /// What `{"$states": true}` stands for in a call: each key, and the purposes that grant it, the best first. The first of them that the config has decides; without any the key stays denied.
        states: Map<Vec<String>> = default,
        /// The values of states: for granted, then for denied. Left out: `"granted"`, `"denied"`.
        words: Option<Vec<Value>>,
        /// What a config may change, and its usual values. In a call, `"$name"` stands for option `name`; where the value is `null` or `false`, the member around it goes, or the whole call where it is an argument.
        options: Map<Value> = default,
        /// How it is told what a visitor allows. Without calls it is held and released, and told nothing.
        calls: Calls = default,
    }

    /// What is called when.
    pub struct Calls {
        /// Before any tag can run: everything is denied.
        default: Vec<Call> = default,
        /// At every change, for vendors with `states`.
        update: Vec<Call> = default,
        /// When the service's purpose turns granted, before its tags are released.
        granted: Vec<Call> = default,
        /// When the service's purpose turns from granted to denied.
        denied: Vec<Call> = default,
    }
}

impl Calls {
    /// All lists of calls, each with its name.
    pub fn lists(&self) -> [(&'static str, &[Call]); 4] {
        [("default", &self.default), ("update", &self.update), ("granted", &self.granted), ("denied", &self.denied)]
    }
}

impl Manifest {
    /// The values of states: for granted, then for denied.
    pub fn answers(&self) -> [Value; 2] {
        match self.words.as_deref() {
            Some([granted, denied]) => [granted.clone(), denied.clone()],
            _ => ["granted".into(), "denied".into()],
        }
    }

    /// Whether its tag may load before consent, because it can be told that consent is denied.
    pub fn can_be_advanced(&self) -> bool {
        !self.calls.default.is_empty()
    }
}

/// A service with what the catalogue knows and the config overrides.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Its machine name.
    pub id: String,
    /// The purpose that it works for; none for a mere signal.
    pub purpose: Option<String>,
    /// What visitors read.
    pub name: Text,
    /// Whether it is something to be seen.
    pub embed: bool,
    /// Whether its tags wait for consent.
    pub mode: Mode,
    /// Host names that it loads from.
    pub hosts: Vec<String>,
    /// What it keeps in the browser.
    pub cookies: Vec<Cookie>,
    /// Whether the page is loaded anew when its consent is withdrawn.
    pub reload: bool,
    /// What `$states` stands for.
    pub states: Map<Vec<String>>,
    /// The words for granted and denied.
    pub words: Vec<Value>,
    /// Settings of its calls.
    pub options: Map<Value>,
    /// What it is told.
    pub calls: Calls,
}

macro_rules! catalogue {
    ($($id:literal)*) => { &[$(($id, include_str!(concat!("../../vendors/", $id, ".json")))),*] };
}

/// The manifests by name. A test sees to it that this is what lies under `vendors/`.
const CATALOGUE: &[(&str, &str)] = catalogue! {
    "amap"
    "amazon-ads"
    "baidu-maps"
    "baidu-tongji"
    "bilibili-player"
    "criteo"
    "google-ads"
    "google-analytics-4"
    "google-consent-mode"
    "google-maps"
    "google-tag-manager"
    "growingio"
    "hotjar"
    "klaviyo"
    "linkedin-insight"
    "matomo"
    "meta-pixel"
    "microsoft-clarity"
    "microsoft-uet"
    "pinterest-tag"
    "reddit-pixel"
    "sensors-data"
    "shopify-customer-privacy"
    "snap-pixel"
    "tencent-analytics"
    "tencent-video"
    "tiktok-pixel"
    "umeng-web"
    "vimeo"
    "wechat-jssdk"
    "x-pixel"
    "youku-player"
    "youtube"
};

/// The names of all vendors in the catalogue, in alphabetical order.
pub fn names() -> Vec<&'static str> {
    CATALOGUE.iter().map(|(id, _)| *id).collect()
}

/// The manifest of a vendor.
pub fn manifest(id: &str) -> Option<Manifest> {
    let (_, text) = CATALOGUE.iter().find(|(known, _)| *known == id)?;
    crate::json::from_tree(&crate::json::parse(text).ok()?)
}

/// Completes a service of the config from the catalogue; `None` where it has neither a known vendor nor a name of its own.
pub fn resolve(service: &Service, config: &Config) -> Option<Resolved> {
    let known = match &service.vendor {
        Some(vendor) => Some(manifest(vendor)?),
        None => None,
    };
    let known = known.unwrap_or_default();
    let words = known.answers().to_vec();
    let mut options = known.options;
    for (name, value) in &service.options.0 {
        options.set(name, value.clone());
    }
    let (id, name) = match &service.vendor {
        Some(_) => (service.id.clone().unwrap_or(known.id), service.name.clone().unwrap_or(known.name)),
        None => (service.id.clone()?, service.name.clone()?),
    };
    Some(Resolved {
        id,
        purpose: service.purpose.clone().or_else(|| {
            let has = |id: &&String| config.purposes.iter().any(|purpose| purpose.id == **id);
            known.purposes.iter().filter(|_| known.kind != Kind::Signal).find(has).cloned()
        }),
        name,
        embed: known.kind == Kind::Embed,
        mode: service.mode,
        hosts: service.hosts.clone().unwrap_or(known.hosts),
        cookies: service.cookies.clone().unwrap_or(known.cookies),
        reload: service.reload,
        states: known.states,
        words,
        options,
        calls: known.calls,
    })
}

/// The JSON Schema of a manifest (draft 2020-12), for editors: `crates/model/vendor.schema.json`.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Manifest);
    schema.insert("$id".into(), "vendor.schema.json".into());
    schema.insert("title".into(), "Placet vendor manifest".into());
    schema.to_value()
}
