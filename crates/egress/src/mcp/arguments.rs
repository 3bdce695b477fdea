//! A tool call's arguments as [`Asked`].
//!
//! Models write numbers as strings and leave out by `null`: both are understood. Anything else that does not fit is told
//! to the model by name, with what would.

use rmcp::model::JsonObject;
use serde_json::Value;

use super::tools;
use crate::{
    asked::Asked,
    metrics::Question,
    parameters::{Parameter, quoted},
    service::ServiceError,
};

pub(crate) fn read(question: Question, arguments: JsonObject) -> Result<Asked, ServiceError> {
    let mut asked = Asked::default();
    for (name, value) in arguments {
        let Some(parameter) = Parameter::of(question).iter().find(|parameter| parameter.name() == name) else {
            let known: Vec<&str> = Parameter::of(question).iter().map(|parameter| parameter.name()).collect();
            return Err(ServiceError::InvalidArgument(format!(
                "argument {} is not known to {}: use {}",
                quoted(&name),
                tools::name(question),
                known.join(", ")
            )));
        };
        match value {
            Value::Null => {}
            Value::String(text) => parameter.set(&mut asked, text)?,
            Value::Number(number) => parameter.set(&mut asked, number.to_string())?,
            _ => return Err(ServiceError::InvalidArgument(format!("{name} must be a single value"))),
        }
    }
    Ok(asked)
}
