//! The engine that all components share: one configuration, one ticker, one linker per role, one compile cache.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;

use kinora_domain::documents::Role;
use tokio::sync::Semaphore;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, EngineWeak, PoolingAllocationConfig};

use crate::cache::Cache;
use crate::call::CallData;
use crate::component::{self, Digest};
use crate::error::{PluginError, Rule};
use crate::limits::{Limits, TICK};
use crate::plugin::{Origin, Plugin};
use crate::roles;
use crate::wasi;

/// Bytes of a linear memory and of a table that stay mapped between two calls.
const KEPT_MEMORY: usize = 2 << 20;
const KEPT_TABLE: usize = 64 << 10;

/// How a runtime is set up.
#[derive(Clone, Debug, Default)]
pub struct RuntimeOptions {
    /// What one call may use.
    pub limits: Limits,
    /// Where compiled code is kept; absent: nowhere.
    pub cache: Option<PathBuf>,
}

/// The engine that all components share.
pub struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) limits: Arc<Limits>,
    /// Guests only compute, so more of them than cores at once would gain nothing.
    pub(crate) cores: Arc<Semaphore>,
    pub(crate) width: usize,
    linkers: Linkers,
    cache: Option<Cache>,
    alive: Arc<AtomicBool>,
}

struct Linkers {
    provider: Linker<CallData>,
    strategy: Linker<CallData>,
    validator: Linker<CallData>,
    renderer: Linker<CallData>,
}

impl Runtime {
    /// Sets the engine up and starts its ticker.
    ///
    /// # Errors
    /// Where the machine cannot run WebAssembly natively. A cache folder that cannot be used is a warning.
    pub fn new(options: RuntimeOptions) -> Result<Arc<Self>, PluginError> {
        let host = |error: wasmtime::Error| PluginError::new("runtime", Rule::Host, format!("{error:#}"));
        let mut config = Config::new();
        config.epoch_interruption(true);
        config.max_wasm_stack(512 << 10);
        // Guests are stripped and their stacks are nobody's business but their author's.
        config.wasm_backtrace_max_frames(None);
        let width = thread::available_parallelism().map_or(1, usize::from);
        config.allocation_strategy(pool(&options.limits, width));
        let engine = Engine::new(&config).map_err(host)?;
        let linkers = Linkers::new(&engine).map_err(host)?;
        let cache = options.cache.and_then(|folder| {
            Cache::open(folder.clone(), &engine)
                .inspect_err(|error| {
                    tracing::warn!(folder = %folder.display(), %error, "compiled code is not kept; every start compiles again");
                })
                .ok()
        });
        let alive = Arc::new(AtomicBool::new(true));
        start_ticker(engine.weak(), Arc::downgrade(&alive));
        Ok(Arc::new(Runtime {
            engine,
            limits: Arc::new(options.limits),
            cores: Arc::new(Semaphore::new(width)),
            width,
            linkers,
            cache,
            alive,
        }))
    }

    /// Compiles a component (or takes it from the cache), checks it against its role's world and reads its manifest.
    ///
    /// # Errors
    /// Which rule it breaks. Nothing of a refused component stays.
    pub async fn load(self: &Arc<Self>, bytes: Vec<u8>, origin: Origin) -> Result<Plugin, PluginError> {
        let name = origin.to_string();
        self.check_size(&name, bytes.len() as u64)?;
        component::check_preamble(&bytes).map_err(|detail| PluginError::new(&name, Rule::NotAComponent, detail))?;
        let digest = Digest::of(&bytes);
        let runtime = self.clone();
        let component = tokio::task::spawn_blocking(move || runtime.compile(&bytes, &digest))
            .await
            .map_err(|_| PluginError::new(&name, Rule::Host, "the compiler did not come to an end"))?
            .map_err(|detail| PluginError::new(&name, Rule::NotAComponent, detail))?;
        let role =
            component::role(&self.engine, &component).map_err(|detail| PluginError::new(&name, Rule::World, detail))?;
        let trapped = component::check_imports(&self.engine, &component, role)
            .map_err(|(rule, detail)| PluginError::new(&name, rule, detail))?;
        let main = roles::prepare(self.linker(role), &component, role, &trapped).map_err(|error| {
            PluginError::new(&name, Rule::World, format!("it does not fit the world of a {role}: {error:#}"))
        })?;
        Plugin::introduce(self.clone(), main, role, digest, origin, trapped).await
    }

    /// Loads a component from a file.
    ///
    /// # Errors
    /// As [`Runtime::load`], and where the file cannot be read.
    pub async fn load_file(self: &Arc<Self>, path: &Path) -> Result<Plugin, PluginError> {
        let bytes = self.read_file(path).await?;
        self.load(bytes, Origin::File(path.to_owned())).await
    }

    /// Reads the file of a component, unless it is larger than one may be.
    ///
    /// # Errors
    /// Where it is too large or cannot be read.
    pub async fn read_file(&self, path: &Path) -> Result<Vec<u8>, PluginError> {
        let name = Origin::File(path.to_owned()).to_string();
        let unreadable = |error: std::io::Error| {
            PluginError::new(&name, Rule::NotAComponent, format!("the file cannot be read: {error}"))
        };
        // The size is looked at before the bytes are.
        let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        self.check_size(&name, size)?;
        tokio::fs::read(path).await.map_err(unreadable)
    }

    fn check_size(&self, name: &str, size: u64) -> Result<(), PluginError> {
        let limit = self.limits.component;
        if size <= limit as u64 {
            return Ok(());
        }
        Err(PluginError::new(name, Rule::ComponentSize, format!("it has {size} bytes; a component may have {limit}")))
    }

    fn compile(&self, bytes: &[u8], digest: &Digest) -> Result<Component, String> {
        if let Some(cache) = &self.cache
            && let Some(component) = cache.load(&self.engine, digest)
        {
            return Ok(component);
        }
        let component =
            Component::new(&self.engine, bytes).map_err(|error| format!("it cannot be compiled: {error:#}"))?;
        if let Some(cache) = &self.cache {
            cache.store(digest, &component);
        }
        Ok(component)
    }

    fn linker(&self, role: Role) -> &Linker<CallData> {
        match role {
            Role::Provider => &self.linkers.provider,
            Role::Strategy => &self.linkers.strategy,
            Role::Validator => &self.linkers.validator,
            Role::Renderer => &self.linkers.renderer,
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.alive.store(false, Ordering::Relaxed);
    }
}

impl Linkers {
    fn new(engine: &Engine) -> wasmtime::Result<Self> {
        let mut base = Linker::new(engine);
        wasi::add_to_linker(&mut base)?;
        Ok(Linkers {
            provider: roles::provider::link(base.clone())?,
            strategy: roles::strategy::link(base.clone())?,
            validator: roles::validator::link(base.clone())?,
            renderer: roles::renderer::link(base)?,
        })
    }
}

/// Room for as many calls as may compute at once, reused from call to call: what a call touched first is wiped by hand
/// and stays mapped, so that the next one faults in no pages.
fn pool(limits: &Limits, width: usize) -> PoolingAllocationConfig {
    let per_call = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let all_calls = |count: usize| u32::try_from(count.saturating_mul(width)).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(all_calls(1))
        .total_stacks(all_calls(1))
        .total_core_instances(all_calls(limits.instances))
        .max_core_instances_per_component(per_call(limits.instances))
        .total_tables(all_calls(limits.instances))
        .max_tables_per_component(per_call(limits.instances))
        .table_elements(limits.table_elements)
        .total_memories(all_calls(limits.memories))
        .max_memories_per_component(per_call(limits.memories))
        .max_memories_per_module(per_call(limits.memories))
        .max_memory_size(limits.memory)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(KEPT_TABLE)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Raises the epoch every tick, from a thread of its own, so that it goes on when every core is busy. Ends with the
/// runtime.
fn start_ticker(engine: EngineWeak, alive: Weak<AtomicBool>) {
    let tick = move || {
        while alive.upgrade().is_some_and(|alive| alive.load(Ordering::Relaxed)) {
            thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => break,
            }
        }
    };
    thread::Builder::new()
        .name("epoch-ticker".into())
        .spawn(tick)
        .expect("a process that cannot start one thread cannot serve at all");
}
