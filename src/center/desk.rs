//! What the center is given, what it asks for, and what it is told in answer.
//!
//! **Invariant:** the center knows neither storage nor network nor the loader: it gets plain data and
//! signals, and asks for everything else by an [`Act`].

use super::choice::Choice;
use super::draft::Draft;
use crate::slot::{Slot, flip};
use leptos::prelude::*;
use placet_model::labels::Labels;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::Map;
use std::sync::Arc;

/// How things stand when the center is opened.
#[derive(Clone, Default)]
pub(crate) struct Standing {
    /// Purpose to what holds.
    pub(crate) purposes: Map<ChoiceState>,
    /// What was picked.
    pub(crate) preferences: Map<Answer>,
    /// The purposes that the browser's signal keeps off.
    pub(crate) gpc: Vec<String>,
    /// Whether optional purposes run here until the visitor objects.
    pub(crate) opt_out: bool,
}

impl Standing {
    /// Whether there is a consent that could be taken back.
    pub(crate) fn has_consent(&self) -> bool {
        self.purposes.0.iter().any(|(_, state)| *state == ChoiceState::Granted)
    }
}

/// What is around the notice.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    /// The languages that the notice is there in, as tags.
    pub(crate) languages: Vec<String>,
    /// Where the whole notice stands on a page of its own.
    pub(crate) page: String,
    /// Whether the center is a part of the page, and no dialog.
    pub(crate) inline: bool,
    /// Whether the shop can be asked for what it keeps: a device that cannot sign cannot show whose it is.
    pub(crate) signs: bool,
}

/// Everything that the center is made of. All copies share the draft and the signals.
#[derive(Clone)]
pub(crate) struct Desk {
    /// The notice in the language that is shown.
    pub(crate) notice: Arc<Notice>,
    /// What is around it.
    pub(crate) around: Arc<Surroundings>,
    /// How things stand.
    pub(crate) standing: Standing,
    /// Whether there is a consent that could be taken back.
    pub(crate) granted: RwSignal<bool>,
    /// The switches and picks.
    pub(crate) draft: Draft,
    /// This device's receipts, the newest first.
    pub(crate) choices: Slot<Vec<Choice>>,
    /// Flips when receipts came or went: only then is their list made again.
    pub(crate) rows: RwSignal<bool>,
    /// Does what a control asks for.
    pub(crate) act: Clerk,
}

impl Desk {
    /// A desk for a center that is to be opened.
    pub(crate) fn new(notice: Arc<Notice>, around: Surroundings, standing: Standing, act: Clerk) -> Self {
        Desk {
            draft: Draft::new(&notice, &standing),
            granted: RwSignal::new(standing.has_consent()),
            notice,
            around: Arc::new(around),
            standing,
            choices: Slot::new(Vec::new()),
            rows: RwSignal::new(false),
            act,
        }
    }

    /// Shows these receipts. Where only their state has changed, the rows stay what they are: somebody may be reading one.
    pub(crate) fn list(&self, choices: Vec<Choice>) {
        let ids = |choices: &[Choice]| choices.iter().map(|choice| choice.id.clone()).collect::<Vec<_>>();
        let same = self.choices.peek(|old| ids(old) == ids(&choices));
        self.choices.set(choices);
        if !same {
            flip(self.rows);
        }
    }

    /// Asks for something.
    pub(crate) fn ask(&self, asked: Act) {
        (self.act)(asked);
    }

    /// Asks for something that is answered, and takes the last answer away.
    pub(crate) fn question(&self, reply: &Reply, what: impl FnOnce(Reply) -> Act) {
        reply.set(Said::Nothing);
        self.ask(what(reply.clone()));
    }

    /// Goes back to what holds now.
    pub(crate) fn stand(&self, standing: &Standing) {
        self.granted.set(standing.has_consent());
        self.draft.stand(standing);
    }
}

/// Does what the center asks for.
pub(crate) type Clerk = Arc<dyn Fn(Act) + Send + Sync>;

/// Where the answer to a question appears.
pub(crate) type Reply = Slot<Said>;

/// What a control of the center asks for.
pub(crate) enum Act {
    /// Grant everything that is not asked separately.
    Accept,
    /// Refuse everything optional.
    Reject,
    /// Save the switches as they stand.
    Save(Map<bool>, Map<Answer>),
    /// Turn off what others get for ends of their own.
    OptOut,
    /// Take every consent back.
    Withdraw,
    /// Leave without a choice.
    Close,
    /// Show the notice in this language from now on.
    Speak(String),
    /// Save a receipt as a file.
    Download(String, Reply),
    /// Find out whether a receipt is genuine.
    Check(String, Reply),
    /// Get the notice with this hash.
    Words(String, Slot<Words>),
    /// Save what the shop keeps as a file.
    Export(Reply),
    /// Have what the shop keeps erased, and put the shop's receipt of that where it is offered.
    Erase(Reply, Slot<String>),
    /// Save the receipt of an erasure as a file.
    Keep(String),
    /// Tell the shop what is unclear: about which purpose, if one, and the text.
    Tell(Option<String>, String, Reply),
}

/// A notice that was asked for.
#[derive(Clone, Default)]
pub(crate) enum Words {
    /// It is on its way.
    #[default]
    Asked,
    /// It cannot be had.
    Lost,
    /// Here it is.
    Here(Arc<Notice>),
}

/// What a question was answered with.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Said {
    /// Nothing yet.
    #[default]
    Nothing,
    /// The receipt is genuine.
    Genuine,
    /// The receipt carries no signature.
    Unsigned,
    /// The receipt was changed.
    NotGenuine,
    /// The shop has erased it.
    Erased,
    /// The shop has the question.
    Thanks,
    /// It failed.
    NotDone,
}

impl Said {
    fn words(self, labels: &Labels) -> &str {
        match self {
            Said::Nothing => "",
            Said::Genuine => &labels.genuine,
            Said::Unsigned => &labels.unsigned,
            Said::NotGenuine => &labels.not_genuine,
            Said::Erased => &labels.erased,
            Said::Thanks => &labels.thanks,
            Said::NotDone => &labels.not_done,
        }
    }
}

/// Where an answer is read out, without taking the focus (WCAG 4.1.3).
pub(crate) fn status(notice: &Arc<Notice>, reply: &Reply) -> AnyView {
    use crate::tag::{live, tag};
    let (notice, reply) = (notice.clone(), reply.clone());
    let said = live(move || reply.look(|said| *said).words(&notice.labels).to_owned().into_any());
    tag("p").class("said").set("role", "status").child(said).view()
}
