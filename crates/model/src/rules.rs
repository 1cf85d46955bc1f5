//! The rules: what may run now, and what a choice decides.
//!
//! `Plan + Visitor + Record -> Permission`, `Permission + Choice -> Decision -> Record -> effects`.
//!
//! **Invariant:** these rules exist a second time in the loader, between its marks
//! `rules:begin` and `rules:end`; the cases in `fixtures/rules.json` run through both.

use crate::plan::{Plan, PlanPurpose, PlanRegime};
use crate::receipt::{Answer, ChoiceState, State};
use crate::record::{Kept, RECORD_VERSION, Record};
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
    }

    /// What follows from a choice for the record and the receipt.
    pub struct Outcome {
        /// What it did, against the last record.
        state: State,
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
fn regime<'a>(plan: &'a Plan, visitor: &Visitor) -> Option<&'a PlanRegime> {
    let region = visitor.region.as_deref().unwrap_or_default();
    let country = region.split('-').next().unwrap_or_default();
    let lists = |name: &str| plan.regimes.iter().find(|regime| regime.regions.iter().any(|listed| listed == name));
    lists(region).or_else(|| lists(country)).or(plan.regimes.first())
}

fn kept<'a>(record: Option<&'a Record>, id: &str) -> Option<&'a Kept> {
    record.filter(|record| record.v == RECORD_VERSION).and_then(|record| record.choices.get(id))
}

/// What the record still says about a purpose: nothing where it has expired or the purpose has changed (PIPL 14).
fn standing(purpose: &PlanPurpose, visitor: &Visitor, record: Option<&Record>) -> Option<ChoiceState> {
    kept(record, &purpose.id)
        .filter(|kept| kept.digest == purpose.digest && visitor.now < kept.until)
        .map(|kept| kept.choice)
}

/// What may run now.
pub fn permission(plan: &Plan, visitor: &Visitor, record: Option<&Record>) -> Permission {
    let regime = regime(plan, visitor);
    let unasked = match regime {
        Some(regime) if regime.opt_out => ChoiceState::Granted,
        _ => ChoiceState::Denied,
    };
    let mut permission =
        Permission { regime: regime.map(|regime| regime.id.clone()).unwrap_or_default(), ..Permission::default() };
    for purpose in &plan.purposes {
        let state = if purpose.always {
            ChoiceState::Always
        } else if visitor.gpc && purpose.gpc {
            // CCPA 7025(b): the signal is an answer for as long as it is sent; nothing more is asked.
            ChoiceState::Denied
        } else {
            let standing = standing(purpose, visitor, record);
            if standing.is_none() {
                permission.asks.push(purpose.id.clone());
            }
            standing.unwrap_or(unasked)
        };
        permission.purposes.set(&purpose.id, state);
    }
    permission
}

/// What a choice decides, given what stood before. `id` names the decision.
pub fn decide(plan: &Plan, visitor: &Visitor, record: Option<&Record>, choice: &Choice, id: &str) -> Outcome {
    let regime = regime(plan, visitor);
    let denied = regime.map_or(0, |regime| regime.denied);
    let mut outcome = Outcome { ttl: denied, ..Outcome::default() };
    let (mut same, mut before, mut after) = (true, false, false);
    let stored = &mut outcome.record;
    for purpose in &plan.purposes {
        if purpose.always {
            outcome.choices.set(&purpose.id, ChoiceState::Always);
            continue;
        }
        let old = kept(record, &purpose.id);
        // What the signal keeps off could not be granted, so it is no refusal either: nothing is
        // stored, and it is asked when the signal is gone.
        let silenced = visitor.gpc && purpose.gpc && choice.kind != ChoiceKind::Reject;
        let grant = match choice.kind {
            ChoiceKind::Reject => false,
            _ if silenced => false,
            // PIPL 23: separate consent is never swept in; what was given on its own stays.
            ChoiceKind::Accept if purpose.separate => standing(purpose, visitor, record) == Some(ChoiceState::Granted),
            ChoiceKind::Accept => true,
            ChoiceKind::Save => choice.purposes.get(&purpose.id).copied().unwrap_or(false),
        };
        let state = if grant { ChoiceState::Granted } else { ChoiceState::Denied };
        let old = old.map(|kept| kept.choice);
        same &= if silenced { old.is_none() } else { old == Some(state) };
        before |= old == Some(ChoiceState::Granted);
        after |= grant;
        if grant {
            outcome.ttl = plan.granted;
        }
        outcome.choices.set(&purpose.id, state);
        if !silenced {
            let seconds = if grant { plan.granted } else { denied };
            let until = visitor.now + i64::from(seconds) * 1000;
            stored.choices.set(&purpose.id, Kept { choice: state, digest: purpose.digest.clone(), until });
        }
    }
    let picked = match (choice.kind, record) {
        (ChoiceKind::Save, _) => Some(&choice.preferences),
        (_, record) => record.map(|record| &record.preferences),
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
    let stood = record.is_some_and(|record| record.v == RECORD_VERSION);
    let picked_same = record.is_some_and(|record| record.preferences == stored.preferences);
    outcome.state = match (stood, before, after) {
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
    /// Tell Google Consent Mode v2 these values.
    Signal(Map<ChoiceState>),
    /// Let the held tags of a purpose run.
    Release(String),
    /// Delete what the services of a purpose keep in the browser.
    Clear(String),
    /// Take the question away and tell the page.
    Announce,
    /// Have the receipt signed and sent.
    Send,
}

impl Write for Effect {
    fn write<T: Tree>(&self) -> T {
        let (name, value) = match self {
            Effect::Store => ("store", None),
            Effect::Signal(values) => ("signal", Some(values.write())),
            Effect::Release(purpose) => ("release", Some(T::text(purpose))),
            Effect::Clear(purpose) => ("clear", Some(T::text(purpose))),
            Effect::Announce => ("announce", None),
            Effect::Send => ("send", None),
        };
        T::list(std::iter::once(T::text(name)).chain(value).collect())
    }
}

/// Google Consent Mode v2: every key of the config, as the permission has it.
pub fn consent(plan: &Plan, permission: &Permission) -> Map<ChoiceState> {
    let state = |purpose: &String| match permission.purposes.get(purpose) {
        Some(ChoiceState::Always | ChoiceState::Granted) => ChoiceState::Granted,
        _ => ChoiceState::Denied,
    };
    Map(plan.consent_mode.0.iter().map(|(key, purpose)| (key.clone(), state(purpose))).collect())
}

/// What follows when one permission takes another's place, in the one order that holds.
pub fn effects(plan: &Plan, before: &Permission, after: &Permission) -> Vec<Effect> {
    let is = |permission: &Permission, id: &String, state| permission.purposes.get(id) == Some(&state);
    let ids = || plan.purposes.iter().map(|purpose| purpose.id.clone());
    let released = ids().filter(|id| is(after, id, ChoiceState::Granted) && !is(before, id, ChoiceState::Granted));
    // Also what an earlier tag or an earlier consent left behind (CNIL: gone after a refusal).
    let cleared = ids().filter(|id| is(after, id, ChoiceState::Denied));
    let mut effects = vec![Effect::Store, Effect::Signal(consent(plan, after))];
    effects.extend(released.map(Effect::Release));
    effects.extend(cleared.map(Effect::Clear));
    effects.extend([Effect::Announce, Effect::Send]);
    effects
}
