//! How well the measure of levels tells single series apart, and what its numbers mean on noise alone.
//!
//! In a system a series is judged with its peers; here each stands alone, so what is seen is the measure itself: the
//! greatest z over all stretches that a search tries, of each question (is the level another, is a value beyond all that
//! was seen, is the noise louder or lower). `cargo test --release -p decant-detect corpus -- --nocapture` prints
//! the figures.

#![expect(clippy::print_stdout, reason = "the figures are the point")]

use decant_sim::series::{Shape, corpus};

use super::{SPREAD_WORTH, scale};
use crate::onset;
use crate::rollup::{Point, Series, SeriesKind};
use crate::signal::{Cuts, Prefix, Room, Spread, Values};
use crate::statistics::{quantile, significance};

const WINDOW_NS: i64 = 10_000_000_000;
const WINDOWS: usize = 361;
/// Windows taken for well.
const WELL: usize = 5;

/// The greatest z of a series over all stretches, and where that begins.
fn search(points: &[(i64, f64)]) -> [(f64, usize); 3] {
    let mut series = Series { kind: SeriesKind::Gauge, slot_ns: WINDOW_NS / 2, ..Series::default() };
    points.iter().for_each(|(time, value)| series.add(Point { time: *time, value: *value }, 0.0, usize::MAX));
    let scale = scale(&[&series], "some.level", "", i64::MAX);
    let cells = series.levels().iter().map(|(t, v)| ((t / WINDOW_NS) as u32, scale.apply(*v) as f32)).collect();
    let prior = Spread { variance: scale.variance, worth: SPREAD_WORTH, unit: 0.0 };
    let prefix = Prefix::new(Values::of_levels(cells, Vec::new(), prior), true);
    let stretches = onset::candidates(WINDOWS, WELL, 1);
    let cuts = Cuts::new(stretches.iter().copied(), WINDOWS);
    let mut room = Room::default();
    let mut cut = room.cut(&prefix, &cuts, 0.0);
    let judged = cuts.episodes.iter().map(|inside| {
        let told = [cut.contrast(*inside), cut.beyond(*inside), cut.loudness(*inside)];
        (told.map(|c| c.map_or(0.0, |c| c.z.abs())), inside.windows.0)
    });
    judged.fold([(0.0, 0); 3], |mut best, (z, from)| {
        for (best, z) in best.iter_mut().zip(z).filter(|(best, z)| *z > best.0) {
            *best = (z, from);
        }
        best
    })
}

/// What is asked of a series.
const QUESTIONS: [&str; 3] = ["level", "beyond", "loudness"];

/// The greatest z of each question and where its stretch begins, by a series' shape and onset.
type Told = (Shape, [(f64, usize); 3], Option<f64>);

/// Answers for series of some shapes that begin at no time in particular.
fn told(seed: u64, of_each: usize, count: usize) -> Vec<Told> {
    const START: i64 = 1_000 * WINDOW_NS;
    let told = |series: decant_sim::series::Series| {
        let points: Vec<(i64, f64)> = series.points.iter().map(|(t, v)| (t - START, *v)).collect();
        let onset = series.onset_unix_nano.map(|t| ((t - START) / WINDOW_NS) as f64);
        (series.shape, search(&points), onset)
    };
    corpus(seed, START, of_each).take(count).map(told).collect()
}

#[test]
fn shapes_are_told_from_quiet_series() {
    const OF_EACH: usize = 200;
    const QUIET: usize = 1_000;
    // Thresholds come from other quiet series than those that are judged; a quarter of them have a season.
    let quiet = told(12, QUIET, QUIET);
    let found = told(11, OF_EACH, OF_EACH * Shape::ALL.len());
    for false_alarms in [0.05, 0.01] {
        // Each question may be wrong about a third of them.
        let threshold = [0, 1, 2].map(|at| {
            let mut z: Vec<f64> = quiet.iter().map(|(_, told, _)| told[at].0).collect();
            quantile(&mut z, 1.0 - false_alarms / 3.0).unwrap()
        });
        println!("z over {threshold:.1?} ({QUESTIONS:?}), which {false_alarms} of quiet series exceed:");
        let is_hit = |told: &[(f64, usize); 3]| told.iter().zip(threshold).any(|((z, _), least)| *z > least);
        for shape in Shape::ALL {
            let hit: Vec<_> = found.iter().filter(|(s, told, _)| *s == shape && is_hit(told)).collect();
            let share = hit.len() as f64 / OF_EACH as f64;
            let mut errors: Vec<f64> = hit
                .iter()
                .filter_map(|(_, told, onset)| {
                    let by = told.iter().zip(threshold).max_by(|a, b| (a.0.0 / a.1).total_cmp(&(b.0.0 / b.1)))?;
                    onset.map(|o| (by.0.1 as f64 - o).abs() * 10.0)
                })
                .collect();
            let error = quantile(&mut errors, 0.5).map_or(String::new(), |e| format!(", onset off by {e:.0} s"));
            let precision = share / (share + false_alarms);
            let what = if shape.is_change() { format!("precision {precision:.2} recall") } else { "said".to_owned() };
            println!("  {shape:?}: {what} {share:.2}{error}");
            let strict = false_alarms < 0.02;
            match shape {
                Shape::Quiet => assert!(share < 2.0 * false_alarms + 0.02, "{share}"),
                Shape::Gap => assert!(share < 2.0 * false_alarms + 0.02, "a gap is no change: {share}"),
                Shape::Season => assert!(share < 4.0 * false_alarms + 0.1, "a season is no change: {share}"),
                Shape::LevelShift if strict => assert!(share > 0.7, "{share}"),
                Shape::Drift if strict => assert!(share > 0.7, "{share}"),
                Shape::Spike if strict => assert!(share > 0.4, "{share}"),
                Shape::VarianceShift if strict => assert!(share > 0.9, "{share}"),
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
    // What depends on the last value may come twice as often as it says, no more: its memory is learnt from 80 points.
    for (name, memory, heavy, factor) in
        [("white", 0.0, false, 1.2), ("heavy tails", 0.0, true, 1.2), ("memory 0.3", 0.3, false, 2.0)]
    {
        let mut beyond = [0.0_f64; 3];
        for seed in 0..RUNS {
            let cells = noise(seed, memory, heavy).take(120).enumerate().map(|(at, x)| (at as u32, x as f32)).collect();
            let prior = Spread { variance: 1.0, worth: SPREAD_WORTH, unit: 0.0 };
            let prefix = Prefix::new(Values::of_levels(cells, Vec::new(), prior), true);
            let cuts = Cuts::new([(80, 120)].into_iter(), 120);
            let contrast = Room::default().cut(&prefix, &cuts, 0.0).contrast(cuts.episodes[0]);
            let p = significance(contrast.map_or(0.0, |c| c.z));
            for (at, count) in beyond.iter_mut().enumerate() {
                *count += f64::from(u8::from(p >= at as f64 + 1.0)) / RUNS as f64;
            }
        }
        println!("{name}: of p < 0.1, 0.01, 0.001 there are {beyond:?}");
        assert!(beyond[0] < 0.1 * factor && beyond[1] < 0.01 * factor && beyond[1] > 0.002, "{name}: {beyond:?}");
    }
}
