//! Plugins exchanged on the command line and through the inbox, with the real binary: while a host runs and while none
//! does, what is refused, and what is so after a restart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::house::{begin, end};
use crate::support::server::Server;
use crate::support::{Bench, Run, built};

/// What writes the texts here: each task then asks the fixture `generation` once.
const ENV: [(&str, &str); 3] = [
    ("KINORA_PROVIDERS__TEXT", "generation"),
    ("KINORA_GENERATION__ATTEMPTS", "1"),
    ("KINORA_GENERATION__THUMBNAILS", "false"),
];

/// A working folder with the generations of a plugin in it, as files.
struct Office {
    bench: Bench,
}

impl Office {
    fn new() -> Self {
        Office { bench: Bench::new() }
    }

    /// One in which a generation serves.
    fn serving(number: u32) -> Self {
        let office = Office::new();
        office.install(number).ok();
        office
    }

    /// A file with the fixture `generation` under another number: another component of the same plugin.
    fn file(&self, number: u32) -> PathBuf {
        let file = self.bench.path(&format!("{number}.wasm"));
        std::fs::write(&file, numbered(number)).expect("written");
        file
    }

    fn open(&self) -> Server {
        Server::start(&self.bench, &[], &ENV.map(|(name, value)| (name, value.to_owned())))
    }

    /// `kinora plugin …` on the data folder of this office.
    fn plugin(&self, args: &[&str]) -> Run {
        self.bench.run(&[&["plugin", "--data", "data"], args].concat())
    }

    fn install(&self, number: u32) -> Run {
        self.install_with(number, &[])
    }

    fn install_with(&self, number: u32, args: &[&str]) -> Run {
        let file = self.file(number);
        self.plugin(&[&["install", &file.to_string_lossy()], args].concat())
    }

    fn drop_in(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.bench.path("data/plugins").join(name), bytes).expect("written");
    }

    /// The lines of `kinora plugin show generation`, by their first word.
    fn shown(&self) -> BTreeMap<String, Vec<String>> {
        let mut lines = BTreeMap::<String, Vec<String>>::new();
        for line in self.plugin(&["show", "generation"]).ok().stdout.lines() {
            let (word, rest) = line.split_once(' ').expect("a word and what it says");
            lines.entry(word.to_owned()).or_default().push(rest.trim().to_owned());
        }
        lines
    }

    /// That so many generations are in a state, the latest first.
    #[track_caller]
    fn assert_shown(&self, expected: &[(&str, &[u32])]) {
        let shown = self.shown();
        for state in ["active", "kept", "staged", "failed"] {
            let numbers = expected.iter().find(|(known, _)| *known == state).map_or(&[][..], |(_, numbers)| numbers);
            let lines = shown.get(state).cloned().unwrap_or_default();
            let as_expected = lines.len() == numbers.len()
                && lines.iter().zip(numbers).all(|(line, number)| line.starts_with(&version(*number)));
            assert!(as_expected, "{state} is to be {numbers:?}: {shown:#?}");
        }
    }
}

fn numbered(number: u32) -> Vec<u8> {
    let mut bytes = std::fs::read(built("fixtures", "generation.wasm")).expect("it is built");
    let at = bytes.windows(8).position(|window| window == b"10000001").expect("its number stands in its bytes");
    bytes[at..at + 8].copy_from_slice(format!("{number:08}").as_bytes());
    bytes
}

fn version(number: u32) -> String {
    format!("1.0.0-generation.{number}")
}

/// Which generation answers the next request: the ledger names it as the model.
fn who_serves(server: &Server) -> u32 {
    let counts = || -> BTreeMap<String, u64> {
        let usage = server.get("/api/usage").json();
        let rows = usage["usage"].as_array().expect("rows").iter();
        rows.map(|row| (row["model"].as_str().expect("a name").into(), row["operations"].as_u64().expect("a count")))
            .collect()
    };
    let before = counts();
    // It answers its number, which is no scenario.
    assert_eq!(end(server, &begin(server, "a lighthouse"))["status"], "failed");
    let after = counts();
    let grown: Vec<&String> = after.keys().filter(|model| after.get(*model) > before.get(*model)).collect();
    let [model] = grown[..] else { panic!("{before:?} became {after:?}") };
    model.parse().expect("its number")
}

fn digests_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("the folder").count()
}

#[test]
fn what_is_installed_while_a_host_runs_serves_its_next_request() {
    let office = Office::serving(10000001);
    let server = office.open();
    assert_eq!(who_serves(&server), 10000001);
    let said = office.install(10000002).ok().stdout;
    assert!(said.starts_with(&format!("installed generation {}", version(10000002))), "{said}");
    assert!(said.contains(&format!("serves; {} did before", version(10000001))), "{said}");
    assert_eq!(who_serves(&server), 10000002);
    // The host did it, not the command behind its back.
    let line = format!("activated plugin=\"generation\" version=\"{}\"", version(10000002));
    assert!(server.stderr().contains(&line), "{}", server.stderr());
    let again = office.install(10000002).ok().stdout;
    assert!(again.contains("serves already"), "{again}");
    office.assert_shown(&[("active", &[10000002]), ("kept", &[10000001])]);
}

#[test]
fn what_is_installed_while_no_host_runs_serves_when_one_starts() {
    let office = Office::serving(10000001);
    office.install(10000002).ok();
    office.assert_shown(&[("active", &[10000002]), ("kept", &[10000001])]);
    assert_eq!(who_serves(&office.open()), 10000002);
}

#[test]
fn plugins_are_listed_in_columns_with_what_serves() {
    let office = Office::serving(10000001);
    let list = office.plugin(&["list"]).ok().stdout;
    let lines: Vec<&str> = list.lines().collect();
    let column = lines[0].find("from").expect("a heading");
    for line in &lines[1..] {
        let from = &line[column..];
        assert!(from.starts_with("the binary") || from.starts_with("10000001.wasm"), "{list}");
    }
    assert!(lines.iter().any(|line| line.contains(&version(10000001))), "{list}");
    assert!(!list.contains("offline-writer"), "models are for `show`: {list}");
    let shown = office.plugin(&["show", "offline"]).ok().stdout;
    assert!(shown.contains("does       text (offline-writer)"), "{shown}");
}

#[test]
fn a_data_folder_that_is_held_is_changed_by_nobody_else() {
    let office = Office::serving(10000001);
    let server = office.open();
    // Whoever holds the folder and serves nothing cannot be asked.
    let address = office.bench.path("data/address");
    let told = std::fs::read_to_string(&address).expect("the host has told where it listens");
    std::fs::remove_file(&address).expect("removed");
    office.install(10000002).fails_with(&["data folder data is in use", "serves nothing", "try again"]);
    std::fs::write(&address, told).expect("written");
    office.assert_shown(&[("active", &[10000001])]);
    assert_eq!(who_serves(&server), 10000001);
}

#[test]
fn the_address_of_a_host_that_was_killed_is_asked_nothing() {
    let office = Office::serving(10000001);
    office.open().kill9();
    let address = office.bench.path("data/address");
    assert!(address.exists(), "it could not tidy up");
    office.install(10000002).ok();
    assert!(!address.exists(), "who listens there now is someone else");
    office.assert_shown(&[("active", &[10000002]), ("kept", &[10000001])]);
}

#[test]
fn a_file_in_the_inbox_serves_without_a_command_and_a_half_one_is_told_until_it_is_whole() {
    let office = Office::serving(10000001);
    let server = office.open();
    let refused = || office.plugin(&["list"]).ok().stdout.contains("refused: plugin new.wasm");
    let whole = numbered(10000002);
    office.drop_in("new.wasm", &whole[..100_000]);
    server.wait_until("the half file to be refused", |_| refused());
    assert_eq!(who_serves(&server), 10000001);
    office.drop_in("new.wasm", &whole);
    server.wait_until("the whole file to serve", |_| who_serves(&server) == 10000002);
    assert!(!refused(), "it is mended");
    office.drop_in("noise.wasm", b"noise");
    let noise = || office.plugin(&["list"]).ok().stdout.contains("refused: plugin noise.wasm");
    server.wait_until("the noise to be refused", |_| noise());
    std::fs::remove_file(office.bench.path("data/plugins/noise.wasm")).expect("removed");
    assert!(!noise(), "it is gone");
    office.assert_shown(&[("active", &[10000002]), ("kept", &[10000001])]);
}

#[test]
fn what_the_inbox_brought_and_was_rolled_back_stays_so_after_a_restart() {
    let office = Office::serving(10000001);
    let server = office.open();
    office.drop_in("new.wasm", &numbered(10000002));
    server.wait_until("the file to serve", |_| who_serves(&server) == 10000002);
    office.plugin(&["rollback", "generation"]).ok();
    server.kill9();
    assert_eq!(who_serves(&office.open()), 10000001);
    office.assert_shown(&[("active", &[10000001]), ("failed", &[10000002])]);
}

#[test]
fn a_bad_file_is_refused_with_the_reason_and_the_old_one_stays_with_a_host_and_without() {
    let office = Office::serving(10000001);
    let write = |name: &str, bytes: &[u8]| std::fs::write(office.bench.path(name), bytes).expect("written");
    write("noise.wasm", b"noise");
    write("half.wasm", &numbered(10000002)[..50_000]);
    write("module.wasm", b"\0asm\x01\0\0\0");
    write("empty.wasm", b"");
    let large = std::fs::File::create(office.bench.path("large.wasm")).expect("made");
    large.set_len(65 << 20).expect("a file of nothing");
    let all_are_refused = || {
        for (file, words) in [
            ("noise.wasm", &["noise.wasm", "no WebAssembly component", "rule: not-a-component"][..]),
            ("half.wasm", &["half.wasm", "rule: not-a-component"]),
            ("module.wasm", &["module.wasm", "wasm32-wasip2"]),
            ("empty.wasm", &["empty.wasm", "no WebAssembly component"]),
            ("large.wasm", &["large.wasm", "68157440 bytes", "67108864"]),
            ("absent.wasm", &["absent.wasm cannot be read"]),
            ("data", &["data cannot be read", "no file"]),
            ("/dev/zero", &["/dev/zero cannot be read", "no file"]),
        ] {
            office.plugin(&["install", file]).fails_with(words);
        }
        office.assert_shown(&[("active", &[10000001])]);
    };
    all_are_refused();
    let server = office.open();
    all_are_refused();
    assert_eq!(who_serves(&server), 10000001);
    // What ships is in the folder too, and of what was refused nothing.
    let folder = office.bench.path("data/artefacts");
    let kept = digests_in(&folder);
    office.install(10000002).ok();
    assert_eq!(digests_in(&folder), kept + 1);
}

#[test]
fn new_rights_are_refused_with_the_command_that_grants_them() {
    let office = Office::serving(10000001);
    let server = office.open();
    let refused = office.install(80000001);
    let said = refused.stderr.clone();
    refused.fails_with(&[&version(80000001), "to reach https://api.generation.test", "--grant"]);
    assert_eq!(who_serves(&server), 10000001);
    office.assert_shown(&[("active", &[10000001]), ("staged", &[80000001])]);

    let command = said.split('`').find_map(|part| part.strip_prefix("kinora plugin ")).expect("a command");
    office.plugin(&command.split(' ').collect::<Vec<_>>()).ok();
    assert_eq!(who_serves(&server), 80000001);
    assert_eq!(office.shown()["may"], ["to reach https://api.generation.test (endpoint `api`)"]);
    // The next one asks for nothing new.
    office.install(80000002).ok();
    assert_eq!(who_serves(&server), 80000002);
}

#[test]
fn a_component_in_the_inbox_waits_for_its_rights_and_is_told_until_it_has_them() {
    let office = Office::serving(10000001);
    let server = office.open();
    office.drop_in("more.wasm", &numbered(80000001));
    let told = || office.plugin(&["list"]).ok().stdout.contains("kinora plugin activate generation ");
    server.wait_until("the rights to be asked for", |_| told());
    assert_eq!(who_serves(&server), 10000001);
    office.plugin(&["activate", "generation", &version(80000001), "--grant"]).ok();
    assert_eq!(who_serves(&server), 80000001);
    assert!(!told(), "nothing is left to be done");
}

#[test]
fn new_rights_are_granted_with_the_installation() {
    let office = Office::serving(10000001);
    office.install(80000001).fails_with(&["--grant"]);
    office.install_with(80000001, &["--grant"]).ok();
    assert_eq!(who_serves(&office.open()), 80000001);
}

#[test]
fn what_is_staged_serves_when_it_is_activated() {
    let office = Office::serving(10000001);
    let server = office.open();
    let said = office.install_with(10000002, &["--stage"]).ok().stdout;
    assert_eq!(who_serves(&server), 10000001);
    office.assert_shown(&[("active", &[10000001]), ("staged", &[10000002])]);
    let command = said.lines().find_map(|line| line.strip_prefix("it serves after: kinora plugin ")).expect("how");
    office.plugin(&command.split(' ').collect::<Vec<_>>()).ok();
    assert_eq!(who_serves(&server), 10000002);
    // Without a name the latest that was installed is meant; a version names any.
    office.install_with(10000003, &["--stage"]).ok();
    office.plugin(&["activate", "generation"]).ok();
    assert_eq!(who_serves(&server), 10000003);
    office.plugin(&["activate", "generation", &version(10000001)]).ok();
    assert_eq!(who_serves(&server), 10000001);
    office.assert_shown(&[("active", &[10000001]), ("kept", &[10000003, 10000002])]);
}

#[test]
fn a_rollback_goes_to_what_served_before_and_says_why_also_after_a_restart() {
    let office = Office::serving(10000001);
    office.install(10000002).ok();
    let server = office.open();
    let said = office.plugin(&["rollback", "generation", "--reason", "too chatty"]).ok().stdout;
    assert!(said.contains(&format!("generation {}", version(10000001))), "{said}");
    assert_eq!(who_serves(&server), 10000001);
    let as_it_should_be = || {
        office.assert_shown(&[("active", &[10000001]), ("failed", &[10000002])]);
        assert!(office.shown()["failed"][0].ends_with(": too chatty"), "{:?}", office.shown());
        office.plugin(&["rollback", "generation"]).fails_with(&["no earlier generation"]);
    };
    as_it_should_be();
    server.kill9();
    as_it_should_be();
    let server = office.open();
    as_it_should_be();
    assert_eq!(who_serves(&server), 10000001);
    assert_eq!(server.terminate().code, Some(0));
    assert_eq!(who_serves(&office.open()), 10000001);
}

#[test]
fn what_the_binary_has_inside_serves_where_nothing_else_is_installed() {
    let office = Office::serving(10000001);
    office.plugin(&["rollback", "generation"]).fails_with(&["no earlier generation"]);
    office.plugin(&["rollback", "offline"]).fails_with(&["no earlier generation"]);
    office.plugin(&["activate", "offline"]).fails_with(&["nothing of offline is installed"]);
    let said = office.plugin(&["install", &built("components", "offline.wasm").to_string_lossy()]).ok().stdout;
    assert!(said.contains("serves already"), "it is the one inside: {said}");
}

#[test]
fn an_id_that_belongs_to_another_role_is_refused() {
    let office = Office::serving(10000001);
    // The strategy among the fixtures under the id of the provider that ships: both have seven letters.
    let mut strategy = std::fs::read(built("fixtures", "hostile.wasm")).expect("it is built");
    let at = strategy.windows(12).position(|window| window == b"hostile6.6.6").expect("its id and its version");
    strategy[at..at + 7].copy_from_slice(b"offline");
    std::fs::write(office.bench.path("strategy.wasm"), strategy).expect("written");
    let refused = || {
        office
            .plugin(&["install", "strategy.wasm"])
            .fails_with(&["its id belongs to a provider", "rule: duplicate-id"]);
        assert!(!office.plugin(&["show", "offline"]).ok().stdout.contains("6.6.6"));
    };
    refused();
    let _server = office.open();
    refused();
}

#[test]
fn who_names_what_is_not_there_is_told_what_is() {
    let office = Office::serving(10000001);
    let told = || {
        for command in [&["show", "nobody"][..], &["activate", "nobody"], &["rollback", "nobody"]] {
            office.plugin(command).fails_with(&["no plugin \"nobody\"", "generation", "offline"]);
        }
        office.plugin(&["activate", "generation", "9.9.9"]).fails_with(&["\"9.9.9\"", "kinora plugin show generation"]);
    };
    told();
    let _server = office.open();
    told();
}

#[test]
fn two_commands_at_once_are_done_one_after_the_other() {
    let office = Office::serving(10000001);
    let server = office.open();
    let files = [10000002, 10000003].map(|number| office.file(number));
    let running = files.map(|file| {
        let mut command = office.bench.command(&["plugin", "install", "--data", "data", &file.to_string_lossy()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
    });
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let shown = office.shown();
    assert_eq!((shown["active"].len(), shown["kept"].len()), (1, 2), "{shown:#?}");
    assert!(shown["active"][0].starts_with(&version(who_serves(&server))), "{shown:#?}");
}

#[test]
fn an_installation_that_was_killed_leaves_what_served_or_what_was_to_serve() {
    let office = Office::serving(10000001);
    let artefacts = office.bench.path("data/artefacts");
    let before = digests_in(&artefacts);
    let file = office.file(10000002);
    let mut command = office.bench.command(&["plugin", "install", "--data", "data", &file.to_string_lossy()]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    // In the midst of it: the component is kept, or the command was faster.
    while digests_in(&artefacts) == before && child.try_wait().expect("it is our child").is_none() {
        std::thread::yield_now();
    }
    child.kill().expect("asked to");
    child.wait().expect("it ends");
    let server = office.open();
    let serves = who_serves(&server);
    assert!([10000001, 10000002].contains(&serves), "{serves}");
    office.install(10000002).ok();
    assert_eq!(who_serves(&server), 10000002);
    let left = std::fs::read_dir(&artefacts).expect("the folder").map(|entry| entry.expect("an entry").path());
    assert!(left.into_iter().all(|path| path.extension().is_some_and(|ending| ending == "wasm")), "nothing half");
}
