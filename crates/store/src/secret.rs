//! Secrets that live as long as the store: 32 bytes in `secrets/<name>`, in hexadecimal, for its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::{StoreError, disk};

pub(crate) fn get_or_insert(
    root: &Path,
    name: &str,
    random: impl FnOnce() -> [u8; 32],
) -> Result<[u8; 32], StoreError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
        return Err(StoreError::Secret { path: root.join("secrets"), reason: format!("{name:?} is no name for one") });
    }
    let path = root.join("secrets").join(name);
    match fs::read_to_string(&path) {
        Ok(text) => from_hex(text.trim_ascii()).ok_or_else(|| StoreError::Secret {
            path,
            reason: "it does not hold 64 hexadecimal digits; restore it, since without it old pseudonyms do not fit new ones"
                .to_owned(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => insert(root, &path, random()),
        Err(error) => Err(StoreError::io("read", &path)(error)),
    }
}

fn insert(root: &Path, path: &Path, secret: [u8; 32]) -> Result<[u8; 32], StoreError> {
    disk::make_folders(root, "secrets".as_ref())?;
    let mut text = String::with_capacity(65);
    for byte in secret {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
    }
    text.push('\n');
    let temporary = path.with_extension("tmp");
    let written =
        private(&temporary).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(StoreError::io("write", &temporary))?;
    fs::rename(&temporary, path).map_err(StoreError::io("rename", path))?;
    disk::sync_folder(&root.join("secrets"))?;
    Ok(secret)
}

/// A new file that nobody else may read, from its first moment.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    options.open(path)
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect();
    bytes.try_into().ok().filter(|_| digits.len() == 64)
}
