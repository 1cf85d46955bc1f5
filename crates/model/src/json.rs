//! JSON text to and from the types of this crate, natively by `serde_json`.
//!
//! **Invariant:** an object that names a member twice is refused, because two readers of it
//! could see two different things (a receipt must mean one thing to everyone).

use crate::tree::{Faults, Kind, Read, Tree, Write};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

impl Tree for Value {
    fn kind(&self) -> Kind {
        match self {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::Text,
            Value::Array(_) => Kind::List,
            Value::Object(_) => Kind::Object,
        }
    }
    fn as_bool(&self) -> Option<bool> {
        Value::as_bool(self)
    }
    fn as_number(&self) -> Option<f64> {
        self.as_f64()
    }
    fn as_text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }
    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }
    fn members(&self) -> Option<Vec<(String, Self)>> {
        self.as_object().map(|object| object.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }
    fn member(&self, name: &str) -> Option<Self> {
        self.as_object()?.get(name).filter(|value| !value.is_null()).cloned()
    }
    fn null() -> Self {
        Value::Null
    }
    fn boolean(value: bool) -> Self {
        Value::Bool(value)
    }
    fn number(value: f64) -> Self {
        if value.trunc() == value && value.abs() <= crate::tree::MAX_SAFE {
            Value::from(value as i64)
        } else {
            Value::from(value)
        }
    }
    fn text(value: &str) -> Self {
        Value::String(value.to_owned())
    }
    fn list(items: Vec<Self>) -> Self {
        Value::Array(items)
    }
    fn object(members: Vec<(&str, Self)>) -> Self {
        Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// Any JSON: for what the config hands on to others unread.
impl Read for Value {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        match tree.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => tree.as_bool().into(),
            Kind::Number => tree.as_number().map_or(Value::Null, <Value as Tree>::number),
            Kind::Text => tree.as_text().into(),
            Kind::List => Value::Array(Vec::read(tree, faults)),
            Kind::Object => Value::Object(
                tree.members()
                    .unwrap_or_default()
                    .iter()
                    .map(|(name, member)| (name.clone(), Value::read(member, faults)))
                    .collect(),
            ),
        }
    }
}

impl Write for Value {
    fn write<T: Tree>(&self) -> T {
        match self {
            Value::Null => T::null(),
            Value::Bool(value) => T::boolean(*value),
            Value::Number(value) => T::number(value.as_f64().unwrap_or_default()),
            Value::String(text) => T::text(text),
            Value::Array(items) => items.write(),
            Value::Object(members) => {
                T::object(members.iter().map(|(name, value)| (name.as_str(), value.write())).collect())
            }
        }
    }
}

/// Writes a value as compact JSON text, its members in the order of their definition.
pub fn to_text<V: Write>(value: &V) -> String {
    value.write::<Value>().to_string()
}

/// Reads a value from a tree, counting faults.
///
/// # Errors
/// `None` where anything was missing or of the wrong kind. Unknown members are ignored.
pub fn from_tree<V: Read>(tree: &Value) -> Option<V> {
    let mut faults = 0_u32;
    let value = V::read(tree, &mut faults);
    (faults == 0).then_some(value)
}

/// Parses JSON text, refusing an object that names a member twice.
///
/// # Errors
/// The message of the parser, with line and column.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the member {name:?} is there twice")));
            }
            let value = members.next_value_seed(Strict)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_named_twice_is_refused_at_any_depth() {
        for (text, good) in [
            (r#"{"a":1,"b":2}"#, true),
            (r#"{"a":1,"a":2}"#, false),
            (r#"{"a":[{"b":1,"b":1}]}"#, false),
            (r#"{"a":1} x"#, false),
        ] {
            assert_eq!(parse(text).is_ok(), good, "{text}");
        }
    }
}
