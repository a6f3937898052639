//! What a host leaves behind when it is killed, and who goes on with it: jobs end all the same, and the upstream sees
//! each request as often as the table of what may be sent again allows. With the real binary, on both stores.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fakes::openai::{Answer, CHAT, IMAGES};
use crate::support::house::{House, begin, doubtful, end, job_path, task_path};
use crate::support::server::Server;
use crate::support::{Bench, Run, http, probe, values};

/// Within this time a host that lives goes on with what one that died held.
const TAKEN_OVER: Duration = Duration::from_secs(20);

/// The same claim on the default store, and on Postgres where there is one.
macro_rules! on_both_stores {
    ($claim:ident, $sqlite:ident, $postgres:ident) => {
        #[test]
        fn $sqlite() {
            $claim(House::new());
        }

        #[test]
        fn $postgres() {
            if let Some(house) = House::on_postgres() {
                $claim(house);
            }
        }
    };
}

on_both_stores!(
    held_when_killed,
    a_request_that_a_kill_interrupts_is_sent_once_more_on_sqlite,
    a_request_that_a_kill_interrupts_is_sent_once_more_on_postgres
);

fn held_when_killed(house: House) {
    house.upstream.script([Answer::hang_until_released()]);
    let server = house.open();
    let task = begin(&server, "a lighthouse");
    house.upstream.wait_for_held(1);
    server.kill9();
    house.upstream.wait_for_none_held();
    let server = house.open();
    let ended = end(&server, &task);
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("completed"), &json!(100.0)), "{ended}");
    assert_eq!(house.upstream.count(CHAT), 2);
    assert_eq!(doubtful(&server), 1, "the first may have been paid too");
}

on_both_stores!(
    killed_after_the_answer,
    a_task_that_was_answered_for_is_made_whatever_comes_on_sqlite,
    a_task_that_was_answered_for_is_made_whatever_comes_on_postgres
);

fn killed_after_the_answer(house: House) {
    let server = house.open();
    let task = begin(&server, "a lighthouse");
    server.kill9();
    let server = house.open();
    assert_eq!(end(&server, &task)["status"], "completed");
    let sent = house.upstream.count(CHAT);
    assert!((1..=2).contains(&sent), "{sent} requests");
    assert!(doubtful(&server) >= sent as u64 - 1 && doubtful(&server) <= 1);
}

on_both_stores!(
    killed_in_the_pause,
    a_pause_between_two_attempts_outlives_a_kill_on_sqlite,
    a_pause_between_two_attempts_outlives_a_kill_on_postgres
);

fn killed_in_the_pause(house: House) {
    let house = house.set("KINORA_GENERATION__RETRY_DELAY_MS", "1500");
    house.upstream.script([Answer::scenario(1)]);
    let server = house.open();
    let task = begin(&server, "a lighthouse");
    server.wait_until("the pause", |server| server.stderr().contains("Retrying in 1.5 seconds"));
    server.kill9();
    let server = house.open();
    assert_eq!(end(&server, &task)["status"], "completed");
    assert_eq!(house.upstream.count(CHAT), 2, "the first answer was kept");
    assert_eq!(doubtful(&server), 0);
}

on_both_stores!(
    picture_held_when_killed,
    a_picture_that_a_kill_interrupts_is_not_paid_twice_on_sqlite,
    a_picture_that_a_kill_interrupts_is_not_paid_twice_on_postgres
);

fn picture_held_when_killed(house: House) {
    let house = house.with_thumbnails();
    house.upstream.answer_with(|request, _| match request.path.as_str() {
        IMAGES => Answer::hang_until_released(),
        _ => Answer::right(),
    });
    let server = house.open();
    let task = begin(&server, "a lighthouse");
    house.upstream.wait_for_held(1);
    server.kill9();
    let server = house.open();
    let ended = end(&server, &task);
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("completed"), &json!(100.0)), "{ended}");
    assert_eq!(ended["scenario"]["thumbnail_url"], Value::Null);
    assert_eq!((house.upstream.count(CHAT), house.upstream.count(IMAGES)), (1, 1));
    assert_eq!(doubtful(&server), 1);
    let run = server.terminate();
    let told = run.stderr.lines().any(|line| line.contains("WARN The thumbnail could not be made: "));
    assert!(told, "{}", run.stderr);
}

on_both_stores!(
    asked_to_end,
    a_host_that_is_asked_to_end_waits_for_what_it_has_paid_for_on_sqlite,
    a_host_that_is_asked_to_end_waits_for_what_it_has_paid_for_on_postgres
);

fn asked_to_end(house: House) {
    house.upstream.script([Answer::scenario(1).held()]);
    let server = house.open();
    let task = begin(&server, "a lighthouse");
    house.upstream.wait_for_held(1);
    server.ask_to_end();
    server.wait_until("the end to begin", |server| server.stdout().contains("ending"));
    assert_eq!(house.upstream.held(), 1);
    house.upstream.release();
    let run = server.ended();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(house.upstream.count(CHAT), 1);
    let server = house.open();
    assert_eq!(end(&server, &task)["status"], "completed");
    assert_eq!(house.upstream.count(CHAT), 2, "the wrong answer was kept, and the next attempt followed");
    assert_eq!(doubtful(&server), 0);
}

/// Two hosts on one database, each with a data folder of its own, and the bench that has the second one's.
fn two_hosts(house: &House) -> (Server, Server, Bench) {
    let elsewhere = Bench::new();
    (house.open(), house.open_in(&elsewhere), elsewhere)
}

/// Tasks on both hosts in turn, with a marker each.
fn tasks<'m>(hosts: [&Server; 2], markers: &'m [String]) -> Vec<(&'m str, String)> {
    let tasks = markers.iter().zip(hosts.into_iter().cycle());
    tasks.map(|(marker, host)| (marker.as_str(), begin(host, marker))).collect()
}

#[test]
fn each_job_of_two_hosts_on_one_database_runs_once() {
    let Some(house) = House::on_postgres() else {
        return;
    };
    let (one, other, _elsewhere) = two_hosts(&house);
    let markers: Vec<String> = (10..20).map(|number| format!("marker-{number}")).collect();
    for (marker, task) in tasks([&one, &other], &markers) {
        // Any host answers for any task.
        assert_eq!(end(&other, &task)["status"], "completed");
        assert_eq!(one.get(&task_path(&task)).json()["status"], "completed");
        assert_eq!(house.upstream.count_containing(marker), 1, "{marker}");
    }
    assert_eq!(doubtful(&one), 0);
}

#[test]
fn what_a_killed_host_held_goes_on_with_the_other_within_20_seconds() {
    let Some(house) = House::on_postgres() else {
        return;
    };
    house.upstream.answer_with(|_, _| Answer::hang_until_released());
    let (one, other, _elsewhere) = two_hosts(&house);
    let markers: Vec<String> = (10..20).map(|number| format!("marker-{number}")).collect();
    let tasks = tasks([&one, &other], &markers);
    house.upstream.wait_for_held(tasks.len());
    let (_, followed) = &tasks[0];
    let events = other.url(&format!("{}/events", job_path(followed)));
    let events = http::begin(|client| client.get(&events));
    one.kill9();
    let died = Instant::now();
    house.upstream.release();
    for (_, task) in &tasks {
        other.wait_until("all jobs to end", |other| {
            assert!(died.elapsed() < TAKEN_OVER, "{task} does not go on: {}", other.stderr());
            other.get(&task_path(task)).json()["status"] == "completed"
        });
    }
    eprintln!("all jobs had ended {:.1} s after the kill", died.elapsed().as_secs_f64());
    let counts: Vec<usize> = tasks.iter().map(|(marker, _)| house.upstream.count_containing(marker)).collect();
    assert!(counts.iter().all(|count| (1..=2).contains(count)), "{counts:?}");
    let twice = counts.iter().filter(|count| **count == 2).count();
    assert!((1..10).contains(&twice), "what the living host held was sent once: {counts:?}");
    assert_eq!(doubtful(&other), twice as u64);
    let followed = http::wait(events).expect("the stream's task").expect("the stream").text();
    assert!(followed.contains("event: done"), "{followed}");
}

#[test]
fn a_film_whose_making_was_killed_goes_on_with_the_same_command() {
    let bench = Bench::new();
    let make = ["make", "a storm at sea", "-o", "film.mp4", "--data", "data", "--seconds", "16"];
    let make = [&make[..], &["--resolution", "640x360", "--fps", "24"]].concat();
    let mut command = bench.command(&make);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let rendering = lines.map_while(Result::ok).any(|line| line.contains("Rendering the film"));
    assert!(rendering, "it begins to render");
    child.kill().expect("it still runs");
    child.wait().expect("it ends");
    assert_eq!(bench.files(), ["data"], "no film and no part of one");

    let run = bench.run(&make).ok();
    assert!(run.stderr.contains("going on with the film that was begun before"), "{}", run.stderr);
    assert!(!run.stderr.contains("Writing the scenario"), "what was done is not done again: {}", run.stderr);
    assert_eq!(values(&probe(&bench.path("film.mp4")), "nb_read_frames")[0], "384");
    let left = std::fs::read_dir(bench.path("data/tmp")).expect("the folder for what is in the making");
    assert_eq!(left.count(), 0, "nothing half-made is left");

    let Run { stderr, .. } = bench.run(&make).ok();
    assert!(!stderr.contains("going on"), "a film that is made is begun anew: {stderr}");
}
