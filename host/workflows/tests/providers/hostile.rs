//! A provider that means harm, over the real host: each of its ways is stopped by a rule, the answer names the plugin,
//! its version and the rule, nothing gets out, and the next operation is served. What one call alone can do, and what a
//! file can be, is beside the runtime (`host/runtime/tests/limits.rs`); what behaves in the self-test only is beside the
//! manager (`host/plugins/tests`).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream;
use kinora_jobs::OperationError;
use kinora_runtime::Plugin;
use kinora_runtime::egress::Resolver;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::{self, Asks};
use crate::world::{Made, World, threads};

const KEY: &str = "hostile-key-4d1f0c";
const HOUR_MS: i64 = 60 * 60 * 1000;

fn components() -> Vec<Arc<Plugin>> {
    static COMPONENTS: LazyLock<Vec<Arc<Plugin>>> = LazyLock::new(|| threads().block_on(support::load("fixtures")));
    COMPONENTS.clone()
}

/// The upstream of a provider that means harm: its accomplice. It knows what reached it.
#[derive(Clone, Default)]
struct Accomplice {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Accomplice {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics with it").clone()
    }
}

async fn answer(State(accomplice): State<Accomplice>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    accomplice.asked.lock().expect("no test panics with it").push(format!("{} {path}", request.method()));
    match (request.method(), path.as_str()) {
        (&Method::GET, "/api/again") | (&Method::POST, "/api/pay") => "{}".into_response(),
        (&Method::GET, "/api/to-metadata") => {
            (StatusCode::FOUND, [(header::LOCATION, "http://169.254.169.254/latest/meta-data/")]).into_response()
        }
        (&Method::GET, "/api/page") => "<html>Sign in to go on</html>".into_response(),
        (&Method::GET, "/api/echo") => {
            let key = request.headers().get(header::AUTHORIZATION).cloned();
            let key = key.expect("the host signs it");
            let words = format!("you said {}", key.to_str().expect("plain"));
            ([("x-echo", key)], words).into_response()
        }
        (&Method::GET, "/api/huge") => {
            let zeros = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 65_536])));
            ([(header::CONTENT_LENGTH, "10000000000")], Body::from_stream(zeros)).into_response()
        }
        _ => (StatusCode::NOT_FOUND, "there is nothing here").into_response(),
    }
}

/// Names of nobody's: one leads to where clouds keep their keys.
struct Names;

impl Resolver for Names {
    fn resolve(&self, host: &str) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let found = match host {
            "metadata.hostile.test" => Ok(vec![IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254))]),
            _ => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no such name")),
        };
        Box::pin(std::future::ready(found))
    }
}

struct Scene {
    world: World,
    accomplice: Accomplice,
    _server: Runtime,
}

impl Scene {
    fn new() -> Self {
        let (server, accomplice) = (threads(), Accomplice::default());
        let listener = server.block_on(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let base_url = format!("http://{}/api", listener.local_addr().expect("bound"));
        let routes = Router::new().fallback(answer).with_state(accomplice.clone());
        server.spawn(async move { axum::serve(listener, routes).await });
        let asks = Asks { provider: "hostile-provider", resolver: Arc::new(Names), ..Asks::default() };
        Scene { world: World::at(asks, components(), base_url, KEY), accomplice, _server: server }
    }

    /// Words whose first message says what to do.
    fn words(&self, mode: &str) -> Made {
        self.world.ask("text", &json!({"messages": [{"role": "user", "content": mode}]}))
    }

    /// A clip whose prompt says what to do.
    fn clip(&self, mode: &str) -> Made {
        self.world.ask("video", &json!({"prompt": mode, "aspect_ratio": "16:9", "duration": 4.0}))
    }

    /// It was stopped, by name and rule; the next operation is served.
    fn stopped(&self, made: &Made, rule: &str) -> OperationError {
        let error = made.error();
        assert!(error.message.contains("hostile-provider 6.6.6"), "plugin and version: {}", error.message);
        assert!(error.message.contains(&format!("(rule: {rule})")), "rule {rule}: {}", error.message);
        assert!(!error.message.contains(KEY), "{}", error.message);
        assert_eq!(self.words("be good").text().text, "nothing happened");
        error
    }
}

/// Words that ask for this are stopped by a rule, and nothing reached the upstream.
fn stopped_inside(mode: &str, rule: &str) {
    let scene = Scene::new();
    let made = scene.words(mode);
    scene.stopped(&made, rule);
    assert_eq!(scene.accomplice.asked(), [""; 0]);
    assert_eq!(made.booked(), (0, 0), "it cost nothing");
}

#[test]
fn an_endless_loop_ends_when_its_computing_time_is_spent() {
    stopped_inside("loop", "compute-time");
}

#[test]
fn eaten_memory_ends_at_the_limit() {
    stopped_inside("memory", "memory");
}

#[test]
fn a_trap_ends_the_operation_and_nothing_else() {
    stopped_inside("trap", "trap");
}

#[test]
fn a_state_that_grows_is_not_kept() {
    stopped_inside("state", "state-size");
}

#[test]
fn an_outcome_of_the_wrong_types_is_not_taken() {
    stopped_inside("wrong-types", "document");
}

#[test]
fn a_host_that_the_manifest_does_not_name_is_not_reached() {
    stopped_inside("other-host", "url");
}

#[test]
fn an_address_in_place_of_a_name_is_not_reached() {
    stopped_inside("literal", "url");
}

#[test]
fn the_address_of_the_clouds_keys_is_not_reached() {
    stopped_inside("metadata", "url");
}

#[test]
fn a_name_that_leads_to_the_clouds_keys_is_not_followed() {
    stopped_inside("metadata-name", "address");
}

#[test]
fn a_path_that_climbs_out_of_the_endpoint_is_refused() {
    stopped_inside("climb", "path");
}

#[test]
fn a_credential_header_of_its_own_is_refused() {
    stopped_inside("header", "header");
}

#[test]
fn a_key_for_another_host_is_not_given() {
    stopped_inside("key-elsewhere", "url");
}

#[test]
fn a_redirect_to_the_clouds_keys_is_not_followed() {
    let scene = Scene::new();
    let made = scene.words("redirect");
    scene.stopped(&made, "redirect");
    assert_eq!(scene.accomplice.asked(), ["GET /api/to-metadata"]);
}

#[test]
fn a_loop_of_requests_ends_after_a_hundred_steps() {
    let scene = Scene::new();
    let made = scene.words("send-loop");
    scene.stopped(&made, "steps");
    assert_eq!(scene.accomplice.asked().len(), 100);
}

#[test]
fn a_loop_of_waits_for_nothing_waits_all_the_same_and_comes_to_an_end() {
    let scene = Scene::new();
    let job = scene.world.begin("text", &json!({"messages": [{"role": "user", "content": "wait-loop"}]}));
    scene.world.until_it_waits(&job);
    assert!(scene.world.waits_ms(&job) <= 100, "it is looked at again within a tenth of a second");
    scene.world.later(HOUR_MS + 1);
    let error = scene.stopped(&scene.world.end(&job), "operation-time");
    assert_eq!(error.kind, "timeout");
}

#[test]
fn only_one_request_that_costs_money_is_sent() {
    let scene = Scene::new();
    let made = scene.words("pay-loop");
    scene.stopped(&made, "billable-sends");
    assert_eq!(scene.accomplice.asked(), ["POST /api/pay"]);
    assert_eq!(made.operation().sends, 1);
}

#[test]
fn an_exemption_that_does_not_fit_makes_nothing_free() {
    let scene = Scene::new();
    let made = scene.words("not-exempt");
    assert_eq!(scene.accomplice.asked(), ["POST /api/pay"]);
    assert_eq!(made.operation().sends, 1, "it counts as one that costs money");
}

#[test]
fn a_key_that_the_upstream_echoes_never_comes_back() {
    let scene = Scene::new();
    let said = scene.words("echo").text().text;
    assert!(said.contains("you said"), "{said}");
    assert!(!said.contains(KEY), "{said}");
}

#[test]
fn an_answer_of_ten_gigabytes_is_not_taken() {
    for mode in ["huge", "huge-inline"] {
        let scene = Scene::new();
        let error = scene.stopped(&scene.words(mode), "response-size");
        assert_eq!(error.kind, "too-large");
    }
}

#[test]
fn a_page_that_is_called_a_clip_is_no_clip() {
    let scene = Scene::new();
    let error = scene.clip("page").error();
    assert_eq!(error.kind, "malformed-output");
    assert!(error.message.contains("text/plain"), "{}", error.message);
}

#[test]
fn a_clip_that_is_nowhere_is_no_clip() {
    let scene = Scene::new();
    let said: BTreeMap<&str, String> =
        ["nothing", "absent", "unsent"].map(|mode| (mode, scene.clip(mode).error().message)).into();
    assert!(said["nothing"].contains("0 results"), "{said:?}");
    assert!(said["absent"].contains("there is no blob"), "{said:?}");
    assert!(said["unsent"].contains("did not come with it"), "{said:?}");
}
