//! Scalars as OTLP/JSON writers really write them.
//!
//! The specification wants 64-bit integers as decimal strings, enums as numbers and no `null`; captures have all forms.
//! Each type here takes them all and is its default for `null`. Text borrows from the input unless it holds escapes.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// A string; numbers and booleans are taken in their JSON form.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` when empty.
    pub(crate) fn filled(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(v)))
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(v.to_owned())))
            }
            fn visit_bool<E: Error>(self, v: bool) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(if v { "true" } else { "false" })))
            }
            fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(v.to_string())))
            }
            fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(v.to_string())))
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(v.to_string())))
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A JSON list; `null` is empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(List(items))
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(List::default())
            }
        }
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

/// What the number types have in common: a visitor which takes any number, a decimal string, `""` and `null`.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $of:ty, $expecting:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(crate) struct $name(pub(crate) $of);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct NumberVisitor;
                impl Visitor<'_> for NumberVisitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
                        Ok($name(v as $of))
                    }
                    fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
                        Ok($name(v as $of))
                    }
                    fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
                        Ok($name(v as $of))
                    }
                    fn visit_bool<E: Error>(self, v: bool) -> Result<Self::Value, E> {
                        Ok($name(u8::from(v) as $of))
                    }
                    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
                        let v = v.trim();
                        if v.is_empty() {
                            return Ok($name::default());
                        }
                        v.parse::<$of>()
                            .or_else(|_| v.parse::<f64>().map(|f| f as $of))
                            .map($name)
                            .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(v), &self))
                    }
                    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                        Ok($name::default())
                    }
                }
                deserializer.deserialize_any(NumberVisitor)
            }
        }
    };
}

number!(
    /// `fixed64`, `uint32` and the like.
    Unsigned,
    u64,
    "an unsigned number"
);
number!(
    /// `int64`, `sint32`.
    Signed,
    i64,
    "a number"
);
number!(
    /// `double`, with `"NaN"` and `"Infinity"`.
    Float,
    f64,
    "a floating-point number"
);

impl Unsigned {
    /// As a time: 0 and what is past the year 2262 are unknown.
    pub(crate) fn time(self) -> Option<i64> {
        i64::try_from(self.0).ok().filter(|&t| t != 0)
    }
}

/// An enum: its number, or its name with or without the prefix that protobuf gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice<'a> {
    Number(i32),
    Name(Text<'a>),
}

impl Default for Choice<'_> {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl Choice<'_> {
    /// The number; for a name, its place in `names` (upper case, without prefix), else 0.
    pub(crate) fn number(&self, names: &[&str]) -> i32 {
        match self {
            Self::Number(number) => *number,
            Self::Name(name) => {
                let name = name.as_str().trim();
                if let Ok(number) = name.parse() {
                    return number;
                }
                let fits = |n: &&str| {
                    let (a, b) = (name.as_bytes(), n.as_bytes());
                    a.len() >= b.len()
                        && a.get(a.len() - b.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(b))
                        && (a.len() == b.len() || a.get(a.len() - b.len() - 1) == Some(&b'_'))
                };
                names.iter().position(fits).map_or(0, |at| at as i32)
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Choice<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ChoiceVisitor;
        impl<'de> Visitor<'de> for ChoiceVisitor {
            type Value = Choice<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an enum's number or name")
            }
            fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
                Ok(Choice::Number(i32::try_from(v).unwrap_or(0)))
            }
            fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
                Ok(Choice::Number(i32::try_from(v).unwrap_or(0)))
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
                Ok(Choice::Number(v as i32))
            }
            fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Choice::Name(Text(Cow::Borrowed(v))))
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Choice::Name(Text(Cow::Owned(v.to_owned()))))
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Choice::default())
            }
        }
        deserializer.deserialize_any(ChoiceVisitor)
    }
}
