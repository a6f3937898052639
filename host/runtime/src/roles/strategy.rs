//! Strategies: the question for a model, and the reading of its answer.

#[allow(missing_docs)]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/strategy/0.1.0",
        world: "strategy",
        imports: { default: trappable },
        exports: { default: async },
    });
}

pub(crate) use bindings::StrategyPre;
use bindings::kinora::strategy::types::Failure;
use kinora_domain::documents::{Role, StrategyRequest, TextOperation};
use serde_json::Value;
use wasmtime::component::{HasSelf, Linker};

use super::{Main, impl_log, write};
use crate::call::CallData;
use crate::error::PluginError;
use crate::plugin::{Declined, Plugin};

impl_log!(bindings::kinora::strategy::log);

impl bindings::kinora::strategy::types::Host for CallData {}

pub(crate) fn link(mut linker: Linker<CallData>) -> wasmtime::Result<Linker<CallData>> {
    bindings::Strategy::add_to_linker::<_, HasSelf<_>>(&mut linker, |data| data)?;
    Ok(linker)
}

impl From<Failure> for Declined {
    fn from(failure: Failure) -> Self {
        Declined { kind: failure.kind, message: failure.message }
    }
}

impl Plugin {
    /// The text operation that a strategy composes for a request.
    ///
    /// # Errors
    /// Which rule the strategy broke, or why it declined.
    pub async fn compose_prompt(
        &self,
        request: &StrategyRequest,
        settings: &Value,
    ) -> Result<TextOperation, PluginError> {
        let pre = self.strategy()?;
        let (request, settings) = (write(request), settings.to_string());
        let answer = self
            .call(async |store| {
                let instance = pre.instantiate_async(&mut *store).await?;
                let prompting = instance.kinora_strategy_prompting();
                prompting.call_compose(store, &request, &settings).await
            })
            .await?
            .map_err(|failure| self.declined(failure.into()))?;
        self.read("text operation", &answer)
    }

    /// The document that a strategy reads out of a model's answer.
    ///
    /// # Errors
    /// As [`Plugin::compose_prompt`]; an answer that cannot be read is declined as `malformed-output`.
    pub async fn interpret(
        &self,
        request: &StrategyRequest,
        text: &str,
        settings: &Value,
    ) -> Result<Value, PluginError> {
        let pre = self.strategy()?;
        let (request, settings) = (write(request), settings.to_string());
        let answer = self
            .call(async |store| {
                let instance = pre.instantiate_async(&mut *store).await?;
                let prompting = instance.kinora_strategy_prompting();
                prompting.call_interpret(store, &request, text, &settings).await
            })
            .await?
            .map_err(|failure| self.declined(failure.into()))?;
        self.read("document", &answer)
    }

    fn strategy(&self) -> Result<&StrategyPre<CallData>, PluginError> {
        match &self.main {
            Main::Strategy(pre) => Ok(pre),
            _ => Err(self.wrong_role(Role::Strategy)),
        }
    }
}
