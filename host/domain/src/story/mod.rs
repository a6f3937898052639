//! The rules of stories that are made in two steps, metadata first and segments a set at a time: which segments a set
//! has, how many tokens a request may take, what metadata a client posts, what of a model's answer can be mended
//! without asking again, and how files are called. A set (of a movie) and a batch (of anything else) are the same
//! thing.

mod batch;
mod files;
mod metadata;
mod repair;
mod tokens;

pub use batch::{MAX_SEGMENTS, MAX_SET, SetError, Sets, halves, usual_set};
pub use files::{DEFAULT_FOLDER, FolderError, folder, metadata_file, set_file, stem};
pub use metadata::{END_OF_SET, Malformed, Planned, generation_info, read_metadata, read_roster, unwrap_metadata};
pub use repair::{Repaired, repair_metadata, repair_segments};
pub use tokens::{FREE_TOKENS, MAX_TOKENS, ModelLimits, tokens_for_metadata, tokens_for_set};
