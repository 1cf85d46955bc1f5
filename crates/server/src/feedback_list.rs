//! `placet feedback`: what shoppers wrote, for the people who word the notice.

use crate::calendar;
use crate::store::feedback::Kept;
use crate::terminal::printable;
use placet_model::feedback::{FeedbackList, ListedFeedback};
use placet_model::json;
use placet_model::receipt_file::utc;
use std::fmt::Write as _;

/// The beginning of a day written `2026-03-01` (UTC), in milliseconds since 1970.
///
/// # Errors
/// What to write instead.
pub fn read_day(text: &str) -> Result<i64, String> {
    let wrong = || "write a day such as 2026-03-01".to_owned();
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u16>().ok().map(i64::from));
    let mut part = || parts.next().flatten().ok_or_else(wrong);
    let (year, month, day) = (part()?, part()?, part()?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(wrong());
    }
    let start = calendar::day(year, month, day);
    match written_day(start) == text {
        true => Ok(start),
        false => Err(wrong()),
    }
}

/// The day of a time in milliseconds since 1970 (UTC).
pub fn written_day(time: i64) -> String {
    utc(time.div_euclid(1000)).chars().take(10).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DAY;

    #[test]
    fn days_are_read_by_the_calendar() {
        for (text, day) in [
            ("1970-01-01", Some(0)),
            ("1970-03-01", Some(59)),
            ("2000-02-29", Some(11_016)),
            ("2026-03-01", Some(20_513)),
            ("2100-03-01", Some(47_541)),
            ("2100-02-29", None),
            ("2026-02-30", None),
            ("2026-04-31", None),
            ("2026-13-01", None),
            ("2026-00-01", None),
            ("2026-3-1", None),
            ("2026-03", None),
            ("2026-03-01-01", None),
            ("1969-12-31", None),
            ("+026-03-01", None),
            ("today", None),
            ("", None),
        ] {
            assert_eq!(read_day(text).ok(), day.map(|day| day * DAY), "{text}");
        }
    }
}
