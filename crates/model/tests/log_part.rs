//! The rules about places in a log, in the model and in the browser's part (`public/parts/log.js`): the same cases run through
//! both. The part runs in Node.js here, whose WebCrypto is that of browsers.

#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

#[path = "support/log.rs"]
mod log;

use log::{LogKey, TestLog};
use placet_model::json::to_text;
use placet_model::log::checkpoint::{CheckpointFault, Keys};
use placet_model::log::entry::{Envelope, LogProof};
use placet_model::log::place::check_place;
use placet_model::receipt::Acknowledgement;
use serde_json::{Value, json};
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

const SITE: &str = "shop.example";
const RECEIVED: u64 = 1_772_323_201_123;
/// A receipt's text: whether it is genuine is asked elsewhere.
const JWS: &str = "eyJh.\u{e4}\u{1f375}.c2ln";

/// Answers each case of the standard input.
const SCRIPT: &str = r"
let text = '';
for await (const piece of process.stdin.setEncoding('utf8')) text += piece;
const { part, cases } = JSON.parse(text);
const { default: open } = await import('data:text/javascript,' + encodeURIComponent(part));
const answers = [];
for (const { site, keys, stored } of cases) {
  let asked = '';
  globalThis.fetch = async (url) => ((asked = String(url)), { ok: keys !== null, text: async () => keys });
  const warned = [];
  const bridge = { site, endpoint: 'https://consent.shop.example/v1/receipts', warn: (what) => warned.push(what) };
  const found = await open(bridge)(stored);
  if (asked !== 'https://consent.shop.example/log/keys') throw new Error(asked);
  if ((found === 'unsigned') !== (warned.length === 1)) throw new Error(`${found}: ${warned}`);
  answers.push(found);
}
console.log(JSON.stringify(answers));
";

/// A case: what it is about, the site, the keys that the server tells, and the acknowledgement.
struct Case {
    what: String,
    site: &'static str,
    keys: Option<String>,
    jws: String,
    acknowledgement: Acknowledgement,
}

impl Case {
    /// What the model says of it.
    fn expected(&self) -> &'static str {
        let Some(proof) = &self.acknowledgement.log else { panic!("{}: a place", self.what) };
        let keys = Keys::parse(self.keys.as_deref().unwrap_or_default()).unwrap();
        let is_ours = |key: &String| key.starts_with(&format!("{}+", self.site));
        match check_place(&self.jws, self.site, &self.acknowledgement, proof) {
            Err(_) => "wrong",
            Ok(_) => match keys.open(&proof.checkpoint) {
                Ok(_) => "signed",
                Err(CheckpointFault::KeyUnknown) if !keys.names().iter().any(is_ours) => "unsigned",
                Err(_) => "wrong",
            },
        }
    }

    fn told(&self) -> Value {
        let acknowledgement: Value = serde_json::from_str(&to_text(&self.acknowledgement)).unwrap();
        let stored = json!({ "jws": self.jws, "acknowledgement": acknowledgement });
        json!({ "site": self.site, "keys": self.keys, "stored": stored })
    }
}

fn envelope() -> String {
    Envelope { received_at: RECEIVED, region: Some("CN-31".into()), ..Envelope::default() }.to_text()
}

fn case(what: &str, log: &TestLog, index: u64) -> Case {
    Case {
        what: what.into(),
        site: SITE,
        keys: Some(format!("{}\n", log.key.vkey())),
        jws: JWS.into(),
        acknowledgement: Acknowledgement {
            id: String::new(),
            received_at: RECEIVED,
            log: Some(log.proof(index, &envelope())),
        },
    }
}

/// A log with the receipt at `index` of `size`.
fn log_with(index: usize, size: usize) -> TestLog {
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(index);
    log.append(JWS, &envelope());
    log.fill(size - index - 1);
    log
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for size in (1..20_usize).chain([31, 32, 33, 256, 257, 300]) {
        for index in [0, 1, size / 3, size / 2, size.saturating_sub(2), size - 1].into_iter().filter(|at| *at < size) {
            cases.push(case(&format!("entry {index} of {size}"), &log_with(index, size), index as u64));
        }
    }
    let log = log_with(41, 49);
    let keys = |keys: &[LogKey]| Some(keys.iter().map(|key| format!("{}\n", key.vkey())).collect::<String>());
    let key = |number| LogKey::new(SITE, number);
    let root = log.root();
    let twice = {
        let second = key(2).sign(&format!("{}\n49\n{root}\n", log.origin));
        [&log.checkpoint(), second.rsplit_once("\n\n").unwrap().1].concat()
    };
    let bad_signature = log.checkpoint().replace(&root[..4], "AAAA");
    type Change<'a> = &'a dyn Fn(&mut Case);
    type Mend<'a> = &'a dyn Fn(&mut LogProof);
    let of_log = |mend: Mend<'_>, case: &mut Case| mend(case.acknowledgement.log.as_mut().unwrap());
    let changes: &[(&str, Change<'_>)] = &[
        ("no keys to be had", &|case| case.keys = None),
        ("no keys", &|case| case.keys = Some(String::new())),
        ("another site's key", &|case| case.keys = keys(&[LogKey::new("other.example", 1)])),
        ("another key", &|case| case.keys = keys(&[key(2)])),
        ("the key among others", &|case| case.keys = keys(&[key(2), key(1), key(3)])),
        ("another site", &|case| case.site = "other.example"),
        ("another receipt", &|case| case.jws.push(' ')),
        ("another time", &|case| case.acknowledgement.received_at += 1),
    ];
    for (what, change) in changes {
        let mut changed = case(what, &log, 41);
        change(&mut changed);
        cases.push(changed);
    }
    let sign = |text: String| key(1).sign(&text);
    let mends: &[(&str, Mend<'_>)] = &[
        ("another index", &|log| log.index = 40),
        ("an index beyond", &|log| log.index = 49),
        ("another size", &|log| log.size = 50),
        ("no size", &|log| log.size = 0),
        ("another year", &|log| log.origin = "shop.example/2025".into()),
        ("a cut proof", &|log| _ = log.proof.pop()),
        ("a longer proof", &|log| log.proof.push(log.proof[0].clone())),
        ("a swapped proof", &|log| log.proof.swap(0, 1)),
        ("a padded hash", &|log| log.proof[0].push('=')),
        ("a short hash", &|log| log.proof[0].truncate(42)),
        ("no hash", &|log| log.proof[0] = String::new()),
        ("another salt", &|log| log.salt = "A".repeat(43)),
        ("a salt with bits to spare", &|log| log.salt = format!("{}B", "A".repeat(42))),
        ("a salt in another alphabet", &|log| log.salt = "+".repeat(43)),
        ("another envelope", &|log| log.envelope = log.envelope.replace("CN-31", "CN-11")),
        ("an envelope of another time", &|log| log.envelope = log.envelope.replace("123,", "124,")),
        ("an envelope that is none", &|log| log.envelope = "{".into()),
        ("signed twice", &|log| log.checkpoint = twice.clone()),
        ("a signature that does not fit", &|log| log.checkpoint = bad_signature.clone()),
        ("another's signature", &|log| {
            log.checkpoint = key(2).sign(&format!("shop.example/2026\n49\n{root}\n"));
        }),
        ("another size signed", &|log| log.checkpoint = sign(format!("shop.example/2026\n50\n{root}\n"))),
        ("another root signed", &|log| {
            log.checkpoint = sign(format!("shop.example/2026\n49\n{}\n", TestLog::new(SITE, 2026, 1).root()));
        }),
        ("another log signed", &|log| log.checkpoint = sign(format!("shop.example/2025\n49\n{root}\n"))),
        ("another site's log signed", &|log| log.checkpoint = sign(format!("other.example/2026\n49\n{root}\n"))),
        ("more said and signed", &|log| log.checkpoint = sign(format!("shop.example/2026\n49\n{root}\nmore\n"))),
        ("no signature", &|log| log.checkpoint = format!("shop.example/2026\n49\n{root}\n")),
        ("no end of the line", &|log| _ = log.checkpoint.pop()),
        ("a line that is no signature", &|log| log.checkpoint.push_str("- shop.example AAAA\n")),
        ("no checkpoint", &|log| log.checkpoint = String::new()),
    ];
    for (what, mend) in mends {
        let mut changed = case(what, &log, 41);
        of_log(mend, &mut changed);
        cases.push(changed);
    }
    cases
}

#[test]
fn the_browsers_part_agrees_with_the_model() {
    let cases = cases();
    let part = include_str!("../../../public/parts/log.js");
    let input = json!({ "part": part, "cases": cases.iter().map(Case::told).collect::<Vec<_>>() }).to_string();
    let started = Command::new("node")
        .args(["--input-type=module", "--eval", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut node = match started {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Past the test runner, which would swallow it.
            let line = "NOT RUN: the_browsers_part_agrees_with_the_model (it takes Node.js)\n";
            return std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        started => started.unwrap(),
    };
    node.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let answers: Vec<String> = serde_json::from_slice::<Value>(&output.stdout)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(answers.len(), cases.len());
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer, case.expected(), "{}", case.what);
    }
    let count = |kind: &str| answers.iter().filter(|answer| *answer == kind).count();
    assert!(count("signed") > 100 && count("wrong") > 25 && count("unsigned") == 3, "{answers:?}");
}
