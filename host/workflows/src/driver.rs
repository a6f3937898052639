//! Drives operations: asks the provider for its next step, performs the request, writes down what must survive. Between
//! two waits nothing of an operation is held here.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{Outcome, Role, Usage};
use kinora_jobs::{Begun, Driven, Driver, HeldOperation, OperationError, Stop};
use kinora_runtime::protocol::{
    Action, Event, HttpRequest, Operation as Asked, Outcome as RawOutcome, ProviderError, Step, TransportFailure,
};
use kinora_runtime::{Generation, Plugin, PluginError, Rule};
use kinora_store::{Advance, Certainty, Ending, LedgerEntry, Operation, OperationState, Phase, StoreError};

use crate::resend::{self, Again};
use crate::results;
use crate::studio::Studio;

/// The most steps between two waits, so that a component that sends for ever is stopped.
const MAX_STEPS: u32 = 100;
/// The shortest wait between two steps, so that a `wait(0)` loop costs next to nothing.
const MIN_WAIT: Duration = Duration::from_millis(100);
/// The longest time of one operation.
const MAX_TIME_MS: i64 = 60 * 60 * 1000;
/// Requests that cost money in one operation.
const BILLABLE_SENDS: i64 = 1;
/// The kind of a failure where the host ended while an answer was awaited.
pub(crate) const INTERRUPTED: &str = "interrupted";

/// Drives operations through the plugins of a studio.
pub struct OperationDriver {
    studio: Arc<Studio>,
}

impl OperationDriver {
    /// A driver for a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        OperationDriver { studio }
    }

    /// The generation that began an operation. What has no state yet may begin with another. The error is a sentence.
    async fn provider(&self, operation: &Operation) -> Result<Arc<Generation>, String> {
        let Operation { plugin: id, digest, .. } = operation;
        let generations = &self.studio.generations;
        if let Some(provider) = generations.with_digest(id, digest) {
            return Ok(provider);
        }
        if let Some(provider) = (self.studio.recall)(id.clone(), digest.clone()).await {
            return Ok(provider);
        }
        match generations.get(Role::Provider, id) {
            Some(active) if operation.phase == Phase::Start => Ok(active),
            Some(_) => Err(format!(
                "the provider \"{id}\" was replaced while the operation was under way, and the component that began it is gone"
            )),
            None => Err(format!("the provider \"{id}\" is no longer installed")),
        }
    }
}

impl Driver for OperationDriver {
    fn begin<'a>(&'a self, operation: &'a Operation) -> BoxFuture<'a, Option<Begun>> {
        Box::pin(async move {
            let provider = self.provider(operation).await.ok()?;
            let Generation { plugin, grant, settings } = &*provider;
            let asked = asked(operation, operation.document.clone());
            let Step { state, action: Action::Send(request), .. } = plugin.start(&asked, settings).await.ok()? else {
                return None;
            };
            let reserve = self.studio.estimate(plugin, &operation.kind, &operation.document);
            let begun = Begun { guest_state: state, request: serde_json::to_string(&request).ok()?, reserve };
            let planned = self.studio.policy.plan(&plugin.manifest, grant, request).ok()?;
            planned.billable().then_some(begun)
        })
    }

    fn drive(&self, held: HeldOperation) -> BoxFuture<'_, Result<Driven, Stop>> {
        Box::pin(async move {
            let provider = match self.provider(&held.operation).await {
                Ok(provider) => provider,
                Err(message) => {
                    let error = OperationError::new("unavailable", message);
                    return Ok(failed(error, held.operation.unknown, Vec::new()));
                }
            };
            let (unknown, sends) = (held.operation.unknown, held.operation.sends);
            let reserve = match held.operation.phase {
                Phase::Start => self.studio.estimate(&provider.plugin, &held.operation.kind, &held.operation.document),
                _ => held.operation.reserved,
            };
            let intended = held.operation.phase == Phase::Sent && held.operation.request.is_some();
            let mut drive = Drive {
                studio: &self.studio,
                plugin: &provider.plugin,
                provider: &provider,
                state: held.operation.guest_state.clone(),
                held,
                unknown,
                sends,
                reserve,
                intended,
                in_doubt: false,
                interrupted: false,
                unsaved: false,
                ledger: Vec::new(),
                steps: 0,
            };
            match drive.run().await {
                Err(Stop::Store(StoreError::OverBudget(message))) => {
                    Ok(drive.fail(OperationError::new("budget-exceeded", message)))
                }
                driven => driven,
            }
        })
    }
}

/// One operation, from one wait to the next.
struct Drive<'a> {
    studio: &'a Studio,
    plugin: &'a Arc<Plugin>,
    provider: &'a Generation,
    held: HeldOperation,
    /// What the provider wants back.
    state: Vec<u8>,
    /// Billable requests of which nobody knows whether they were accepted.
    unknown: i64,
    sends: i64,
    /// What a billable request may cost, in millionths of a US dollar.
    reserve: i64,
    /// Whether a billable request is on disk as sent and has yet to be.
    intended: bool,
    /// Whether the last billable request may or may not have been accepted.
    in_doubt: bool,
    /// Whether that is because the host ended meanwhile.
    interrupted: bool,
    /// Whether a billable request was answered and the state after it is not yet on disk.
    unsaved: bool,
    ledger: Vec<LedgerEntry>,
    steps: u32,
}

impl Drive<'_> {
    async fn run(&mut self) -> Result<Driven, Stop> {
        let mut step = match self.begin().await? {
            First::Step(step) => step,
            First::Ended(driven) => return Ok(driven),
        };
        loop {
            let Step { state, action, .. } = match step {
                Ok(step) => step,
                // The component broke a rule. Whether its request was accepted is as unknown as before.
                Err(error) => return Ok(self.fail(plugin_error(&error))),
            };
            self.state = state;
            self.steps += 1;
            if self.steps > MAX_STEPS {
                let message = format!("it took more than {MAX_STEPS} steps without a wait");
                return Ok(self.break_rule(Rule::Steps, message));
            }
            let event = match action {
                Action::Done(outcome) => return Ok(self.done(outcome).await),
                Action::Fail(error) => return Ok(self.fail(provider_error(error))),
                Action::Wait(ms) => return Ok(self.wait(ms)),
                Action::Send(request) => match self.send(request).await? {
                    Some(event) => event,
                    None => return self.cancel().await,
                },
            };
            step = self.plugin.resume(&self.state, &event).await;
        }
    }

    /// The first step, going by where the operation stands.
    async fn begin(&mut self) -> Result<First, Stop> {
        let cancelled = self.held.cancelled.is_cancelled();
        let operation = &mut self.held.operation;
        let step = match operation.phase {
            Phase::Start if cancelled => return Ok(First::Ended(self.cancelled())),
            Phase::Start => {
                // Not needed again: thousands of operations may wait for an answer here.
                let document = std::mem::take(&mut operation.document);
                let asked = asked(operation, document);
                self.plugin.start(&asked, &self.provider.settings).await
            }
            // Begun by this worker and not yet sent.
            Phase::Sent if self.intended => {
                operation.document = String::new();
                return self.send_stored().await;
            }
            Phase::Sent => {
                self.doubt();
                self.interrupted = true;
                if cancelled {
                    return Ok(First::Ended(self.cancel().await?));
                }
                let event = Event::TransportFailed(TransportFailure {
                    kind: INTERRUPTED.into(),
                    message: "Kinora ended before the answer came".into(),
                    maybe_accepted: true,
                });
                self.plugin.resume(&self.state, &event).await
            }
            _ if cancelled => return Ok(First::Ended(self.cancel().await?)),
            Phase::Wait => self.plugin.resume(&self.state, &Event::Timer).await,
            Phase::Send => return self.send_stored().await,
        };
        Ok(First::Step(step))
    }

    /// Sends the request that is kept with the operation.
    async fn send_stored(&mut self) -> Result<First, Stop> {
        let stored = self.held.operation.request.take().unwrap_or_default();
        let request: HttpRequest = match serde_json::from_str(&stored) {
            Ok(request) => request,
            Err(error) => {
                let message = format!("the stored request cannot be read: {error}");
                return Ok(First::Ended(self.fail(OperationError::new("internal", message))));
            }
        };
        drop(stored);
        match self.send(request).await? {
            Some(event) => Ok(First::Step(self.plugin.resume(&self.state, &event).await)),
            None => Ok(First::Ended(self.cancel().await?)),
        }
    }

    /// Sends a request. `None` where the operation was cancelled meanwhile.
    async fn send(&mut self, request: HttpRequest) -> Result<Option<Event>, Stop> {
        if self.held.cancelled.is_cancelled() {
            return Ok(None);
        }
        let stored = self.unsaved.then(|| serde_json::to_string(&request).unwrap_or_default());
        let planned = match self.studio.policy.plan(&self.plugin.manifest, &self.provider.grant, request) {
            Ok(planned) => planned,
            Err(denial) => {
                tracing::warn!("{denial}");
                return Ok(Some(Event::TransportFailed(denial.into())));
            }
        };
        let billable = planned.billable();
        if billable {
            if self.intended {
                // It is on disk since the operation began.
                self.intended = false;
            } else if self.sends >= BILLABLE_SENDS {
                let why = format!("an operation may send {BILLABLE_SENDS} request that costs money, and this one has");
                return Ok(Some(Event::TransportFailed(TransportFailure {
                    kind: "refused-by-policy".into(),
                    message: self.plugin.error(Rule::BillableSends, why).to_string(),
                    maybe_accepted: false,
                })));
            } else {
                let intent = Advance::Intent { guest_state: self.state.clone(), reserve: self.reserve };
                self.held.advance(intent).await?;
                self.sends += 1;
            }
        } else if let Some(request) = stored {
            self.held.advance(Advance::Send { guest_state: self.state.clone(), request }).await?;
            self.unsaved = false;
        }
        let answer = tokio::select! {
            biased;
            answer = self.studio.egress.send(planned, &self.studio.blobs) => answer,
            () = self.held.cancelled.cancelled() => {
                if billable {
                    self.doubt();
                }
                return Ok(None);
            }
        };
        let event = match answer {
            Ok(response) => Event::Response(response),
            Err(failure) => Event::TransportFailed(failure),
        };
        if billable {
            if resend::is_unknown(&event) {
                self.doubt();
            } else {
                self.unsaved = true;
            }
        }
        Ok(Some(event))
    }

    /// Notes that a billable request may or may not have been accepted.
    fn doubt(&mut self) {
        self.unknown += 1;
        self.in_doubt = true;
        self.book("unknown".into(), Usage::default(), self.reserve.unsigned_abs(), Certainty::Unknown);
    }

    /// Writes a line into the ledger, which is kept when the operation ends.
    fn book(&mut self, model: String, usage: Usage, cost: u64, certainty: Certainty) {
        let operation = &self.held.operation;
        self.ledger.push(LedgerEntry {
            owner: operation.owner.clone(),
            job: operation.job.clone(),
            operation: operation.id.clone(),
            plugin: operation.plugin.clone(),
            model,
            kind: operation.kind.clone(),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            pictures: usage.pictures,
            video_ms: usage.video_ms,
            cost,
            certainty,
        });
    }

    fn wait(&mut self, ms: u64) -> Driven {
        let operation = &self.held.operation;
        if self.held.now() - operation.created_at > MAX_TIME_MS {
            let message = format!("its operation was not at an end after {} minutes", MAX_TIME_MS / 60_000);
            let error = plugin_error(&self.plugin.error(Rule::OperationTime, message));
            return self.fail(OperationError { kind: "timeout".into(), ..error });
        }
        let longest = self.studio.providers.poll_interval.unwrap_or(Duration::from_secs(600));
        let wait = Duration::from_millis(ms).min(longest).max(MIN_WAIT.min(longest));
        // A poll that found nothing new only moves the time; what follows a paid answer is always kept.
        let unchanged = operation.phase == Phase::Wait && self.state == operation.guest_state;
        Driven::Waits { guest_state: (!unchanged).then(|| self.state.clone()), wait_ms: wait.as_millis() as i64 }
    }

    async fn done(&mut self, outcome: RawOutcome) -> Driven {
        let mut document: Outcome = match serde_json::from_str(&outcome.document) {
            Ok(document) => document,
            Err(reason) => {
                return self.break_rule(Rule::Document, format!("its outcome cannot be read: {reason}"));
            }
        };
        let (model, usage, cost) = self.studio.cost(self.plugin, &self.held.operation.kind, &document);
        self.book(model, usage, cost, Certainty::Answered);
        let kind = &self.held.operation.kind;
        if let Err(error) = results::settle(self.studio, kind, &mut document, outcome.attachments).await {
            return self.fail(error);
        }
        let outcome = serde_json::to_string(&document).unwrap_or_default();
        Driven::Ended(Ending {
            state: OperationState::Done,
            outcome: Some(outcome),
            error: None,
            unknown: self.unknown,
            ledger: std::mem::take(&mut self.ledger),
        })
    }

    /// Ends the operation because its component broke a rule of the host.
    fn break_rule(&mut self, rule: Rule, message: String) -> Driven {
        self.fail(plugin_error(&self.plugin.error(rule, message)))
    }

    /// Ends the operation with an error, or uncertain where the table says so.
    fn fail(&mut self, mut error: OperationError) -> Driven {
        if self.interrupted {
            error.kind = INTERRUPTED.into();
        }
        let before = self.unknown - i64::from(self.in_doubt);
        let judged = resend::again(&self.held.operation.kind, self.in_doubt, before);
        let ledger = std::mem::take(&mut self.ledger);
        if judged == Again::PersonDecides {
            return Driven::Ended(Ending {
                state: OperationState::Uncertain,
                outcome: None,
                error: Some(error.to_json()),
                unknown: self.unknown,
                ledger,
            });
        }
        failed(error, self.unknown, ledger)
    }

    /// Ends the operation for its owner, upstream too where the provider knows how.
    async fn cancel(&mut self) -> Result<Driven, Stop> {
        if self.state.is_empty() {
            return Ok(self.cancelled());
        }
        let mut step = self.plugin.cancel(&self.state).await;
        for _ in 0..MAX_STEPS {
            let Ok(Step { state, action: Action::Send(request), .. }) = step else {
                break;
            };
            let planned = self.studio.policy.plan(&self.plugin.manifest, &self.provider.grant, request);
            let event = match planned {
                // What costs money is not sent to end something.
                Ok(planned) if planned.billable() => break,
                Ok(planned) => match self.studio.egress.send(planned, &self.studio.blobs).await {
                    Ok(response) => Event::Response(response),
                    Err(failure) => Event::TransportFailed(failure),
                },
                Err(denial) => Event::TransportFailed(denial.into()),
            };
            step = self.plugin.resume(&state, &event).await;
        }
        Ok(self.cancelled())
    }

    fn cancelled(&mut self) -> Driven {
        Driven::Ended(Ending {
            state: OperationState::Cancelled,
            outcome: None,
            error: Some(OperationError::new("cancelled", "the operation was cancelled").to_json()),
            unknown: self.unknown,
            ledger: std::mem::take(&mut self.ledger),
        })
    }
}

fn asked(operation: &Operation, document: String) -> Asked {
    Asked { id: operation.id.clone(), kind: operation.kind.clone(), document }
}

/// How a drive begins.
enum First {
    Step(Result<Step, PluginError>),
    Ended(Driven),
}

fn failed(error: OperationError, unknown: i64, ledger: Vec<LedgerEntry>) -> Driven {
    let error = Some(error.to_json());
    Driven::Ended(Ending { state: OperationState::Failed, outcome: None, error, unknown, ledger })
}

fn provider_error(error: ProviderError) -> OperationError {
    OperationError {
        kind: error.kind,
        message: error.message,
        upstream_code: error.upstream_code,
        http_status: error.http_status,
        retryable: error.retryable,
        retry_after_ms: error.retry_after_ms,
    }
}

fn plugin_error(error: &PluginError) -> OperationError {
    OperationError {
        upstream_code: Some(error.rule.to_string()),
        ..OperationError::new("plugin-failed", error.to_string())
    }
}
