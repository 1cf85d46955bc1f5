//! Days and months (UTC) by the Gregorian calendar, for times in milliseconds since 1970.

use placet_model::receipt_file::utc;

/// The milliseconds of a day.
pub const DAY: i64 = 24 * 60 * 60 * 1000;

/// A month (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// The year.
    pub year: i64,
    /// The month in it, from 1.
    pub month: i64,
}

impl Month {
    /// The month of a time.
    pub fn of(time: i64) -> Self {
        // Counted from 1 March of the year 0, so that a leap day is the last of its year.
        let days = time.div_euclid(DAY) + 719_468;
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let year = days.div_euclid(146_097) * 400 + year_of_era;
        match (5 * day_of_year + 2) / 153 {
            month @ 0..=9 => Month { year, month: month + 3 },
            month => Month { year: year + 1, month: month - 9 },
        }
    }

    /// When it begins.
    pub fn start(self) -> i64 {
        day(self.year, self.month, 1)
    }

    /// The month after it.
    pub fn next(self) -> Self {
        match self.month {
            12 => Month { year: self.year + 1, month: 1 },
            month => Month { month: month + 1, ..self },
        }
    }
}

/// When a day begins. A day that the month does not have is one of the next month.
pub fn day(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    (year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468) * DAY
}

/// The beginning of a day written `2026-03-01` (UTC), in milliseconds since 1970.
///
/// # Errors
/// What to write instead.
pub fn read_day(text: &str) -> Result<i64, String> {
    let wrong = || "write a day such as 2026-03-01".to_owned();
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u16>().ok().map(i64::from));
    let mut part = || parts.next().flatten().ok_or_else(wrong);
    let (year, month, number) = (part()?, part()?, part()?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&number) {
        return Err(wrong());
    }
    let start = day(year, month, number);
    match written_day(start) == text {
        true => Ok(start),
        false => Err(wrong()),
    }
}

/// The day of a time in milliseconds since 1970 (UTC).
pub fn written_day(time: i64) -> String {
    utc(time.div_euclid(1000)).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_without_a_gap() {
        let mut month = Month { year: 1899, month: 12 };
        while month.year < 2402 {
            let next = month.next();
            assert_eq!(Month::of(month.start()), month);
            assert_eq!(Month::of(next.start() - 1), month);
            let told = utc(month.start() / 1000);
            assert_eq!(told, format!("{:04}-{:02}-01 00:00:00 UTC", month.year, month.month));
            month = next;
        }
    }

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
