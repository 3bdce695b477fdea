//! What the name of a file says about who wrote it.
//!
//! The container runtimes put pod, namespace and container into the path:
//!
//! - `/var/log/containers/<pod>_<namespace>_<container>-<id>.log`
//! - `/var/log/pods/<namespace>_<pod>_<uid>/<container>/<n>.log`
//! - `/var/lib/docker/containers/<id>/<id>-json.log`

/// Resource attributes of a file, by its path or name.
pub(super) fn attributes(source: &str) -> Vec<(String, String)> {
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    let mut out = Vec::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            out.push((key.to_owned(), value.to_owned()));
        }
    };
    put("log.file.name", name);
    if name.len() < source.len() {
        put("log.file.path", source);
    }
    let mut folders = source.rsplit(['/', '\\']).skip(1);
    let (parent, grandparent) = (folders.next().unwrap_or(""), folders.next().unwrap_or(""));
    if let Some(id) = name.strip_suffix("-json.log").filter(|id| is_container_id(id)) {
        put("container.id", id);
    } else if let Some((pod, namespace, container, id)) = containers_name(name) {
        put("k8s.pod.name", pod);
        put("k8s.namespace.name", namespace);
        put("k8s.container.name", container);
        put("container.id", id);
    } else if name.bytes().next().is_some_and(|b| b.is_ascii_digit()) && source.contains("/pods/") {
        let mut parts = grandparent.splitn(3, '_');
        if let (Some(namespace), Some(pod), Some(uid)) = (parts.next(), parts.next(), parts.next()) {
            put("k8s.namespace.name", namespace);
            put("k8s.pod.name", pod);
            put("k8s.pod.uid", uid);
            put("k8s.container.name", parent);
        }
    }
    out
}

fn containers_name(name: &str) -> Option<(&str, &str, &str, &str)> {
    let mut parts = name.strip_suffix(".log")?.splitn(3, '_');
    let (pod, namespace, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (container, id) = rest.rsplit_once('-')?;
    is_container_id(id).then_some((pod, namespace, container, id))
}

fn is_container_id(text: &str) -> bool {
    text.len() >= 12 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[(&str, &str)]) {
        let found = attributes(source);
        let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        for pair in expected {
            assert!(found.contains(pair), "{source}: {found:?} lacks {pair:?}");
        }
    }

    #[test]
    fn paths_of_container_runtimes_name_the_container() {
        let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        check("app.log", &[("log.file.name", "app.log")]);
        check("/srv/app.log", &[("log.file.name", "app.log"), ("log.file.path", "/srv/app.log")]);
        check(
            &format!("/var/log/containers/cart-7d9f_shop_cart-main-{id}.log"),
            &[("k8s.pod.name", "cart-7d9f"), ("k8s.namespace.name", "shop"), ("k8s.container.name", "cart-main")],
        );
        check(
            "/var/log/pods/shop_cart-7d9f_11-22/cart/0.log",
            &[("k8s.pod.name", "cart-7d9f"), ("k8s.namespace.name", "shop"), ("k8s.container.name", "cart")],
        );
        check(&format!("/var/lib/docker/containers/{id}/{id}-json.log"), &[("container.id", id)]);
    }
}
