//! The vendor catalogue: one data manifest a vendor, never code.

use crate::config::{Config, Cookie, Mode, Service};
use crate::text::Text;
use crate::tree::{Fault, Faults, Map, Read, Tree};
use crate::{data, words};
use serde_json::Value;

data! {
    /// What is known about a vendor: `vendors/<id>.json`.
    pub struct Manifest {
        /// The name that a config uses.
        id: String,
        /// What visitors read.
        name: Text,
        /// What it is.
        kind: Kind,
        /// The purposes that it usually serves, the best first.
        purposes: Vec<String> = default,
        /// Host names that it loads from, with the beginning of a path where the host is shared: `host/path`.
        hosts: Vec<String>,
        /// What it keeps in the browser.
        cookies: Vec<Cookie>,
        /// What `$states` stands for: key to the purposes that can grant it, the best first.
        states: Map<Vec<String>> = default,
        /// The words for granted and denied in `$states`.
        words: Option<Vec<Value>>,
        /// What a config can set.
        options: Map<Value> = default,
        /// What it is told.
        calls: Calls = default,
    }

    /// What a vendor is told, and when.
    pub struct Calls {
        /// Before any tag can run.
        default: Vec<Call> = default,
        /// At every change.
        update: Vec<Call> = default,
        /// When its purpose becomes granted, before its tags run.
        granted: Vec<Call> = default,
        /// When its purpose is no longer granted.
        denied: Vec<Call> = default,
    }
}

words! {
    /// What a vendor's thing is.
    pub enum Kind {
        /// A script or pixel.
        Tag = "tag",
        /// Something to be seen: a frame or player.
        Embed = "embed",
        /// Calls only; nothing of it is held.
        Signal = "signal",
    }

    /// How a platform takes a call.
    pub enum Via {
        /// An `arguments` object is pushed onto the list (Google's queue tells it from an array).
        Arguments = "arguments",
        /// `name.push(...)`; the list is made where there is none.
        Push = "push",
        /// The function is called if it is there.
        Call = "call",
        /// The global is set to the first argument.
        Set = "set",
    }
}

/// One call: `{ "<via>": "<name>", "with": [...], "queue": "q" }`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// How the platform takes it.
    pub via: Via,
    /// The name of the global; dots lead into it.
    pub name: String,
    /// The arguments.
    pub with: Vec<Value>,
    /// Where calls wait for a function that is not there yet.
    pub queue: Option<String>,
}

impl Read for Call {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        let mut call = Call::default();
        let mut found = false;
        for (member, value) in tree.members().unwrap_or_default() {
            faults.enter_member(&member);
            match (member.as_str(), Via::from_word(&member)) {
                (_, Some(via)) if !found => {
                    (call.via, call.name) = (via, String::read(&value, faults));
                    found = true;
                }
                ("with", _) => call.with = Vec::read(&value, faults),
                ("queue", _) => call.queue = Some(String::read(&value, faults)),
                _ => {
                    faults.fault(Fault::Unknown(member.clone(), &["arguments", "push", "call", "set", "with", "queue"]))
                }
            }
            faults.leave();
        }
        if !found {
            faults.fault(Fault::Missing("arguments"));
        }
        call
    }
}

impl crate::tree::Write for Call {
    fn write<T: Tree>(&self) -> T {
        let mut members = vec![(self.via.word(), T::text(&self.name)), ("with", self.with.write())];
        members.extend(self.queue.as_ref().map(|queue| ("queue", T::text(queue))));
        T::object(members)
    }
}

impl schemars::JsonSchema for Call {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Call".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object" })
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

const CATALOGUE: &[(&str, &str)] = &[
    ("baidu-tongji", include_str!("../vendors/baidu-tongji.json")),
    ("google-ads", include_str!("../vendors/google-ads.json")),
    ("google-analytics-4", include_str!("../vendors/google-analytics-4.json")),
    ("google-consent-mode", include_str!("../vendors/google-consent-mode.json")),
    ("meta-pixel", include_str!("../vendors/meta-pixel.json")),
    ("microsoft-clarity", include_str!("../vendors/microsoft-clarity.json")),
];

/// The names of all vendors in the catalogue.
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
        words: known.words.unwrap_or_else(|| vec!["granted".into(), "denied".into()]),
        options,
        calls: known.calls,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;
    use crate::tree::Read;

    #[test]
    fn every_manifest_reads_without_a_problem_and_bears_its_name() {
        for (id, text) in CATALOGUE {
            let mut problems = Problems::default();
            let manifest = Manifest::read(&crate::json::parse(text).expect(id), &mut problems);
            assert_eq!((manifest.id.as_str(), problems.found), (*id, vec![]));
        }
    }
}
