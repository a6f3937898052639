use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the manifest schema that this SDK writes.
pub const MANIFEST_SCHEMA: u32 = 1;

/// What a component says of itself. The host grants rights out of it; a right that is not asked for here is never
/// given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Manifest {
    /// Version of this schema; 1.
    pub schema: u32,
    /// Lower-case letters, digits and `-`, 1 to 64 characters, unique among all plugins of a host.
    pub id: String,
    /// The component's own version, semver.
    pub version: String,
    /// A name for people: "OpenAI".
    pub title: String,
    /// The world the component was built for.
    pub role: Role,
    /// What strategies, validators and renderers serve: document or drawing kinds such as `scenario`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// What a provider can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Model>,
    /// The only places a provider may send requests to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Endpoint>,
    /// The keys a provider needs. It names them and never sees them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<Credential>,
    /// Requests that are not GET and yet cost nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<Exemption>,
    /// Version of the state that a provider keeps between two steps. Another number says that the bytes mean something
    /// else than before.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub state_version: u32,
    /// The versions of the state, besides its own, that a provider can go on from. An operation stays with the
    /// component that began it as long as that is kept; afterwards it moves only where its version is listed here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads_state_versions: Vec<u32>,
    /// A JSON Schema of the settings; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
}

fn first() -> u32 {
    1
}

fn is_first(version: &u32) -> bool {
    *version == 1
}

impl Default for Manifest {
    /// Of a provider that has no name yet and can do nothing: for `..Manifest::default()`.
    fn default() -> Self {
        Manifest {
            schema: MANIFEST_SCHEMA,
            id: String::new(),
            version: String::new(),
            title: String::new(),
            role: Role::Provider,
            kinds: Vec::new(),
            models: Vec::new(),
            endpoints: Vec::new(),
            credentials: Vec::new(),
            exemptions: Vec::new(),
            state_version: first(),
            reads_state_versions: Vec::new(),
            settings: None,
        }
    }
}

/// The four roles of plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Adapts an upstream service.
    Provider,
    /// Writes prompts and reads answers.
    Strategy,
    /// Judges documents.
    Validator,
    /// Says what to draw.
    Renderer,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 4] = [Role::Provider, Role::Strategy, Role::Validator, Role::Renderer];

    /// The role's name, as in WIT and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Provider => "provider",
            Role::Strategy => "strategy",
            Role::Validator => "validator",
            Role::Renderer => "renderer",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One operation of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Model {
    /// The upstream's name of the model.
    pub id: String,
    /// `text`, `image` or `video`; an open vocabulary.
    pub operation: String,
    /// What it can do beyond the plain operation: `json-schema`, `reference-images`, `negative-prompt`, `seed`,
    /// `audio`, `first-frame`, `last-frame`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// The price, as a default that settings overlay; absent means free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The day (ISO 8601) after which the upstream no longer serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires: Option<String>,
    /// The tokens of question and answer together that a text model takes; absent where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u32>,
    /// The most tokens of one answer of a text model; absent where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u32>,
    /// Whether it is given away, and its answers are therefore to be short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free_tier: bool,
}

impl Model {
    /// A model that does the plain operation (`text`, `image`, `video`), as far as is known for free.
    pub fn new(operation: &str, id: &str) -> Self {
        Model {
            id: id.to_owned(),
            operation: operation.to_owned(),
            capabilities: Vec::new(),
            price: None,
            retires: None,
            context_tokens: None,
            output_tokens: None,
            free_tier: false,
        }
    }
}

/// What a model costs, in millionths of a US dollar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Price {
    /// For a million input tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// For a million output tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// For one picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<u64>,
    /// For one second of video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<u64>,
}

/// A place that requests may go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Endpoint {
    /// How requests name it.
    pub name: String,
    /// An `https` base URL without a trailing slash. Only an administrator can override it.
    pub base_url: String,
    /// Other hosts that results of this endpoint are served from: `replicate.delivery` or `*.replicate.delivery`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result_hosts: Vec<String>,
}

impl Endpoint {
    /// A place that serves its results itself.
    pub fn new(name: &str, base_url: &str) -> Self {
        Endpoint { name: name.to_owned(), base_url: base_url.to_owned(), result_hosts: Vec::new() }
    }
}

/// A key that the host adds to requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credential {
    /// How requests name it.
    pub name: String,
    /// The endpoint it belongs to; it is never sent anywhere else.
    pub endpoint: String,
    /// How it is presented: `header`; more schemes may come.
    pub scheme: String,
    /// The header that carries it.
    pub header: String,
    /// What stands before the key in that header, such as `Bearer `.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// The environment variable an administrator would set by custom, such as `OPENAI_API_KEY`.
    pub environment: String,
}

impl Credential {
    /// A key that is sent as `authorization: Bearer …`.
    pub fn bearer(name: &str, endpoint: &str, environment: &str) -> Self {
        Credential {
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            scheme: "header".to_owned(),
            header: "authorization".to_owned(),
            prefix: "Bearer ".to_owned(),
            environment: environment.to_owned(),
        }
    }
}

/// A request that is not GET and costs nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exemption {
    /// How requests name it.
    pub name: String,
    /// Its method.
    pub method: String,
    /// Its endpoint.
    pub endpoint: String,
    /// Its path, in which `*` stands for one segment.
    pub path: String,
    /// Why it costs nothing, for the administrator who grants it.
    pub reason: String,
}
