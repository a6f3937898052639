//! The macros that make a component out of a trait's implementation. On other targets than wasm they expand to
//! nothing, so that the same crate runs its tests natively.

/// Reads a JSON argument of an export.
#[doc(hidden)]
pub fn __read<T: serde::de::DeserializeOwned>(what: &str, json: &str) -> Result<T, crate::Failure> {
    serde_json::from_str(json)
        .map_err(|error| crate::Failure::invalid_input(format!("the {what} cannot be read: {error}")))
}

/// Writes a JSON answer of an export.
#[doc(hidden)]
pub fn __write<T: serde::Serialize>(document: &T) -> String {
    crate::provider::write(document)
}

/// Exports an [`Adapter`](crate::Adapter) as a provider component.
#[macro_export]
macro_rules! export_adapter {
    ($adapter:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::provider::exports::kinora::provider::adapter::Guest;
            use $crate::bindings::provider::kinora::provider::types;
            use $crate::provider::{Adapter, Event, Operation, Step};

            struct Component;

            impl Guest for Component {
                fn manifest() -> String {
                    $crate::__write(&<$adapter as Adapter>::manifest())
                }
                fn start(operation: types::Operation, settings: String) -> Step {
                    let read =
                        Operation::read(operation.id, &operation.kind, &operation.document).and_then(|operation| {
                            let settings = $crate::__read("settings", &settings)
                                .map_err(|failure| $crate::ProviderError::invalid_request(failure.message))?;
                            Ok((operation, settings))
                        });
                    match read {
                        Ok((operation, settings)) => <$adapter as Adapter>::start(operation, settings),
                        Err(error) => Step::fail(error),
                    }
                }
                fn resume(state: Vec<u8>, event: Event) -> Step {
                    <$adapter as Adapter>::resume(state, event)
                }
                fn cancel(state: Vec<u8>) -> Step {
                    <$adapter as Adapter>::cancel(state)
                }
            }

    $crate::bindings::provider::export!(Component with_types_in $crate::bindings::provider);
        };
    };
}

/// Exports an [`Immediate`](crate::Immediate) as a provider component.
#[macro_export]
macro_rules! export_immediate {
    ($provider:ty) => {
        $crate::export_adapter!($crate::provider::Answering<$provider>);
    };
}

/// Exports an [`Exchange`](crate::Exchange) as a provider component.
#[macro_export]
macro_rules! export_exchange {
    ($provider:ty) => {
        $crate::export_adapter!($crate::provider::Exchanging<$provider>);
    };
}

/// Exports a [`LongRunning`](crate::LongRunning) as a provider component.
#[macro_export]
macro_rules! export_long_running {
    ($provider:ty) => {
        $crate::export_adapter!($crate::provider::Polling<$provider>);
    };
}

/// Exports a [`Strategy`](crate::Strategy) as a component.
#[macro_export]
macro_rules! export_strategy {
    ($strategy:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::strategy::exports::kinora::strategy::prompting::Guest;
            use $crate::bindings::strategy::kinora::strategy::types::Failure;

            struct Component;

            fn fail(failure: $crate::Failure) -> Failure {
                Failure { kind: failure.kind, message: failure.message }
            }

            impl Guest for Component {
                fn manifest() -> String {
                    $crate::__write(&<$strategy as $crate::Strategy>::manifest())
                }
                fn compose(request: String, settings: String) -> Result<String, Failure> {
                    let request = $crate::__read("request", &request).map_err(fail)?;
                    let settings = $crate::__read("settings", &settings).map_err(fail)?;
                    <$strategy as $crate::Strategy>::compose(request, settings)
                        .map(|operation| $crate::__write(&operation))
                        .map_err(fail)
                }
                fn interpret(request: String, text: String, settings: String) -> Result<String, Failure> {
                    let request = $crate::__read("request", &request).map_err(fail)?;
                    let settings = $crate::__read("settings", &settings).map_err(fail)?;
                    <$strategy as $crate::Strategy>::interpret(request, &text, settings)
                        .map(|document| $crate::__write(&document))
                        .map_err(fail)
                }
            }

    $crate::bindings::strategy::export!(Component with_types_in $crate::bindings::strategy);
        };
    };
}

/// Exports a [`Validator`](crate::Validator) as a component.
#[macro_export]
macro_rules! export_validator {
    ($validator:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::validator::exports::kinora::validator::judging::Guest;
            use $crate::bindings::validator::kinora::validator::types::Failure;

            struct Component;

            fn fail(failure: $crate::Failure) -> Failure {
                Failure { kind: failure.kind, message: failure.message }
            }

            impl Guest for Component {
                fn manifest() -> String {
                    $crate::__write(&<$validator as $crate::Validator>::manifest())
                }
                fn validate(document: String, context: String, settings: String) -> Result<String, Failure> {
                    let document = $crate::__read("document", &document).map_err(fail)?;
                    let context = $crate::__read("context", &context).map_err(fail)?;
                    let settings = $crate::__read("settings", &settings).map_err(fail)?;
                    <$validator as $crate::Validator>::validate(document, context, settings)
                        .map(|verdict| $crate::__write(&verdict))
                        .map_err(fail)
                }
            }

            $crate::bindings::validator::export!(
                Component with_types_in $crate::bindings::validator
            );
        };
    };
}

/// Exports a [`Renderer`](crate::Renderer) as a component.
#[macro_export]
macro_rules! export_renderer {
    ($renderer:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::renderer::exports::kinora::renderer::drawing::Guest;
            use $crate::bindings::renderer::kinora::renderer::types::Failure;

            struct Component;

            fn fail(failure: $crate::Failure) -> Failure {
                Failure { kind: failure.kind, message: failure.message }
            }

            impl Guest for Component {
                fn manifest() -> String {
                    $crate::__write(&<$renderer as $crate::Renderer>::manifest())
                }
                fn compose(drawing: String, settings: String) -> Result<String, Failure> {
                    let drawing = $crate::__read("drawing", &drawing).map_err(fail)?;
                    let settings = $crate::__read("settings", &settings).map_err(fail)?;
                    <$renderer as $crate::Renderer>::compose(drawing, settings)
                        .map(|composition| $crate::__write(&composition))
                        .map_err(fail)
                }
            }

    $crate::bindings::renderer::export!(Component with_types_in $crate::bindings::renderer);
        };
    };
}
