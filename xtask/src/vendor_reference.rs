//! `docs/reference/vendors.md`: the vendor catalogue, for people who choose from it and for people who audit it.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use placet_model::config::{Cookie, Storage};
use placet_model::text::Text;
use placet_model::vendor::{self, Call, Kind, Manifest, Via};
use serde_json::Value;

const HEAD: &str = "# Vendors

<!-- Generated from crates/model/vendors by `cargo xtask generate`; do not edit. -->

What the catalogue knows of each vendor: a config names one by `\"use\"`, and what it writes beside that overrides what stands
here. How the calls come about, and what they cannot do, is told in [signals](../guides/signals.md). A vendor that is not here
is written out with `id`, `name`, `purpose`, `hosts` and `cookies`; to add one to the catalogue, put a manifest under
`crates/model/vendors/`.

- **Purposes**: a service that names no `purpose` gets the first of these that the config has.
- **Advanced**: whether the tag may load before consent (`\"mode\": \"advanced\"`), because it can be told that consent is denied.
- **Held**: hosts, to which subdomains belong; behind a slash, only addresses that begin so.
- In the calls, `...states` stands for the keys of the list **States**, each with its answer, and `<name>` for an option.
  `<purposes>` is each purpose of the config with `always`, `granted` or `denied`; `<next>` makes the call after it.
- Facts come from the pages under **Sources**, which change without notice.
";

/// The page.
pub(crate) fn render() -> Result<String> {
    let all = vendor::names()
        .into_iter()
        .map(|id| vendor::manifest(id).with_context(|| format!("{id} cannot be read")))
        .collect::<Result<Vec<_>>>()?;
    let mut page =
        format!("{HEAD}\n| `use` | name | kind | purposes | advanced | is told |\n|---|---|---|---|---|---|\n");
    for vendor in &all {
        page.push_str(&row(vendor));
    }
    for vendor in &all {
        section(&mut page, vendor)?;
    }
    Ok(page)
}

fn row(vendor: &Manifest) -> String {
    let told = match &vendor.calls {
        calls if !calls.update.is_empty() => "each change",
        calls if !calls.granted.is_empty() => "granted, denied",
        calls if !calls.default.is_empty() => "to wait",
        _ => "nothing",
    };
    format!(
        "| [`{id}`](#{id}) | {} | {} | {} | {} | {told} |\n",
        name(&vendor.name),
        vendor.kind.word(),
        dashed(&vendor.purposes.join(", ")),
        match vendor.kind {
            Kind::Signal => "–",
            _ if vendor.can_be_advanced() => "yes",
            _ => "no",
        },
        id = vendor.id,
    )
}

fn section(page: &mut String, vendor: &Manifest) -> Result<()> {
    write!(page, "\n## {}\n\n**{}.** {}\n\n", vendor.id, name(&vendor.name), vendor.notes)?;
    if !vendor.hosts.is_empty() {
        writeln!(page, "- **Held**: {}", codes(vendor.hosts.iter().cloned()))?;
    }
    if !vendor.cookies.is_empty() {
        let kept: Vec<_> = vendor.cookies.iter().map(kept).collect();
        writeln!(page, "- **Keeps**: {}", kept.join(", "))?;
    }
    if !vendor.states.0.is_empty() {
        let states: Vec<_> =
            vendor.states.0.iter().map(|(key, purposes)| format!("`{key}` ({})", purposes.join(", "))).collect();
        writeln!(page, "- **States**: {}", states.join("; "))?;
        if vendor.words.is_some() {
            let [granted, denied] = vendor.answers();
            writeln!(page, "- **Answers**: `{granted}`, `{denied}`")?;
        }
    }
    if !vendor.options.0.is_empty() {
        let options: Vec<_> = vendor.options.0.iter().map(|(name, value)| format!("`{name}`: `{value}`")).collect();
        writeln!(page, "- **Options**: {}", options.join(", "))?;
    }
    for (list, calls) in vendor.calls.lists() {
        if !calls.is_empty() {
            writeln!(page, "- **{}**: {}", when(list), codes(calls.iter().map(spoken)))?;
        }
    }
    let sources: Vec<_> = vendor.sources.iter().map(|source| format!("<{source}>")).collect();
    writeln!(page, "- **Sources**: {}", sources.join(", "))?;
    Ok(())
}

fn when(list: &str) -> &str {
    match list {
        "default" => "Before any tag",
        "update" => "At each change",
        "granted" => "When granted",
        _ => "When denied",
    }
}

fn name(name: &Text) -> String {
    let (english, chinese) = (name.wording("en"), name.wording("zh-CN"));
    if english == chinese { english.to_owned() } else { format!("{english} ({chinese})") }
}

fn dashed(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

fn codes(texts: impl Iterator<Item = String>) -> String {
    texts.map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn kept(cookie: &Cookie) -> String {
    let place = match cookie.storage {
        Storage::Cookie => None,
        Storage::Local => Some("local storage"),
        Storage::Session => Some("session storage"),
    };
    let facts: Vec<&str> = place.into_iter().chain(cookie.retention.as_deref()).collect();
    if facts.is_empty() { format!("`{}`", cookie.name) } else { format!("`{}` ({})", cookie.name, facts.join(", ")) }
}

/// A call in the words of a page's script.
fn spoken(call: &Call) -> String {
    let with = call.with.iter().map(argument).collect::<Vec<_>>().join(", ");
    match call.via {
        Via::Arguments => format!("{}.push(arguments({with}))", call.name),
        Via::Push => format!("{}.push({with})", call.name),
        Via::Call => format!("{}({with})", call.name),
        Via::Set => format!("{} = {with}", call.name),
    }
}

fn argument(value: &Value) -> String {
    match value {
        Value::String(text) => text.strip_prefix('$').map_or_else(|| format!("'{text}'"), |name| format!("<{name}>")),
        Value::Array(items) => format!("[{}]", items.iter().map(argument).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| match name.as_str() {
                "$states" => "...states".to_owned(),
                name => format!("{name}: {}", argument(value)),
            };
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn calls_are_written_as_a_page_would_make_them() {
        let call = |via, name: &str, with: Value| Call {
            via,
            name: name.into(),
            with: with.as_array().cloned().unwrap_or_default(),
            queue: None,
        };
        for (call, words) in [
            (
                call(
                    Via::Arguments,
                    "dataLayer",
                    json!(["consent", "default", { "$states": true, "region": "$region" }]),
                ),
                "dataLayer.push(arguments('consent', 'default', { ...states, region: <region> }))",
            ),
            (call(Via::Push, "_paq", json!([["requireConsent"]])), "_paq.push(['requireConsent'])"),
            (call(Via::Call, "a.b", json!([[{ "name": "x" }], "$next"])), "a.b([{ name: 'x' }], <next>)"),
            (call(Via::Set, "config", json!([{ "on": true }])), "config = { on: true }"),
        ] {
            assert_eq!(spoken(&call), words);
        }
    }

    #[test]
    fn every_vendor_has_a_row_and_a_section() {
        let page = render().expect("the catalogue is read");
        for id in vendor::names() {
            assert!(page.contains(&format!("| [`{id}`](#{id}) |")) && page.contains(&format!("\n## {id}\n")), "{id}");
        }
    }
}
