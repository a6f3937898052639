//! The jobs that an upstream has accepted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;

/// The jobs that an upstream has accepted, by id, with what was asked for.
#[derive(Default)]
pub struct Jobs(Mutex<BTreeMap<String, Value>>);

impl Jobs {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.0.lock().expect("nothing panics while it is locked")
    }

    /// Accepts one.
    pub fn accept(&self, id: &str, asked: &Value) {
        self.all().insert(id.to_owned(), asked.clone());
    }

    /// What was asked for, where there is such a job.
    pub fn asked(&self, id: &str) -> Option<Value> {
        self.all().get(id).cloned()
    }
}
