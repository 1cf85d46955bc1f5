//! The draft: the switches and picks as they stand in the open dialog.

use super::desk::Standing;
use leptos::prelude::*;
use placet_model::config_words::{Basis, PreferenceKind};
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::Map;

/// A switch or an option: its name and whether it is on.
pub(super) type Toggle = (String, RwSignal<bool>);

/// The switches and picks as they stand in the open dialog.
#[derive(Clone)]
pub(crate) struct Draft {
    purposes: Vec<Toggle>,
    preferences: Vec<(String, PreferenceKind, Vec<Toggle>)>,
}

impl Draft {
    /// The draft that equals what stands.
    pub(crate) fn new(notice: &Notice, standing: &Standing) -> Self {
        let draft = Draft {
            purposes: notice
                .purposes
                .iter()
                .filter(|purpose| purpose.basis == Basis::Consent && !purpose.once)
                .map(|purpose| (purpose.id.clone(), RwSignal::new(false)))
                .collect(),
            preferences: notice
                .preferences
                .iter()
                .map(|preference| {
                    let options = preference.options.iter();
                    let options = options.map(|option| (option.id.clone(), RwSignal::new(false))).collect();
                    (preference.id.clone(), preference.kind, options)
                })
                .collect(),
        };
        draft.stand(standing);
        draft
    }

    /// Sets every switch and pick to what stands.
    pub(crate) fn stand(&self, standing: &Standing) {
        for (id, on) in &self.purposes {
            on.set(standing.purposes.get(id) == Some(&ChoiceState::Granted));
        }
        for (id, _, options) in &self.preferences {
            for (option, on) in options {
                on.set(match standing.preferences.get(id) {
                    Some(Answer::One(one)) => one == option,
                    Some(Answer::Many(many)) => many.contains(option),
                    None => false,
                });
            }
        }
    }

    /// The switch of a purpose; none where nothing is asked.
    pub(crate) fn switch(&self, purpose: &str) -> Option<RwSignal<bool>> {
        self.purposes.iter().find(|(id, _)| id == purpose).map(|(_, on)| *on)
    }

    /// The options of a preference.
    pub(crate) fn options(&self, preference: &str) -> Vec<Toggle> {
        self.preferences.iter().find(|(id, ..)| id == preference).map(|(.., on)| on.clone()).unwrap_or_default()
    }

    /// Every switch by purpose.
    pub(crate) fn purposes(&self) -> Map<bool> {
        Map(self.purposes.iter().map(|(id, on)| (id.clone(), on.get_untracked())).collect())
    }

    /// What is picked, by preference; one where nothing is picked is left out.
    pub(crate) fn preferences(&self) -> Map<Answer> {
        let mut answers = Map::default();
        for (id, kind, options) in &self.preferences {
            let mut picked: Vec<_> =
                options.iter().filter(|(_, on)| on.get_untracked()).map(|(option, _)| option.clone()).collect();
            match (kind, picked.len()) {
                (_, 0) => {}
                (PreferenceKind::One, _) => answers.set(id, Answer::One(picked.remove(0))),
                (PreferenceKind::Many, _) => answers.set(id, Answer::Many(picked)),
            }
        }
        answers
    }
}
