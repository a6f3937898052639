//! The media worker of the tests.

fn main() -> std::process::ExitCode {
    kinora_media::worker_main()
}
