//! A request on its way through the code paths of the services.
//!
//! The walk runs each operation act by act with a clock of its own, makes the spans and log records that the code
//! would make, and asks the world how long things take and whether they work. A failed act ends its operation, unless
//! the code can do without; then the caller sees a failed call, and so on up to the edge of the shop.

mod calls;
mod frame;
mod peers;
mod spans;

use crate::dice::Dice;
use crate::line::Context;
use crate::otlp::kv;
use crate::pods::PodId;
use crate::shop::{Act, ERROR, INFO, Need, ServiceId, WARN};
use crate::stack;
use crate::trouble::{Trouble, describe};
use crate::vars::Vars;
use crate::world::World;

pub(crate) use frame::{Frame, Reply};

/// A request and all that it causes.
#[derive(Debug)]
pub(crate) struct Walk<'w> {
    pub(crate) world: &'w mut World,
    pub(crate) dice: Dice,
    pub(crate) vars: Vars,
    pub(crate) trace: [u8; 16],
}

/// Milliseconds as nanoseconds.
pub(crate) fn ns(ms: f64) -> i64 {
    (ms * 1e6) as i64
}

impl<'w> Walk<'w> {
    pub(crate) fn new(world: &'w mut World, mut dice: Dice) -> Self {
        let (vars, trace) = (Vars::new(&mut dice), dice.id());
        Self { world, dice, vars, trace }
    }

    /// An operation runs on a pod that has been reached.
    pub(crate) fn serve(&mut self, target: (ServiceId, usize), pod: PodId, at: i64, parent: Option<[u8; 8]>) -> Reply {
        let mut frame = Frame::new(self, target, pod, at, parent);
        let service = target.0;
        if frame.operation.is_served() && self.world.sheds(service, frame.slot, at, &mut self.dice) {
            frame.now += ns(self.dice.around(1.2, 0.3));
            frame.trouble = Some(Trouble::Overloaded);
            self.say(&frame, WARN, "too many requests in flight, rejecting {n}", &[]);
        } else {
            self.miss(&mut frame);
            let half = frame.operation.acts.len() / 2;
            let (first, second) = frame.operation.acts.split_at(half);
            self.run(&mut frame, first);
            self.break_down(&mut frame, target);
            self.run(&mut frame, second);
        }
        let reply = frame.finish(self);
        self.world.loads[service].add_request((reply.end - at) as f64 / 1e6);
        reply
    }

    /// Now and then somebody asks for an article that is gone.
    fn miss(&mut self, frame: &mut Frame) {
        if frame.operation.route.ends_with("/GetItem") && self.dice.chance(0.004) {
            frame.now += ns(self.dice.around(1.5, 0.3));
            self.say(frame, INFO, "no such item", &["sku"]);
            frame.trouble = Some(Trouble::Answered(404));
        }
    }

    /// Whether the code itself gives way here.
    fn break_down(&mut self, frame: &mut Frame, (service, operation): (ServiceId, usize)) {
        if frame.trouble.is_some() {
            return;
        }
        let Some(ailment) = self.world.ailment.as_ref() else { return };
        let language = frame.spec.language;
        if ailment.throws(service, operation, frame.now, &mut self.dice) {
            let (kind, message, function) = ailment.exception(language);
            self.fail(frame, Trouble::Thrown, kind, message, function);
        } else if ailment.is_bad_record(service, operation, &self.vars.sku, frame.now) {
            let (kind, message, function) = ailment.bad_record(language, &self.vars.sku);
            self.fail(frame, Trouble::BadRecord, kind, &message, function);
        }
    }

    fn run(&mut self, frame: &mut Frame, acts: &'static [Act]) {
        for act in acts {
            if frame.trouble.is_some() {
                return;
            }
            match *act {
                Act::Work { span, ms } => self.work(frame, span, ms),
                Act::Log { severity, text, fields } => self.say(frame, severity, text, fields),
                Act::Call { service, route, need } => self.call(frame, service, route, need),
                Act::Query { peer, statement, table, ms } => self.query(frame, peer, statement, table, ms),
                Act::Cache { peer, command, ms } => self.cache(frame, peer, command, ms),
                Act::Publish { topic } => self.publish(frame, topic),
                Act::Provider { peer, method, route, ms, need } => self.provider(frame, peer, method, route, ms, need),
                Act::Write { what, ms, need } => self.write(frame, what, ms, need),
                Act::Sometimes(chance, inner) => {
                    if self.dice.chance(chance) {
                        self.run(frame, inner);
                    }
                }
                Act::Repeat(least, most, inner) => {
                    for _ in 0..least + self.dice.below(most - least + 1) {
                        self.run(frame, inner);
                    }
                }
            }
        }
    }

    /// Computing: its time grows with the load, now and then it is much longer.
    fn work(&mut self, frame: &mut Frame, span: &'static str, ms: f64) {
        let start = frame.now;
        self.world.loads[frame.service].add_work(ms);
        let slowness = self.world.slowness(frame.service, frame.slot, start);
        let outlier = if self.dice.chance(0.008) { self.dice.between(2.0, 6.0) } else { 1.0 };
        let mut took = self.dice.around(ms, 0.22) * slowness * outlier;
        if let Some(ailment) = &self.world.ailment {
            took += ailment.stall_ms(frame.service, frame.slot, start, &mut self.dice);
        }
        frame.now += ns(took);
        if !span.is_empty() {
            let made = self.internal(frame, span);
            self.world.span(frame.pod, start, frame.now, made);
        }
    }

    /// A log record of the operation.
    pub(crate) fn say(&mut self, frame: &Frame, severity: u8, text: &'static str, fields: &[&'static str]) {
        let elapsed = (frame.now - frame.start) as f64 / 1e6;
        let text = self.vars.fill(text, elapsed, &mut self.dice);
        let fields = fields.iter().map(|name| (*name, self.vars.value(name, elapsed, &mut self.dice))).collect();
        self.write_entry(frame, severity, text, fields, None);
    }

    /// The operation fails with an exception of its own: told once, where it happens.
    fn fail(&mut self, frame: &mut Frame, trouble: Trouble, kind: &str, message: &str, function: &str) {
        let trace = stack::trace(frame.spec.language, kind, message, frame.operation.logger, function);
        let exception = (kind.to_owned(), message.to_owned(), trace);
        let text = format!("{} failed: {message}", frame.operation.span_name());
        self.write_entry(frame, ERROR, text, Vec::new(), Some(exception.clone()));
        frame.exception = Some(exception);
        frame.trouble = Some(trouble);
    }

    /// What a failed call does to the operation that made it.
    pub(crate) fn cope(&mut self, frame: &mut Frame, trouble: Trouble, to: &crate::trouble::Target, need: Need) {
        let (kind, message) = describe(frame.spec.language, trouble, to);
        match (need, trouble) {
            (Need::May(otherwise), Trouble::NoSpace) => {
                let function = function_of(frame.spec.language, "volume");
                let trace = stack::trace(frame.spec.language, &kind, &message, frame.operation.logger, &function);
                let text = format!("{otherwise}: {message}");
                self.write_entry(frame, ERROR, text, Vec::new(), Some((kind, message, trace)));
            }
            (Need::May(otherwise), _) => {
                let error = (if frame.spec.lines { "cause" } else { "error.message" }, message);
                self.write_entry(frame, WARN, otherwise.to_owned(), vec![error], None);
            }
            (Need::Must, Trouble::Answered(404)) => {
                self.say(frame, INFO, "item {sku} not found", &[]);
                frame.trouble = Some(trouble);
            }
            (Need::Must, Trouble::Answered(_) | Trouble::Overloaded | Trouble::BreakerOpen) => {
                let text = format!("{} failed: {message}", frame.operation.span_name());
                self.write_entry(frame, ERROR, text, Vec::new(), None);
                frame.trouble = Some(trouble);
            }
            (Need::Must, _) => {
                let function = function_of(frame.spec.language, &to.name);
                self.fail(frame, trouble, &kind, &message, &function);
            }
        }
    }

    pub(crate) fn context(&self, frame: &Frame) -> Context {
        Context { trace: self.trace, span: frame.span }
    }

    pub(crate) fn write_entry(
        &mut self,
        frame: &Frame,
        severity: u8,
        text: String,
        fields: Vec<(&'static str, String)>,
        exception: Option<(String, String, String)>,
    ) {
        let entry = crate::line::Entry {
            at: frame.now,
            severity,
            logger: frame.operation.logger,
            text: with_fields(frame, text, &fields),
            fields,
            exception,
            context: Some(self.context(frame)),
        };
        self.world.log(frame.pod, entry);
    }
}

/// Text formats have no fields: what matters is put into the text.
fn with_fields(frame: &Frame, text: String, fields: &[(&'static str, String)]) -> String {
    use crate::shop::Language;
    let has_fields = !frame.spec.lines || matches!(frame.spec.language, Language::Go | Language::Node | Language::Rust);
    if has_fields {
        return text;
    }
    fields.iter().fold(text, |text, (_, value)| format!("{text}: {value}"))
}

/// The function that calls `name`, as the language would write it.
fn function_of(language: crate::shop::Language, name: &str) -> String {
    use crate::shop::Language;
    let base = name.split(['.', '-']).find(|p| *p != "api" && *p != "smtp" && *p != "rates").unwrap_or(name);
    match language {
        Language::Python | Language::Rust => format!("call_{base}"),
        Language::DotNet => {
            let mut letters = base.chars();
            let head: String = letters.by_ref().take(1).flat_map(char::to_uppercase).collect();
            format!("Call{head}{}Async", letters.as_str())
        }
        _ => format!(
            "call{}",
            base.replacen(|_: char| true, &base.chars().take(1).flat_map(char::to_uppercase).collect::<String>(), 1)
        ),
    }
}

/// Attributes that every HTTP span has.
pub(crate) fn http(method: &str, status: Option<u16>) -> Vec<opentelemetry_proto::tonic::common::v1::KeyValue> {
    let mut out = vec![kv("http.request.method", method)];
    out.extend(status.map(|s| kv("http.response.status_code", i64::from(s))));
    out
}
