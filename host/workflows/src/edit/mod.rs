//! Prompt to video: what a project brings along is looked into, a plan is written for it, and the plan is rendered.

mod inspection;
mod plan;
mod render;

pub use inspection::{
    BEATS_KIND, BEATS_VERSION, BeatsInput, BeatsWorkflow, MEDIA_KIND, MEDIA_VERSION, MediaInput, MediaWorkflow,
    TrackFacts,
};
pub use plan::{PLAN_KIND, PLAN_VERSION, PlanInput, PlanMade, PlanWorkflow};
pub use render::{RENDER_KIND, RENDER_VERSION, RenderInput, RenderMade, RenderWorkflow};
