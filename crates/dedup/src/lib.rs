//! Bounded-window duplicate suppression; counts are conserved
