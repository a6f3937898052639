//! A film cut into pieces: what of it is drawn, encoded and kept by itself.
//!
//! A piece is a run of the body of one segment, or the overlap of two neighbours. An edit of a segment changes its own
//! pieces and its two overlaps, and no others.

use kinora_domain::film::Film;

/// The most frames of a piece: x264's own distance of key frames, so that to cut there costs nothing.
const LONGEST: u32 = 250;

/// Frames of a segment, some of the film's that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Of the film's segments, from 0.
    pub segment: usize,
    /// The first of the segment's frames.
    pub from: u32,
    /// The one after the last.
    pub to: u32,
    /// Over how many frames the next segment comes in, from `from` on; 0 for a piece of a body.
    pub fade: u32,
}

impl Piece {
    /// How many frames it has.
    pub fn frames(&self) -> u64 {
        u64::from(self.to - self.from)
    }
}

/// All of a film that was checked, in order.
pub(crate) fn cut(film: &Film) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (segment, it) in film.segments.iter().enumerate() {
        let into = if segment == 0 { 0 } else { it.crossfade };
        let fade = film.segments.get(segment + 1).map_or(0, |next| next.crossfade);
        let end = it.frames - fade;
        let mut from = into;
        while from < end {
            // Whole multiples within the segment: when a fade gets longer, only the piece at that end changes.
            let to = ((from / LONGEST + 1) * LONGEST).min(end);
            pieces.push(Piece { segment, from, to, fade: 0 });
            from = to;
        }
        if fade > 0 {
            pieces.push(Piece { segment, from: end, to: it.frames, fade });
        }
    }
    pieces
}

/// Which segments must be ready, in order, to draw these pieces, and from which of their frames on.
pub(crate) fn needs(pieces: &[Piece]) -> Vec<(usize, u32)> {
    let mut needs: Vec<(usize, u32)> = Vec::new();
    for piece in pieces {
        let mut need = |segment: usize, first: u32| {
            if needs.last().is_none_or(|(last, _)| *last < segment) {
                needs.push((segment, first));
            }
        };
        need(piece.segment, piece.from);
        if piece.fade > 0 {
            need(piece.segment + 1, 0);
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use kinora_domain::documents::Rate;
    use kinora_domain::film::{Segment, Source};

    use super::*;

    fn film(lengths: &[(u32, u32)]) -> Film {
        let segments = lengths
            .iter()
            .map(|(frames, crossfade)| Segment {
                source: Source::Black,
                frames: *frames,
                crossfade: *crossfade,
                overlays: Vec::new(),
            })
            .collect();
        let rate = Rate { num: 30, den: 1 };
        Film { width: 64, height: 64, rate, segments, music: None, track: None, title: "".into(), comment: "".into() }
    }

    fn shown(pieces: &[Piece]) -> Vec<(usize, u32, u32, u32)> {
        pieces.iter().map(|piece| (piece.segment, piece.from, piece.to, piece.fade)).collect()
    }

    #[test]
    fn bodies_and_overlaps_are_pieces_and_a_body_of_overlaps_alone_has_none() {
        let pieces = cut(&film(&[(20, 0), (12, 5), (30, 7), (10, 0)]));
        let want = [(0, 0, 15, 0), (0, 15, 20, 5), (1, 5, 12, 7), (2, 7, 30, 0), (3, 0, 10, 0)];
        assert_eq!(shown(&pieces), want);
        assert_eq!(needs(&pieces), [(0, 0), (1, 0), (2, 0), (3, 0)]);
        assert_eq!(needs(&pieces[3..]), [(2, 7), (3, 0)]);
    }

    #[test]
    fn a_long_body_is_cut_at_whole_multiples_of_its_own_frames() {
        let pieces = cut(&film(&[(20, 0), (520, 10)]));
        assert_eq!(shown(&pieces)[2..], [(1, 10, 250, 0), (1, 250, 500, 0), (1, 500, 520, 0)]);
    }

    #[test]
    fn pieces_that_are_left_out_are_not_prepared() {
        let pieces = cut(&film(&[(20, 0), (20, 5), (20, 5), (20, 5)]));
        let some: Vec<Piece> = [1, 6].iter().map(|index| pieces[*index]).collect();
        assert_eq!(needs(&some), [(0, 15), (1, 0), (3, 5)]);
    }
}
