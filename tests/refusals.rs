//! What cannot be made is refused with a sentence, and nothing half-written stays behind.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Bench, Run};

fn refused(args: &[&str], words: &[&str]) {
    let bench = Bench::new();
    bench.run(args).fails_with(words);
    assert_eq!(bench.files(), [""; 0], "nothing is left behind");
}

#[test]
fn an_empty_prompt_is_refused() {
    refused(&["make", ""], &["the prompt is empty"]);
    refused(&["make", " \n\t "], &["the prompt is empty"]);
}

#[test]
fn a_prompt_of_100_kb_is_refused_with_the_limit() {
    refused(&["make", &"word ".repeat(20_000)], &["100000 characters", "10000"]);
}

#[test]
fn absurd_sizes_rates_and_lengths_are_refused_with_their_range() {
    refused(&["make", "x", "--resolution", "2x2"], &["64 to 4320"]);
    refused(&["make", "x", "--resolution", "1000000x1000000"], &["64 to 4320"]);
    refused(&["make", "x", "--resolution", "641x360"], &["even"]);
    refused(&["make", "x", "--resolution", "wide"], &["1280x720"]);
    refused(&["make", "x", "--resolution", "99999999999x1"], &["no whole number"]);
    refused(&["make", "x", "--fps", "0"], &["1 to 120"]);
    refused(&["make", "x", "--fps", "100000"], &["1 to 120"]);
    refused(&["make", "x", "--fps", "1/0"], &["1 to 120"]);
    refused(&["make", "x", "--seconds", "0"], &["8 to 120"]);
    refused(&["make", "x", "--seconds", "4000000000"], &["8 to 120"]);
}

#[test]
fn an_unknown_provider_is_refused_with_those_there_are() {
    refused(&["make", "x", "--provider", "nobody"], &["nobody", "offline"]);
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_any_work() {
    refused(&["make", "x", "-o", "nowhere/film.mp4"], &["there is no folder nowhere"]);
    refused(&["make", "x", "-o", "/proc/film.mp4"], &["/proc", "cannot be written"]);
    let bench = Bench::new();
    bench.run(&["make", "x", "-o", "."]).fails_with(&["this is a folder"]);
}

#[test]
fn a_missing_ffmpeg_is_told_with_its_remedy() {
    let bench = Bench::new();
    let mut command = bench.command(&["make", "x"]);
    Run::of(command.env("PATH", bench.folder.path())).fails_with(&["ffmpeg", "apt-get install ffmpeg"]);
    let doctor = Run::of(bench.command(&["doctor"]).env("PATH", bench.folder.path()));
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.stdout.contains("apt-get install ffmpeg"), "{}", doctor.stdout);
    assert_eq!(bench.files(), [""; 0]);
}

/// Runs the binary in a mount namespace of its own, after a command that changes the mounts. None where the machine
/// allows no namespaces.
fn in_namespace(bench: &Bench, prepare: &str, args: &str) -> Option<Run> {
    let mut command = bench.in_namespace(&format!("{prepare}; \"$KINORA\" {args}"))?;
    Some(Run::of(&mut command))
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let bench = Bench::new();
    let prepare = "mkdir small; mount -t tmpfs -o size=200k tmpfs small; export TMPDIR=$PWD";
    // The mount is gone with its namespace, so the folder is listed inside it.
    let args = "make 'a storm at sea' -o small/film.mp4 --seconds 16 --fps 24 --resolution 640x360 || \
                { code=$?; ls -A small; exit $code; }";
    let Some(run) = in_namespace(&bench, prepare, args) else {
        return;
    };
    assert_eq!(run.stdout, "", "nothing half-written is left");
    run.fails_with(&["no room left", "the same command"]);
    let again = bench
        .run(&["make", "a storm at sea", "-o", "film.mp4", "--seconds", "16", "--fps", "24", "--resolution", "640x360"])
        .ok();
    assert!(again.stderr.contains("going on"), "{}", again.stderr);
    assert!(!again.stderr.contains("Rendering"), "it is not rendered again: {}", again.stderr);
}

#[test]
fn a_machine_without_fonts_is_told_with_the_remedy() {
    let bench = Bench::new();
    let prepare = "for d in /usr/share/fonts /usr/local/share/fonts /usr/share/texmf/fonts; do \
                   [ ! -d $d ] || mount -t tmpfs tmpfs $d; done";
    let Some(run) = in_namespace(&bench, prepare, "make x -o film.mp4") else {
        return;
    };
    run.fails_with(&["font", "fonts-dejavu-core"]);
    assert_eq!(bench.files(), [""; 0]);
}

#[test]
fn an_interrupt_ends_the_render_at_once_and_leaves_nothing() {
    let bench = Bench::new();
    let mut child = bench
        .command(&["make", "a long one", "--seconds", "120", "-o", "film.mp4"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let rendering = lines.map_while(Result::ok).any(|line| line.contains("Rendering the film"));
    assert!(rendering, "it begins to render");
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).expect("the signal is sent");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(bench.files(), [""; 0], "no film and no part of one");
}
