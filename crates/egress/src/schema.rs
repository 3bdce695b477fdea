//! The JSON form's published schema, derived from the wire contract: one source for the message and the JSON.
//!
//! Each message becomes a definition with the field names of the proto file and its comments as descriptions. What is
//! `optional` there may be missing or `null` here, and so may what a small budget leaves out; everything else is
//! required. Definitions are open: a later version of the same schema adds fields. Draft 2020-12, <https://json-schema.org/draft/2020-12>.

use std::{collections::BTreeMap, sync::LazyLock};

use prost::Message as _;
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};

use crate::v1::FILE_DESCRIPTOR_SET;

static BUNDLE: LazyLock<Value> = LazyLock::new(|| schema_of("Bundle"));
static PAGE: LazyLock<Value> = LazyLock::new(|| schema_of("Page"));

/// The schema of the bundle's JSON form.
#[must_use]
pub fn bundle_schema() -> &'static Value {
    &BUNDLE
}

/// The schema of a page's JSON form: the answers to all questions but that for a bundle.
#[must_use]
pub fn page_schema() -> &'static Value {
    &PAGE
}

/// Paths of a JSON answer (`suspects[].colour`) that its schema does not know, and so no protobuf client sees. Empty
/// when the two agree; for tests of who writes the JSON.
#[must_use]
pub fn undescribed(schema: &Value, answer: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    walk(schema, schema, answer, "", &mut paths);
    paths.sort();
    paths.dedup();
    paths
}

fn walk(root: &Value, schema: &Value, value: &Value, path: &str, paths: &mut Vec<String>) {
    let schema = resolve(root, schema);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match schema["properties"].get(name).or_else(|| schema.get("additionalProperties")) {
                    Some(described) => walk(root, described, value, &path, paths),
                    None => paths.push(path),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(root, &schema["items"], item, &format!("{path}[]"), paths);
            }
        }
        _ => {}
    }
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let nullable = schema["anyOf"].get(0).unwrap_or(schema);
    match nullable["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        Some(name) => &root["$defs"][name],
        None => nullable,
    }
}

struct Described {
    message: DescriptorProto,
    comment: String,
    field_comments: Vec<String>,
}

fn schema_of(name: &str) -> Value {
    let messages = messages();
    let mut definitions = Map::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        let Some(described) = messages.get(&name).filter(|_| !definitions.contains_key(&name)) else { continue };
        definitions.insert(name, definition(described, &mut open));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:decant.context.v1:{name}"),
        "$ref": format!("#/$defs/{name}"),
        "$defs": definitions,
    })
}

/// The messages of the contract by their short names, with their comments.
fn messages() -> BTreeMap<String, Described> {
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap_or_default();
    let mut messages = BTreeMap::new();
    for file in files.file {
        let mut comments: BTreeMap<Vec<i32>, String> = BTreeMap::new();
        for location in file.source_code_info.unwrap_or_default().location {
            comments.insert(location.path, location.leading_comments.unwrap_or_default().trim().to_owned());
        }
        let mut comment = |path: &[i32]| comments.remove(path).unwrap_or_default().replace("\n ", " ");
        for (at, message) in (0..).zip(file.message_type) {
            // Numbers of the fields `message_type` and `field` in descriptor.proto.
            let field_comments = (0..).zip(&message.field).map(|(field, _)| comment(&[4, at, 2, field])).collect();
            let described = Described { comment: comment(&[4, at]), field_comments, message };
            messages.insert(described.message.name().to_owned(), described);
        }
    }
    messages
}

/// What of these messages stands in every answer, however small its budget.
const ALWAYS: [(&str, &[&str]); 2] =
    [("Bundle", &["schema", "verdict", "omitted"]), ("Delta", &["since", "unchanged"])];

fn definition(described: &Described, open: &mut Vec<String>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let always = ALWAYS.iter().find(|(message, _)| *message == described.message.name());
    for (field, comment) in described.message.field.iter().zip(&described.field_comments) {
        let mut schema = field_schema(field, &described.message, open);
        if field.proto3_optional() {
            schema = json!({"anyOf": [schema, {"type": "null"}]});
        } else if always.is_some_and(|(_, always)| !always.contains(&field.name())) {
            // A small budget leaves it out.
        } else if field.r#type() != Type::Message || field.label() == Label::Repeated {
            required.push(field.name());
        }
        if !comment.is_empty() {
            schema["description"] = json!(comment);
        }
        properties.insert(field.name().to_owned(), schema);
    }
    let mut definition = json!({"type": "object", "properties": properties, "required": required});
    if !described.comment.is_empty() {
        definition["description"] = json!(described.comment);
    }
    definition
}

fn field_schema(field: &FieldDescriptorProto, message: &DescriptorProto, open: &mut Vec<String>) -> Value {
    let short = field.type_name().rsplit('.').next().unwrap_or_default();
    // A map is a repeated nested message of key and value.
    if let Some(entry) = message.nested_type.iter().find(|nested| nested.name() == short) {
        return match entry.field.get(1) {
            Some(value) => json!({"type": "object", "additionalProperties": field_schema(value, entry, open)}),
            None => json!({"type": "object"}),
        };
    }
    let one = match field.r#type() {
        Type::Message => {
            open.push(short.to_owned());
            json!({"$ref": format!("#/$defs/{short}")})
        }
        Type::Bool => json!({"type": "boolean"}),
        Type::Double | Type::Float => json!({"type": "number"}),
        Type::Uint32 | Type::Uint64 => json!({"type": "integer", "minimum": 0}),
        Type::Int32 | Type::Int64 => json!({"type": "integer"}),
        _ => json!({"type": "string"}),
    };
    if field.label() == Label::Repeated { json!({"type": "array", "items": one}) } else { one }
}
