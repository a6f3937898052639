//! The engine of every text contract: strategy.compose → provider → strategy.interpret → validator, again with the
//! problems fed back, until it is right or the attempts are used up.

use std::time::Duration;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{Problem, Role, StrategyRequest, Usage};
use kinora_domain::story::Repaired;
use kinora_jobs::{Failure, Level, OperationError, OperationRequest, Run, Stop};
use kinora_runtime::Rule;
use serde_json::Value;

use crate::ask::{self, Answer};
use crate::error::stop;
use crate::resend::Again;
use crate::studio::Studio;

/// What is generated, and what its contract says around it.
pub(crate) struct Contract {
    /// The kind that strategy and validator serve.
    pub kind: &'static str,
    /// What the contract calls it within a sentence: `scenario`.
    pub noun: &'static str,
    /// A line about what a model answered: of the provider's title, its text, the document and its problems.
    pub seen: fn(&str, &str, &Value, &[Problem]) -> String,
    /// Mends what can be mended in a document without asking again: of the document and the input.
    pub repair: Option<fn(Value, &Value) -> Repaired>,
    /// Whether an answer that was cut off at the token limit is no attempt but a failure with the code [`CUT_OFF`] at
    /// once: who asks will ask for less.
    pub divisible: bool,
}

/// The code of a failure for an answer that was cut off.
pub(crate) const CUT_OFF: &str = "cut-off";

/// A document that its validator found good.
pub(crate) struct Generated {
    pub document: Value,
    pub made_by: String,
    /// What the last answer took.
    pub usage: Usage,
}

/// Why one attempt failed.
enum Trouble {
    Unreadable(String),
    CutOff(String),
    Wrong(Vec<Problem>),
    Provider(OperationError),
}

/// Generates a document. `prefix` names the steps of this generation within its job, `input` is the request of the
/// contract's kind.
///
/// # Errors
/// A failure whose message is the one the contract promises; `Stop::Waits` and `Stop::Later` on the way.
pub(crate) async fn generate(
    run: &mut Run,
    studio: &Studio,
    contract: &Contract,
    prefix: &str,
    input: &Value,
) -> Result<Generated, Stop> {
    let strategy = studio.serving(Role::Strategy, contract.kind)?;
    let validator = studio.serving(Role::Validator, contract.kind)?;
    let (provider, model) = studio.provider("text")?;
    let title = provider.plugin.manifest.title.clone();
    let noun = contract.noun;
    let mut problems = Vec::new();
    let mut unknown = 0;
    let attempts = studio.retry.attempts.max(1);
    for attempt in 1.. {
        run.log(Level::Info, format!("{} generation attempt {attempt}/{attempts}", capital(noun)));
        let request = StrategyRequest {
            kind: contract.kind.into(),
            input: input.clone(),
            attempt,
            problems: std::mem::take(&mut problems),
        };
        run.log(Level::Info, format!("Sending request to {title}..."));
        let (request, strategy, provider) = (&request, &strategy, &provider);
        let compose = || -> BoxFuture<'_, Result<OperationRequest, Stop>> {
            Box::pin(async move {
                let mut prompt = strategy.plugin.compose_prompt(request, &strategy.settings).await.map_err(stop)?;
                prompt.model = prompt.model.or_else(|| model.map(str::to_owned));
                ask::request(&provider.plugin, "text", &prompt)
            })
        };
        let trouble = match ask::ask_text(run, &format!("{prefix}-{attempt}"), &mut unknown, &compose).await? {
            Answer::Failed(error, again) => {
                run.log(Level::Error, format!("❌ Attempt {attempt} failed: {}", error.message));
                if !error.retryable || !matches!(again, Again::ByRule | Again::OnceMore) {
                    return Err(give_up(Trouble::Provider(error), &title, contract, attempt).into());
                }
                Trouble::Provider(error)
            }
            Answer::Outcome(answer) => {
                run.log(Level::Info, format!("{title} response received"));
                match strategy.plugin.interpret(request, &answer.text, &strategy.settings).await {
                    Err(error) if error.rule == Rule::Declined => {
                        let trouble = if answer.truncated {
                            Trouble::CutOff(cut_off(&error.detail))
                        } else {
                            Trouble::Unreadable(error.detail)
                        };
                        if let Trouble::Unreadable(said) | Trouble::CutOff(said) = &trouble {
                            run.log(Level::Error, format!("❌ Attempt {attempt} failed: {said}"));
                        }
                        trouble
                    }
                    Err(error) => return Err(stop(error)),
                    Ok(mut document) => {
                        if let Some(repair) = contract.repair {
                            let repaired = repair(document, input);
                            document = repaired.document;
                            for note in repaired.notes {
                                run.log(Level::Info, note);
                            }
                        }
                        let verdict =
                            validator.plugin.validate(&document, input, &validator.settings).await.map_err(stop)?;
                        run.log(Level::Info, (contract.seen)(&title, &answer.text, &document, &verdict.problems));
                        let Some(problem) = verdict.problems.first() else {
                            run.log(Level::Info, format!("✅ Attempt {attempt} validation passed!"));
                            return Ok(Generated { document, made_by: answer.made_by, usage: answer.usage });
                        };
                        run.log(Level::Warn, format!("❌ Attempt {attempt} validation failed: {}", problem.message));
                        if answer.truncated && contract.divisible {
                            Trouble::CutOff(cut_off(&problem.message))
                        } else {
                            Trouble::Wrong(verdict.problems)
                        }
                    }
                }
            }
        };
        if contract.divisible
            && let Trouble::CutOff(said) = &trouble
        {
            return Err(Failure::new(CUT_OFF, said).into());
        }
        if attempt == attempts {
            run.log(Level::Error, last_line(&trouble, noun, attempts));
            return Err(give_up(trouble, &title, contract, attempts).into());
        }
        let pause = match &trouble {
            Trouble::Provider(error) => ask::pause(studio, attempt, error),
            _ => studio.retry.delay * attempt,
        };
        run.log(Level::Info, format!("⏳ Retrying in {} seconds...", seconds(pause)));
        problems = match trouble {
            Trouble::Wrong(problems) => problems,
            Trouble::Unreadable(message) => vec![Problem { code: "unreadable".into(), message, path: String::new() }],
            Trouble::CutOff(message) => vec![Problem { code: "truncated".into(), message, path: String::new() }],
            Trouble::Provider(_) => Vec::new(),
        };
        run.pause(&format!("{prefix}-{attempt}-pause"), pause)?;
    }
    unreachable!("the last attempt returns")
}

fn cut_off(detail: &str) -> String {
    format!("The answer was cut off at the token limit ({detail})")
}

fn last_line(trouble: &Trouble, noun: &str, attempts: u32) -> String {
    match trouble {
        Trouble::Wrong(_) => format!("❌ Failed to generate valid {noun} after {attempts} attempts"),
        Trouble::Unreadable(said) | Trouble::CutOff(said) | Trouble::Provider(OperationError { message: said, .. }) => {
            format!("❌ Failed to generate {noun} after {attempts} attempts. Last error: {said}")
        }
    }
}

fn give_up(trouble: Trouble, title: &str, contract: &Contract, attempts: u32) -> Failure {
    let noun = contract.noun;
    let mut all = Vec::new();
    let (code, said, recoverable) = match trouble {
        Trouble::Unreadable(message) | Trouble::CutOff(message) => ("malformed-output".into(), message, true),
        Trouble::Wrong(problems) => {
            all.extend(problems.into_iter().map(|problem| problem.message));
            let last = all.first().cloned().unwrap_or_default();
            let said = format!("{} validation failed after {attempts} attempts. Last error: {last}", capital(noun));
            ("validation-failed".into(), said, true)
        }
        Trouble::Provider(error) => {
            let said = fixed_sentence(&error.kind).map_or_else(|| sentence(&error.message), str::to_owned);
            (error.kind, said, error.retryable)
        }
    };
    Failure {
        code,
        message: format!("Failed to generate {noun} with {title}. {said}"),
        recoverable,
        hint: recoverable.then(|| "Try again.".into()),
        problems: all,
    }
}

/// What is said to a client of a provider's failure. What the upstream said itself is in the log: it may be long, in
/// another tone, or about the administrator's account.
pub(crate) fn fixed_sentence(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "rate-limited" => "Rate limit exceeded. Please try again later.",
        "quota-exhausted" => "The account's quota is used up. The administrator must raise it or add credit.",
        "authentication" => "The provider refused the API key. The administrator must set a valid one.",
        "content-policy" => {
            "The provider refused the request because of its content policy. Please change the request."
        }
        "model-unavailable" => "The model is not available any more. The administrator must choose another one.",
        "unavailable" => "The service is unavailable. Please try again later.",
        "timeout" => "The service did not answer in time. Please try again later.",
        "interrupted" => "The server ended before the answer came. Please try again.",
        _ => return None,
    })
}

fn sentence(message: &str) -> String {
    let message = message.trim();
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{message}{end}")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `2`, `0.05`.
fn seconds(pause: Duration) -> String {
    format!("{}", pause.as_millis() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_told_in_seconds_as_people_write_them() {
        assert_eq!(seconds(Duration::from_millis(2000)), "2");
        assert_eq!(seconds(Duration::from_millis(50)), "0.05");
    }

    #[test]
    fn sentences_end_once_and_nouns_are_capitalised() {
        assert_eq!(sentence("it broke"), "it broke.");
        assert_eq!(sentence("it broke. "), "it broke.");
        assert_eq!(capital("scenario"), "Scenario");
    }
}
