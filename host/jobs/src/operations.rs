//! The engine's way with operations: due ones are claimed in batches, each is driven from one wait to the next.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use kinora_store::{Advance, Ending, Job, NewOperation, Operation, OperationLease, OperationState, StoreError};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::driver::{Driven, HeldOperation};
use crate::engine::Inner;
use crate::failure::{OperationError, Stop};
use crate::persist::persist;

/// The most operations of one claim.
const TOGETHER: usize = 64;

/// An operation that this host drives, and its place here.
pub(crate) struct Taken {
    operation: Operation,
    slot: Option<OwnedSemaphorePermit>,
}

impl Inner {
    /// Takes as many of the operations that a job has begun as there is room for, and asks for their first requests, so
    /// that these are on disk together with the operations.
    pub(crate) async fn take_begun(self: &Arc<Self>, job: &Job, begun: &mut [NewOperation]) -> Vec<Taken> {
        let mut taken = Vec::new();
        if begun.is_empty() {
            return taken;
        }
        // A budget is looked at when a request is about to go out, in a transaction of its own.
        let budgeted = self.store.has_budget(&job.owner).await.unwrap_or(true);
        for new in begun {
            let Ok(slot) = self.operation_slots.clone().try_acquire_owned() else { break };
            new.taken_by = Some(self.worker());
            let mut operation = new.taken(&job.id, &job.owner, self.store.now());
            // What panics here will do so again where it is told.
            let first = async { if budgeted { None } else { self.driver.begin(&operation).await } };
            let first = AssertUnwindSafe(first).catch_unwind().await;
            if let Ok(Some(first)) = first {
                new.sent = Some(first.guest_state);
                new.reserved = first.reserve;
                operation = new.taken(&job.id, &job.owner, operation.created_at);
                operation.request = Some(first.request);
            }
            taken.push(Taken { operation, slot: Some(slot) });
        }
        taken
    }

    /// Claims operations when they are due and there is room.
    pub(crate) async fn claim_operations(self: Arc<Self>) {
        while !self.draining.is_cancelled() {
            let only = self.options.only.as_deref();
            let sleep = match self.store.next_due(only).await {
                Ok(Some(due)) => Duration::from_millis((due - self.store.now()).max(0) as u64),
                _ => self.options.look,
            };
            if !sleep.is_zero() {
                // Then the next look says whether there is anything to claim, which is much cheaper than a claim.
                tokio::select! {
                    () = self.draining.cancelled() => return,
                    () = self.wake_operations.notified() => {}
                    () = tokio::time::sleep(sleep.min(self.options.look)) => {}
                }
                continue;
            }
            loop {
                let room = self.operation_slots.available_permits().min(TOGETHER);
                if room == 0 || self.draining.is_cancelled() {
                    break;
                }
                match self.store.claim_operations(&self.worker(), room as i64, only).await {
                    Ok(operations) => {
                        let all = operations.len() == room;
                        let taken = operations.into_iter().map(|operation| Taken { operation, slot: None });
                        taken.for_each(|taken| self.spawn_operation(taken));
                        if !all {
                            break;
                        }
                    }
                    Err(error) => {
                        tracing::warn!("no operations can be claimed: {error}");
                        tokio::time::sleep(self.options.look).await;
                        break;
                    }
                }
            }
            // A slot that becomes free wakes this loop.
            if self.operation_slots.available_permits() == 0 {
                tokio::select! {
                    () = self.draining.cancelled() => return,
                    () = self.wake_operations.notified() => {}
                }
            }
        }
    }

    pub(crate) fn spawn_operation(self: &Arc<Self>, Taken { operation, slot }: Taken) {
        let inner = self.clone();
        self.tasks.spawn(async move {
            let slot = match slot {
                Some(slot) => slot,
                None => match inner.operation_slots.clone().acquire_owned().await {
                    Ok(slot) => slot,
                    Err(_) => return,
                },
            };
            let id = operation.id.clone();
            let cancelled = CancellationToken::new();
            if operation.cancel_requested {
                cancelled.cancel();
            }
            inner.running().insert(id.clone(), cancelled.clone());
            let lease = operation.lease(&inner.worker());
            let result = inner.drive(operation, lease.clone(), cancelled).await;
            inner.running().remove(&id);
            match result {
                Ok(()) => {}
                Err(StoreError::Lost) => tracing::warn!(operation = %id, "another host has taken over the operation"),
                Err(error) => {
                    tracing::error!(operation = %id, "the operation cannot go on: {error}");
                    let ending = failed("Kinora could not write down what the provider answered; its log says why");
                    if let Err(error) = inner.settle(&lease, ending).await {
                        tracing::error!(operation = %id, "nor can it be ended: {error}");
                    }
                }
            }
            // Others may have waited for this one's place.
            let full = inner.operation_slots.available_permits() == 0;
            drop(slot);
            if full {
                inner.wake_operations.notify_one();
            }
        });
    }

    async fn drive(
        self: &Arc<Self>,
        operation: Operation,
        lease: OperationLease,
        cancelled: CancellationToken,
    ) -> Result<(), StoreError> {
        let held = HeldOperation { operation, cancelled, lease: lease.clone(), store: self.store.clone() };
        let driven = tokio::select! {
            driven = AssertUnwindSafe(self.driver.drive(held)).catch_unwind() => driven.unwrap_or_else(|_| {
                Ok(Driven::Ended(failed("Kinora failed while it spoke to the provider; its log says where")))
            }),
            // What is under way is given up; whoever takes it over sees from its phase what may be done again.
            () = self.stopping.cancelled() => return Ok(()),
        };
        match driven {
            Ok(Driven::Ended(ending)) => self.settle(&lease, ending).await,
            Ok(Driven::Waits { guest_state, wait_ms }) => {
                persist(|| {
                    self.store.advance_operation(&lease, Advance::Wait { guest_state: guest_state.clone(), wait_ms })
                })
                .await?;
                // It may be due before the loop would look again.
                self.wake_operations.notify_one();
                Ok(())
            }
            Err(Stop::Store(error)) => Err(error),
            Err(other) => self.settle(&lease, failed(&format!("a driver cannot stop with {other:?}"))).await,
        }
    }

    async fn settle(self: &Arc<Self>, lease: &OperationLease, ending: Ending) -> Result<(), StoreError> {
        let take = !self.draining.is_cancelled();
        let settled = persist(|| self.store.end_operation(lease, ending.clone(), take)).await?;
        if let Some(job) = settled.taken {
            self.take_up(job);
        } else if settled.queued {
            self.wake_jobs();
        }
        Ok(())
    }
}

fn failed(message: &str) -> Ending {
    Ending {
        state: OperationState::Failed,
        outcome: None,
        error: Some(OperationError::new("internal", message).to_json()),
        unknown: 0,
        ledger: Vec::new(),
    }
}
