//! The bundles that are printed in BUNDLES.md are those that the code writes.

use decant_context::{Request, bundle};

use crate::cases;

#[test]
fn printed_bundles_are_as_the_code_writes_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/BUNDLES.md");
    let printed = std::fs::read_to_string(path).unwrap();
    let mut expected = String::new();
    let mut rest = printed.as_str();
    let cases = [("failed build", cases::failed_build()), ("incident", cases::incident()), ("quiet", cases::quiet())];
    for (name, findings) in cases {
        let mark = format!("<!-- {name} -->\n");
        let (before, after) = rest.split_once(&mark).unwrap();
        let text = bundle(&findings, &Request::default()).text;
        assert!(!text.contains("```"), "the fence must hold");
        expected.push_str(&format!("{before}{mark}\n```text\n{text}```\n"));
        // What stood there before, if anything.
        rest = match after.strip_prefix("\n```text\n") {
            Some(old) => old.split_once("```\n").unwrap().1,
            None => after,
        };
    }
    expected.push_str(rest);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &expected).unwrap();
    } else {
        assert!(printed == expected, "BUNDLES.md is out of date: run this test with UPDATE=1");
    }
}
