//! Log templates: lines that say the same thing with other values become one text with typed placeholders.
//!
//! `Failed password for root from 10.0.0.1 port 22` and `Failed password for ann from 10.0.0.2 port 4711` are one
//! template, `Failed password for <*> from <ip> port <num>`, with what stood in its slots beside it.
//!
//! # Two steps
//!
//! **A line's shape** ([`Miner::learn`], on the hot path, stateless). One pass cuts the line into chunks and classifies
//! those that are not plain words: numbers, addresses, times, sizes, paths and so on ([`Kind`]). What is left, constants
//! with one byte for each slot, is the skeleton; its hash is the shape id, a function of the line alone. Rows are stored
//! with it. Per shape the miner keeps an exact count and, per slot, a bounded sample of values. There is no regular
//! expression and no allocation for a known shape. The pass goes from one byte worth a look to the next, eight bytes at a
//! time; what a chunk is depends on its letters and marks and on where its digits stand, so it is looked up by its masked
//! bytes before it is classified.
//!
//! **Shapes to templates** ([`Learned::dictionary`], when somebody asks). Words that vary cannot be told from one line,
//! so the decision is taken over all shapes at once, by evidence:
//!
//! 0. Records of keys and values (JSON, `a=1 b=2`) with the same keys take the order of keys that most lines have.
//! 1. Shapes with the same separators and number of cells form a frame; lists that repeat a unit, and words with commas
//!    between them in brackets or behind a `:` or `=`, count as one cell when their lengths differ.
//! 2. Within a frame, shapes that agree in all cells but one form a bucket. With enough different words the column is a
//!    variable; with few it is an enumeration (`started`, `stopped`) and stays. How many are enough depends on what they
//!    look like (names of states in capitals need most, identifiers few, words beside a typed value two, names with
//!    points, with counted numbers or identifiers in quotes two; `true` and `false` always vary), and on how much constant
//!    text vouches for the rest. Then pairs of columns, with stronger demands.
//! 3. Columns are written down: one value is a constant, values of one kind a typed slot, words that share parts keep
//!    them (`com.example.<*>`), a unit that all values share stays (`<num> ms`).
//! 4. A template that matches every line of another takes it in.
//!
//! # Laws
//!
//! - [`Learned::merge`] is commutative and associative, and the dictionary, with ids, counts, samples and the mapping of
//!   shapes, is a function of the multiset of lines: not of their order, nor of how they were spread over shards. The law
//!   holds while nothing was evicted; evictions are counted.
//! - Counts are exact and sum to the lines seen: [`LearnedCounts`].
//! - A template's id is a hash of its text and the scope. Merges and splits change the dictionary, never a stored row.
//! - Keys of `key=value` and of JSON are never wildcards; their order does not matter.
//! - A slot's values are exact while there are no more than the limit (16 unless set). Beyond, they are a sample in which
//!   each distinct value is as likely as any other, with exact counts: one of `d` values is in it with probability `16/d`
//!   however often it occurs, so the most frequent may be missing. That is the price of the first law: a summary that
//!   prefers frequent values within bounded memory has to forget counts, and which ones then depends on the order.
//! - Everything is bounded: shapes, bytes held, bytes of a line, bytes of a shape, values of a slot ([`RawConfig`]).
//!
//! # Sources
//!
//! Frames and the fixed number of tokens go back to Drain (He et al., ICWS 2017) and IPLoM (Makanju et al., KDD 2009);
//! splitting by the positions' distinct values to IPLoM and Brain (Yu et al., TSC 2023); typed tokens before any
//! clustering to CLP (Rodrigues et al., OSDI 2021) and Spell (Du and Li, ICDM 2016) for lists; bottom-k samples to Beyer
//! et al. (SIGMOD 2007). Unlike these, nothing here depends on the order of arrival: Drain generalises at the first
//! mismatch that it happens to see. Accuracy is measured as in Zhu et al. (ICSE-SEIP 2019: grouping accuracy), Dai et al.
//! (TSE 2020: parsing accuracy), Khan et al. (ICSE 2022: template accuracy) and Jiang et al. (ISSTA 2024: F1 of groups).
//!
//! # Example
//!
//! ```
//! use decant_template::{Config, Miner};
//!
//! let mut miner = Miner::new(&Config::default());
//! let shape = miner.learn("user=ann logged in from 10.0.0.1 after 12 ms");
//! assert_eq!(shape, miner.learn("user=bob logged in from 10.0.0.2 after 7 ms"));
//! let dictionary = miner.take().dictionary();
//! let template = dictionary.get(shape).expect("it was learned");
//! assert_eq!(template.text, "user=<*> logged in from <ip> after <num> ms");
//! assert_eq!(template.count, 2);
//! ```

mod config;
mod dictionary;
mod kind;
mod learned;
mod mask;
mod miner;
mod scan;
mod sketch;
mod state;

pub use config::{Config, ConfigError, RawConfig};
pub use dictionary::{Dictionary, Slot, Template};
pub use kind::Kind;
pub use learned::{Learned, LearnedCounts};
pub use mask::MaskConfig;
pub use miner::Miner;
pub use state::StateError;
