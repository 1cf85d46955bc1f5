//! What ad and analytics platforms are told: the vendors' calls, made ready for the loader.
//!
//! A manifest says what to call, in words of its own (`$states`, `$purposes`, `$next`, `$option`);
//! publishing settles all of them but the visitor's answer, which is filled in on the page.
//!
//! **Invariant:** no code comes from a manifest: a call is the name of a global and JSON arguments.

use crate::config::{Config, Mode};
use crate::receipt::ChoiceState;
use crate::rules::Permission;
use crate::tree::{Map, Tree, Write};
use crate::vendor::{Call, Resolved, Via};
use crate::{data, words};
use serde_json::{Value, json};

words! {
    /// When a call goes out.
    pub enum When {
        /// Before any tag can run: nothing is granted.
        Default = "default",
        /// At every change of what may run.
        Update = "update",
        /// When the purpose becomes granted.
        Granted = "granted",
        /// When the purpose is no longer granted.
        Denied = "denied",
    }
}

data! {
    /// Calls that belong together: those of one service for one moment, in order.
    pub struct Signal {
        /// When they go out.
        when: When,
        /// The purpose whose change sends them; none for `default` and `update`.
        purpose: Option<String>,
        /// The calls.
        calls: Vec<PlanCall>,
    }

    /// One call as the loader makes it.
    pub struct PlanCall {
        /// How the platform takes it.
        via: Via,
        /// The name of the global.
        name: String,
        /// The arguments; `{"$states": {key: purpose}, "$words": [granted, denied]}` and `"$purposes"` are filled in on the page.
        with: Vec<Value>,
        /// Where calls wait for a function that is not there yet.
        queue: Option<String>,
    }
}

/// The signals of a config, mere signals first. A call that an earlier service makes too, with the same
/// states, is left out whatever its options say: Google's services share one queue, and a second `default`
/// would undo the first.
pub fn signals(config: &Config) -> Vec<Signal> {
    let services: Vec<Resolved> = config.resolved().collect();
    let is_purpose = |id: &String| config.purposes.iter().any(|purpose| purpose.id == *id);
    let (first, then): (Vec<_>, Vec<_>) = services.iter().partition(|service| service.purpose.is_none());
    let services: Vec<_> = first.into_iter().chain(then).collect();
    let mut made = Vec::new();
    for (at, service) in services.iter().enumerate() {
        let states = service.states.0.iter().map(|(key, purposes)| {
            let purpose = purposes.iter().find(|id| is_purpose(id)).cloned().unwrap_or_default();
            (key.clone(), Value::from(purpose))
        });
        let states = json!({ "$states": states.collect::<serde_json::Map<_, _>>(), "$words": service.words });
        for when in When::ALL {
            let own = matches!(when, When::Granted | When::Denied);
            let known = |call: &Call| {
                services[..at].iter().any(|earlier| {
                    (!own || earlier.purpose == service.purpose)
                        && (&earlier.states, &earlier.words) == (&service.states, &service.words)
                        && calls_of(earlier, *when).contains(call)
                })
            };
            let calls: Vec<PlanCall> = calls_of(service, *when)
                .iter()
                .filter(|call| !known(call))
                .filter_map(|call| settle(call, &service.options, &states))
                .collect();
            let purpose = service.purpose.clone().filter(|_| own);
            if !calls.is_empty() && (!own || purpose.is_some()) {
                made.push(Signal { when: *when, purpose, calls });
            }
        }
    }
    made
}

fn calls_of(service: &Resolved, when: When) -> &[Call] {
    match when {
        // What tells a tag to wait, and is taken back by no call, is only for a tag that loads before consent.
        When::Default
            if service.mode == Mode::Basic && service.calls.update.is_empty() && service.calls.granted.is_empty() =>
        {
            &[]
        }
        When::Default => &service.calls.default,
        When::Update => &service.calls.update,
        When::Granted => &service.calls.granted,
        When::Denied => &service.calls.denied,
    }
}

/// The call with its options and states in place; none where an argument is an option that is not set.
fn settle(call: &Call, options: &Map<Value>, states: &Value) -> Option<PlanCall> {
    let with = call.with.iter().map(|argument| argument_of(argument, options, states)).collect::<Option<_>>()?;
    Some(PlanCall { via: call.via, name: call.name.clone(), with, queue: call.queue.clone() })
}

/// An argument with its options and states in place; none where it is an option that is not set.
fn argument_of(argument: &Value, options: &Map<Value>, states: &Value) -> Option<Value> {
    match argument {
        Value::String(word) => match word.strip_prefix('$') {
            None | Some("next" | "purposes") => Some(argument.clone()),
            Some(name) => options.get(name).filter(|value| !matches!(value, Value::Null | Value::Bool(false))).cloned(),
        },
        Value::Array(items) => {
            Some(items.iter().filter_map(|item| argument_of(item, options, states)).collect::<Vec<_>>().into())
        }
        Value::Object(members) => {
            let mut settled = serde_json::Map::new();
            for (name, member) in members {
                if name == "$states" {
                    settled.extend(states.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
                } else if let Some(value) = argument_of(member, options, states) {
                    settled.insert(name.clone(), value);
                }
            }
            Some(settled.into())
        }
        _ => Some(argument.clone()),
    }
}

/// A call with the visitor's answer filled in. Written as `[via, name, arguments]` or `[via, name, arguments, queue]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent(PlanCall);

impl Write for Sent {
    fn write<T: Tree>(&self) -> T {
        let PlanCall { via, name, with, queue } = &self.0;
        let mut list = vec![T::text(via.word()), T::text(name), with.write()];
        list.extend(queue.as_ref().map(|queue| T::text(queue)));
        T::list(list)
    }
}

/// The calls of a moment, filled in: groups of calls, each in order.
pub fn sent<'a>(
    signals: &'a [Signal],
    when: When,
    purpose: Option<&'a str>,
    permission: &'a Permission,
) -> impl Iterator<Item = Vec<Sent>> + 'a {
    signals
        .iter()
        .filter(move |signal| signal.when == when && signal.purpose.as_deref() == purpose)
        .map(|signal| signal.calls.iter().map(|call| filled(call, permission)).collect())
}

fn filled(call: &PlanCall, permission: &Permission) -> Sent {
    let with = call.with.iter().map(|argument| fill(argument, permission)).collect();
    Sent(PlanCall { with, ..call.clone() })
}

fn fill(argument: &Value, permission: &Permission) -> Value {
    match argument {
        Value::String(word) if word == "$purposes" => permission.purposes.write(),
        Value::Array(items) => items.iter().map(|item| fill(item, permission)).collect::<Vec<_>>().into(),
        Value::Object(members) => {
            let mut all = serde_json::Map::new();
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("$words", _) => {}
                    ("$states", Value::Object(states)) => {
                        for (key, purpose) in states {
                            let state = permission.purposes.get(purpose.as_str().unwrap_or_default());
                            let may = matches!(state, Some(ChoiceState::Always | ChoiceState::Granted));
                            all.insert(key.clone(), members["$words"][usize::from(!may)].clone());
                        }
                    }
                    _ => {
                        all.insert(name.clone(), fill(member, permission));
                    }
                }
            }
            all.into()
        }
        _ => argument.clone(),
    }
}
