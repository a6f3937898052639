//! A plan of how a film is cut, written by a model and judged until it can be rendered.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{EditPlan, EditPlanRequest, Usage};
use kinora_domain::edit_plan;
use kinora_jobs::{Failure, Run, Stop, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::stop;
use crate::generate::{Contract, generate};
use crate::studio::Studio;

/// The kind of jobs that plan films.
pub const PLAN_KIND: &str = "edit-plan";
/// The version of their workflow.
pub const PLAN_VERSION: i64 = 1;

const CONTRACT: Contract = Contract {
    kind: "edit-plan",
    noun: "edit plan",
    seen: |title, _, document, problems| {
        let segments = document["timeline"].as_array().map_or(0, Vec::len);
        format!("{title} planned {segments} segments; {} problems", problems.len())
    },
    repair: None,
    divisible: false,
};

/// What a plan is asked for with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanInput {
    /// The wish, and what there is to cut.
    pub request: EditPlanRequest,
}

/// A plan that was written, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanMade {
    /// The plan.
    pub plan: EditPlan,
    /// What it says that the film does not do as written.
    pub warnings: Vec<String>,
    /// Who wrote it: "OpenAI, gpt-5".
    pub made_by: String,
    /// What the last answer took.
    pub usage: Usage,
}

/// Runs jobs that plan films.
pub struct PlanWorkflow {
    studio: Arc<Studio>,
}

impl PlanWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        PlanWorkflow { studio }
    }
}

impl Workflow for PlanWorkflow {
    fn kind(&self) -> &'static str {
        PLAN_KIND
    }

    fn version(&self) -> i64 {
        PLAN_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(write(&self.studio, run))
    }
}

async fn write(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let PlanInput { request } = run.input()?;
    run.enter_step("Planning the film", 10.0);
    let input = serde_json::to_value(&request).map_err(stop)?;
    let written = generate(run, studio, &CONTRACT, "plan", &input).await?;
    // The validator has judged by the same rules; another one may be installed that knows fewer.
    let plan = edit_plan::read(&written.document).map_err(invalid)?;
    let timeline = edit_plan::compile(&plan, &request.materials).map_err(invalid)?;
    run.enter_step("Done", 100.0);
    let made = PlanMade { plan, warnings: timeline.warnings, made_by: written.made_by, usage: written.usage };
    serde_json::to_value(made).map_err(stop)
}

fn invalid(problems: Vec<kinora_domain::documents::Problem>) -> Stop {
    let problems: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
    let message = format!("The plan cannot be rendered: {}.", problems.first().map_or("it is wrong", String::as_str));
    Failure { problems, ..Failure::new("validation-failed", message) }.into()
}
