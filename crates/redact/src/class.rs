//! The classes: what a found value is called, in counts, policies and pseudonyms.

/// What kind of harm a leak would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Opens a door.
    Secret,
    /// Tells who somebody is.
    Personal,
}

/// A built-in class.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Lower case with dashes, as in `<aws-key:1>`.
    pub name: &'static str,
    pub family: Family,
}

/// The built-in class of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|c| c.name == name)
}

const fn secret(name: &'static str) -> Class {
    Class { name, family: Family::Secret }
}

const fn personal(name: &'static str) -> Class {
    Class { name, family: Family::Personal }
}

/// All built-in classes.
pub const CLASSES: &[Class] = &[
    secret("ai-key"),
    secret("api-key"),
    secret("password"),
    secret("secret"),
    secret("token"),
    personal("email"),
];
