//! Secrets that only their surroundings tell: passwords, opaque keys, cookies, connection strings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Class;
use crate::dice::Dice;

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PASSWORD: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_-.!+";

/// As people make them: a letter first and last, the rest anything that needs no quoting.
fn password(dice: &mut Dice) -> String {
    let length = 8 + dice.below(12);
    format!("{}{}{}", dice.of(b"BCDFGHKLMN", 1), dice.of(PASSWORD, length), dice.of(b"23456789", 2))
}

fn base64_of(dice: &mut Dice, bytes: usize) -> String {
    let bytes: Vec<u8> = (0..bytes).map(|_| dice.bits() as u8).collect();
    STANDARD.encode(bytes)
}

/// Text about the matter that holds no value.
fn about(dice: &mut Dice, what: &str) -> String {
    format!("{what} policy checked for {} accounts", dice.below(900))
}

/// Classes by key; what stands in the value of an HTTP header has the header's name as key.
pub(super) const CLASSES: &[Class] = &[
    ("password", Some("password"), |d| (password(d), about(d, "password"))),
    ("aws-secret-key", Some("aws_secret_access_key"), |d| (base64_of(d, 30), about(d, "secret access key"))),
    ("azure-key", Some("AccountKey"), |d| (base64_of(d, 64), about(d, "account key"))),
    ("api-key", Some("x-api-key"), |d| (d.hex(32), format!("commit {} was built", d.hex(40)))),
    ("client-secret", Some("client_secret"), |d| (d.of(BASE62, 40), about(d, "client secret"))),
    ("token", Some("access_token"), |d| (d.of(BASE62, 48), format!("{} tokens were counted", d.below(9_000)))),
    ("authorization", Some("authorization"), |d| (format!("Bearer {}", d.of(BASE62, 44)), about(d, "authorization"))),
    ("basic-auth", Some("proxy-authorization"), |d| {
        let pair = format!("svc-{}:{}", d.hex(4), password(d));
        (format!("Basic {}", STANDARD.encode(pair)), about(d, "proxy"))
    }),
    ("cookie", Some("cookie"), |d| (format!("sid={}", d.of(BASE62, 32)), about(d, "cookie"))),
    ("session-id", Some("session_id"), |d| (d.of(BASE62, 32), format!("span {} ended", d.hex(16)))),
    ("url-password", None, |d| {
        let scheme = d.pick(&["postgres", "mysql", "amqp", "redis", "mongodb"]);
        let (user, host) = (d.pick(&["app", "reader", "svc"]), d.pick(&["db-1", "cache-2", "mq-0"]));
        let value = format!("{scheme}://{user}:{}@{host}.data.internal:5432/main", password(d));
        (value, format!("{scheme}://{user}@{host}.data.internal:5432/main is reachable"))
    }),
    ("one-time-code", Some("otp"), |d| (d.of(b"0123456789", 6), format!("row {} was written", d.of(b"123456789", 6)))),
];
