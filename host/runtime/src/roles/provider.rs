//! Providers: one step of a state machine per call.

#[allow(missing_docs)]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/provider/0.1.0",
        world: "provider",
        imports: { default: trappable },
        exports: { default: async },
        // A request that costs nothing is stored before it is sent, so that a crash loses no paid answer.
        additional_derives: [Clone, PartialEq, serde::Serialize, serde::Deserialize],
    });
}

pub(crate) use bindings::ProviderPre;
pub use bindings::kinora::provider::types::{
    Action, Attachment, Blob, Body, BodyPart, EndpointPath, Event, FormField, HttpRequest, HttpResponse, Operation,
    Outcome, ProviderError, ResponseBody, Sink, Step, Target, TransportFailure,
};
use kinora_domain::documents::Role;
use serde_json::Value;
use wasmtime::component::{HasSelf, Linker};

use super::{Main, impl_log};
use crate::call::CallData;
use crate::error::{PluginError, Rule};
use crate::plugin::Plugin;

impl_log!(bindings::kinora::provider::log);

impl bindings::kinora::provider::types::Host for CallData {}

pub(crate) fn link(mut linker: Linker<CallData>) -> wasmtime::Result<Linker<CallData>> {
    bindings::Provider::add_to_linker::<_, HasSelf<_>>(&mut linker, |data| data)?;
    Ok(linker)
}

impl Plugin {
    /// Begins an operation of a provider.
    ///
    /// # Errors
    /// Which rule the provider broke. An operation that failed is a step, not an error.
    pub async fn start(&self, operation: &Operation, settings: &Value) -> Result<Step, PluginError> {
        let pre = self.provider()?;
        let settings = settings.to_string();
        self.call(async |store| {
            let instance = pre.instantiate_async(&mut *store).await?;
            let adapter = instance.kinora_provider_adapter();
            adapter.call_start(store, operation, &settings).await
        })
        .await
        .and_then(|step| self.check_step(step))
    }

    /// Goes on with an operation of a provider after an event.
    ///
    /// # Errors
    /// As [`Plugin::start`].
    pub async fn resume(&self, state: &[u8], event: &Event) -> Result<Step, PluginError> {
        let pre = self.provider()?;
        self.call(async |store| {
            let instance = pre.instantiate_async(&mut *store).await?;
            let adapter = instance.kinora_provider_adapter();
            adapter.call_resume(store, state, event).await
        })
        .await
        .and_then(|step| self.check_step(step))
    }

    /// Ends an operation of a provider that is no longer wanted.
    ///
    /// # Errors
    /// As [`Plugin::start`].
    pub async fn cancel(&self, state: &[u8]) -> Result<Step, PluginError> {
        let pre = self.provider()?;
        self.call(async |store| {
            let instance = pre.instantiate_async(&mut *store).await?;
            let adapter = instance.kinora_provider_adapter();
            adapter.call_cancel(store, state).await
        })
        .await
        .and_then(|step| self.check_step(step))
    }

    fn provider(&self) -> Result<&ProviderPre<CallData>, PluginError> {
        match &self.main {
            Main::Provider(pre) => Ok(pre),
            _ => Err(self.wrong_role(Role::Provider)),
        }
    }

    fn check_step(&self, step: Step) -> Result<Step, PluginError> {
        let limit = self.state_limit();
        if step.state.len() > limit {
            return Err(self.error(
                Rule::StateSize,
                format!("it wanted to keep {} bytes of state; an operation may keep {limit}", step.state.len()),
            ));
        }
        Ok(step)
    }
}
