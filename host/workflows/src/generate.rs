//! The engine of every text contract: strategy.compose → provider → strategy.interpret → validator, again with the
//! problems fed back, until it is right or the attempts are used up.

use kinora_domain::documents::{Problem, Role, StrategyRequest, Usage};
use kinora_runtime::Rule;
use serde_json::{Value, json};

use crate::error::WorkflowError;
use crate::operation::{self, Ended};
use crate::studio::Studio;

/// A document that its validator found good.
pub(crate) struct Generated {
    pub document: Value,
    pub made_by: String,
    pub usage: Usage,
    pub provider: String,
}

/// Why one attempt failed, where another may help.
enum Trouble {
    Unreadable(String),
    Wrong(Vec<Problem>),
    Provider(kinora_runtime::protocol::ProviderError),
}

/// Generates a document of a kind. `id` names the operation; `input` is the request of that kind.
pub(crate) async fn generate(studio: &Studio, id: &str, kind: &str, input: &Value) -> Result<Generated, WorkflowError> {
    let strategy = studio.serving(Role::Strategy, kind)?;
    let validator = studio.serving(Role::Validator, kind)?;
    let provider = studio.provider("text")?;
    let title = provider.manifest.title.clone();
    let none = json!({});
    let mut problems = Vec::new();
    let mut usage = Usage::default();
    let attempts = studio.retry.attempts.max(1);
    for attempt in 1.. {
        tracing::info!("{kind} generation attempt {attempt}/{attempts}");
        let request = StrategyRequest {
            kind: kind.into(),
            input: input.clone(),
            attempt,
            problems: std::mem::take(&mut problems),
        };
        let prompt = strategy.compose_prompt(&request, &none).await?;
        tracing::info!("Sending request to {title}...");
        let trouble = match operation::run(provider, format!("{id}-{attempt}"), "text", &prompt).await? {
            Ended::Failed(error) if error.retryable => Trouble::Provider(error),
            Ended::Failed(error) => return Err(operation::failed(provider, error, attempt)),
            Ended::Done(outcome, _) => {
                let answer = operation::text(provider, outcome)?;
                add(&mut usage, answer.usage);
                match strategy.interpret(&request, &answer.text, &none).await {
                    Err(error) if error.rule == Rule::Declined => Trouble::Unreadable(error.detail),
                    Err(error) => return Err(error.into()),
                    Ok(document) => {
                        let verdict = validator.validate(&document, input, &none).await?;
                        if verdict.problems.is_empty() {
                            return Ok(Generated {
                                document,
                                made_by: answer.made_by,
                                usage,
                                provider: provider.id().into(),
                            });
                        }
                        Trouble::Wrong(verdict.problems)
                    }
                }
            }
        };
        if attempt == attempts {
            return Err(give_up(trouble, title, kind, attempts));
        }
        let (said, pause) = match &trouble {
            Trouble::Unreadable(message) => (message.clone(), None),
            Trouble::Wrong(problems) => (problems.first().map(|p| p.message.clone()).unwrap_or_default(), None),
            Trouble::Provider(error) => (error.message.clone(), error.retry_after_ms),
        };
        tracing::warn!("Attempt {attempt} failed: {said}");
        problems = match trouble {
            Trouble::Wrong(problems) => problems,
            Trouble::Unreadable(message) => vec![Problem { code: "unreadable".into(), message, path: String::new() }],
            Trouble::Provider(_) => Vec::new(),
        };
        let asked = std::time::Duration::from_millis(pause.unwrap_or(0));
        tokio::time::sleep((studio.retry.delay * attempt).max(asked)).await;
    }
    unreachable!("the last attempt returns")
}

fn give_up(trouble: Trouble, title: String, kind: &str, attempts: u32) -> WorkflowError {
    match trouble {
        Trouble::Unreadable(message) => WorkflowError::Malformed { title, message, attempts },
        Trouble::Wrong(problems) => WorkflowError::Invalid { title, kind: kind.into(), problems, attempts },
        Trouble::Provider(error) => {
            WorkflowError::Provider { title, kind: error.kind, message: error.message, attempts }
        }
    }
}

fn add(total: &mut Usage, more: Usage) {
    total.input_tokens += more.input_tokens;
    total.output_tokens += more.output_tokens;
    total.pictures += more.pictures;
    total.video_ms += more.video_ms;
}
