//! A component that means harm is stopped by a rule that the error names, and the next call goes on. The component is
//! `tests/fixtures/hostile`, built by `scripts/components.sh`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kinora_domain::documents::{StrategyRequest, TextOperation};
use kinora_runtime::{Limits, Origin, Plugin, PluginError, Rule, Runtime, RuntimeOptions};
use serde_json::{Value, json};

/// Small limits, so that breaking them takes little time.
fn runtime() -> Arc<Runtime> {
    let limits = Limits {
        compute: Duration::from_millis(300),
        wall: Duration::from_millis(3_000),
        memory: 32 << 20,
        answer: 4 << 20,
        ..Limits::default()
    };
    Runtime::new(RuntimeOptions { limits, cache: None }).expect("the engine starts")
}

fn fixture() -> PathBuf {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/target/fixtures/hostile.wasm"));
    assert!(path.exists(), "the components are not built: run `make components` first");
    path
}

async fn hostile(runtime: &Arc<Runtime>) -> Plugin {
    runtime.load_file(&fixture()).await.expect("the hostile component behaves while it is loaded")
}

async fn call(plugin: &Plugin, mode: &str) -> Result<TextOperation, PluginError> {
    call_with(plugin, json!({ "mode": mode })).await
}

async fn call_with(plugin: &Plugin, input: Value) -> Result<TextOperation, PluginError> {
    let request = StrategyRequest { kind: "harm".into(), input, attempt: 1, problems: Vec::new() };
    plugin.compose_prompt(&request, &json!({})).await
}

/// The error of a harmful call, after which a harmless call must still be served.
async fn stopped(mode: &str) -> PluginError {
    let runtime = runtime();
    let plugin = hostile(&runtime).await;
    let error = call(&plugin, mode).await.expect_err("the call is stopped");
    assert_eq!(error.plugin, "hostile");
    assert_eq!(error.version.as_deref(), Some("6.6.6"));
    let sentence = error.to_string();
    assert!(
        sentence.contains("hostile 6.6.6") && sentence.contains(error.rule.as_str()),
        "the sentence names plugin, version and rule: {sentence}"
    );
    call(&plugin, "none").await.expect("the next call goes on");
    error
}

#[tokio::test]
async fn an_endless_loop_ends_when_its_computing_time_is_spent() {
    assert_eq!(stopped("loop").await.rule, Rule::ComputeTime);
}

#[tokio::test]
async fn a_component_that_eats_memory_is_stopped_at_its_limit() {
    assert_eq!(stopped("memory").await.rule, Rule::Memory);
}

#[tokio::test]
async fn a_component_that_floods_the_log_is_stopped_at_its_limit() {
    assert_eq!(stopped("log").await.rule, Rule::Log);
}

#[tokio::test]
async fn a_component_that_floods_standard_error_is_stopped_at_the_same_limit() {
    assert_eq!(stopped("stderr").await.rule, Rule::Log);
}

#[tokio::test]
async fn a_trap_is_told_with_the_components_own_last_words() {
    let error = stopped("trap").await;
    assert_eq!(error.rule, Rule::Trap);
    assert!(error.detail.contains("this component traps") || error.detail.contains("panicked"), "{error}");
}

#[tokio::test]
async fn endless_recursion_ends_at_the_depth_of_the_stack() {
    assert_eq!(stopped("recursion").await.rule, Rule::Stack);
}

#[tokio::test]
async fn a_component_that_sleeps_is_stopped_by_the_clock() {
    assert_eq!(stopped("sleep").await.rule, Rule::WallTime);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_taken() {
    assert_eq!(stopped("answer").await.rule, Rule::AnswerSize);
}

#[tokio::test]
async fn files_do_not_exist_for_a_component() {
    let error = stopped("files").await;
    assert_ne!(error.kind.as_deref(), Some("got-in"), "{error}");
}

#[tokio::test]
async fn sockets_do_not_exist_for_a_component() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("plain");
    let address = listener.local_addr().expect("bound").to_string();
    let runtime = runtime();
    let plugin = hostile(&runtime).await;
    assert!(plugin.trapped_imports.iter().any(|import| import.starts_with("wasi:sockets/")), "it is told: {plugin:?}");
    let error = call_with(&plugin, json!({"mode": "sockets", "address": address})).await.expect_err("it is stopped");
    assert_eq!(error.rule, Rule::Trap);
    assert!(error.to_string().contains("hostile 6.6.6"), "{error}");
    let nobody = listener.accept().expect_err("nobody called");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_component_that_grows_its_tables_is_stopped_at_the_limit() {
    // It grows them in the first function that a host calls.
    let error = refused(&wat(r#"(component
        (core module $code
            (memory (export "memory") 1)
            (table $table 1 funcref)
            (func (export "manifest") (result i32)
                (drop (table.grow $table (ref.null func) (i32.const 20000000)))
                (i32.const 0))
            (func (export "validate") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $code (instantiate $code))
        (type $words (record (field "kind" string) (field "message" string)))
        (export $failure "failure" (type $words))
        (func $manifest (result string)
            (canon lift (core func $code "manifest") (memory (core memory $code "memory"))))
        (func $validate (param "document" string) (param "context" string) (param "settings" string)
            (result (result string (error $failure)))
            (canon lift (core func $code "validate") (memory (core memory $code "memory")) (realloc (core func $code "realloc"))))
        (instance $judging
            (export "failure" (type $failure))
            (export "manifest" (func $manifest))
            (export "validate" (func $validate)))
        (export "kinora:validator/judging@0.1.0" (instance $judging)))"#))
    .await;
    assert_eq!(error.rule, Rule::Tables, "{error}");
}

#[tokio::test]
async fn two_looping_calls_do_not_keep_a_third_from_being_served() {
    let runtime = runtime();
    let plugin = Arc::new(hostile(&runtime).await);
    let loops = [(); 2].map(|()| {
        let plugin = plugin.clone();
        tokio::spawn(async move { call(&plugin, "loop").await })
    });
    call(&plugin, "none").await.expect("the third call is served");
    for looping in loops {
        let error = looping.await.expect("the task ends").expect_err("it is stopped");
        assert_eq!(error.rule, Rule::ComputeTime);
    }
}

async fn refused(bytes: &[u8]) -> PluginError {
    let runtime = runtime();
    let origin = Origin::File("suspect.wasm".into());
    runtime.load(bytes.to_vec(), origin).await.expect_err("it is refused")
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the test's component is well-formed")
}

#[tokio::test]
async fn thirty_megabytes_of_noise_are_no_component() {
    let mut noise: Vec<u8> = (0..30_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let error = refused(&noise).await;
    assert_eq!(error.rule, Rule::NotAComponent);
    assert!(error.to_string().contains("suspect.wasm"), "{error}");
    // The same behind the first bytes of a component, so that it reaches the compiler.
    noise[..8].copy_from_slice(&[0, b'a', b's', b'm', 0x0d, 0, 1, 0]);
    assert_eq!(refused(&noise).await.rule, Rule::NotAComponent);
}

#[tokio::test]
async fn a_file_larger_than_a_component_may_be_is_not_looked_into() {
    assert_eq!(refused(&vec![0; (64 << 20) + 1]).await.rule, Rule::ComponentSize);
}

#[tokio::test]
async fn a_component_with_a_damaged_body_is_refused_by_the_compiler() {
    let mut bytes = std::fs::read(fixture()).expect("the fixture");
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    assert_eq!(refused(&bytes).await.rule, Rule::NotAComponent);
}

#[tokio::test]
async fn a_component_of_no_known_world_is_refused_with_the_worlds_there_are() {
    let error = refused(&wat("(component)")).await;
    assert_eq!(error.rule, Rule::World);
    assert!(error.detail.contains("kinora:provider/adapter@0.1.0"), "{error}");
}

#[tokio::test]
async fn a_component_that_only_claims_a_world_is_refused() {
    // It exports the right name with nothing behind it.
    let error = refused(&wat(r#"(component
        (instance $empty)
        (export "kinora:strategy/prompting@0.1.0" (instance $empty)))"#))
    .await;
    assert_eq!(error.rule, Rule::World);
    assert!(error.detail.contains("strategy"), "{error}");
}

#[tokio::test]
async fn an_import_from_outside_wasi_is_refused_by_name() {
    let error = refused(&wat(r#"(component
        (import "evil:backdoor/open@1.0.0" (instance))
        (instance $empty)
        (export "kinora:strategy/prompting@0.1.0" (instance $empty)))"#))
    .await;
    assert_eq!(error.rule, Rule::Imports);
    assert!(error.detail.contains("evil:backdoor/open"), "{error}");
}
