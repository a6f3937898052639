//! A film out of pieces: those that are not in the cache are rendered into it, then all are joined without being
//! encoded again, with the sound that was made for the whole film.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;

use kinora_domain::film::{Film, Source};

use super::cache::Cache;
use super::encoder::{Target, file, metadata, timescale};
use super::keys::Keys;
use super::lanes::{Order, draw_pieces};
use super::{Scraps, Told, Work, pieces, sound};
use crate::clip::{self, Clip};
use crate::error::MediaError;
use crate::job::{CacheFolder, Pieces};
use crate::music::samples;
use crate::run::{concat_list, run};
use crate::{ffmpeg, mp4, probe};

/// The most pieces that are rendered at once.
const MAX_LANES: usize = 16;

/// Renders a film with a cache. Returns what was rendered and reused, and other processes' most memory in KiB.
///
/// # Errors
/// Any [`MediaError`].
pub(crate) fn render(
    work: &Work<'_>,
    folder: &CacheFolder,
    scraps: &Scraps,
    output: &Path,
    told: &mut Told<'_, '_>,
) -> Result<(Pieces, u64), MediaError> {
    let film = work.film;
    let writing = |error: std::io::Error| MediaError::writing(&folder.path, &error);
    let (keys, orders) = named(work, folder)?;
    let heard = film.music.is_some() || film.track.is_some();
    let bitrate = work.settings.audio_bitrate;
    let sound = heard.then(|| keys.sound(samples(film.frames(), film.rate), bitrate));

    let mut cache = Cache::open(&folder.path, folder.max_bytes, output)?;
    let names: Vec<String> = orders.iter().map(|order| &order.name).chain(&sound).cloned().collect();
    cache.claim(&names).map_err(writing)?;
    cache.trim().map_err(writing)?;
    let cache = &cache;
    let headers = |order: &Order| headers(&folder.path, order);
    let mut reused: HashSet<&str> =
        orders.iter().filter(|order| headers(order).is_some()).map(|order| order.name.as_str()).collect();
    let mut peak = 0;
    loop {
        let mut seen = reused.clone();
        let missing: Vec<Order> = orders.iter().filter(|order| seen.insert(&order.name)).cloned().collect();
        let left: u64 = missing.iter().map(|order| order.piece.frames()).sum();
        work.done.store(film.frames() - left, Ordering::Relaxed);
        look_into_clips(work, cache, &keys, &missing, told)?;
        let sounding = |told: &mut Told<'_, '_>| match &sound {
            Some(name) if !cache.path(name).exists() => make_sound(work, cache, name, scraps, told),
            _ => Ok(()),
        };
        let part = |order: &Order| cache.part(&order.name);
        let keep = |order: &Order| cache.keep(&order.name).map_err(writing);
        peak = draw_pieces(work, &missing, lanes(folder.workers), &part, &keep, sounding, told)?.max(peak);
        let made: BTreeSet<Option<Vec<u8>>> = orders.iter().map(headers).collect();
        if made.contains(&None) || (made.len() > 1 && reused.is_empty()) {
            let stderr = "it encoded pieces that cannot be joined, without saying why".into();
            return Err(MediaError::Ffmpeg { stderr });
        }
        if made.len() == 1 {
            break;
        }
        // Another build of the encoder made some of them: decoders would have to be set up anew in between.
        reused.clear();
    }
    let joined = join(work, cache, &orders, sound.as_deref(), &scraps.part, output)?;
    Ok((report(film, &orders, &reused), peak.max(joined)))
}

/// What of a film is in a cache already. Nothing is rendered.
///
/// # Errors
/// [`MediaError::FfmpegMissing`].
pub(crate) fn look(work: &Work<'_>, folder: &CacheFolder) -> Result<Pieces, MediaError> {
    let (_, orders) = named(work, folder)?;
    let there = orders.iter().filter(|order| headers(&folder.path, order).is_some());
    Ok(report(work.film, &orders, &there.map(|order| order.name.as_str()).collect()))
}

/// All pieces of a film with their names.
fn named<'a>(work: &Work<'a>, folder: &'a CacheFolder) -> Result<(Keys<'a>, Vec<Order>), MediaError> {
    let build = ffmpeg::build(work.ffmpeg)?;
    let target = Target { piece: true, ..work.target() };
    let keys = Keys::new(work, &target, &folder.contents, &build);
    let pieces = pieces::cut(work.film).into_iter();
    let orders = pieces.map(|piece| Order { name: keys.piece(&piece), piece }).collect();
    Ok((keys, orders))
}

/// What decoders of a finished piece are set up with; none where it is not there, or not whole.
fn headers(folder: &Path, order: &Order) -> Option<Vec<u8>> {
    mp4::index(&folder.join(&order.name)).filter(|index| index.frames == order.piece.frames()).map(|i| i.headers)
}

/// How many pieces are rendered at once: an encoder keeps two cores busy.
fn lanes(wanted: usize) -> usize {
    let cores = available_parallelism().map_or(1, usize::from);
    if wanted == 0 { cores.div_ceil(2) } else { wanted }.min(MAX_LANES)
}

/// Finds what is wrong with the clips that are needed before anything is drawn.
fn look_into_clips(
    work: &Work<'_>,
    cache: &Cache,
    keys: &Keys<'_>,
    orders: &[Order],
    told: &mut Told<'_, '_>,
) -> Result<(), MediaError> {
    let needed: Vec<_> = orders.iter().map(|order| order.piece).collect();
    let mut alive = || told.tell(work.done.load(Ordering::Relaxed));
    for (index, _) in pieces::needs(&needed) {
        let Some(segment) = work.film.segments.get(index) else { continue };
        if let Source::Video { path, media_type, .. } = &segment.source
            && work.clips.known(path).is_none()
        {
            let name = keys.facts(path, media_type);
            let text = match std::fs::read_to_string(cache.path(&name)) {
                Ok(text) => text,
                Err(_) => {
                    let found = clip::look(path, media_type, work.ffmpeg, &mut alive);
                    let found = found.map_err(|error| work.of_clip(index, error))?;
                    let text = serde_json::to_string(&found).unwrap_or_default();
                    // Best effort: what is not kept is found again the next time.
                    let _ = std::fs::write(cache.part(&name), &text).and_then(|()| cache.keep(&name));
                    text
                }
            };
            // Read back even where it was found this moment, so that no number differs by a digit the next time. What
            // cannot be read is looked for again below.
            if let Ok(found) = serde_json::from_str::<Clip>(&text) {
                work.clips.learn(Clip { path: path.clone(), ..found });
            }
        }
        work.clips.cut(index + 1, segment, work.film.rate, &mut alive)?;
    }
    Ok(())
}

fn make_sound(
    work: &Work<'_>,
    cache: &Cache,
    name: &str,
    scraps: &Scraps,
    told: &mut Told<'_, '_>,
) -> Result<(), MediaError> {
    let part = cache.part(name);
    let writing = |error: std::io::Error| MediaError::writing(&part, &error);
    let mut alive = || told.tell(work.done.load(Ordering::Relaxed).min(work.film.frames() - 1));
    let Some(made) = sound::make(work.film, work.ffmpeg, &scraps.music, &part, &mut alive)? else { return Ok(()) };
    let sound = made.sound(&scraps.music, work.settings.audio_bitrate);
    sound::encode(&sound, work.ffmpeg, &part, &part, &mut alive)?;
    let _ = std::fs::remove_file(&scraps.music); // Encoded: it need not take room any more.
    // Whether it is whole is not looked at again.
    std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(writing)?;
    cache.keep(name).map_err(writing)
}

/// Writes the film. Returns ffmpeg's most memory in KiB.
fn join(
    work: &Work<'_>,
    cache: &Cache,
    orders: &[Order],
    sound: Option<&str>,
    part: &Path,
    output: &Path,
) -> Result<u64, MediaError> {
    let film = work.film;
    let mut frames = 0;
    let paths: Vec<_> = orders.iter().map(|order| cache.path(&order.name)).collect();
    let list = concat_list(orders.iter().zip(&paths).map(|(order, path)| {
        frames += order.piece.frames();
        (path.as_path(), frames as f64 / film.rate.as_f64())
    }))?;
    // Both begin where their files say: sound does a little before the pictures, which are not to wait for it.
    let mut all: Vec<OsString> = ["-loglevel", "error", "-copyts"].map(Into::into).into();
    all.extend(["-protocol_whitelist", "file,pipe", "-format_whitelist", "concat,mov"].map(Into::into));
    all.extend(["-f", "concat", "-safe", "0", "-auto_convert", "0", "-i", "pipe:0"].map(Into::into));
    if let Some(name) = sound {
        all.extend(probe::opening("mov", &cache.path(name)));
    }
    all.extend(["-map", "0:v:0", "-c:v", "copy"].map(Into::into));
    if sound.is_some() {
        all.extend(["-map", "1:a:0", "-c:a", "copy"].map(Into::into));
    }
    let units = timescale(film.rate).to_string();
    all.extend(["-video_track_timescale", &units, "-movie_timescale", &units].map(Into::into));
    all.extend(["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"].map(Into::into));
    all.extend(metadata(&film.title, &film.comment));
    all.extend(["-movflags", "+faststart", "-f", "mp4"].map(Into::into));
    all.push(file(part));
    let ran = run(work.ffmpeg, &all, list, output, &mut |_| Ok(()))?;
    if ran.frames != film.frames() {
        let stderr = format!("it joined {} of {} frames without saying why", ran.frames, film.frames());
        return Err(MediaError::Ffmpeg { stderr });
    }
    Ok(ran.peak_kb)
}

fn report(film: &Film, orders: &[Order], reused: &HashSet<&str>) -> Pieces {
    let mut segments = vec![true; film.segments.len()];
    let mut count = 0;
    for Order { piece, name } in orders {
        if reused.contains(name.as_str()) {
            count += 1;
            continue;
        }
        let shown = piece.segment..=piece.segment + usize::from(piece.fade > 0);
        segments.get_mut(shown).into_iter().flatten().for_each(|cached| *cached = false);
    }
    Pieces { rendered: orders.len() - count, reused: count, segments }
}
