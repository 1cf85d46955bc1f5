//! The size table of the README, between two comments.
//!
//! Sizes move by a few bytes with every edit. The table is rounded, and a committed number
//! stands as long as it is near enough: the budgets are exact, the table is information.

use anyhow::{Result, bail};

use crate::size::Size;

const BEGIN: &str = "<!-- sizes:begin -->";
const END: &str = "<!-- sizes:end -->";

/// How far a committed number may be from the measured one.
const TOLERANCE: f64 = 0.02;

/// The table in Markdown.
pub(crate) fn render(sizes: &[Size]) -> String {
    let mut table = String::from("| what (brotli 11) | size | budget |\n|---|---|---|\n");
    for size in sizes {
        table.push_str(&format!(
            "| {} | {:.1} KB | {} KB |\n",
            size.what,
            kilobytes(size.bytes),
            kilobytes(size.budget)
        ));
    }
    table
}

/// The text with its table replaced. A table that is still near enough is left alone.
pub(crate) fn replace(text: &str, sizes: &[Size]) -> Result<String> {
    let Some((before, rest)) = text.split_once(BEGIN) else {
        bail!("README.md has no line `{BEGIN}` where the size table begins");
    };
    let Some((committed, after)) = rest.split_once(END) else {
        bail!("README.md has no line `{END}` where the size table ends");
    };
    if is_near_enough(committed, sizes) {
        return Ok(text.to_owned());
    }
    Ok(format!("{before}{BEGIN}\n{}{END}{after}", render(sizes)))
}

fn is_near_enough(committed: &str, sizes: &[Size]) -> bool {
    let fresh = render(sizes);
    let committed: Vec<&str> = committed.trim().lines().collect();
    let fresh: Vec<&str> = fresh.trim().lines().collect();
    if committed.len() != fresh.len() || committed[..2] != fresh[..2] {
        return false;
    }
    committed
        .iter()
        .zip(&fresh)
        .skip(2)
        .zip(sizes)
        .all(|((committed, fresh), size)| row_is_near(committed, fresh, size))
}

fn row_is_near(committed: &str, fresh: &str, size: &Size) -> bool {
    let (committed, fresh): (Vec<&str>, Vec<&str>) = (cells(committed), cells(fresh));
    let (&[what, stated, budget], &[fresh_what, _, fresh_budget]) = (committed.as_slice(), fresh.as_slice()) else {
        return false;
    };
    let Some(stated) = stated.strip_suffix(" KB").and_then(|number| number.parse::<f64>().ok()) else {
        return false;
    };
    let measured = kilobytes(size.bytes);
    what == fresh_what && budget == fresh_budget && (stated - measured).abs() <= (measured * TOLERANCE).max(0.1)
}

fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files that a page loads are far below 2^52")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(bytes: usize) -> Vec<Size> {
        vec![Size { id: "widget", what: "widget", bytes, budget: 95_000 }]
    }

    /// Writes a table for one size, then replaces it after the size has changed.
    fn check(before: usize, after: usize, expect: &str) {
        let text = replace(&format!("# Placet\n\n{BEGIN}\n{END}\n\nMore.\n"), &sizes(before)).unwrap();
        let text = replace(&text, &sizes(after)).unwrap();
        assert!(text.contains(&format!("| widget | {expect} KB | 95 KB |")), "{text}");
        assert!(text.starts_with("# Placet\n\n<!--") && text.ends_with("-->\n\nMore.\n"), "{text}");
    }

    #[test]
    fn a_number_stands_while_it_is_near_enough() {
        check(75_000, 75_000, "75.0");
        check(75_000, 76_400, "75.0");
        check(75_000, 73_600, "75.0");
    }

    #[test]
    fn a_number_that_is_too_far_off_is_written_anew() {
        check(75_000, 77_000, "77.0");
        check(75_000, 73_000, "73.0");
    }

    #[test]
    fn a_changed_budget_or_name_is_written_anew() {
        let text = replace(&format!("{BEGIN}\n{END}"), &sizes(75_000)).unwrap();
        let other = vec![Size { id: "widget", what: "widget and glue", bytes: 75_000, budget: 75_000 }];
        assert!(replace(&text, &other).unwrap().contains("| widget and glue | 75.0 KB | 75 KB |"));
    }

    #[test]
    fn a_readme_without_the_marks_is_a_fault() {
        assert!(replace("# Placet", &sizes(1)).is_err());
    }
}
