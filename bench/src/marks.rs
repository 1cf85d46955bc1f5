//! Tables in a document that a bench writes again: each stands between two comments.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// Puts `table` into the file at `path`, in the place of the bench `name`.
pub(crate) fn write(name: &str, path: &Path, table: &str) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = replace(name, &text, table).with_context(|| format!("cannot write into {}", path.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn replace(name: &str, text: &str, table: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- bench:{name}:begin -->"), format!("<!-- bench:{name}:end -->"));
    let Some((before, rest)) = text.split_once(&begin) else {
        bail!("there is no line `{begin}` where the table begins");
    };
    let Some((_, after)) = rest.split_once(&end) else {
        bail!("there is no line `{end}` where the table ends");
    };
    Ok(format!("{before}{begin}\n{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_what_was_between_the_marks() {
        let text = "# A\n\n<!-- bench:a:begin -->\nstale\n<!-- bench:a:end -->\n\nMore.\n";
        let expected = "# A\n\n<!-- bench:a:begin -->\n| new |\n<!-- bench:a:end -->\n\nMore.\n";
        assert_eq!(replace("a", text, "| new |\n").unwrap(), expected);
    }

    #[test]
    fn a_file_without_the_marks_is_a_fault() {
        assert!(replace("a", "# A", "").is_err());
        assert!(replace("a", "<!-- bench:a:begin -->", "").is_err());
        assert!(replace("b", "<!-- bench:a:begin --><!-- bench:a:end -->", "").is_err());
    }
}
