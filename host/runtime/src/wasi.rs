//! What of WASI a component gets. A `wasip2` component imports WASI whether it uses it or not, so cli (without
//! environment and arguments, its output going to the plugin's log), io, clocks and random are linked for real; every
//! other `wasi:*` import becomes a trap. Files and sockets do not exist here.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, IoError};
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

/// Makes every function of the named interfaces a trap. `define_unknown_imports_as_traps` of wasmtime would not do: it
/// takes an interface of another patch version for unknown.
pub(crate) fn add_traps(
    linker: &mut Linker<CallData>,
    component: &Component,
    interfaces: &[String],
) -> wasmtime::Result<()> {
    let engine = component.engine().clone();
    let ty = component.component_type();
    for (name, import) in ty.imports(&engine) {
        if !interfaces.iter().any(|interface| interface == name) {
            continue;
        }
        let ComponentItem::ComponentInstance(instance) = import.ty else {
            wasmtime::bail!("{name} is imported as something else than an interface");
        };
        let mut stub = linker.instance(name)?;
        for (item, export) in instance.exports(&engine) {
            match export.ty {
                ComponentItem::ComponentFunc(_) => {
                    let what = format!("it called {name}#{item}, which no plugin gets");
                    stub.func_new(item, move |_, _, _, _| wasmtime::bail!("{what}"))?;
                }
                ComponentItem::Resource(_) => stub_resource(&mut stub, item)?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// Resources of `wasi:io` that an interface merely re-exports must be the real ones; its own can be anything, since
/// none is ever made.
fn stub_resource(stub: &mut LinkerInstance<'_, CallData>, name: &str) -> wasmtime::Result<()> {
    let ty = match name {
        "input-stream" => ResourceType::host::<DynInputStream>(),
        "output-stream" => ResourceType::host::<DynOutputStream>(),
        "pollable" => ResourceType::host::<DynPollable>(),
        "error" | "io-error" => ResourceType::host::<IoError>(),
        _ => ResourceType::host::<()>(),
    };
    stub.resource(name, ty, |_, _| Ok(()))
}
