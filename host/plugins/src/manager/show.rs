//! What is told of plugins.

use kinora_runtime::egress::Rights;
use kinora_store::GenerationRow;

use super::Manager;
use crate::error::ManageError;
use crate::view::{self, GenerationView, HealthView, PluginView};

impl Manager {
    /// All plugins.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list(&self) -> Result<Vec<PluginView>, ManageError> {
        let rows = self.store.plugin_generations().await?;
        let mut ids: Vec<String> = self.generations.all().iter().map(|active| active.id().to_owned()).collect();
        ids.extend(rows.iter().map(|row| row.id.clone()));
        ids.sort();
        ids.dedup();
        Ok(ids.into_iter().filter_map(|id| self.view(&id, &rows)).collect())
    }

    /// One plugin.
    ///
    /// # Errors
    /// `NotFound`, and where the database fails.
    pub async fn show(&self, id: &str) -> Result<PluginView, ManageError> {
        let rows = self.store.plugin_generations().await?;
        self.view(id, &rows).ok_or_else(|| self.unknown(id))
    }

    fn view(&self, id: &str, rows: &[GenerationRow]) -> Option<PluginView> {
        let active = self.generations.active(id);
        let own: Vec<&GenerationRow> = rows.iter().filter(|row| row.id == id).collect();
        let manifest = match &active {
            Some(active) => active.plugin.manifest.clone(),
            None => serde_json::from_str(&own.first()?.manifest).ok()?,
        };
        let now = active.as_ref().map(|active| active.digest().to_string());
        let mut views: Vec<GenerationView> =
            own.iter().map(|row| GenerationView::of_row(row, now.as_deref() == Some(&row.digest))).collect();
        if let Some(inside) = self.shipped.get(id) {
            views.push(GenerationView::shipped(inside, now.as_deref() == Some(&inside.digest().to_string())));
        }
        let (mut serving, others) = views.into_iter().partition::<Vec<_>, _>(|view| Some(&view.digest) == now.as_ref());
        Some(PluginView {
            id: id.into(),
            role: manifest.role.to_string(),
            title: manifest.title.clone(),
            does: view::abilities(&manifest),
            active: serving.pop(),
            others,
            settings: active.as_ref().map(|active| active.settings.clone()).unwrap_or_default(),
            rights: active.as_ref().map(|_| Rights::default().missing(&manifest)).unwrap_or_default(),
            health: active.as_ref().map(|active| HealthView::of(&active.plugin.health)),
        })
    }
}
