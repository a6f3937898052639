//! Draws a film into encoders: all of it into one, or piece by piece in lanes that work side by side.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::ScopedJoinHandle;

use super::encoder::{Encoder, Target};
use super::pieces::{Piece, cut};
use super::reel::Reel;
use super::{TELL, Told, Work};
use crate::error::MediaError;

/// A piece that is to be rendered.
#[derive(Clone)]
pub(crate) struct Order {
    pub piece: Piece,
    /// Its name in the cache.
    pub name: String,
}

/// Draws all of a film into one encoder. Returns other processes' most memory in KiB.
///
/// # Errors
/// Any [`MediaError`].
pub(crate) fn draw_whole(
    work: &Work<'_>,
    target: &Target<'_>,
    part: &Path,
    output: &Path,
    told: &mut Told<'_, '_>,
) -> Result<u64, MediaError> {
    std::thread::scope(|scope| {
        let (done, ended) = channel();
        scope.spawn(move || {
            let all = cut(work.film);
            let drawn = std::thread::scope(|scope| {
                let mut reel = Reel::start(scope, work, &all);
                // The first segment is ready before ffmpeg starts: most mistakes in a film cost no process.
                reel.prepare()?;
                let mut encoder = Encoder::start(work.ffmpeg, target, part)?;
                for piece in &all {
                    if !draw(work, &mut reel, piece, &mut encoder)? {
                        break;
                    }
                }
                finish(work, &mut encoder, work.film.frames(), output)?;
                Ok(reel.finish() + encoder.peak_kb())
            });
            let _ = done.send(drawn); // Waited for below.
        });
        watch(work, &ended, told)
    })
}

/// Renders pieces, as many at once as there are lanes; each is handed to `keep` when it is finished. Returns other
/// processes' most memory in KiB.
///
/// # Errors
/// Any [`MediaError`].
pub(crate) fn draw_pieces(
    work: &Work<'_>,
    orders: &[Order],
    lanes: usize,
    part: &(dyn Fn(&Order) -> std::path::PathBuf + Sync),
    keep: &(dyn Fn(&Order) -> Result<(), MediaError> + Sync),
    meanwhile: impl FnOnce(&mut Told<'_, '_>) -> Result<(), MediaError>,
    told: &mut Told<'_, '_>,
) -> Result<u64, MediaError> {
    std::thread::scope(|scope| {
        let (done, ended) = channel();
        for orders in share(orders, lanes) {
            let done = done.clone();
            scope.spawn(move || {
                let drawn = lane(work, orders, part, keep);
                if drawn.is_err() {
                    work.stop.store(true, Ordering::Relaxed);
                }
                let _ = done.send(drawn); // Waited for below.
            });
        }
        drop(done);
        let made = meanwhile(told);
        if made.is_err() {
            work.stop.store(true, Ordering::Relaxed);
        }
        let drawn = watch(work, &ended, told);
        made.and(drawn)
    })
}

/// Renders some pieces one after the other. While one encoder ends, the next one is filled.
fn lane(
    work: &Work<'_>,
    orders: &[Order],
    part: &(dyn Fn(&Order) -> std::path::PathBuf + Sync),
    keep: &(dyn Fn(&Order) -> Result<(), MediaError> + Sync),
) -> Result<u64, MediaError> {
    let pieces: Vec<Piece> = orders.iter().map(|order| order.piece).collect();
    let target = Target { piece: true, ..work.target() };
    std::thread::scope(|scope| {
        let mut reel = Reel::start(scope, work, &pieces);
        let mut ending: Option<ScopedJoinHandle<'_, Result<u64, MediaError>>> = None;
        let mut peak = 0;
        for order in orders {
            reel.prepare()?;
            let file = part(order);
            let mut encoder = Encoder::start(work.ffmpeg, &target, &file)?;
            draw(work, &mut reel, &order.piece, &mut encoder)?;
            if let Some(before) = ending.take() {
                peak = before.join().unwrap_or_else(|_| Err(lost()))?.max(peak);
            }
            ending = Some(scope.spawn(move || {
                finish(work, &mut encoder, order.piece.frames(), &file)?;
                keep(order)?;
                Ok(encoder.peak_kb())
            }));
        }
        if let Some(last) = ending {
            peak = last.join().unwrap_or_else(|_| Err(lost()))?.max(peak);
        }
        Ok(reel.finish() + peak)
    })
}

/// Draws a piece. `false` once the encoder reads no more; how it ended says why.
fn draw(work: &Work<'_>, reel: &mut Reel<'_>, piece: &Piece, encoder: &mut Encoder) -> Result<bool, MediaError> {
    for local in piece.from..piece.to {
        if work.stopped() {
            return Err(MediaError::Cancelled);
        }
        let Some(mut frame) = encoder.frame() else { return Ok(false) };
        reel.draw(piece, local, &mut frame)?;
        if !encoder.push(frame) {
            return Ok(false);
        }
        work.done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(true)
}

fn finish(work: &Work<'_>, encoder: &mut Encoder, frames: u64, output: &Path) -> Result<(), MediaError> {
    let encoded = encoder.finish(work.ffmpeg, output)?;
    if encoded != frames {
        let stderr = format!("it encoded {encoded} of {frames} frames without saying why");
        return Err(MediaError::Ffmpeg { stderr });
    }
    Ok(())
}

/// Waits for all lanes and tells how far they are; only of new frames, because whoever waits for the render takes
/// silence for a standstill. Returns the sum of what they hold.
fn watch(
    work: &Work<'_>,
    ended: &Receiver<Result<u64, MediaError>>,
    told: &mut Told<'_, '_>,
) -> Result<u64, MediaError> {
    let (mut sum, mut failed, mut last) = (0, None::<MediaError>, 0);
    loop {
        match ended.recv_timeout(TELL) {
            Ok(Ok(peak)) => sum += peak,
            // The others are stopped by the first that fails; what they say of it is not the cause.
            Ok(Err(error)) if failed.is_none() || failed == Some(MediaError::Cancelled) => failed = Some(error),
            Ok(Err(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return failed.map_or(Ok(sum), Err),
        }
        let done = work.done.load(Ordering::Relaxed);
        if done > last && failed.is_none() {
            last = done;
            if let Err(cancelled) = told.tell(done) {
                work.stop.store(true, Ordering::Relaxed);
                failed = Some(cancelled);
            }
        }
    }
}

/// Cuts orders into as many runs as there are lanes, of about as many frames each: neighbours are drawn together, so
/// that their sources are opened once.
fn share(orders: &[Order], lanes: usize) -> Vec<&[Order]> {
    let mut left: u64 = orders.iter().map(|order| order.piece.frames()).sum();
    let (mut rest, mut shares) = (orders, Vec::new());
    for lanes in (1..=lanes.max(1) as u64).rev() {
        let (mut count, mut frames) = (0, 0);
        while let Some(order) = rest.get(count).filter(|_| frames * lanes < left) {
            frames += order.piece.frames();
            count += 1;
        }
        let (share, others) = rest.split_at(count);
        if !share.is_empty() {
            shares.push(share);
        }
        rest = others;
        left -= frames;
    }
    shares
}

fn lost() -> MediaError {
    MediaError::InvalidFilm { reason: "a piece could not be rendered".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_share_all_orders_in_order_and_none_is_empty() {
        let order = |frames| Order { piece: Piece { segment: 0, from: 0, to: frames, fade: 0 }, name: String::new() };
        let shares = |frames: &[u32], lanes| -> Vec<Vec<u32>> {
            let orders: Vec<Order> = frames.iter().map(|frames| order(*frames)).collect();
            share(&orders, lanes).iter().map(|share| share.iter().map(|order| order.piece.to).collect()).collect()
        };
        assert_eq!(shares(&[60, 15, 45, 15, 60], 2), [vec![60, 15, 45], vec![15, 60]]);
        assert_eq!(shares(&[10], 4), [vec![10]]);
        assert_eq!(shares(&[10, 10, 10], 8).concat(), [10, 10, 10]);
        assert!(shares(&[], 3).is_empty());
    }
}
