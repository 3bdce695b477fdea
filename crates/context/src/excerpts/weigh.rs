//! The second pass over one source: what each kept line is worth, and which lines make an excerpt.

mod blocks;
mod near;
mod own;

use decant_model::Excerpt;

use super::gather::Line;
use super::shape::Shapes;

/// The excerpts of one source.
pub(super) fn excerpts(source: &str, lines: Vec<Line>, shapes: &Shapes) -> Vec<Excerpt> {
    let own = own::weights(&lines, shapes);
    let weights = near::weights(&lines, &own, &own::news(&lines));
    blocks::excerpts(source, lines, &weights, shapes)
}
