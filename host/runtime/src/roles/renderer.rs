//! Renderers: a composition for a drawing.

#[allow(missing_docs)]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/renderer/0.1.0",
        world: "renderer",
        imports: { default: trappable },
        exports: { default: async },
    });
}

pub(crate) use bindings::RendererPre;
use bindings::kinora::renderer::types::Failure;
use kinora_domain::documents::{Composition, Drawing, Role};
use serde_json::Value;
use wasmtime::component::{HasSelf, Linker};

use super::{Main, impl_log, write};
use crate::call::CallData;
use crate::error::PluginError;
use crate::plugin::{Declined, Plugin};

impl_log!(bindings::kinora::renderer::log);

impl bindings::kinora::renderer::types::Host for CallData {}

pub(crate) fn link(mut linker: Linker<CallData>) -> wasmtime::Result<Linker<CallData>> {
    bindings::Renderer::add_to_linker::<_, HasSelf<_>>(&mut linker, |data| data)?;
    Ok(linker)
}

impl From<Failure> for Declined {
    fn from(failure: Failure) -> Self {
        Declined { kind: failure.kind, message: failure.message }
    }
}

impl Plugin {
    /// The composition that a renderer makes of a drawing.
    ///
    /// # Errors
    /// Which rule the renderer broke, or why it declined.
    pub async fn compose_drawing(&self, drawing: &Drawing, settings: &Value) -> Result<Composition, PluginError> {
        let pre = self.renderer()?;
        let (drawing, settings) = (write(drawing), settings.to_string());
        let answer = self
            .call(async |store| {
                let instance = pre.instantiate_async(&mut *store).await?;
                let renderer = instance.kinora_renderer_drawing();
                renderer.call_compose(store, &drawing, &settings).await
            })
            .await?
            .map_err(|failure| self.declined(failure.into()))?;
        self.read("composition", &answer)
    }

    fn renderer(&self) -> Result<&RendererPre<CallData>, PluginError> {
        match &self.main {
            Main::Renderer(pre) => Ok(pre),
            _ => Err(self.wrong_role(Role::Renderer)),
        }
    }
}
