//! One module per role: its bindings, its imports, its typed calls. The functions here are what the rest of the host
//! calls; the documents are read and written here and nowhere else.

pub mod provider;
pub(crate) mod renderer;
pub(crate) mod strategy;
pub(crate) mod validator;

use kinora_domain::documents::Role;
use wasmtime::component::{Component, Linker};

use crate::call::CallData;
use crate::error::PluginError;
use crate::plugin::Plugin;
use crate::wasi;

/// A component with its imports resolved, ready to be instantiated.
pub(crate) enum Main {
    Provider(provider::ProviderPre<CallData>),
    Strategy(strategy::StrategyPre<CallData>),
    Validator(validator::ValidatorPre<CallData>),
    Renderer(renderer::RendererPre<CallData>),
}

/// Resolves a component's imports; the WASI interfaces in `trapped` become traps.
pub(crate) fn prepare(
    linker: &Linker<CallData>,
    component: &Component,
    role: Role,
    trapped: &[String],
) -> wasmtime::Result<Main> {
    let pre = if trapped.is_empty() {
        linker.instantiate_pre(component)?
    } else {
        let mut linker = linker.clone();
        wasi::add_traps(&mut linker, component, trapped)?;
        linker.instantiate_pre(component)?
    };
    Ok(match role {
        Role::Provider => Main::Provider(provider::ProviderPre::new(pre)?),
        Role::Strategy => Main::Strategy(strategy::StrategyPre::new(pre)?),
        Role::Validator => Main::Validator(validator::ValidatorPre::new(pre)?),
        Role::Renderer => Main::Renderer(renderer::RendererPre::new(pre)?),
    })
}

impl Plugin {
    /// The component's own manifest, as text.
    pub(crate) async fn ask_manifest(&self) -> Result<String, PluginError> {
        self.call(async |store| match &self.main {
            Main::Provider(pre) => {
                let instance = pre.instantiate_async(&mut *store).await?;
                instance.kinora_provider_adapter().call_manifest(store).await
            }
            Main::Strategy(pre) => {
                let instance = pre.instantiate_async(&mut *store).await?;
                instance.kinora_strategy_prompting().call_manifest(store).await
            }
            Main::Validator(pre) => {
                let instance = pre.instantiate_async(&mut *store).await?;
                instance.kinora_validator_judging().call_manifest(store).await
            }
            Main::Renderer(pre) => {
                let instance = pre.instantiate_async(&mut *store).await?;
                instance.kinora_renderer_drawing().call_manifest(store).await
            }
        })
        .await
    }
}

/// Writes a document of ours for a component.
pub(crate) fn write<T: serde::Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("the SDK's documents can always be written as JSON")
}

/// The log of a role's contract, handed to the one log of a call.
macro_rules! impl_log {
    ($($path:ident)::+) => {
        impl $($path)::+::Host for $crate::call::CallData {
            fn write(
                &mut self,
                level: $($path)::+::Level,
                message: String,
            ) -> wasmtime::Result<()> {
                use $crate::call::LogLevel;
                use $($path)::+::Level;
                let level = match level {
                    Level::Debug => LogLevel::Debug,
                    Level::Info => LogLevel::Info,
                    Level::Warn => LogLevel::Warn,
                    Level::Error => LogLevel::Error,
                };
                self.log(level, &message)
            }
        }
    };
}
pub(crate) use impl_log;
