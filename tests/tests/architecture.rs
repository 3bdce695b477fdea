//! The invariants of `crates/README.md` that a tool can check: which crate may depend on which.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Each crate with those of ours that it may use in what it ships, as the map in `crates/README.md` has it.
const MAP: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("codec", &["model"]),
    ("redact", &["model"]),
    ("template", &[]),
    ("dedup", &["model"]),
    ("detect", &["model"]),
    ("context", &["model"]),
    ("engine", &["model", "redact", "template", "dedup", "detect"]),
    ("ingress", &["model", "codec"]),
    ("store", &["model"]),
    ("egress", &["model", "codec", "context"]),
    ("sim", &["model", "codec"]),
    ("harness", &["model", "context"]),
];

/// Libraries that only the crates named may use: I/O stays at the edges.
const ONLY: &[(&str, &[&str])] = &[
    ("parquet", &["store"]),
    ("datafusion", &["store"]),
    ("object_store", &["store"]),
    ("rdkafka", &["ingress", "egress"]),
    ("tonic", &["ingress", "egress"]),
    ("axum", &["ingress", "egress"]),
    ("rmcp", &["egress"]),
    ("tokio", &["ingress", "egress", "decant"]),
    ("tempfile", &["store", "decant"]),
    ("rand", &["sim", "decant"]),
];

/// Top-level names of rooms that end up holding everything.
const BANNED: &[&str] = &["common", "util", "utils", "types", "prelude", "core", "shared", "helpers"];

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata answers")
}

/// What each package of the workspace ships with: names of its normal and build dependencies.
fn shipped(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    for package in &metadata.packages {
        let kinds = [DependencyKind::Normal, DependencyKind::Build];
        let names = package.dependencies.iter().filter(|d| kinds.contains(&d.kind)).map(|d| d.name.clone()).collect();
        out.insert(short(package.name.as_str()).to_owned(), names);
    }
    out
}

fn short(name: &str) -> &str {
    name.strip_prefix("decant-").unwrap_or(name)
}

#[test]
fn crates_depend_only_downwards_and_never_on_siblings() {
    let shipped = shipped(&metadata());
    for (name, allowed) in MAP {
        let dependencies = shipped.get(*name).unwrap_or_else(|| panic!("crate {name} of the map is not there"));
        for dependency in dependencies.iter().filter(|d| d.starts_with("decant")) {
            assert!(allowed.contains(&short(dependency)), "{name} uses {dependency}, which the map does not allow");
        }
    }
}

#[test]
fn every_crate_stands_in_the_map_and_no_room_is_for_everything() {
    for name in shipped(&metadata()).keys() {
        let known = ["decant", "tests", "benches"].contains(&name.as_str());
        assert!(known || MAP.iter().any(|(mapped, _)| mapped == name), "crate {name} is not in the map");
        assert!(!BANNED.contains(&name.as_str()), "a crate called {name} would end up holding everything");
    }
}

#[test]
fn libraries_that_do_input_and_output_stay_at_the_edges() {
    let shipped = shipped(&metadata());
    for (library, users) in ONLY {
        for (name, dependencies) in &shipped {
            let is_ours = MAP.iter().any(|(mapped, _)| mapped == name) || name == "decant";
            let uses = dependencies.contains(*library);
            assert!(!is_ours || !uses || users.contains(&name.as_str()), "{name} uses {library}; only {users:?} may");
        }
    }
}
