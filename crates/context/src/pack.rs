//! How many steps of a plan fit: the greatest number whose bundle is within the budget.
//!
//! Every further step adds tokens, save that an omission named before may be gone: so the cost of a prefix grows almost
//! everywhere. A bracket finds the edge, a short look beyond it finds a later prefix that fits again. The costs do not
//! depend on the budget (but for its own digits, which grow slower than it does), so the number never falls when the
//! budget grows.

/// Steps looked at beyond the edge.
const BEYOND: usize = 4;
/// Bytes a token, for the first guess only.
const BYTES_PER_TOKEN: usize = 3;

/// The number of steps to take. `bytes` are the steps' sizes, roughly; `cost` gives the tokens of a prefix, exactly.
pub(crate) fn fit(bytes: &[usize], budget_tokens: usize, mut cost: impl FnMut(usize) -> usize) -> usize {
    let mut fits = |steps: usize| cost(steps) <= budget_tokens;
    let mut room = budget_tokens.saturating_mul(BYTES_PER_TOKEN);
    let guess = bytes
        .iter()
        .take_while(|bytes| {
            let enough = **bytes <= room;
            room = room.saturating_sub(**bytes);
            enough
        })
        .count();
    // Bracket: `low` fits (an empty prefix always does, as far as anything can), `high` does not.
    let (mut low, mut high) = (0, bytes.len() + 1);
    let (mut at, mut stride) = (guess, 8);
    while at > low && at < high {
        if fits(at) {
            low = at;
            at = (at + stride).min(bytes.len());
        } else {
            high = at;
            at = at.saturating_sub(stride);
        }
        stride *= 2;
        if high <= bytes.len() && low > 0 {
            break;
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle) { low = middle } else { high = middle }
    }
    let last = (low + BEYOND).min(bytes.len());
    (low + 1..=last).rev().find(|steps| fits(*steps)).unwrap_or(low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fit;

    proptest! {
        #[test]
        fn the_greatest_prefix_within_the_budget_is_taken(
            costs in prop::collection::vec(3_usize..80, 0..200),
            scale in 1_usize..9,
            budget in 0_usize..3_000,
        ) {
            let total = |steps: usize| costs[..steps].iter().sum::<usize>();
            let bytes: Vec<usize> = costs.iter().map(|cost| cost * scale).collect();
            let steps = fit(&bytes, budget, total);
            prop_assert!(total(steps) <= budget);
            prop_assert!(steps == costs.len() || total(steps + 1) > budget);
        }
    }
}
