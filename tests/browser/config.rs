//! Configs of a test's own: the demo shop's, with other purposes, services and regimes.

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Where pages stand whose tests need host names: browsers find everything below `localhost` on this machine.
pub(crate) const SITE: &str = "shop.localhost";

/// Where the third parties of a test stand.
pub(crate) const THIRD_PARTY: &str = "tags.localhost";

/// The demo shop's config without services and preferences, with `necessary` and these purposes:
/// the shop's own by their names, others made like its statistics.
pub(crate) fn config(purposes: &[&str]) -> Result<Value> {
    let mut config: Value = serde_json::from_str(include_str!("../../public/demo/placet.json"))?;
    let known = config["purposes"].as_array().cloned().context("the demo shop has purposes")?;
    let find = |id: &str| known.iter().find(|purpose| purpose["id"] == id).cloned();
    let made = |id: &str| {
        let mut purpose = find("analytics").unwrap_or_default();
        purpose["id"] = json!(id);
        purpose["title"] = json!({ "en": format!("Purpose {id}"), "zh-CN": format!("用途 {id}") });
        purpose
    };
    let asked = purposes.iter().filter(|id| **id != "necessary");
    config["purposes"] =
        ["necessary"].iter().chain(asked).map(|id| find(id).unwrap_or_else(|| made(id))).collect::<Vec<_>>().into();
    config["services"] = json!([]);
    config["preferences"] = json!([]);
    config["site"] = json!(SITE);
    Ok(config)
}

/// Sets members of a purpose.
pub(crate) fn set(config: &mut Value, id: &str, members: Value) -> Result<()> {
    let purposes = config["purposes"].as_array_mut().context("a config has purposes")?;
    let purpose = purposes.iter_mut().find(|purpose| purpose["id"] == id).context("the purpose is there")?;
    for (name, value) in members.as_object().context("members")? {
        purpose[name] = value.clone();
    }
    Ok(())
}
