//! Puts `placet.js` together: the loader's code around one object that holds the plan, the
//! first layer as a node tree with its texts, and the style sheet.

use super::node::{Layer, merge, parse};
use super::style::{clearance, first_layer_css, style};
use super::{PublishError, Snapshot};
use crate::embedded::{JAR, LOCATE, MIRROR, OPTOUT, SIGNALS, UNMARKED, VEIL};
use placet_model::config::{Config, Purpose};
use placet_model::notice::{Notice, NoticePurpose};
use placet_model::tree::Write;
use placet_model::{language, plan, snapshot};
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

/// The names of the widget's files, and the integrity of its code.
pub(super) struct Widget {
    pub(super) glue: String,
    pub(super) wasm: String,
    pub(super) integrity: String,
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
    parts: &str,
    loader: &[u8],
) -> Result<String, PublishError> {
    let plan = plan::plan(config);
    let published = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "plan": plan.write::<Value>(),
        "base": place.base,
        "noticeBase": place.notices,
        "region": place.region,
        "endpoint": config.receipts.endpoint,
        "unsigned": config.receipts.unsigned.then_some(true),
        "parts": parts,
        "languages": languages(&config.languages),
        "notices": by_language(notices, |notice| notice.hash.clone().into()),
    });
    let first = |opt_out| {
        drawn(config, move |notice| placet_widget::first_layer_html(notice, opt_out, config.theme.logo.clone()))
    };
    let mut layer = json!({
        "first": first(false)?,
        "css": style(config, &first_layer_css(config)),
        "clearance": clearance(config),
    });
    if config.knows_opt_out() {
        layer["optOut"] = first(true)?;
    }
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
        ("optout", plan.purposes.iter().any(|purpose| purpose.shared), OPTOUT),
    ] {
        if used {
            let part = part.ok_or(PublishError::WithoutWidget)?;
            object.push_str(&format!(",\"{name}\":({})", function(part)));
        }
    }
    object.push('}');
    Ok(EAGER.to_owned() + &placed(loader, &object))
}

/// The part that fetches the widget; the browser checks what it gets.
pub(super) fn center(widget: &Widget, part: &[u8]) -> String {
    let published = json!({ "widget": widget.glue, "wasm": widget.wasm, "integrity": widget.integrity });
    placed(part, &published.to_string())
}

/// The part that covers what is held, with its words.
pub(super) fn covers(config: &Config, notices: &[Snapshot], part: &[u8]) -> Result<String, PublishError> {
    let services: Vec<_> = config.resolved().collect();
    let published = json!({
        "cover": drawn(config, placet_widget::cover_html)?,
        "names": by_language(notices, |notice| {
            let named = services.iter().flat_map(|service| {
                service.hosts.iter().map(|host| (host.clone(), Value::from(service.name.wording(&notice.lang))))
            });
            Value::Object(named.collect())
        }),
        "apart": config.asked().filter(|purpose| purpose.is_separate() || purpose.once).map(|purpose| purpose.id.as_str()).collect::<Vec<_>>(),
        "titles": by_language(notices, |notice| {
            let titled = config.purposes.iter().map(|purpose| (purpose.id.clone(), purpose.title.wording(&notice.lang).into()));
            Value::Object(titled.collect())
        }),
        "css": style(config, placet_widget::COVER_CSS),
    });
    Ok(placed(part, &published.to_string()))
}

/// The part that follows a decision, with its questions.
pub(super) fn follow(config: &Config, part: &[u8]) -> Result<String, PublishError> {
    let separate = asked(config, |purpose| purpose.is_separate() && !purpose.once, placet_widget::separately_html)?;
    let mut published = json!({
        "saved": drawn(config, placet_widget::saved_html)?,
        "separate": separate,
        "css": placet_widget::FOLLOW_CSS,
    });
    if let Some(minors) = &config.minors {
        published["age"] = drawn(config, |notice| placet_widget::age_html(notice, minors.age))?;
        published["guardian"] = drawn(config, placet_widget::guardian_html)?;
    }
    Ok(placed(part, &published.to_string()))
}

/// The part with the elements that a shop may put into its pages.
pub(super) fn elements(config: &Config, part: &[u8]) -> Result<String, PublishError> {
    let published = json!({
        "settings": drawn(config, placet_widget::settings_html)?,
        "consents": asked(config, |_| true, placet_widget::inline_html)?,
        "css": style(config, placet_widget::INLINE_CSS),
    });
    Ok(placed(part, &published.to_string()))
}

/// One drawing in every language: a tree and the texts of each.
fn drawn(config: &Config, html: impl Fn(&Notice) -> String) -> Result<Value, PublishError> {
    let renderings = config.languages.iter().map(|lang| (lang.as_str(), html(&snapshot::notice(config, lang))));
    let (tree, texts) = layer(renderings)?;
    Ok(json!({ "tree": tree, "texts": texts }))
}

/// A drawing for each purpose that is asked and is one of those.
fn asked(
    config: &Config,
    which: impl Fn(&Purpose) -> bool,
    html: impl Fn(&Notice, &NoticePurpose) -> String,
) -> Result<Value, PublishError> {
    let mut drawings = serde_json::Map::new();
    for purpose in config.asked().filter(|purpose| which(purpose)) {
        let one = |notice: &Notice| {
            let told = notice.purposes.iter().find(|told| told.id == purpose.id);
            told.map(|told| html(notice, told)).unwrap_or_default()
        };
        drawings.insert(purpose.id.clone(), drawn(config, one)?);
    }
    Ok(drawings.into())
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
/// same writing (traditional Chinese is not simplified), else the first of the same primary language; under the empty name
/// the one for everybody else. The loader asks for a tag, then for its primary language.
fn languages(tags: &[String]) -> Value {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut found: serde_json::Map<_, _> =
        tags.first().map(|tag| (String::new(), tag.clone().into())).into_iter().collect();
    // A name of its own wins over those of its kin, and these over the primary language of another.
    for tag in tags {
        found.insert(tag.to_ascii_lowercase(), tag.clone().into());
    }
    let kin: Vec<_> =
        tags.iter().flat_map(|tag| language::also_known_as(tag).into_iter().map(move |name| (name, tag))).collect();
    for (name, tag) in kin.iter().filter(|(name, _)| !name.contains('-')) {
        found.entry(*name).or_insert_with(|| tag.as_str().into());
    }
    for tag in tags {
        found.entry(primary(tag)).or_insert_with(|| tag.clone().into());
    }
    // Left out where the primary language says the same: every byte is loaded on every page.
    for (name, tag) in kin.iter().filter(|(name, _)| name.contains('-')) {
        if found.get(&primary(name)).and_then(Value::as_str) != Some(tag.as_str()) {
            found.entry(*name).or_insert_with(|| tag.as_str().into());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the loader does with the table: the tag, then its primary language, then everybody else's.
    fn gets(configured: &str, asked: &str) -> String {
        let tags: Vec<_> = configured.split(' ').map(str::to_owned).collect();
        let table = languages(&tags);
        let asked = asked.to_ascii_lowercase();
        let primary = asked.split('-').next().unwrap_or_default();
        let found = [asked.as_str(), primary, ""].into_iter().find_map(|name| table.get(name)?.as_str());
        found.unwrap_or_default().to_owned()
    }

    #[test]
    fn a_visitor_gets_the_nearest_configured_language() {
        for (configured, asked, expected) in [
            // Traditional and simplified Chinese, in either order.
            ("zh-CN zh-TW en", "zh-HK zh-TW zh-MO zh-Hant zh-Hant-HK zh-Hant-TW", "zh-TW"),
            ("zh-TW zh-CN en", "zh-HK zh-TW zh-MO zh-Hant zh-Hant-MO", "zh-TW"),
            ("zh-CN zh-TW en", "zh zh-CN zh-SG zh-Hans zh-Hans-CN", "zh-CN"),
            ("en zh-TW zh-CN", "zh zh-CN zh-SG zh-Hans zh-Hans-CN", "zh-CN"),
            ("en zh-Hant zh-Hans", "zh-TW zh-HK zh-Hant-TW", "zh-Hant"),
            ("en zh-Hant zh-Hans", "zh-CN zh zh-Hans-SG", "zh-Hans"),
            ("zh-HK zh-TW zh-CN", "zh-HK zh-MO", "zh-HK"),
            ("zh-HK zh-TW zh-CN", "zh-TW", "zh-TW"),
            // One of them is nearer than another language.
            ("en zh-CN", "zh-TW zh-HK zh", "zh-CN"),
            ("en zh-TW", "zh-CN zh-Hans zh zh-HK", "zh-TW"),
            // Codes of before.
            ("en he id", "iw iw-IL he-IL", "he"),
            ("en he id", "in in-ID id", "id"),
            ("en iw", "he he-IL", "iw"),
            // Other regions of the same language; a tag of its own wins.
            ("en pt-BR", "pt pt-PT PT-br", "pt-BR"),
            ("pt-BR pt-PT", "pt-PT", "pt-PT"),
            ("de-AT de", "de de-DE", "de"),
            // Nobody's.
            ("ja en", "fr tlh", "ja"),
        ] {
            for asked in asked.split(' ') {
                assert_eq!(gets(configured, asked), expected, "{asked} of {configured}");
            }
        }
    }

    #[test]
    fn the_table_has_nothing_that_its_primary_languages_say() {
        let tags = |configured: &str| configured.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let names = |configured: &str| languages(&tags(configured)).as_object().map_or(0, |table| table.len());
        assert_eq!(names("en zh-CN"), 4);
        assert_eq!(names("en zh-TW"), 4);
        assert_eq!(names("en de fr"), 4);
        assert_eq!(names("zh-CN zh-TW"), 1 + 1 + 7 + 1);
    }
}
