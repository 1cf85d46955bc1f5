//! The rules by cases; the same cases run through the loader in the browser tests.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing where it stands")]

use placet_model::json::{from_tree, parse};
use placet_model::plan::Plan;
use placet_model::record::Record;
use placet_model::rules::{Choice, Visitor, decide, effects, opening, permission, upgrade};
use placet_model::tree::{Read, Write};
use serde::Serialize;
use serde_json::Value;
use std::sync::Mutex;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/rules.json");

/// Runs the cases of a group; `PLACET_BLESS=1` writes what is found into the file, to be read before it is committed.
fn check(group: &str, run: impl Fn(&Plan, &Value) -> Value) {
    // One test at a time, as a blessing one writes the whole file.
    static FILE_IN_USE: Mutex<()> = Mutex::new(());
    let _mine = FILE_IN_USE.lock();
    let mut file = parse(&std::fs::read_to_string(FILE).expect("readable")).expect("JSON");
    let base = file["plan"].clone();
    let bless = std::env::var_os("PLACET_BLESS").is_some();
    let cases = file[group].as_array_mut().expect(group);
    assert!(!cases.is_empty(), "{group}");
    for case in cases {
        // A case may set members of the plan.
        let mut plan = base.clone();
        for (name, value) in case["plan"].as_object().into_iter().flatten() {
            plan[name] = value.clone();
        }
        let plan: Plan = from_tree(&plan).expect("a plan");
        let found = run(&plan, case);
        if bless {
            case["expect"] = found;
        } else {
            assert_eq!(found, case["expect"], "{}", case["name"]);
        }
    }
    if bless {
        let mut text = Vec::new();
        let form = serde_json::ser::PrettyFormatter::with_indent(b" ");
        file.serialize(&mut serde_json::Serializer::with_formatter(&mut text, form)).expect("written");
        std::fs::write(FILE, [text, b"\n".to_vec()].concat()).expect("writable");
    }
}

fn read<V: Read>(case: &Value, member: &str) -> V {
    from_tree(&case[member]).unwrap_or_else(|| panic!("{}: {member}", case["name"]))
}

/// The record of a case, as the loader takes it out of storage.
fn record(case: &Value) -> Option<Record> {
    upgrade(read::<Option<Record>>(case, "record").as_ref())
}

#[test]
fn what_may_run() {
    check("permission", |plan, case| {
        permission(plan, &read::<Visitor>(case, "visitor"), record(case).as_ref()).write()
    });
}

#[test]
fn what_a_choice_decides() {
    check("decide", |plan, case| {
        let (visitor, choice): (Visitor, Choice) = (read(case, "visitor"), read(case, "choice"));
        decide(plan, &visitor, record(case).as_ref(), &choice, "new", "sha256:new").write()
    });
}

#[test]
fn what_vendors_are_told_first() {
    check("opening", |plan, case| opening(plan, &read(case, "permission")).write());
}

#[test]
fn what_follows() {
    check("effects", |plan, case| effects(plan, &read(case, "before"), &read(case, "after")).write());
}
