//! What of WASI a component gets. A `wasip2` component imports WASI whether it uses it or not, so cli (without
//! environment and arguments, its output going to the plugin's log), io, clocks and random are linked for real; every
//! other `wasi:*` import becomes a trap. Files and sockets do not exist here.

use wasmtime::component::Linker;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::random::WasiRandom;

use crate::call::CallData;

/// The interfaces that [`add_to_linker`] links.
const LINKED: [&str; 19] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/wall-clock",
    "wasi:clocks/monotonic-clock",
    "wasi:random/random",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:cli/exit",
    "wasi:cli/environment",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:cli/types",
];

/// Whether an import such as `wasi:io/poll@0.2.6` is linked for real.
pub(crate) fn is_linked(import: &str) -> bool {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    version.starts_with("0.2.") && LINKED.contains(&name)
}

/// Links what components get.
pub(crate) fn add_to_linker(linker: &mut Linker<CallData>) -> wasmtime::Result<()> {
    let l = linker;
    // The proxy set is io, the two clocks, random and the standard streams.
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(l)?;
    random::insecure::add_to_linker::<CallData, WasiRandom>(l, random_ctx)?;
    random::insecure_seed::add_to_linker::<CallData, WasiRandom>(l, random_ctx)?;
    cli::exit::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    cli::environment::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    cli::terminal_input::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    cli::terminal_output::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    cli::terminal_stdin::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    cli::terminal_stdout::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    cli::terminal_stderr::add_to_linker::<CallData, WasiCli>(l, CallData::cli)?;
    Ok(())
}

fn random_ctx(data: &mut CallData) -> &mut wasmtime_wasi::random::WasiRandomCtx {
    data.ctx().ctx.random()
}
