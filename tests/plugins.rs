//! Plugins as their authors and admins meet them on the command line.

use crate::support::{Bench, Run, built};

#[test]
fn the_shipped_plugins_are_inside_the_binary() {
    let run = Bench::new().run(&["plugin", "list"]).ok();
    for id in ["offline", "scenario", "cards"] {
        assert!(run.stdout.contains(id), "{id} is not in: {}", run.stdout);
    }
    for role in ["provider", "strategy", "validator", "renderer"] {
        assert!(run.stdout.contains(role), "{role} is not in: {}", run.stdout);
    }
    assert!(!run.stdout.contains("refused"), "{}", run.stdout);
}

#[test]
fn every_shipped_component_passes_the_check_of_a_file() {
    let bench = Bench::new();
    for name in ["offline", "scenario", "scenario-check", "cards"] {
        let file = built("components", &format!("{name}.wasm"));
        let run = bench.run(&["plugin", "check", &file.to_string_lossy()]).ok();
        assert!(run.stdout.contains("can be used"), "{}", run.stdout);
        assert!(run.stdout.contains("may reach    none"), "{}", run.stdout);
    }
}

#[test]
fn a_file_that_is_no_plugin_is_refused_with_the_rule() {
    let bench = Bench::new();
    std::fs::write(bench.path("noise.wasm"), vec![7u8; 5_000]).expect("written");
    bench.run(&["plugin", "check", "noise.wasm"]).fails_with(&["noise.wasm", "rule: not-a-component"]);
    let empty = wat::parse_str("(component)").expect("a component");
    std::fs::write(bench.path("empty.wasm"), empty).expect("written");
    bench.run(&["plugin", "check", "empty.wasm"]).fails_with(&["rule: world"]);
    bench.run(&["plugin", "check", "absent.wasm"]).fails_with(&["absent.wasm", "cannot be read"]);
}

#[test]
fn a_component_can_be_run_with_json() {
    let bench = Bench::new();
    let drawing = r#"{"kind":"title-card","width":640,"height":360,"rate":{"num":30,"den":1},
        "frames":90,"seed":1,"title":"Hello"}"#;
    std::fs::write(bench.path("drawing.json"), drawing).expect("written");
    let cards = built("components", "cards.wasm");
    let run = bench.run(&["plugin", "run", &cards.to_string_lossy(), "--input", "drawing.json"]).ok();
    assert!(run.stdout.contains("\"layers\"") && run.stdout.contains("Hello"), "{}", run.stdout);

    std::fs::write(bench.path("drawing.json"), r#"{"kind":1}"#).expect("written");
    bench
        .run(&["plugin", "run", &cards.to_string_lossy(), "--input", "drawing.json"])
        .fails_with(&["not what this role takes"]);
}

#[test]
fn hostile_files_in_the_plugin_folder_do_not_keep_a_film_from_being_made() {
    let bench = Bench::new();
    let plugins = bench.path("data/plugins");
    std::fs::create_dir_all(&plugins).expect("the folder");
    std::fs::copy(built("fixtures", "hostile.wasm"), plugins.join("hostile.wasm")).expect("copied");
    std::fs::write(plugins.join("noise.wasm"), b"noise").expect("written");
    let list = bench.run(&["plugin", "list", "--data", "data"]).ok();
    assert!(list.stdout.contains("refused: plugin noise.wasm"), "{}", list.stdout);
    assert!(list.stdout.contains("6.6.6"), "{}", list.stdout);
    let args = [
        "make",
        "a bakery",
        "-o",
        "film.mp4",
        "--data",
        "data",
        "--seconds",
        "8",
        "--resolution",
        "320x180",
        "--fps",
        "12",
    ];
    let run = bench.run(&args).ok();
    assert!(run.stderr.contains("noise.wasm"), "the refusal is told: {}", run.stderr);
}

#[test]
fn a_looping_component_is_stopped_and_named() {
    let bench = Bench::new();
    let hostile = built("fixtures", "hostile.wasm");
    let request = r#"{"kind":"harm","attempt":1,"input":{"mode":"loop"}}"#;
    std::fs::write(bench.path("request.json"), request).expect("written");
    let args = ["plugin", "run", &hostile.to_string_lossy(), "--input", "request.json"];
    Run::of(bench.command(&args).env("KINORA_LIMITS__COMPUTE_MS", "100")).fails_with(&[
        "hostile 6.6.6",
        "100 ms",
        "rule: compute-time",
    ]);
}
