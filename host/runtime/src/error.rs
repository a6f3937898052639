//! Why a component was refused, stopped, or of no use: always with its name, its version and the rule.

use std::fmt;

/// Which rule a component broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The file is no component.
    NotAComponent,
    /// The file is larger than a component may be.
    ComponentSize,
    /// The component exports none of the worlds this host knows.
    World,
    /// The component imports what no plugin may have.
    Imports,
    /// The manifest cannot be read, or says what does not fit.
    Manifest,
    /// The administrator's settings do not fit the manifest's schema.
    Settings,
    /// Another plugin has that id.
    DuplicateId,
    /// It failed the cases that every component of its role must master.
    SelfTest,
    /// More computing time than one call may use.
    ComputeTime,
    /// More time on the clock than one call may take.
    WallTime,
    /// More memory than one call may use.
    Memory,
    /// Larger tables than one call may use.
    Tables,
    /// More log than one call may write.
    Log,
    /// A deeper stack than one call may use.
    Stack,
    /// A larger answer than one call may give.
    AnswerSize,
    /// A larger state than an operation may keep.
    StateSize,
    /// More steps of an operation than it may take without a wait.
    Steps,
    /// More time than an operation may take from its beginning to its end.
    OperationTime,
    /// More requests that cost money than an operation may send.
    BillableSends,
    /// The component trapped.
    Trap,
    /// The answer is not the document it must be.
    Document,
    /// The component itself said that it cannot serve the call.
    Declined,
    /// The host failed, not the component.
    Host,
}

impl Rule {
    /// The rule's name, stable, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::NotAComponent => "not-a-component",
            Rule::ComponentSize => "component-size",
            Rule::World => "world",
            Rule::Imports => "imports",
            Rule::Manifest => "manifest",
            Rule::Settings => "settings",
            Rule::DuplicateId => "duplicate-id",
            Rule::SelfTest => "self-test",
            Rule::ComputeTime => "compute-time",
            Rule::WallTime => "wall-time",
            Rule::Memory => "memory",
            Rule::Tables => "tables",
            Rule::Log => "log",
            Rule::Stack => "stack",
            Rule::AnswerSize => "answer-size",
            Rule::StateSize => "state-size",
            Rule::Steps => "steps",
            Rule::OperationTime => "operation-time",
            Rule::BillableSends => "billable-sends",
            Rule::Trap => "trap",
            Rule::Document => "document",
            Rule::Declined => "declined",
            Rule::Host => "host",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A component that was refused, stopped, or of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plugin {plugin}{}: {detail} (rule: {rule})", version.as_ref().map(|v| format!(" {v}")).unwrap_or_default())]
pub struct PluginError {
    /// The plugin's id, or the file's name while the id is not known.
    pub plugin: String,
    /// The plugin's version, once it is known.
    pub version: Option<String>,
    /// The rule.
    pub rule: Rule,
    /// What the component itself called its failure, where it declined: `invalid-input`.
    pub kind: Option<String>,
    /// A sentence.
    pub detail: String,
}

impl PluginError {
    pub(crate) fn new(plugin: &str, rule: Rule, detail: impl Into<String>) -> Self {
        PluginError { plugin: plugin.into(), version: None, rule, kind: None, detail: detail.into() }
    }
}
