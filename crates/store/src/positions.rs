//! Sets of batch positions as sorted ranges without overlap.
//!
//! A source numbers its batches by the first record of each, so a segment's positions have gaps: exact ranges would be as
//! many as batches. [`covering`] bounds them by closing the smallest gaps first. What covers may hold a position that
//! never came; whoever must know looks into the file.

use std::collections::BTreeSet;

use decant_model::Position;

use crate::segment::PositionRange;

/// Positions as ranges without gaps, sorted; equal positions are one. An empty source has no replays and no range.
pub(crate) fn ranges<'a>(positions: impl Iterator<Item = &'a Position>) -> Vec<PositionRange> {
    let sorted: BTreeSet<&Position> = positions.filter(|position| !position.source.is_empty()).collect();
    joined(sorted.into_iter().map(|position| PositionRange {
        source: position.source.clone(),
        partition: position.partition,
        first: position.offset,
        last: position.offset,
    }))
}

/// All that is in one or the other.
pub(crate) fn union(one: &[PositionRange], other: &[PositionRange]) -> Vec<PositionRange> {
    let mut all: Vec<PositionRange> = one.iter().chain(other).cloned().collect();
    all.sort_by(|a, b| key(a).cmp(&key(b)));
    joined(all.into_iter())
}

/// Whether some position is in both.
pub(crate) fn overlap(one: &[PositionRange], other: &[PositionRange]) -> bool {
    one.iter().any(|a| {
        other
            .iter()
            .any(|b| a.first <= b.last && b.first <= a.last && a.partition == b.partition && a.source == b.source)
    })
}

/// At most `ranges_max` ranges that hold all of these, or one a partition when there are more partitions.
pub(crate) fn covering(ranges: &[PositionRange], ranges_max: usize) -> Vec<PositionRange> {
    if ranges.len() <= ranges_max {
        return ranges.to_vec();
    }
    let gap = |a: &PositionRange, b: &PositionRange| {
        (a.partition == b.partition && a.source == b.source).then(|| b.first.abs_diff(a.last))
    };
    let mut gaps: Vec<u64> = ranges.windows(2).filter_map(|pair| gap(pair.first()?, pair.get(1)?)).collect();
    gaps.sort_unstable();
    // Closing one gap saves one range.
    let surplus = ranges.len() - ranges_max;
    let closed = gaps.get(surplus.min(gaps.len()).saturating_sub(1)).copied().unwrap_or(0);
    let mut out: Vec<PositionRange> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if gap(last, range).is_some_and(|wide| wide <= closed) => last.last = range.last,
            _ => out.push(range.clone()),
        }
    }
    out
}

fn key(range: &PositionRange) -> (&str, i32, i64) {
    (&range.source, range.partition, range.first)
}

/// Joins sorted ranges that touch or overlap.
fn joined(sorted: impl Iterator<Item = PositionRange>) -> Vec<PositionRange> {
    let mut out: Vec<PositionRange> = Vec::new();
    for range in sorted {
        match out.last_mut() {
            Some(last)
                if last.source == range.source
                    && last.partition == range.partition
                    && last.last.saturating_add(1) >= range.first =>
            {
                last.last = last.last.max(range.last);
            }
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(&(source, partition, offset): &(&str, i32, i64)) -> Position {
        Position { source: source.to_owned(), partition, offset }
    }

    fn plain(ranges: &[PositionRange]) -> Vec<(&str, i32, i64, i64)> {
        ranges.iter().map(|r| (r.source.as_str(), r.partition, r.first, r.last)).collect()
    }

    fn check(offsets: &[(&str, i32, i64)], expected: &[(&str, i32, i64, i64)]) {
        let positions: Vec<Position> = offsets.iter().map(position).collect();
        assert_eq!(plain(&ranges(positions.iter())), expected);
    }

    #[test]
    fn neighbouring_offsets_are_one_range_and_gaps_are_kept() {
        check(&[], &[]);
        check(&[("a", 0, 5), ("a", 0, 3), ("a", 0, 4), ("a", 0, 4)], &[("a", 0, 3, 5)]);
        check(&[("a", 0, 1), ("a", 0, 3), ("a", 1, 2)], &[("a", 0, 1, 1), ("a", 0, 3, 3), ("a", 1, 2, 2)]);
        check(&[("b", 0, 2), ("a", 0, 1)], &[("a", 0, 1, 1), ("b", 0, 2, 2)]);
        check(&[("a", 0, i64::MAX), ("a", 0, i64::MIN)], &[("a", 0, i64::MIN, i64::MIN), ("a", 0, i64::MAX, i64::MAX)]);
        check(&[("", 0, 1), ("", 0, 2)], &[]);
    }

    fn of(offsets: &[i64]) -> Vec<PositionRange> {
        let positions: Vec<Position> = offsets.iter().map(|&offset| position(&("a", 0, offset))).collect();
        ranges(positions.iter())
    }

    #[test]
    fn a_union_holds_what_either_holds() {
        assert_eq!(
            plain(&union(&of(&[1, 2, 9]), &of(&[2, 3, 4, 20]))),
            [("a", 0, 1, 4), ("a", 0, 9, 9), ("a", 0, 20, 20)]
        );
        assert_eq!(union(&[], &of(&[7])), of(&[7]));
        let wide = [PositionRange { source: "a".to_owned(), partition: 0, first: 0, last: i64::MAX }];
        assert_eq!(union(&wide, &of(&[5])), wide);
    }

    #[test]
    fn the_smallest_gaps_are_closed_first() {
        let ranges = of(&[1, 3, 10, 12, 100]);
        assert_eq!(covering(&ranges, 5), ranges);
        assert_eq!(plain(&covering(&ranges, 3)), [("a", 0, 1, 3), ("a", 0, 10, 12), ("a", 0, 100, 100)]);
        assert_eq!(plain(&covering(&ranges, 1)), [("a", 0, 1, 100)]);
        let two: Vec<Position> = [("a", 0, 1), ("a", 0, 5), ("b", 0, 1)].iter().map(position).collect();
        assert_eq!(plain(&covering(&super::ranges(two.iter()), 1)), [("a", 0, 1, 5), ("b", 0, 1, 1)]);
    }
}
