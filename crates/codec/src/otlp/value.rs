//! `AnyValue` and `KeyValue`: what an attribute or a body may be, and its text.
//!
//! A string is its own text; anything else is written as JSON (`200`, `true`, `["a","b"]`, `{"k":1}`). Bytes are
//! base64. JSON that forgot the `stringValue` wrapper is taken as what it plainly is.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use opentelemetry_proto::tonic::common::v1 as proto;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::lenient::{Float, List, Signed, Text};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value<'a> {
    #[default]
    Empty,
    Text(Text<'a>),
    Bool(bool),
    Int(i64),
    Double(f64),
    List(Vec<Value<'a>>),
    Map(Vec<KeyValue<'a>>),
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct KeyValue<'a> {
    #[serde(borrow)]
    pub(crate) key: Text<'a>,
    #[serde(borrow)]
    pub(crate) value: Value<'a>,
}

/// `{"values": [...]}`, the form of lists and maps.
#[derive(Deserialize)]
#[serde(default, bound(deserialize = "T: Deserialize<'de>"))]
struct Values<T> {
    values: List<T>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { values: List::default() }
    }
}

impl<'a> From<&'a proto::AnyValue> for Value<'a> {
    fn from(value: &'a proto::AnyValue) -> Self {
        use proto::any_value::Value as Any;
        match &value.value {
            Some(Any::StringValue(text)) => Self::Text(text.as_str().into()),
            Some(Any::BoolValue(value)) => Self::Bool(*value),
            Some(Any::IntValue(value)) => Self::Int(*value),
            Some(Any::DoubleValue(value)) => Self::Double(*value),
            Some(Any::ArrayValue(list)) => Self::List(list.values.iter().map(Self::from).collect()),
            Some(Any::KvlistValue(list)) => Self::Map(list.values.iter().map(KeyValue::from).collect()),
            Some(Any::BytesValue(bytes)) => {
                Self::Text(Text(Cow::Owned(base64::engine::general_purpose::STANDARD.encode(bytes))))
            }
            Some(Any::StringValueStrindex(_)) | None => Self::Empty,
        }
    }
}

impl<'a> From<&'a proto::KeyValue> for KeyValue<'a> {
    fn from(pair: &'a proto::KeyValue) -> Self {
        Self { key: pair.key.as_str().into(), value: pair.value.as_ref().map(Value::from).unwrap_or_default() }
    }
}

/// Borrowed pairs of a message's attributes.
pub(super) fn pairs(attributes: &[proto::KeyValue]) -> List<KeyValue<'_>> {
    List(attributes.iter().map(KeyValue::from).collect())
}

impl Value<'_> {
    /// The text when it needs no writing.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Empty => Some(""),
            Self::Text(text) => Some(text.as_str()),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// Appends the text; `Err` when it is nested deeper than `depth`.
    pub(crate) fn push_text(&self, out: &mut String, depth: usize) -> Result<(), TooDeep> {
        match self {
            Self::Text(text) => out.push_str(text.as_str()),
            Self::Empty => {}
            Self::Double(value) if !value.is_finite() => push_display(out, value),
            _ => self.push_json(out, depth)?,
        }
        Ok(())
    }

    /// Appends the JSON form.
    pub(crate) fn push_json(&self, out: &mut String, depth: usize) -> Result<(), TooDeep> {
        match self {
            Self::Empty => out.push_str("null"),
            Self::Text(text) => push_json_string(out, text.as_str()),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => push_display(out, value),
            Self::Double(value) => push_json_float(out, *value),
            Self::List(items) => {
                let depth = depth.checked_sub(1).ok_or(TooDeep)?;
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.push_json(out, depth)?;
                }
                out.push(']');
            }
            Self::Map(pairs) => push_json_object(pairs, out, depth)?,
        }
        Ok(())
    }
}

/// Appends attributes as a JSON object.
pub(crate) fn push_json_object(pairs: &[KeyValue<'_>], out: &mut String, depth: usize) -> Result<(), TooDeep> {
    let depth = depth.checked_sub(1).ok_or(TooDeep)?;
    out.push('{');
    for (i, pair) in pairs.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        push_json_string(out, pair.key.as_str());
        out.push(':');
        pair.value.push_json(out, depth)?;
    }
    out.push('}');
    Ok(())
}

/// A value that is nested past the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TooDeep;

pub(crate) fn push_display(out: &mut String, value: impl fmt::Display) {
    // Writing to a String cannot fail.
    write!(out, "{value}").unwrap_or_default();
}

/// A number as JSON; what JSON has no number for is a string, as protobuf's JSON mapping has it.
pub(crate) fn push_json_float(out: &mut String, value: f64) {
    if !value.is_finite() {
        push_display(out, format_args!("\"{value}\""));
    } else if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
        push_display(out, format_args!("{value:e}"));
    } else {
        push_display(out, value);
    }
}

pub(crate) fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        match rest.as_bytes().get(at) {
            Some(b'\n') => out.push_str("\\n"),
            Some(b'\r') => out.push_str("\\r"),
            Some(b'\t') => out.push_str("\\t"),
            Some(&byte @ (b'"' | b'\\')) => {
                out.push('\\');
                out.push(char::from(byte));
            }
            Some(byte) => push_display(out, format_args!("\\u{byte:04x}")),
            None => {}
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = Value::Empty;
        let mut plain = Vec::new();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.as_str() {
                "stringValue" | "string_value" | "bytesValue" | "bytes_value" => value = Value::Text(map.next_value()?),
                "intValue" | "int_value" => value = Value::Int(map.next_value::<Signed>()?.0),
                "doubleValue" | "double_value" => value = Value::Double(map.next_value::<Float>()?.0),
                "boolValue" | "bool_value" => value = map.next_value()?,
                "arrayValue" | "array_value" => {
                    value = Value::List(map.next_value::<Option<Values<_>>>()?.unwrap_or_default().values.0);
                }
                "kvlistValue" | "kvlist_value" => {
                    value = Value::Map(map.next_value::<Option<Values<_>>>()?.unwrap_or_default().values.0);
                }
                _ => plain.push(KeyValue { key, value: map.next_value()? }),
            }
        }
        Ok(if value == Value::Empty && !plain.is_empty() { Value::Map(plain) } else { value })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(v.into()))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Text(Cow::Owned(v.to_owned()))))
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Value::Int(v))
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(v).map_or(Value::Double(v as f64), Value::Int))
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Value::Double(v))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Value::Empty)
    }
}
