//! The rules by cases; the same cases run through the loader in the browser tests.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing where it stands")]

use placet_model::json::{from_tree, parse};
use placet_model::plan::Plan;
use placet_model::record::Record;
use placet_model::rules::{Choice, Permission, Visitor, decide, effects, permission};
use placet_model::tree::{Read, Write};
use serde_json::Value;

fn cases(group: &str) -> (Plan, Vec<Value>) {
    let file = parse(include_str!("../fixtures/rules.json")).expect("JSON");
    let cases = file[group].as_array().expect(group).clone();
    assert!(!cases.is_empty(), "{group}");
    (from_tree(&file["plan"]).expect("a plan"), cases)
}

fn read<V: Read>(case: &Value, member: &str) -> V {
    from_tree(&case[member]).unwrap_or_else(|| panic!("{}: {member}", case["name"]))
}

fn check(case: &Value, found: &Value) {
    assert_eq!(found, &case["expect"], "{}", case["name"]);
}

#[test]
fn what_may_run() {
    let (plan, cases) = cases("permission");
    for case in cases {
        let record: Option<Record> = read(&case, "record");
        check(&case, &permission(&plan, &read::<Visitor>(&case, "visitor"), record.as_ref()).write());
    }
}

#[test]
fn what_a_choice_decides() {
    let (plan, cases) = cases("decide");
    for case in cases {
        let record: Option<Record> = read(&case, "record");
        let visitor: Visitor = read(&case, "visitor");
        check(&case, &decide(&plan, &visitor, record.as_ref(), &read::<Choice>(&case, "choice"), "new").write());
    }
}

#[test]
fn what_follows() {
    let (plan, cases) = cases("effects");
    for case in cases {
        let (before, after): (Permission, Permission) = (read(&case, "before"), read(&case, "after"));
        check(&case, &effects(&plan, &before, &after).write());
    }
}
