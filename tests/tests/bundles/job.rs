//! The log of a CI job that fails, as a runner stores it: a few thousand lines, of which a dozen tell why.
//!
//! A shop's backend is checked out, installed and linted, and its 2,412 tests run on four workers; one test fails since
//! half a cent is rounded down. Much of the rest looks worse: tests whose names speak of errors, warnings, a test that
//! is tried again and passes, logs of errors that a test wants.

use std::fmt::Write as _;

/// 2026-03-03T09:00:00Z, in tenths of a millisecond of the day.
const START: u64 = 9 * 3_600 * 10_000;
const TESTS: usize = 2_412;
const FAILS_AT: usize = 1_873;

/// Lines with the runner's times; each takes a while that follows from its place.
struct Log {
    text: String,
    now: u64,
    lines: u64,
}

impl Log {
    fn say(&mut self, line: &str) {
        self.lines += 1;
        self.now += 20 + self.lines * 7_919 % 400;
        let (seconds, fraction) = (self.now / 10_000, self.now % 10_000);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        writeln!(self.text, "2026-03-03T{hours:02}:{minutes:02}:{:02}.{fraction:04}000Z {line}", seconds % 60)
            .expect("a string takes what is written");
    }

    fn say_all(&mut self, lines: &str) {
        lines.trim_matches('\n').lines().for_each(|line| self.say(line));
    }

    /// A step's head as the runner prints it.
    fn step(&mut self, command: &str) {
        self.say(&format!("##[group]Run {command}"));
        self.say(&format!("\u{1b}[36;1m{command}\u{1b}[0m"));
        self.say_all("shell: /usr/bin/bash -e {0}\nenv:\n  FAIL_FAST: false\n  PIP_RETRIES: 5\n##[endgroup]");
    }
}

pub(crate) fn failed() -> String {
    let mut log = Log { text: String::new(), now: START, lines: 0 };
    checkout(&mut log);
    install(&mut log);
    lint(&mut log);
    tests(&mut log);
    cleanup(&mut log);
    log.text
}

fn checkout(log: &mut Log) {
    log.say_all(
        "Current runner version: '2.331.0'\n##[group]Runner Image\nImage: ubuntu-24.04\nVersion: 20260224.1.0\n##[endgroup]\n\
         ##[group]GITHUB_TOKEN Permissions\nContents: read\nMetadata: read\n##[endgroup]\nComplete job name: test (3.13)\n\
         ##[group]Run actions/checkout@v4\nwith:\n  repository: shop/backend\n  fetch-depth: 1\n##[endgroup]\n\
         hint: Using 'master' as the name for the initial branch. This default branch name\n\
         hint: will change to \"main\" in Git 3.0. To configure the initial branch name",
    );
    for n in 1..=60 {
        log.say(&format!("remote: Counting objects: {:3}% ({}/3961)", n * 100 / 60, n * 66));
    }
    log.say("HEAD is now at 5d1c0f2 pricing: sum line items in cents (#2291)");
}

fn install(log: &mut Log) {
    log.step("pip install -r requirements.txt -r requirements-dev.txt");
    let names = ["aiohttp", "billiard", "celery", "django", "exceptiongroup", "grpcio", "psycopg", "redis", "tenacity"];
    for n in 0..180 {
        let (name, minor) = (names[n % names.len()], n / names.len());
        log.say(&format!("Collecting {name}-part{minor}==4.{minor}.1 (from -r requirements.txt (line {}))", n + 1));
        log.say(&format!("  Downloading {name}_part{minor}-4.{minor}.1-py3-none-any.whl ({} kB)", 11 + n * 37 % 900));
        if n % 45 == 30 {
            log.say(
                "  WARNING: Retrying (Retry(total=4, connect=None, read=None)) after connection broken by \
                 'ReadTimeoutError(\"HTTPSConnectionPool(host='files.pythonhosted.org', port=443): Read timed out.\")'",
            );
        }
    }
    log.say("Successfully installed 180 packages");
    log.say("WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour");
}

fn lint(log: &mut Log) {
    log.step("ruff check . --exit-zero");
    for n in 0..40 {
        log.say(&format!("shop/orders/views_{}.py:{}:5: E722 Do not use bare `except`", n % 7, 20 + n * 13));
    }
    log.say("Found 40 errors.");
}

fn tests(log: &mut Log) {
    log.step("python -m pytest -n 4 -v --reruns 2");
    log.say_all(
        "============================= test session starts ==============================\n\
         platform linux -- Python 3.13.2, pytest-8.3.4, pluggy-1.5.0\nrootdir: /home/runner/work/backend/backend\n\
         created: 4/4 workers\n4 workers [2412 items]\n",
    );
    let files =
        ["cart/test_cart", "orders/test_retry", "payment/test_errors", "pricing/test_totals", "users/test_auth"];
    let names = [
        "adds_items",
        "raises_error_on_timeout",
        "fails_when_denied",
        "keeps_total",
        "handles_exception_of_gateway",
        "rejects_invalid_card",
    ];
    for n in 0..TESTS {
        let (file, name) = (files[n % files.len()], names[n % names.len()]);
        let (worker, percent) = (n * 5 / 3 % 4, (n + 1) * 100 / TESTS);
        let test = format!("tests/{file}.py::test_{name}[{n}]");
        let verdict = match n {
            FAILS_AT => "FAILED",
            700 => "RERUN",
            _ if n % 97 == 13 => "SKIPPED",
            _ => "PASSED",
        };
        match n {
            FAILS_AT => log.say(&format!("[gw{worker}] [{percent:3}%] {verdict} {FAILED}")),
            _ => log.say(&format!("[gw{worker}] [{percent:3}%] {verdict} {test}")),
        }
        if n == 700 {
            log.say(&format!("[gw{worker}] [{percent:3}%] PASSED {test}"));
        }
        if n % 300 == 120 {
            log.say("ERROR    shop.payment.gateway:gateway.py:211 charge failed: card_declined (attempt 1 of 1)");
        }
    }
    log.say_all(FAILURE);
    log.say("##[error]Process completed with exit code 1.");
}

fn cleanup(log: &mut Log) {
    log.say("##[group]Run actions/upload-artifact@v4");
    log.say("##[endgroup]");
    log.say("##[warning]No files were found with the provided path: coverage.xml. No artifacts will be uploaded.");
    log.say("Post job cleanup.");
    for n in 0..25 {
        log.say(&format!("[command]/usr/bin/git config --local --unset-all http.extraheader.{n}"));
    }
    log.say("Cleaning up orphan processes");
}

const FAILED: &str = "tests/pricing/test_totals.py::test_half_cents_round_up[EUR-three-items]";

const FAILURE: &str = "
=================================== FAILURES ===================================
__________________ test_half_cents_round_up[EUR-three-items] ___________________
[gw1] linux -- Python 3.13.2 /opt/hostedtoolcache/Python/3.13.2/x64/bin/python

currency = 'EUR', prices = ['3.335', '3.335', '3.335']

    @pytest.mark.parametrize(('currency', 'prices'), CASES)
    def test_half_cents_round_up(currency, prices):
        cart = Cart(currency, [Item(price=Decimal(price)) for price in prices])
>       assert cart.total() == Decimal('10.02')
E       AssertionError: assert Decimal('9.99') == Decimal('10.02')
E        +  where Decimal('9.99') = total()
E        +    where total = Cart(EUR, 3 items).total

tests/pricing/test_totals.py:58: AssertionError
----------------------------- Captured stderr call -----------------------------
shop/pricing/totals.py:41: DeprecationWarning: to_cents() truncates; use round_cents()
=============================== warnings summary ===============================
shop/users/models.py:12
  /home/runner/work/backend/backend/shop/users/models.py:12: RemovedInDjango60Warning: CheckConstraint.check is deprecated
-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html
=========================== short test summary info ============================
FAILED tests/pricing/test_totals.py::test_half_cents_round_up[EUR-three-items] - AssertionError: assert Decimal('9.99') == Decimal('10.02')
====== 1 failed, 2386 passed, 25 skipped, 1 rerun in 214.06s (0:03:34) =======
";
