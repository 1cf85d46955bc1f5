//! Which of the numbers of a day may be told.
//!
//! A small number points to somebody: where one person withdrew on a day, whoever knows that they were there knows that it was
//! they. So no number below ten is told, nor one from which such a number follows by subtraction.
//!
//! **Invariant:** what is hidden of a group adds up to ten at least, and is more than one number; or the whole group is hidden.

/// The smallest number that is told.
pub const FEWEST: u64 = 10;

/// How decisions are made, as Placet's tag names it (`docs/reference/api.md`).
pub const METHODS: [&str; 24] = [
    "banner.accept_all",
    "banner.reject_all",
    "banner.opt_out",
    "changes.accept",
    "changes.reject",
    "separate.accept",
    "separate.reject",
    "separate.reject_rest",
    "preferences.accept_all",
    "preferences.reject_all",
    "preferences.save",
    "preferences.opt_out",
    "preferences.withdraw",
    "inline",
    "embed.allow",
    "page.accept_all",
    "page.reject_all",
    "page.opt_out",
    "page.withdraw",
    "status.undo",
    "api.accept_all",
    "api.reject_all",
    "api.opt_out",
    "api.withdraw",
];
/// What stands for every other method.
pub const OTHER: &str = "other";

/// The numbers of a group that may be told. Together they count each receipt once, and how many receipts there were may be known
/// from elsewhere.
pub fn told<const N: usize>(counts: [u64; N]) -> [Option<u64>; N] {
    let mut told = counts.map(Some);
    let mut places: [usize; N] = std::array::from_fn(|place| place);
    places.sort_by_key(|place| counts[*place]);
    let mut hidden = None;
    for place in places {
        // The smallest first; then those that would tell what is hidden by what is missing.
        if counts[place] >= FEWEST && hidden.is_none_or(|sum| sum >= FEWEST) {
            break;
        }
        told[place] = None;
        hidden = Some(hidden.unwrap_or(0).saturating_add(counts[place]));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_below_ten_follows_from_what_is_told() {
        for (counts, expected) in [
            ([0, 0, 0], [None, None, None]),
            ([9, 9, 9], [None, None, None]),
            ([10, 10, 10], [Some(10), Some(10), Some(10)]),
            ([100, 3, 20], [Some(100), None, None]),
            ([100, 0, 20], [Some(100), None, None]),
            ([100, 9, 1], [Some(100), None, None]),
            ([100, 5, 4], [None, None, None]),
            ([3, 100, 100], [None, None, Some(100)]),
            ([0, 0, 1_000_000], [None, None, None]),
        ] {
            assert_eq!(told(counts), expected, "{counts:?}");
        }
        for counts in [[120, 33], [120, 9], [9, 120], [10, 10], [0, 50]] {
            let all_are_large = counts.iter().all(|count| *count >= FEWEST);
            assert_eq!(told(counts), counts.map(|count| all_are_large.then_some(count)), "{counts:?}");
        }
    }

    #[test]
    fn what_is_hidden_is_never_one_number_nor_few_receipts() {
        for number in 0..14_u64.pow(4) {
            let counts: [u64; 4] = std::array::from_fn(|place| number / 14_u64.pow(place as u32) % 14);
            let told = told(counts);
            let hidden: Vec<u64> =
                counts.iter().zip(&told).filter(|(_, told)| told.is_none()).map(|(count, _)| *count).collect();
            assert!(told.iter().flatten().all(|count| *count >= FEWEST), "{counts:?}");
            assert!(told.iter().zip(&counts).all(|(told, count)| told.is_none_or(|told| told == *count)), "{counts:?}");
            let enough = hidden.len() > 1 && hidden.iter().sum::<u64>() >= FEWEST;
            assert!(hidden.is_empty() || hidden.len() == 4 || enough, "{counts:?} {told:?}");
            assert!(
                counts.iter().any(|count| *count < FEWEST) || hidden.is_empty(),
                "{counts:?}: nothing is hidden in vain"
            );
        }
    }
}
