//! The manager: the only one that changes what is active.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kinora_domain::documents::Manifest;
use kinora_runtime::egress::{Grant, Policy, Rights};
use kinora_runtime::{Generation, Generations, Origin, Plugin, PluginError, Rule, Runtime};
use kinora_store::{GenerationRow, GenerationState, Store, Switch};
use semver::Version;
use serde_json::Value;
use tokio::sync::Mutex as Turn;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::artefacts::Artefacts;
use crate::error::ManageError;
use crate::inbox::Inbox;
use crate::view::{self, Activated, GenerationView, HealthView, Installed, PluginView};

/// How often the inbox and the health of what is active are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// A component inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its file's name without ending.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// What an administrator's settings say about a plugin.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Base URLs and keys. The rights in it do not count: those are granted.
    pub grant: Grant,
    /// The plugin's own settings.
    pub settings: Value,
}

/// Reads what the settings say about a plugin; asked anew for each generation. The error is a sentence.
pub type Configure = Arc<dyn Fn(&Plugin) -> Result<Given, String> + Send + Sync>;

/// Which of the rights that a generation newly asks for it gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GrantNew {
    /// None: it is activated only where it asks for none.
    #[default]
    Nothing,
    /// All.
    All,
    /// These, in the words of [`ManageError::NewRights`]; it is activated only where they are all.
    These(Vec<String>),
}

impl GrantNew {
    fn covers(&self, right: &String) -> bool {
        match self {
            GrantNew::Nothing => false,
            GrantNew::All => true,
            GrantNew::These(rights) => rights.contains(right),
        }
    }
}

/// How a manager works.
pub struct ManagerOptions {
    /// The data folder.
    pub data: PathBuf,
    /// The components inside the binary.
    pub shipped: &'static [Shipped],
    /// How many replaced generations of a plugin stay ready.
    pub keep: usize,
    /// What decides about requests.
    pub policy: Policy,
    /// What the settings say.
    pub configure: Configure,
}

/// The only one that changes what is active.
pub struct Manager {
    runtime: Arc<Runtime>,
    generations: Arc<Generations>,
    store: Store,
    artefacts: Artefacts,
    options: ManagerOptions,
    shipped: BTreeMap<String, Arc<Generation>>,
    inbox: Mutex<Inbox>,
    refused: Mutex<Vec<String>>,
    /// One change at a time.
    turn: Turn<()>,
}

impl Manager {
    /// Loads what is inside the binary, what was active, and what came into the inbox meanwhile. What cannot be loaded
    /// is told ([`Manager::refused`]) and left out.
    ///
    /// # Errors
    /// Where the database or the data folder cannot be used, or the settings of a component inside the binary are wrong.
    pub async fn open(runtime: Arc<Runtime>, store: Store, options: ManagerOptions) -> Result<Arc<Self>, ManageError> {
        let mut manager = Manager {
            generations: Arc::new(Generations::new(options.keep)),
            artefacts: Artefacts::open(options.data.join("artefacts"))?,
            inbox: Mutex::new(Inbox::new(options.data.join("plugins"))),
            runtime,
            store,
            options,
            shipped: BTreeMap::new(),
            refused: Mutex::default(),
            turn: Turn::new(()),
        };
        manager.load_shipped().await?;
        manager.load_installed().await?;
        let files = manager.inbox().all();
        for file in files {
            manager.receive(&file, true).await;
        }
        manager.clear_up().await;
        Ok(Arc::new(manager))
    }

    /// What is active.
    pub fn generations(&self) -> &Arc<Generations> {
        &self.generations
    }

    /// What was refused lately, one sentence each.
    pub fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn inbox(&self) -> std::sync::MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, message: String) {
        tracing::warn!("{message}");
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|known| *known != message);
        refused.push(message);
        if refused.len() > 100 {
            refused.remove(0);
        }
    }

    async fn load_shipped(&mut self) -> Result<(), ManageError> {
        let mut loading = JoinSet::new();
        for Shipped { name, bytes } in self.options.shipped.iter().copied() {
            let runtime = self.runtime.clone();
            loading.spawn(async move { runtime.load(bytes.to_vec(), Origin::Shipped(name)).await });
        }
        while let Some(loaded) = loading.join_next().await {
            match loaded {
                Ok(Ok(plugin)) => {
                    let rights = Rights::whole(&plugin.manifest);
                    let generation = Arc::new(self.generation(plugin, rights)?);
                    self.shipped.insert(generation.id().to_owned(), generation.clone());
                    self.generations.activate(generation);
                }
                Ok(Err(error)) => self.refuse(error.to_string()),
                Err(_) => {
                    self.refuse("a component inside the binary did not come to an end while it was loaded".into())
                }
            }
        }
        // An operation stays with the component that began it, also when the next binary has another one inside.
        for Shipped { bytes, .. } in self.options.shipped {
            self.artefacts.put(bytes)?;
        }
        Ok(())
    }

    async fn load_installed(&self) -> Result<(), ManageError> {
        let mut kept = BTreeMap::<String, usize>::new();
        for row in self.store.plugin_generations().await? {
            let count = kept.entry(row.id.clone()).or_default();
            let wanted = match row.state {
                GenerationState::Active => true,
                GenerationState::Kept => *count < self.options.keep,
                GenerationState::Staged | GenerationState::Failed => false,
            };
            if !wanted {
                continue;
            }
            match self.load_row(&row).await {
                Ok(generation) if row.state == GenerationState::Active => {
                    self.generations.activate(generation);
                }
                Ok(generation) => {
                    *count += 1;
                    self.generations.keep(generation);
                }
                Err(error) => self.refuse(format!("the active generation cannot be loaded: {error}")),
            }
        }
        Ok(())
    }

    /// A component with its rights and what the settings say.
    fn generation(&self, plugin: Plugin, rights: Rights) -> Result<Generation, ManageError> {
        let given = (self.options.configure)(&plugin)
            .map_err(|detail| ManageError::Settings { id: plugin.id().into(), detail })?;
        plugin.check_settings(&given.settings)?;
        let grant = Grant { rights, ..given.grant };
        Ok(Generation { plugin: Arc::new(plugin), grant, settings: given.settings })
    }

    async fn load_row(&self, row: &GenerationRow) -> Result<Arc<Generation>, ManageError> {
        let bytes = self.artefacts.get(&row.digest).ok_or_else(|| {
            let GenerationRow { id, version, digest, .. } = row;
            ManageError::NotFound(format!(
                "the component of {id} {version} ({}) is no longer in the data folder; install it again",
                &digest[..12.min(digest.len())]
            ))
        })?;
        let plugin = self.runtime.load(bytes, Origin::File(PathBuf::from(&row.origin))).await?;
        Ok(Arc::new(self.generation(plugin, rights_of(row))?))
    }

    /// Takes a component in: checks it, tests it, keeps it. It does not serve yet.
    ///
    /// # Errors
    /// Why it is refused. Nothing of a refused component stays.
    pub async fn install(&self, bytes: Vec<u8>, origin: &Path) -> Result<Installed, ManageError> {
        let _turn = self.turn.lock().await;
        self.take_in(bytes, origin).await
    }

    async fn take_in(&self, bytes: Vec<u8>, origin: &Path) -> Result<Installed, ManageError> {
        let plugin = self.runtime.load(bytes.clone(), Origin::File(origin.to_owned())).await?;
        let rights = Rights::whole(&plugin.manifest);
        let candidate = self.generation(plugin, rights)?;
        let Manifest { id, role, .. } = &candidate.plugin.manifest;
        if let Some(other) = self.generations.active(id)
            && other.plugin.manifest.role != *role
        {
            let detail =
                format!("its id {id:?} belongs to a {} of this host; choose another", other.plugin.manifest.role);
            return Err(refused(&candidate, Rule::DuplicateId, detail).into());
        }
        candidate.self_test(&self.options.policy).await?;
        self.artefacts.put(&bytes)?;
        let row = row(&candidate)?;
        let installed = self.installed(&row, &candidate.plugin.manifest).await?;
        if !self.is_inside(&row.id, &row.digest) {
            self.store.add_plugin_generation(row).await?;
        }
        Ok(installed)
    }

    async fn installed(&self, row: &GenerationRow, manifest: &Manifest) -> Result<Installed, ManageError> {
        Ok(Installed {
            id: row.id.clone(),
            version: row.version.clone(),
            digest: row.digest.clone(),
            role: row.role.clone(),
            requested_rights: Rights::default().missing(manifest),
            new_rights: self.granted(&row.id, &row.digest).await?.missing(manifest),
        })
    }

    /// What a generation may do without being asked for: what it was granted before, and what the active one has.
    async fn granted(&self, id: &str, digest: &str) -> Result<Rights, ManageError> {
        let mut granted = self.generations.active(id).map(|active| active.grant.rights.clone()).unwrap_or_default();
        for row in self.rows(id).await?.iter().filter(|row| row.digest == digest) {
            let own = rights_of(row);
            granted.endpoints.extend(own.endpoints);
            granted.credentials.extend(own.credentials);
            granted.exemptions.extend(own.exemptions);
        }
        Ok(granted)
    }

    fn is_inside(&self, id: &str, digest: &str) -> bool {
        self.shipped.get(id).is_some_and(|shipped| shipped.digest().to_string() == digest)
    }

    async fn rows(&self, id: &str) -> Result<Vec<GenerationRow>, ManageError> {
        let mut rows = self.store.plugin_generations().await?;
        rows.retain(|row| row.id == id);
        Ok(rows)
    }

    /// Makes an installed generation the active one. `which` is a digest, the beginning of one, or a version; absent:
    /// the latest that was installed.
    ///
    /// # Errors
    /// `NewRights` where it asks for rights that were not granted; why it cannot be loaded. The one before stays then.
    pub async fn activate(&self, id: &str, which: Option<&str>, grant: &GrantNew) -> Result<Activated, ManageError> {
        let _turn = self.turn.lock().await;
        let digest = self.find(id, which).await?;
        self.turn_to(id, &digest, grant, None).await
    }

    async fn find(&self, id: &str, which: Option<&str>) -> Result<String, ManageError> {
        let rows = self.rows(id).await?;
        let inside = self.shipped.get(id);
        if rows.is_empty() && inside.is_none() {
            return Err(self.unknown(id));
        }
        let Some(which) = which else {
            return rows.iter().max_by_key(|row| row.installed_at).map(|row| row.digest.clone()).ok_or_else(|| {
                ManageError::Conflict(format!("of {id} nothing is installed but what the binary has inside"))
            });
        };
        let mut found: Vec<String> = rows
            .iter()
            .map(|row| (row.digest.clone(), row.version.as_str()))
            .chain(inside.map(|inside| (inside.digest().to_string(), inside.plugin.manifest.version.as_str())))
            .filter(|(digest, version)| *version == which || (which.len() >= 8 && digest.starts_with(which)))
            .map(|(digest, _)| digest)
            .collect();
        found.dedup();
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(ManageError::NotFound(format!(
                "there is no generation {which} of {id}; `kinora plugin show {id}` lists them"
            ))),
            _ => Err(ManageError::Conflict(format!(
                "{} generations of {id} are called {which}; name one by its digest",
                found.len()
            ))),
        }
    }

    fn unknown(&self, id: &str) -> ManageError {
        let known: Vec<String> = self.generations.all().iter().map(|generation| generation.id().to_owned()).collect();
        ManageError::NotFound(format!("there is no plugin {id:?}; there is: {}", known.join(", ")))
    }

    /// One database transaction, then one swap.
    async fn turn_to(
        &self,
        id: &str,
        digest: &str,
        grant: &GrantNew,
        failed: Option<String>,
    ) -> Result<Activated, ManageError> {
        let inside = self.shipped.get(id).filter(|inside| inside.digest().to_string() == digest).cloned();
        let kept = self.generations.with_digest(id, digest);
        let (generation, rights) = match (inside, kept) {
            (Some(inside), _) => (inside, None),
            (None, kept) => {
                let rows = self.rows(id).await?;
                let row = rows.iter().find(|row| row.digest == digest).ok_or_else(|| self.unknown(id))?;
                let tested = kept.is_some();
                let ready = match kept {
                    Some(kept) => kept,
                    None => self.load_row(row).await?,
                };
                let manifest = &ready.plugin.manifest;
                let mut new_rights = self.granted(id, digest).await?.missing(manifest);
                new_rights.retain(|right| !grant.covers(right));
                if !new_rights.is_empty() {
                    return Err(ManageError::NewRights { id: id.into(), version: row.version.clone(), new_rights });
                }
                // Settings and keys may have changed since it was loaded.
                let rights = Rights::whole(manifest);
                let given = (self.options.configure)(&ready.plugin)
                    .map_err(|detail| ManageError::Settings { id: id.into(), detail })?;
                ready.plugin.check_settings(&given.settings)?;
                let grant = Grant { rights: rights.clone(), ..given.grant };
                let plugin = ready.plugin.clone();
                let generation = Generation { plugin, grant, settings: given.settings };
                // With the rights that it will have. What is kept was tested when it came.
                if !tested {
                    generation.self_test(&self.options.policy).await?;
                }
                (Arc::new(generation), Some(json(&rights)?))
            }
        };
        let to = rights.is_some().then(|| digest.to_owned());
        let forget = failed.is_some();
        self.store.switch_plugin(Switch { id: id.into(), to, rights, failed }).await?;
        generation.plugin.health.forgive();
        let before = self.generations.activate(generation.clone());
        if let Some(before) = before.as_ref().filter(|before| forget && before.digest() != generation.digest()) {
            self.generations.forget(id, &before.digest().to_string());
        }
        let version = generation.plugin.manifest.version.clone();
        let before = before.map(|before| before.plugin.manifest.version.clone());
        tracing::info!(plugin = id, version, digest, before, "activated");
        self.clear_up().await;
        Ok(Activated { id: id.into(), version, digest: digest.into(), before })
    }

    /// Goes back to the generation that was active before; the one that is active now is marked with the reason.
    ///
    /// # Errors
    /// `Conflict` where there is none to go back to.
    pub async fn roll_back(&self, id: &str, reason: &str) -> Result<Activated, ManageError> {
        let _turn = self.turn.lock().await;
        let Some(active) = self.generations.active(id) else { return Err(self.unknown(id)) };
        let kept =
            self.rows(id).await?.into_iter().find(|row| row.state == GenerationState::Kept).map(|row| row.digest);
        let inside = self.shipped.get(id).map(|inside| inside.digest().to_string());
        let now = active.digest().to_string();
        let Some(digest) = kept.or(inside).filter(|digest| *digest != now) else {
            return Err(ManageError::Conflict(format!("there is no earlier generation of {id} to go back to")));
        };
        self.turn_to(id, &digest, &GrantNew::Nothing, Some(reason.into())).await
    }

    /// A generation that an operation belongs to, also where it is no longer ready; the active one where that goes on
    /// from its state; none where it is gone.
    pub async fn recall(&self, id: &str, digest: &str) -> Option<Arc<Generation>> {
        if let Some(ready) = self.generations.with_digest(id, digest) {
            return Some(ready);
        }
        let rows = self.rows(id).await.ok()?;
        let row = rows.iter().find(|row| row.digest == digest);
        if let Some(bytes) = self.artefacts.get(digest) {
            let origin = Origin::File(PathBuf::from(row.map_or("an earlier binary", |row| &row.origin)));
            let loaded = self.runtime.load(bytes, origin).await.map_err(ManageError::from).and_then(|plugin| {
                let rights = row.map_or_else(|| Rights::whole(&plugin.manifest), rights_of);
                self.generation(plugin, rights)
            });
            match loaded {
                Ok(generation) => {
                    let generation = Arc::new(generation);
                    self.generations.keep(generation.clone());
                    return Some(generation);
                }
                Err(error) => tracing::warn!(plugin = id, digest, "an earlier generation cannot be loaded: {error}"),
            }
        }
        let before: Manifest = serde_json::from_str(&row?.manifest).ok()?;
        let active = self.generations.active(id)?;
        active.plugin.manifest.reads_state_versions.contains(&before.state_version).then_some(active)
    }

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
        let mut views: Vec<GenerationView> = own.iter().map(|row| GenerationView::of_row(row)).collect();
        if let Some(inside) = self.shipped.get(id) {
            views.push(GenerationView::shipped(inside, now.as_deref() == Some(&inside.digest().to_string())));
        }
        let (mut serving, others) = views.into_iter().partition::<Vec<_>, _>(|view| Some(&view.digest) == now.as_ref());
        let mut does = manifest.kinds.clone();
        does.extend(manifest.models.iter().map(|model| format!("{} ({})", model.operation, model.id)));
        Some(PluginView {
            id: id.into(),
            role: manifest.role.to_string(),
            title: manifest.title.clone(),
            does,
            active: serving.pop(),
            others,
            settings: active.as_ref().map(|active| active.settings.clone()).unwrap_or_default(),
            rights: active.as_ref().map(|_| Rights::default().missing(&manifest)).unwrap_or_default(),
            health: active.as_ref().map(|active| HealthView::of(&active.plugin.health)),
        })
    }

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
    async fn receive(&self, file: &Path, at_start: bool) {
        let _turn = self.turn.lock().await;
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
            self.refuse(error.to_string());
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
                    self.refuse(format!("the plugin {} {reason}; it stays: {error}", active.id()));
                    active.plugin.health.forgive();
                }
            }
        }
    }

    /// Lets go of what nobody needs any more.
    async fn clear_up(&self) {
        let (Ok(rows), Ok(pinned)) = (self.store.plugin_generations().await, self.store.pinned_digests().await) else {
            return;
        };
        let mut needed: HashSet<String> = pinned.into_iter().collect();
        needed.extend(
            self.options.shipped.iter().map(|Shipped { bytes, .. }| kinora_runtime::Digest::of(bytes).to_string()),
        );
        let mut count = HashMap::<(&str, GenerationState), usize>::new();
        for row in &rows {
            let nth = count.entry((&row.id, row.state)).or_default();
            *nth += 1;
            if row.state == GenerationState::Active || *nth <= self.options.keep.max(1) {
                needed.insert(row.digest.clone());
            } else if !needed.contains(&row.digest)
                && let Err(error) = self.store.remove_plugin_generation(&row.id, &row.digest).await
            {
                tracing::warn!("an old generation stays in the database: {error}");
                needed.insert(row.digest.clone());
            }
        }
        self.artefacts.retain(|digest| needed.contains(digest));
    }
}

fn refused(candidate: &Generation, rule: Rule, detail: String) -> PluginError {
    let manifest = &candidate.plugin.manifest;
    PluginError { plugin: manifest.id.clone(), version: Some(manifest.version.clone()), rule, kind: None, detail }
}

fn rights_of(row: &GenerationRow) -> Rights {
    // What cannot be read grants nothing.
    serde_json::from_str(&row.rights).unwrap_or_default()
}

fn row(generation: &Generation) -> Result<GenerationRow, ManageError> {
    let manifest = &generation.plugin.manifest;
    Ok(GenerationRow {
        id: manifest.id.clone(),
        digest: generation.digest().to_string(),
        role: manifest.role.to_string(),
        version: manifest.version.clone(),
        manifest: json(manifest)?,
        rights: json(&Rights::default())?,
        origin: view::origin(&generation.plugin.origin),
        state: GenerationState::Staged,
        reason: None,
        installed_at: 0,
        activated_at: None,
    })
}

fn json(document: &impl serde::Serialize) -> Result<String, ManageError> {
    serde_json::to_string(document).map_err(|error| ManageError::Conflict(format!("it cannot be written: {error}")))
}
