//! `cargo xtask`: everything that is done to this repository by hand, in one place.
//!
//! A newcomer needs `cargo xtask demo` and `cargo xtask test`. Both do all their own
//! set-up: what is missing is installed, or the command that installs it is named.
//!
//! **Invariant:** nothing here is part of what ships. The server never calls xtask, and
//! the widget is the same whether it was built by `demo`, `build` or `test`.

mod bench;
mod bindgen;
mod build;
mod cargo;
mod cli;
mod cli_reference;
mod demo;
mod files;
mod fuzz;
mod generate;
mod long;
mod minify;
mod run;
mod size;
mod size_table;
mod test;
mod tools;
mod trunk;
mod vendor_reference;
mod widget;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match bindgen::called_as_wasm_bindgen() {
        Some(arguments) => bindgen::act_as_wasm_bindgen(arguments),
        None => cli::run(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
