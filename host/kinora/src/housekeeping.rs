//! Looks now and then whether something is kept longer than the settings say.

use std::time::Duration;

use kinora_workflows::{Retention, Sweeper, Swept};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;

/// How often it is looked.
const PAUSE: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the settings say.
pub fn retention(settings: &Settings) -> Retention {
    let days = |days: Option<u32>| days.map(|days| DAY * days);
    let retention = &settings.retention;
    Retention {
        videos: days(retention.videos_days),
        uploads: days(retention.uploads_days),
        exports: days(retention.exports_days),
        total: retention.total_mib.map(|mib| mib.saturating_mul(1 << 20)),
    }
}

/// Sweeps at once and then every ten minutes, until `shutdown`.
pub async fn keep_house(mut sweeper: Sweeper, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match sweeper.sweep().await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(Swept { videos, uploads, exports, blobs }) => {
                tracing::info!(
                    "retention: {videos} videos, {uploads} uploads, {exports} files of stories and {blobs} unused files \
                     were removed"
                );
            }
            Err(error) => tracing::warn!("retention: {error}; it will be looked again later"),
        }
    }
}
