//! What lines become, as tables.

use decant_template::{Config, ConfigError, Dictionary, MaskConfig, Miner, RawConfig};

fn mine(lines: &[&str]) -> (Dictionary, Vec<u64>) {
    let mut miner = Miner::new(&Config::default());
    let shapes = lines.iter().map(|line| miner.learn(line)).collect();
    (miner.take().dictionary(), shapes)
}

/// One line alone.
fn check(line: &str, expected: &str) {
    let (dictionary, shapes) = mine(&[line]);
    assert_eq!(dictionary.get(shapes[0]).map(|t| t.text.as_str()), Some(expected), "{line}");
}

/// Several lines: all of them one template.
fn check_one(lines: &[&str], expected: &str) {
    let (dictionary, shapes) = mine(lines);
    for (line, shape) in lines.iter().zip(shapes) {
        assert_eq!(dictionary.get(shape).map(|t| t.text.as_str()), Some(expected), "{line}");
    }
}

/// Several lines: each a template of its own.
fn check_apart(lines: &[&str]) {
    let (dictionary, _) = mine(lines);
    assert_eq!(dictionary.templates().count(), lines.len(), "{lines:?}");
}

#[test]
fn typed_values_become_typed_slots() {
    check("took 12 ms", "took <num> ms");
    check("took 12ms for 1h2m3s", "took <duration> for <duration>");
    check("at 2024-05-01T10:00:00.123Z or 10:00:01", "at <time> or <time>");
    check("on Sat May 04 09:51:52 CST 2013 it ended", "on <time> it ended");
    check("started 2024-05-01 10:00:00 here", "started <time> here");
    check("peer 10.0.0.1 and fe80::1:2:3 and 10.0.0.1:8080", "peer <ip> and <ip> and <hostport>");
    check("via db-1.example.com:5432 from api.eu.example.com", "via <hostport> from <host>");
    check("id 550e8400-e29b-41d4-a716-446655440000 at 0x7ffe12", "id <uuid> at <hex>");
    check("read /var/log/app.log and C:\\Users\\x\\y.txt", "read <path> and <path>");
    check("GET https://example.com/a?b=c&d=1 done", "GET <url> done");
    check("\"GET /v2/items/7 HTTP/1.1\" status: 200", "\"GET <path>\" status: <num>");
    check("mail to ann.b@example.com failed", "mail to <email> failed");
    check("release v1.2.3 of 2.6.32", "release <version> of <version>");
    check("used 95% of 10KB", "used <num> of <size>");
    check("from <email:1> with <aws-key:3f2a91c04b>", "from <email> with <aws_key>");
    check("link 00:1a:2b:3c:4d:5e up", "link <mac> up");
}

#[test]
fn names_with_digits_stay_and_identifiers_go() {
    check("IPV6 over ssh2 ready", "IPV6 over ssh2 ready");
    check("\u{1b}[1;31mERROR\u{1b}[0m disk full", "ERROR disk full");
    check("stored blk_-4711 ok", "stored <id> ok");
    check("core.2275 written", "core.<num> written");
    check("cpu #3 offline", "cpu #<num> offline");
    check("[sweep.c:1455] no change on 0000:00:1f.2", "[sweep.c:<num>] no change on <hex>");
    check("caused by dcbf.........0", "caused by dcbf.........<num>");
}

#[test]
fn keys_are_constant_and_values_are_not() {
    check_one(&["user=ann uid=0", "user=10.0.0.1 uid=7", "user=/x uid=9"], "user=<*> uid=<num>");
    check("state=RUNNING n=3", "state=RUNNING n=<num>");
    check("logname= uid=0 tty=ssh ruser= rhost=10.0.0.1", "logname= uid=<num> tty=ssh ruser= rhost=<ip>");
    check_one(
        &["{\"level\":\"info\",\"n\":1,\"who\":\"ann b\"}", "{\"level\":\"warn\",\"n\":2,\"who\":\"\"}"],
        "{\"level\":\"<str>\",\"n\":<num>,\"who\":\"<str>\"}",
    );
    check("{\"msg\":\"took 3 ms\",\"id\":\"a1b2c3d4\"}", "{\"msg\":\"took <num> ms\",\"id\":\"<hex>\"}");
    check_apart(&["msg=\"cache is full\" n=1", "msg=\"disk was lost\" n=1"]);
}

#[test]
fn keys_in_another_order_are_the_same_keys() {
    check_one(
        &[
            "request done user=ann ms=3 code=200",
            "request done user=bob ms=4 code=200",
            "request done code=200 ms=9 user=eve",
        ],
        "request done user=<*> ms=<num> code=<num>",
    );
    let json = [
        "{\"level\": \"info\", \"msg\": \"took 3 ms, or more\", \"at\": {\"b\": 1, \"a\": 2}}",
        "{\"level\": \"info\", \"msg\": \"took 4 ms, or more\", \"at\": {\"b\": 5, \"a\": 6}}",
        "{\"msg\": \"took 5 ms, or more\", \"at\": {\"b\": 7, \"a\": 8}, \"level\": \"warn\"}",
    ];
    check_one(
        &json,
        "{\"level\": \"<str>\", \"msg\": \"took <num> ms, or more\", \"at\": {\"b\": <num>, \"a\": <num>}}",
    );
    let (dictionary, shapes) = mine(&json);
    let slots = &dictionary.get(shapes[0]).unwrap().slots;
    assert_eq!(slots[0].top, [("info".to_owned(), 2), ("warn".to_owned(), 1)]);
    assert_eq!(slots[3].top.iter().map(|(v, _)| v.as_str()).collect::<String>(), "268");
    check_apart(&["a=1 b=2 msg=\"disk is full\"", "b=1 a=2 msg=\"all is well\"", "a=1 c=2 msg=\"disk is full\""]);
    check_apart(&["a=1 and b=2", "b=1 and a=2"]);
}

#[test]
fn wildcards_come_from_evidence() {
    check_one(
        &[
            "failed password for invalid user ann from 10.0.0.1",
            "failed password for invalid user bob from 10.0.0.2",
            "failed password for invalid user eve from 10.0.0.3",
        ],
        "failed password for invalid user <*> from <ip>",
    );
    check_apart(&["service cache is now starting", "service cache is now stopped"]);
    check_apart(&["task 1 went from NEW to READY", "task 2 went from READY to DONE", "task 3 went from DONE to NEW"]);
    check_one(
        &["connection from 10.0.0.1 () at 10:00:00", "connection from 10.0.0.2 (ann1) at 10:00:01"],
        "connection from <ip> (<*>) at <time>",
    );
}

#[test]
fn few_values_are_enough_where_they_look_like_values() {
    check_one(&["screen locked true at 1", "screen locked false at 2"], "screen locked <*> at <num>");
    check("screen locked true at 1", "screen locked true at <num>");
    check_apart(&["answer is true at 1", "answer is late at 2"]);
    check_one(&["CPU0 is now up", "CPU1 is now up"], "<id> is now up");
    check_apart(&["IPV4 is now up", "IPV6 is now up"]);
    check_one(
        &["broadcast is sent to com.example.one", "broadcast is sent to com.example.two"],
        "broadcast is sent to com.example.<*>",
    );
}

#[test]
fn what_is_quoted_is_a_name() {
    check_one(
        &["it breaks the unique rule \"users_pkey\"", "it breaks the unique rule \"orders_pkey\""],
        "it breaks the unique rule \"<*>\"",
    );
    check_one(&["part \"SCSI:0100:6005-08b4-00c6\" is lost", "part \"alt0\" is lost"], "part \"<*>\" is lost");
    check_apart(&["the icon is in state 'Active' now", "the icon is in state 'Inactive' now"]);
}

#[test]
fn a_slash_is_not_always_a_path() {
    check("wrote 9.8MiB/s in 3ms", "wrote <size> in <duration>");
    check("exited with 9/KILL or HTTP/1.1 from a/b.c", "exited with <id>/KILL or HTTP/<id>.<id> from <path>");
}

#[test]
fn a_keyword_beside_values_stays() {
    check_apart(&["run: check /bin/ls", "run: /bin/sh /bin/ls"]);
    check("queue.maxSize:48 and shelf-2:1", "queue.maxSize:<num> and shelf-<id>:<num>");
    let long = "x".repeat(100);
    check_one(&["top=Info{a.b/C} n=1", &format!("top=Info{{a.b/{long}}} n=2")], "top=<path> n=<num>");
}

#[test]
fn lists_of_different_lengths_are_one_wildcard() {
    check_one(
        &["asked to delete blk_1", "asked to delete blk_2 blk_3", "asked to delete blk_4 blk_5 blk_6"],
        "asked to delete <*>",
    );
    check_one(
        &[
            "order [Item(id=1, name=a), Item(id=2, name=b)]",
            "order [Item(id=7, name=c), Item(id=8, name=d), Item(id=9, name=e)]",
        ],
        "order [<*>]",
    );
    check_one(
        &["ann joined groups [adm, dev] today", "ann joined groups [ops, dev, web, adm] today"],
        "ann joined groups [<*>] today",
    );
    check_one(&["roles are: read, write", "roles are: list, read, write"], "roles are: <*>");
    check_apart(&["yes, it is", "yes, well, it is"]);
    check("point [1, 2]", "point [<num>, <num>]");
}

#[test]
fn a_template_that_matches_all_lines_of_another_takes_them() {
    let lines = ["db.example.com:80 error : could not connect at all", "wpad:80 error : could not connect at all"];
    check_one(&lines, "<hostport> error : could not connect at all");
}

#[test]
fn units_stay_while_they_are_the_same() {
    check_one(&["sent 0 bytes to peer", "sent 17 bytes to peer"], "sent <num> bytes to peer");
    check_one(&["sent 0 bytes to peer", "sent 1190 bytes (1.16 KB) to peer"], "sent <size> to peer");
}

#[test]
fn a_trace_is_its_types_and_top_frames() {
    let trace = |n: u32, deep: &str, why: &str| {
        format!(
            "request {n} failed: java.lang.IllegalStateException: no pool\n\tat com.x.Pool.get(Pool.java:{n})\n\tat com.x.A.b(A.java:2)\n\
             \tat com.x.A.c(A.java:3)\n\tat com.x.A.d(A.java:4)\n\tat com.x.{deep}(E.java:5)\n\
             Caused by: java.net.ConnectException: {why}\n\tat com.x.F.g(F.java:6)\n\t... {n} more"
        )
    };
    let lines = [trace(1, "E.e", "refused"), trace(2, "F.f", "timed out after a while")];
    let (dictionary, shapes) = mine(&lines.each_ref().map(String::as_str));
    assert_eq!(shapes[0], shapes[1]);
    let template = dictionary.get(shapes[0]).unwrap();
    assert!(template.text.starts_with(
        "request <num> failed: java.lang.IllegalStateException: no pool\\nat com.x.Pool.get(Pool.java:<num>)"
    ));
    assert!(template.text.ends_with("\\nCaused by: java.net.ConnectException"), "{}", template.text);
    assert_eq!(template.exemplar.as_deref(), Some(lines[0].as_str()));
    let (_, other) = mine(&[&lines[0].replace("Pool.get", "Pool.put")]);
    assert_ne!(other[0], shapes[0]);
}

#[test]
fn slots_tell_distinct_counts_and_top_values() {
    let lines: Vec<String> =
        (0..100).map(|i| format!("user={} took {} ms", if i % 4 == 0 { "ann" } else { "bob" }, i)).collect();
    let (dictionary, _) = mine(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let template = dictionary.templates().next().unwrap();
    assert_eq!((template.text.as_str(), template.count), ("user=<*> took <num> ms", 100));
    assert_eq!(template.slots[0].top, [("bob".to_owned(), 75), ("ann".to_owned(), 25)]);
    assert!((70..=130).contains(&template.slots[1].distinct), "{}", template.slots[1].distinct);
    assert_eq!(template.slots.len(), template.text.matches('<').count());
}

#[test]
fn long_lines_end_in_a_wildcard() {
    let long = format!("start {}", "word ".repeat(10_000));
    let (dictionary, shapes) = mine(&[&long]);
    let text = &dictionary.get(shapes[0]).unwrap().text;
    assert!(text.len() <= 2_100 && text.ends_with("<*>"), "{}", text.len());
    let (_, blob) = mine(&[&format!("payload {}", "aB3".repeat(1_000)), &format!("payload {}", "xY9z".repeat(800))]);
    assert_eq!(blob[0], blob[1]);
}

#[test]
fn an_operators_mask_is_a_named_slot() {
    let mask = |name: &str, pattern: &str, needs: &str| RawConfig {
        masks: vec![MaskConfig { name: name.into(), pattern: pattern.into(), needs: needs.into() }],
        ..RawConfig::default()
    };
    let config = mask("order", "ORD-[A-Z]+(?=-)", "ORD-").validate().unwrap();
    let mut miner = Miner::new(&config);
    assert_eq!(miner.learn("paid ORD-ABC-x now"), miner.learn("paid ORD-XYZW-x now"));
    let dictionary = miner.take().dictionary();
    assert_eq!(dictionary.templates().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["paid <order>-x now"]);
    assert!(matches!(mask("order", "(", "x").validate(), Err(ConfigError::MaskPattern { .. })));
    assert!(matches!(mask("order", "a", "").validate(), Err(ConfigError::MaskNeeds { .. })));
    assert!(matches!(mask("Order 1", "a", "a").validate(), Err(ConfigError::MaskName { .. })));
}

#[test]
fn settings_out_of_range_are_refused() {
    assert_eq!(RawConfig::default().validate(), Ok(Config::default()));
    assert!(RawConfig { max_values: Some(1), ..RawConfig::default() }.validate().is_err());
}

#[test]
fn a_line_beyond_its_limit_ends_in_a_wildcard_between_characters() {
    let mut miner = Miner::new(&Config { max_line_bytes: 64, ..Config::default() });
    let shape = miner.learn(&format!("begin {}", "\u{e9}\u{e9} ".repeat(40)));
    let dictionary = miner.take().dictionary();
    assert!(dictionary.get(shape).unwrap().text.ends_with("<*>"));
}
