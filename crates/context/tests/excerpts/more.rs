//! Further tools: other test runners, strict warnings, many annotations, logs full of expected errors.

use crate::harness::check;
use crate::noise::{passing, preamble, step};

fn failed(command: &str, noise: &str, output: &str, expected: &[&str]) {
    let text = format!("{}{}", preamble("more"), step(command, &format!("{noise}{output}"), 1));
    check(&text, 350, expected);
}

#[test]
fn bazel() {
    let output = r"
ERROR: /home/runner/work/mono/services/geo/BUILD.bazel:12:11: Compiling services/geo/index.cc failed: (Exit 1): clang failed: error executing CppCompile command (from target //services/geo:index) /usr/lib/llvm/bin/clang -U_FORTIFY_SOURCE
services/geo/index.cc:77:19: error: no member named 'contains' in 'std::map<std::string, Cell>'
   77 |   return cells_.contains(key);
      |          ~~~~~~ ^
1 error generated.
Use --sandbox_debug to see verbose messages from the sandbox
Target //services/geo:index failed to build
INFO: Elapsed time: 91.220s, Critical Path: 12.10s
INFO: 411 processes: 12 internal, 399 linux-sandbox.
ERROR: Build did NOT complete successfully
";
    let noise = passing("[1,020 / 3,311] Compiling lib/NAME.cc; 2s linux-sandbox ... (8 actions, 7 running)", 80);
    let expected = [
        "services/geo/index.cc:77:19: error: no member named 'contains'",
        "return cells_.contains(key)",
        "//services/geo:index",
        "Build did NOT complete successfully",
    ];
    failed("bazel build //...", &noise, output, &expected);
}

#[test]
fn ginkgo() {
    let output = r#"
------------------------------
• [FAILED] [2.004 seconds]
Scheduler [It] evicts the oldest lease
/home/runner/work/sched/sched/lease/lease_test.go:118

  [FAILED] Timed out after 2.001s.
  Expected
      <int>: 3
  to equal
      <int>: 2
  In [It] at: /home/runner/work/sched/sched/lease/lease_test.go:131 @ 03/02/25 11:00:09.311
------------------------------

Summarizing 1 Failure:
  [FAIL] Scheduler [It] evicts the oldest lease
  /home/runner/work/sched/sched/lease/lease_test.go:131

Ran 97 of 97 Specs in 31.020 seconds
FAIL! -- 96 Passed | 1 Failed | 0 Pending | 0 Skipped
--- FAIL: TestLease (31.02s)
FAIL

Ginkgo ran 1 suite in 38.2s

Test Suite Failed
"#;
    let noise = passing(
        "E0302 11:00:08.101442   30112 lease.go:71] \"NAME\" err=\"expected by the test\"\n• [0.010 seconds]",
        70,
    );
    let expected =
        ["evicts the oldest lease", "Timed out after 2.001s", "lease_test.go:131", "<int>: 2", "96 Passed | 1 Failed"];
    failed("ginkgo -r", &noise, output, &expected);
}

#[test]
fn warnings_that_count_as_errors() {
    let output = r"
/home/runner/work/docs/docs/guide/install.rst:14: WARNING: undefined label: 'configuring' [ref.ref]
looking for now-outdated files... none found
build finished with problems, 1 warning (with warnings treated as errors).
make: *** [Makefile:20: html] Error 1
";
    failed(
        "make html SPHINXOPTS=-W",
        &passing("reading sources... [ 40%] guide/NAME", 60),
        output,
        &["install.rst:14: WARNING: undefined label: 'configuring'", "warnings treated as errors"],
    );
    let output = r"
/home/runner/work/ui/src/table.tsx
  31:9  warning  The 'rows' array makes the dependencies of useMemo change on every render  react-hooks/exhaustive-deps

✖ 1 problem (0 errors, 1 warning)

ESLint found too many warnings (maximum: 0).
";
    failed(
        "npx eslint --max-warnings 0 src",
        "",
        output,
        &["src/table.tsx", "31:9  warning  The 'rows' array", "too many warnings"],
    );
}

#[test]
fn web_builds() {
    let output = r"
Failed to compile.

./src/app/orders/page.tsx:22:31
Type error: Property 'totals' does not exist on type 'Order'.

  20 | export default async function Page() {
  21 |   const order = await load()
> 22 |   return <Summary rows={order.totals} />
     |                               ^
  23 | }
Next.js build worker exited with code: 1 and signal: null
";
    failed(
        "pnpm build",
        &passing("   Generating static pages NAME", 40),
        output,
        &[
            "./src/app/orders/page.tsx:22:31",
            "Property 'totals' does not exist on type 'Order'",
            "return <Summary rows={order.totals} />",
            "exited with code: 1",
        ],
    );
    let output = r"
ERROR in ./src/map.js 3:0-34
Module not found: Error: Can't resolve 'leaflet' in '/home/runner/work/site/src'

webpack 5.97.1 compiled with 1 error in 8120 ms
";
    failed(
        "npx webpack",
        &passing("asset NAME.js 12 KiB [emitted] [minimized]", 40),
        output,
        &["ERROR in ./src/map.js", "Can't resolve 'leaflet'", "compiled with 1 error"],
    );
}

#[test]
fn runners_with_other_habits() {
    let output = r"
src/slug.test.ts:
✓ keeps digits [0.2ms]
error: expect(received).toBe(expected)

Expected: `a-b`
Received: `a--b`

      at <anonymous> (/home/runner/work/kit/src/slug.test.ts:9:21)
✗ collapses dashes [0.9ms]

 11 pass
 1 fail
Ran 12 tests across 3 files. [88.00ms]
";
    failed("bun test", "", output, &["collapses dashes", "Received:", "slug.test.ts:9:21", "1 fail"]);
    let output = r"

  1) test sums a basket (Shop.BasketTest)
     test/shop/basket_test.exs:17
     Assertion with == failed
     code:  assert Basket.total(basket) == 42
     left:  40
     right: 42
     stacktrace:
       test/shop/basket_test.exs:21: (test)

Finished in 0.4 seconds (0.2s async, 0.2s sync)
61 tests, 1 failure
";
    failed(
        "mix test",
        &"......................................\n".repeat(3),
        output,
        &[
            "test sums a basket (Shop.BasketTest)",
            "Assertion with == failed",
            "left:  40",
            "basket_test.exs:21",
            "61 tests, 1 failure",
        ],
    );
    let output = r"
Test Case 'CacheTests.testEviction' started at 2025-03-02 11:00:00.000
/home/runner/work/cache/Tests/CacheTests/CacheTests.swift:44: error: CacheTests.testEviction : XCTAssertEqual failed: (`3`) is not equal to (`2`) - after eviction
Test Case 'CacheTests.testEviction' failed (0.003 seconds)
Test Suite 'All tests' failed at 2025-03-02 11:00:00.120.
	 Executed 31 tests, with 1 failure (0 unexpected) in 0.110 (0.110) seconds
error: Exited with unexpected signal code 1
";
    failed(
        "swift test",
        &passing("Test Case 'CacheTests.NAME' passed (0.001 seconds)", 30),
        output,
        &[
            "CacheTests.swift:44: error: CacheTests.testEviction : XCTAssertEqual failed",
            "Executed 31 tests, with 1 failure",
        ],
    );
}

#[test]
fn reports_line_by_line() {
    let output = r"
✖ failing tests:

test at test/queue.test.js:41:3
✖ drains in order (3.1ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly deep-equal:
  + actual - expected

    [
  +   2,
  +   1
  -   1,
  -   2
    ]
ℹ tests 88
ℹ pass 87
ℹ fail 1
";
    let expected = ["test at test/queue.test.js:41:3", "drains in order", "AssertionError [ERR_ASSERTION]", "ℹ fail 1"];
    failed("node --test", &passing("✔ NAME (0.4ms)", 60), output, &expected);
}

#[test]
fn programs_that_are_not_there() {
    let output = "\n./deploy.sh: line 14: kustomize: command not found\n";
    failed("./deploy.sh", &passing("applying NAME", 40), output, &["kustomize: command not found"]);
    let output = "\nError: Cannot find module '../dist/cli.js'\nRequire stack:\n- /home/runner/work/x/bin/run.js\n";
    failed("node bin/run.js", "", output, &["Cannot find module '../dist/cli.js'", "bin/run.js"]);
}

#[test]
fn many_annotations_are_one_finding() {
    let marked: String = (0..120)
        .map(|i| format!("##[error]src/view{i}.ts({i},5): error TS2304: Cannot find name 'Theme{i}'.\n"))
        .collect();
    let text =
        format!("{}{}", preamble("types"), step("npx tsc", &format!("{marked}Found 120 errors in 120 files."), 2));
    check(
        &text,
        300,
        &[
            "src/view0.ts(0,5): error TS2304: Cannot find name 'Theme0'",
            "Found 120 errors in 120 files",
            "exit code 2",
            "npx tsc",
        ],
    );
}

#[test]
fn what_tests_print_on_purpose_does_not_hide_the_failure() {
    let noise = passing(
        "  console.error\n    Error: Request NAME failed with status code 500\n        at createError (node_modules/axios/lib/core/createError.js:16:15)\n\n      at log (src/api/NAME.ts:12:9)\n\nPASS src/NAME.test.ts",
        60,
    );
    let output = r"
FAIL src/cart.test.ts
  ● cart › applies vouchers

    TypeError: Cannot read properties of undefined (reading 'code')

      41 | function redeem(voucher) {
    > 42 |   return codes[voucher.code]
         |                        ^
      43 | }

      at redeem (src/cart.ts:42:24)
      at Object.<anonymous> (src/cart.test.ts:17:10)

Test Suites: 1 failed, 60 passed, 61 total
Tests:       1 failed, 402 passed, 403 total
";
    failed(
        "yarn jest",
        &noise,
        output,
        &[
            "FAIL src/cart.test.ts",
            "cart › applies vouchers",
            "TypeError: Cannot read properties of undefined (reading 'code')",
            "src/cart.ts:42:24",
            "Tests:       1 failed, 402 passed",
        ],
    );
}

#[test]
fn gates_and_policies() {
    let output = r#"
Jest: "global" coverage threshold for branches (80%) not met: 78.4%
"#;
    failed(
        "yarn test --coverage",
        &passing("PASS src/NAME.test.ts", 40),
        output,
        &["coverage threshold for branches (80%) not met"],
    );
    let output = r"
⧗   input: Fixed the thing.
✖   subject may not be empty [subject-empty]
✖   type may not be empty [type-empty]

✖   found 2 problems, 0 warnings
";
    failed("npx commitlint --from origin/main", "", output, &["subject may not be empty", "found 2 problems"]);
    let output = r#"
diff --git a/api/schema.json b/api/schema.json
index 4b1a..9c2e 100644
--- a/api/schema.json
+++ b/api/schema.json
@@ -11,1 +11,1 @@
-  "version": "3"
+  "version": "4"
Generated files are out of date: run make generate and commit the result
"#;
    failed("make verify", "", output, &["Generated files are out of date", "api/schema.json", "+  \"version\": \"4\""]);
}
