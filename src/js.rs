//! JavaScript values as trees, and dates, durations and countries in words by `Intl`.

use js_sys::{Array, Function, JSON, JsString, Object, Reflect};
use placet_model::tree::{Kind, Read, Tree, Write};
use wasm_bindgen::prelude::*;

/// A JavaScript value as a [`Tree`].
#[derive(Clone)]
pub(crate) struct Js(pub(crate) JsValue);

impl Tree for Js {
    fn kind(&self) -> Kind {
        let value = &self.0;
        if value.is_null() || value.is_undefined() {
            Kind::Null
        } else if value.as_bool().is_some() {
            Kind::Bool
        } else if value.as_f64().is_some() {
            Kind::Number
        } else if value.is_string() {
            Kind::Text
        } else if Array::is_array(value) {
            Kind::List
        } else {
            Kind::Object
        }
    }
    fn as_bool(&self) -> Option<bool> {
        self.0.as_bool()
    }
    fn as_number(&self) -> Option<f64> {
        self.0.as_f64()
    }
    fn as_text(&self) -> Option<String> {
        self.0.as_string()
    }
    fn items(&self) -> Option<Vec<Self>> {
        Array::is_array(&self.0).then(|| Array::from(&self.0).iter().map(Js).collect())
    }
    fn members(&self) -> Option<Vec<(String, Self)>> {
        let object = self.0.dyn_ref::<Object>()?;
        let names = Object::keys(object).to_vec();
        let names = names.into_iter().filter_map(|name| name.as_string());
        Some(names.filter_map(|name| self.member(&name).map(|member| (name, member))).collect())
    }
    fn member(&self, name: &str) -> Option<Self> {
        // Trees come from JSON.parse, where `__proto__` is an own member like any other; names
        // that are asked for are ours, and no object prototype has one of them.
        let member = Reflect::get(&self.0, &name.into()).ok()?;
        (!member.is_null() && !member.is_undefined()).then_some(Js(member))
    }
    fn null() -> Self {
        Js(JsValue::NULL)
    }
    fn boolean(value: bool) -> Self {
        Js(value.into())
    }
    fn number(value: f64) -> Self {
        Js(value.into())
    }
    fn text(value: &str) -> Self {
        Js(value.into())
    }
    fn list(items: Vec<Self>) -> Self {
        Js(items.into_iter().map(|item| item.0).collect::<Array>().into())
    }
    fn object(members: Vec<(&str, Self)>) -> Self {
        let object = Object::new();
        for (name, member) in members {
            // Setting a plain member of a fresh object cannot fail.
            let _ = Reflect::set(&object, &name.into(), &member.0);
        }
        Js(object.into())
    }
}

/// Reads a value; what is missing gets its default.
pub(crate) fn read<V: Read>(value: JsValue) -> V {
    V::read(&Js(value), &mut 0)
}

/// Reads a value from JSON text; `None` where it is no JSON or something is missing in it.
pub(crate) fn parse<V: Read>(text: &str) -> Option<V> {
    let mut faults = 0;
    let value = V::read(&Js(JSON::parse(text).ok()?), &mut faults);
    (faults == 0).then_some(value)
}

/// Writes a value as a JavaScript one.
pub(crate) fn write<V: Write>(value: &V) -> JsValue {
    value.write::<Js>().0
}

/// Writes a value as compact JSON text, its members in the order of their definition.
#[cfg(test)]
pub(crate) fn text<V: Write>(value: &V) -> String {
    JSON::stringify(&write(value)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn options(members: &[(&str, &str)]) -> JsValue {
    Js::object(members.iter().map(|(name, value)| (*name, Js::text(value))).collect()).0
}

/// Makes an `Intl` formatter of a kind and asks it for one value.
fn intl(kind: &str, lang: &str, settings: &[(&str, &str)], method: &str, value: JsValue) -> Option<String> {
    let class = Reflect::get(&Reflect::get(&js_sys::global(), &"Intl".into()).ok()?, &kind.into()).ok()?;
    let arguments = Array::of2(&lang.into(), &options(settings));
    let formatter = Reflect::construct(class.dyn_ref::<Function>()?, &arguments).ok()?;
    let format: Function = Reflect::get(&formatter, &method.into()).ok()?.dyn_into().ok()?;
    format.call1(&formatter, &value).ok()?.as_string()
}

/// An ISO 8601 duration in words of the language: `P14M` as “14 months”.
pub(crate) fn duration(lang: &str, iso: &str) -> String {
    placet_model::duration::Duration::parse(iso)
        .and_then(|duration| {
            let settings = [("style", "unit"), ("unit", duration.unit.word()), ("unitDisplay", "long")];
            intl("NumberFormat", lang, &settings, "format", duration.amount.into())
        })
        .unwrap_or_else(|| iso.to_owned())
}

/// The name of a country in the language.
pub(crate) fn country(lang: &str, code: &str) -> String {
    intl("DisplayNames", lang, &[("type", "region")], "of", code.into()).unwrap_or_else(|| code.to_owned())
}

/// A time, given in milliseconds since 1970, in the language and the visitor's time zone.
pub(crate) fn time(lang: &str, at: i64) -> String {
    let settings = [("dateStyle", "medium"), ("timeStyle", "short")];
    intl("DateTimeFormat", lang, &settings, "format", (at as f64).into()).unwrap_or_default()
}

/// The name of a language, given as a tag, in the language `lang`.
pub(crate) fn language(lang: &str, tag: &str) -> String {
    intl("DisplayNames", lang, &[("type", "language")], "of", tag.into()).unwrap_or_else(|| tag.to_owned())
}

/// A whole number in the digits of the language.
pub(crate) fn number(lang: &str, number: usize) -> String {
    intl("NumberFormat", lang, &[], "format", (number as f64).into()).unwrap_or_default()
}

/// A text with `value` in the place of `name`, the first time that it stands there.
pub(crate) fn fill(text: &str, name: &str, value: &str) -> String {
    JsString::from(text).replace(name, value).into()
}

/// Whether a language is written from right to left.
pub(crate) fn is_right_to_left(tag: &str) -> bool {
    matches!(tag.split('-').next(), Some("ar" | "he" | "fa" | "ur"))
}
