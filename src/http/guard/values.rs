//! The one rule on values that the implementation of the others lacks: what an object is given, it is given once.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{Argument, DirectiveList, Value},
    executable::{Selection, SelectionSet},
};
use async_graphql::Pos;

use crate::http::answer::Flaw;

/// The first name that an object in `document` has twice.
pub fn given_twice(document: &ExecutableDocument) -> Option<Flaw> {
    let operations = document.operations.iter();
    let mut in_operations = operations.filter_map(|operation| {
        let variables = operation.variables.iter();
        let mut defaults = variables.filter_map(|variable| variable.default_value.as_deref());
        defaults
            .find_map(of_value)
            .or_else(|| of_directives(&operation.directives))
            .or_else(|| of_selections(&operation.selection_set))
    });
    let mut in_fragments = document.fragments.values().filter_map(|fragment| {
        of_directives(&fragment.directives).or_else(|| of_selections(&fragment.selection_set))
    });
    let name = in_operations.next().or_else(|| in_fragments.next())?;
    let place = name.line_column_range(&document.sources);
    Some(Flaw {
        message: format!("the field `{name}` is given twice"),
        at: place.map(|place| Pos { line: place.start.line, column: place.start.column }),
    })
}

fn of_selections(set: &SelectionSet) -> Option<&Name> {
    set.selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => of_arguments(field.arguments.iter().map(|given| &**given))
            .or_else(|| of_directives(&field.directives))
            .or_else(|| of_selections(&field.selection_set)),
        Selection::InlineFragment(inline) => {
            of_directives(&inline.directives).or_else(|| of_selections(&inline.selection_set))
        }
        Selection::FragmentSpread(spread) => of_directives(&spread.directives),
    })
}

fn of_directives(directives: &DirectiveList) -> Option<&Name> {
    directives
        .iter()
        .find_map(|directive| of_arguments(directive.arguments.iter().map(|given| &**given)))
}

fn of_arguments<'a>(mut arguments: impl Iterator<Item = &'a Argument>) -> Option<&'a Name> {
    arguments.find_map(|argument| of_value(&argument.value))
}

fn of_value(value: &Value) -> Option<&Name> {
    match value {
        Value::Object(fields) => {
            let mut seen = HashSet::new();
            fields.iter().find_map(|(name, value)| {
                (!seen.insert(name)).then_some(name).or_else(|| of_value(value))
            })
        }
        Value::List(items) => items.iter().find_map(|item| of_value(item)),
        _ => None,
    }
}
