//! Which segments belong to which set. Numbers of segments and of sets begin with 1 and run on over the whole story.

use std::ops::RangeInclusive;

use kinora_sdk::documents::StoryKind;

/// The most segments of a story.
pub const MAX_SEGMENTS: u32 = 1000;
/// The most segments of one set.
pub const MAX_SET: u32 = 100;

/// How many segments a set has where nobody says.
pub fn usual_set(kind: StoryKind) -> u32 {
    match kind {
        StoryKind::Movie => 10,
        StoryKind::Story | StoryKind::Meme | StoryKind::FreeContent => 5,
    }
}

/// The sets of a story. Each has the same size but the last, which has what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sets {
    total: u32,
    size: u32,
}

/// Why there is no such set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The story has no segments, or too many.
    #[error("A story has 1 to {MAX_SEGMENTS} segments, not {0}.")]
    Total(u32),
    /// The sets have no segments, or too many.
    #[error("A set has 1 to {MAX_SET} segments, not {0}.")]
    Size(u32),
    /// Sets are counted from 1 to the last.
    #[error(
        "There is no set {set}: {total} segments in sets of {size} are the sets 1 to {count}. Ask for one of these."
    )]
    Beyond {
        /// What was asked for.
        set: u32,
        /// Segments in all.
        total: u32,
        /// Segments of a set.
        size: u32,
        /// Sets in all.
        count: u32,
    },
}

impl Sets {
    /// `total` segments in sets of `size`. A set larger than the story is the whole story.
    ///
    /// # Errors
    /// Where one of the two is out of its range.
    pub fn new(total: u32, size: u32) -> Result<Sets, SetError> {
        if !(1..=MAX_SEGMENTS).contains(&total) {
            return Err(SetError::Total(total));
        }
        if !(1..=MAX_SET).contains(&size) {
            return Err(SetError::Size(size));
        }
        Ok(Sets { total, size })
    }

    /// How many segments each set has, but the last.
    pub fn size(self) -> u32 {
        self.size
    }

    /// How many sets there are, at least 1.
    pub fn count(self) -> u32 {
        self.total.div_ceil(self.size)
    }

    /// The numbers of a set's segments.
    ///
    /// # Errors
    /// [`SetError::Beyond`] where there is no such set.
    pub fn numbers(self, set: u32) -> Result<RangeInclusive<u32>, SetError> {
        if !(1..=self.count()).contains(&set) {
            return Err(SetError::Beyond { set, total: self.total, size: self.size, count: self.count() });
        }
        let before = (set - 1) * self.size;
        Ok(before + 1..=(before + self.size).min(self.total))
    }

    /// The set that comes after this one: `next_set_number`.
    pub fn after(self, set: u32) -> Option<u32> {
        (set < self.count()).then_some(set + 1)
    }

    /// Whether the story is complete with this set: `is_complete`.
    pub fn is_complete(self, set: u32) -> bool {
        self.after(set).is_none()
    }
}

/// The two halves of a set whose answer was cut off, the first at least as long as the second; none where it is one
/// segment alone.
pub fn halves(numbers: &RangeInclusive<u32>) -> Option<[RangeInclusive<u32>; 2]> {
    let (first, last) = (*numbers.start(), *numbers.end());
    let middle = first + last.checked_sub(first)? / 2;
    (first < last).then(|| [first..=middle, middle + 1..=last])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once_and_in_order_for_any_total_and_size() {
        for total in (1..=130).chain([999, 1000]) {
            for size in 1..=MAX_SET {
                let sets = Sets::new(total, size).unwrap();
                let numbers: Vec<u32> = (1..=sets.count()).flat_map(|set| sets.numbers(set).unwrap()).collect();
                assert_eq!(numbers, (1..=total).collect::<Vec<_>>(), "{total} in sets of {size}");
            }
        }
    }

    #[test]
    fn going_from_set_to_set_visits_each_once_and_ends() {
        for (total, size) in [(50, 10), (23, 10), (1, 10), (10, 10), (11, 10), (1000, 1)] {
            let sets = Sets::new(total, size).unwrap();
            let mut visited = vec![1];
            while let Some(next) = sets.after(visited[visited.len() - 1]) {
                assert!(!sets.is_complete(visited[visited.len() - 1]));
                visited.push(next);
            }
            assert_eq!(visited, (1..=sets.count()).collect::<Vec<_>>());
            assert!(sets.is_complete(sets.count()));
        }
    }

    #[test]
    fn the_last_set_has_what_is_left() {
        let sets = Sets::new(23, 10).unwrap();
        assert_eq!((sets.count(), sets.numbers(3)), (3, Ok(21..=23)));
        assert_eq!(Sets::new(3, 10).unwrap().numbers(1), Ok(1..=3));
    }

    #[test]
    fn there_is_no_set_0_and_none_beyond_the_end() {
        let sets = Sets::new(23, 10).unwrap();
        for set in [0, 4, u32::MAX] {
            let said = sets.numbers(set).unwrap_err().to_string();
            let rest = "23 segments in sets of 10 are the sets 1 to 3. Ask for one of these.";
            assert_eq!(said, format!("There is no set {set}: {rest}"));
        }
    }

    #[test]
    fn totals_and_sizes_out_of_range_are_refused_with_the_range() {
        assert_eq!(Sets::new(0, 10).unwrap_err().to_string(), "A story has 1 to 1000 segments, not 0.");
        assert_eq!(Sets::new(1001, 10), Err(SetError::Total(1001)));
        assert_eq!(Sets::new(10, 0).unwrap_err().to_string(), "A set has 1 to 100 segments, not 0.");
        assert_eq!(Sets::new(10, 101), Err(SetError::Size(101)));
    }

    #[test]
    fn halving_again_and_again_ends_with_every_segment_alone() {
        assert_eq!(halves(&(11..=20)), Some([11..=15, 16..=20]));
        assert_eq!(halves(&(1..=3)), Some([1..=2, 3..=3]));
        let mut todo = vec![21..=43];
        let mut alone = Vec::new();
        while let Some(numbers) = todo.pop() {
            match halves(&numbers) {
                Some([first, second]) => todo.extend([second, first]),
                None => alone.push(*numbers.start()),
            }
        }
        assert_eq!(alone, (21..=43).collect::<Vec<_>>());
    }
}
