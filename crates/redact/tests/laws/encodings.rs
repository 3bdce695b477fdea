//! The same value in every encoding and behind every kind of key is gone, and the text around it stays.

use decant_redact::{Config, Redactor};

use crate::corpus::{Draw, base64, percent};
use crate::formats::{FORMATS, secret_of};

fn redact(text: &str) -> String {
    Redactor::new(&Config::default()).text(text).into_owned()
}

#[test]
fn no_format_survives_base64_or_percent_encoding() {
    for (_, pattern) in FORMATS {
        for seed in 0..5 {
            let mut draw = Draw::new(seed);
            let value = draw.pattern(pattern);
            let whole = base64(format!("x-value: {value} end").as_bytes());
            let new = redact(&format!("payload {whole} sent"));
            assert!(!new.contains(&whole), "{pattern} in base64: {new}");
            let encoded = percent(&value);
            let new = redact(&format!("GET /cb?x={encoded}&next=1"));
            let secret = percent(secret_of(&value));
            assert!(!new.contains(&secret), "{pattern} percent-encoded: {new}");
            assert!(new.starts_with("GET /cb?x="), "{new}");
        }
    }
}

#[test]
fn an_encoded_value_has_the_pseudonym_of_the_plain_one() {
    let mut redactor = Redactor::new(&Config::default());
    assert_eq!(redactor.text("to=jane.doe@example.com"), "to=<email:1>");
    assert_eq!(redactor.text("to=jane.doe%40example.com&x=1"), "to=<email:1>&x=1");
    assert_eq!(redactor.text(&format!("d={}", base64(b"jane.doe@example.com"))), "d=<email:1>");
}

fn check(text: &str, expected: &str) {
    let new = redact(text);
    assert_eq!(new, expected, "{text}");
    assert_eq!(redact(&new), new, "once is enough");
}

#[test]
fn passwords_are_found_behind_every_kind_of_key() {
    let word = ["hun", "ter2!x"].concat();
    for (text, expected) in [
        ("password=@ user=x", "password=<password:1> user=x"),
        ("DB_PASSWORD: @", "DB_PASSWORD: <password:1>"),
        (r#"{"password":"@","a":1}"#, r#"{"password":"<password:1>","a":1}"#),
        (r#"{"a":"{\"password\":\"@\",\"b\":2}"}"#, r#"{"a":"{\"password\":\"<password:1>\",\"b\":2}"}"#),
        ("{'passwd': '@'}", "{'passwd': '<password:1>'}"),
        ("mysql --password @ -h db", "mysql --password <password:1> -h db"),
        ("mysql --password=@ -h db", "mysql --password=<password:1> -h db"),
        ("<password>@</password>", "<password><password:1></password>"),
        ("Server=db;User Id=sa;Password=@;Encrypt=true", "Server=db;User Id=sa;Password=<password:1>;Encrypt=true"),
        ("postgres://app:@@db.example.com:5432/shop", "postgres://app:<url-password:1>@db.example.com:5432/shop"),
        ("GET /login?user=a&pwd=@&x=1", "GET /login?user=a&pwd=<password:1>&x=1"),
        ("CREATE USER a IDENTIFIED BY '@'", "CREATE USER a IDENTIFIED BY '<password:1>'"),
        ("sshpass -p @ ssh root@10.0.0.1", "sshpass -p <password:1> ssh root@10.0.0.1"),
        ("mysql -u root -p@ shop", "mysql -u root -p<password:1> shop"),
        ("ALTER ROLE x PASSWORD '@';", "ALTER ROLE x PASSWORD '<password:1>';"),
        ("the password is @ now", "the password is <password:1> now"),
        ("login user=a pass=@", "login user=a pass=<password:1>"),
        ("curl -u admin:@ https://x.example", "curl -u admin:<password:1> https://x.example"),
    ] {
        check(&text.replacen('@', &word, 1), expected);
    }
}

#[test]
fn the_name_of_a_pair_is_the_key_of_its_value() {
    let word = ["hun", "ter2!x"].concat();
    for (text, expected) in [
        (
            r#"{"key":"db.password","value":{"stringValue":"@"}}"#,
            r#"{"key":"db.password","value":{"stringValue":"<password:1>"}}"#,
        ),
        (
            r#"{"key": "password", "value": {"string_value": "@"}}, {"key": "a"}"#,
            r#"{"key": "password", "value": {"string_value": "<password:1>"}}, {"key": "a"}"#,
        ),
        (
            r#"{"key":"password","value":{"arrayValue":{"values":[{"stringValue":"@"}]}}}"#,
            r#"{"key":"password","value":{"arrayValue":{"values":[{"stringValue":"<password:1>"}]}}}"#,
        ),
        (r#"{"name":"DB_PASSWORD","value":"@"}"#, r#"{"name":"DB_PASSWORD","value":"<password:1>"}"#),
        (
            r#"{"a":"{\"name\":\"DB_PASSWORD\",\"value\":\"@\"}"}"#,
            r#"{"a":"{\"name\":\"DB_PASSWORD\",\"value\":\"<password:1>\"}"}"#,
        ),
        (r#"{"key":"otp","value":{"intValue":482913}},"#, r#"{"key":"otp","value":{"intValue":"<one-time-code:1>"}},"#),
        (
            r#"{"key":"user.pesel","value":{"stringValue":"44051401359"}}"#,
            r#"{"key":"user.pesel","value":{"stringValue":"<pl-pesel:1>"}}"#,
        ),
    ] {
        check(&text.replacen('@', &word, 1), expected);
    }
    for line in [
        r#"{"msg":"no password","value":"x7kk2aa"}"#,
        r#"["password","value","x7kk2aa"]"#,
        r#"{"field":"password","reason":"x7kk2aa"}"#,
        r#"{"key":"password","value":{"kvlistValue":{"values":[{"key":"n","value":{"intValue":"3"}}]}}}"#,
        r#"{"key":"password","value":{"#,
    ] {
        check(line, line);
    }
}

#[test]
fn base64_without_small_letters_and_what_begins_as_a_path_or_a_number_are_no_hiding_place() {
    let key = Draw::new(5).pattern("ASIA{216}");
    assert_eq!(redact(&format!("payload {} received", base64(key.as_bytes()))), "payload <aws-key:1> received");
    for start in ["/9K+X0Lg", "0xejZzb+"] {
        let drawn = format!("{start}{}", Draw::new(9).pattern("{632}"));
        check(&format!("AccountKey={drawn}"), "AccountKey=<azure-key:1>");
    }
    for line in ["client_secret=/run/secrets/app1/Client2Secret", "secret_key=0x1f2e3d4c5b6a7988"] {
        check(line, line);
    }
}

#[test]
fn json_stays_json_when_a_bare_value_goes() {
    check(r#"{"password":123456,"b":[1]}"#, r#"{"password":"<password:1>","b":[1]}"#);
    check(r#"{"a":"{\"pin_code\":9912}"}"#, r#"{"a":"{\"pin_code\":\"<one-time-code:1>\"}"}"#);
}

#[test]
fn headers_keep_their_scheme() {
    let token = ["mF_9", ".B5f-4", ".1JqM7xYz"].concat();
    check(&format!("Authorization: Bearer {token}"), "Authorization: Bearer <authorization:1>");
    check(
        &format!("-H 'authorization: bearer {token}' https://x"),
        "-H 'authorization: bearer <authorization:1>' https://x",
    );
    check(&format!("using Bearer {token} now"), "using Bearer <bearer-token:1> now");
    check(
        r#"Authorization: Digest username="u", realm="r", response="6629fae49393a05397450978507c4ef1""#,
        "Authorization: Digest <authorization:1>",
    );
    check("Cookie: sid=31d4d96e407aad42; theme=dark", "Cookie: sid=<cookie:1>");
    check("Set-Cookie: sid=31d4d96e407aad42; Path=/; HttpOnly", "Set-Cookie: sid=<cookie:1>; Path=/; HttpOnly");
    check("Basic dXNlcjpwYXNzd29yZA== ok", "Basic <basic-auth:1> ok");
}

#[test]
fn words_that_are_no_value_stay() {
    for line in [
        "mkdir -p out/logs",
        "docker run -p 8080:80 web",
        "pass=12 fail=3",
        "password is incorrect",
        "pass=1.5s",
        "-----BEGIN OPENSSH PRIVATE KEY----- was found in the repository",
        "password=null",
        "password: required",
        "password: ***",
        "password=${DB_PASSWORD}",
        "token: unexpected end of input",
        "Failed password for root from 10.0.0.1 port 22 ssh2",
        "the secret is out",
        "bearer authentication required",
        "Authorization header missing",
        "Vary: Cookie",
        "secret/app-tls mounted",
        "pass: 12 fail: 3",
        "PWD=/home/runner/work",
        "password_policy=strict token_type=bearer",
        "PASS: tests/login",
        "token == Token::Comma",
        "basic usage: run it",
        "no sandbox token for request <QLRequest>",
        "com.apple.stream/token: com.apple.xpc.activity/4505: 132",
    ] {
        check(line, line);
    }
}

#[test]
fn values_of_keys_go_under_the_class_of_the_key() {
    let drawn = Draw::new(11).pattern("{A40}");
    for (key, class) in [
        ("aws_secret_access_key", "aws-secret-key"),
        ("AccountKey", "azure-key"),
        ("SharedAccessKey", "azure-key"),
        ("client_secret", "client-secret"),
        ("access_token", "token"),
        ("X-Api-Key", "api-key"),
        ("signing-key", "secret"),
        ("JSESSIONID", "session-id"),
        ("X-Amz-Signature", "aws-signature"),
        ("some_setting", "high-entropy"),
    ] {
        check(&format!("{key}={drawn} x"), &format!("{key}=<{class}:1> x"));
        check(&format!("{{\"{key}\": \"{drawn}\"}}"), &format!("{{\"{key}\": \"<{class}:1>\"}}"));
    }
    for (key, value, class) in [
        ("otp", "482913", "one-time-code"),
        ("cvv", "123", "card-code"),
        ("account_number", "0012345678", "bank-account"),
    ] {
        check(&format!("{key}={value} x"), &format!("{key}=<{class}:1> x"));
    }
}
