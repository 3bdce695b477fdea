//! What a structured record says beside its message: `err="connection refused"` is often the cause, and the message is
//! not. Of warnings and errors the attributes are put behind the message, as `key=value`.

use decant_model::Attributes;

/// Attributes that tell where a record was written rather than what happened.
const ABOUT: [&str; 8] =
    ["process.", "thread.", "host.", "otel.scope.", "container.", "k8s.", "log.file.", "log.iostream"];
/// Longest value, in bytes.
const MAX_VALUE_BYTES: usize = 240;
/// All of them.
const MAX_BYTES: usize = 480;

/// Appends the attributes of one row to `out`.
pub(super) fn append(attributes: &Attributes, row: usize, out: &mut String) {
    let limit = out.len() + MAX_BYTES;
    for (key, value) in attributes.of(row) {
        let value = value.lines().next().unwrap_or_default();
        if value.is_empty() || ABOUT.iter().any(|a| key.starts_with(a)) {
            continue;
        }
        if out.len() + key.len() + value.len().min(MAX_VALUE_BYTES) + 6 > limit {
            out.push_str(" ..");
            return;
        }
        out.push(' ');
        out.push_str(key);
        out.push('=');
        if value.len() > MAX_VALUE_BYTES {
            out.push_str(value.get(..value.floor_char_boundary(MAX_VALUE_BYTES)).unwrap_or_default());
            out.push_str("..");
        } else {
            out.push_str(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_model::AttributesBuilder;

    fn check(pairs: &[(&str, &str)], expected: &str) {
        let mut builder = AttributesBuilder::default();
        pairs.iter().for_each(|(k, v)| builder.push(k, v));
        builder.end_row();
        let mut out = "request failed".to_owned();
        append(&builder.finish(), 0, &mut out);
        assert_eq!(out.strip_prefix("request failed"), Some(expected));
    }

    #[test]
    fn what_happened_is_told_and_where_it_was_written_is_not() {
        check(&[], "");
        check(&[("err", "dial tcp: refused"), ("process.pid", "7")], " err=dial tcp: refused");
        check(&[("stack", "Error: a\n at b")], " stack=Error: a");
        check(&[("a", &"x".repeat(900))], &format!(" a={}..", "x".repeat(MAX_VALUE_BYTES)));
        check(&[("a", &"x".repeat(240)), ("b", &"y".repeat(240))], &format!(" a={} ..", "x".repeat(240)));
    }
}
