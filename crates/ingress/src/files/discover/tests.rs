//! A folder of everything.

use super::*;

#[test]
fn folders_are_walked_in_sorted_order_and_hidden_files_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::create_dir_all(root.join("b/deep")).expect("a folder");
    for name in ["z.log", "a.log", "b/2.log", "b/deep/1.log", ".hidden"] {
        fs::write(root.join(name), "x").expect("a file");
    }
    let found = discover(&[root.to_owned(), "-".into(), root.join("a.log")]);
    let names: Vec<String> =
        found.inputs.iter().map(|i| i.name().replace(&format!("{}/", root.display()), "")).collect();
    assert_eq!(names, ["a.log", "b/2.log", "b/deep/1.log", "z.log", "-"]);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    assert_eq!(found.inputs[0].bytes(), Some(1));
}

#[test]
fn what_cannot_be_read_is_named_with_its_mend() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let found = discover(&[folder.path().join("nowhere"), empty]);
    assert_eq!(found.inputs, []);
    let messages: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    assert!(messages[0].ends_with("nowhere: there is no such file or folder, check the path"), "{messages:?}");
    assert!(messages[1].contains("empty: the folder holds no files"), "{messages:?}");
}

#[cfg(unix)]
#[test]
fn a_socket_is_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let found = discover(std::slice::from_ref(&path));
    assert!(found.errors[0].to_string().contains("it is a socket"), "{:?}", found.errors);
}
