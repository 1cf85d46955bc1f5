//! Debian packages, where this machine has them and we may install them.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::tools::find;

/// Installs packages, or says the command that does.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let command = format!("sudo apt-get install --no-install-recommends {}", packages.join(" "));
    if find(&["apt-get"]).is_none() {
        bail!("install with your package manager what Debian calls: {}", packages.join(" "));
    }
    let Some(prefix) = privilege() else {
        bail!("missing: {}; install with: {command}", packages.join(" "));
    };
    apt_get(prefix, &["update"])?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(prefix, &arguments).with_context(|| format!("could not install packages; try: {command}"))
}

/// How to become root: not at all, by sudo without a password, or there is no way.
fn privilege() -> Option<&'static [&'static str]> {
    let is_root = run::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Some(&[]);
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).output();
    sudo.is_ok_and(|output| output.status.success()).then_some(&["sudo", "-n"])
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Result<()> {
    let mut words = prefix.to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    words.extend(arguments);
    let (program, rest) = words.split_first().context("no command")?;
    run::run(Command::new(program).args(rest))
}
