//! The metrics of a pod.

use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;

use super::{Durations, Export};
use crate::Fault;
use crate::dice::{Dice, Purpose};
use crate::otlp::kv;
use crate::pods::PodId;
use crate::shop::{Language, Service};
use crate::world::World;

/// What a pod looks like from outside at a moment.
struct View {
    /// CPU in use, share of the limit.
    cpu: f64,
    /// Memory in use, share of the limit.
    memory: f64,
    /// Requests open at a time.
    open: f64,
    /// Shares of the time in which the process stood still, and in which the disk was busy.
    paused: f64,
    busy: f64,
}

impl World {
    /// What a pod exports at a moment; nothing when nobody would hear it.
    pub(crate) fn export(&mut self, id: PodId, at: i64) -> Option<ResourceMetrics> {
        let (service, slot) = (self.pods.all[id].service, self.pods.all[id].slot);
        let mut dice = Dice::new(self.seed, Purpose::Meters, (at as u64) ^ ((id as u64) << 48));
        let view = self.look(id, at, &mut dice);
        let is_silent = self.ask(false, |a| a.is_dark(service, at) || a.is_away(service, slot, at));
        if is_silent || dice.chance(0.006) {
            return None;
        }
        let spec = self.graph.service(service);
        let offset = self.ask(0, |a| a.clock_offset(service, slot, at));
        let started = self.pods.all[id].started;
        let heard = self.meters.running.get(&id).map_or(0, |r| r.heard).max(started);
        let durations = match spec.language {
            Language::Rust => Durations::Exponential,
            Language::DotNet => Durations::Delta { since: heard.max(at - 60_000_000_000) + offset },
            _ => Durations::Cumulative,
        };
        let mut out = Export::new(at + offset, started).with_durations(durations);
        self.container(&mut out, id, &view, spec);
        self.volume(&mut out, id, &view, spec, at);
        self.runtime(&mut out, id, &view, spec, &mut dice);
        self.pool(&mut out, id, spec, &mut dice);
        self.requests(&mut out, id, &view, spec, &mut dice);
        self.certificate(&mut out, id, at);
        if matches!(durations, Durations::Delta { .. }) {
            self.meters.clear_durations(id);
        }
        self.meters.running.entry(id).or_default().heard = at;
        Some(out.finish(self.pods.all[id].resource.clone(), "shop.metrics"))
    }

    /// Moves the pod's own counters on.
    fn look(&mut self, id: PodId, at: i64, dice: &mut Dice) -> View {
        let (service, slot) = (self.pods.all[id].service, self.pods.all[id].slot);
        let spec = self.graph.service(service);
        let load = self.loads[service];
        let share = 1.0 / spec.replicas as f64;
        let started = self.pods.all[id].started;
        let ailment = self.ailment.as_ref();
        let extra = |f: &dyn Fn(&crate::ailment::Ailment) -> f64| ailment.map_or(0.0, f);
        let cpu_extra = extra(&|a| a.cpu_extra(service, slot, at));
        let memory_extra = extra(&|a| a.memory_extra(service, slot, at));
        let resends = extra(&|a| a.resends_per_s(service, at));
        let disk_busy = extra(&|a| a.disk_busy(service, slot, at));
        let running = self.meters.running.entry(id).or_default();
        for noise in &mut running.noise {
            *noise = 0.85 * *noise + 0.5 * dice.normal();
        }
        let since = if running.last == 0 { started.max(at - 10_000_000_000) } else { running.last };
        let seconds = ((at - since) as f64 / 1e9).max(0.001);
        running.last = at;
        let young = if at - started < 20_000_000_000 { 0.18 } else { 0.0 };
        let cpu = (spec.cpu_usual * load.work_ratio() * (1.0 + 0.09 * running.noise[0]) + cpu_extra + young)
            .clamp(0.01, 0.998);
        let usual_memory = 0.46 + 0.02 * (id % 7) as f64 + 0.018 * running.noise[1];
        let memory = (usual_memory + (0.995 - usual_memory) * memory_extra).clamp(0.05, 0.999);
        let paused = 0.004 * load.work_ratio() + 0.22 * memory_extra;
        let busy = (0.035 + 0.012 * running.noise[2].abs() + disk_busy).clamp(0.0, 0.995);
        running.cpu_s += cpu * spec.cpu_limit * seconds;
        running.throttled_s += seconds * ((cpu - 0.8).max(0.0) * 1.6 + if dice.chance(0.1) { 0.004 } else { 0.0 });
        running.pause_s += paused * seconds;
        for _ in 0..dice.count(seconds * (0.15 + 1.2 * memory_extra)) {
            let pause = dice.around(0.012 + 0.25 * memory_extra, 0.5);
            running.pauses.add(pause);
        }
        let requests = load.served_per_s() * share * seconds;
        running.received += requests * 2_100.0 + 900.0 * seconds * dice.unit();
        running.sent += requests * 6_400.0 + 1_400.0 * seconds * dice.unit();
        running.resent += seconds * resends + if dice.chance(0.3) { dice.wait(1.5) } else { 0.0 };
        running.faults += seconds * 40.0 * memory_extra + if dice.chance(0.05) { 1.0 } else { 0.0 };
        running.busy_s += busy * seconds;
        View { cpu, memory, open: load.open_requests() * share * 8.0, paused, busy }
    }

    /// As the kubelet has it.
    fn container(&self, out: &mut Export, id: PodId, view: &View, spec: &Service) {
        let (pod, running) = (&self.pods.all[id], &self.meters.running[&id]);
        out.gauge("container.cpu.usage", "{cpu}", view.cpu * spec.cpu_limit, vec![]);
        out.gauge("k8s.container.cpu_limit_utilization", "1", view.cpu, vec![]);
        out.count("container.cpu.time", "s", running.cpu_s, vec![]);
        out.count("container.cpu.throttled_time", "s", running.throttled_s, vec![]);
        out.whole("container.memory.working_set", "By", view.memory * spec.memory_limit_mb * 1_048_576.0, vec![]);
        out.gauge("k8s.container.memory_limit_utilization", "1", view.memory, vec![]);
        out.count("container.memory.major_page_faults", "{fault}", running.faults, vec![]);
        out.whole("k8s.container.restarts", "{restart}", pod.restarts as f64, vec![]);
        out.gauge("process.uptime", "s", (running.last - pod.started) as f64 / 1e9, vec![]);
        out.count("k8s.pod.network.io", "By", running.received, vec![kv("direction", "receive")]);
        out.count("k8s.pod.network.io", "By", running.sent, vec![kv("direction", "transmit")]);
        out.count("system.network.tcp.retransmits", "{segment}", running.resent, vec![]);
        let rtt = self.ask(0.0, |a| a.added_rtt_ms(pod.service, running.last));
        out.gauge("system.network.tcp.rtt", "ms", (0.45 + rtt) * (1.0 + 0.06 * running.noise[2]).max(0.5), vec![]);
    }

    fn volume(&self, out: &mut Export, id: PodId, view: &View, spec: &Service, at: i64) {
        let Some(mount) = spec.volume else { return };
        let (pod, running) = (&self.pods.all[id], &self.meters.running[&id]);
        let taken = self.ask(0.0, |a| a.disk_filled(pod.service, pod.slot, at));
        let usual = 0.38 + 0.04 * (id % 5) as f64;
        let used = usual + (1.0 - usual) * taken;
        let capacity = 20.0 * 1_073_741_824.0;
        let on = || vec![kv("k8s.volume.name", "data"), kv("mountpoint", mount)];
        out.gauge("system.filesystem.utilization", "1", used, on());
        out.whole("k8s.volume.available", "By", (1.0 - used) * capacity, on());
        let device = || vec![kv("system.device", "nvme1n1")];
        out.count("system.disk.io_time", "s", running.busy_s, device());
        out.count("system.disk.operation_time", "s", running.write_s + running.busy_s * 0.3, device());
        out.whole("system.disk.pending_operations", "{operation}", view.busy * view.busy * 40.0, device());
    }

    fn runtime(&self, out: &mut Export, id: PodId, view: &View, spec: &Service, dice: &mut Dice) {
        let running = &self.meters.running[&id];
        let heap = view.memory * spec.memory_limit_mb * 1_048_576.0;
        let threads = 24.0 + 2.0 * view.open;
        match spec.language {
            Language::Java => {
                out.whole("jvm.memory.used", "By", heap * dice.between(0.5, 0.82), vec![kv("jvm.memory.type", "heap")]);
                out.whole("jvm.thread.count", "{thread}", 38.0 + 2.0 * view.open, vec![]);
                out.histogram("jvm.gc.duration", "s", &running.pauses, vec![kv("jvm.gc.name", "G1 Young Generation")]);
            }
            Language::Go => {
                out.summary("go_gc_duration_seconds", "s", &running.pauses, vec![]);
                out.whole("go.memory.used", "By", heap * dice.between(0.6, 0.9), vec![]);
                out.whole("go.goroutine.count", "{goroutine}", 31.0 + 4.0 * view.open + dice.between(0.0, 5.0), vec![]);
            }
            Language::Node => {
                let delay = 0.006 + 0.03 * (view.cpu - 0.7).max(0.0) + view.paused * 0.6;
                out.gauge("nodejs.eventloop.delay.p99", "s", dice.around(delay, 0.15), vec![]);
                out.whole("v8js.memory.heap.used", "By", heap * dice.between(0.5, 0.8), vec![]);
            }
            Language::DotNet => {
                out.count("dotnet.gc.pause.time", "s", running.pause_s, vec![]);
                out.whole("dotnet.thread_pool.thread.count", "{thread}", threads * 0.6, vec![]);
            }
            Language::Python => {
                out.count("cpython.gc.collections", "{collection}", running.cpu_s * 3.0, vec![]);
                out.whole("process.thread.count", "{thread}", threads * 0.5, vec![]);
            }
            Language::Rust => {
                out.gauge("tokio.workers.busy_ratio", "1", (view.cpu * dice.between(0.9, 1.05)).min(1.0), vec![]);
            }
        }
    }

    fn pool(&self, out: &mut Export, id: PodId, spec: &Service, dice: &mut Dice) {
        let Some(pool) = spec.pool else { return };
        let load = &self.loads[self.pods.all[id].service];
        let wanted = (pool.size * pool.usual * load.connection_ratio() * dice.around(1.0, 0.12)).max(0.0);
        let used = wanted.min(pool.size).round();
        let of = |state: &str| {
            vec![kv("db.client.connection.pool.name", pool.peer), kv("db.client.connection.state", state)]
        };
        out.level("db.client.connection.count", "{connection}", used, of("used"));
        out.level("db.client.connection.count", "{connection}", (pool.size - used).min(pool.size * 0.5), of("idle"));
        let named = || vec![kv("db.client.connection.pool.name", pool.peer)];
        let pending = (wanted - pool.size).clamp(0.0, 200.0);
        out.level("db.client.connection.pending_requests", "{request}", pending, named());
        let timeouts = self.meters.running[&id].pool_timeouts;
        out.count("db.client.connection.timeouts", "{timeout}", timeouts, named());
    }

    fn requests(&self, out: &mut Export, id: PodId, view: &View, spec: &Service, dice: &mut Dice) {
        let every = (id, 0, 0)..(id + 1, 0, 0);
        for ((_, operation, status), histogram) in self.meters.served.range(every) {
            let operation = &spec.operations[*operation];
            match operation.method {
                "rpc" => {
                    let code = if *status < 400 { 0 } else { 13 };
                    let attributes = vec![kv("rpc.method", operation.route), kv("rpc.grpc.status_code", code)];
                    out.histogram("rpc.server.call.duration", "s", histogram, attributes);
                }
                "poll" => {
                    let attributes = vec![
                        kv("messaging.destination.name", operation.route),
                        kv("outcome", if *status < 400 { "ok" } else { "error" }),
                    ];
                    out.histogram("messaging.process.duration", "s", histogram, attributes);
                }
                method => {
                    let attributes = vec![
                        kv("http.request.method", method),
                        kv("http.route", operation.route),
                        kv("http.response.status_code", i64::from(*status)),
                    ];
                    out.histogram("http.server.request.duration", "s", histogram, attributes);
                }
            }
        }
        if spec.operations.iter().any(crate::shop::Operation::is_served) {
            out.level("http.server.active_requests", "{request}", view.open + dice.unit(), vec![]);
        }
        let every = (id, 0, false)..(id + 1, 0, false);
        for ((_, callee, is_good), histogram) in self.meters.called.range(every) {
            let name = self.graph.service(*callee).name;
            let mut attributes = vec![kv("server.address", format!("{name}.shop.svc.cluster.local"))];
            if !is_good {
                attributes.push(kv("error.type", "_OTHER"));
            }
            out.histogram("http.client.request.duration", "s", histogram, attributes);
        }
        let pod = &self.pods.all[id];
        for queue in self.queues.iter().filter(|q| q.consumer.0 == pod.service) {
            let share = queue.messages.len() as f64 / spec.replicas as f64;
            let on = || {
                vec![
                    kv("messaging.destination.name", queue.topic),
                    kv("messaging.destination.partition.id", pod.slot as i64),
                ]
            };
            out.whole("kafka.consumer.records_lag", "{record}", share.ceil(), on());
            out.count(
                "messaging.client.consumed.messages",
                "{message}",
                queue.consumed as f64 / spec.replicas as f64,
                on(),
            );
        }
    }

    /// What is left of the serving certificate.
    fn certificate(&self, out: &mut Export, id: PodId, at: i64) {
        let pod = &self.pods.all[id];
        let left = self.certificate_left_s(pod.service, at);
        out.whole(
            "tls.server.certificate.remaining",
            "s",
            left,
            vec![kv("tls.server.subject", format!("CN={}.shop.svc", self.graph.service(pod.service).name))],
        );
    }

    fn certificate_left_s(&self, service: usize, at: i64) -> f64 {
        let usual = 86_400.0 * (9.0 + (service * 11 % 60) as f64);
        self.ask(usual, |a| {
            if a.fault == Fault::CertificateExpiry && a.service == service {
                if at < a.ended { (a.onset - at) as f64 / 1e9 } else { 90.0 * 86_400.0 }
            } else {
                usual
            }
        })
    }
}
