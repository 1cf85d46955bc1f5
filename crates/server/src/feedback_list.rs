//! `placet feedback`: what shoppers wrote, for the people who word the notice.

use crate::calendar::written_day;
use crate::store::feedback::Kept;
use crate::terminal::printable;
use placet_model::feedback::{FeedbackList, ListedFeedback};
use placet_model::json;
use std::fmt::Write as _;

/// The list as JSON.
pub fn as_json(kept: Vec<Kept>) -> String {
    json::to_text(&FeedbackList { feedback: kept.into_iter().map(listed).collect() })
}

/// Feedback as it is told to programs.
pub fn listed(kept: Kept) -> ListedFeedback {
    ListedFeedback {
        place: kept.place.unsigned_abs(),
        day: written_day(kept.received_on),
        version: kept.version,
        lang: kept.lang,
        purpose: kept.purpose,
        text: kept.text,
    }
}

/// The list for people.
pub fn as_text(kept: &[Kept]) -> String {
    let mut text = String::new();
    for kept in kept {
        let about = kept.purpose.as_deref().map_or("the whole notice".to_owned(), printable);
        let (day, lang, version) = (written_day(kept.received_on), printable(&kept.lang), printable(&kept.version));
        let _ = writeln!(text, "{day}  {about}  ({lang}, version {version})");
        for line in kept.text.split('\n') {
            let _ = writeln!(text, "    {}", printable(line));
        }
        text.push('\n');
    }
    let _ = match kept.len() {
        0 => writeln!(text, "No feedback."),
        1 => writeln!(text, "1 entry"),
        count => writeln!(text, "{count} entries"),
    };
    text
}
