//! A progress bar on standard error while inputs are read; nothing at all where standard error is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar of one run. It is drawn only once the work has lasted long enough to be worth it.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    done: u64,
}

impl Progress {
    /// `total` bytes are to be read, if that is known.
    pub(crate) fn new(total: Option<u64>) -> Self {
        // indicatif hides bars where standard error is no terminal.
        let bar = match total {
            Some(total) => {
                ProgressBar::new(total).with_style(style("{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {wide_msg}"))
            }
            None => ProgressBar::no_length().with_style(style("{spinner} {bytes} {bytes_per_sec} {wide_msg}")),
        };
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, done: 0 }
    }

    /// `total` steps of equal size are to be made.
    pub(crate) fn steps(total: u64) -> Self {
        let bar = ProgressBar::new(total).with_style(style("{bar:32} {percent}% {eta} left"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, done: 0 }
    }

    /// One step is made.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }

    /// A new input begins.
    pub(crate) fn begin(&mut self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.done = self.bar.position();
    }

    /// `bytes` of the present input were read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.bar.set_position(self.done + bytes);
    }

    /// Writes a line above the bar.
    pub(crate) fn note(&self, line: &str) {
        self.bar.suspend(|| note(line));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Writes a note on standard error.
pub(crate) fn note(line: &str) {
    use std::io::Write as _;
    let style = anstyle::AnsiColor::Yellow.on_default();
    // A closed standard error is no reason to stop.
    writeln!(anstream::stderr(), "{style}note:{style:#} {line}").ok();
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
