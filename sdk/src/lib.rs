//! What a Kinora plugin author needs: the [`documents`], a trait for each common shape of plugin, macros that export
//! an implementation as a component, and a [`replay`] harness that drives an adapter against recorded exchanges in a
//! plain unit test. The host itself uses the documents alone.

pub mod documents;
