//! What a shopper writes about a notice: that words are unclear, that a purpose is missing.
//!
//! **Invariant:** feedback names nobody: neither a device nor a receipt nor an address.

use crate::data;
use crate::refusal::Refusal;

/// The most bytes that the body of a feedback call may have.
pub const MAX_FEEDBACK: usize = 4 * 1024;
/// The most characters of its text.
pub const LONGEST_TEXT: usize = 500;
/// The most bytes of the version that it names.
const LONGEST_VERSION: usize = 64;

data! {
    /// The body of a feedback call.
    pub struct Feedback {
        /// The site whose notice was read.
        site: String,
        /// The notice's version.
        version: String,
        /// Its language.
        lang: String,
        /// The purpose that it is about; `null` for the whole.
        purpose: Option<String>,
        /// What the shopper wrote.
        text: String,
    }

    /// What `placet feedback --format json` prints.
    pub struct FeedbackList {
        /// Newest first.
        feedback: Vec<ListedFeedback>,
    }

    /// Feedback as it was kept: it leads to nobody.
    pub struct ListedFeedback {
        /// Its number, by which it can be deleted.
        place: u64,
        /// The day when it came (UTC), `2026-03-01`.
        day: String,
        /// The notice's version.
        version: String,
        /// Its language.
        lang: String,
        /// The purpose that it is about; `null` for the whole.
        purpose: Option<String>,
        /// What the shopper wrote.
        text: String,
    }
}

/// What feedback can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subjects {
    /// The site.
    pub site: String,
    /// The languages of its notice.
    pub languages: Vec<String>,
    /// The ids of its purposes.
    pub purposes: Vec<String>,
}

impl Feedback {
    /// The feedback as it is kept: its text trimmed, its lines ended by line feeds.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn tidied(self, about: &Subjects) -> Result<Self, Refusal> {
        if self.site != about.site {
            return Err(Refusal::site_wrong(&self.site, &about.site));
        }
        let text = self.text.replace("\r\n", "\n").trim().to_owned();
        let rules = [
            (about.languages.contains(&self.lang), "`lang` is no language of this site's notice."),
            (
                self.purpose.as_ref().is_none_or(|purpose| about.purposes.contains(purpose)),
                "`purpose` is no purpose of this site; for all together it is null.",
            ),
            (
                (1..=LONGEST_VERSION).contains(&self.version.len()) && !self.version.chars().any(char::is_control),
                "`version` has 1 to 64 bytes and no control characters.",
            ),
            (
                (1..=LONGEST_TEXT).contains(&text.chars().count()),
                "`text` has 1 to 500 characters, not counting space around it.",
            ),
            (
                !text.chars().any(|character| character.is_control() && character != '\n'),
                "`text` holds a control character other than the end of a line.",
            ),
        ];
        match rules.into_iter().find(|(good, _)| !good) {
            Some((_, fault)) => Err(Refusal::Malformed(fault.into())),
            None => Ok(Feedback { text, ..self }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feedback_is_about_this_site_and_short() {
        let about = Subjects {
            site: "shop.example".into(),
            languages: vec!["en".into(), "zh-CN".into()],
            purposes: vec!["necessary".into(), "ads".into()],
        };
        let good = Feedback {
            site: "shop.example".into(),
            version: "2026-03-01".into(),
            lang: "en".into(),
            purpose: Some("ads".into()),
            text: "What is a pixel?".into(),
        };
        let kept = |text: &str| Ok(text.to_owned());
        let refused = |slug: &'static str| Err(slug);
        let text = |text: &str| Feedback { text: text.into(), ..good.clone() };
        for (feedback, outcome) in [
            (good.clone(), kept("What is a pixel?")),
            (Feedback { purpose: None, ..good.clone() }, kept("What is a pixel?")),
            (Feedback { lang: "zh-CN".into(), ..text("看不懂") }, kept("看不懂")),
            (text("  two\r\nlines\n "), kept("two\nlines")),
            (text(&"签".repeat(500)), kept(&"签".repeat(500))),
            (text(&format!(" {} ", "x".repeat(500))), kept(&"x".repeat(500))),
            (text(&"x".repeat(501)), refused("malformed")),
            (text(""), refused("malformed")),
            (text(" \n\t "), refused("malformed")),
            (text("a\rb"), refused("malformed")),
            (text("a\tb"), refused("malformed")),
            (text("\u{1b}[31mred"), refused("malformed")),
            (text("\u{9b}31mred"), refused("malformed")),
            (text("a\0b"), refused("malformed")),
            (Feedback { site: "other.example".into(), ..good.clone() }, refused("site-wrong")),
            (Feedback { lang: "de".into(), ..good.clone() }, refused("malformed")),
            (Feedback { purpose: Some("unheard-of".into()), ..good.clone() }, refused("malformed")),
            (Feedback { purpose: Some(String::new()), ..good.clone() }, refused("malformed")),
            (Feedback { version: "v".repeat(64), ..good.clone() }, kept("What is a pixel?")),
            (Feedback { version: "v".repeat(65), ..good.clone() }, refused("malformed")),
            (Feedback { version: String::new(), ..good.clone() }, refused("malformed")),
            (Feedback { version: "\u{1b}c".into(), ..good.clone() }, refused("malformed")),
        ] {
            let told = format!("{feedback:?}");
            let tidied = feedback.tidied(&about).map(|tidied| tidied.text).map_err(|fault| fault.problem_type().slug);
            assert_eq!(tidied, outcome, "{told}");
        }
    }
}
