//! Randomness that is the same everywhere: ChaCha8 streams named by (seed, purpose, index).
//!
//! Each request and each purpose has a stream of its own, so that a fault changes what it touches and nothing else: up
//! to the onset, a faulty run and the healthy run of the same seed are equal.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// What a stream is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Plan,
    Background,
    Traffic,
    Request,
    Batch,
    Pods,
    Meters,
    Secrets,
    Series,
}

/// One stream.
#[derive(Clone, Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        for (at, word) in [seed, purpose as u64 + 1, index, 0x6465_6361_6e74].into_iter().enumerate() {
            key.iter_mut().skip(at * 8).zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// In `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// In `0..n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// In `[low, high)`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Standard normal (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.unit(), self.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// Log-normal around a median.
    pub(crate) fn around(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Exponential.
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Poisson, by waiting times; for means up to some thousands.
    pub(crate) fn count(&mut self, mean: f64) -> usize {
        let (mut n, mut t) = (0, self.wait(1.0));
        while t < mean {
            n += 1;
            t += self.wait(1.0);
        }
        n
    }

    /// An id of `N` bytes that is not zero.
    pub(crate) fn id<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        if out.iter().all(|b| *b == 0) {
            out[0] = 1;
        }
        out
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        self.of(b"0123456789abcdef", digits)
    }

    /// Characters of an alphabet.
    pub(crate) fn of(&mut self, alphabet: &[u8], n: usize) -> String {
        (0..n).map(|_| char::from(self.pick(alphabet))).collect()
    }
}
