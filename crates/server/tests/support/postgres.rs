//! A PostgreSQL server for tests: one for each test program, made in a directory of its own from the installed binaries, and a
//! fresh database in it for each test.
//!
//! Where PostgreSQL is not installed the tests say so and run on SQLite alone, unless `PLACET_POSTGRES=required`.

use sqlx::{Connection, Executor, PgConnection};
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    directory: PathBuf,
    /// Ends the server and removes its directory once this end of its stdin is closed, however we end.
    _keeper: Child,
}

/// What keeps the server: it lives as long as whoever holds the other end of stdin.
const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=400 -c shared_buffers=32MB \
    >"$2/server.log" 2>&1 &
read -r _
kill -INT $!
wait $!
rm -rf "$2"
"#;

/// The server of this test program; none where PostgreSQL is not installed.
pub fn postgres() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let binaries = binaries();
            if binaries.is_none() {
                let required = std::env::var("PLACET_POSTGRES").is_ok_and(|value| value == "required");
                assert!(!required, "PostgreSQL is not installed, and PLACET_POSTGRES=required");
                eprintln!("PostgreSQL is not installed: this runs on SQLite alone");
            }
            binaries.map(|binaries| Postgres::start(&binaries))
        })
        .as_ref()
}

/// Where `initdb` and `postgres` are.
pub fn binaries() -> Option<PathBuf> {
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.and_then(|output| String::from_utf8(output.stdout).ok()).map(|text| text.trim().into());
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    let mut places = configured.into_iter().chain(versions.into_iter().rev());
    places.find(|place| place.join("initdb").is_file() && place.join("postgres").is_file())
}

/// PostgreSQL refuses to run as root: then it runs as another user.
pub fn other_user() -> Option<(u32, u32)> {
    let user = Command::new("id").arg("-u").output().unwrap();
    if String::from_utf8(user.stdout).unwrap().trim() != "0" {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let mut fields =
            users.lines().map(|line| line.split(':')).find(|fields| fields.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let user = ids("postgres").or_else(|| ids("nobody"));
    assert!(user.is_some(), "there is no user postgres, and none nobody");
    user
}

/// A command that runs as that user.
pub fn as_other_user(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group);
    }
    command
}

/// A directory that belongs to that user.
pub fn directory() -> PathBuf {
    let directory = tempfile::Builder::new().prefix("placet-pg-").tempdir_in("/tmp").unwrap().keep();
    if let Some((user, group)) = other_user() {
        chown(&directory, Some(user), Some(group)).unwrap();
    }
    directory
}

/// Makes the files of a server in `data`; whoever may reach its socket is the user `placet`.
pub fn initialise(binaries: &Path, directory: &Path) {
    let made = as_other_user(&binaries.join("initdb"), directory)
        .args(["--username=placet", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--pgdata=data"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

impl Postgres {
    fn start(binaries: &Path) -> Self {
        let directory = directory();
        initialise(binaries, &directory);
        let keeper = as_other_user(Path::new("/bin/sh"), &directory)
            .args(["-c", KEEPER, "keeper"])
            .args([binaries, &directory])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A signal to the tests, such as Ctrl-C, does not reach it: it ends by itself when they do.
            .process_group(0)
            .spawn()
            .unwrap();
        Postgres { directory, _keeper: keeper }
    }

    /// The address of one of its databases.
    pub fn address(&self, database: &str) -> String {
        address(&self.directory, database)
    }

    /// The address of a database of its own.
    pub async fn fresh(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = connect(&self.address("postgres")).await;
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        connection.close().await.unwrap();
        self.address(&name)
    }
}

/// The address of a database of the server whose socket is in `directory`.
pub fn address(directory: &Path, database: &str) -> String {
    format!("postgres:///{database}?host={}&user=placet", directory.display())
}

/// A connection to a server that may still be starting.
pub async fn connect(address: &str) -> PgConnection {
    let mut last = None;
    for _ in 0..6000 {
        match PgConnection::connect(address).await {
            Ok(connection) => return connection,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("PostgreSQL does not answer at {address}: {last:?}");
}
