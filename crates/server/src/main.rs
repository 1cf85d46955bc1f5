//! The program `placet`; see [`placet_server::cli`].

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    placet_server::cli::run()
}
