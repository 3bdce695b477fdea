//! Compiles the wire contract in `proto/` with protox, so that nobody needs a protoc, and keeps its descriptors for
//! gRPC reflection.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const ROOT: &str = "../../proto";
const SERVICE: &str = "decant/context/v1/context.proto";
/// The files whose messages are read from the JSON form, so that there is one source of what an answer holds.
const READ_FROM_JSON: [&str; 2] = ["decant/context/v1/bundle.proto", "decant/context/v1/page.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let files = protox::compile([SERVICE], [ROOT])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("decant_context_v1.bin"), files.encode_to_vec())?;

    let mut code = tonic_prost_build::configure().btree_map(".");
    for file in files.file.iter().filter(|file| READ_FROM_JSON.contains(&file.name())) {
        for message in &file.message_type {
            let path = format!(".{}.{}", file.package(), message.name());
            code = code.message_attribute(path, "#[derive(serde::Deserialize)]\n#[serde(default)]");
        }
    }
    code.compile_fds(files)?;
    Ok(())
}
