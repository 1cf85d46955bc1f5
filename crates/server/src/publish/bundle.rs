//! Puts `placet.js` together: the loader's code around one object that holds the plan, the
//! first layer as a node tree with its texts, and the style sheet.

use super::node::{Layer, merge, parse};
use super::{PublishError, Snapshot};
use crate::embedded::{JAR, LOCATE, MIRROR, SIGNALS, UNMARKED, VEIL};
use placet_model::config::{Config, Position, Scheme};
use placet_model::labels::Labels;
use placet_model::tree::Write;
use placet_model::{labels, plan, snapshot};
use serde_json::{Value, json};

/// Where the files will be served.
#[derive(Debug, Clone)]
pub struct Place {
    /// The absolute address of the directory with `placet.js`; without it the loader goes by its own address.
    pub base: Option<String>,
    /// The way from `placet.js` to the notices, with a slash at the end.
    pub notices: &'static str,
    /// The address that says where a visitor is, absolute or from `placet.js`; without it nobody is asked.
    pub region: Option<String>,
}

/// The names of the files beside `placet.js`, and the integrity of the widget.
pub(super) struct Beside {
    pub(super) glue: String,
    pub(super) wasm: String,
    pub(super) integrity: String,
    pub(super) covers: String,
    pub(super) changes: String,
}

/// The first line of `placet.js`: nearly all of it runs at once, so Chromium compiles it in one go, beside the main thread
/// (V8's explicit compile hints).
const EAGER: &str = "//# allFunctionsCalledOnLoad\n";

/// What stands in the source of the loader and of its parts where the object belongs.
const PLACE_OF_PLAN: &str = "__PLACET__";

pub(super) fn bundle(
    config: &Config,
    place: &Place,
    notices: &[Snapshot],
    beside: &Beside,
    loader: &[u8],
) -> Result<String, PublishError> {
    let label = |of: fn(Labels) -> String| by_language(notices, |notice| of(labels::labels(&notice.lang)).into());
    let plan = plan::plan(config);
    let published = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "plan": plan.write::<Value>(),
        "base": place.base,
        "noticeBase": place.notices,
        "region": place.region,
        "endpoint": config.receipts.endpoint,
        "unsigned": config.receipts.unsigned,
        "widget": beside.glue,
        "wasm": beside.wasm,
        "integrity": beside.integrity,
        "covers": beside.covers,
        "changes": beside.changes,
        "languages": languages(&config.languages),
        "notices": by_language(notices, |notice| notice.hash.clone().into()),
        "failed": label(|labels| labels.failed),
        "saved": label(|labels| labels.saved),
    });
    let mut shown: Vec<_> = config.languages.iter().map(|lang| (lang.clone(), lang, false)).collect();
    if config.knows_opt_out() {
        shown.extend(config.languages.iter().map(|lang| (format!("{lang} opt-out"), lang, true)));
    }
    let layer = layer(shown.iter().map(|(name, lang, opt_out)| {
        (name.as_str(), placet_widget::first_layer_html(&snapshot::notice(config, lang), *opt_out))
    }))?;
    let layer = json!({
        "tree": layer.0,
        "texts": layer.1,
        "css": style(config, &first_layer_css(config)),
        // As high as the first layer can be.
        "clearance": format!("html{{scroll-padding-{}:60vh}}", config.first_layer.position.word()),
    });
    // In a function, so that a return visit, which draws nothing, does not make it either.
    // What is absent must not be found on `Object.prototype` either, where a page may have put something.
    let mut object = without_nulls(published).to_string().replacen('{', "{\"__proto__\":null,", 1);
    object.truncate(object.len() - 1);
    object.push_str(&format!(",\"layer\":()=>({layer})"));
    for (name, used, part) in [
        ("signals", !plan.signals.is_empty(), SIGNALS),
        ("unmarked", !plan.hosts.0.is_empty(), UNMARKED),
        ("veil", !plan.hosts.0.is_empty(), VEIL),
        ("jar", !plan.kept.0.is_empty() || plan.cookie_domain.is_some(), JAR),
        ("mirror", plan.cookie_domain.is_some(), MIRROR),
        ("locate", place.region.is_some(), LOCATE),
    ] {
        if used {
            let part = part.ok_or(PublishError::WithoutWidget)?;
            object.push_str(&format!(",\"{name}\":({})", function(part)));
        }
    }
    object.push('}');
    Ok(EAGER.to_owned() + &placed(loader, &object))
}

/// The part that covers what is held, with its words.
pub(super) fn covers(config: &Config, notices: &[Snapshot], part: &[u8]) -> Result<String, PublishError> {
    let services: Vec<_> = config.resolved().collect();
    let (tree, texts) = layer(
        config.languages.iter().map(|lang| (lang.as_str(), placet_widget::cover_html(&snapshot::notice(config, lang)))),
    )?;
    let published = json!({
        "tree": tree,
        "texts": texts,
        "names": by_language(notices, |notice| {
            let named = services.iter().flat_map(|service| {
                service.hosts.iter().map(|host| (host.clone(), Value::from(service.name.wording(&notice.lang))))
            });
            Value::Object(named.collect())
        }),
        "titles": by_language(notices, |notice| {
            let titled = config.purposes.iter().map(|purpose| (purpose.id.clone(), purpose.title.wording(&notice.lang).into()));
            Value::Object(titled.collect())
        }),
        "css": style(config, placet_widget::COVER_CSS),
    });
    Ok(placed(part, &published.to_string()))
}

/// The one function of a part, as an expression.
fn function(part: &[u8]) -> String {
    let text = String::from_utf8_lossy(part);
    text.trim().trim_end_matches(';').trim_start_matches("export default").trim().to_owned()
}

/// The code with the object in its place. A JSON text is also a JavaScript expression (ECMA-262 since 2019, with U+2028
/// and U+2029).
fn placed(code: &[u8], object: &str) -> String {
    String::from_utf8_lossy(code).replacen(PLACE_OF_PLAN, object, 1)
}

/// What a page or a browser may ask for, in small letters, to the language that it gets: the same tag, else the first of the
/// same primary language; under the empty name the one for everybody else.
fn languages(tags: &[String]) -> Value {
    let mut found = serde_json::Map::new();
    for tag in tags {
        let lower = tag.to_ascii_lowercase();
        let primary = lower.split('-').next().unwrap_or_default().to_owned();
        for name in [String::new(), primary] {
            found.entry(name).or_insert_with(|| tag.clone().into());
        }
        // A tag of its own wins over the primary language of another.
        found.insert(lower, tag.clone().into());
    }
    found.into()
}

fn by_language(notices: &[Snapshot], value: impl Fn(&Snapshot) -> Value) -> Value {
    Value::Object(notices.iter().map(|notice| (notice.lang.clone(), value(notice))).collect())
}

/// What is absent is left out: the loader reads both alike, and every byte is loaded on every page.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// The HTML to paste; synchronous and first in the head, so that holding back is sure.
pub(super) fn snippet(place: &Place, integrity: &str) -> String {
    match &place.base {
        Some(base) => format!(
            "<script src=\"{base}placet.js\"></script>\n<!-- pinned to this version: <script src=\"{base}placet.js\" integrity=\"{integrity}\" crossorigin=\"anonymous\"></script> -->"
        ),
        None => "<script src=\"placet.js\"></script>".to_owned(),
    }
}

/// One tree of several renderings, and the texts of each by its name.
fn layer<'a>(renderings: impl Iterator<Item = (&'a str, String)>) -> Result<(Value, Value), PublishError> {
    let (names, roots): (Vec<_>, Vec<_>) = renderings.map(|(name, html)| (name, parse(&html))).unzip();
    let roots = roots.into_iter().collect::<Result<Vec<_>, _>>().map_err(PublishError::FirstLayer)?;
    let Layer { tree, texts } = merge(&roots);
    let texts = names.into_iter().map(str::to_owned).zip(texts.into_iter().map(Value::from));
    Ok((tree, Value::Object(texts.collect())))
}

fn first_layer_css(config: &Config) -> String {
    let place = match config.first_layer.position {
        Position::Top => placet_widget::TOP_CSS,
        Position::Bottom => "",
    };
    [placet_widget::FIRST_LAYER_CSS, place].concat()
}

/// The theme as custom properties, before the sheet that uses them. Both values were checked.
fn style(config: &Config, sheet: &str) -> String {
    let theme = &config.theme;
    let property = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("--placet-{name}:{value};")).unwrap_or_default()
    };
    let properties = property("accent", &theme.accent) + &property("radius", &theme.radius);
    let dark = placet_widget::DARK_CSS;
    let dark = match theme.scheme {
        Scheme::Light => String::new(),
        Scheme::Dark => dark.to_owned(),
        Scheme::Auto => format!("@media (prefers-color-scheme:dark){{{dark}}}"),
    };
    format!(":host{{{properties}}}{}{dark}{sheet}", placet_widget::TOKENS_CSS)
}
