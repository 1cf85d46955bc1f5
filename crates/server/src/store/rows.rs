//! Many rows in one statement: between the program and a database a call costs more than a row.

/// How many rows go into one statement at most. SQLite finds each value's place by looking through all of them.
const MOST: usize = 16;

/// The places of so many rows of so many values each, from `$1` on: `($1, $2), ($3, $4)`.
pub(super) fn places(rows: usize, width: usize) -> String {
    let row = |number: usize| {
        let places: Vec<String> = (1..=width).map(|place| format!("${}", number * width + place)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Rows in parts of a few lengths, powers of two: the database reads each statement once, and remembers it.
pub(super) fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rows.len().min(MOST);
        let length = most.checked_ilog2().map(|power| 1 << power)?;
        let (part, rest) = rows.split_at(length);
        rows = rest;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_part() {
        for (count, expected) in [(0, vec![]), (1, vec![1]), (7, vec![4, 2, 1]), (16, vec![16]), (34, vec![16, 16, 2])]
        {
            let rows: Vec<usize> = (0..count).collect();
            let parts: Vec<&[usize]> = parts(&rows).collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), expected, "{count}");
            assert_eq!(parts.concat(), rows);
        }
    }

    #[test]
    fn places_are_numbered_row_by_row() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }
}
