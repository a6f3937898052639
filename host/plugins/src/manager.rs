//! The manager: the only one that changes what is active.
//!
//! Its rooms, in the order of a plugin's life: `load` (bytes become a generation), `change` (installed, activated,
//! rolled back), `watch` (the inbox and the health of what is active), `show` (what is told of it all).

mod change;
mod load;
mod show;
mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kinora_runtime::egress::{Grant, Policy, Rights};
use kinora_runtime::{Generation, Generations, Plugin, Runtime};
use kinora_store::{GenerationRow, Store};
use serde_json::Value;
use tokio::sync::Mutex as Turn;

use crate::artefacts::Artefacts;
use crate::error::ManageError;
use crate::inbox::Inbox;
use crate::refusals::Refusals;

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
    refusals: Refusals,
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
            refusals: Refusals::default(),
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

    /// What was refused and is not mended yet, one sentence each.
    pub fn refused(&self) -> Vec<String> {
        self.refusals.all()
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a component is the one inside the binary.
    fn is_inside(&self, id: &str, digest: &str) -> bool {
        self.shipped.get(id).is_some_and(|shipped| shipped.digest().to_string() == digest)
    }

    /// What is installed of a plugin, the latest first.
    async fn rows(&self, id: &str) -> Result<Vec<GenerationRow>, ManageError> {
        let mut rows = self.store.plugin_generations().await?;
        rows.retain(|row| row.id == id);
        Ok(rows)
    }

    fn unknown(&self, id: &str) -> ManageError {
        let known: Vec<String> = self.generations.all().iter().map(|generation| generation.id().to_owned()).collect();
        ManageError::NotFound(format!("there is no plugin {id:?}; there is: {}", known.join(", ")))
    }
}

fn rights_of(row: &GenerationRow) -> Rights {
    // What cannot be read grants nothing.
    serde_json::from_str(&row.rights).unwrap_or_default()
}
