//! The throw-away PostgreSQL: it is there, it goes, it comes back, and it leaves nothing.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row};

use super::postgres::Postgres;
use crate::support::http::wait;

/// The test of this file that a killed process runs.
const INNER: &str = "fakes::postgres_life::a_server_dies_with_a_process_that_is_killed";

fn connect(url: &str) -> sqlx::Result<PgConnection> {
    wait(PgConnection::connect(url))
}

#[test]
fn it_takes_connections_each_to_a_database_of_its_own() {
    let Some(postgres) = Postgres::shared() else { return };
    let (one, other) = (postgres.url("films"), postgres.url("films"));
    assert_ne!(one, other);
    let mut connection = connect(&one).expect("it connects");
    wait(connection.execute("CREATE TABLE film (title TEXT)")).expect("a table");
    let mut elsewhere = connect(&other).expect("it connects");
    assert!(wait(elsewhere.execute("SELECT * FROM film")).is_err(), "no table there");
    let version = wait(elsewhere.fetch_one("SHOW server_version_num")).expect("a row");
    assert!(version.get::<String, _>(0).parse::<u32>().expect("a number") >= 150_000);
}

#[test]
fn it_goes_and_comes_back_with_its_data_and_leaves_nothing() {
    let Some(mut postgres) = Postgres::start() else { return };
    let url = postgres.url("films");
    let mut connection = connect(&url).expect("it connects");
    wait(connection.execute("CREATE TABLE film AS SELECT 'Dawn' AS title")).expect("a table");
    postgres.stop();
    assert!(wait(connection.execute("SELECT 1")).is_err(), "the connection was closed");
    assert!(connect(&url).is_err(), "nobody listens");
    postgres.start_again();
    let mut connection = connect(&url).expect("it connects again");
    let film = wait(connection.fetch_one("SELECT title FROM film")).expect("a row");
    assert_eq!(film.get::<String, _>(0), "Dawn");

    let folder = postgres.folder().to_owned();
    drop(postgres);
    assert!(!folder.exists(), "its folder is gone");
    assert!(connect(&url).is_err(), "nobody listens");
}

/// Runs itself in a process of its own, which tells where its server is and is then killed.
#[test]
fn a_server_dies_with_a_process_that_is_killed() {
    if std::env::var_os("KINORA_TESTS_INNER").is_some() {
        let Some(postgres) = Postgres::start() else { return };
        println!("at {} in {}", postgres.url("films"), postgres.folder().display());
        loop {
            std::thread::park();
        }
    }
    let mut inner = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", INNER, "--nocapture"])
        .env("KINORA_TESTS_INNER", "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(inner.stdout.take().expect("piped")).lines().map_while(Result::ok);
    // The test runner may begin the line with words of its own.
    let told = lines.find_map(|line| Some(line.split_once("at postgres://")?.1.to_owned()));
    let Some((url, folder)) = told.as_deref().and_then(|told| told.split_once(" in ")) else {
        assert!(inner.wait().expect("it ends").success(), "it was not skipped but failed");
        return;
    };
    let url = format!("postgres://{url}");
    connect(&url).expect("it connects");
    inner.kill().expect("killed");
    inner.wait().expect("it ends");
    let begun = Instant::now();
    while std::path::Path::new(folder).exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{folder} is still there");
        std::thread::park_timeout(Duration::from_millis(10));
    }
    assert!(connect(&url).is_err(), "nobody listens");
}
