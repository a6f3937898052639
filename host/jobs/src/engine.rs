//! The engine of one host: claims what may run, renews the host's lease, ends in good order.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt;
use kinora_store::{Created, Job, Lease, NewJob, Segment, Store, StoreError, WorkerId, Yielded};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::driver::Driver;
use crate::failure::{Failure, Stop};
use crate::hub::{Changes, Hub};
use crate::operations::Taken;
use crate::persist::persist;
use crate::run::Run;
use crate::workflow::Workflow;

/// How an engine works.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// How long a silent host is believed to be alive.
    pub lease: Duration,
    /// How often an idle host looks for work that others have put into the store.
    pub look: Duration,
    /// Workflows that run at once. Those that wait do not count.
    pub jobs: usize,
    /// Operations that are driven at once. Those that wait for their time do not count.
    pub operations: usize,
    /// A job during which the host died so often is given up: it may be the reason.
    pub crashes: i64,
    /// The only job it runs; absent: all.
    pub only: Option<String>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        EngineOptions {
            lease: Duration::from_secs(15),
            look: Duration::from_secs(1),
            jobs: 64,
            operations: 4096,
            crashes: 20,
            only: None,
        }
    }
}

/// The engine of one host. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: Store,
    pub driver: Arc<dyn Driver>,
    pub hub: Hub,
    pub options: EngineOptions,
    host: String,
    workflows: HashMap<&'static str, Arc<dyn Workflow>>,
    worker: RwLock<WorkerId>,
    job_slots: Arc<Semaphore>,
    pub operation_slots: Arc<Semaphore>,
    /// What runs here, by id, with what ends it.
    pub running: Mutex<HashMap<String, CancellationToken>>,
    wake_jobs: Notify,
    pub wake_operations: Notify,
    /// Set when no more is to be claimed.
    pub draining: CancellationToken,
    /// Set when what still runs is to be dropped.
    pub stopping: CancellationToken,
    pub tasks: TaskTracker,
    loops: TaskTracker,
}

impl Engine {
    /// Registers this host, whose data folder's id is `host`, and begins to work.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn start(
        store: Store,
        host: &str,
        workflows: Vec<Arc<dyn Workflow>>,
        driver: Arc<dyn Driver>,
        options: EngineOptions,
    ) -> Result<Self, StoreError> {
        let worker = store.register_worker(host, ms(options.lease)).await?;
        let inner = Arc::new(Inner {
            store,
            driver,
            hub: Hub::new(),
            host: host.into(),
            workflows: workflows.into_iter().map(|workflow| (workflow.kind(), workflow)).collect(),
            worker: RwLock::new(worker),
            job_slots: Arc::new(Semaphore::new(options.jobs)),
            operation_slots: Arc::new(Semaphore::new(options.operations)),
            running: Mutex::default(),
            wake_jobs: Notify::new(),
            wake_operations: Notify::new(),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            loops: TaskTracker::new(),
            options,
        });
        inner.wake_jobs.notify_one();
        inner.loops.spawn(inner.clone().claim_jobs());
        inner.loops.spawn(inner.clone().claim_operations());
        inner.loops.spawn(inner.clone().keep_lease());
        inner.loops.spawn(inner.clone().watch_cancellations());
        Ok(Engine { inner })
    }

    /// The store it works on.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Makes a job; this host begins it at once where it has room.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn submit(&self, mut job: NewJob) -> Result<Created, StoreError> {
        let inner = &self.inner;
        let room = inner.clone().room_for_job().filter(|_| job.concurrency.is_none() && job.delay_ms <= 0);
        job.taken_by = room.as_ref().map(|_| inner.worker());
        let created = inner.store.create_job(job).await?;
        match room {
            Some(room) if created.fresh => inner.spawn_job(created.job.clone(), room),
            _ => inner.wake_jobs.notify_one(),
        }
        Ok(created)
    }

    /// Ends a job, as [`Store::cancel_job`] does, and what of it runs here at once.
    ///
    /// # Errors
    /// As [`Store::cancel_job`].
    pub async fn cancel(&self, id: &str) -> Result<Job, StoreError> {
        let failure = Failure::new("cancelled", "The job was cancelled");
        let job = self.inner.store.cancel_job(id, &failure.to_json()).await?;
        self.inner.cancel_here(id);
        self.inner.hub.changed(id);
        for operation in self.inner.store.operations(id).await? {
            self.inner.cancel_here(&operation.id);
        }
        self.inner.wake_operations.notify_one();
        self.inner.wake_jobs.notify_one();
        Ok(job)
    }

    /// Sends the uncertain operations of a job again.
    ///
    /// # Errors
    /// As [`Store::resubmit_job`].
    pub async fn resubmit(&self, id: &str) -> Result<Job, StoreError> {
        let job = self.inner.store.resubmit_job(id).await?;
        self.inner.hub.changed(id);
        self.inner.wake_operations.notify_one();
        Ok(job)
    }

    /// The changes of a job that happen in this process.
    pub fn watch(&self, job: &str) -> Changes {
        self.inner.hub.watch(job)
    }

    /// Waits until a job has ended, here or on another host.
    ///
    /// # Errors
    /// Where the job is gone or the database fails.
    pub async fn ended(&self, id: &str) -> Result<Job, StoreError> {
        let mut changes = self.watch(id);
        loop {
            let job = self.inner.store.job(id).await?;
            if job.state.is_ended() {
                return Ok(job);
            }
            let _ = tokio::time::timeout(self.inner.options.look, changes.next()).await;
        }
    }

    /// How many workflows run here, and how many operations are driven.
    pub fn busy(&self) -> (usize, usize) {
        let inner = &self.inner;
        (
            inner.options.jobs - inner.job_slots.available_permits(),
            inner.options.operations - inner.operation_slots.available_permits(),
        )
    }

    /// Whether it is ending and claims nothing more.
    pub fn is_draining(&self) -> bool {
        self.inner.draining.is_cancelled()
    }

    /// Ends in good order: claims nothing more, puts workflows back that run, waits up to `patience` for requests that
    /// are under way, and gives the lease back.
    pub async fn stop(&self, patience: Duration) {
        let inner = &self.inner;
        inner.draining.cancel();
        inner.tasks.close();
        if tokio::time::timeout(patience, inner.tasks.wait()).await.is_err() {
            inner.stopping.cancel();
            inner.tasks.wait().await;
        }
        inner.stopping.cancel();
        inner.loops.close();
        inner.loops.wait().await;
        if let Err(error) = inner.store.release_worker(&inner.worker()).await {
            tracing::warn!("the lease could not be given back: {error}");
        }
    }
}

pub(crate) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Inner {
    pub fn worker(&self) -> WorkerId {
        self.worker.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn room_for_job(self: Arc<Self>) -> Option<OwnedSemaphorePermit> {
        if self.draining.is_cancelled() {
            return None;
        }
        self.job_slots.clone().try_acquire_owned().ok()
    }

    pub fn running(&self) -> std::sync::MutexGuard<'_, HashMap<String, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel_here(&self, id: &str) {
        if let Some(token) = self.running().get(id) {
            token.cancel();
        }
    }

    /// Claims jobs whenever there may be some and there is room.
    async fn claim_jobs(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.draining.cancelled() => return,
                () = self.wake_jobs.notified() => {}
                () = tokio::time::sleep(self.options.look) => {}
            }
            loop {
                let room = self.job_slots.available_permits().min(64);
                if room == 0 || self.draining.is_cancelled() {
                    break;
                }
                let only = self.options.only.as_deref();
                // Every segment wakes this loop, and mostly there is nothing: a look is much cheaper than a claim.
                let claimed = match self.store.has_runnable(only).await {
                    Ok(false) => break,
                    Ok(true) => self.store.claim_jobs(&self.worker(), room as i64, only).await,
                    Err(error) => Err(error),
                };
                let jobs = match claimed {
                    Ok(jobs) => jobs,
                    Err(error) => {
                        tracing::warn!("no jobs can be claimed: {error}");
                        break;
                    }
                };
                let all = jobs.len() == room;
                for job in jobs {
                    // Room may have been taken meanwhile; the job is this host's now and waits for a place here.
                    let Ok(permit) = self.job_slots.clone().acquire_owned().await else { return };
                    self.spawn_job(job, permit);
                }
                if !all {
                    break;
                }
            }
        }
    }

    /// Takes up a job that became runnable here, or leaves it to whoever has room.
    pub fn take_up(self: &Arc<Self>, job: Job) {
        let inner = self.clone();
        self.tasks.spawn(async move {
            if let Ok(permit) = inner.job_slots.clone().acquire_owned().await {
                inner.run_job(job, permit).await;
            }
        });
    }

    fn spawn_job(self: &Arc<Self>, job: Job, permit: OwnedSemaphorePermit) {
        self.tasks.spawn(self.clone().run_job(job, permit));
    }

    /// Runs one segment of a job.
    async fn run_job(self: Arc<Self>, job: Job, permit: OwnedSemaphorePermit) {
        let id = job.id.clone();
        let keyed = job.concurrency_key.is_some();
        let lease = Lease { job: job.id.clone(), worker: self.worker(), attempt: job.attempt };
        let cancelled = CancellationToken::new();
        self.running().insert(id.clone(), cancelled.clone());
        let result = self.run_segment(job, lease.clone(), cancelled).await;
        self.running().remove(&id);
        let full = self.job_slots.available_permits() == 0;
        drop(permit);
        match result {
            Ok(taken) => taken.into_iter().for_each(|taken| self.spawn_operation(taken)),
            Err(StoreError::Lost) => tracing::warn!(job = %id, "another host has taken over the job"),
            Err(error) => {
                tracing::error!(job = %id, "the job cannot go on: {error}");
                let failure = Failure::new("storage", "Kinora could not write down what the job did; its log says why");
                let then = Yielded::Failed(failure.to_json());
                if let Err(error) = persist(|| self.store.record(&lease, Segment::default(), then.clone())).await {
                    tracing::error!(job = %id, "nor can it be ended: {error}");
                }
                self.hub.changed(&id);
            }
        }
        // The queue is looked at again where this end may let another job in: it is not free to ask after every one.
        if full || keyed {
            self.wake_jobs.notify_one();
        }
    }

    async fn run_segment(
        self: &Arc<Self>,
        job: Job,
        lease: Lease,
        cancelled: CancellationToken,
    ) -> Result<Vec<Taken>, StoreError> {
        let refused = self.refuse(&job);
        let enter = || Run::enter(self.store.clone(), self.hub.clone(), job.clone(), lease.clone());
        let mut run = persist(enter).await?;
        let then = match (refused, self.workflows.get(job.kind.as_str())) {
            (Some(then), _) => then,
            (None, None) => Yielded::Failed(
                Failure::new("unknown-kind", format!("this version of Kinora knows no jobs of kind {}", job.kind))
                    .to_json(),
            ),
            (None, Some(workflow)) => {
                let stopped = tokio::select! {
                    biased;
                    () = cancelled.cancelled() => None,
                    () = self.draining.cancelled() => Some(Err(Stop::Later(Duration::ZERO))),
                    result = AssertUnwindSafe(workflow.run(&mut run)).catch_unwind() => {
                        Some(result.unwrap_or_else(|_| Err(panicked().into())))
                    }
                };
                match stopped {
                    None => cancellation(),
                    Some(Ok(result)) => Yielded::Completed(result.to_string()),
                    Some(Err(Stop::Waits)) => Yielded::Waiting,
                    Some(Err(Stop::Later(delay))) => Yielded::Later(ms(delay)),
                    Some(Err(Stop::Failed(failure))) => Yielded::Failed(failure.to_json()),
                    Some(Err(Stop::Uncertain(failure))) => Yielded::Uncertain(failure.to_json()),
                    Some(Err(Stop::Store(error))) => return Err(error),
                }
            }
        };
        let mut taken = Vec::new();
        if then == Yielded::Waiting {
            taken = self.take_begun(&job, run.begun()).await;
        } else {
            run.forget();
        }
        let wake = matches!(then, Yielded::Later(_)).then_some(&then);
        if let Some(Yielded::Later(delay)) = wake {
            self.wake_jobs_after(*delay);
        }
        Ok(if run.write(then).await? { taken } else { Vec::new() })
    }

    /// What keeps a job from being run at all.
    fn refuse(&self, job: &Job) -> Option<Yielded> {
        if job.cancel_requested {
            return Some(cancellation());
        }
        if job.crashes > self.options.crashes {
            let message = format!("Kinora ended {} times while it ran this job, so it was given up", job.crashes);
            return Some(Yielded::Failed(Failure::new("crashed", message).to_json()));
        }
        let version = self.workflows.get(job.kind.as_str())?.version();
        (version != job.workflow_version).then(|| {
            let message = format!(
                "the job was begun by another version of Kinora (workflow {}, this one has {version}); start it again",
                job.workflow_version
            );
            Yielded::Failed(Failure::new("workflow-changed", message).to_json())
        })
    }

    /// Looks for jobs again when one that pauses goes on, rather than at the next look.
    fn wake_jobs_after(self: &Arc<Self>, delay: i64) {
        let inner = self.clone();
        self.loops.spawn(async move {
            let delay = Duration::from_millis(delay.max(0) as u64);
            tokio::select! {
                () = inner.draining.cancelled() => {}
                () = tokio::time::sleep(delay) => inner.wake_jobs.notify_one(),
            }
        });
    }

    pub fn wake_jobs(&self) {
        self.wake_jobs.notify_one();
    }

    /// Renews the lease, and takes over what dead hosts held.
    async fn keep_lease(self: Arc<Self>) {
        let every = (self.options.lease / 3).max(Duration::from_millis(1));
        let mut renewed = tokio::time::Instant::now();
        let mut next = tokio::time::interval(every.min(self.options.look));
        next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                _ = next.tick() => {}
            }
            if renewed.elapsed() >= every {
                match self.store.renew_lease(&self.worker(), ms(self.options.lease)).await {
                    Ok(()) => renewed = tokio::time::Instant::now(),
                    Err(StoreError::Lost) => self.register_again().await,
                    Err(error) => tracing::warn!("the lease could not be renewed: {error}"),
                }
            }
            // Only others' leases can lapse here. After an outage of the database everybody's has: who was away
            // leaves the others time to say that they live.
            if self.store.is_shared() && renewed.elapsed() < every * 2 {
                match self.store.reap_workers().await {
                    Ok(0) => {}
                    Ok(rows) => {
                        tracing::warn!("took over {rows} jobs and operations of a host that is gone");
                        self.wake_jobs.notify_one();
                        self.wake_operations.notify_one();
                    }
                    Err(error) => tracing::debug!("no leases can be looked at: {error}"),
                }
            }
        }
    }

    /// This host was thought dead and what it held was taken: it begins again under a new id.
    async fn register_again(&self) {
        tracing::warn!("this host was silent for too long, and others have taken over what it held");
        self.running().values().for_each(CancellationToken::cancel);
        match self.store.register_worker(&self.host, ms(self.options.lease)).await {
            Ok(worker) => *self.worker.write().unwrap_or_else(PoisonError::into_inner) = worker,
            Err(error) => tracing::warn!("it cannot register again: {error}"),
        }
    }

    /// Ends here what was cancelled elsewhere.
    async fn watch_cancellations(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = tokio::time::sleep(self.options.look) => {}
            }
            if self.running().is_empty() {
                continue;
            }
            if let Ok(held) = self.store.cancelled_of(&self.worker()).await {
                held.jobs.iter().chain(&held.operations).for_each(|id| self.cancel_here(id));
            }
        }
    }
}

fn cancellation() -> Yielded {
    Yielded::Cancelled(Failure::new("cancelled", "The job was cancelled").to_json())
}

fn panicked() -> Failure {
    Failure::new("internal", "Kinora failed while it ran this job; its log says where")
}
