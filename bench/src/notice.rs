//! The demo's question, said in the settings of the other banners: equal words, equal choices.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::places;

const ACCEPT: &str = "Accept all";
const REJECT: &str = "Reject all";
const CHOOSE: &str = "Choose";

/// What the demo's config asks, in English.
pub(crate) struct Notice {
    title: String,
    text: String,
    purposes: Vec<Purpose>,
}

struct Purpose {
    id: String,
    title: String,
    description: String,
    is_asked: bool,
}

impl Notice {
    /// Reads the demo's config.
    pub(crate) fn read() -> Result<Self> {
        let path = places::root().join("public/demo/placet.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let config: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        let purposes = config["purposes"].as_array().context("the demo's config has no purposes")?;
        Ok(Self {
            title: english(&config["firstLayer"]["title"])?,
            text: english(&config["firstLayer"]["text"])?.replace(['[', ']'], "").replace("(#placet)", ""),
            purposes: purposes.iter().map(purpose).collect::<Result<_>>()?,
        })
    }

    /// Settings for `CookieConsent.run`.
    pub(crate) fn for_cookieconsent(&self) -> Value {
        let categories = self.purposes.iter().map(|purpose| {
            (purpose.id.clone(), json!({ "enabled": !purpose.is_asked, "readOnly": !purpose.is_asked }))
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

fn english(text: &Value) -> Result<String> {
    Ok(text["en"].as_str().context("a text of the demo's config is missing in English")?.to_owned())
}
