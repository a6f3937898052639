//! Films out of a cache of pieces: what is rendered, what is reused, and that nobody sees which.

mod support;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kinora_domain::documents::{Composition, Content, Layer, Paint, Rate};
use kinora_domain::film::{Film, Fit, Motion, Music, Overlay, Source, View};
use kinora_media::{Job, MediaError, Pieces, Quality, look_ahead, render};
use proptest::prelude::*;
use support::*;

const SIZE: (u32, u32) = (96, 64);

fn photo(folder: &Path, name: &str, tint: u8) -> PathBuf {
    let path = folder.join(name);
    image::RgbImage::from_fn(200, 120, |x, y| image::Rgb([tint, x as u8, y as u8])).save(&path).unwrap();
    path
}

fn picture(path: &Path, zoom: f64) -> Source {
    let view = |zoom| View { x: 0.5, y: 0.5, zoom };
    Source::Picture { path: path.into(), motion: Some(Motion { from: view(1.0), to: view(zoom) }), fit: Fit::Cover }
}

fn caption(color: &str) -> Overlay {
    let fill = Some(Paint::Solid { color: color.into() });
    let bar = Content::Rect { width: 40.0, height: 10.0, radius: 2.0, fill, stroke: None };
    let layers = vec![Layer::new(bar, 48.0, 50.0)];
    let composition =
        Composition { schema: 1, width: SIZE.0, height: SIZE.1, rate: R30, frames: 6, background: None, layers };
    Overlay { composition, start: 2 }
}

/// Two photos, a clip, black and a caption; 12 pieces.
fn mixed(folder: &Path) -> Film {
    let (a, b) = (photo(folder, "a.png", 40), photo(folder, "b.png", 220));
    let clip = counting(folder, "clip.mp4", "96x64", "30", 60);
    let mut segments = vec![
        segment(picture(&a, 1.3), 20, 0),
        segment(video(&clip, 200, None), 25, 6),
        segment(picture(&b, 1.2), 20, 5),
        segment(Source::Black, 9, 4),
        segment(video(&clip, 0, Some(800)), 30, 3),
        segment(picture(&a, 1.1), 20, 7),
    ];
    segments[2].overlays.push(caption("#ffcc00"));
    film(SIZE, R30, segments)
}

fn pieces(film: &Film, output: &Path, cache: &Path) -> Pieces {
    make_cached(film, output, cache).unwrap().pieces.unwrap()
}

/// The pieces in a cache.
fn kept(cache: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    let mut kept: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|end| end == "mp4")).collect();
    kept.sort();
    kept
}

#[test]
fn a_film_out_of_pieces_looks_sounds_and_lasts_as_one_that_is_rendered_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (num, den) in [(30, 1), (24_000, 1001), (50, 1), (60, 1)] {
        let mut film = mixed(folder.path());
        film.rate = Rate { num, den };
        film.segments[2].overlays.clear(); // A caption has the rate of its film.
        film.music = Some(Music { seed: 4, mood: "calm".into() });
        film.title = "A title".into();
        make(&film, &at("whole.mp4")).unwrap();
        let report = make_cached(&film, &at("joined.mp4"), &at("cache")).unwrap();
        assert_eq!((report.frames, film.frames()), (99, 99));
        let [whole, joined] = ["whole.mp4", "joined.mp4"].map(|name| probe(&at(name), "v:0"));
        for key in ["nb_read_frames", "avg_frame_rate", "r_frame_rate", "color_space", "color_range", "chroma_location"]
        {
            assert_eq!(get(&joined, key), get(&whole, key), "{key} at {num}/{den}");
        }
        assert_eq!(get(&joined, "nb_read_frames"), "99");
        for (frame, at) in shown(&at("joined.mp4")).iter().enumerate() {
            let want = frame as f64 / film.rate.as_f64();
            assert!((at - want).abs() < 2e-6, "{num}/{den}: frame {frame} is shown at {at} instead of {want}");
        }
        let seconds = |stream: &str| get(&probe(&at("joined.mp4"), stream), "duration").parse::<f64>().unwrap();
        for stream in ["v:0", "a:0", ""] {
            assert!((seconds(stream) - film.seconds()).abs() < 0.002, "{stream} lasts {}", seconds(stream));
        }
        assert_eq!(get(&probe(&at("joined.mp4"), ""), "TAG:title"), "A title");
        // The same pictures, coded in another way.
        for (frame, (one, other)) in
            frames(&at("whole.mp4"), SIZE).iter().zip(frames(&at("joined.mp4"), SIZE)).enumerate()
        {
            let off: u64 = one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
            let off = off as f64 / one.len() as f64;
            assert!(off < 12.0, "{num}/{den}: frame {frame} is off by {off}");
        }
        let (one, other) = (pcm(&at("whole.mp4")), pcm(&at("joined.mp4")));
        assert_eq!(one.len(), other.len());
        assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-4), "the sound is another");
    }
}

#[test]
fn an_edit_costs_its_segment_and_its_two_fades() {
    let folder = tempfile::tempdir().unwrap();
    let (output, cache) = (folder.path().join("film.mp4"), folder.path().join("cache"));
    let mut film = mixed(folder.path());
    let first = pieces(&film, &output, &cache);
    assert_eq!((first.rendered, first.reused, first.segments.contains(&true)), (11, 0, false));
    let again = pieces(&film, &output, &cache);
    assert_eq!((again.rendered, again.reused, again.segments), (0, 11, vec![true; 6]));
    // Another look.
    film.segments[2].source = picture(&folder.path().join("b.png"), 1.5);
    let foretold = look_ahead(&cached(&film, &output, &cache), Path::new("ffmpeg")).unwrap();
    let edited = pieces(&film, &output, &cache);
    assert_eq!(foretold.as_ref(), Some(&edited));
    assert_eq!((edited.rendered, edited.segments), (3, vec![true, false, false, false, true, true]));
    // Another caption.
    film.segments[2].overlays = vec![caption("#00ccff")];
    assert_eq!(pieces(&film, &output, &cache).rendered, 3);
    // Another file under the same name.
    photo(folder.path(), "b.png", 221);
    assert_eq!(pieces(&film, &output, &cache).rendered, 3);
    // A cut instead of a fade.
    film.segments[5].crossfade = 0;
    assert_eq!(pieces(&film, &output, &cache).rendered, 2);
    // Another order: only the fades are new.
    film.segments.swap(0, 5);
    film.segments[0].crossfade = 0;
    film.segments[5].crossfade = 7;
    film.segments[1].crossfade = 6;
    let swapped = pieces(&film, &output, &cache);
    assert!(swapped.reused >= 6, "{swapped:?}");
}

#[test]
fn the_id_of_a_file_s_content_takes_the_place_of_its_path_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let render_as = |name: &str, id: &str| {
        let path = photo(folder.path(), name, 9);
        let film = film(SIZE, R30, vec![segment(picture(&path, 1.2), 8, 0)]);
        let mut job = cached(&film, &folder.path().join("film.mp4"), &cache);
        if let Job::Film { cache: Some(cache), .. } = &mut job {
            cache.contents.insert(path, id.into());
        }
        render(&job, Path::new("ffmpeg"), &mut |_| ControlFlow::Continue(())).unwrap().pieces.unwrap().rendered
    };
    assert_eq!(render_as("one.png", "blob-1"), 1);
    assert_eq!(render_as("two.png", "blob-1"), 0);
    assert_eq!(render_as("two.png", "blob-2"), 1);
}

#[test]
fn a_preview_is_small_has_all_frames_and_shares_no_piece_with_the_film() {
    let folder = tempfile::tempdir().unwrap();
    let (output, cache) = (folder.path().join("film.mp4"), folder.path().join("cache"));
    let path = photo(folder.path(), "a.png", 40);
    let mut film = film((1280, 720), R30, vec![segment(picture(&path, 1.3), 9, 0), segment(Source::Black, 9, 3)]);
    let mut overlay = caption("#ffffff");
    (overlay.composition.width, overlay.composition.height) = (1280, 720);
    let fill = Some(Paint::Solid { color: "#ff0000".into() });
    let bar = Content::Rect { width: 640.0, height: 360.0, radius: 0.0, fill, stroke: None };
    overlay.composition.layers = vec![Layer::new(bar, 960.0, 540.0)];
    overlay.start = 0;
    film.segments[1].overlays.push(overlay);
    for quality in [Quality::Final, Quality::Preview] {
        let mut job = cached(&film, &output, &cache);
        if let Job::Film { quality: wanted, .. } = &mut job {
            *wanted = quality;
        }
        let report = render(&job, Path::new("ffmpeg"), &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((report.frames, report.pieces.unwrap().reused), (15, 0));
    }
    let probed = probe(&output, "v:0");
    assert_eq!((get(&probed, "width"), get(&probed, "height"), get(&probed, "nb_read_frames")), ("640", "360", "15"));
    // What lies in the lower right quarter lies there in the preview too.
    let frame = &frames(&output, (640, 360))[10];
    let luma = |x: usize, y: usize| frame[y * 640 + x];
    assert!(luma(330, 190) > 50 && luma(630, 350) > 50 && luma(310, 190) < 30 && luma(330, 170) < 30);
}

#[test]
fn a_piece_that_is_damaged_or_of_another_encoder_is_rendered_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (output, cache) = (folder.path().join("film.mp4"), folder.path().join("cache"));
    let film = mixed(folder.path());
    pieces(&film, &output, &cache);
    let want = frames(&output, SIZE);
    let all = kept(&cache);
    let whole = std::fs::read(&all[0]).unwrap();
    std::fs::write(&all[0], &whole[..whole.len() - 9]).unwrap();
    assert_eq!(pieces(&film, &output, &cache).rendered, 1);
    assert_eq!(std::fs::read(&all[0]).unwrap(), whole);
    // As many frames, but other headers: what was made with them cannot be joined with the rest.
    let other = made(folder.path(), "other.mp4", &[&["-i", all[0].to_str().unwrap()], X264, &["-threads", "1"]]);
    std::fs::copy(other, &all[0]).unwrap();
    assert_eq!(pieces(&film, &output, &cache).rendered, 11);
    assert!(frames(&output, SIZE) == want);
}

#[test]
fn a_render_that_is_broken_off_leaves_whole_pieces_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (output, cache) = (folder.path().join("film.mp4"), folder.path().join("cache"));
    let film = film(
        SIZE,
        R30,
        (0..12)
            .map(|index| segment(picture(&photo(folder.path(), "a.png", 9), 1.0 + f64::from(index) / 20.0), 120, 0))
            .collect(),
    );
    let mut job = cached(&film, &output, &cache);
    if let Job::Film { cache: Some(cache), .. } = &mut job {
        cache.workers = 1;
    }
    let error = render(&job, Path::new("ffmpeg"), &mut |progress| {
        if progress.frame > 700 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(error, Err(MediaError::Cancelled));
    let done = kept(&cache);
    assert!(!done.is_empty() && done.len() < 12, "{} pieces", done.len());
    for entry in std::fs::read_dir(&cache).unwrap() {
        let path = entry.unwrap().path();
        assert!(done.contains(&path) || path.ends_with("lock"), "{} is left", path.display());
    }
    assert!(!output.exists());
    let mut first = None;
    let report = render(&job, Path::new("ffmpeg"), &mut |progress| {
        first.get_or_insert(progress.frame);
        ControlFlow::Continue(())
    })
    .unwrap();
    let pieces = report.pieces.unwrap();
    assert_eq!((pieces.reused, pieces.rendered), (done.len(), 12 - done.len()));
}

#[test]
fn a_cache_is_kept_small_and_a_film_larger_than_it_is_rendered_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (output, cache) = (folder.path().join("film.mp4"), folder.path().join("cache"));
    let mut job = cached(&mixed(folder.path()), &output, &cache);
    if let Job::Film { cache: Some(cache), .. } = &mut job {
        cache.max_bytes = 10_000;
    }
    let report = render(&job, Path::new("ffmpeg"), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.pieces.unwrap().rendered, 11);
    let bytes: u64 = kept(&cache).iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
    assert!(bytes <= 10_000, "{bytes}");
}

#[test]
fn a_job_that_was_written_before_there_were_caches_is_still_read() {
    let old = r#"{"type": "film", "output": "/x.mp4", "film": {"width": 64, "height": 64, "rate": {"num": 30, "den": 1},
        "title": "", "comment": "", "music": {"seed": 1, "mood": ""}, "segments": [{"frames": 3, "crossfade": 0, "overlays": [],
        "source": {"type": "picture", "path": "/a.png",
            "motion": {"from": {"x": 0.5, "y": 0.5, "zoom": 1.0}, "to": {"x": 0.5, "y": 0.5, "zoom": 1.2}}}}]}}"#;
    let job: Job = serde_json::from_str(old).unwrap();
    let Job::Film { film, quality: Quality::Final, cache: None, .. } = job else { panic!("{job:?}") };
    assert!(matches!(&film.segments[0].source, Source::Picture { motion: Some(_), fit: Fit::Cover, .. }));
}

/// Any film that is valid, of sources that are cheap.
fn any_film(folder: PathBuf) -> impl Strategy<Value = Film> {
    let source = (0..4u8, 0..3u64, 1..4u8).prop_map(move |(kind, start, zoom)| match kind {
        0 => picture(&folder.join("a.png"), 1.0 + f64::from(zoom) / 10.0),
        1 => video(&folder.join("clip.mp4"), start * 300, None),
        2 => video(&folder.join("clip.mp4"), start * 100, Some(start * 100 + 250)),
        _ => Source::Black,
    });
    let part = (source, 1..14u32, 0..9u32);
    let rate = prop_oneof![Just((30, 1)), Just((24_000, 1001)), Just((50, 1)), Just((60, 1))];
    (prop::collection::vec(part, 1..5), rate).prop_map(|(parts, (num, den))| {
        let mut segments: Vec<_> =
            parts.into_iter().map(|(source, frames, fade)| segment(source, frames, fade)).collect();
        // As long as both neighbours allow.
        let mut lent = 0;
        for index in 1..segments.len() {
            let before = segments[index - 1].frames - lent;
            segments[index].crossfade = segments[index].crossfade.min(before).min(segments[index].frames);
            lent = segments[index].crossfade;
        }
        film(SIZE, Rate { num, den }, segments)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_film_has_its_frames_and_after_any_edit_looks_as_if_it_were_rendered_from_nothing(
        (film, other, at) in {
            let folder = sources();
            (any_film(folder.clone()), any_film(folder), 0..4usize)
        },
    ) {
        prop_assert_eq!(film.check(), Ok(()));
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let report = make_cached(&film, &path("film.mp4"), &path("cache")).unwrap();
        prop_assert_eq!(report.frames, film.frames());
        prop_assert_eq!(frames(&path("film.mp4"), SIZE).len() as u64, film.frames());
        // One segment becomes another.
        let mut edited = film.clone();
        let at = at % edited.segments.len();
        edited.segments[at].source = other.segments[0].source.clone();
        make_cached(&edited, &path("edited.mp4"), &path("cache")).unwrap();
        make_cached(&edited, &path("anew.mp4"), &path("other-cache")).unwrap();
        prop_assert!(frames(&path("edited.mp4"), SIZE) == frames(&path("anew.mp4"), SIZE));
    }
}

/// A photo and a clip, made once.
fn sources() -> PathBuf {
    static SOURCES: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let folder = SOURCES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        photo(folder.path(), "a.png", 120);
        counting(folder.path(), "clip.mp4", "96x64", "25", 40);
        folder
    });
    folder.path().into()
}
