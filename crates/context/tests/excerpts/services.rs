//! Logs of services, which have no end and no runner to say that they failed.

use crate::harness::check;
use crate::noise::passing;

fn during(output: &str, expected: &[&str]) {
    let quiet = passing("INFO handled GET /items/NAME status=200 duration_ms=12", 300);
    let text = format!("{quiet}{}\n{quiet}", output.trim_matches('\n'));
    check(&text, 350, expected);
}

#[test]
fn java_exceptions_and_their_causes() {
    let output = r#"
ERROR [order-worker-3] c.e.orders.OrderWorker : could not place order 8812
java.lang.RuntimeException: order rejected
	at com.example.orders.OrderWorker.place(OrderWorker.java:91)
	at com.example.orders.OrderWorker.run(OrderWorker.java:55)
	at java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: java.sql.SQLTransientConnectionException: pool-1 - Connection is not available, request timed out after 30000ms.
	at com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)
	at com.example.orders.OrderRepository.save(OrderRepository.java:40)
	... 7 more
"#;
    during(
        output,
        &[
            "could not place order 8812",
            "RuntimeException: order rejected",
            "OrderWorker.java:91",
            "request timed out after 30000ms",
            "OrderRepository.java:40",
        ],
    );
}

#[test]
fn python_tracebacks() {
    let output = r#"
ERROR:app:Exception on /charge [POST]
Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
  File "/srv/app/billing/views.py", line 64, in charge
    return jsonify(provider.charge(amount=order["total"]))
                                          ~~~~~^^^^^^^^^
KeyError: 'total'
"#;
    during(output, &["Exception on /charge", "billing/views.py\", line 64", "KeyError: 'total'"]);
}

#[test]
fn restarts_and_probes() {
    let output = r"
Warning  Unhealthy  kubelet  Readiness probe failed: HTTP probe failed with statuscode: 503
Warning  BackOff    kubelet  Back-off restarting failed container web in pod web-6f7c
Normal   Killing    kubelet  Container web failed liveness probe, will be restarted
Memory cgroup out of memory: Killed process 4121 (java) total-vm:8123456kB
";
    during(
        output,
        &[
            "Readiness probe failed",
            "Back-off restarting failed container",
            "Memory cgroup out of memory: Killed process 4121",
        ],
    );
}

#[test]
fn chronic_errors_weigh_less_than_a_new_one() {
    let chronic = passing("ERROR cache miss for key NAME, falling back to origin", 400);
    let text = format!("{chronic}FATAL could not open ledger: checksum mismatch in segment 88\n{chronic}");
    check(&text, 120, &["checksum mismatch in segment 88"]);
}
