//! A PostgreSQL server for one run: made from the installed programs, asked over a socket in its own directory, thrown away.
//!
//! **Invariant:** it waits for its disk (`fsync`, `full_page_writes` and `synchronous_commit` are on, as PostgreSQL comes).

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::places;

/// A running server; dropping it ends it and removes its files.
pub(super) struct Postgres {
    child: Child,
    directory: TempDir,
}

impl Postgres {
    /// Makes and starts a server.
    pub(super) fn start() -> Result<Self> {
        let binaries = places::postgres()?;
        let user = other_user()?;
        // Files in /var/tmp are on a disk, and another user may reach them.
        let directory = tempfile::Builder::new().prefix("placet-bench-").tempdir_in("/var/tmp")?;
        if let Some((user, group)) = user {
            chown(directory.path(), Some(user), Some(group))?;
        }
        let made = command(&binaries, "initdb", directory.path(), user)
            .args(["--username=placet", "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata=data"])
            .output()
            .context("cannot run initdb")?;
        if !made.status.success() {
            bail!("cannot make a PostgreSQL server: {}", String::from_utf8_lossy(&made.stderr));
        }
        let log = fs::File::create(directory.path().join("server.log"))?;
        let child = command(&binaries, "postgres", directory.path(), user)
            .args(["-D", "data", "-c", "listen_addresses=", "-k"])
            .arg(directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .context("cannot run postgres")?;
        let mut server = Postgres { child, directory };
        while !server.answers(&binaries)? {
            if server.child.try_wait()?.is_some() {
                let told = fs::read_to_string(server.directory.path().join("server.log")).unwrap_or_default();
                bail!("PostgreSQL does not start: {told}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The address of its one database.
    pub(super) fn address(&self) -> String {
        format!("postgres:///postgres?host={}&user=placet", self.directory.path().display())
    }

    fn answers(&self, binaries: &Path) -> Result<bool> {
        let mut asked = Command::new(binaries.join("pg_isready"));
        let asked = asked.arg("--quiet").arg("--host").arg(self.directory.path());
        Ok(asked.status().context("cannot run pg_isready")?.success())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The signal of a fast end: it waits for no client, and leaves nothing behind.
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

fn command(binaries: &Path, program: &str, directory: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(binaries.join(program));
    command.current_dir(directory);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

/// PostgreSQL refuses to run as root: then it runs as another user.
fn other_user() -> Result<Option<(u32, u32)>> {
    let me = Command::new("id").arg("-u").output().context("cannot run id")?;
    if String::from_utf8_lossy(&me.stdout).trim() != "0" {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let ids = |name: &str| {
        let mut fields =
            users.lines().map(|line| line.split(':')).find(|fields| fields.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    match ids("postgres").or_else(|| ids("nobody")) {
        Some(user) => Ok(Some(user)),
        None => bail!("PostgreSQL does not run as root, and there is no user postgres and none nobody"),
    }
}
