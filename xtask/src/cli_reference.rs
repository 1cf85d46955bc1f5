//! `docs/reference/cli.md`: what `placet --help` says, for people who have not installed it yet.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run;

const HEAD: &str = "# Command line of `placet`\n\n\
    <!-- Generated from `placet --help` by `cargo xtask generate`; do not edit. -->\n";

/// The page: the help of `placet`, then that of each command and of the commands under it.
pub(crate) fn render(binary: &Path) -> Result<String> {
    let overview = help(binary, &[])?;
    let mut page = format!("{HEAD}\n{}", block(&overview));
    for command in commands(&overview) {
        let told = help(binary, &[command])?;
        page.push_str(&format!("\n## `placet {command}`\n\n{}", block(&told)));
        for under in commands(&told) {
            page.push_str(&format!("\n### `placet {command} {under}`\n\n{}", block(&help(binary, &[command, under])?)));
        }
    }
    Ok(page)
}

fn help(binary: &Path, command: &[&str]) -> Result<String> {
    run::read(Command::new(binary).args(command).arg("--help").env("COLUMNS", "100").env("NO_COLOR", "1"))
}

fn block(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    format!("```text\n{}\n```\n", lines.join("\n"))
}

/// The names under `Commands:`; a line that is indented further continues a description.
fn commands(help: &str) -> Vec<&str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_read_from_the_overview() {
        let help = "Consent.\n\nUsage: placet <COMMAND>\n\nCommands:\n  check    Check a config\n  publish  Write the files\n             to embed\n  help     Print this\n\nOptions:\n  -h, --help  Print help\n";
        assert_eq!(commands(help), ["check", "publish"]);
    }
}
