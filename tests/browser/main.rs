//! Placet as a visitor meets it: real browsers, the real `placet serve --demo`, nothing replaced.
//!
//! Every test runs in each engine that it names, against a server of its own: fresh database,
//! fresh ports, hence a fresh origin. `Shop` is the only thing that knows the pages; the cases
//! under `cases/` read like what a person does. `README.md` beside this file names the variables.
//!
//! **Invariant:** nothing is skipped in silence. An engine that does not start fails its tests
//! and says how to install it.
//!
//! **Invariant:** no test sleeps for a fixed time; it waits for what it needs, up to a deadline.

mod axe;
mod cases;
mod config;
mod engine;
mod places;
mod process;
mod runner;
mod server;
mod shop;
mod stand;
mod wait;

fn main() -> std::process::ExitCode {
    runner::main(cases::TESTS)
}
