//! Whether the values of variables fit their types, before anything runs.
//!
//! The library looks at a value where it is used, and at some only while it runs; the specification wants a request with a bad variable
//! refused as a whole.

use async_graphql::{
    Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};

use super::outline::{Input, Outline, Shape};
use crate::http::answer::{Code, Refusal};

/// Refuses the first variable that is missing or does not fit.
pub fn check(
    outline: &Outline,
    operation: &OperationDefinition,
    given: &Variables,
) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let lack = match given.get(name) {
            None if kind.nullable || definition.node.default_value.is_some() => continue,
            None => "is required".to_owned(),
            Some(Value::Null) if !kind.nullable => "must not be null".to_owned(),
            Some(value) => match fit(outline, kind, value) {
                Ok(()) => continue,
                Err(Misfit { path, reason }) => {
                    let message = format!("variable \"${name}{path}\": {reason}");
                    return Err(Code::BadUserInput.refuse(message).at(definition.pos));
                }
            },
        };
        let message = format!("variable \"${name}\" of type \"{kind}\" {lack}");
        return Err(Code::BadUserInput.refuse(message).at(definition.pos));
    }
    Ok(())
}

/// Where a value does not fit the type of this name, and why: `details.deal.amount`, `is required`.
pub fn misfit(outline: &Outline, name: &str, value: &Value) -> Option<(String, String)> {
    let Misfit { path, reason } = fit_named(outline, name, value).err()?;
    Some((path.trim_start_matches('.').to_owned(), reason))
}

/// The variables with the defaults of those booleans that are not given: `@include` and `@skip`, as the library reads them, know
/// of no default.
pub fn complete(operation: &OperationDefinition, mut given: Variables) -> Variables {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let is_boolean = matches!(&kind.base, BaseType::Named(kind) if kind == "Boolean");
        if let Some(default) = definition.node.default_value.as_ref().filter(|_| is_boolean) {
            given.entry(name.clone()).or_insert_with(|| default.node.clone());
        }
    }
    given
}

/// Where a value does not fit, and why.
struct Misfit {
    path: String,
    reason: String,
}

impl Misfit {
    fn because(reason: impl Into<String>) -> Self {
        Self { path: String::new(), reason: reason.into() }
    }

    fn inside(self, step: &str) -> Self {
        Self { path: format!("{step}{}", self.path), ..self }
    }
}

fn fit(outline: &Outline, kind: &Type, value: &Value) -> Result<(), Misfit> {
    match (&kind.base, value) {
        (_, Value::Null) if kind.nullable => Ok(()),
        (_, Value::Null) => Err(Misfit::because("must not be null")),
        (BaseType::List(item), Value::List(values)) => {
            values.iter().enumerate().try_for_each(|(index, value)| {
                fit(outline, item, value).map_err(|misfit| misfit.inside(&format!("[{index}]")))
            })
        }
        // A value alone is read as a list of it.
        (BaseType::List(item), value) => fit(outline, item, value),
        (BaseType::Named(name), value) => fit_named(outline, name, value),
    }
}

fn fit_named(outline: &Outline, name: &str, value: &Value) -> Result<(), Misfit> {
    let fits = match outline.get(name) {
        Some(Shape::Enum(names)) => matches!(value, Value::String(name) if names.contains(name)),
        Some(Shape::Input(input)) => return fit_object(outline, name, input, value),
        Some(Shape::Scalar) => {
            return (outline.read_scalar)(name, value).map_err(Misfit::because);
        }
        // The library says that no variable can have this type.
        Some(Shape::Composite(_)) => true,
        None => fits_built_in(name, value),
    };
    if fits { Ok(()) } else { Err(Misfit::because(format!("expected type \"{name}\""))) }
}

fn fits_built_in(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Int", Value::Number(number)) => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        ("Float", value) => matches!(value, Value::Number(_)),
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("String" | "ID", value) => matches!(value, Value::String(_)),
        ("Boolean", value) => matches!(value, Value::Boolean(_)),
        ("Int", _) => false,
        // The library says that there is no such type.
        _ => true,
    }
}

fn fit_object(outline: &Outline, name: &str, input: &Input, value: &Value) -> Result<(), Misfit> {
    let Value::Object(given) = value else {
        return Err(Misfit::because(format!("expected type \"{name}\"")));
    };
    for (key, value) in given {
        let Some(field) = input.fields.get(key.as_str()) else {
            return Err(Misfit::because(format!("\"{name}\" has no field \"{key}\"")));
        };
        fit(outline, &field.of, value).map_err(|misfit| misfit.inside(&format!(".{key}")))?;
    }
    if input.is_one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
        return Err(Misfit::because(format!("\"{name}\" takes exactly one field")));
    }
    let mut missing: Vec<&str> = input
        .fields
        .iter()
        .filter(|(_, field)| !field.of.nullable && !field.has_default)
        .map(|(key, _)| key.as_str())
        .filter(|key| !given.contains_key(*key))
        .collect();
    missing.sort_unstable();
    match missing.first() {
        Some(key) => Err(Misfit::because("is required").inside(&format!(".{key}"))),
        None => Ok(()),
    }
}
