//! Test runners.

use crate::harness::check;
use crate::noise::{passing, preamble, step};

fn failed(job: &str, command: &str, noise: &str, output: &str, code: u32, expected: &[&str]) {
    let text = format!("{}{}", preamble(job), step(command, &format!("{noise}{output}"), code));
    check(&text, 350, expected);
    let code = format!("exit code {code}.");
    check(&text, 350, &[code.as_str(), command]);
}

#[test]
fn go_tests() {
    let output = r"
=== RUN   TestCheckout_AppliesCoupon
=== PAUSE TestCheckout_AppliesCoupon
=== CONT  TestCheckout_AppliesCoupon
    checkout_test.go:88: total = 1290, want 990
--- FAIL: TestCheckout_AppliesCoupon (0.01s)
FAIL
FAIL	example.org/shop/checkout	0.412s
ok  	example.org/shop/inventory	1.204s
?   	example.org/shop/internal/errors	[no test files]
FAIL
";
    let noise = passing("=== RUN   TestNAME\n--- PASS: TestNAME (0.00s)", 60);
    let expected = [
        "checkout_test.go:88: total = 1290, want 990",
        "--- FAIL: TestCheckout_AppliesCoupon",
        "example.org/shop/checkout",
    ];
    failed("unit", "go test -v ./...", &noise, output, 1, &expected);
}

#[test]
fn go_panics_in_tests() {
    let output = r"
=== RUN   TestReload
panic: runtime error: invalid memory address or nil pointer dereference [recovered]
	panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x6f2a11]

goroutine 34 [running]:
testing.tRunner.func1.2({0x7a1e60, 0xb0d2f0})
	/opt/hostedtoolcache/go/1.22.4/x64/src/testing/testing.go:1631 +0x24a
panic({0x7a1e60?, 0xb0d2f0?})
	/opt/hostedtoolcache/go/1.22.4/x64/src/runtime/panic.go:770 +0x132
example.org/proxy/config.(*Loader).Reload(0x0)
	/home/runner/work/proxy/proxy/config/loader.go:57 +0x11
example.org/proxy/config.TestReload(0xc0001a6340)
	/home/runner/work/proxy/proxy/config/loader_test.go:21 +0x1d
FAIL	example.org/proxy/config	0.009s
FAIL
";
    let expected =
        ["panic: runtime error: invalid memory address", "config/loader.go:57", "FAIL	example.org/proxy/config"];
    failed("unit", "go test ./...", &passing("ok  	example.org/proxy/NAME	0.1s", 30), output, 2, &expected);
}

#[test]
fn vitest() {
    let output = r"
 ❯ src/price.test.ts (3 tests | 1 failed) 12ms
   × formats negative prices 5ms
     → expected '-€ 4.00' to be '€ -4.00' // Object.is equality

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  src/price.test.ts > formats negative prices
AssertionError: expected '-€ 4.00' to be '€ -4.00' // Object.is equality

Expected: '€ -4.00'
Received: '-€ 4.00'

 ❯ src/price.test.ts:31:38
     29| test('formats negative prices', () => {
     30|   const shown = format(-4)
     31|   expect(shown).toBe('€ -4.00')
       |                 ^
     32| })

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯

 Test Files  1 failed | 41 passed (42)
      Tests  1 failed | 318 passed (319)
   Start at  10:11:12
   Duration  9.81s (transform 1.2s, setup 0ms)
";
    let expected = [
        "FAIL  src/price.test.ts > formats negative prices",
        "AssertionError: expected '-€ 4.00'",
        "Received: '-€ 4.00'",
        "src/price.test.ts:31:38",
        "Tests  1 failed | 318 passed",
    ];
    failed("web", "pnpm vitest run", &passing(" ✓ src/NAME.test.ts (4 tests) 6ms", 41), output, 1, &expected);
}

#[test]
fn mocha() {
    let output = r#"
  212 passing (4s)
  1 failing

  1) Session
       refreshes an expired token:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

'expired' !== 'fresh'

      + expected - actual

      -expired
      +fresh

      at Context.<anonymous> (test/session.spec.js:77:14)
      at process.processImmediate (node:internal/timers:483:21)
"#;
    let expected = [
        "1 failing",
        "refreshes an expired token",
        "AssertionError",
        "'expired' !== 'fresh'",
        "test/session.spec.js:77:14",
    ];
    failed("api", "npm test", &passing("    ✔ NAME", 80), output, 1, &expected);
}

#[test]
fn junit_under_gradle() {
    let output = r"
> Task :core:compileJava UP-TO-DATE
> Task :core:processResources NO-SOURCE

> Task :core:test FAILED

LedgerTest > rejects an unbalanced entry() FAILED
    org.opentest4j.AssertionFailedError: expected: <REJECTED> but was: <POSTED>
        at app//org.junit.jupiter.api.AssertionFailureBuilder.build(AssertionFailureBuilder.java:151)
        at app//org.junit.jupiter.api.Assertions.assertEquals(Assertions.java:1145)
        at app//com.example.ledger.LedgerTest.rejectsUnbalanced(LedgerTest.java:64)

311 tests completed, 1 failed, 2 skipped

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':core:test'.
> There were failing tests. See the report at: file:///home/runner/work/ledger/core/build/reports/tests/test/index.html

* Try:
> Run with --scan to get full insights.

BUILD FAILED in 41s
12 actionable tasks: 4 executed, 8 up-to-date
";
    let expected = [
        "LedgerTest > rejects an unbalanced entry() FAILED",
        "expected: <REJECTED> but was: <POSTED>",
        "LedgerTest.java:64",
        "311 tests completed, 1 failed",
        "Execution failed for task ':core:test'",
    ];
    failed("build", "./gradlew check", &passing("LedgerTest > NAME() PASSED", 40), output, 1, &expected);
}

#[test]
fn surefire_under_maven() {
    let output = r"
[INFO] Running com.example.mail.ParserTest
[ERROR] Tests run: 9, Failures: 0, Errors: 1, Skipped: 0, Time elapsed: 0.112 s <<< FAILURE! -- in com.example.mail.ParserTest
[ERROR] com.example.mail.ParserTest.foldedHeaders -- Time elapsed: 0.008 s <<< ERROR!
java.lang.IllegalStateException: header is folded twice
	at com.example.mail.Parser.unfold(Parser.java:203)
	at com.example.mail.ParserTest.foldedHeaders(ParserTest.java:51)
	at java.base/java.lang.reflect.Method.invoke(Method.java:580)
Caused by: java.lang.StringIndexOutOfBoundsException: Index 12 out of bounds for length 12
	at java.base/java.lang.String.charAt(String.java:1555)
	at com.example.mail.Parser.next(Parser.java:88)
	... 4 more

[INFO] Results:
[INFO]
[ERROR] Errors:
[ERROR]   ParserTest.foldedHeaders:51 » IllegalState header is folded twice
[INFO]
[ERROR] Tests run: 140, Failures: 0, Errors: 1, Skipped: 3
[INFO]
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[INFO] Total time:  33.120 s
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2.5:test (default-test) on project mail: There are test failures.
[ERROR] -> [Help 1]
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
";
    let expected = [
        "ParserTest.foldedHeaders",
        "IllegalStateException: header is folded twice",
        "Caused by: java.lang.StringIndexOutOfBoundsException",
        "Errors: 1, Skipped: 3",
        "Parser.java:203",
    ];
    let noise = passing(
        "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in com.example.NAME",
        50,
    );
    failed("verify", "mvn -B verify", &noise, output, 1, &expected);
}

#[test]
fn cargo_tests() {
    let output = r"
test codec::tests::NAME ... ok
test window::tests::late_rows_are_counted ... FAILED

failures:

---- window::tests::late_rows_are_counted stdout ----

thread 'window::tests::late_rows_are_counted' panicked at crates/engine/src/window.rs:212:9:
assertion `left == right` failed: late rows
  left: 3
 right: 4
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    window::tests::late_rows_are_counted

test result: FAILED. 88 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s

error: test failed, to rerun pass `-p engine --lib`
";
    let expected = [
        "late_rows_are_counted ... FAILED",
        "crates/engine/src/window.rs:212:9",
        "assertion `left == right` failed: late rows",
        "left: 3",
        "right: 4",
        "88 passed; 1 failed",
    ];
    failed("test", "cargo test --workspace", &passing("test a::tests::NAME ... ok", 87), output, 101, &expected);
}

#[test]
fn rspec() {
    let output = r"
Failures:

  1) Invoice#total adds the tax of every line
     Failure/Error: expect(invoice.total).to eq(Money.new(11_900))

       expected: #<Money cents:11900>
            got: #<Money cents:10000>

       (compared using ==)
     # ./spec/models/invoice_spec.rb:42:in `block (3 levels) in <top (required)>'

Finished in 12.3 seconds (files took 3.1 seconds to load)
640 examples, 1 failure, 4 pending

Failed examples:

rspec ./spec/models/invoice_spec.rb:39 # Invoice#total adds the tax of every line
";
    let expected = [
        "Failure/Error: expect(invoice.total)",
        "got: #<Money cents:10000>",
        "invoice_spec.rb:42",
        "640 examples, 1 failure",
        "adds the tax of every line",
    ];
    failed(
        "ruby",
        "bundle exec rspec",
        &"....................................................\n".repeat(12),
        output,
        1,
        &expected,
    );
}

#[test]
fn python_unittest() {
    let output = r#"
======================================================================
FAIL: test_round_trip (store.tests.test_codec.CodecTest.test_round_trip)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/app/store/tests/test_codec.py", line 58, in test_round_trip
    self.assertEqual(decode(encode(row)), row)
    ~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^
AssertionError: {'id': 7} != {'id': 7, 'zone': 'UTC'}

----------------------------------------------------------------------
Ran 233 tests in 4.120s

FAILED (failures=1, skipped=2)
Destroying test database for alias 'default'...
"#;
    let expected =
        ["FAIL: test_round_trip", "test_codec.py\", line 58", "AssertionError: {'id': 7}", "FAILED (failures=1"];
    failed(
        "django",
        "python manage.py test",
        &passing("test_NAME (store.tests.test_api.ApiTest.test_NAME) ... ok", 70),
        output,
        1,
        &expected,
    );
}

#[test]
fn dotnet_tests() {
    let output = r"
  Determining projects to restore...
  All projects are up-to-date for restore.
  Failed Shop.Tests.CartTests.Removes_last_item [42 ms]
  Error Message:
   Assert.Equal() Failure: Values differ
Expected: 0
Actual:   1
  Stack Trace:
     at Shop.Tests.CartTests.Removes_last_item() in /home/runner/work/shop/tests/CartTests.cs:line 73

Failed!  - Failed:     1, Passed:   187, Skipped:     0, Total:   188, Duration: 2 s - Shop.Tests.dll (net8.0)
";
    let expected = [
        "Failed Shop.Tests.CartTests.Removes_last_item",
        "Assert.Equal() Failure",
        "Actual:   1",
        "CartTests.cs:line 73",
        "Failed:     1, Passed:   187",
    ];
    failed("dotnet", "dotnet test --no-build", &passing("  Passed Shop.Tests.NAME [1 ms]", 60), output, 1, &expected);
}

#[test]
fn ctest() {
    let output = r"
57/58 Test #57: codec_fuzz_seed ..................   Passed    0.81 sec
58/58 Test #58: ring_buffer_wrap .................***Failed    0.02 sec
/home/runner/work/dsp/tests/ring_test.cc:119: Failure
Expected equality of these values:
  ring.size()
    Which is: 7
  8u
[  FAILED  ] Ring.WrapsAround (0 ms)
[  PASSED  ] 4 tests.
[  FAILED  ] 1 test, listed below:
[  FAILED  ] Ring.WrapsAround

98% tests passed, 1 tests failed out of 58

Total Test time (real) =  21.90 sec

The following tests FAILED:
	 58 - ring_buffer_wrap (Failed)
Errors while running CTest
";
    let expected = [
        "ring_test.cc:119: Failure",
        "Which is: 7",
        "Ring.WrapsAround",
        "1 tests failed out of 58",
        "ring_buffer_wrap",
    ];
    failed(
        "cpp",
        "ctest --output-on-failure",
        &passing(" 1/58 Test #1: NAME ....   Passed    0.01 sec", 56),
        output,
        8,
        &expected,
    );
}

#[test]
fn browser_tests() {
    let output = r"
  1) [chromium] › e2e/login.spec.ts:14:5 › keeps the user signed in ─────────────────

    Test timeout of 30000ms exceeded.

    Error: locator.click: Test timeout of 30000ms exceeded.
    Call log:
      - waiting for getByRole('button', { name: 'Continue' })

      18 |   await page.goto('/login')
    > 19 |   await page.getByRole('button', { name: 'Continue' }).click()
         |                                                        ^
      20 |   await expect(page).toHaveURL('/home')

        at /home/runner/work/app/e2e/login.spec.ts:19:56

    attachment #1: screenshot (image/png) ──────────────────────────────────────────
    test-results/login-keeps-the-user-signed-in-chromium/test-failed-1.png

  1 failed
    [chromium] › e2e/login.spec.ts:14:5 › keeps the user signed in
  26 passed (2.4m)
";
    let expected = [
        "e2e/login.spec.ts:14:5 › keeps the user signed in",
        "Test timeout of 30000ms exceeded",
        "waiting for getByRole('button'",
        "e2e/login.spec.ts:19:56",
        "1 failed",
    ];
    failed(
        "e2e",
        "npx playwright test",
        &passing("  ✓  1 [chromium] › e2e/NAME.spec.ts:5:1 › works (1.2s)", 26),
        output,
        1,
        &expected,
    );
}

#[test]
fn phpunit() {
    let output = r"
There was 1 failure:

1) App\Tests\RouterTest::testTrailingSlash
Failed asserting that two strings are identical.
--- Expected
+++ Actual
@@ @@
-'/users/'
+'/users'

/home/runner/work/app/tests/RouterTest.php:33

FAILURES!
Tests: 402, Assertions: 1190, Failures: 1.
";
    let expected = [
        "RouterTest::testTrailingSlash",
        "Failed asserting that two strings are identical",
        "+'/users'",
        "RouterTest.php:33",
        "Failures: 1",
    ];
    failed(
        "php",
        "vendor/bin/phpunit",
        &".............................................................  61 / 402 ( 15%)\n".repeat(6),
        output,
        1,
        &expected,
    );
}
