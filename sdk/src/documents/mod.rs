//! The JSON documents that travel between the host and the components.
//!
//! WIT types the protocol alone; everything that will grow is one of these. Reading ignores fields it does not know,
//! so that a newer side may say more; writing leaves out what is not set. Each type's doc comment is the
//! description in its published JSON Schema (`sdk/schemas/`, feature `schema`).

mod composition;
mod drawing;
mod edit_plan;
mod manifest;
mod music_video;
mod operation;
mod outcome;
mod scenario;
mod story;
mod strategy;
mod verdict;

pub use composition::*;
pub use drawing::*;
pub use edit_plan::*;
pub use manifest::*;
pub use music_video::*;
pub use operation::*;
pub use outcome::*;
pub use scenario::*;
pub use story::*;
pub use strategy::*;
pub use verdict::*;
