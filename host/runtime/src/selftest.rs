//! What every component of a role must master before it may become active: it answers small, ordinary requests and the
//! usual misfortunes without breaking a rule. What it answers is its own affair; that it answers is not.

use kinora_domain::documents::{
    Drawing, ImageOperation, Message, Rate, Role, ScenarioRequest, StrategyRequest, TextOperation, VideoOperation,
};
use serde_json::{Value, json};

use crate::egress::{Policy, Wall};
use crate::error::{PluginError, Rule};
use crate::generations::Generation;
use crate::plugin::Plugin;
use crate::protocol::{Action, Event, HttpResponse, Operation, ResponseBody, Step, TransportFailure};

impl Generation {
    /// Runs the cases of the component's role with its settings. Nothing is sent anywhere.
    ///
    /// # Errors
    /// `Rule::SelfTest` with the case and what went wrong.
    pub async fn self_test(&self, policy: &Policy) -> Result<(), PluginError> {
        let plugin = &self.plugin;
        let result = match plugin.manifest.role {
            Role::Provider => self.test_provider(policy).await,
            Role::Strategy => test_strategy(plugin, &self.settings).await,
            Role::Validator => test_validator(plugin, &self.settings).await,
            Role::Renderer => test_renderer(plugin, &self.settings).await,
        };
        plugin.health.forgive();
        result.map_err(|(case, said)| plugin.error(Rule::SelfTest, format!("the self-test failed at {case}: {said}")))
    }

    async fn test_provider(&self, policy: &Policy) -> Result<(), (String, String)> {
        let manifest = &self.plugin.manifest;
        if manifest.models.is_empty() {
            return Err(("the manifest".into(), "it lists no models, so it would never be asked".into()));
        }
        let mut kinds: Vec<&str> = manifest.models.iter().map(|model| model.operation.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let Some(document) = sample_operation(kind) else { continue };
            let case = |what: &str| format!("{what} of the {kind} operation");
            let operation = Operation { id: "self-test".into(), kind: kind.into(), document: document.to_string() };
            let first =
                self.plugin.start(&operation, &self.settings).await.map_err(|e| (case("the start"), e.detail))?;
            let state = first.state.clone();
            let Action::Send(request) = first.action else { continue };
            policy
                .plan(manifest, &self.grant, request)
                .map(drop)
                // A key may come later.
                .or_else(|denial| if denial.wall == Wall::Key { Ok(()) } else { Err(denial) })
                .map_err(|denial| (case("the first request"), denial.to_string()))?;
            for (what, event) in misfortunes() {
                let resumed = self.plugin.resume(&state, &event).await;
                let step: Step = resumed.map_err(|e| (case(what), e.detail))?;
                let _ = self.plugin.cancel(&step.state).await.map_err(|e| (case("a cancellation"), e.detail))?;
            }
        }
        Ok(())
    }
}

fn misfortunes() -> Vec<(&'static str, Event)> {
    let answer = |status: u16, body: &[u8]| {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Event::Response(HttpResponse { status, headers, body: ResponseBody::Inline(body.to_vec()) })
    };
    vec![
        ("an empty object as answer", answer(200, b"{}")),
        ("an answer that is no JSON", answer(200, b"<html>not what you asked for</html>")),
        ("an upstream that is overloaded", answer(429, br#"{"error":{"message":"slow down"}}"#)),
        ("an upstream that fails", answer(500, b"")),
        (
            "a connection that broke",
            Event::TransportFailed(TransportFailure {
                kind: "reset".into(),
                message: "the connection was closed".into(),
                maybe_accepted: true,
            }),
        ),
        ("a timer", Event::Timer),
    ]
}

fn sample_operation(kind: &str) -> Option<Value> {
    let prompt = "A lighthouse at night".to_owned();
    let document = match kind {
        "text" => serde_json::to_value(TextOperation {
            messages: vec![Message { role: "user".into(), content: "Say yes.".into() }],
            ..TextOperation::default()
        }),
        "image" => {
            serde_json::to_value(ImageOperation { prompt, width: 1280, height: 720, ..ImageOperation::default() })
        }
        "video" => serde_json::to_value(VideoOperation {
            prompt,
            aspect_ratio: "16:9".into(),
            duration: 8.0,
            ..VideoOperation::default()
        }),
        _ => return None,
    };
    document.ok()
}

fn sample_scenario() -> ScenarioRequest {
    ScenarioRequest {
        prompt: "A lighthouse at night".into(),
        scene_count: 1,
        style: "cinematic-storytelling".into(),
        mood: "professional".into(),
        resolution: "1920x1080".into(),
        target_language: "en-US".into(),
        environment: None,
        product: None,
        seed: None,
    }
}

/// A component that declines a sample says so in good order; any other failure is one.
fn declined<T>(result: Result<T, PluginError>, case: &str) -> Result<(), (String, String)> {
    match result {
        Err(error) if error.rule != Rule::Declined => Err((case.to_owned(), error.detail)),
        _ => Ok(()),
    }
}

async fn test_strategy(plugin: &Plugin, settings: &Value) -> Result<(), (String, String)> {
    for kind in &plugin.manifest.kinds {
        let input = if kind == "scenario" { json!(sample_scenario()) } else { json!({"prompt": "A lighthouse"}) };
        let request = StrategyRequest { kind: kind.clone(), input, attempt: 1, problems: Vec::new() };
        declined(plugin.compose_prompt(&request, settings).await, &format!("a question for {kind}"))?;
        for text in ["", "no JSON", "{}"] {
            declined(plugin.interpret(&request, text, settings).await, &format!("the answer {text:?} for {kind}"))?;
        }
    }
    Ok(())
}

async fn test_validator(plugin: &Plugin, settings: &Value) -> Result<(), (String, String)> {
    let context = json!(sample_scenario());
    for document in [json!({}), json!([]), json!({"title": "A lighthouse", "scenes": []})] {
        declined(plugin.validate(&document, &context, settings).await, &format!("the document {document}"))?;
    }
    Ok(())
}

async fn test_renderer(plugin: &Plugin, settings: &Value) -> Result<(), (String, String)> {
    for kind in &plugin.manifest.kinds {
        let drawing = Drawing {
            kind: kind.clone(),
            width: 640,
            height: 360,
            rate: Rate { num: 30, den: 1 },
            frames: 30,
            seed: 1,
            title: "A lighthouse".into(),
            subtitle: String::new(),
            subject: "a lighthouse at night".into(),
            style: String::new(),
            mood: String::new(),
            mark: String::new(),
            data: Vec::new(),
        };
        declined(plugin.compose_drawing(&drawing, settings).await, &format!("a drawing of kind {kind}"))?;
    }
    Ok(())
}
