//! `kinora render`: an edit plan and a folder in, a film out.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Bench, frame_digests, probe, values};

/// A bench with two pictures, a clip and a click track in the folder `media`, and a plan of them.
fn furnished() -> (Bench, Value) {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("media")).expect("a folder");
    let make = |name: &str, args: &[&str]| {
        let path = bench.path(&format!("media/{name}"));
        let made = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).arg(path).status();
        assert!(made.expect("ffmpeg is there").success(), "{name}");
    };
    make("one.png", &["-f", "lavfi", "-i", "testsrc=s=320x240", "-frames:v", "1"]);
    make("two.jpg", &["-f", "lavfi", "-i", "mandelbrot=s=240x320", "-frames:v", "1"]);
    make("clip.mp4", &["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-pix_fmt", "yuv420p"]);
    let clicks = "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,0.5),0.03)':s=24000:d=12";
    make("song.wav", &["-f", "lavfi", "-i", clicks]);
    let plan = json!({
        "version": "1.0",
        "output": {"width": 320, "height": 180, "fps": 25},
        "timeline": [
            {"media_id": "one", "duration": {"seconds": 1.0}, "effects": {"ken_burns": true}},
            {"media_id": "two.jpg", "duration": {"ms": 1000}, "transition": {"type": "crossfade", "duration_ms": 400}},
            {"media_id": "clip.mp4", "duration": {"natural": true}, "trim": {"start_ms": 500, "end_ms": 1500}},
        ],
    });
    std::fs::write(bench.path("plan.json"), plan.to_string()).expect("written");
    (bench, plan)
}

#[test]
fn a_plan_is_rendered_from_files_and_explained() {
    let (bench, mut plan) = furnished();
    let args = ["render", "plan.json", "--media", "media", "-o", "film.mp4", "--explain"];
    let first = bench.run(&args).ok();
    assert_eq!(values(&probe(&bench.path("film.mp4")), "nb_read_frames"), ["65"]);
    for word in ["one.png", "two.jpg", "clip.mp4", "crossfade, 10 frames", "cut", "65 frames", "2.600 s"] {
        assert!(first.stdout.contains(word), "{word} is not in: {}", first.stdout);
    }
    let frames = frame_digests(&bench.path("film.mp4"));
    let again = bench.run(&args).ok();
    assert!(again.stdout.contains(" 0 pieces rendered"), "{}", again.stdout);
    assert!(!again.stdout.lines().any(|line| line.ends_with(" no")), "{}", again.stdout);
    let dry = bench.run(&[&args[..], &["--dry-run"]].concat()).ok();
    assert_eq!(dry.stdout.matches(" yes").count(), 3, "what was rendered before is known beforehand: {}", dry.stdout);
    assert_eq!(frame_digests(&bench.path("film.mp4")), frames);
    // With music whose beats were found.
    plan["audio"] = json!({"source": "project_audio", "mode": "with_audio"});
    plan["timeline"][0]["duration"] = json!({"beats": 2});
    std::fs::write(bench.path("plan.json"), plan.to_string()).expect("written");
    let wanted = bench.run(&args);
    wanted.fails_with(&["Segment 1"]);
    bench.run(&[&args[..], &["--audio", "media/song.wav", "--preview"]].concat()).ok();
    assert_eq!(values(&probe(&bench.path("film.mp4")), "codec_type"), ["video", "audio"]);
}

#[test]
fn a_plan_that_cannot_be_rendered_is_told_whole_and_leaves_nothing() {
    let (bench, mut plan) = furnished();
    plan["timeline"][0]["media_id"] = json!("nowhere");
    plan["timeline"][2]["trim"]["end_ms"] = json!(9000);
    std::fs::write(bench.path("plan.json"), plan.to_string()).expect("written");
    let run = bench.run(&["render", "plan.json", "--media", "media", "-o", "film.mp4"]);
    run.fails_with(&["Segment 1 references unknown media_id nowhere", "Segment 3", "clip.mp4"]);
    assert!(!bench.path("film.mp4").exists());
    std::fs::write(bench.path("plan.json"), "{").expect("written");
    bench.run(&["render", "plan.json"]).fails_with(&["plan.json is no JSON"]);
    bench.run(&["render", "absent.json"]).fails_with(&["absent.json cannot be read"]);
    let (bench, _) = furnished();
    let dry = bench.run(&["render", "plan.json", "--media", "media", "--dry-run", "--explain"]).ok();
    assert!(dry.stdout.contains("65 frames") && !bench.path("film.mp4").exists(), "{}", dry.stdout);
}
