//! Generated clean text: what logs are full of, and what looks like a secret only at a glance.

use std::collections::BTreeMap;

use decant_redact::{CLASSES, Config, Family, Redactor};

use crate::corpus::{Draw, base64};
use crate::personal::luhn;

const SEEDS: u64 = 100;

/// Lines without a secret; `{..}` is drawn.
const LINES: &[&str] = &[
    // Ids and hashes, in prose, as settings, in JSON.
    "request {H8}-{H4}-4{H3}-a{H3}-{H12} done in {D3} ms",
    "id={H8}-{H4}-4{H3}-a{H3}-{H12} parent={H16} x",
    "{\"id\":\"{H8}-{H4}-4{H3}-a{H3}-{H12}\",\"etag\":\"W/\\\"{H32}\\\"\",\"n\":{D4}}",
    "HEAD is now at {H7} fix the build",
    "Merge {H40} into {H40}",
    "index {H7}..{H7} 100644",
    "md5={H32} sha1={H40} file=a.bin",
    "checksum mismatch: expected {H64}, got {H64}",
    "Digest: sha256:{H64} Status: Downloaded newer image for redis:7.{D1}",
    "image=ghcr.io/acme/shop@sha256:{H64} pulled",
    "containerd://{H64} restarted, exit 137",
    "TraceID: {H32} SpanID: {D16} [query] ok",
    "trace_id={H32} span_id={H16} flags=01",
    "traceparent: 00-{H32}-{H16}-01",
    "blk_-{D19} terminating; blk_{D19} of size {D8}",
    "ObjectId(\"{H24}\") not found",
    "ulid 01{U24} and ksuid 2{A26}",
    "document id: {B20} index: orders-{D6}",
    "cluster id = {B22} broker {D1}",
    "nanoid id={B21} created",
    "message_id=<{D14}.{H8}.{A12}> queued",
    "x-amz-request-id: {U16} x-amz-id-2: {676}",
    "x-amz-cf-id: {B56} x-cache: Miss",
    "cf-ray: {H16}-FRA server: cloudflare",
    "x-request-id={A22} x-correlation-id={B32}",
    "go: downloading golang.org/x/net v0.{D2}.0 h1:{643}=",
    "golang.org/x/net v0.{D2}.0/go.mod h1:{643}=",
    "\"integrity\": \"sha512-{686}==\",",
    "resolved \"https://registry.example.org/x/-/x-1.{D1}.0.tgz#{H40}\"",
    "checksum: 10c0/{H128}",
    "/nix/store/{L32}-glibc-2.{D2}/lib/libc.so.6",
    "RSA key fingerprint is SHA256:{643}.",
    "ED25519 key fingerprint is MD5:{H2}:{H2}:{H2}:{H2}:{H2}:{H2}",
    "serial number {H32} valid until 2027-0{D1}-1{D1}",
    "script-src 'sha256-{643}=' 'self'",
    "sentry event {H32} sent, release shop@1.{D2}.{D1}",
    "Etag: \"{H32}-{D2}\" Last-Modified: Mon, 0{D1} Jan 2026 10:00:00 GMT",
    "ETag: \"{A27}\" Age: {D4}",
    "offset {D12} partition {D2} lag {D6} leader_epoch={D3}",
    "txid {D9} lsn {H1}/{H8} timeline {D1}",
    // Versions, times, numbers.
    "v1.{D2}.{D3}-rc.{D1}+build.{D4} of 2026.0{D1}.1{D1}",
    "numpy-2.{D1}.{D1}-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl ({D2}.{D1} MB)",
    "2026-0{D1}-1{D1}T1{D1}:2{D1}:3{D1}.{D9}Z level=info msg=\"tick {D5}\"",
    "epoch 17{D8} ms 17{D11} us 17{D14} ns 17{D17}",
    "at 1{D1}:2{D1}:3{D1},{D3} took {D6} ns, {D9} bytes, {D12} cycles",
    "ports 80{D2}, 90{D2}, 5{D4}; size {D4}x{D4}; pos {D3}-{D3}",
    "lat=4{D1}.{D6} lon=-12{D1}.{D6} alt={D3}.{D2}",
    "bbox 52.{D7},13.{D7},52.{D7},13.{D7}",
    "matrix 0.{D4} -1.{D4} 3.{D4} 0.{D4} 1.{D3}e-0{D1}",
    "range {D3}-{D3}, pages {D3} {D3} {D4}",
    "@@ -{D3},7 +{D3},9 @@ fn main()",
    "mem 0x{H12} - 0x{H12}, rip:{H16} rsp:{H16}",
    "lsof: TCP 10.{D2}.{D1}.{D2}:{D5}->10.{D2}.{D1}.{D2}:443 (ESTABLISHED)",
    "mac 02:{H2}:{H2}:{H2}:{H2}:{H2} dev eth{D1} mtu 1500",
    "fe80::{H4}:{H4}:{H4}:{H4}%eth0 is up",
    "order {D10} of customer {D8} shipped, invoice 2026-{D6}",
    "sku {D13} qty {D1} price {D2}.{D2}",
    "order_id={D16} cart_id={D16} user_id={D9}",
    "{\"orderId\":{D16},\"ts\":17{D11},\"amount\":{D4}.{D2}}",
    "pid={D6} uid={D4} gid={D4} ppid=1 tid={D15}",
    "rows={D4} width={D3} cost={D4}.{D2}..{D5}.{D2}",
    // Names of things.
    "pod/checkout-{H9}-{L5} deleted from node ip-10-0-{D2}-{D2}.ec2.internal",
    "pod=web-{H10}-{L5} namespace=shop container=app restarts={D1}",
    "replicaset orders-{H8} scaled to {D1}",
    "secret \"app-tls-{L5}\" created; configmap/app-{H8} unchanged",
    "arn:aws:iam::{D12}:role/deploy-{L8} assumed",
    "arn:aws:lambda:eu-west-1:{D12}:function:resize:{D2}",
    "s3://bucket-{L6}/year=2026/month=0{D1}/part-{D5}-{H8}-{H4}-4{H3}-a{H3}-{H12}.c000.snappy.parquet",
    "gs://data-{L8}/export/{D8}/shard-{D5}-of-00{D3}",
    "i-0{H16} vol-0{H16} subnet-0{H16} sg-0{H16} ami-0{H16}",
    "projects/acme-{D6}/zones/europe-west1-b/instances/gke-pool-{H8}-{L4}",
    "/subscriptions/{H8}-{H4}-4{H3}-a{H3}-{H12}/resourceGroups/rg-{L5}/providers/Microsoft.Web/sites/shop",
    "at com.example.shop.internal.CheckoutServiceImpl$$Lambda$14{D1}/0x0000000800{H6}.apply(Unknown Source)",
    "at org.springframework.web.servlet.FrameworkServlet.processRequest(FrameworkServlet.java:10{D2})",
    "bean=abstractAutowireCapableBeanFactory{D1} class=DefaultSingletonBeanRegistry",
    "handler=OrderItemDiscountCalculationStrategyFactoryBean{D2} mode=READ_ONLY",
    "test_authentication_token_is_refreshed_{D1} PASSED [ {D2}%]",
    "tests/unit/test_password_reset.py::TestReset::test_token_expiry[{D2}-True] PASSED",
    "/usr/lib/python3.12/site-packages/{a8}/_internal/network/auth.py:{D3}",
    "C:\\Users\\runner\\AppData\\Local\\Temp\\tmp{L8}\\build\\x64\\Release\\app{D1}.dll",
    "file:///home/runner/work/_temp/{H8}-{H4}-4{H3}-a{H3}-{H12}/pre.sh",
    "/var/lib/docker/overlay2/{H64}/merged",
    "Compiling serde_core v1.0.{D3} (/home/u/.cargo/registry/src/index.crates.io-{H16}/serde_core-1.0.{D3})",
    "libfoo.so.{D1}.{D2} => /lib/x86_64-linux-gnu/libfoo.so.{D1} (0x0000{H12})",
    // URLs and messages.
    "GET /api/v2/items?page={D2}&limit=50&sort=-created_at&fields=id,name,price 200 {D4}",
    "GET /static/js/main.{H8}.chunk.js HTTP/2 304",
    "GET /assets/index-{B8}.css 200 {D5}",
    "https://example.com/watch?v={B11}&index={D1}",
    "https://www.example.com/a/{a6}-{a5}-{a7}-{D6}.html?utm_source=mail&utm_campaign=spring{D2}",
    "https://cdn.example.com/img/{H2}/{H2}/{H32}_640x480.jpg",
    "POST /v1/traces 202 ua=\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/12{D1}.0.0.0\"",
    "{\"a\":[{D1},{D2},{D3}],\"b\":{\"c\":\"{a6}\",\"d\":true,\"e\":null},\"f\":\"{A8}\",\"g\":{D2}.{D3}}",
    "{\"level\":\"info\",\"ts\":17{D8}.{D6},\"caller\":\"etcdserver/server.go:{D3}\",\"raft-term\":{D2},\"local-member-id\":\"{H16}\"}",
    "http_request_duration_seconds_bucket{method=\"POST\",code=\"200\",le=\"0.{D3}\"} {D4}",
    "key=order:{D6}:items ttl={D4} hit=false",
    "token bucket: rate={D3}/s burst={D3} tokens={D2}.{D2}",
    "tokens used: prompt={D4} completion={D3} total_tokens={D5}",
    "password reset mail queued for user {D6}",
    "authorization check passed for role admin{D1} in {D2} ms",
    "secret rotation finished: {D2} rotated, {D1} failed",
    "cookie consent banner shown {D4} times",
    "session {D5} closed, session count {D3}",
    "api key count: {D2}; keys expire in {D2} days",
    "author=jenkins-{D2} branch=feature/pass-through-{D3}",
    "Accepted publickey for deploy from 10.0.{D1}.{D2} port {D5} ssh2: RSA SHA256:{643}",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{6300} key",
    "-----BEGIN CERTIFICATE-----MIID{664}-----END CERTIFICATE-----",
    // Base64 that is a file.
    "background:url(data:image/png;base64,iVBORw0KGgo{6200}=)",
    "\"thumbnail\":\"iVBORw0KGgoAAAANSUhEUgAA{6300}==\"",
    "avatar=/9j/4AAQSkZJRgABAQ{6200} x",
    "\"body\":\"H4sIAAAAAAAAA{6250}=\"",
    "zcmV-{6060}",
];

/// Changed lines by class.
fn alarms(lines: impl Iterator<Item = String>, seen: &mut BTreeMap<&'static str, Vec<String>>) -> usize {
    let mut all = 0;
    for line in lines {
        all += 1;
        let mut redactor = Redactor::new(&Config::default());
        let new = redactor.text(&line).into_owned();
        for class in CLASSES.iter().filter(|c| redactor.counts().contains_key(c.name)) {
            seen.entry(class.name).or_default().push(format!("{line} -> {new}"));
        }
    }
    all
}

fn check(all: usize, seen: &BTreeMap<&'static str, Vec<String>>) {
    for (class, lines) in seen {
        println!("{class}: {}", lines.len());
        lines.iter().step_by(1 + lines.len() / 5).for_each(|line| println!("    {line}"));
    }
    let of = |family| {
        let classes = CLASSES.iter().filter(|c| c.family == family);
        classes.filter_map(|c| seen.get(c.name)).map(Vec::len).sum::<usize>()
    };
    let (secret, personal) = (of(Family::Secret), of(Family::Personal));
    println!("{all} clean lines: {secret} changed by secret classes, {personal} by personal ones");
    assert!(secret * 1000 < all, "{secret} of {all} lines changed by secret classes");
    assert!(personal * 1000 < all, "{personal} of {all} lines changed by personal classes");
}

#[test]
fn fewer_than_one_clean_line_in_a_thousand_is_changed() {
    let mut seen = BTreeMap::new();
    let drawn = LINES.iter().flat_map(|line| (0..SEEDS).map(move |seed| Draw::new(seed).pattern(line)));
    let all = alarms(drawn, &mut seen);
    check(all, &seen);
}

#[test]
fn numbers_that_pass_a_check_by_chance_are_no_cards_under_the_key_of_an_id() {
    for seed in 0..SEEDS {
        let number = luhn(&format!("4{}", Draw::new(seed).digits(14)));
        for line in [
            format!("order_id={number} shipped"),
            format!("\"spanId\":\"{number}\""),
            format!("SpanID: {number} [query]"),
            format!("blk_{number} replicated"),
            format!("trace {number}.{number}"),
        ] {
            assert_eq!(Redactor::new(&Config::default()).text(&line), line);
        }
        for line in [format!("card_id={number} x"), format!("paid with {number} today"), format!("pan: {number}")] {
            assert!(!Redactor::new(&Config::default()).text(&line).contains(&number), "{line}");
        }
    }
}

#[test]
fn base64_of_plain_text_is_left_alone() {
    for seed in 0..SEEDS {
        let mut draw = Draw::new(seed);
        let text = draw.pattern("{\"page\":{D3},\"after\":\"{a8}\",\"limit\":50}");
        for line in [
            format!("cursor={} x", base64(text.as_bytes())),
            format!("GET /items?cursor={} 200", base64(text.as_bytes()).replace('=', "%3D")),
            format!("payload {}", base64(text.as_bytes())),
        ] {
            assert_eq!(Redactor::new(&Config::default()).text(&line), line, "{text}");
        }
    }
}
