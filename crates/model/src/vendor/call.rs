//! One call to a vendor's script, as data: `{ "push": "uetq", "with": ["consent", "default", { "$states": true }] }`.

use crate::tree::{Fault, Faults, Kind, Read, Tree, Write, read_member, refuse_unknown};
use crate::words;
use serde_json::Value;

words! {
    /// The way in which a vendor's script is reached.
    pub enum Via {
        /// An `arguments` object is pushed to the list of this name, which is made where there is none (Google's `dataLayer`).
        Arguments = "arguments",
        /// The arguments are pushed to the list of this name, which is made where there is none.
        Push = "push",
        /// The function at this path is called, if there is one.
        Call = "call",
        /// The global of this name is set to the one argument.
        Set = "set",
    }
}

/// One call to a vendor's script. In JSON the way is the name of a member: `{ "<via>": "<name>", "with": [...] }`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// The way to the script.
    pub via: Via,
    /// The global: a plain name, or a path with dots where a function is called.
    pub name: String,
    /// The arguments.
    pub with: Vec<Value>,
    /// Where calls are kept until there is a function: the member of a stand-in that is made for it.
    pub queue: Option<String>,
}

const MEMBERS: &[&str] = &["arguments", "push", "call", "set", "with", "queue"];

impl Read for Call {
    fn read<T: Tree, F: Faults>(tree: &T, faults: &mut F) -> Self {
        if tree.kind() != Kind::Object {
            faults.fault(Fault::WrongKind(Kind::Object, tree.kind()));
            return Call::default();
        }
        if F::STRICT {
            refuse_unknown(tree, MEMBERS, faults);
        }
        let mut ways = Via::ALL.iter().copied().filter(|via| tree.member(via.word()).is_some());
        let via = ways.next().unwrap_or(Via::Call);
        for second in ways {
            faults.fault(Fault::Unknown(second.word().into(), &["with", "queue"]));
        }
        Call {
            via,
            name: read_member(tree, via.word(), false, faults),
            with: read_member(tree, "with", true, faults),
            queue: read_member(tree, "queue", true, faults),
        }
    }
}

impl Write for Call {
    fn write<T: Tree>(&self) -> T {
        let mut members = vec![(self.via.word(), T::text(&self.name)), ("with", self.with.write())];
        if let Some(queue) = &self.queue {
            members.push(("queue", T::text(queue)));
        }
        T::object(members)
    }
}

impl schemars::JsonSchema for Call {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Call".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        const NAME: &str = "^[A-Za-z_$][A-Za-z0-9_$]*$";
        const PATH: &str = "^[A-Za-z_$][A-Za-z0-9_$]*([.][A-Za-z_$][A-Za-z0-9_$]*)*$";
        schemars::json_schema!({
            "description": "One call to the vendor's script: exactly one of arguments, push, call and set, and what it is called with.",
            "type": "object",
            "properties": {
                "arguments": { "type": "string", "pattern": NAME, "description": "The list that an `arguments` object is pushed to; it is made where there is none (Google's `dataLayer`)." },
                "push": { "type": "string", "pattern": NAME, "description": "The list that the arguments are pushed to; it is made where there is none." },
                "call": { "type": "string", "pattern": PATH, "description": "The function that is called, if there is one." },
                "set": { "type": "string", "pattern": NAME, "description": "The global that is set to the one argument." },
                "with": { "type": "array", "description": "The arguments. `{\"$states\": true}` becomes the states, with what stands beside it. `\"$purposes\"` is each purpose with `always`, `granted` or `denied`. `\"$next\"` is a function that makes the calls after this one. Any other `\"$name\"` is an option." },
                "queue": { "type": "string", "pattern": NAME, "description": "With `call` and a plain name: where there is no function, one is made that keeps its calls in this member." }
            },
            "oneOf": [
                { "required": ["arguments"] },
                { "required": ["push"] },
                { "required": ["call"] },
                { "required": ["set"] }
            ],
            "dependentRequired": { "queue": ["call"] },
            "additionalProperties": false
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;

    #[test]
    fn a_call_has_one_way_and_is_written_as_it_was_read() {
        for (text, faults) in [
            (r#"{"push":"uetq","with":["consent",{"$states":true}]}"#, &[][..]),
            (r#"{"call":"clarity","with":[1,true,null],"queue":"q"}"#, &[]),
            (r#"{"with":[]}"#, &["missing-field"]),
            (r#"{"push":"a","set":"b","with":[]}"#, &["unknown-field"]),
            (r#"{"push":"a","wiht":[]}"#, &["unknown-field"]),
            (r#"{"push":5,"with":[]}"#, &["wrong-type"]),
            (r#"["push"]"#, &["wrong-type"]),
        ] {
            let mut problems = Problems::default();
            let call = Call::read(&crate::json::parse(text).expect(text), &mut problems);
            let found: Vec<_> = problems.found.iter().map(|problem| problem.code.as_str()).collect();
            assert_eq!(found, faults, "{text}");
            if faults.is_empty() {
                assert_eq!(crate::json::to_text(&call), text);
            }
        }
    }
}
