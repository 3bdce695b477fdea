//! Checkers that say what they found without a word of failure: places, file names, differences.

use crate::harness::check;
use crate::noise::{passing, preamble, step};

fn failed(command: &str, output: &str, expected: &[&str]) {
    let noise = passing("checked NAME in 3 ms", 80);
    let text = format!("{}{}", preamble("lint"), step(command, &format!("{noise}{}", output.trim_matches('\n')), 1));
    check(&text, 350, expected);
}

#[test]
fn names_of_files_alone() {
    failed("gofmt -l .", "cmd/agent/main.go\ninternal/ring/ring.go\n", &["cmd/agent/main.go", "internal/ring/ring.go"]);
    failed("terraform fmt -check -recursive", "modules/dns/main.tf\n", &["modules/dns/main.tf"]);
}

#[test]
fn places_and_what_is_wrong_there() {
    failed("codespell", "./docs/guide.md:12: recieve ==> receive\n", &["./docs/guide.md:12: recieve ==> receive"]);
    failed(
        "npx markdownlint-cli2 '**/*.md'",
        "README.md:41 MD013/line-length Line length [Expected: 80; Actual: 131]\nSummary: 1 issue(s)\n",
        &["README.md:41 MD013/line-length"],
    );
    failed(
        "shellcheck ci/*.sh",
        "\nIn ci/deploy.sh line 12:\ncp $source dist/\n   ^-----^ SC2086 (info): Double quote to prevent globbing and word splitting.\n\nFor more information:\n  https://www.shellcheck.net/wiki/SC2086\n",
        &["In ci/deploy.sh line 12:", "cp $source dist/", "SC2086 (info): Double quote"],
    );
    failed(
        "npx cspell '**'",
        "src/tide.ts:3:10 - Unknown word (moonrize)\nCSpell: Files checked: 40, Issues found: 1 in 1 file.\n",
        &["src/tide.ts:3:10 - Unknown word (moonrize)", "Issues found: 1"],
    );
    failed(
        "golangci-lint run",
        "pkg/lease/lease.go:77:2: S1023: redundant `return` statement (gosimple)\n\treturn\n\t^\n1 issues:\n* gosimple: 1\n",
        &["pkg/lease/lease.go:77:2: S1023: redundant `return` statement"],
    );
    failed(
        "yamllint .",
        "./deploy/app.yaml\n  14:81     error    line too long (96 > 80 characters)  (line-length)\n",
        &["./deploy/app.yaml", "line too long (96 > 80 characters)"],
    );
    failed(
        "swiftlint --strict",
        "/home/runner/work/app/Sources/Feed.swift:20:1: warning: Trailing Whitespace Violation: Lines should not have trailing whitespace (trailing_whitespace)\nDone linting! Found 1 violation, 0 serious in 44 files.\n",
        &["Feed.swift:20:1: warning: Trailing Whitespace Violation", "Found 1 violation"],
    );
}

#[test]
fn the_first_of_many_findings() {
    let many: String = (0..150).map(|i| format!("src/page{i}.ts:{i}:10 - Unknown spelling (wordd{i})\n")).collect();
    failed("npx cspell '**'", &many, &["src/page0.ts:0:10 - Unknown spelling (wordd0)"]);
    let many: String = (0..200).map(|i| format!("+generated line {i}\n")).collect();
    failed("git diff --exit-code", &format!("diff --git a/gen/a.rs b/gen/a.rs\n{many}"), &["diff --git a/gen/a.rs"]);
}

#[test]
fn differences_alone() {
    let output = "
diff --git a/gen/api.pb.go b/gen/api.pb.go
index 12ab34c..98fe76d 100644
--- a/gen/api.pb.go
+++ b/gen/api.pb.go
@@ -3,7 +3,7 @@
-// 	protoc v5.28.2
+// 	protoc v5.29.0
";
    failed("git diff --exit-code", output, &["gen/api.pb.go", "protoc v5.28.2", "protoc v5.29.0"]);
}

#[test]
fn findings_in_tables() {
    let output = "
app (alpine 3.19.1)
===================
Total: 1 (HIGH: 1, CRITICAL: 0)

┌─────────┬────────────────┬──────────┬───────────────────┬───────────────┐
│ Library │ Vulnerability  │ Severity │ Installed Version │ Fixed Version │
├─────────┼────────────────┼──────────┼───────────────────┼───────────────┤
│ libtide │ CVE-2099-12345 │ HIGH     │ 1.2.3-r0          │ 1.2.4-r0      │
└─────────┴────────────────┴──────────┴───────────────────┴───────────────┘
";
    failed("trivy image --exit-code 1 app", output, &["CVE-2099-12345", "Total: 1 (HIGH: 1", "alpine 3.19.1"]);
}
