//! What commands write to stdout.

use super::Failure;
use placet_model::problem::{Problem, Severity};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

/// Writes `text` to stdout.
///
/// # Errors
/// Where that fails; not where nobody listens.
pub fn say(text: &str) -> Result<ExitCode, Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        // Nobody listens any more, as in `placet schema | head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!("cannot write: {error}"))),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// The problems for people: severity and place, then what is wrong, then what to do.
pub fn told(path: &Path, problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let place = if problem.path.is_empty() { "(whole file)" } else { &problem.path };
        let _ = writeln!(text, "{:<8} {place}  [{}]", problem.severity.word(), problem.code);
        let _ = writeln!(text, "         {}", problem.message);
        let _ = writeln!(text, "   hint: {}\n", problem.hint);
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let counted = |number: usize, word: &str| match number {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let _ = writeln!(text, "{}: {}, {}", path.display(), counted(errors, "error"), counted(warnings, "warning"));
    text
}
