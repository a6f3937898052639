//! What a provider tells the people who run it.

pub use crate::bindings::provider::kinora::provider::log::Level;

/// Writes one line to the plugin's log; in a native test, to standard error.
pub fn log(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::provider::kinora::provider::log::write(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}
