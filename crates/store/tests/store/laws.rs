//! Whatever is pruned on the way, a scan finds what looking at every row would find, and so does a search for neighbours.

use decant_model::{Batch, Rows, Signal};
use decant_store::{Place, ScanRequest, Store, StoreConfig};
use proptest::prelude::*;
use proptest::sample::select;

use crate::fixtures::{NOON, SECOND, logs, memory_folder, position};

const SERVICES: [&str; 3] = ["cart", "pay", ""];

/// (service, second, ordinal) of a record.
type Row = (String, i64, u64);

/// The records of one batch: its service and their seconds.
type Told = (&'static str, Vec<i64>);

fn groups() -> impl Strategy<Value = Vec<Vec<Told>>> {
    let second = prop_oneof![-40..40_i64, Just(0), -100_000..100_000_i64];
    let batch = (select(SERVICES.as_slice()), prop::collection::vec(second, 0..40));
    prop::collection::vec(prop::collection::vec(batch, 0..3), 0..24)
}

/// A store of these groups, with merges as often as `merge_each` says, and small row groups.
fn stored(folder: &std::path::Path, groups: &[Vec<Told>], merge_each: usize) -> (Store, Vec<Row>) {
    let config = StoreConfig { row_group_rows: 16, ..StoreConfig::default() };
    let (store, _) = Store::open(folder, config).unwrap();
    let mut rows = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let batches: Vec<Batch> = (0..).zip(group).map(|(part, told)| batch(at as i64 * 10 + part, told)).collect();
        store.append(&batches).unwrap();
        rows.extend(batches.iter().flat_map(told));
        if at % merge_each == 0 {
            while store.compact().unwrap().is_some() {}
        }
    }
    (store, rows)
}

fn batch(offset: i64, (service, seconds): &Told) -> Batch {
    let records: Vec<(Option<i64>, &str)> = seconds.iter().map(|&second| (Some(second), "said")).collect();
    logs(position("topic", offset), service, &records)
}

fn told(batch: &Batch) -> Vec<Row> {
    let Rows::Logs(logs) = &batch.rows else { return Vec::new() };
    let row = |row: usize| {
        let service = batch.service(logs.resource.value(row)).to_owned();
        (service, (logs.time(row).unwrap() - NOON) / SECOND, logs.ordinal.value(row))
    };
    (0..batch.len()).map(row).collect()
}

fn in_order(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_finds_what_looking_at_every_row_finds(
        groups in groups(),
        merge_each in 1..30_usize,
        from in prop::option::of(prop_oneof![-41..41_i64, -100_000..100_000_i64]),
        to in prop::option::of(prop_oneof![-41..41_i64, -100_000..100_000_i64]),
        services in prop::option::of(prop::collection::vec(select(vec!["cart", "pay", "", "nobody"]), 0..3)),
        ordinals in prop::option::of((0..20_u64, 0..45_u64)),
        newest_first: bool,
        rows_max in prop::option::of(0..200_usize),
    ) {
        let folder = memory_folder();
        let (store, rows) = stored(folder.path(), &groups, merge_each);
        let request = ScanRequest {
            from_unix_nano: from.map(|second| NOON + second * SECOND),
            to_unix_nano: to.map(|second| NOON + second * SECOND),
            services: services.as_ref().map(|all| all.iter().map(|&service| service.to_owned()).collect()),
            ordinals,
            newest_first,
            ..ScanRequest::of(Signal::Logs)
        };
        let wanted = |(service, second, ordinal): &Row| {
            from.is_none_or(|from| *second >= from)
                && to.is_none_or(|to| *second < to)
                && services.as_ref().is_none_or(|all| all.contains(&service.as_str()))
                && ordinals.is_none_or(|(first, last)| (first..=last).contains(ordinal))
        };
        let expected = in_order(rows.into_iter().filter(wanted).collect());
        let found: Vec<Row> = store.scan(&request).flat_map(|batch| told(&batch.unwrap())).collect();
        let counted: u64 = store.snapshot().shapes(&request).0.values().sum();
        prop_assert_eq!(counted, expected.len() as u64);
        let all = found.len();
        prop_assert_eq!(in_order(found), expected);
        let limited = ScanRequest { rows_max, ..request };
        let found: usize = store.scan(&limited).map(|batch| batch.unwrap().len()).sum();
        prop_assert_eq!(found, all.min(rows_max.unwrap_or(usize::MAX)));
    }

    #[test]
    fn neighbours_are_those_of_all_records_put_in_order(
        groups in groups(),
        merge_each in 1..30_usize,
        service in select(SERVICES.as_slice()),
        second in prop_oneof![-41..41_i64, -100_001..100_001_i64],
        ordinal in 0..42_u64,
        before in 0..12_usize,
        after in 0..12_usize,
    ) {
        let folder = memory_folder();
        let (store, rows) = stored(folder.path(), &groups, merge_each);
        let mut keys: Vec<(i64, u64)> = rows.into_iter().filter(|row| row.0 == service).map(|row| (row.1, row.2)).collect();
        keys.sort_unstable();
        let place = keys.partition_point(|key| *key < (second, ordinal));
        let expected = &keys[place.saturating_sub(before)..keys.len().min(place + after + 1)];
        let place = Place::Time { service: service.to_owned(), unix_nano: NOON + second * SECOND, ordinal };
        let found = store.snapshot().near(&place, before, after).unwrap();
        let found: Vec<(i64, u64)> = found.iter().flat_map(told).map(|row| (row.1, row.2)).collect();
        prop_assert_eq!(found, expected);
    }
}
