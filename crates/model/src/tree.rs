//! One definition of each data type, read from and written to two kinds of tree.
//!
//! The same types are read from JSON text by the server (`serde_json::Value`) and from
//! JavaScript values by the widget (`JsValue`). Deriving serde for the browser costs
//! about 29 KB of WebAssembly; going through this small port costs a tenth of that, and
//! lets reading go on after a fault, so that a config gets all its problems at once.
//!
//! **Invariant:** reading never fails: what is wrong is told to [`Faults`] and replaced by
//! the type's default. Callers that need certainty ask whether a fault was told.
//! **Invariant:** only own members are read, so `__proto__` is a name like any other.

/// A JSON-like tree: the port between the types of this crate and a JSON library.
pub trait Tree: Clone {
    /// What kind of node this is.
    fn kind(&self) -> Kind;
    /// The value of a boolean node.
    fn as_bool(&self) -> Option<bool>;
    /// The value of a number node.
    fn as_number(&self) -> Option<f64>;
    /// The value of a text node.
    fn as_text(&self) -> Option<String>;
    /// The items of a list node, in order.
    fn items(&self) -> Option<Vec<Self>>;
    /// The own members of an object node, in order.
    fn members(&self) -> Option<Vec<(String, Self)>>;
    /// One own member of an object node; absent and `null` alike are `None`.
    fn member(&self, name: &str) -> Option<Self>;

    /// Makes a `null` node.
    fn null() -> Self;
    /// Makes a boolean node.
    fn boolean(value: bool) -> Self;
    /// Makes a number node. Whole numbers must lie within ±2^53.
    fn number(value: f64) -> Self;
    /// Makes a text node.
    fn text(value: &str) -> Self;
    /// Makes a list node.
    fn list(items: Vec<Self>) -> Self;
    /// Makes an object node; the order of the members is kept.
    fn object(members: Vec<(&str, Self)>) -> Self;
}

/// The kinds of node in a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// a number
    Number,
    /// a string
    Text,
    /// an array
    List,
    /// an object
    Object,
}

impl Kind {
    /// The word for this kind in a message, with its article.
    pub fn phrase(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "true or false",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::List => "a list",
            Kind::Object => "an object",
        }
    }
}

/// A fault met while reading a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A member that must be there is not.
    Missing(&'static str),
    /// A member that no type knows; with the members that are known here.
    Unknown(String, &'static [&'static str]),
    /// A node of another kind was expected.
    WrongKind(Kind, Kind),
    /// A word that is not one of the listed ones.
    UnknownWord(String, &'static [&'static str]),
    /// A number that the type cannot hold.
    OutOfRange,
}

/// Receives the faults of a reading and the way to them.
pub trait Faults {
    /// Whether unknown members are looked for.
    const STRICT: bool;
    /// Steps into a member.
    fn enter_member(&mut self, name: &str);
    /// Steps into a list item.
    fn enter_item(&mut self, index: usize);
    /// Steps out again.
    fn leave(&mut self);
    /// Tells a fault at the present place.
    fn fault(&mut self, fault: Fault);
}

/// Counts faults only: for trusted data whose hash was checked, in the widget.
impl Faults for u32 {
    const STRICT: bool = false;
    fn enter_member(&mut self, _: &str) {}
    fn enter_item(&mut self, _: usize) {}
    fn leave(&mut self) {}
    fn fault(&mut self, _: Fault) {
        *self += 1;
    }
}

/// A type that can be read from any [`Tree`].
pub trait Read: Default {
    /// Reads `tree`, telling what is wrong to `faults`.
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self;
    /// The value of an absent member, where absence is no fault.
    fn absent() -> Option<Self> {
        None
    }
}

/// A type that can be written to any [`Tree`].
pub trait Write {
    /// Writes the value as a tree.
    fn write<T: Tree>(&self) -> T;
}

fn wrong<T: Tree, F: Faults, V: Default>(tree: &T, expected: Kind, faults: &mut F) -> V {
    faults.fault(Fault::WrongKind(expected, tree.kind()));
    V::default()
}

impl Read for bool {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        match tree.as_bool() {
            Some(value) => value,
            None => wrong(tree, Kind::Bool, faults),
        }
    }
}

impl Write for bool {
    fn write<T: Tree>(&self) -> T {
        T::boolean(*self)
    }
}

impl Read for String {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        match tree.as_text() {
            Some(value) => value,
            None => wrong(tree, Kind::Text, faults),
        }
    }
}

impl Write for String {
    fn write<T: Tree>(&self) -> T {
        T::text(self)
    }
}

/// The largest whole number that a JSON number holds exactly.
pub const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

macro_rules! whole_number {
    ($($type:ty)*) => {$(
        impl Read for $type {
            fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
                match tree.as_number() {
                    Some(n) if n.trunc() == n && n.abs() <= MAX_SAFE
                        && n >= <$type>::MIN as f64 && n <= <$type>::MAX as f64 => n as $type,
                    Some(_) => {
                        faults.fault(Fault::OutOfRange);
                        0
                    }
                    None => wrong(tree, Kind::Number, faults),
                }
            }
        }

        impl Write for $type {
            fn write<T: Tree>(&self) -> T {
                T::number(*self as f64)
            }
        }
    )*};
}

whole_number!(u32 i32 u64 i64);

impl<V: Read> Read for Option<V> {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        match tree.kind() {
            Kind::Null => None,
            _ => Some(V::read(tree, faults)),
        }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<V: Write> Write for Option<V> {
    fn write<T: Tree>(&self) -> T {
        self.as_ref().map_or_else(T::null, Write::write)
    }
}

impl<V: Read> Read for Vec<V> {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        let Some(items) = tree.items() else {
            return wrong(tree, Kind::List, faults);
        };
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            faults.enter_item(index);
            values.push(V::read(item, faults));
            faults.leave();
        }
        values
    }
}

impl<V: Write> Write for Vec<V> {
    fn write<T: Tree>(&self) -> T {
        T::list(self.iter().map(Write::write).collect())
    }
}

/// A small map that keeps the order of its members, as `choices` and `preferences` need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map<V>(pub Vec<(String, V)>);

impl<V> Default for Map<V> {
    fn default() -> Self {
        Map(Vec::new())
    }
}

impl<V> Map<V> {
    /// The value under `name`.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets the value under `name`, in its old place or at the end.
    pub fn set(&mut self, name: &str, value: V) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// Takes the value under `name` out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }
}

impl<V: Read> Read for Map<V> {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        let Some(members) = tree.members() else {
            return wrong(tree, Kind::Object, faults);
        };
        let mut map = Map(Vec::with_capacity(members.len()));
        for (name, member) in members {
            faults.enter_member(&name);
            let value = V::read(&member, faults);
            faults.leave();
            map.0.push((name, value));
        }
        map
    }
}

impl<V: Write> Write for Map<V> {
    fn write<T: Tree>(&self) -> T {
        T::object(self.0.iter().map(|(name, value)| (name.as_str(), value.write())).collect())
    }
}

#[cfg(feature = "native")]
impl<V: schemars::JsonSchema> schemars::JsonSchema for Map<V> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Map_of_{}", V::schema_name()).into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<V>(),
        })
    }
}

/// Reads one member of an object: the building block of [`data!`](crate::data).
pub fn read_member<V: Read, T: Tree, F: Faults>(tree: &T, name: &'static str, optional: bool, faults: &mut F) -> V {
    match tree.member(name) {
        Some(member) => {
            faults.enter_member(name);
            let value = V::read(&member, faults);
            faults.leave();
            value
        }
        None => V::absent().unwrap_or_else(|| {
            if !optional {
                faults.fault(Fault::Missing(name));
            }
            V::default()
        }),
    }
}

/// Tells the members of `tree` that are not among `known`.
pub fn refuse_unknown<T: Tree, F: Faults>(tree: &T, known: &'static [&'static str], faults: &mut F) {
    for (name, _) in tree.members().unwrap_or_default() {
        if !known.contains(&name.as_str()) {
            faults.enter_member(&name);
            faults.fault(Fault::Unknown(name, known));
            faults.leave();
        }
    }
}

/// Defines a data type with its docs, its JSON names, and how it is read and written.
///
/// `field as "jsonName": Type` names the member; `= default` says that absence is no fault
/// (an `Option` never is one).
#[macro_export]
macro_rules! data {
    ($(
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $( $(#[$field_meta:meta])* $field:ident $(as $key:literal)? : $type:ty $(= $optional:ident)? ),* $(,)?
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        #[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "native", schemars(deny_unknown_fields))]
        pub struct $Name {
            $(
                $(#[$field_meta])*
                $(#[cfg_attr(feature = "native", schemars(rename = $key))])?
                $(#[cfg_attr(feature = "native", schemars($optional))])?
                pub $field: $type,
            )*
        }

        impl $crate::tree::Read for $Name {
            fn read<T: $crate::tree::Tree, F: $crate::tree::Faults>(tree: &T, faults: &mut F) -> Self {
                if tree.kind() != $crate::tree::Kind::Object {
                    faults.fault($crate::tree::Fault::WrongKind($crate::tree::Kind::Object, tree.kind()));
                    return Self::default();
                }
                if F::STRICT {
                    $crate::tree::refuse_unknown(tree, &[$($crate::data!(@key $field $($key)?)),*], faults);
                }
                $Name {
                    $( $field: $crate::tree::read_member(
                        tree,
                        $crate::data!(@key $field $($key)?),
                        $crate::data!(@optional $($optional)?),
                        faults,
                    ), )*
                }
            }
        }

        impl $crate::tree::Write for $Name {
            fn write<T: $crate::tree::Tree>(&self) -> T {
                T::object(vec![
                    $( ($crate::data!(@key $field $($key)?), $crate::tree::Write::write(&self.$field)), )*
                ])
            }
        }
    )*};
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@optional) => { false };
    (@optional $optional:ident) => { true };
}

/// Defines an enum of fixed words with its docs, the word of each variant, and how it is read and written.
///
/// The first variant is the default: what a faulty reading yields. Put the safest word first.
#[macro_export]
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        pub enum $Name:ident {
            $( $(#[$variant_meta:meta])* $Variant:ident = $word:literal ),* $(,)?
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
        pub enum $Name {
            $(
                $(#[$variant_meta])*
                #[cfg_attr(feature = "native", schemars(rename = $word))]
                $Variant,
            )*
        }

        impl $Name {
            /// All words, in the order of the definition.
            pub const WORDS: &'static [&'static str] = &[$($word),*];
            /// All variants, in the order of the definition.
            pub const ALL: &'static [$Name] = &[$($Name::$Variant),*];

            /// The word for this variant.
            pub fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The variant for a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().position(|known| *known == word).map(|index| Self::ALL[index])
            }
        }

        impl Default for $Name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl $crate::tree::Read for $Name {
            fn read<T: $crate::tree::Tree, F: $crate::tree::Faults>(tree: &T, faults: &mut F) -> Self {
                let word = <String as $crate::tree::Read>::read(tree, faults);
                match Self::from_word(&word) {
                    Some(variant) => variant,
                    None => {
                        if tree.kind() == $crate::tree::Kind::Text {
                            faults.fault($crate::tree::Fault::UnknownWord(word, Self::WORDS));
                        }
                        Self::default()
                    }
                }
            }
        }

        impl $crate::tree::Write for $Name {
            fn write<T: $crate::tree::Tree>(&self) -> T {
                T::text(self.word())
            }
        }
    )*};
}
