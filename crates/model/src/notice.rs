//! The notice snapshot: every word shown, in one language, of one version, named by its hash.
//!
//! **Invariant:** the hash is over the exact bytes that are served; nobody serialises a
//! snapshot again to compute it.

use crate::config_words::{Basis, Position, PreferenceKind, Storage};
use crate::data;
use crate::labels::Labels;
use crate::rich::Block;

/// The version of the snapshot's form.
pub const NOTICE_VERSION: u32 = 1;

data! {
    /// Every word shown, in one language, of one version.
    pub struct Notice {
        /// The version of this form.
        v: u32,
        /// The site that shows it.
        site: String,
        /// The version of the config that it was made from.
        version: String,
        /// The language as a BCP 47 tag.
        lang: String,
        /// Who is responsible.
        controller: NoticeController,
        /// Where the first layer stands.
        position: Position,
        /// The heading of the first layer.
        title: String,
        /// The text of the first layer.
        text: Vec<Block>,
        /// The text of the first layer where optional purposes run until the visitor objects; none where the labels say it.
        opt_out_text as "optOutText": Option<Vec<Block>>,
        /// What data is used for.
        purposes: Vec<NoticePurpose>,
        /// What can be picked beyond yes and no.
        preferences: Vec<NoticePreference>,
        /// The age from which a visitor decides alone; none where nobody's age is asked.
        minors: Option<u32>,
        /// Whether the center asks what is unclear.
        feedback: bool,
        /// The interface texts.
        labels: Labels,
    }

    /// Who is responsible.
    pub struct NoticeController {
        /// The legal name.
        name: String,
        /// The postal address.
        address: String,
        /// The e-mail address.
        email: String,
        /// The telephone number.
        phone: Option<String>,
        /// The address of the full policy.
        privacy_policy as "privacyPolicy": String,
        /// How to complain.
        complaints: String,
        /// The data protection officer.
        dpo: Option<String>,
        /// Which rights a visitor has and how to use them.
        rights: Vec<Block>,
    }

    /// A purpose as it is shown.
    pub struct NoticePurpose {
        /// Its machine name.
        id: String,
        /// The legal basis.
        basis: Basis,
        /// Whether it needs separate consent.
        separate: bool,
        /// Whether the data is sensitive.
        sensitive: bool,
        /// Whether a yes holds for one act only.
        once: bool,
        /// What is beside the switch.
        title: String,
        /// What the data is used for.
        description: Vec<Block>,
        /// By what means.
        means: Option<String>,
        /// Why it cannot do without sensitive data.
        necessity: Option<String>,
        /// What the use of sensitive data means for the visitor.
        impact: Option<String>,
        /// What a refusal means.
        if_refused as "ifRefused": Option<String>,
        /// Kinds of data.
        data: Vec<String>,
        /// Who else receives it.
        recipients: Vec<NoticeRecipient>,
        /// The services that work for it.
        services: Vec<NoticeService>,
        /// How long, as an ISO 8601 duration.
        retention: String,
    }

    /// A recipient as it is shown.
    pub struct NoticeRecipient {
        /// The name.
        name: String,
        /// The country, ISO 3166.
        country: String,
        /// How to reach it.
        contact: String,
        /// What is told where the data leaves the country.
        cross_border as "crossBorder": Option<NoticeCrossBorder>,
    }

    /// What is told where the data leaves the country.
    pub struct NoticeCrossBorder {
        /// What for.
        purpose: String,
        /// How it gets there.
        method: String,
        /// How to exercise rights.
        rights: String,
    }

    /// A service as it is shown.
    pub struct NoticeService {
        /// The name.
        name: String,
        /// What it keeps in the browser.
        cookies: Vec<NoticeCookie>,
    }

    /// What a service keeps in the browser.
    pub struct NoticeCookie {
        /// The name.
        name: String,
        /// Where.
        storage: Storage,
        /// How long, as an ISO 8601 duration.
        retention: Option<String>,
    }

    /// A preference as it is shown.
    pub struct NoticePreference {
        /// Its machine name.
        id: String,
        /// The purpose that it belongs to.
        purpose: String,
        /// One or many.
        kind: PreferenceKind,
        /// The question.
        title: String,
        /// What can be picked.
        options: Vec<NoticeOption>,
    }

    /// One thing that can be picked.
    pub struct NoticeOption {
        /// Its machine name.
        id: String,
        /// What is shown.
        title: String,
    }
}
