//! The program `placet`; see [`placet_server::cli`].

fn main() -> std::process::ExitCode {
    placet_server::cli::run()
}
