//! Values that are told by what stands before them: a key, a header, a scheme, armour.

/// A class, lines with a value of it between `«` and `»` (and in base64 between `⟨` and `⟩`), and lines that are nearly so and must stay.
pub(crate) struct Keyed {
    pub(crate) class: &'static str,
    pub(crate) valid: &'static [&'static str],
    pub(crate) misses: &'static [&'static str],
}

const fn keyed(class: &'static str, valid: &'static [&'static str], misses: &'static [&'static str]) -> Keyed {
    Keyed { class, valid, misses }
}

pub(crate) const KEYED: &[Keyed] = &[
    keyed(
        "password",
        &[
            "password=«{A12}» user=x",
            "{\"db_password\":\"«{A9}#{A4}»\",\"a\":1}",
            "Server=db;Password=«{A14}»;Encrypt=true",
            "GET /login?user=a&pwd=«{L10}»&x=1",
            "mysql -u root -p«{A10}» shop",
            "CREATE USER a IDENTIFIED BY '«{A16}»'",
        ],
        &[
            "password_policy=strict{D2} user=x",
            "password=${DB_PASSWORD}",
            "password: required",
            "passwords match: {D3} of {D3}",
            "bypass={D4} compass={D3}",
            "Failed password for root from 10.0.0.{D2} port {D5} ssh2",
        ],
    ),
    keyed(
        "secret",
        &[
            "signing_key=«{A32}» x",
            "\"encryption_key\": \"«{640}»\"",
            "SECRET_KEY_BASE=«{H128}»",
            "app secret: «{B43}»",
        ],
        &[
            "secret_name=orders-db-{D2} x",
            "secret mounted at /run/secrets/app{D1}",
            "secret: default/app-tls-{L5} synced",
            "secretary of state {D4}",
        ],
    ),
    keyed(
        "token",
        &["access_token=«{A40}» x", "\"refreshToken\":\"«{B43}»\"", "token: «{H40}»", "--token «{B30}» run"],
        &[
            "token_count={D5} x",
            "tokens: {D4} of {D5}",
            "token: unexpected end of input at {D3}",
            "tokenizer=cl100k_base len={D4}",
        ],
    ),
    keyed(
        "api-key",
        &["api_key=«{A32}» x", "X-Api-Key: «{H32}»", "DD_API_KEY=«{H32}» x", "?apikey=«{A24}»&q=1"],
        &[
            "api_key_id=primary-{D2} x",
            "api_keys={D2} x",
            "x-api-version: 2026-01-0{D1}",
            "apikey missing for call {D4}",
        ],
    ),
    keyed(
        "client-secret",
        &["client_secret=«{A40}» x", "\"clientSecret\": \"«{B36}»\""],
        &["client_secret_expires_at=0", "client_secret_basic is used", "client_id=web-{D4} x"],
    ),
    keyed(
        "aws-secret-key",
        &["aws_secret_access_key=«{640}»", "\"SecretAccessKey\": \"«{640}»\"", "AWS_SECRET_ACCESS_KEY: «{640}»"],
        &["aws_secret_access_key_file=/run/aws{D1}", "secret access key rotated {D2} days ago"],
    ),
    keyed(
        "aws-signature",
        &[
            "GET /b?X-Amz-Date=20260101T000000Z&X-Amz-Signature=«{H64}» 200",
            "AWS4-HMAC-SHA256 Credential=AKIA{216}/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=«{H64}»",
        ],
        &["X-Amz-SignedHeaders=host%3Bdate x", "Signature={H64} of the image is good"],
    ),
    keyed(
        "gcp-signature",
        &["GET /b/o?X-Goog-Expires=60&X-Goog-Signature=«{H512}» 200"],
        &["X-Goog-SignedHeaders=host x", "X-Goog-Generation: {D16}"],
    ),
    keyed(
        "azure-sas",
        &[
            "https://a.blob.core.windows.net/c?sv=2024-11-04&sig=«{641}%2B%3D»&se=2026-01-01",
            "SharedAccessSignature=«{A20}%2F{A22}»",
        ],
        &["?design=blue{D2}&x=1", "sig={D3} fault=0", "signal=9 sig=11"],
    ),
    keyed(
        "authorization",
        &["Authorization: Bearer «{B40}»", "authorization: Token «{H40}»", "\"Authorization\": \"ApiKey «{638}==»\""],
        &["Authorization header missing in call {D4}", "x-authorized-by: u{D4}"],
    ),
    keyed(
        "bearer-token",
        &["using Bearer «{B40}» now", "scheme bearer «{A20}.{A30}»"],
        &["bearer authentication required {D3}", "a bearer of news{D4}", "forbearer {A24}"],
    ),
    keyed(
        "basic-auth",
        &["sent Basic «⟨user:{A16}⟩»", "basic «⟨admin:{A9}⟩» refused"],
        &["basic usage{D3} of it", "Basic plan {D2} chosen", "basic tests-{L12} pass"],
    ),
    keyed(
        "cookie",
        &["Cookie: sid=«{H32}»; theme=dark", "Set-Cookie: s=«{A30}»; Path=/; HttpOnly", "\"Cookie\": \"a=«{B22}»\""],
        &["Vary: Cookie", "cookie jar has {D3} entries", "cookies={D3} x"],
    ),
    keyed(
        "session-id",
        &["JSESSIONID=«{U32}» x", "\"session_id\":\"«{H32}»\"", "PHPSESSID=«{L26}»;"],
        &["session_timeout={D4} x", "sessions={D4} x", "session_idle={D4}"],
    ),
    keyed(
        "one-time-code",
        &["otp=«{D6}» x", "\"verification_code\":\"«{D6}»\"", "mfa_code: «{D6}»"],
        &["otp_length={D1} x", "verification_code_ttl={D3}", "totp drift {D2} s", "otps={D6}"],
    ),
    keyed(
        "card-code",
        &["cvv=«{D3}» x", "\"cvc\":«{D3}»,\"a\":1", "card_code: «{D4}»"],
        &["cvv_check=pass", "\"cvc_result\":\"M\"", "cvv={D2} x"],
    ),
    keyed(
        "url-password",
        &[
            "postgres://app:«{A16}»@db.example.com:5432/shop",
            "amqp://u:«{L10}!»@mq:5672/%2f",
            "https://«{A40}»@git.example.com/x.git",
        ],
        &[
            "http://db.example.com:{D4}/a@b",
            "postgres://app@db:{D4}/shop",
            "http://h:8080/{L8}@{D2}",
            "https://cdn.example.com/react@18.2.{D1}/x.js",
        ],
    ),
    keyed(
        "high-entropy",
        &["some_setting=«{A40}» x", "\"widget\": \"«{A44}»\"", "conf: x, widget_seed: «{B32}»"],
        &[
            "some_setting=CheckoutServiceImplFactory{D2} x",
            "etag=\"{A32}\"",
            "request_id={A32} x",
            "checksum: {H64}",
            "path=/usr/lib/{L9}/{L8}/{L12}",
            "id: {H8}-{H4}-{H4}-{H4}-{H12}",
        ],
    ),
    keyed(
        "private-key",
        &[
            "-----BEGIN RSA PRIVATE KEY-----\n«{664}\n{664}\n{642}==»\n-----END RSA PRIVATE KEY-----",
            "{\"k\":\"-----BEGIN PRIVATE KEY-----\\n«{664}\\n{640}»\\n-----END PRIVATE KEY-----\\n\"}",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n«{670}\n{670}\n{630}=»\n-----END OPENSSH PRIVATE KEY-----",
        ],
        &[
            "-----BEGIN PUBLIC KEY-----\n{664}\n{640}\n-----END PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----\n{664}\n{640}\n-----END CERTIFICATE-----",
            "found -----BEGIN EC PRIVATE KEY----- in the file a{D2}.pem",
        ],
    ),
    keyed(
        "bank-account",
        &["account_number=«{D10}» x", "\"routing_number\":\"«{D9}»\"", "bank_account: «{D8}»"],
        &["account_number_type=iban", "account_numbers=3", "account: {D10} opened", "bank_account_count={D5}"],
    ),
    keyed(
        "birth-date",
        &["\"date_of_birth\": \"«19{D1}1-0{D1}-1{D1}»\"", "birthday=«1{D1}.05.197{D1}» x"],
        &["update_date=2026-01-1{D1}", "birth_place=Springfield{D2}", "date: 2026-01-1{D1}"],
    ),
    keyed(
        "driver-licence",
        &["driver_license=«{D8}» x", "\"driving_licence\":\"«{D9}»\""],
        &["driver_version={D2}.{D2}", "license: Apache-2.{D1}", "driver_license_state=CA"],
    ),
    keyed(
        "passport",
        &["passport: «{D9}»", "passport_number=«{Z1}{D8}» x", "Passport No. «{D9}»"],
        &["passport.js v0.{D1}.{D1}", "passports={D3}", "passport strategy local{D3}"],
    ),
    keyed(
        "person-name",
        &["{\"first_name\":\"«Q{a7}»\",\"id\":7}", "last_name=«K{a6}» age=85", "\"fullName\": \"«R{a5} V{a7}»\""],
        &["hostname=web-{D2}", "display_name=shop{D2}", "{\"first_name\":null}", "file_name=x{D3}.txt"],
    ),
    keyed(
        "postal-address",
        &["\"street_address\":\"«{D2} L{a6} Road, S{a8}»\"", "\"billing_address\": \"«{D3} M{a5} Street»\""],
        &["\"mail_address_count\":{D2}", "ip_address=10.0.0.{D2}", "\"street_address\":null"],
    ),
    keyed(
        "email",
        &[
            "user «{a5}.{a6}@example.com» logged in",
            "from=<«{a8}@mail.{a6}.org»>, size=1",
            "{\"to\":\"«{a4}+{a3}@{a6}.co.uk»\"}",
        ],
        &[
            "git@github.com:{a5}/{a6}.git",
            "img@{D1}x.png",
            "pkg@{D1}.{D1}.{D1}",
            "getty@tty{D1}.service started",
            "Object@{H8}",
            "a{a4} @ b{a4}",
        ],
    ),
    keyed(
        "phone",
        &[
            "called «+49 30 {D8}» twice",
            "tel «+1415555{D4}»",
            "dial «415-555-{D4}»",
            "fax «(415) 555-{D4}»",
            "phone=«{D10}»",
        ],
        &[
            "time +0{D1}00",
            "10-105-162-10{D1}",
            "port 80{D2}-80{D2}",
            "a+12345{D1}",
            "5 + 123456{D4}",
            "offset 17{D8}",
            "@@ -1{D2},7 +1{D2},9 @@",
        ],
    ),
    keyed(
        "ip-address",
        &["from «203.0.113.7{D1}»:8080", "peer «2001:db8::{H4}» up"],
        &["version 1.2.{D1}", "at 12:30:{D2}", "from 127.0.0.1 ok {D3}", "0.0.0.0:{D4}"],
    ),
];
