//! The grid of a track's beats: between two beats time passes evenly, before the first and after the last as between
//! their neighbours.

use crate::documents::AudioTrack;

/// The beats of a track in milliseconds of it, at least two.
pub(super) struct Grid(Vec<f64>);

impl Grid {
    /// The analysed beats, or where there are none, even ones at the analysed tempo; nothing where both are missing.
    pub fn of(track: &AudioTrack) -> Option<Self> {
        if !track.analyzed {
            return None;
        }
        let mut beats: Vec<f64> = track.beats_ms.iter().copied().filter(|ms| (0.0..1e12).contains(ms)).collect();
        beats.sort_by(f64::total_cmp);
        // Closer than any beats are: one beat, found twice.
        beats.dedup_by(|later, earlier| *later - *earlier < 1.0);
        if beats.len() >= 2 {
            return Some(Grid(beats));
        }
        let bpm = track.bpm.filter(|bpm| super::is_tempo(*bpm))?;
        Some(Grid(vec![0.0, 60_000.0 / bpm]))
    }

    /// Where a stretch of so many beats ends that begins at a time. It ends on a beat (halves and quarters: on those),
    /// counted from the one nearest to its beginning, so that what began beside the beat gets back to it.
    pub fn end(&self, begin: f64, beats: f64) -> f64 {
        let index = self.index(begin);
        let step = [1.0, 0.5, 0.25].into_iter().find(|step| beats % step == 0.0);
        self.time(step.map_or(index, |step| (index / step).round() * step) + beats)
    }

    /// How many beats from the first one a time is.
    fn index(&self, ms: f64) -> f64 {
        let after = self.0.partition_point(|beat| *beat <= ms).clamp(1, self.0.len() - 1);
        let (from, to) = (self.0[after - 1], self.0[after]);
        (after - 1) as f64 + (ms - from) / (to - from)
    }

    fn time(&self, index: f64) -> f64 {
        let before = (index.max(0.0) as usize).min(self.0.len() - 2);
        let (from, to) = (self.0[before], self.0[before + 1]);
        from + (to - from) * (index - before as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(beats_ms: &[f64], bpm: Option<f64>) -> AudioTrack {
        AudioTrack { duration_ms: 60_000, bpm, beats_ms: beats_ms.to_vec(), analyzed: true, ..AudioTrack::default() }
    }

    fn grid() -> Grid {
        Grid::of(&track(&[350.0, 850.0, 1400.0, 1900.0], None)).unwrap()
    }

    #[test]
    fn a_stretch_of_whole_beats_ends_on_a_beat() {
        assert_eq!(grid().end(350.0, 2.0), 1400.0);
        assert_eq!(grid().end(330.0, 2.0), 1400.0);
        assert_eq!(grid().end(0.0, 2.0), 850.0);
    }

    #[test]
    fn halves_end_between_beats() {
        assert_eq!(grid().end(850.0, 0.5), 1125.0);
        assert_eq!(grid().end(1125.0, 0.5), 1400.0);
    }

    #[test]
    fn other_parts_are_counted_from_where_they_begin() {
        assert!((grid().end(350.0, 0.2) - 450.0).abs() < 1e-9);
    }

    #[test]
    fn the_grid_goes_on_beyond_its_ends() {
        assert_eq!(grid().end(1900.0, 2.0), 2900.0);
    }

    #[test]
    fn a_tempo_alone_is_an_even_grid() {
        assert_eq!(Grid::of(&track(&[], Some(120.0))).unwrap().end(0.0, 4.0), 2000.0);
        assert_eq!(Grid::of(&track(&[1000.0], Some(60.0))).unwrap().end(0.0, 1.0), 1000.0);
    }

    #[test]
    fn without_analysis_or_tempo_there_is_none() {
        assert!(Grid::of(&AudioTrack { analyzed: false, ..track(&[0.0, 500.0], Some(120.0)) }).is_none());
        for bpm in [None, Some(0.0), Some(-3.0), Some(f64::NAN), Some(1e9)] {
            assert!(Grid::of(&track(&[f64::NAN, -5.0], bpm)).is_none());
        }
    }

    #[test]
    fn beats_out_of_order_and_twice_are_put_right() {
        let grid = Grid::of(&track(&[1400.0, 350.0, f64::INFINITY, 350.2, 850.0], None)).unwrap();
        assert_eq!(grid.0, [350.0, 850.0, 1400.0]);
    }
}
