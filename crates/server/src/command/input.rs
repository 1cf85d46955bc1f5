//! What commands read: files of at most a certain size, and configs.

use super::Failure;
use super::output::told;
use placet_model::check::{Checked, MAX_CONFIG, check};
use placet_model::config::Config;
use std::io::Read;
use std::path::Path;
use std::{fs, io};

/// The config at `path`, if it has no errors; otherwise they are listed.
///
/// # Errors
/// A [`Failure`] that says what to do.
pub fn usable(path: &Path) -> Result<Config, Failure> {
    let checked = parse(path, &read(path, MAX_CONFIG, "config")?)?;
    if checked.problems.is_empty() {
        return Ok(checked.config);
    }
    eprint!("{}", told(path, &checked.problems));
    match checked.has_errors() {
        false => Ok(checked.config),
        true => Err(Failure::new(format!("{} has errors", path.display())).help("Mend the errors listed above.")),
    }
}

/// Reads the text of a config.
///
/// # Errors
/// Where it is no JSON.
pub fn parse(path: &Path, text: &str) -> Result<Checked, Failure> {
    check(text).map_err(|fault| {
        // The place stands before the message, as compilers tell it.
        let message = fault.message.split(" at line ").next().unwrap_or_default();
        Failure::unreadable(format!("{}:{}:{}: {message}", path.display(), fault.line, fault.column))
            .help("The file must be JSON. An editor that knows JSON shows the place; a comma or a quotation mark is missing most often.")
    })
}

/// Reads the file at `path`, which has `most` bytes at most and is a `what`.
///
/// # Errors
/// Where that is not so.
pub fn read(path: &Path, most: usize, what: &str) -> Result<String, Failure> {
    let cannot = |error: io::Error| {
        Failure::unreadable(format!("cannot read the {what} {}: {error}", path.display()))
            .help("Check the path, and that this user may read the file.")
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(cannot)?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > most {
        let size =
            fs::metadata(path).map_or_else(|_| "more".to_owned(), |metadata| format!("{} bytes", metadata.len()));
        return Err(Failure::unreadable(format!(
            "the {what} {} is too large: {size}, {most} bytes are the most",
            path.display()
        ))
        .help(format!("A {what} has some ten kilobytes. Check that this is the right file.")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Failure::unreadable(format!("the {what} {} is not UTF-8: byte {place} is wrong", path.display()))
            .help("Save the file in the encoding UTF-8.")
    })
}
