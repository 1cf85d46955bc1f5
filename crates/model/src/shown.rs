//! Whether accept and refuse were alike as the browser drew them (EDPB 03/2022; CNIL 2020): the sizes by 10 %, the contrast of
//! the words by 1.2 times.
//!
//! **Invariant:** whole numbers only, so that every reader comes to the same judgement.

use crate::receipt::Shown;

/// The larger of two sizes is at most so many hundredths of the smaller.
const SIZE: u64 = 110;
/// The larger of two contrasts is at most so many hundredths of the smaller.
const CONTRAST: u64 = 120;

/// What a button measured, and by how much the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// `width`, `height` or `contrast`.
    pub what: &'static str,
    /// Of the button that accepts.
    pub accept: u32,
    /// Of the button that refuses.
    pub reject: u32,
}

impl Shown {
    /// Where the two buttons differ by more than the measure; nothing where they are alike.
    pub fn differences(&self) -> Vec<Difference> {
        let measures = [("width", SIZE), ("height", SIZE), ("contrast", CONTRAST)];
        let pairs = measures.into_iter().zip(self.accept.iter().zip(&self.reject));
        pairs
            .filter(|(_, (accept, reject))| accept != reject)
            .filter(|((_, most), (accept, reject))| {
                let (small, large) = (**accept.min(reject), **accept.max(reject));
                u64::from(large) * 100 > u64::from(small) * most
            })
            .map(|((what, _), (accept, reject))| Difference { what, accept: *accept, reject: *reject })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_are_alike_within_the_measure() {
        for (accept, reject, differ) in [
            ([120, 44, 702], [120, 44, 702], &[][..]),
            ([120, 44, 702], [132, 44, 702], &[]),
            ([120, 44, 702], [133, 44, 702], &["width"]),
            ([133, 44, 702], [120, 44, 702], &["width"]),
            ([120, 40, 702], [120, 45, 702], &["height"]),
            ([120, 44, 600], [120, 44, 720], &[]),
            ([120, 44, 600], [120, 44, 721], &["contrast"]),
            ([300, 60, 2100], [80, 20, 110], &["width", "height", "contrast"]),
            ([120, 44, 702], [0, 0, 100], &["width", "height", "contrast"]),
            ([0, 0, 100], [0, 0, 100], &[]),
        ] {
            let shown = Shown { words: String::new(), accept: accept.into(), reject: reject.into() };
            let found: Vec<&str> = shown.differences().iter().map(|difference| difference.what).collect();
            assert_eq!(found, differ, "{accept:?} {reject:?}");
        }
    }
}
