//! What a Kinora plugin author needs: the [`documents`], a trait for each common shape of plugin, macros that export
//! an implementation as a component, and a [`replay`] harness that drives an adapter against recorded exchanges in a
//! plain unit test. Strategies find in [`prompt`] and [`answer`] what all of them write and read alike. The host itself
//! uses the documents alone.
//!
//! | role | implement | export |
//! |---|---|---|
//! | provider that answers at once | [`Immediate`] | [`export_immediate!`] |
//! | provider with one exchange | [`Exchange`] | [`export_exchange!`] |
//! | provider that submits, polls and fetches | [`LongRunning`] | [`export_long_running!`] |
//! | provider with a machine of its own | [`Adapter`] | [`export_adapter!`] |
//! | strategy | [`Strategy`] | [`export_strategy!`] |
//! | validator | [`Validator`] | [`export_validator!`] |
//! | renderer | [`Renderer`] | [`export_renderer!`] |

pub mod documents;

#[cfg(feature = "guest")]
pub mod answer;
#[cfg(feature = "guest")]
#[doc(hidden)]
pub mod bindings;
#[cfg(feature = "guest")]
mod export;
#[cfg(feature = "guest")]
mod failure;
#[cfg(feature = "guest")]
pub mod prompt;
#[cfg(feature = "guest")]
pub mod provider;
#[cfg(feature = "guest")]
pub mod replay;
#[cfg(feature = "guest")]
mod roles;

#[cfg(feature = "guest")]
#[doc(hidden)]
pub use export::{__read, __write};
#[cfg(feature = "guest")]
pub use failure::Failure;
#[cfg(feature = "guest")]
pub use provider::{Adapter, Exchange, Immediate, LongRunning, Operation, ProviderError, Request};
#[cfg(feature = "guest")]
pub use roles::{Renderer, Strategy, Validator};
