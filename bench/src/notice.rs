//! The demo's question, said in the settings of the other banners: equal words, equal choices.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::places;

const ACCEPT: &str = "Accept all";
const REJECT: &str = "Reject all";
const CHOOSE: &str = "Choose";

/// What the demo's config asks, in English.
pub(crate) struct Notice {
    title: String,
    text: String,
    purposes: Vec<Purpose>,
    services: Vec<Service>,
}

struct Purpose {
    id: String,
    title: String,
    description: String,
    is_asked: bool,
}

struct Service {
    id: String,
    name: String,
    purpose: String,
}

/// Where the demo's config is.
pub(crate) fn demo() -> PathBuf {
    places::root().join("public/demo/placet.json")
}

/// The demo's config.
pub(crate) fn demo_config() -> Result<Value> {
    let path = demo();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

impl Notice {
    /// Reads the demo's config: what its first layer asks.
    pub(crate) fn read() -> Result<Self> {
        Self::without_services(&demo_config()?)
    }

    /// What a config asks, with the services that each purpose has.
    pub(crate) fn with_services(config: &Value) -> Result<Self> {
        let services = config["services"].as_array().context("the config has no services")?;
        let services = services.iter().filter_map(service).collect();
        Ok(Self { services, ..Self::without_services(config)? })
    }

    fn without_services(config: &Value) -> Result<Self> {
        let purposes = config["purposes"].as_array().context("the demo's config has no purposes")?;
        Ok(Self {
            title: english(&config["firstLayer"]["title"])?,
            text: english(&config["firstLayer"]["text"])?.replace(['[', ']'], "").replace("(#placet)", ""),
            purposes: purposes.iter().map(purpose).collect::<Result<_>>()?,
            services: Vec::new(),
        })
    }

    /// Settings for `CookieConsent.run`.
    pub(crate) fn for_cookieconsent(&self) -> Value {
        let categories = self.purposes.iter().map(|purpose| {
            let mut category = json!({ "enabled": !purpose.is_asked, "readOnly": !purpose.is_asked });
            let of_purpose = self.services.iter().filter(|service| service.purpose == purpose.id);
            let services: Map<_, _> =
                of_purpose.map(|service| (service.id.clone(), json!({ "label": service.name }))).collect();
            if !services.is_empty() {
                category["services"] = Value::Object(services);
            }
            (purpose.id.clone(), category)
        });
        let sections = self.purposes.iter().map(|purpose| {
            json!({ "title": purpose.title, "description": purpose.description, "linkedCategory": purpose.id })
        });
        json!({
            "hideFromBots": false,
            "categories": Value::Object(categories.collect()),
            "language": { "default": "en", "translations": { "en": {
                "consentModal": {
                    "title": self.title,
                    "description": self.text,
                    "acceptAllBtn": ACCEPT,
                    "acceptNecessaryBtn": REJECT,
                    "showPreferencesBtn": CHOOSE,
                },
                "preferencesModal": {
                    "title": self.title,
                    "acceptAllBtn": ACCEPT,
                    "acceptNecessaryBtn": REJECT,
                    "savePreferencesBtn": "Save",
                    "closeIconLabel": "Close",
                    "sections": sections.collect::<Vec<_>>(),
                },
            } } },
        })
    }

    /// Settings for `window.klaroConfig`. Klaro lists no purpose without a service: one that has none gets one of its name.
    pub(crate) fn for_klaro(&self) -> Value {
        let purposes = self
            .purposes
            .iter()
            .map(|purpose| (purpose.id.clone(), json!({ "title": purpose.title, "description": purpose.description })));
        let services = self.purposes.iter().flat_map(|purpose| {
            let of_purpose = self.services.iter().filter(|service| service.purpose == purpose.id);
            let mut names: Vec<_> = of_purpose.map(|service| (&service.id, &service.name)).collect();
            if names.is_empty() {
                names.push((&purpose.id, &purpose.title));
            }
            names.into_iter().map(|(id, name)| {
                json!({ "name": id, "title": name, "purposes": [purpose.id], "required": !purpose.is_asked })
            })
        });
        json!({
            "lang": "en",
            "acceptAll": true,
            "translations": { "en": {
                "privacyPolicyUrl": "/privacy",
                "consentNotice": { "title": self.title, "description": self.text, "learnMore": CHOOSE },
                "consentModal": { "title": self.title, "description": self.text },
                "ok": ACCEPT,
                "acceptAll": ACCEPT,
                "decline": REJECT,
                "purposes": Value::Object(purposes.collect()),
            } },
            "services": services.collect::<Vec<_>>(),
        })
    }

    /// Settings for `window.orejimeConfig`.
    pub(crate) fn for_orejime(&self) -> Value {
        let purposes = self.purposes.iter().map(|purpose| {
            json!({
                "id": purpose.id,
                "title": purpose.title,
                "description": purpose.description,
                "cookies": [],
                "isMandatory": !purpose.is_asked,
            })
        });
        json!({
            "privacyPolicyUrl": "/privacy",
            "purposes": purposes.collect::<Vec<_>>(),
            "translations": { "banner": {
                "title": self.title,
                "description": self.text,
                "accept": ACCEPT,
                "decline": REJECT,
                "configure": CHOOSE,
            } },
        })
    }
}

fn purpose(config: &Value) -> Result<Purpose> {
    Ok(Purpose {
        id: config["id"].as_str().context("a purpose has no id")?.to_owned(),
        title: english(&config["title"])?,
        description: english(&config["description"])?,
        is_asked: config["basis"] == "consent",
    })
}

/// One that names a purpose; what serves the tags of others needs none.
fn service(config: &Value) -> Option<Service> {
    let id = config["id"].as_str().or(config["use"].as_str())?.to_owned();
    let name = config["name"].as_str().unwrap_or(&id).to_owned();
    Some(Service { purpose: config["purpose"].as_str()?.to_owned(), id, name })
}

fn english(text: &Value) -> Result<String> {
    Ok(text["en"].as_str().context("a text of the demo's config is missing in English")?.to_owned())
}
