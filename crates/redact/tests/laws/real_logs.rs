//! False alarms on real logs, where they are at hand.

use std::path::PathBuf;

use decant_redact::{CLASSES, Config, Family, Redactor};

fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("DECANT_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let path = root.join("data").join(folder);
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// Lines, and finds of secret and of personal classes.
fn count(folder: &str, file: &str) -> Option<(usize, u64, u64)> {
    let (mut lines, mut secret, mut personal) = (0, 0, 0);
    for entry in std::fs::read_dir(shared(folder)?).unwrap() {
        let path = entry.unwrap().path().join(file);
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let mut redactor = Redactor::new(&Config::default());
        lines += text.lines().map(|line| drop(redactor.text(line))).count();
        for class in CLASSES {
            let n = redactor.counts().get(class.name).copied().unwrap_or(0);
            *(if class.family == Family::Secret { &mut secret } else { &mut personal }) += n;
            if n > 0 {
                println!("{}: {} {n}", path.display(), class.name);
            }
        }
    }
    Some((lines, secret, personal))
}

#[test]
fn fewer_than_one_line_in_a_thousand_of_clean_logs_is_taken_for_a_secret() {
    for (folder, file) in [("loghub2k", "raw.log"), ("loghub2k", "messages.txt"), ("ci-logs", "raw.log")] {
        let Some((lines, secret, personal)) = count(folder, file) else { continue };
        println!("{folder}/{file}: {lines} lines, {secret} secret, {personal} personal");
        assert!(secret as f64 <= lines as f64 / 1000.0, "{folder}: {secret} of {lines}");
        assert!(personal as f64 <= lines as f64 / 1000.0, "{folder}: {personal} of {lines}");
    }
}
