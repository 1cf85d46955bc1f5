//! Puts `placet.js` together: the loader's code around one object that holds the plan, the
//! first layer as a node tree with its texts, and the style sheet.

use super::node::{Layer, merge, parse};
use super::{PublishError, Snapshot};
use placet_model::config::Config;
use placet_model::tree::Write;
use placet_model::{labels, plan, snapshot};
use serde_json::{Map, Value, json};

/// Where the files will be served.
#[derive(Debug, Clone)]
pub struct Place {
    /// The absolute address of the directory with `placet.js`; without it the loader goes by its own address.
    pub base: Option<String>,
    /// The way from `placet.js` to the notices, with a slash at the end.
    pub notices: &'static str,
}

/// The names of the widget's files beside `placet.js`.
pub(super) struct Widget {
    pub(super) glue: String,
    pub(super) wasm: String,
    pub(super) integrity: String,
}

/// What stands in the loader's source where the object belongs.
const PLACE_OF_PLAN: &str = "__PLACET__";

pub(super) fn bundle(
    config: &Config,
    place: &Place,
    notices: &[Snapshot],
    widget: &Widget,
    loader: &[u8],
) -> Result<String, PublishError> {
    let by_language = |value: &dyn Fn(&Snapshot) -> Value| -> Value {
        Value::Object(notices.iter().map(|notice| (notice.lang.clone(), value(notice))).collect::<Map<_, _>>())
    };
    let layer = first_layer(config)?;
    let mut texts = layer.texts.into_iter();
    let published = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "plan": plan::plan(config).write::<Value>(),
        "base": place.base,
        "noticeBase": place.notices,
        "endpoint": config.receipts.endpoint,
        "unsigned": config.receipts.unsigned,
        "widget": widget.glue,
        "wasm": widget.wasm,
        "integrity": widget.integrity,
        "notices": by_language(&|notice| notice.hash.clone().into()),
        "failed": by_language(&|notice| labels::labels(&notice.lang).failed.into()),
        "saved": by_language(&|notice| labels::labels(&notice.lang).saved.into()),
        "texts": Value::Object(
            notices.iter().map(|notice| (notice.lang.clone(), texts.next().unwrap_or_default().into())).collect()
        ),
        "tree": layer.tree,
        "scheme": config.theme.scheme.word(),
        "css": style(config),
    });
    let code = String::from_utf8_lossy(loader);
    // A JSON text is also a JavaScript expression (ECMA-262 since 2019, with U+2028 and U+2029).
    Ok(code.replacen(PLACE_OF_PLAN, &published.to_string(), 1))
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

fn first_layer(config: &Config) -> Result<Layer, PublishError> {
    let roots = config
        .languages
        .iter()
        .map(|lang| parse(&placet_widget::first_layer_html(&snapshot::notice(config, lang))))
        .collect::<Result<Vec<_>, _>>()
        .map_err(PublishError::FirstLayer)?;
    Ok(merge(&roots))
}

/// The theme as custom properties, before the sheet that uses them. Both values were checked.
fn style(config: &Config) -> String {
    let theme = &config.theme;
    let property = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("--placet-{name}:{value};")).unwrap_or_default()
    };
    let properties = property("accent", &theme.accent) + &property("radius", &theme.radius);
    format!(":host{{{properties}}}{}", placet_widget::FIRST_LAYER_CSS)
}
