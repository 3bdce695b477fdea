//! Compilers, linters, package managers, images, deployments, runners.

use crate::harness::check;
use crate::noise::{passing, preamble, step};

fn failed(command: &str, noise: &str, output: &str, expected: &[&str]) {
    let text = format!("{}{}", preamble("build"), step(command, &format!("{noise}{output}"), 2));
    check(&text, 350, expected);
    check(&text, 350, &["exit code 2."]);
}

#[test]
fn make_and_gcc() {
    let output = r"
src/net/socket.c: In function 'sock_send':
src/net/socket.c:141:17: error: implicit declaration of function 'sendmmsg' [-Werror=implicit-function-declaration]
  141 |         int n = sendmmsg(fd, msgs, count, 0);
      |                 ^~~~~~~~
cc1: all warnings being treated as errors
make[2]: *** [Makefile:88: build/net/socket.o] Error 1
make[2]: *** Waiting for unfinished jobs....
  CC      build/net/dns.o
make[1]: *** [Makefile:31: net] Error 2
make: *** [Makefile:12: all] Error 2
";
    let noise = passing("  CC      build/NAME.o\ngcc -Wall -Werror -O2 -c src/NAME.c -o build/NAME.o", 40);
    failed(
        "make -j4",
        &noise,
        output,
        &[
            "socket.c:141:17: error: implicit declaration of function 'sendmmsg'",
            "int n = sendmmsg",
            "build/net/socket.o] Error 1",
        ],
    );
}

#[test]
fn linkers() {
    let output = r"
[ 98%] Linking CXX executable viewer
/usr/bin/ld: CMakeFiles/viewer.dir/src/main.cc.o: in function `main':
main.cc:(.text.startup+0x5c): undefined reference to `draw::Canvas::flush()'
collect2: error: ld returned 1 exit status
gmake[2]: *** [CMakeFiles/viewer.dir/build.make:121: viewer] Error 1
gmake[1]: *** [CMakeFiles/Makefile2:90: CMakeFiles/viewer.dir/all] Error 2
gmake: *** [Makefile:136: all] Error 2
";
    let noise = passing("[ 40%] Building CXX object CMakeFiles/viewer.dir/src/NAME.cc.o", 50);
    failed(
        "cmake --build build",
        &noise,
        output,
        &["undefined reference to `draw::Canvas::flush()'", "ld returned 1 exit status"],
    );
}

#[test]
fn cmake_configuration() {
    let output = r#"
-- Looking for pthread.h - found
-- Could NOT find Protobuf (missing: Protobuf_LIBRARIES)
CMake Error at CMakeLists.txt:44 (find_package):
  By not providing "FindgRPC.cmake" in CMAKE_MODULE_PATH this project has
  asked CMake to find a package configuration file provided by "gRPC", but
  CMake did not find one.

-- Configuring incomplete, errors occurred!
See also "/home/runner/work/rpc/build/CMakeFiles/CMakeOutput.log".
"#;
    failed(
        "cmake -B build",
        &passing("-- Performing Test NAME - Success", 60),
        output,
        &["CMake Error at CMakeLists.txt:44", "configuration file provided by \"gRPC\"", "Configuring incomplete"],
    );
}

#[test]
fn typescript() {
    let output = r"
src/api/client.ts(57,11): error TS2322: Type 'string | undefined' is not assignable to type 'string'.
  Type 'undefined' is not assignable to type 'string'.
src/api/client.ts(91,24): error TS2345: Argument of type 'number' is not assignable to parameter of type 'Date'.
error Command failed with exit code 2.
";
    failed(
        "yarn tsc --noEmit",
        "",
        output,
        &["src/api/client.ts(57,11): error TS2322", "Type 'undefined' is not assignable", "error TS2345"],
    );
}

#[test]
fn eslint() {
    let output = r"
/home/runner/work/app/src/hooks/useCart.ts
   12:7   error    'total' is assigned a value but never used  @typescript-eslint/no-unused-vars
   40:3   warning  Unexpected console statement                no-console

/home/runner/work/app/src/pages/index.tsx
   88:21  error    React Hook useEffect has a missing dependency: 'load'  react-hooks/exhaustive-deps

✖ 3 problems (2 errors, 1 warning)
";
    failed(
        "npx eslint .",
        "",
        output,
        &[
            "src/hooks/useCart.ts",
            "'total' is assigned a value but never used",
            "src/pages/index.tsx",
            "missing dependency: 'load'",
            "3 problems (2 errors",
        ],
    );
}

#[test]
fn formatters() {
    let output = r"
Checking formatting...
[warn] src/theme.css
[warn] docs/setup.md
[warn] Code style issues found in 2 files. Run Prettier with --write to fix.
";
    failed(
        "npx prettier --check .",
        "",
        output,
        &["src/theme.css", "docs/setup.md", "Code style issues found in 2 files"],
    );
    let output = r"
would reformat /home/runner/work/lib/src/lib/io.py

Oh no! 💥 💔 💥
1 file would be reformatted, 112 files would be left unchanged.
";
    failed(
        "black --check .",
        "",
        output,
        &["would reformat /home/runner/work/lib/src/lib/io.py", "1 file would be reformatted"],
    );
    let output = r"
Diff in /home/runner/work/app/src/args.rs:17:
 fn parse(input: &str) -> Args {
-    Args{ path: input.into() }
+    Args { path: input.into() }
 }
";
    failed(
        "cargo fmt --all --check",
        "",
        output,
        &["Diff in /home/runner/work/app/src/args.rs:17", "+    Args { path: input.into() }"],
    );
}

#[test]
fn python_linters() {
    let output = r"
src/jobs/queue.py:18:5: F841 Local variable `deadline` is assigned to but never used
src/jobs/queue.py:77:101: E501 Line too long (118 > 100)
Found 2 errors.
[*] 1 fixable with the `--fix` option.
";
    failed("ruff check .", "", output, &["queue.py:18:5: F841", "Found 2 errors."]);
}

#[test]
fn rust_lints() {
    let output = r"
error: this `if` has identical blocks
  --> crates/store/src/scan.rs:88:24
   |
88 |         if rows.is_empty() {
   |                        ^
   |
   = note: `-D clippy::if-same-then-else` implied by `-D warnings`

error: could not compile `store` (lib) due to 1 previous error
warning: build failed, waiting for other jobs to finish...
";
    failed(
        "cargo clippy -- -D warnings",
        &passing("    Checking NAME v1.0.2", 80),
        output,
        &["error: this `if` has identical blocks", "crates/store/src/scan.rs:88:24", "could not compile `store`"],
    );
}

#[test]
fn kotlin_under_gradle() {
    let output = r"
> Task :app:compileDebugKotlin FAILED
e: file:///home/runner/work/app/src/main/kotlin/Feed.kt:31:17 Unresolved reference 'collectAsStateWithLifecycle'.
w: file:///home/runner/work/app/src/main/kotlin/Feed.kt:12:1 'Divider' is deprecated.

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':app:compileDebugKotlin'.
> A failure occurred while executing org.jetbrains.kotlin.compilerRunner.GradleCompilerRunner
   > Compilation error. See log for more details

BUILD FAILED in 2m 2s
";
    failed(
        "./gradlew assembleDebug",
        &passing("> Task :lib:NAME UP-TO-DATE", 60),
        output,
        &[
            "Feed.kt:31:17 Unresolved reference 'collectAsStateWithLifecycle'",
            ":app:compileDebugKotlin FAILED",
            "Execution failed for task",
        ],
    );
}

#[test]
fn node_dependencies() {
    let output = r#"
npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error
npm error While resolving: dashboard@2.1.0
npm error Found: react@19.0.0
npm error node_modules/react
npm error   react@"^19.0.0" from the root project
npm error
npm error Could not resolve dependency:
npm error peer react@"^17 || ^18" from grid-layout@4.2.2
npm error
npm error Fix the upstream dependency conflict, or retry
npm error A complete log of this run can be found in: /home/runner/.npm/_logs/2025-02-11T09_00_00_000Z-debug-0.log
"#;
    failed(
        "npm ci",
        "",
        output,
        &[
            "ERESOLVE unable to resolve dependency tree",
            "Found: react@19.0.0",
            "peer react@\"^17 || ^18\" from grid-layout@4.2.2",
        ],
    );
    let output = r#"
 ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with package.json

Note that in CI environments this setting is true by default.

    Failure reason:
    specifiers in the lockfile don't match specs in package.json:
* 1 dependencies were added: zod@^3.24.1
"#;
    failed("pnpm install", "", output, &["pnpm-lock.yaml is not up to date", "zod@^3.24.1"]);
}

#[test]
fn chains_of_causes_end_in_the_first_one() {
    let output = r"
FAILURE: Build failed with an exception.

* What went wrong:
Could not determine the dependencies of task ':app:lintRelease'.
> Could not resolve all files for configuration ':app:releaseRuntimeClasspath'.
   > Could not resolve org.example:richtext:2.6.1.
     Required by:
         project :app
      > Could not get resource 'https://repo.example.net/maven/richtext-2.6.1.pom'.
         > Could not GET 'https://repo.example.net/maven/richtext-2.6.1.pom'. Received status code 502 from server: Bad Gateway

BUILD FAILED in 31s
";
    let noise = passing("> Task :lib:NAME UP-TO-DATE", 60);
    failed(
        "./gradlew lint",
        &noise,
        output,
        &["Received status code 502", "org.example:richtext:2.6.1", ":app:lintRelease"],
    );
}

#[test]
fn python_dependencies() {
    let output = r"
Collecting numpy==2.1.0 (from -r requirements.txt (line 3))
  Downloading numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl (16.3 MB)
     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 16.3/16.3 MB 80.1 MB/s eta 0:00:00
ERROR: Cannot install -r requirements.txt (line 7) and numpy==2.1.0 because these package versions have conflicting dependencies.

The conflict is caused by:
    The user requested numpy==2.1.0
    oldstats 0.9.1 depends on numpy<2

To fix this you could try to:
1. loosen the range of package versions you've specified

ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/
";
    failed(
        "pip install -r requirements.txt",
        &passing("Requirement already satisfied: NAME in /usr/lib/python3", 30),
        output,
        &["conflicting dependencies", "oldstats 0.9.1 depends on numpy<2", "ResolutionImpossible"],
    );
}

#[test]
fn images() {
    let output = r#"
Step 6/9 : RUN apt-get update && apt-get install -y libfoo-dev
 ---> Running in 5b1c2f0d9a77
Reading package lists...
Building dependency tree...
E: Unable to locate package libfoo-dev
The command '/bin/sh -c apt-get update && apt-get install -y libfoo-dev' returned a non-zero code: 100
"#;
    failed(
        "docker build -t app .",
        &passing("Get:1 http://deb.example.org stable/main amd64 NAME [24 kB]", 60),
        output,
        &["Step 6/9 : RUN apt-get update", "Unable to locate package libfoo-dev", "returned a non-zero code: 100"],
    );
    let output = r"
Using default tag: latest
Error response from daemon: pull access denied for internal/base, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
";
    failed("docker pull internal/base", "", output, &["pull access denied for internal/base"]);
}

#[test]
fn infrastructure() {
    let output = r#"
╷
│ Error: creating S3 Bucket (logs-prod): BucketAlreadyExists: The requested bucket name is not available.
│
│   with aws_s3_bucket.logs,
│   on storage.tf line 4, in resource "aws_s3_bucket" "logs":
│    4: resource "aws_s3_bucket" "logs" {
│
╵
"#;
    failed(
        "terraform apply -auto-approve",
        &passing("aws_iam_role.NAME: Refreshing state... [id=NAME]", 50),
        output,
        &["Error: creating S3 Bucket (logs-prod): BucketAlreadyExists", "on storage.tf line 4"],
    );
    let output = r#"
release "cart" failed, and has been uninstalled due to atomic being set
Waiting for deployment "cart" rollout to finish: 0 of 2 updated replicas are available...
error: deployment "cart" exceeded its progress deadline
Error: UPGRADE FAILED: timed out waiting for the condition
"#;
    failed(
        "helm upgrade --install --atomic cart ./chart",
        "",
        output,
        &["deployment \"cart\" exceeded its progress deadline", "UPGRADE FAILED: timed out waiting for the condition"],
    );
    let output = r#"
TASK [web : install nginx] *****************************************************
ok: [web-1]
TASK [web : render configuration] **********************************************
fatal: [web-2]: FAILED! => {"changed": false, "msg": "AnsibleUndefinedVariable: 'upstream_port' is undefined"}

PLAY RECAP *********************************************************************
web-1                      : ok=5    changed=1    unreachable=0    failed=0
web-2                      : ok=3    changed=0    unreachable=0    failed=1
"#;
    failed(
        "ansible-playbook site.yml",
        "",
        output,
        &["TASK [web : render configuration]", "'upstream_port' is undefined", "failed=1"],
    );
}

#[test]
fn ended_by_force() {
    let output = r"
<--- Last few GCs --->
[2114:0x5f0] 180211 ms: Mark-Compact 2043.1 (2083.2) -> 2041.0 (2084.0) MB, 1911.20 / 0.00 ms  (average mu = 0.110)

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
 1: 0xb9c310 node::Abort() [node]
 2: 0xaa27ee  [node]
Aborted (core dumped)
";
    failed(
        "npm run build",
        &passing("transforming (NAME) src/main.ts", 60),
        output,
        &["JavaScript heap out of memory", "Aborted (core dumped)"],
    );
    let text = format!(
        "{}##[group]Run make soak\nmake soak\nshell: /usr/bin/bash -e {{0}}\n##[endgroup]\n{}##[error]The operation was canceled.\nPost job cleanup.\n",
        preamble("soak"),
        passing("round NAME finished, 0 errors", 200)
    );
    check(&text, 250, &["The operation was canceled", "make soak", "round renders_404_not_found_199 finished"]);
    let output = r"
tar: layer.tar: Wrote only 4096 of 10240 bytes
tar: Error is not recoverable: exiting now
write /var/lib/docker/tmp/GetImageBlob3112: no space left on device
";
    failed("./pack.sh", "", output, &["no space left on device", "Wrote only 4096 of 10240 bytes"]);
}

#[test]
fn permissions_and_networks() {
    let output = r"
remote: Permission to example/site.git denied to github-actions[bot].
fatal: unable to access 'https://github.com/example/site/': The requested URL returned error: 403
";
    failed("git push origin HEAD:pages", "", output, &["Permission to example/site.git denied", "returned error: 403"]);
    let output = r"
curl: (6) Could not resolve host: mirror.example.net
";
    failed(
        "curl -fsSL https://mirror.example.net/tool.tgz -o tool.tgz",
        "",
        output,
        &["Could not resolve host: mirror.example.net"],
    );
    let output = r"
go: downloading example.org/kit v1.4.0
go: example.org/kit@v1.4.0: reading https://proxy.example.org/kit/@v/v1.4.0.mod: tls: failed to verify certificate: x509: certificate signed by unknown authority
";
    failed(
        "go mod download",
        &passing("go: downloading example.org/NAME v1.0.0", 50),
        output,
        &["certificate signed by unknown authority"],
    );
}

#[test]
fn a_client_that_names_job_and_step_on_every_line() {
    let text = step("npm test", "npm error Missing script: \"test\"", 1);
    let text: String =
        text.lines().map(|l| format!("unit (20)\tUNKNOWN STEP\t2025-01-02T03:04:05.1234567Z {l}\n")).collect();
    check(&text, 200, &["##[group]Run npm test", "Missing script: \"test\"", "exit code 1."]);
    assert!(!crate::harness::worthiest(&text, 200).contains("UNKNOWN STEP"));
}

#[test]
fn a_runner_that_announces_its_tasks() {
    let quiet = passing(
        "##[section]Starting: restore NAME\nDetermining projects to restore...\n##[section]Finishing: restore NAME",
        20,
    );
    let text = format!(
        "{quiet}##[section]Starting: Publish site\nUploading 31 files\nHttpRequestError: 401 Unauthorized: the token has expired\n##[error]Bash exited with code '1'.\n##[section]Finishing: Publish site\n{quiet}"
    );
    check(
        &text,
        200,
        &["Starting: Publish site", "401 Unauthorized: the token has expired", "Bash exited with code '1'"],
    );
}

#[test]
fn a_runner_that_prints_sections() {
    let text = format!(
        "Running with gitlab-runner 17.2.0\n  on shared-7 xYz12\nsection_start:1700000000:prepare_executor\nUsing Docker executor with image python:3.12 ...\n{}$ tox -e py312\npy312: commands[0]> pytest\nE   ModuleNotFoundError: No module named 'yaml'\nERROR tests/test_conf.py\n!!!!!!!!!!!!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!!!!!!!!!!!\n1 error in 0.31s\npy312: exit 2 (0.90 seconds) /builds/x> pytest pid=91\nsection_end:1700000100:step_script\nCleaning up project directory and file based variables\nERROR: Job failed: exit code 1\n",
        passing("Collecting NAME", 60)
    );
    check(
        &text,
        250,
        &[
            "$ tox -e py312",
            "No module named 'yaml'",
            "ERROR tests/test_conf.py",
            "1 error in 0.31s",
            "ERROR: Job failed: exit code 1",
        ],
    );
}
