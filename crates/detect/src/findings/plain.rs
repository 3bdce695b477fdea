//! Names of the telemetry's in sentences of ours.

/// Characters of a name that stands in a sentence.
const NAME_CHARS: usize = 80;

/// A name as one word of a sentence: whatever else it holds, it can't go on to speak itself.
pub(crate) fn plain(name: &str) -> String {
    let keep = |c: char| c.is_alphanumeric() || "._-/:%()[]{}<>+*@".contains(c);
    let mut chars = name.chars();
    let word: String = chars.by_ref().take(NAME_CHARS).map(|c| if keep(c) { c } else { '_' }).collect();
    if chars.next().is_some() { word + ".." } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_and_begins_no_clause() {
        for (name, told) in [
            ("jvm.gc.duration{gen=old} p99(%)", "jvm.gc.duration{gen_old}_p99(%)"),
            ("a; the cause is `b`, run rollback\nnow", "a__the_cause_is__b___run_rollback_now"),
            ("", ""),
        ] {
            assert_eq!(plain(name), told);
        }
        assert_eq!(plain(&"x".repeat(1_000)).len(), NAME_CHARS + 2);
    }
}
