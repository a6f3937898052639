//! The guide for plugin authors is executed: its files are written, its commands are typed in order, and what it says
//! they print is what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use kinora_runtime::Limits;
use kinora_runtime::egress::EgressOptions;

use crate::fakes::openai::{Answer, CHAT, FakeOpenAi};
use crate::support::Run;
use crate::support::house::{begin, end};
use crate::support::server::Server;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
static GUIDE: LazyLock<String> =
    LazyLock::new(|| fs::read_to_string(Path::new(REPOSITORY).join("docs/plugins.md")).expect("the guide"));
/// What the guide writes for the model server, its key and Kinora's own address.
const UPSTREAM: &str = "http://127.0.0.1:11434/v1";
const KEY: &str = "COMPATIBLE_API_KEY=none";
const ADDRESS: &str = "localhost:8080";

#[test]
fn the_guide_for_plugin_authors_does_what_it_says() {
    let mut reader = Reader::new();
    for section in sections() {
        match section.title {
            "Swap it" => {
                reader.upstream.script([Answer::hang_until_released()]);
                let waiting = begin(reader.server(), "A clock that stands still");
                reader.upstream.wait_for_held(1);
                reader.follow(&section);
                assert_eq!(reader.made_by(), ["0.1.0", "0.1.0", "0.2.0"], "the next one is asked after the swap");
                reader.upstream.release();
                assert_eq!(end(reader.server(), &waiting)["status"], "completed", "what was under way is not lost");
            }
            "Go back" => {
                reader.follow(&section);
                reader.asks();
                assert_eq!(reader.made_by().last(), Some(&"0.1.0".to_owned()));
            }
            "Or drop it into a folder" => {
                reader.follow(&section);
                reader.server().wait_until("the new version serves", |_| reader.lists("0.2.0"));
                reader.asks();
                assert_eq!(reader.made_by().last(), Some(&"0.2.0".to_owned()));
            }
            _ => reader.follow(&section),
        }
    }
    assert_eq!(reader.made_by(), ["0.1.0", "0.1.0", "0.2.0", "0.1.0", "0.2.0"], "all of it was done");
}

#[test]
fn the_adapter_in_the_guide_is_the_example_and_shorter_than_60_lines() {
    let example = Path::new(REPOSITORY).join("examples/compatible");
    for name in ["src/lib.rs", "tests/replay.rs"] {
        let shown = sections().into_iter().flat_map(|section| section.blocks).find(|block| block.file() == Some(name));
        let shown = shown.unwrap_or_else(|| panic!("the guide does not show {name}")).text;
        let there = fs::read_to_string(example.join(name)).expect("the example");
        assert!(shown == there, "{name} in the guide is not that of the example:\n{shown}");
        assert!(name != "src/lib.rs" || shown.lines().count() < 60, "{} lines", shown.lines().count());
    }
}

#[test]
fn the_limits_in_the_guide_are_those_of_the_host() {
    let limits = Limits::default();
    let ways = EgressOptions::default();
    let mebibytes = |bytes: usize| format!("{} MiB", bytes >> 20);
    let kibibytes = |bytes: usize| format!("{} KiB", bytes >> 10);
    for (what, limit) in [
        ("`compute-time`", format!("{} s", limits.compute.as_secs())),
        ("`wall-time`", format!("{} s", limits.wall.as_secs())),
        ("`memory`", mebibytes(limits.memory)),
        ("`tables`", limits.table_elements.to_string()),
        ("`log`", kibibytes(limits.log)),
        ("`answer-size`", mebibytes(limits.answer)),
        ("`state-size`", kibibytes(limits.state)),
        ("`component-size`", mebibytes(limits.component)),
        ("an answer's body that the adapter reads", mebibytes(ways.inline)),
        ("an answer's body that becomes a blob", format!("{} GiB", ways.blob >> 30)),
        (
            "waiting for an answer",
            format!("{} min, at most {} min", ways.answer.as_secs() / 60, ways.longest.as_secs() / 60),
        ),
    ] {
        let row = GUIDE.lines().find(|line| line.starts_with('|') && line.contains(what));
        let row = row.unwrap_or_else(|| panic!("the guide has no row for {what}"));
        assert!(row.contains(&format!("| {limit} |")), "{what} is {limit}, and the guide says: {row}");
    }
}

/// A part of the guide under one heading.
struct Section {
    title: &'static str,
    blocks: Vec<Block>,
}

/// A fenced block: what stands behind the fence, and what it contains.
struct Block {
    info: &'static str,
    text: String,
}

impl Block {
    /// The file that it is the content of.
    fn file(&self) -> Option<&'static str> {
        self.info.split_once(" file=").map(|(_, name)| name)
    }
}

fn sections() -> Vec<Section> {
    let mut sections = vec![Section { title: "", blocks: Vec::new() }];
    let mut lines = GUIDE.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            sections.push(Section { title, blocks: Vec::new() });
        } else if let Some(info) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            sections.last_mut().expect("there is one").blocks.push(Block { info, text });
        }
    }
    sections
}

/// Somebody who does what the guide says, in a folder beside which lies Kinora's repository.
struct Reader {
    home: PathBuf,
    upstream: FakeOpenAi,
    server: Option<Server>,
    /// What the last command printed.
    printed: String,
}

impl Reader {
    fn new() -> Self {
        // The same folder each time: cargo builds into folders of its own for each path.
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
        let _ = fs::remove_dir_all(&home);
        let crate_folder = home.join("compatible");
        fs::create_dir_all(&crate_folder).expect("a folder");
        std::os::unix::fs::symlink(fs::canonicalize(REPOSITORY).expect("it is here"), home.join("kinora"))
            .expect("a link");
        // The versions that are on this machine already.
        fs::copy(Path::new(REPOSITORY).join("plugins/Cargo.lock"), crate_folder.join("Cargo.lock")).expect("copied");
        let key = KEY.split_once('=').map_or("", |(_, key)| key);
        Reader { home, upstream: FakeOpenAi::builder().key(key).start(), server: None, printed: String::new() }
    }

    fn folder(&self) -> PathBuf {
        self.home.join("compatible")
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("the guide has started it")
    }

    /// Does what a section says.
    fn follow(&mut self, section: &Section) {
        for Block { info, text } in &section.blocks {
            let block = Block { info, text: text.clone() };
            match (block.file(), *info) {
                (Some(name), _) => self.write(name, text),
                (None, "sh build") if !can_build() => self.take_built(),
                (None, "sh" | "sh build") => self.printed = self.type_in(text).ok().said(),
                (None, "sh fails") => {
                    let run = self.type_in(text);
                    assert_ne!(run.code, Some(0), "it went well: {text}");
                    self.printed = run.said();
                }
                (None, "sh server") => self.start(text),
                (None, "text") => assert_printed(text, &self.printed),
                (None, other) => panic!("the guide has a block of {other:?}, which nobody knows how to follow"),
            }
            self.settle();
        }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, text.replace(UPSTREAM, &self.upstream.base_url())).expect("written");
    }

    /// A shell with a home of its own, in which `kinora` and `cargo` are found.
    fn shell(&self, script: &str) -> Command {
        let folder_of = |name: &str, default: &str| {
            let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(default);
            std::env::var_os(name).map_or_else(home, PathBuf::from)
        };
        let binary = Path::new(env!("CARGO_BIN_EXE_kinora")).parent().expect("a folder").to_owned();
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(binary).chain(std::env::split_paths(&rest))).expect("a path");
        let mut script = script.replace("kinora serve", "exec kinora serve");
        if let Some(server) = &self.server {
            script = script.replace(&format!("http://{ADDRESS}"), &server.url("")).replace(ADDRESS, &server.url(""));
        }
        let mut command = Command::new("bash");
        command
            .args(["-euo", "pipefail", "-c", &script])
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", path)
            .env("HOME", &self.home)
            .env("CARGO_HOME", folder_of("CARGO_HOME", ".cargo"))
            .env("RUSTUP_HOME", folder_of("RUSTUP_HOME", ".rustup"))
            .envs(std::env::var_os("RUSTUP_TOOLCHAIN").map(|name| ("RUSTUP_TOOLCHAIN", name)))
            .env("CARGO_NET_OFFLINE", "true")
            // What the SDK is made of is built there already.
            .env("CARGO_BUILD_BUILD_DIR", Path::new(REPOSITORY).join("plugins/target"))
            .env("KINORA_SERVER__LISTEN", "[\"127.0.0.1:0\"]")
            .env("KINORA_STORAGE__CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
        command
    }

    fn type_in(&self, script: &str) -> Run {
        Run::of(&mut self.shell(script))
    }

    fn start(&mut self, script: &str) {
        assert!(script.contains(KEY), "the key is another: {script}");
        let server = Server::of(&mut self.shell(script));
        server.wait_ready();
        server.wait_until("it says who writes", |server| server.stdout().contains("text by"));
        self.printed = server.stderr() + &server.stdout();
        self.server = Some(server);
    }

    /// The component of this version, from where scripts/components.sh put it.
    fn take_built(&self) {
        let manifest = fs::read_to_string(self.folder().join("Cargo.toml")).expect("it was written");
        let built = if manifest.contains("version = \"0.1.0\"") {
            "examples/compatible.wasm"
        } else {
            "fixtures/compatible-next.wasm"
        };
        let folder = self.folder().join("target/wasm32-wasip2/release");
        fs::create_dir_all(&folder).expect("a folder");
        fs::copy(Path::new(REPOSITORY).join("plugins/target").join(built), folder.join("compatible.wasm"))
            .expect("the components are built: run `make components` first");
    }

    /// Waits until what was begun has ended, as somebody does who reads on; what the stand-in holds back goes on.
    fn settle(&self) {
        let Some(server) = &self.server else { return };
        let held = self.upstream.held();
        server.poll("/api/jobs", |list| {
            let jobs = list["jobs"].as_array().expect("a list");
            jobs.iter().filter(|job| job["status"] == "queued" || job["status"] == "running").count() <= held
        });
    }

    /// Asks for a scenario, and waits for it.
    fn asks(&self) {
        let task = begin(self.server(), "A clock that goes");
        assert_eq!(end(self.server(), &task)["status"], "completed");
    }

    /// Whether the plugin is listed with a version.
    fn lists(&self, version: &str) -> bool {
        let list = self.type_in("kinora plugin list").ok().stdout;
        list.lines().any(|line| line.contains("compatible") && line.contains(version))
    }

    /// The versions of the adapter that the model server was asked by.
    fn made_by(&self) -> Vec<String> {
        let asked = self.upstream.requests();
        let asked = asked.iter().filter(|request| request.path == CHAT);
        asked
            .filter_map(|request| request.header("user-agent").strip_prefix("compatible/").map(str::to_owned))
            .collect()
    }
}

impl Run {
    fn said(self) -> String {
        self.stdout + &self.stderr
    }
}

/// Whether cargo can build components here.
fn can_build() -> bool {
    let asked = std::env::var("COMPONENTS").is_ok_and(|way| way == "debian");
    let folder = Command::new("rustc").args(["--print", "target-libdir", "--target", "wasm32-wasip2"]).output();
    let folder = folder.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    !asked && Path::new(&folder).is_dir()
}

/// What was printed is what the guide shows; `…` stands for anything, on a line of its own for any lines.
fn assert_printed(shown: &str, printed: &str) {
    let lines = |text: &str| -> Vec<String> { text.lines().map(|line| line.trim_end().to_owned()).collect() };
    assert!(lines_fit(&lines(shown), &lines(printed)), "the guide shows:\n{shown}\nand this was printed:\n{printed}");
}

fn lines_fit(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => (0..=printed.len()).any(|at| lines_fit(rest, &printed[at..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, after)| fits(first, line) && lines_fit(rest, after))
        }
    }
}

fn fits(line: &str, shown: &str) -> bool {
    match shown.split_once('…') {
        None => line == shown,
        Some((begin, rest)) => line
            .strip_prefix(begin)
            .is_some_and(|after| (0..=after.len()).any(|at| after.is_char_boundary(at) && fits(&after[at..], rest))),
    }
}
