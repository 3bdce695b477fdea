//! How well the measure of levels tells single series apart, and what its numbers mean on noise alone.
//!
//! In a system a series is judged with its peers; here each stands alone, so what is seen is the measure itself: the
//! greatest z over all stretches that a search tries. `cargo test --release -p decant-detect corpus -- --nocapture` prints
//! the figures.

#![expect(clippy::print_stdout, reason = "the figures are the point")]

use decant_sim::series::{Shape, corpus};

use super::{SPREAD_WORTH, scale};
use crate::onset;
use crate::rollup::{Point, Series, SeriesKind};
use crate::signal::{Prefix, Spread, Values};
use crate::statistics::{quantile, significance};

const WINDOW_NS: i64 = 10_000_000_000;
const WINDOWS: usize = 361;
/// Windows taken for well.
const WELL: usize = 5;

/// The greatest z of a series over all stretches, and where that begins.
fn search(points: &[(i64, f64)]) -> (f64, usize) {
    let mut series = Series { kind: SeriesKind::Gauge, slot_ns: WINDOW_NS / 2, ..Series::default() };
    points.iter().for_each(|(time, value)| series.add(Point { time: *time, value: *value }, 0.0, usize::MAX));
    let scale = scale(&[&series], "some.level", "");
    let cells = series.levels().iter().map(|(t, v)| ((t / WINDOW_NS) as u32, scale.apply(*v) as f32)).collect();
    let prior = Spread { variance: scale.variance, worth: SPREAD_WORTH };
    let mut prefix = Prefix::new(Values::Level { cells, base: Vec::new(), prior });
    let stretches = onset::candidates(WINDOWS, WELL, 1);
    let mut cuts: Vec<usize> = stretches.iter().flat_map(|(from, to)| [*from, *to]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    prefix.cut(&cuts);
    let at = |window: usize| cuts.partition_point(|c| *c < window);
    let judged = stretches.iter().map(|(from, to)| {
        let z = prefix.contrast(at(*from), at(*to)).map_or(0.0, |c| c.z.abs());
        (z, *from)
    });
    judged.fold((0.0, 0), |best, next| if next.0 > best.0 { next } else { best })
}

#[test]
fn shapes_are_told_from_quiet_series() {
    const OF_EACH: usize = 200;
    let found: Vec<(Shape, f64, Option<f64>)> = corpus(11, 1_000 * WINDOW_NS, OF_EACH)
        .map(|series| {
            let shifted: Vec<(i64, f64)> = series.points.iter().map(|(t, v)| (t - 1_000 * WINDOW_NS, *v)).collect();
            let (z, from) = search(&shifted);
            let onset = series.onset_unix_nano.map(|t| (t / WINDOW_NS - 1_000) as f64);
            (series.shape, z, onset.map(|o| (from as f64 - o).abs() * 10.0))
        })
        .collect();
    let of = |shape: Shape| found.iter().filter(move |(s, ..)| *s == shape);
    let mut quiet: Vec<f64> = of(Shape::Quiet).map(|(_, z, _)| *z).collect();
    for false_alarms in [0.05, 0.01] {
        let threshold = quantile(&mut quiet, 1.0 - false_alarms).unwrap();
        println!("z over {threshold:.1}, which {false_alarms} of quiet series exceed:");
        for shape in Shape::ALL {
            let hit: Vec<_> = of(shape).filter(|(_, z, _)| *z > threshold).collect();
            let share = hit.len() as f64 / OF_EACH as f64;
            let mut errors: Vec<f64> = hit.iter().filter_map(|(.., e)| *e).collect();
            let error = quantile(&mut errors, 0.5).map_or(String::new(), |e| format!(", onset off by {e:.0} s"));
            let precision = share / (share + false_alarms);
            let what = if shape.is_change() { format!("precision {precision:.2} recall") } else { "said".to_owned() };
            println!("  {shape:?}: {what} {share:.2}{error}");
            match shape {
                Shape::LevelShift if false_alarms < 0.02 => assert!(share > 0.5, "{share}"),
                Shape::Drift if false_alarms < 0.02 => assert!(share > 0.3, "{share}"),
                Shape::Gap => assert!(share < 0.2, "a gap is no change: {share}"),
                _ => {}
            }
        }
    }
}

/// Normal noise, with a memory or with heavy tails (Student's t with three degrees).
fn noise(seed: u64, memory: f64, heavy: bool) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1);
    let mut unit = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal = move || (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos();
    let mut last = 0.0;
    std::iter::repeat_with(move || {
        let tail = if heavy { ((0..3).map(|_| normal().powi(2)).sum::<f64>() / 3.0).sqrt() } else { 1.0 };
        last = memory * last + (1.0 - memory * memory).sqrt() * normal();
        last / tail
    })
}

#[test]
fn on_noise_a_probability_is_one() {
    const RUNS: u64 = 20_000;
    for (name, memory, heavy, factor) in
        [("white", 0.0, false, 1.5), ("heavy tails", 0.0, true, 1.5), ("memory 0.3", 0.3, false, 12.0)]
    {
        let mut beyond = [0.0_f64; 3];
        for seed in 0..RUNS {
            let cells = noise(seed, memory, heavy).take(120).enumerate().map(|(at, x)| (at as u32, x as f32)).collect();
            let prior = Spread { variance: 1.0, worth: SPREAD_WORTH };
            let mut prefix = Prefix::new(Values::Level { cells, base: Vec::new(), prior });
            prefix.cut(&[80, 120]);
            let p = significance(prefix.contrast(0, 1).map_or(0.0, |c| c.z));
            for (at, count) in beyond.iter_mut().enumerate() {
                *count += f64::from(u8::from(p >= at as f64 + 1.0)) / RUNS as f64;
            }
        }
        println!("{name}: of p < 0.1, 0.01, 0.001 there are {beyond:?}");
        assert!(beyond[0] < 0.1 * factor && beyond[1] < 0.01 * factor, "{name}: {beyond:?}");
    }
}
