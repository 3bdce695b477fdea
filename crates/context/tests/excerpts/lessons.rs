//! What logs of further tools and runners taught: words in names, failures that were survived, text that one tool passes
//! on for another, commands far above their failure.

use crate::harness::{check, worthiest};
use crate::noise::{passing, preamble, step};

fn failed(command: &str, noise: &str, output: &str, expected: &[&str]) {
    check(&format!("{}{}", preamble("job"), step(command, &format!("{noise}{output}"), 1)), 350, expected);
}

#[test]
fn names_of_tasks_are_no_errors_and_ignored_failures_do_not_hide_the_last() {
    let mut noise = String::new();
    for i in 0..300 {
        noise += &format!("TASK [node{i} : Fail if missing volume {i}] ***********************\nok: [alpha]\n");
        if i % 12 == 0 {
            noise += &format!(
                "fatal: [alpha]: FAILED! => {{\"changed\": false, \"cmd\": [\"test\", \"-e\", \"/srv/v{i}\"], \"rc\": 1}}\n...ignoring\n"
            );
        }
    }
    let result = format!("\"delta\": \"0:00:00.1\", \"end\": \"10:00\", \"invocation\": \"{}\"", "x".repeat(300));
    let output = format!(
        "TASK [pool : Attach the spare volume] ***********************\nfatal: [alpha]: FAILED! => {{\"changed\": false, \"cmd\": [\"attach\"], \"rc\": 4, \"stderr\": \"spare0: refused by controller 7\", {result}}}\n\nPLAY RECAP ***\nalpha : ok=300 changed=2 unreachable=0 failed=1\n"
    );
    failed(
        "ansible-playbook pool.yml",
        &noise,
        &output,
        &["TASK [pool : Attach the spare volume]", "spare0: refused by controller 7", "failed=1"],
    );
}

#[test]
fn records_that_call_themselves_information() {
    let noise: String = (0..400)
        .map(|i| {
            let said = ["fallback used as primary failed", "invalid input is rejected", "timeout is 30 s"][i % 3];
            format!("2024-05-06 07:{:02}:{:02},120 INFO [pump] tide.core - {said} id={i:x}c{i}\n", i / 60, i % 60)
        })
        .collect();
    let output = "error: builder for 'tide-0.3' gave up;\n       last 3 log lines:\n       > configure: error: a C++20 compiler is needed\n       > No package 'libtide' found\n       For all of it, see the store.\n";
    failed(
        "build tide",
        &noise,
        output,
        &[
            "builder for 'tide-0.3' gave up",
            "configure: error: a C++20 compiler is needed",
            "No package 'libtide' found",
        ],
    );
}

#[test]
fn steps_of_an_image_build_number_each_line() {
    let noise = passing("#9 4.120 Setting up libNAME-perl (1.2-3) ...\n#9 4.180 Unpacking libNAME:amd64 ...", 60);
    let output = "
#12 [web 4/4] RUN pnpm build
#12 30.11 > Build error occurred
#12 30.12 Error: bundler stopped with 1 errors:
#12 30.12 ./src/app/tide/page.tsx:9:1
#12 30.12 An import must stand at the top.
#12 30.12    8 |   Wave,
#12 30.12 >  9 | \"use tide\";
#12 30.12      | ^^^^^^^^^^
#12 ERROR: process \"/bin/sh -c pnpm build\" did not complete successfully: exit code: 1
";
    failed(
        "docker build .",
        &noise,
        output,
        &["./src/app/tide/page.tsx:9:1", "An import must stand at the top.", ">  9 | \"use tide\"", "exit code: 1"],
    );
}

#[test]
fn frames_with_numbers() {
    let noise = passing("[ RUN      ] Buoy.NAME\n[       OK ] Buoy.NAME (0 ms)", 60);
    let output = "
==71==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000011 at pc 0x55aa bp 0x7ffe sp 0x7ffd
READ of size 1 at 0x602000000011 thread T0
    #0 0x7f11 in __interceptor_strlen ../../../../src/libsanitizer/sanitizer_common/common.inc:391
    #1 0x55aa in measure /srv/buoy/depth.cc:44
    #2 0x55ab in main /srv/buoy/main.cc:9
    #3 0x7f12 in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x2724a)
SUMMARY: AddressSanitizer: heap-use-after-free /srv/buoy/depth.cc:44 in measure
==71==ABORTING
";
    failed(
        "./buoy_test",
        &noise,
        output,
        &["heap-use-after-free on address", "measure /srv/buoy/depth.cc:44", "ABORTING"],
    );
}

#[test]
fn comparisons_of_single_signs() {
    let noise = passing("# Subtest: NAME\nok 3 - NAME\n  ---\n  duration_ms: 0.1\n  ...", 60);
    let output = "
# Subtest: rounds the half down
not ok 21 - rounds the half down
  ---
  duration_ms: 5.5
  location: '/srv/tide/round.test.mjs:3:1'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:

    3 !== 2

  code: 'ERR_ASSERTION'
  ...
# tests 21
# pass 20
# fail 1
";
    failed("node --test", &noise, output, &["not ok 21 - rounds the half down", "3 !== 2", "# fail 1"]);
}

#[test]
fn problems_that_a_runner_marks_one_by_one() {
    let mut output = "\n/home/runner/work/tide/tide/src/pump.js\n".to_owned();
    for i in 0..30 {
        output += &format!("##[error]  {i}:7  error  'wave{i}' is assigned a value but never used  no-unused-vars\n");
    }
    output += "\n\u{2716} 30 problems (30 errors, 0 warnings)\n\n";
    failed(
        "npm run lint",
        &passing("> NAME", 20),
        &output,
        &[
            "src/pump.js",
            "'wave0' is assigned a value but never used",
            "30 problems (30 errors, 0 warnings)",
            "exit code 1",
        ],
    );
}

#[test]
fn further_tools() {
    let tools: [(&str, &str, &[&str]); 9] = [
        (
            "shellcheck run.sh",
            "\nIn run.sh line 31:\nrm -rf $TIDE/*\n       ^---^ SC2086 (info): Double quote to prevent globbing and word splitting.\n\nFor more information:\n  https://www.shellcheck.net/wiki/SC2086\n",
            &["In run.sh line 31:", "SC2086 (info): Double quote"],
        ),
        (
            "yarn install --immutable",
            "\u{27a4} YN0000: \u{250c} Resolution step\n\u{27a4} YN0000: \u{2514} Completed in 0s 512ms\n\u{27a4} YN0028: \u{2502} The lockfile would have been modified by this install, which is explicitly forbidden.\n\u{27a4} YN0000: \u{2514} Completed\n\u{27a4} YN0000: \u{b7} Failed with errors in 1s 2ms\n",
            &["The lockfile would have been modified by this install", "Failed with errors in 1s 2ms"],
        ),
        (
            "uv sync --locked",
            "  \u{d7} No solution found when resolving dependencies:\n  \u{2570}\u{2500}\u{25b6} Because tide depends on wave>=3 and only wave<=2.4 is available, we can conclude\n      that tide's requirements are unsatisfiable.\n",
            &["No solution found when resolving dependencies", "Because tide depends on wave>=3"],
        ),
        (
            "prettier --check .",
            "Checking formatting...\n[warn] src/tide.ts\n[warn] src/wave/foam.ts\n[warn] Code style issues found in 2 files. Run Prettier with --write to fix.\n",
            &["[warn] src/tide.ts", "[warn] src/wave/foam.ts", "Code style issues found in 2 files"],
        ),
        (
            "tox -e py311",
            "py311: commands[0]> python -m tide.check\nTraceback (most recent call last):\n  File \"/srv/tide/check.py\", line 8, in <module>\n    raise SystemExit(level())\nKeyError: 'ebb'\npy311: exit 1 (0.10 seconds) /srv> python -m tide.check pid=77\n  py311: FAIL code 1 (2.20=setup[2.10]+cmd[0.10] seconds)\n  evaluation failed :( (2.31 seconds)\n",
            &["KeyError: 'ebb'", "check.py\", line 8", "FAIL code 1"],
        ),
        (
            "bin/rails test",
            "F\n\nFailure:\nTideTest#test_level_is_rounded [/srv/test/models/tide_test.rb:12]:\nExpected: 4\n  Actual: 3\n\nbin/rails test test/models/tide_test.rb:9\n\n211 runs, 409 assertions, 1 failures, 0 errors, 0 skips\n",
            &["TideTest#test_level_is_rounded", "Expected: 4", "Actual: 3", "211 runs, 409 assertions, 1 failures"],
        ),
        (
            "llvm-lit -v test",
            "FAIL: TIDE :: CodeGen/wave.ll (31 of 400)\n******************** TEST 'TIDE :: CodeGen/wave.ll' FAILED ********************\nExit Code: 1\n\nCommand Output (stderr):\n--\n/srv/test/CodeGen/wave.ll:7:10: error: CHECK: expected string not found in input\n; CHECK: ebb\n         ^\n--\n********************\nFailed Tests (1):\n  TIDE :: CodeGen/wave.ll\n",
            &[
                "wave.ll:7:10: error: CHECK: expected string not found",
                "TEST 'TIDE :: CodeGen/wave.ll' FAILED",
                "; CHECK: ebb",
            ],
        ),
        (
            "gotestsum",
            "=== FAIL: tide/level TestEbb (0.01s)\n    level_test.go:22: level(3) = 4, want 5\n\nDONE 300 tests, 1 failure in 3.100s\n",
            &["=== FAIL: tide/level TestEbb", "level(3) = 4, want 5", "DONE 300 tests, 1 failure"],
        ),
        (
            "sbt test",
            "[info] TideSpec:\n[info] - keeps the order of waves *** FAILED ***\n[info]   List(2, 1) did not equal List(1, 2) (TideSpec.scala:31)\n[error] Failed: Total 90, Failed 1, Errors 0, Passed 89\n[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful\n",
            &[
                "keeps the order of waves *** FAILED ***",
                "did not equal List(1, 2) (TideSpec.scala:31)",
                "Failed: Total 90, Failed 1",
            ],
        ),
    ];
    for (command, output, expected) in tools {
        failed(command, &passing("checking NAME ... done", 40), output, expected);
    }
}

#[test]
fn sections_of_a_runner_and_the_command_far_above() {
    let mut text = "Running with runner 16.11\nsection_start:17:get_sources\r\u{1b}[0KGetting source\n".to_owned();
    text += "Checking out 1a2b3c as detached HEAD\nsection_end:18:get_sources\r\u{1b}[0K\nsection_start:18:step_script\r\u{1b}[0KExecuting script\n$ make deps\n";
    text += &passing("fetched NAME", 80);
    text += "$ ./check --all ./tide\n";
    text += &passing("checked NAME", 900);
    text += "==41== Invalid read of size 8\n==41==    at 0x10915: level (tide.c:17)\n==41==    by 0x10920: main (main.c:4)\n==41==  Address 0x4a40 is 8 bytes after a block of size 40 alloc'd\n==41== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)\n";
    text += "section_end:19:step_script\r\u{1b}[0K\nsection_start:19:upload\r\u{1b}[0KUploading artifacts for failed job\nERROR: No files to upload\nsection_end:20:upload\r\u{1b}[0K\nsection_start:20:cleanup_file_variables\r\u{1b}[0KCleaning up\nsection_end:21:cleanup_file_variables\r\u{1b}[0K\nERROR: Job failed: exit code 9\n";
    check(
        &text,
        350,
        &[
            "$ ./check --all ./tide",
            "Invalid read of size 8",
            "level (tide.c:17)",
            "ERROR SUMMARY: 1 errors",
            "exit code 9",
        ],
    );
    assert!(!worthiest(&text, 120).contains("section_end"), "{}", worthiest(&text, 120));
}

#[test]
fn tests_that_differ_in_a_number_are_different_tests() {
    let mut output = String::new();
    for i in 0..40 {
        let said = if i == 27 { "cannot open fixtures/ebb.json: no such file or directory" } else { "level is odd" };
        output +=
            &format!("=== RUN   TestCase{i}\n    many_test.go:{}: {said}\n--- FAIL: TestCase{i} (0.00s)\n", i + 2);
    }
    let text = format!("{}{}", preamble("job"), step("go test ./...", &format!("{output}FAIL\tmany\t0.2s\n"), 1));
    check(&text, 700, &["--- FAIL: TestCase0 ", "cannot open fixtures/ebb.json", "--- FAIL: TestCase27 "]);
}
