//! What happens by itself: components that come into the inbox are taken in, and what breaks rules is taken back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use semver::Version;
use tokio_util::sync::CancellationToken;

use super::{GrantNew, Manager};
use crate::error::ManageError;
use crate::refusals::About;
use crate::view::Installed;

/// How often the inbox and the health of what is active are looked at.
const LOOK: Duration = Duration::from_millis(200);

impl Manager {
    /// Looks after the inbox and the health of what is active, until it is told to stop.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let settled = self.inbox().settled();
            for file in settled {
                self.receive(&file, false).await;
            }
            self.heal().await;
        }
    }

    /// Takes in what lies in the inbox and activates it. At the start only what is new: what was decided stays.
    pub(super) async fn receive(&self, file: &Path, at_start: bool) {
        let _turn = self.turn.lock().await;
        let about = About::File(file.to_owned());
        self.refusals.mended(&about);
        let result = async {
            let bytes = self.runtime.read_file(file).await?;
            let digest = kinora_runtime::Digest::of(&bytes).to_string();
            let known = self.store.plugin_generations().await?.into_iter().any(|row| row.digest == digest);
            if at_start && known {
                return Ok(());
            }
            let name = file.file_name().map(PathBuf::from).unwrap_or_else(|| file.to_owned());
            let installed = self.take_in(bytes, &name).await?;
            let active = self.generations.active(&installed.id);
            if active.as_ref().is_some_and(|active| active.digest().to_string() == digest) {
                return Ok(());
            }
            // Of two files that were there before the host, the later version is meant.
            if at_start && let Some(active) = active.filter(|active| !active.is_shipped()) {
                let there = &active.plugin.manifest.version;
                if Version::parse(&installed.version).ok() <= Version::parse(there).ok() {
                    let Installed { id, version, .. } = &installed;
                    return Err(ManageError::Conflict(format!(
                        "{} is {id} {version}, and {there} is active; it is installed, and \
                         `kinora plugin activate {id} {version}` makes it serve",
                        name.display()
                    )));
                }
            }
            self.turn_to(&installed.id, &digest, &GrantNew::Nothing, None).await?;
            Ok(())
        };
        if let Err(error) = result.await {
            // A component that waits for its rights is installed, whatever becomes of the file.
            let about = match &error {
                ManageError::NewRights { id, .. } => About::Plugin(id.clone()),
                _ => about,
            };
            self.refusals.note(about, error.to_string());
        }
    }

    /// Takes back what breaks rules too often.
    async fn heal(&self) {
        for active in self.generations.all() {
            if !active.plugin.health.is_sick() {
                continue;
            }
            let last = active.plugin.health.last().map(|error| error.to_string()).unwrap_or_default();
            let reason = format!("half of its last 20 calls broke a rule; the last one: {last}");
            match self.roll_back(active.id(), &reason).await {
                Ok(back) => tracing::warn!(plugin = back.id, version = back.version, "rolled back by itself: {reason}"),
                Err(error) => {
                    let id = active.id();
                    self.refusals.note(
                        About::Plugin(id.into()),
                        format!("the plugin {id}: {reason}. It stays, because {error}"),
                    );
                    active.plugin.health.forgive();
                }
            }
        }
    }
}
