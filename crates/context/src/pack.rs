//! How many steps of a plan fit: the greatest number whose bundle is within the budget.
//!
//! The **content** of a bundle grows with every step; the line of omissions does not, so it is looked at last. The
//! greatest prefix whose content fits is found by interpolation on the steps' rough sizes (each probe writes and counts a
//! whole bundle, so probes are what it costs); from there on down, the first that fits with its omissions is taken.
//! Neither count depends on the budget but for the budget's own digits, which grow slower than it does: so the number
//! never falls when the budget grows.

/// Bytes a token, for the first guess only.
const BYTES_PER_TOKEN: f64 = 3.3;

/// The number of steps to take. `bytes` are the steps' sizes, roughly; `content` and `whole` give the tokens of a prefix
/// without and with its omissions.
pub(crate) fn fit(
    bytes: &[usize],
    budget_tokens: usize,
    content: impl FnMut(usize) -> usize,
    mut whole: impl FnMut(usize) -> usize,
) -> usize {
    let most = greatest(bytes, budget_tokens, content);
    (1..=most).rev().find(|steps| whole(*steps) <= budget_tokens).unwrap_or(0)
}

/// The greatest prefix of which `content` is within the budget; 0 if there is none.
pub(crate) fn greatest(bytes: &[usize], budget_tokens: usize, mut content: impl FnMut(usize) -> usize) -> usize {
    let mut sizes = Vec::with_capacity(bytes.len() + 1);
    sizes.push(0.0);
    sizes.extend(bytes.iter().scan(0.0, |sum, bytes| {
        *sum += *bytes as f64;
        Some(*sum)
    }));
    let size = |steps: usize| sizes.get(steps).copied().unwrap_or_default();
    let at_size = |wanted: f64| sizes.partition_point(|size| *size <= wanted).saturating_sub(1);
    let budget = budget_tokens as f64;
    // `low` fits (or is 0), `high` does not (or is beyond the end); with what they cost, as far as that is known.
    let (mut low, mut low_cost) = (0, 0.0);
    let (mut high, mut high_cost) = (bytes.len() + 1, None::<f64>);
    let mut halve = false;
    while high - low > 1 {
        let bytes_per_token = match high_cost {
            Some(cost) => (size(high) - size(low)) / (cost - low_cost).max(1.0),
            None if low_cost > 0.0 => 1.1 * size(low) / low_cost,
            None => BYTES_PER_TOKEN,
        };
        let guess = at_size(size(low) + (budget - low_cost) * bytes_per_token);
        let at = if halve { low + (high - low) / 2 } else { guess.clamp(low + 1, high - 1) };
        let (before, cost) = (high - low, content(at) as f64);
        if cost <= budget {
            (low, low_cost) = (at, cost);
        } else {
            (high, high_cost) = (at, Some(cost));
        }
        halve = !halve && high - low > before / 2;
    }
    low
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fit;

    proptest! {
        #[test]
        fn the_greatest_prefix_within_the_budget_is_taken(
            costs in prop::collection::vec(0_usize..80, 0..300),
            footer in prop::collection::vec(0_usize..60, 301),
            scale in 1_usize..9,
            budget in 0_usize..6_000,
        ) {
            let content = |steps: usize| costs[..steps].iter().sum::<usize>();
            let whole = |steps: usize| content(steps) + footer[steps];
            let bytes: Vec<usize> = costs.iter().map(|cost| cost * scale).collect();
            let mut probes = 0;
            let steps = fit(&bytes, budget, |steps| { probes += 1; content(steps) }, whole);
            let expected = (0..=costs.len()).rev().find(|steps| whole(*steps) <= budget).unwrap_or(0);
            prop_assert_eq!(steps, expected);
            prop_assert!(probes <= 20, "{probes} probes");
        }
    }
}
