//! The store's folder: every file as bytes, and every row as text.

use std::path::{Path, PathBuf};

use decant_model::arrow_array::cast::AsArray as _;
use decant_model::arrow_array::{Array, RecordBatch};
use decant_model::{Batch, Rows, Signal};
use decant_store::{ScanRequest, Store, StoreConfig};

use crate::outputs::Searched;

/// Searches the folder; the server must have stopped. Returns all rows as text.
pub(crate) fn search(root: &Path, searched: &mut Searched<'_>) -> String {
    let mut files = Vec::new();
    walk(root, &mut files);
    for path in files {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if let Some(output) = output_of(&name) {
            searched.look(output, std::fs::read(&path).unwrap());
        }
    }
    let (store, _) = Store::open(root, StoreConfig::default()).unwrap();
    let mut all = String::new();
    for signal in Signal::ALL {
        let mut rows = String::new();
        for batch in store.scan(&ScanRequest::of(signal)) {
            text_of(&batch.unwrap(), &mut rows);
        }
        searched.look(&format!("store: rows of {}", signal.as_str()), &rows);
        all.push_str(&rows);
    }
    all
}

/// The output that a file belongs to; `None` for those that hold no telemetry by their nature.
///
/// # Panics
/// When the store has a kind of file that is not known here: add it to the list of outputs.
fn output_of(name: &str) -> Option<&'static str> {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        // Empty, and the key of the pseudonyms.
        ["LOCK"] | ["secrets", "pseudonyms"] => None,
        ["manifest.jsonl"] => Some("store: manifest.jsonl"),
        ["dead-letters.jsonl" | "dead-letters.old.jsonl"] => Some("store: dead-letters.jsonl"),
        ["data", "logs" | "metrics" | "traces", _, file] if file.ends_with(".parquet") => {
            Some("store: data/<signal>/<hour>/<id>.parquet")
        }
        _ => panic!("{name}: the store has a kind of file that no search knows"),
    }
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// Every text of a batch, one a line: those of a row's map one after the other.
pub(crate) fn text_of(batch: &Batch, out: &mut String) {
    for resource in batch.resources.iter() {
        resource.attributes().iter().for_each(|(key, value)| out.push_str(&format!("{key}={value}\n")));
    }
    let rows: RecordBatch = match &batch.rows {
        Rows::Logs(rows) => rows.to_record_batch().unwrap(),
        Rows::Metrics(rows) => rows.to_record_batch().unwrap(),
        Rows::Traces(rows) => rows.to_record_batch().unwrap(),
    };
    rows.columns().iter().for_each(|column| texts(column.as_ref(), out));
}

fn texts(array: &dyn Array, out: &mut String) {
    if let Some(strings) = array.as_string_opt::<i32>() {
        strings.iter().flatten().for_each(|text| out.extend([text, "\n"]));
    } else if let Some(map) = array.as_map_opt() {
        map.entries().columns().iter().for_each(|column| texts(column.as_ref(), out));
    } else if let Some(list) = array.as_list_opt::<i32>() {
        texts(list.values().as_ref(), out);
    } else if let Some(fields) = array.as_struct_opt() {
        fields.columns().iter().for_each(|column| texts(column.as_ref(), out));
    } else if let Some(dictionary) = array.as_any_dictionary_opt() {
        texts(dictionary.values().as_ref(), out);
    } else if let Some(bytes) = array.as_fixed_size_binary_opt() {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        bytes.iter().flatten().for_each(|bytes| out.extend([hex(bytes).as_str(), "\n"]));
    } else {
        assert!(
            array.data_type().is_primitive() || array.data_type().to_string() == "Boolean",
            "{}: may hold text",
            array.data_type()
        );
    }
}
