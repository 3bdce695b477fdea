//! Inputs as plain bytes, for commands that want lines rather than records.

use std::fs::File;
use std::io::Read;

use anyhow::Context as _;
use decant_codec::compressed::Plain;
use decant_ingress::files::Input;

/// The input unpacked, whatever it is packed with.
///
/// # Errors
/// It cannot be opened or read.
pub(crate) fn open(input: &Input) -> anyhow::Result<Plain<Box<dyn Read>>> {
    let cannot = || format!("cannot read {}", input.name());
    let stream: Box<dyn Read> = match input {
        Input::Stdin => Box::new(std::io::stdin().lock()),
        Input::File { path, .. } => Box::new(File::open(path).with_context(cannot)?),
    };
    Plain::new(stream).with_context(cannot)
}
