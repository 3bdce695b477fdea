//! Code, data, statements and peers.

use super::Ailment;
use crate::Fault;
use crate::dice::Dice;
use crate::shop::{Language, ServiceId};
use crate::trouble::Trouble;

impl Ailment {
    /// Whether the code of an operation throws.
    pub(crate) fn throws(&self, service: ServiceId, operation: usize, at: i64, dice: &mut Dice) -> bool {
        self.is(Fault::ApplicationException, service, at)
            && self.operation == Some(operation)
            && dice.chance(self.scaled(0.35, 0.9))
    }

    /// Type, message and function of what is thrown.
    pub(crate) fn exception(&self, language: Language) -> (&'static str, &'static str, &'static str) {
        let of = |choices: &[(&'static str, &'static str, &'static str)]| choices[self.variant % choices.len()];
        match language {
            Language::Java => of(&[
                (
                    "java.lang.NullPointerException",
                    "Cannot invoke \"java.math.BigDecimal.scale()\" because \"this.rounding\" is null",
                    "applyRounding",
                ),
                ("java.lang.IllegalStateException", "Duplicate key in position map", "collectPositions"),
                ("java.lang.ArrayIndexOutOfBoundsException", "Index 4 out of bounds for length 4", "tierFor"),
            ]),
            Language::Go => of(&[
                ("runtime error", "invalid memory address or nil pointer dereference", "mergeDefaults"),
                ("runtime error", "index out of range [3] with length 3", "pickVariant"),
                ("runtime error", "assignment to entry in nil map", "annotate"),
            ]),
            Language::Node => of(&[
                ("TypeError", "Cannot read properties of undefined (reading 'locale')", "formatPrice"),
                ("RangeError", "Invalid time value", "deliveryWindow"),
                ("TypeError", "items.flatMap is not a function", "groupItems"),
            ]),
            Language::Python => of(&[
                ("AttributeError", "'NoneType' object has no attribute 'weight'", "effective_weight"),
                ("KeyError", "'tier'", "tier_discount"),
                ("TypeError", "unsupported operand type(s) for +: 'decimal.Decimal' and 'float'", "add_surcharge"),
            ]),
            Language::Rust => of(&[
                ("panicked", "called `Option::unwrap()` on a `None` value", "resolve_segment"),
                ("panicked", "attempt to subtract with overflow", "remaining_quota"),
                ("panicked", "index out of bounds: the len is 8 but the index is 8", "bucket_of"),
            ]),
            Language::DotNet => of(&[
                (
                    "System.NullReferenceException",
                    "Object reference not set to an instance of an object.",
                    "ResolveAddress",
                ),
                ("System.InvalidOperationException", "Sequence contains no matching element", "FindPrimary"),
                (
                    "System.ArgumentOutOfRangeException",
                    "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
                    "SelectLane",
                ),
            ]),
        }
    }

    /// Whether an operation meets a broken record: always the same articles.
    pub(crate) fn is_bad_record(&self, service: ServiceId, operation: usize, sku: &str, at: i64) -> bool {
        if !(self.is(Fault::BadData, service, at) && self.operation == Some(operation)) {
            return false;
        }
        let hash = sku.bytes().fold(17_u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
        (hash % 1_000) as f64 / 1_000.0 < self.scaled(0.25, 0.7)
    }

    /// Type, message and function with which the broken record is met.
    pub(crate) fn bad_record(&self, language: Language, sku: &str) -> (&'static str, String, &'static str) {
        let broken = ["12,5O", "NaN", "1.299,00", "-"][self.variant % 4];
        let is_missing = self.variant % 2 == 1;
        match (language, is_missing) {
            (Language::Java, false) => (
                "java.lang.NumberFormatException",
                format!("For input string: \"{broken}\" (record {sku}, column unit_price)"),
                "readRow",
            ),
            (Language::Java, true) => (
                "com.fasterxml.jackson.databind.exc.MismatchedInputException",
                format!("Missing required creator property 'currency' (record {sku})"),
                "readRow",
            ),
            (Language::Go, false) => (
                "*strconv.NumError",
                format!("record {sku}: strconv.ParseFloat: parsing \"{broken}\": invalid syntax"),
                "decodeRow",
            ),
            (Language::Go, true) => {
                ("*errors.errorString", format!("record {sku}: required field \"currency\" is missing"), "decodeRow")
            }
            (Language::Node, false) => (
                "ValidationError",
                format!("record {sku}: \"unitPrice\" must be a number, got \"{broken}\""),
                "parseRecord",
            ),
            (Language::Node, true) => {
                ("ValidationError", format!("record {sku}: \"currency\" is required"), "parseRecord")
            }
            (Language::Python, false) => {
                ("ValueError", format!("could not convert string to float: '{broken}' (record {sku})"), "parse_record")
            }
            (Language::Python, true) => (
                "pydantic.ValidationError",
                format!("1 validation error for Record: currency field required (record {sku})"),
                "parse_record",
            ),
            (Language::Rust, false) => (
                "serde_json::Error",
                format!("invalid type: string \"{broken}\", expected f64 in record {sku}"),
                "decode",
            ),
            (Language::Rust, true) => {
                ("serde_json::Error", format!("missing field `currency` in record {sku}"), "decode")
            }
            (Language::DotNet, false) => (
                "System.FormatException",
                format!("The input string '{broken}' was not in a correct format. (record {sku})"),
                "ReadRecord",
            ),
            (Language::DotNet, true) => (
                "System.Text.Json.JsonException",
                format!("JSON deserialization was missing required properties including: 'currency'. (record {sku})"),
                "ReadRecord",
            ),
        }
    }

    /// How many times slower a statement is, and how often it is sent instead of once.
    pub(crate) fn query(&self, service: ServiceId, statement: &str, at: i64) -> (f64, usize) {
        if !self.is(Fault::SlowQuery, service, at) || self.statement != Some(statement) {
            return (1.0, 1);
        }
        if self.variant == 0 {
            (self.scaled(3.0, 8.0), self.scaled(12.0, 25.0) as usize)
        } else {
            (self.scaled(30.0, 110.0), 1)
        }
    }

    /// Whether and how a peer fails, and how long it takes to see; `None` for the time is the caller's limit.
    pub(crate) fn peer_fails(
        &self,
        peer: usize,
        is_provider: bool,
        at: i64,
        dice: &mut Dice,
    ) -> Option<(Trouble, Option<f64>)> {
        let is_hit = self.fault == Fault::DependencyFailure && self.peer == Some(peer) && self.is_on(at);
        if !(is_hit && dice.chance(self.scaled(0.7, 1.0))) {
            return None;
        }
        Some(match (self.variant % 3, is_provider) {
            (0, true) | (2, _) => (Trouble::PeerError, Some(dice.around(25.0, 0.5))),
            (0, false) => (Trouble::Refused, Some(dice.around(1.5, 0.4))),
            _ => (Trouble::Timeout, None),
        })
    }
}
