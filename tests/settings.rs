//! Settings: where they come from, and what is said of wrong ones.

use crate::support::{Bench, Run};

fn line(run: &Run, key: &str) -> String {
    let found = run.stdout.lines().find(|line| line.starts_with(&format!("{key} ")));
    found.unwrap_or_else(|| panic!("{key} is not in: {}", run.stdout)).to_owned()
}

#[test]
fn later_sources_win_and_each_value_tells_its_source() {
    let bench = Bench::new();
    let attempts = |run: Run| line(&run.ok(), "generation.attempts");
    assert!(attempts(bench.run(&["config"])).contains("= 3"));
    assert!(attempts(bench.run(&["config"])).contains("# default"));
    std::fs::write(bench.path("kinora.toml"), "[generation]\nattempts = 4\n").expect("written");
    let toml = attempts(bench.run(&["config"]));
    assert!(toml.contains("= 4") && toml.contains("# kinora.toml"), "{toml}");
    std::fs::write(bench.path(".env"), "KINORA_GENERATION__ATTEMPTS=5\nOTHER_KEY=sk-secret\n").expect("written");
    let dotenv = attempts(bench.run(&["config"]));
    assert!(dotenv.contains("= 5") && dotenv.contains("# .env"), "{dotenv}");
    let environment = Run::of(bench.command(&["config"]).env("KINORA_GENERATION__ATTEMPTS", "6"));
    assert!(!environment.stdout.contains("sk-secret"));
    let environment = attempts(environment);
    assert!(environment.contains("= 6") && environment.contains("# environment"), "{environment}");
    let flag = line(&bench.run(&["config", "--data", "here"]).ok(), "storage.data");
    assert!(flag.contains("\"here\"") && flag.contains("# flag --data"), "{flag}");
}

#[test]
fn an_unknown_setting_names_the_nearest_known_one() {
    let bench = Bench::new();
    std::fs::write(bench.path("kinora.toml"), "[generation]\natempts = 4\n").expect("written");
    bench.run(&["config"]).fails_with(&["kinora.toml", "generation.atempts", "did you mean \"generation.attempts\""]);
    let bench = Bench::new();
    Run::of(bench.command(&["config"]).env("KINORA_PROVIDER__TEXT", "offline"))
        .fails_with(&["environment", "did you mean \"providers\""]);
}

#[test]
fn a_value_of_the_wrong_type_or_out_of_range_is_told_with_its_key() {
    let bench = Bench::new();
    let with = |name: &str, value: &str| Run::of(bench.command(&["config"]).env(name, value));
    with("KINORA_GENERATION__ATTEMPTS", "many").fails_with(&["generation.attempts"]);
    with("KINORA_GENERATION__ATTEMPTS", "0").fails_with(&["generation.attempts", "1 to 10"]);
    std::fs::write(bench.path("kinora.toml"), "[generation\n").expect("written");
    bench.run(&["config"]).fails_with(&["kinora.toml"]);
    bench.run(&["config", "--config", "absent.toml"]).fails_with(&["absent.toml", "no such file"]);
}

#[test]
fn doctor_finds_this_machine_ready() {
    let run = Bench::new().run(&["doctor"]).ok();
    assert!(run.stdout.contains("ready"), "{}", run.stdout);
    assert!(!run.stdout.contains("missing"), "{}", run.stdout);
}

#[test]
fn help_names_every_command_and_the_ranges_of_make() {
    let bench = Bench::new();
    let help = bench.run(&["--help"]).ok();
    for command in ["make", "doctor", "config", "plugin"] {
        assert!(help.stdout.contains(command), "{command} is not in: {}", help.stdout);
    }
    let make = bench.run(&["make", "--help"]).ok();
    assert!(make.stdout.contains("8 to 120") && make.stdout.contains("64 to 4320"), "{}", make.stdout);
}
