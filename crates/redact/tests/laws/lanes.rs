//! A column is scanned as one buffer, in lanes and blocks; each row must come out as if it stood alone.

use decant_model::{Batch, LogRecord, LogsBuilder, Position, ResourceTable, Rows};
use decant_redact::{Config, Redactor};
use proptest::prelude::*;

use crate::corpus::Draw;
use crate::formats::FORMATS;
use crate::formats::people::PEOPLE;

fn redactor() -> Redactor {
    // With a key pseudonyms do not depend on the order of the values.
    Redactor::new(&Config::default().with_key([7; 16]))
}

fn column(rows: &[String]) -> Vec<String> {
    let mut logs = LogsBuilder::default();
    rows.iter().for_each(|body| {
        logs.push(&LogRecord { body, ..LogRecord::default() }, []);
    });
    let rows = Rows::Logs(logs.finish());
    let batch = Batch { position: Position::default(), resources: ResourceTable::default(), rows };
    let Rows::Logs(new) = redactor().push(batch).rows else { panic!("logs stay logs") };
    (0..new.len()).map(|row| new.body.value(row).to_owned()).collect()
}

fn alone(rows: &[String]) -> Vec<String> {
    let mut redactor = redactor();
    rows.iter().map(|row| redactor.text(row).into_owned()).collect()
}

fn row() -> impl Strategy<Value = String> {
    let value = (0..FORMATS.len(), any::<u64>()).prop_map(|(i, seed)| Draw::new(seed).pattern(FORMATS[i].1));
    let person = (0..PEOPLE.len(), any::<u64>()).prop_map(|(i, seed)| {
        let person = &PEOPLE[i];
        person.line.replace('@', &(person.draw)(&mut Draw::new(seed)))
    });
    let encoded = value.clone().prop_map(|value| crate::corpus::base64(format!("key {value}.").as_bytes()));
    prop_oneof![
        2 => value,
        2 => person,
        2 => encoded,
        2 => "[a-zA-Z0-9 +/=@%:.-]{0,40}",
        1 => "[0-9 .-]{0,30}",
        1 => "[ -~]{0,90}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_row_comes_out_of_a_column_as_it_does_alone(rows in prop::collection::vec(row(), 1..60)) {
        prop_assert_eq!(column(&rows), alone(&rows));
    }
}

#[test]
fn a_value_is_found_at_every_place_of_a_long_column() {
    let value = Draw::new(5).pattern("ghp_{A36}");
    let lines: Vec<String> = (0..64).map(|n| format!("line {n} of plain text")).collect();
    for at in 0..lines.len() {
        let mut rows = lines.clone();
        rows[at] = format!("{}{value}", &rows[at][..at % 5]);
        assert_eq!(column(&rows), alone(&rows), "row {at}");
    }
    for length in 0..70 {
        let rows: Vec<String> =
            ["x".repeat(length), "4111111111111111".into(), "card 12345678".into(), "4111 1111 1111 1111".into()]
                .into();
        assert_eq!(column(&rows), alone(&rows), "after {length} bytes");
    }
}

#[test]
fn a_number_is_found_behind_any_other() {
    for before in
        ["12345678,", "1234 5678|", "12345678/", "2015-10-18 18:06:18,045 ", "9 8 7 6 5 4 3 2 1 ", "0.1234567;"]
    {
        for shift in 0..16 {
            for card in ["4111111111111111", "4111 1111 1111 1111"] {
                let line = format!("{}{}x {card} y", "_".repeat(shift), before.repeat(12));
                let new = redactor().text(&line).into_owned();
                assert!(new.contains("<payment-card:"), "{line} -> {new}");
                let line = format!("{}{before}{card}", "_".repeat(shift));
                let new = redactor().text(&line).into_owned();
                let bordered = !before.ends_with([' ', '/']);
                assert!(!bordered || new.contains("<payment-card:"), "{line} -> {new}");
            }
        }
    }
}
