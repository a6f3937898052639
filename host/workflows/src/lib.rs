//! What each contract does, as steps of durable jobs over the plugins and the media workers. No HTTP, no SQL, no
//! wasmtime.
//!
//! `generate` is the one engine of every text contract (strategy → provider → strategy → validator), `ask` and
//! `picture` are its way to providers, `driver` takes operations from one wait to the next, `resend` decides what may
//! be sent again, `prices` what it costs, `retention` removes what is old; `scenario`, `film`, `clip`, `merge`,
//! `music_video`, `edit` and `story` are the contracts.

mod ask;
mod clip;
mod driver;
mod edit;
mod error;
mod film;
mod generate;
mod merge;
mod music_video;
mod picture;
mod prices;
mod resend;
mod results;
mod retention;
mod scenario;
mod story;
mod studio;

pub use clip::{CLIP_KIND, CLIP_VERSION, ClipInput, ClipMade, ClipWorkflow};
pub use driver::OperationDriver;
pub use edit::*;
pub use error::WorkflowError;
pub use film::{FILM_KIND, FILM_VERSION, FilmMade, FilmRequest, FilmWorkflow};
pub use kinora_media::Quality;
pub use merge::{MERGE_KIND, MERGE_VERSION, MergeInput, MergeWorkflow};
pub use music_video::{
    CHARACTER_KIND, CHARACTER_VERSION, CharacterInput, CharacterMade, CharacterWorkflow, SCENES_KIND, SCENES_VERSION,
    ScenesMade, ScenesWorkflow,
};
pub use results::Uninspected;
pub use retention::{Retention, Sweeper, Swept};
pub use scenario::{SCENARIO_KIND, SCENARIO_VERSION, ScenarioInput, ScenarioWorkflow};
pub use story::*;
pub use studio::{Choice, Pieces, Providers, Recall, Retry, Studio};
