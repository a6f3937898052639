//! `kinora plugin`: what is done with one component (check, run), and with what serves (`generations`).

mod generations;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use kinora_domain::documents::Role;
use kinora_runtime::Plugin;
use kinora_runtime::protocol::{Action, Body, BodyPart, EndpointPath, HttpRequest, Operation, Step, Target};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::adapters;
use crate::cli;
use crate::host;
use crate::say;
use crate::settings::Settings;

/// What is read of an input, so that a wrong pipe does not fill the memory.
const MAX_INPUT: u64 = 32 << 20;

/// Runs one of the plugin commands.
///
/// # Errors
/// Where a component is refused or stopped, or the input cannot be read.
pub async fn run(settings: &Settings, command: cli::Plugin) -> Result<ExitCode> {
    match command {
        cli::Plugin::Check { file } => {
            let plugin = host::runtime(settings)?.load_file(&file).await?;
            describe(&plugin, &file)
        }
        cli::Plugin::Run { file, input } => {
            let plugin = host::runtime(settings)?.load_file(&file).await?;
            let input = read_input(input)?;
            let given = adapters::given(settings, &plugin)?;
            let answer = call(&plugin, &input, &given.settings).await?;
            say!("{}", serde_json::to_string_pretty(&answer)?);
            Ok(ExitCode::SUCCESS)
        }
        change => generations::run(settings, change).await,
    }
}

fn describe(plugin: &Plugin, file: &Path) -> Result<ExitCode> {
    let manifest = &plugin.manifest;
    let or_none = |names: Vec<&str>| {
        if names.is_empty() { "none".into() } else { names.join(", ") }
    };
    let size = std::fs::metadata(file)?.len();
    say!("{} can be used", file.display());
    say!("plugin       {} {} ({})", manifest.id, manifest.version, manifest.title);
    say!("role         {}", manifest.role);
    say!("does         {}", kinora_plugins::abilities(manifest).join(", "));
    say!("size         {size} bytes");
    say!("sha-256      {}", plugin.digest);
    let endpoints = manifest.endpoints.iter().map(|e| e.base_url.as_str()).collect();
    say!("may reach    {}", or_none(endpoints));
    let credentials = manifest.credentials.iter().map(|c| c.environment.as_str()).collect();
    say!("needs keys   {}", or_none(credentials));
    let trapped = plugin.trapped_imports.iter().map(String::as_str).collect();
    say!("traps when it calls  {}", or_none(trapped));
    let settings = manifest.settings.as_ref().and_then(|schema| schema["properties"].as_object());
    for (name, schema) in settings.into_iter().flatten() {
        say!("setting      {name}: {}", schema["description"].as_str().unwrap_or("not described"));
    }
    Ok(ExitCode::SUCCESS)
}

fn read_input(path: Option<PathBuf>) -> Result<Value> {
    let mut text = String::new();
    let (mut source, name): (Box<dyn Read>, _) = match path {
        Some(path) => {
            let name = path.display().to_string();
            let file = std::fs::File::open(&path).with_context(|| format!("{name} cannot be read"))?;
            (Box::new(file), name)
        }
        None => (Box::new(std::io::stdin()), "standard input".into()),
    };
    source.by_ref().take(MAX_INPUT).read_to_string(&mut text).with_context(|| format!("{name} cannot be read"))?;
    serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))
}

fn field<T: DeserializeOwned>(input: &Value, name: &str) -> Result<T> {
    let value = input.get(name).with_context(|| format!("the input has no \"{name}\""))?;
    serde_json::from_value(value.clone()).with_context(|| format!("the input's \"{name}\" is wrong"))
}

async fn call(plugin: &Plugin, input: &Value, settings: &Value) -> Result<Value> {
    let document = "the input is not what this role takes; see `kinora plugin run --help`";
    Ok(match plugin.manifest.role {
        Role::Renderer => {
            let drawing = serde_json::from_value(input.clone()).context(document)?;
            serde_json::to_value(plugin.compose_drawing(&drawing, settings).await?)?
        }
        Role::Strategy => {
            let request = serde_json::from_value(input.clone()).context(document)?;
            serde_json::to_value(plugin.compose_prompt(&request, settings).await?)?
        }
        Role::Validator => {
            let (judged, context): (Value, Value) = (field(input, "document")?, field(input, "context")?);
            serde_json::to_value(plugin.validate(&judged, &context, settings).await?)?
        }
        Role::Provider => {
            let operation = Operation {
                id: "plugin-run".into(),
                kind: field(input, "kind")?,
                document: field::<Value>(input, "parameters")?.to_string(),
            };
            show(plugin.start(&operation, settings).await?)
        }
    })
}

/// A provider's first step as JSON.
fn show(step: Step) -> Value {
    match step.action {
        Action::Done(outcome) => {
            let document = serde_json::from_str(&outcome.document).unwrap_or(Value::String(outcome.document));
            let attachments: Vec<Value> = outcome
                .attachments
                .iter()
                .map(|a| json!({"name": a.name, "media_type": a.media_type, "size": a.content.len()}))
                .collect();
            json!({"done": document, "attachments": attachments})
        }
        Action::Fail(error) => json!({"fail": {"kind": error.kind, "message": error.message}}),
        Action::Wait(ms) => json!({"wait_ms": ms}),
        Action::Send(request) => json!({"send": sent(request)}),
    }
}

/// A request as JSON, without what it leaves out.
fn sent(request: HttpRequest) -> Value {
    let (endpoint, place) = match request.target {
        Target::Endpoint(EndpointPath { endpoint, path }) => (Some(endpoint), path),
        Target::Url(url) => (None, url),
    };
    let body = match request.body {
        Body::Empty => Value::Null,
        Body::Parts(parts) => match parts.as_slice() {
            [BodyPart::Text(text)] => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            parts => json!(parts),
        },
        Body::Form(fields) => json!(fields),
    };
    let headers: BTreeMap<_, _> = request.headers.into_iter().collect();
    let mut sent = json!({
        "method": request.method,
        "endpoint": endpoint,
        "path": place,
        "credential": request.credential,
        "exemption": request.exemption,
        "timeout_ms": request.timeout_ms,
        "headers": headers,
        "body": body,
    });
    if let Some(fields) = sent.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    sent
}
