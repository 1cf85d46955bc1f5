//! Puts `placet.js` together: the loader's code around one object that holds the plan, the
//! first layer as a node tree with its texts, and the style sheet.

use super::node::{Layer, merge, parse};
use super::{PublishError, Snapshot};
use placet_model::config::Config;
use placet_model::labels::Labels;
use placet_model::notice::Notice;
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
    let published = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "plan": plan::plan(config).write::<Value>(),
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
        "notices": by_language(notices, |notice| notice.hash.clone().into()),
        "failed": label(|labels| labels.failed),
        "saved": label(|labels| labels.saved),
        "scheme": config.theme.scheme.word(),
    });
    let question = first_layer(config, false)?;
    let mut layer = json!({
        "tree": question.tree,
        "texts": texts(notices, question),
        "css": style(config, placet_widget::FIRST_LAYER_CSS),
    });
    if config.knows_opt_out() {
        let notice = first_layer(config, true)?;
        layer["notice"] = notice.tree.clone();
        layer["noticeTexts"] = texts(notices, notice);
    }
    // In a function, so that a return visit, which draws nothing, does not make it either.
    let mut object = without_nulls(published).to_string();
    object.truncate(object.len() - 1);
    Ok(placed(loader, &format!("{object},\"layer\":()=>({layer})}}")))
}

/// The part that covers what is held, with its words.
pub(super) fn covers(config: &Config, notices: &[Snapshot], part: &[u8]) -> Result<String, PublishError> {
    let services: Vec<_> = config.resolved().collect();
    let layer = layer(config, placet_widget::cover_html)?;
    let published = json!({
        "tree": layer.tree,
        "texts": texts(notices, layer),
        "names": by_language(notices, |notice| {
            let named = services.iter().flat_map(|service| {
                service.hosts.iter().map(|host| (host.clone(), Value::from(service.name.wording(&notice.lang))))
            });
            Value::Object(named.collect())
        }),
        "purposes": by_language(notices, |notice| {
            let titled = config.purposes.iter().map(|purpose| (purpose.id.clone(), purpose.title.wording(&notice.lang).into()));
            Value::Object(titled.collect())
        }),
        "css": style(config, placet_widget::COVER_CSS),
        "scheme": config.theme.scheme.word(),
    });
    Ok(placed(part, &published.to_string()))
}

/// The code with the object in its place. A JSON text is also a JavaScript expression (ECMA-262 since 2019, with U+2028
/// and U+2029).
fn placed(code: &[u8], object: &str) -> String {
    String::from_utf8_lossy(code).replacen(PLACE_OF_PLAN, object, 1)
}

fn by_language(notices: &[Snapshot], value: impl Fn(&Snapshot) -> Value) -> Value {
    Value::Object(notices.iter().map(|notice| (notice.lang.clone(), value(notice))).collect())
}

fn texts(notices: &[Snapshot], layer: Layer) -> Value {
    let languages = notices.iter().map(|notice| notice.lang.clone());
    Value::Object(languages.zip(layer.texts.into_iter().map(Value::from)).collect())
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

fn first_layer(config: &Config, opt_out: bool) -> Result<Layer, PublishError> {
    layer(config, |notice| placet_widget::first_layer_html(notice, opt_out))
}

/// One tree of what `html` renders in each language.
fn layer(config: &Config, html: impl Fn(&Notice) -> String) -> Result<Layer, PublishError> {
    let roots = config
        .languages
        .iter()
        .map(|lang| parse(&html(&snapshot::notice(config, lang))))
        .collect::<Result<Vec<_>, _>>()
        .map_err(PublishError::FirstLayer)?;
    Ok(merge(&roots))
}

/// The theme as custom properties, before the sheet that uses them. Both values were checked.
fn style(config: &Config, sheet: &str) -> String {
    let theme = &config.theme;
    let property = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("--placet-{name}:{value};")).unwrap_or_default()
    };
    let properties = property("accent", &theme.accent) + &property("radius", &theme.radius);
    format!(":host{{{properties}}}{sheet}")
}
