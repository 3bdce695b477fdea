//! Resources: few in a batch, so they are redacted one by one.
//!
//! What a resource is called (`service.name`, `k8s.pod.name`) must stay readable and stable, or nothing could be
//! correlated. Such attributes are kept unless they hold a token with its issuer's prefix or an e-mail address.

use std::borrow::Cow;

use decant_model::Resource;

use crate::rules::RANK_TOKEN;
use crate::{Place, Redactor};

/// Prefixes of attributes that name things (OpenTelemetry resource semantic conventions).
const NAMES: &[&str] = &[
    "service.",
    "k8s.",
    "host.",
    "container.",
    "telemetry.",
    "os.",
    "deployment.",
    "cloud.",
    "faas.",
    "aws.",
    "gcp.",
    "azure.",
    "log.file.",
    "process.runtime.",
    "process.executable.",
    "vcs.",
    "cicd.",
];

/// The new resource, or `None` when nothing changes.
pub(super) fn redact(redactor: &mut Redactor, resource: &Resource) -> Option<Resource> {
    let mut changed = false;
    let service = resource.service().to_owned();
    let new: Vec<(String, String)> = resource
        .attributes()
        .iter()
        .map(|(key, value)| {
            let at_key = Place { service: &service, field: "attribute.key", stream: None };
            let at_value = Place { field: key, ..at_key };
            let names =
                NAMES.iter().any(|n| key.starts_with(n)) && !key.contains("label") && !key.contains("annotation");
            let new_key = redactor.value(key, at_key);
            let new_value = if names {
                redactor.ranked(value, at_value, RANK_TOKEN)
            } else {
                let told = redactor.keys.told(key).and_then(|told| told.attribute(value));
                let whole = told.and_then(|hit| redactor.replace(value, hit, at_value));
                whole.map_or_else(|| redactor.value(value, at_value), Cow::Owned)
            };
            changed |= matches!((&new_key, &new_value), (Cow::Owned(_), _) | (_, Cow::Owned(_)));
            (new_key.into_owned(), new_value.into_owned())
        })
        .collect();
    changed.then(|| Resource::new(new))
}
