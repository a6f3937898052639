//! Draws frames of a film in order.
//!
//! What a segment needs is prepared on a thread of its own while the one before it is drawn; no more than the next one
//! is kept ready.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use super::Work;
use super::pieces::{Piece, needs};
use super::segment::Prepared;
use crate::error::MediaError;
use crate::planes::Frame;

/// The segments of some pieces, made ready one after the other.
pub(crate) struct Reel<'a> {
    work: &'a Work<'a>,
    ready: Receiver<Result<Prepared, MediaError>>,
    /// Those that are drawn from: one, or two while one fades into the other.
    open: VecDeque<Prepared>,
    other: Frame,
    /// The most memory that other processes held for what is drawn, in KiB.
    peak_kb: u64,
}

impl<'a> Reel<'a> {
    /// Begins to prepare what the pieces need.
    pub fn start<'s>(scope: &'s Scope<'s, '_>, work: &'a Work<'a>, pieces: &[Piece]) -> Self
    where
        'a: 's,
    {
        let needs = needs(pieces);
        // Handing over by rendezvous keeps the next segment ready and no more than that in memory.
        let (hand, ready) = sync_channel(0);
        scope.spawn(move || {
            for (segment, first) in needs {
                let prepared = Prepared::new(work, segment, first);
                let failed = prepared.is_err();
                if work.stop.load(Ordering::Relaxed) || hand.send(prepared).is_err() || failed {
                    return; // The other side sees the end.
                }
            }
        });
        let other = Frame::new(work.film.width, work.film.height);
        Reel { work, ready, open: VecDeque::new(), other, peak_kb: 0 }
    }

    /// Waits until something is ready to be drawn.
    ///
    /// # Errors
    /// What the first segment does wrong.
    pub fn prepare(&mut self) -> Result<(), MediaError> {
        if self.open.is_empty() { self.open_next() } else { Ok(()) }
    }

    /// Draws a frame of a piece. Pieces and their frames are to be asked for in order.
    ///
    /// # Errors
    /// What the segment's source does wrong.
    pub fn draw(&mut self, piece: &Piece, frame: u32, out: &mut Frame) -> Result<(), MediaError> {
        while self.open.front().is_none_or(|first| first.index < piece.segment) {
            self.close_first();
            if self.open.is_empty() {
                self.open_next()?;
            }
        }
        if piece.fade > 0 && self.open.len() < 2 {
            self.open_next()?;
        }
        let work = self.work;
        let mut open = self.open.iter_mut();
        let (Some(first), next) = (open.next(), open.next()) else { return Err(unprepared()) };
        first.draw(frame, out).map_err(|error| work.of_clip(first.index, error))?;
        if let Some(next) = next.filter(|_| piece.fade > 0) {
            let step = frame - piece.from;
            next.draw(step, &mut self.other).map_err(|error| work.of_clip(next.index, error))?;
            // Neither end of the fade shows one segment alone: those frames are outside it.
            out.mix(&self.other, ((step + 1) * 256 / (piece.fade + 1)) as u16);
        }
        Ok(())
    }

    fn open_next(&mut self) -> Result<(), MediaError> {
        let mut prepared = self.ready.recv().unwrap_or_else(|_| Err(unprepared()))?;
        self.work.warn(prepared.warnings.drain(..));
        self.open.push_back(prepared);
        Ok(())
    }

    fn close_first(&mut self) {
        let Some(done) = self.open.pop_front() else { return };
        self.work.warn(done.warning());
        self.peak_kb = self.peak_kb.max(done.peak_kb());
    }

    /// Ends it. Returns the most memory that other processes held for what was drawn, in KiB.
    pub fn finish(mut self) -> u64 {
        while !self.open.is_empty() {
            self.close_first();
        }
        self.peak_kb
    }
}

fn unprepared() -> MediaError {
    MediaError::InvalidFilm { reason: "a segment could not be prepared".into() }
}
