//! One call of a component: a fresh store with its limits, and the reason where it ends badly.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, ResourceLimiter, Store, Trap, UpdateDeadline};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::error::Rule;
use crate::limits::Limits;

/// What a store carries during a call.
pub(crate) struct CallData {
    wasi: WasiCtx,
    table: ResourceTable,
    /// Standard output and standard error together.
    output: MemoryOutputPipe,
    limits: Arc<Limits>,
    /// For the log.
    plugin: Arc<str>,
    logged: usize,
    ticks_left: u64,
    memory: usize,
    table_elements: usize,
    /// The rule that was broken first, and how.
    broken: Option<(Rule, String)>,
}

impl WasiView for CallData {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// How loud a plugin's line is; the same in every role's contract.
#[derive(Clone, Copy)]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

impl CallData {
    fn new(plugin: Arc<str>, limits: Arc<Limits>) -> Self {
        let output = MemoryOutputPipe::new(limits.log);
        let wasi = WasiCtxBuilder::new().stdout(output.clone()).stderr(output.clone()).build();
        CallData {
            wasi,
            table: ResourceTable::new(),
            output,
            plugin,
            logged: 0,
            ticks_left: limits.ticks(),
            memory: 0,
            table_elements: 0,
            broken: None,
            limits,
        }
    }

    /// Writes a line of the component's into the host's log.
    pub(crate) fn log(&mut self, level: LogLevel, message: &str) -> wasmtime::Result<()> {
        self.logged = self.logged.saturating_add(message.len()).saturating_add(1);
        if self.logged > self.limits.log {
            let limit = self.limits.log;
            return Err(self.stop(Rule::Log, format!("it wrote more than {limit} bytes of log in one call")));
        }
        let plugin = &*self.plugin;
        let line = message.replace(['\n', '\r'], " ");
        match level {
            LogLevel::Debug => tracing::debug!(target: "plugin", plugin, "{line}"),
            LogLevel::Info => tracing::info!(target: "plugin", plugin, "{line}"),
            LogLevel::Warn => tracing::warn!(target: "plugin", plugin, "{line}"),
            LogLevel::Error => tracing::error!(target: "plugin", plugin, "{line}"),
        }
        Ok(())
    }

    fn stop(&mut self, rule: Rule, detail: String) -> wasmtime::Error {
        let error = wasmtime::Error::msg(detail.clone());
        self.broken.get_or_insert((rule, detail));
        error
    }
}

impl ResourceLimiter for CallData {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.limits.memory {
            let limit = self.limits.memory >> 20;
            return Err(self.stop(Rule::Memory, format!("it wanted more than {limit} MiB of memory")));
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > self.limits.table_elements {
            let limit = self.limits.table_elements;
            return Err(self.stop(Rule::Tables, format!("it wanted tables of more than {limit} elements")));
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.instances
    }

    fn memories(&self) -> usize {
        self.limits.memories
    }
}

/// A fresh store whose guest yields every tick and ends when its computing time is spent.
pub(crate) fn store(engine: &Engine, plugin: Arc<str>, limits: Arc<Limits>) -> Store<CallData> {
    let mut store = Store::new(engine, CallData::new(plugin, limits.clone()));
    store.limiter(|data| data);
    store.set_hostcall_fuel(limits.answer);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut context| {
        let data = context.data_mut();
        match data.ticks_left.checked_sub(1) {
            Some(left) => {
                data.ticks_left = left;
                Ok(UpdateDeadline::Yield(1))
            }
            None => {
                let budget = data.limits.compute.as_millis();
                Err(data.stop(Rule::ComputeTime, format!("it computed for more than {budget} ms in one call")))
            }
        }
    });
    store
}

/// Runs a call in its store, within its time on the clock, and says which rule ended it where one did.
pub(crate) async fn guard<T>(
    store: &mut Store<CallData>,
    wall: Duration,
    call: impl AsyncFnOnce(&mut Store<CallData>) -> wasmtime::Result<T>,
) -> Result<T, (Rule, String)> {
    let result = tokio::time::timeout(wall, call(store)).await;
    let data = store.data_mut();
    forward_output(data);
    match result {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(match data.broken.take() {
            Some(broken) => broken,
            None => classify(data, &error),
        }),
        Err(_) => Err((Rule::WallTime, format!("it took more than {} ms", wall.as_millis()))),
    }
}

/// What the component printed becomes log lines.
fn forward_output(data: &CallData) {
    let printed = data.output.contents();
    let plugin = &*data.plugin;
    for line in String::from_utf8_lossy(&printed).lines() {
        tracing::info!(target: "plugin", plugin, "{line}");
    }
}

fn classify(data: &CallData, error: &wasmtime::Error) -> (Rule, String) {
    // A full pipe closes, and what prints then panics: the flood is the reason, not the panic. Less than a line's
    // length may be left of it.
    let limit = data.limits.log;
    if data.output.contents().len() + 256 > limit {
        return (Rule::Log, format!("it printed more than {limit} bytes in one call"));
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return match trap {
            Trap::StackOverflow => (Rule::Stack, "its calls were nested too deeply".into()),
            other => {
                let printed = data.output.contents();
                let said = String::from_utf8_lossy(&printed);
                let said = said.lines().find(|line| !line.trim().is_empty());
                (
                    Rule::Trap,
                    match said {
                        Some(line) => format!("it trapped ({other}), saying: {line}"),
                        None => format!("it trapped ({other})"),
                    },
                )
            }
        };
    }
    let text = format!("{error:#}");
    // wasmtime has no type for this one.
    if text.contains("fuel allocated for hostcalls") {
        let limit = data.limits.answer >> 20;
        return (Rule::AnswerSize, format!("it handed more than {limit} MiB to the host in one call"));
    }
    (Rule::Trap, format!("it failed: {text}"))
}
