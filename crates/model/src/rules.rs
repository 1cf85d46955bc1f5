//! The rules: what may run now, and what a choice decides.
//!
//! `Plan + Visitor + Record -> Permission`, `Permission + Choice -> Decision -> Record -> effects`.
//!
//! **Invariant:** these rules exist a second time in the loader, between its marks
//! `rules:begin` and `rules:end`; the cases in `fixtures/rules.json` run through both.

use crate::plan::{Plan, PlanPurpose, PlanRegime};
use crate::receipt::{Answer, By, ChoiceState, EventType, State};
use crate::record::{Kept, RECORD_VERSION, Record};
use crate::signals::{Sent, When, sent};
use crate::tree::{Map, Tree, Write};
use crate::{data, words};

data! {
    /// The facts of this visit.
    pub struct Visitor {
        /// The time, in milliseconds since 1970.
        now: i64,
        /// Where the visitor is, ISO 3166 (`CN`, `US-CA`); none if unknown.
        region: Option<String>,
        /// Whether the browser sends Global Privacy Control.
        gpc: bool,
    }

    /// What may run now; never stored.
    pub struct Permission {
        /// The regime that applies.
        regime: String,
        /// Whether optional purposes run under it until the visitor objects.
        opt_out as "optOut": bool,
        /// Purpose to what holds.
        purposes: Map<ChoiceState>,
        /// The purposes that must be asked: never answered, expired, or changed since.
        asks: Vec<String>,
    }

    /// What was clicked.
    pub struct Choice {
        /// What it means.
        kind: ChoiceKind,
        /// The switches as they stood, where the choice was saved from them.
        purposes: Map<bool> = default,
        /// What was picked.
        preferences: Map<Answer> = default,
        /// The purposes that were asked about, where not all were: the answers to the others stay as they are.
        only: Option<Vec<String>>,
        /// Who decides, where it was asked; else who did before.
        by: Option<By>,
    }

    /// What follows from a choice for the record and the receipt.
    pub struct Outcome {
        /// What it did, against the last record.
        state: State,
        /// Which kind of consent it is.
        kind as "type": EventType,
        /// What is decided for each purpose.
        choices: Map<ChoiceState>,
        /// How long it holds, in seconds.
        ttl: u32,
        /// What is stored.
        record: Record,
    }
}

words! {
    /// What was clicked.
    pub enum ChoiceKind {
        /// Refuse everything optional.
        Reject = "reject",
        /// Grant everything that does not need separate consent.
        Accept = "accept",
        /// Save the switches as they stand.
        Save = "save",
    }
}

/// The regime for a region: the named one, the one of its country, else the strictest configured.
/// Where nobody says the region, the one under which the visitor decided.
fn regime<'a>(plan: &'a Plan, visitor: &Visitor, record: Option<&Record>) -> Option<&'a PlanRegime> {
    let decided = || plan.regimes.iter().find(|regime| record.is_some_and(|record| record.regime == regime.id));
    let lists = |name: &str| plan.regimes.iter().find(|regime| regime.regions.iter().any(|listed| listed == name));
    let listed = match visitor.region.as_deref() {
        Some(region) => lists(region).or_else(|| lists(region.split('-').next().unwrap_or_default())),
        None => decided(),
    };
    listed.or(plan.regimes.first())
}

/// The record in its present form: version 1 only lacked the notice. A later version than ours counts as none.
pub fn upgrade(record: Option<&Record>) -> Option<Record> {
    let record = record.filter(|record| (1..=RECORD_VERSION).contains(&record.v))?;
    Some(Record { v: RECORD_VERSION, ..record.clone() })
}

fn kept<'a>(record: Option<&'a Record>, id: &str) -> Option<&'a Kept> {
    record.and_then(|record| record.choices.get(id))
}

/// What the record still says about a purpose: nothing where it has expired, the purpose has changed (PIPL 14), or
/// nobody was known to be old enough to allow it (PIPL 31, GDPR 8).
fn standing(plan: &Plan, purpose: &PlanPurpose, visitor: &Visitor, record: Option<&Record>) -> Option<ChoiceState> {
    let is_valid = |choice: ChoiceState| choice == ChoiceState::Denied || is_of_age(plan, record.and_then(|r| r.by));
    kept(record, &purpose.id)
        .filter(|kept| kept.digest == purpose.digest && visitor.now < kept.until && is_valid(kept.choice))
        .map(|kept| kept.choice)
}

/// Whether whoever decides can consent: anybody, where the age is not asked.
fn is_of_age(plan: &Plan, by: Option<By>) -> bool {
    plan.minors.is_none() || by.is_some()
}

/// What holds where the visitor has not answered. What holds for one act is off until it is asked where that takes place.
fn unasked(regime: Option<&PlanRegime>, purpose: &PlanPurpose) -> ChoiceState {
    match regime {
        Some(regime) if regime.opt_out && !purpose.once => ChoiceState::Granted,
        _ => ChoiceState::Denied,
    }
}

/// What may run now. `record` is in its present form.
pub fn permission(plan: &Plan, visitor: &Visitor, record: Option<&Record>) -> Permission {
    let regime = regime(plan, visitor, record);
    let mut permission = Permission {
        regime: regime.map(|regime| regime.id.clone()).unwrap_or_default(),
        opt_out: regime.is_some_and(|regime| regime.opt_out),
        ..Permission::default()
    };
    for purpose in &plan.purposes {
        let state = if purpose.always {
            ChoiceState::Always
        } else if visitor.gpc && purpose.shared {
            // CCPA 7025(b): the signal is an answer for as long as it is sent; nothing more is asked.
            ChoiceState::Denied
        } else {
            let standing = standing(plan, purpose, visitor, record);
            // What holds for one act is asked where that takes place.
            if standing.is_none() && !purpose.once {
                permission.asks.push(purpose.id.clone());
            }
            standing.unwrap_or(unasked(regime, purpose))
        };
        permission.purposes.set(&purpose.id, state);
    }
    permission
}

/// What a choice decides, given what stood before. `id` names the decision, `notice` is the hash of what was shown.
pub fn decide(
    plan: &Plan,
    visitor: &Visitor,
    record: Option<&Record>,
    choice: &Choice,
    id: &str,
    notice: &str,
) -> Outcome {
    let regime = regime(plan, visitor, record);
    let denied = regime.map_or(0, |regime| regime.denied);
    let by = choice.by.or(record.and_then(|record| record.by));
    // An opt-out regime asks for no consent, and so for no age.
    let of_age = is_of_age(plan, by) || regime.is_some_and(|regime| regime.opt_out);
    let mut outcome = Outcome { ttl: denied, ..Outcome::default() };
    // Whether every answer that is kept is one to the words that are shown now.
    let mut whole = true;
    let (mut same, mut before, mut after) = (true, false, false);
    let stored = &mut outcome.record;
    for purpose in &plan.purposes {
        if purpose.always {
            outcome.choices.set(&purpose.id, ChoiceState::Always);
            continue;
        }
        let old = kept(record, &purpose.id);
        let stands = standing(plan, purpose, visitor, record);
        let asked = choice.only.as_ref().is_none_or(|only| only.contains(&purpose.id));
        let alone = asked && choice.only.as_ref().is_some_and(|only| only.len() == 1);
        // PIPL 23: separate consent is never swept in; it is given where it alone was asked. An opt-out regime knows none.
        let apart = purpose.separate && !alone && unasked(regime, purpose) == ChoiceState::Denied;
        if alone && purpose.separate {
            outcome.kind = EventType::Separate;
        }
        let wanted = match choice.kind {
            ChoiceKind::Reject => false,
            ChoiceKind::Accept => !apart || stands == Some(ChoiceState::Granted),
            ChoiceKind::Save => choice.purposes.get(&purpose.id) == Some(&true),
        };
        // What the signal keeps off could not be granted, so it is no refusal either: nothing is
        // stored, and it is asked when the signal is gone.
        let silenced = visitor.gpc && purpose.shared && (choice.kind != ChoiceKind::Reject || !asked);
        let state = match (asked, wanted && of_age) {
            _ if silenced => ChoiceState::Denied,
            (false, _) => stands.unwrap_or(unasked(regime, purpose)),
            (true, true) => ChoiceState::Granted,
            (true, false) => ChoiceState::Denied,
        };
        outcome.choices.set(&purpose.id, state);
        // What is still to be asked on its own, and what nobody was old enough to allow, stays unanswered.
        let open = (choice.kind == ChoiceKind::Accept && apart) || (wanted && !of_age);
        let new = match asked && !open {
            false => old.cloned(),
            true if silenced => None,
            true => {
                let seconds = if state == ChoiceState::Granted { plan.granted } else { denied };
                let until = visitor.now + i64::from(seconds) * 1000;
                Some(Kept { choice: state, digest: purpose.digest.clone(), until })
            }
        };
        let (old, now) = (old.map(|kept| kept.choice), new.as_ref().map(|kept| kept.choice));
        same &= old == now;
        before |= old == Some(ChoiceState::Granted);
        after |= now == Some(ChoiceState::Granted);
        if let Some(new) = new {
            whole &= new.digest == purpose.digest;
            stored.choices.set(&purpose.id, new);
        }
    }
    if after {
        outcome.ttl = plan.granted;
    }
    let picked = match (choice.kind, &choice.only, record) {
        (ChoiceKind::Save, None, _) => Some(&choice.preferences),
        (.., record) => record.map(|record| &record.preferences),
    };
    for (name, answer) in picked.iter().flat_map(|picked| &picked.0) {
        let purpose = plan.preferences.get(name);
        if purpose.and_then(|id| outcome.choices.get(id)) == Some(&ChoiceState::Granted) {
            stored.preferences.set(name, answer.clone());
        }
    }
    stored.v = RECORD_VERSION;
    stored.id = id.into();
    stored.at = visitor.now;
    stored.regime = regime.map(|regime| regime.id.clone()).unwrap_or_default();
    stored.notice = match record {
        Some(record) if !whole => record.notice.clone(),
        _ => notice.into(),
    };
    stored.by = by;
    let picked_same = record.is_some_and(|record| record.preferences == stored.preferences);
    outcome.state = match (record.is_some(), before, after) {
        (false, _, true) => State::Given,
        (false, _, false) => State::Refused,
        (true, true, false) => State::Withdrawn,
        (true, ..) if same && picked_same => State::Renewed,
        (true, ..) => State::Changed,
    };
    outcome
}

/// One thing to do when a permission takes another's place. Written as `[name]` or `[name, value]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Write the record and put the decision in the outbox.
    Store,
    /// Tell the vendors: groups of calls.
    Signal(Vec<Vec<Sent>>),
    /// Let the held tags of a purpose run.
    Release(String),
    /// Delete what the services of a purpose keep in the browser.
    Clear(String),
    /// Take the question away and tell the page.
    Announce,
    /// Have the receipt signed and sent.
    Send,
    /// Load the page anew: a tag that runs cannot be told to stop.
    Reload,
}

impl Write for Effect {
    fn write<T: Tree>(&self) -> T {
        let (name, value) = match self {
            Effect::Store => ("store", None),
            Effect::Signal(groups) => ("signal", Some(groups.write())),
            Effect::Release(purpose) => ("release", Some(T::text(purpose))),
            Effect::Clear(purpose) => ("clear", Some(T::text(purpose))),
            Effect::Announce => ("announce", None),
            Effect::Send => ("send", None),
            Effect::Reload => ("reload", None),
        };
        T::list(std::iter::once(T::text(name)).chain(value).collect())
    }
}

fn is(permission: &Permission, purpose: &PlanPurpose, state: ChoiceState) -> bool {
    permission.purposes.get(&purpose.id) == Some(&state)
}

/// The purposes that are granted after and were not before.
fn granted<'a>(plan: &'a Plan, before: &Permission, after: &Permission) -> Vec<&'a PlanPurpose> {
    let is_new =
        |purpose: &&PlanPurpose| is(after, purpose, ChoiceState::Granted) && !is(before, purpose, ChoiceState::Granted);
    plan.purposes.iter().filter(is_new).collect()
}

/// What vendors are told when one permission takes another's place.
fn told(plan: &Plan, before: &Permission, after: &Permission) -> Vec<Vec<Sent>> {
    let mut groups: Vec<_> = sent(&plan.signals, When::Update, None, after).collect();
    for (when, turned) in [(When::Granted, granted(plan, before, after)), (When::Denied, granted(plan, after, before))]
    {
        for purpose in turned {
            groups.extend(sent(&plan.signals, when, Some(&purpose.id), after));
        }
    }
    groups
}

/// What vendors are told before any tag can run: that nothing is granted, and then what is.
pub fn opening(plan: &Plan, permission: &Permission) -> Vec<Vec<Sent>> {
    let mut nothing = Permission::default();
    for purpose in plan.purposes.iter().filter(|purpose| purpose.always) {
        nothing.purposes.set(&purpose.id, ChoiceState::Always);
    }
    let mut groups: Vec<_> = sent(&plan.signals, When::Default, None, &nothing).collect();
    if !granted(plan, &nothing, permission).is_empty() {
        groups.extend(told(plan, &nothing, permission));
    }
    groups
}

/// What follows when one permission takes another's place, in the one order that holds.
pub fn effects(plan: &Plan, before: &Permission, after: &Permission) -> Vec<Effect> {
    let withdrawn = granted(plan, after, before);
    // Also what an earlier tag or an earlier consent left behind (CNIL: gone after a refusal).
    let cleared = plan.purposes.iter().filter(|purpose| is(after, purpose, ChoiceState::Denied));
    let mut effects = vec![Effect::Store, Effect::Signal(told(plan, before, after))];
    effects.extend(granted(plan, before, after).into_iter().map(|purpose| Effect::Release(purpose.id.clone())));
    effects.extend(cleared.map(|purpose| Effect::Clear(purpose.id.clone())));
    effects.extend([Effect::Announce, Effect::Send]);
    effects.extend(withdrawn.iter().any(|purpose| purpose.reload).then_some(Effect::Reload));
    effects
}
