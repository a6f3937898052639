//! The scenario contract: a prompt in, a plan of scenes out.

use kinora_domain::documents::{ScenarioDraft, ScenarioRequest, Usage};

use crate::error::WorkflowError;
use crate::generate::generate;
use crate::studio::Studio;

/// A scenario and who wrote it.
pub struct ScenarioMade {
    /// The plan.
    pub scenario: ScenarioDraft,
    /// Who wrote it.
    pub made_by: String,
    /// What was counted.
    pub usage: Usage,
}

/// Generates a scenario.
///
/// # Errors
/// Where the request is wrong, a plugin fails, or no attempt was right.
pub async fn generate_scenario(
    studio: &Studio,
    id: &str,
    request: &ScenarioRequest,
) -> Result<ScenarioMade, WorkflowError> {
    let input = serde_json::to_value(request).map_err(|error| WorkflowError::InvalidRequest(error.to_string()))?;
    let made = generate(studio, id, "scenario", &input).await?;
    let scenario = serde_json::from_value(made.document).map_err(|error| WorkflowError::Malformed {
        title: made.provider,
        message: format!("the scenario passed its validator and yet cannot be read: {error}"),
        attempts: 1,
    })?;
    Ok(ScenarioMade { scenario, made_by: made.made_by, usage: made.usage })
}
