//! The demo shop on this machine.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::build::{self, Profile};
use crate::widget;
use crate::workspace::Workspace;

/// What `cargo xtask demo` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The port of the shop; the pretend third parties use the next one
    #[arg(long, default_value_t = 8787, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,
}

/// Builds widget and server, then becomes the server.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    // Before the build: nobody wants to hear of a taken port minutes later.
    check_ports(arguments.port)?;
    let first = !workspace.placet().join("widget.wasm").exists();
    step(1, if first { "the widget; the first build takes minutes, later ones seconds" } else { "the widget" });
    widget::build(workspace)?;
    let first = !workspace.binary("debug").exists();
    step(2, if first { "the server; the first build takes minutes here too" } else { "the server" });
    build::server(workspace, Profile::Dev)?;
    step(3, "the shop");

    let mut server = Command::new(workspace.binary("debug"));
    server
        .current_dir(workspace.root())
        .args(["serve", "--demo", "--listen"])
        .arg(format!("127.0.0.1:{}", arguments.port))
        .arg("--database")
        .arg(database(workspace));
    println!("\n  The demo shop:  http://127.0.0.1:{}/\n  Ctrl-C ends it.\n", arguments.port);
    become_server(&mut server)
}

/// Says how far it is, between the lines of cargo.
fn step(number: u8, what: &str) {
    eprintln!("\n{number}/3  {what}");
}

/// The receipts of the demo survive from one run to the next, as a shop's would.
fn database(workspace: &Workspace) -> OsString {
    let mut url = OsString::from("sqlite:");
    url.push(workspace.placet().join("demo.db"));
    url
}

fn check_ports(port: u16) -> Result<()> {
    for port in [port, port + 1] {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
                "port {port} is taken, perhaps by another demo; end that one or choose another port: cargo xtask demo --port {}",
                port.saturating_add(13)
            ),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot listen on port {port} of this machine"));
            }
        }
    }
    Ok(())
}

/// xtask makes room for the server, so that Ctrl-C and signals reach it alone.
#[cfg(unix)]
fn become_server(server: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(server.exec()).context("cannot start the placet server")
}

#[cfg(not(unix))]
fn become_server(server: &mut Command) -> Result<ExitCode> {
    let status = server.status().context("cannot start the placet server")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
