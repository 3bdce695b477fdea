//! The published schema and the wire contract describe the same answer.

use decant_egress::{bundle_schema, page_schema, undescribed};
use serde_json::{Value, json};

use crate::fake::{bundle, page};

#[test]
fn an_answer_with_every_field_is_described_in_full() {
    assert_eq!(undescribed(bundle_schema(), &bundle()), Vec::<String>::new());
    assert_eq!(undescribed(page_schema(), &page()), Vec::<String>::new());
}

#[test]
fn what_the_contract_does_not_know_is_named_with_its_path() {
    let mut answer = bundle();
    answer["colour"] = json!("red");
    answer["suspects"][0]["shape"] = json!("round");
    answer["span_edges"][0]["before"]["p75_ms"] = json!(1);
    let expected = ["colour", "span_edges[].before.p75_ms", "suspects[].shape"];
    assert_eq!(undescribed(bundle_schema(), &answer), expected);
}

#[test]
fn fields_are_required_unless_absence_has_a_meaning() {
    let definitions = &bundle_schema()["$defs"];
    let required = |name: &str| definitions[name]["required"].as_array().unwrap().clone();
    assert!(required("Suspect").contains(&json!("evidence")));
    assert!(!required("Suspect").contains(&json!("component")));
    assert_eq!(definitions["Suspect"]["properties"]["component"]["anyOf"][1], json!({"type": "null"}));
    assert_eq!(definitions["Bundle"]["properties"]["omitted"]["additionalProperties"]["type"], "integer");
    assert!(definitions["Suspect"]["properties"]["score"]["description"].as_str().unwrap().contains("cause"));
}

#[test]
fn every_reference_leads_somewhere() {
    for schema in [bundle_schema(), page_schema()] {
        check_references(schema, schema);
    }
}

fn check_references(root: &Value, part: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                let pointer = target.strip_prefix('#').expect("references stay inside");
                assert!(root.pointer(pointer).is_some(), "{target}");
            }
            fields.values().for_each(|value| check_references(root, value));
        }
        Value::Array(items) => items.iter().for_each(|value| check_references(root, value)),
        _ => {}
    }
}
