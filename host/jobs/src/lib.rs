//! The job engine: it claims jobs and operations, runs them, and survives whatever ends a process in between.
//!
//! A [`Workflow`] is run in segments. What a segment did (steps, operations, events) is written in one transaction when
//! it yields; a workflow that is entered again finds what its steps gave and does none of them twice. An operation in
//! flight is a row; a [`Driver`] takes it from one wait to the next. Each host renews one lease for all it holds, and
//! what a dead host held is taken up by another, or by the same one after its restart. What this crate must not know:
//! plugins, HTTP, what a workflow does.

mod driver;
mod engine;
mod failure;
mod hub;
mod operations;
mod persist;
mod run;
mod workflow;

pub use driver::{Begun, Driven, Driver, HeldOperation};
pub use engine::{Engine, EngineOptions};
pub use failure::{Failure, OperationError, Stop};
pub use hub::Changes;
pub use run::{Ended, Level, OperationRequest, Run};
pub use workflow::Workflow;
