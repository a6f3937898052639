//! Validators: a verdict on a document.

#[allow(missing_docs)]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/validator/0.1.0",
        world: "validator",
        imports: { default: trappable },
        exports: { default: async },
    });
}

pub(crate) use bindings::ValidatorPre;
use bindings::kinora::validator::types::Failure;
use kinora_domain::documents::{Role, Verdict};
use serde_json::Value;
use wasmtime::component::{HasSelf, Linker};

use super::{Main, impl_log};
use crate::call::CallData;
use crate::error::PluginError;
use crate::plugin::{Declined, Plugin};

impl_log!(bindings::kinora::validator::log);

impl bindings::kinora::validator::types::Host for CallData {}

pub(crate) fn link(mut linker: Linker<CallData>) -> wasmtime::Result<Linker<CallData>> {
    bindings::Validator::add_to_linker::<_, HasSelf<_>>(&mut linker, |data| data)?;
    Ok(linker)
}

impl From<Failure> for Declined {
    fn from(failure: Failure) -> Self {
        Declined { kind: failure.kind, message: failure.message }
    }
}

impl Plugin {
    /// A validator's verdict on a document that answers the request `context`.
    ///
    /// # Errors
    /// Which rule the validator broke, or why it declined. A wrong document is a verdict, not an error.
    pub async fn validate(&self, document: &Value, context: &Value, settings: &Value) -> Result<Verdict, PluginError> {
        let pre = self.validator()?;
        let [document, context, settings] = [document, context, settings].map(Value::to_string);
        let answer = self
            .call(async |store| {
                let instance = pre.instantiate_async(&mut *store).await?;
                let judging = instance.kinora_validator_judging();
                judging.call_validate(store, &document, &context, &settings).await
            })
            .await?
            .map_err(|failure| self.declined(failure.into()))?;
        self.read("verdict", &answer)
    }

    fn validator(&self) -> Result<&ValidatorPre<CallData>, PluginError> {
        match &self.main {
            Main::Validator(pre) => Ok(pre),
            _ => Err(self.wrong_role(Role::Validator)),
        }
    }
}
