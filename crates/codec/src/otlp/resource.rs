//! Resource and scope: what a group of records has in common.

use decant_model::Resource as ModelResource;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::resource::v1 as proto;
use serde::Deserialize;

use super::lenient::{List, Text, Unsigned};
use super::value::{KeyValue, TooDeep, pairs};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Resource<'a> {
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Scope<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(alias = "dropped_attributes_count")]
    dropped_attributes_count: Unsigned,
}

impl<'a> From<&'a proto::Resource> for Resource<'a> {
    fn from(resource: &'a proto::Resource) -> Self {
        Self { attributes: pairs(&resource.attributes) }
    }
}

impl<'a> From<&'a common::InstrumentationScope> for Scope<'a> {
    fn from(scope: &'a common::InstrumentationScope) -> Self {
        Self {
            name: scope.name.as_str().into(),
            version: scope.version.as_str().into(),
            attributes: pairs(&scope.attributes),
            dropped_attributes_count: Unsigned(scope.dropped_attributes_count.into()),
        }
    }
}

/// The model's resource; absent is empty.
pub(super) fn model_resource(resource: Option<&Resource<'_>>, depth: usize) -> Result<ModelResource, TooDeep> {
    let mut attributes = Vec::new();
    for pair in resource.map_or(&[] as &[_], |r| r.attributes.0.as_slice()) {
        let mut text = String::new();
        pair.value.push_text(&mut text, depth)?;
        attributes.push((pair.key.as_str().to_owned(), text));
    }
    Ok(ModelResource::new(attributes))
}

/// What the scope adds to each of its records.
pub(super) fn scope_attributes(scope: Option<&Scope<'_>>, depth: usize) -> Result<Vec<(String, String)>, TooDeep> {
    let Some(scope) = scope else { return Ok(Vec::new()) };
    let mut attributes = Vec::new();
    for (key, text) in [("otel.scope.name", &scope.name), ("otel.scope.version", &scope.version)] {
        if let Some(text) = text.filled() {
            attributes.push((key.to_owned(), text.to_owned()));
        }
    }
    for pair in &scope.attributes.0 {
        let mut text = String::new();
        pair.value.push_text(&mut text, depth)?;
        attributes.push((format!("otel.scope.{}", pair.key.as_str()), text));
    }
    if scope.dropped_attributes_count.0 > 0 {
        let count = scope.dropped_attributes_count.0.to_string();
        attributes.push(("otel.scope.dropped_attributes_count".to_owned(), count));
    }
    Ok(attributes)
}

/// A scope's attributes as pairs.
pub(super) fn as_pairs(attributes: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    attributes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}
