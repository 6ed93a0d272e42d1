//! What a document would cost, found out without running it.
//!
//! Each operation and each fragment is walked once, however often it is spread: a fragment keeps its weight. The library walks every
//! spread anew, so a document of fifty lines could keep it busy for ever; what passes here is small however it is walked.

use std::collections::HashMap;

use async_graphql::{
    Name, Number, Pos, Positioned, Value, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value as InputValue;

use super::{
    outline::{Composite, Length, Outline},
    weight::{Amount, Weight},
};
use crate::http::answer::{Code, Refusal};

/// Aliases of one field in a document.
pub const MAX_ALIASES: u32 = 30;

/// Directives in a document.
pub const MAX_DIRECTIVES: usize = 50;

/// Fields inside each other below `__schema` and `__type`: GraphiQL's own question has 14.
pub const MAX_SCHEMA_DEPTH: u32 = 20;

/// Fields, spreads and inline fragments of a document once its fragments are written out: more than twice what it can have itself.
const MAX_SELECTIONS: u64 = 5_000;

/// Braces inside each other once fragments are written out; where the library stops, too.
const MAX_NESTING: u32 = 32;

/// Fields that the schema does not have: each one makes the library look for a name like it.
const MAX_UNKNOWN: usize = 20;

/// Parts of the schema that count as much as one object: they are in memory, and no table is asked.
const PARTS_PER_NODE: u64 = 100;

/// What was found out about the operation that is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Objects that it may bring.
    pub nodes: u64,
    /// Where the document first asks about the schema itself.
    pub introspects_at: Option<Pos>,
}

/// Weighs the operation that is to run, and looks at all that stands beside it.
pub fn measure(
    outline: &Outline,
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    given: &Variables,
) -> Result<Measure, Refusal> {
    let mut scales = Scales::new(outline, document, &operation.node, given);
    let weight = scales.operation(operation)?;
    weight.check(&operation.node, operation.pos)?;

    let mut others: Vec<_> = document.operations.iter().map(|(_, other)| other).collect();
    others.retain(|other| other.pos != operation.pos);
    others.sort_unstable_by_key(|other| other.pos);
    let mut selections = weight.selections;
    for other in others {
        selections = selections.saturating_add(scales.operation(other)?.selections);
    }
    let mut unused: Vec<&str> = document.fragments.keys().map(Name::as_str).collect();
    unused.sort_unstable();
    for name in unused {
        scales.fragment(name, 0)?;
    }
    if selections > MAX_SELECTIONS {
        let message =
            format!("with its fragments the document has more than {MAX_SELECTIONS} selections");
        return Err(Code::QueryTooComplex.refuse(message).at(operation.pos));
    }
    Ok(Measure { nodes: weight.once.nodes, introspects_at: scales.introspects_at })
}

struct Scales<'a> {
    outline: &'a Outline,
    document: &'a ExecutableDocument,
    variables: HashMap<&'a str, (&'a Value, u64)>,
    fragments: HashMap<&'a str, Weight>,
    /// Fragments that are being weighed, the innermost last.
    open: Vec<&'a str>,
    aliases: HashMap<&'a str, u32>,
    n_directives: usize,
    n_unknown: usize,
    introspects_at: Option<Pos>,
}

impl<'a> Scales<'a> {
    fn new(
        outline: &'a Outline,
        document: &'a ExecutableDocument,
        operation: &'a OperationDefinition,
        given: &'a Variables,
    ) -> Self {
        let variables = operation.variable_definitions.iter().filter_map(|definition| {
            let definition = &definition.node;
            let name = &definition.name.node;
            let default = definition.default_value.as_ref().map(|value| &value.node);
            let value = given.get(name).or(default)?;
            Some((name.as_str(), (value, n_values(value))))
        });
        Self {
            outline,
            document,
            variables: variables.collect(),
            fragments: HashMap::new(),
            open: Vec::new(),
            aliases: HashMap::new(),
            n_directives: 0,
            n_unknown: 0,
            introspects_at: None,
        }
    }

    fn operation(
        &mut self,
        operation: &'a Positioned<OperationDefinition>,
    ) -> Result<Weight, Refusal> {
        let root = self.outline.composite(self.outline.root(operation.node.ty));
        self.directives(&operation.node.directives)?;
        self.selections(&operation.node.selection_set, root, 0)
    }

    fn selections(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        on: Option<&'a Composite>,
        nesting: u32,
    ) -> Result<Weight, Refusal> {
        if nesting > MAX_NESTING {
            return Err(too_deep().at(set.pos));
        }
        let mut sum = Weight::default();
        for selection in &set.node.items {
            let directives = self.directives(selection.node.directives())?;
            let weight = match &selection.node {
                Selection::Field(field) => self.field(field, on, nesting)?,
                Selection::InlineFragment(fragment) => {
                    let narrowed = fragment.node.type_condition.as_ref();
                    let on = narrowed
                        .map_or(on, |condition| self.outline.composite(&condition.node.on.node));
                    let inner = self.selections(&fragment.node.selection_set, on, nesting + 1)?;
                    inner.inside()
                }
                Selection::FragmentSpread(spread) => {
                    let inner = self.fragment(&spread.node.fragment_name.node, nesting + 1)?;
                    inner.inside()
                }
            };
            sum = sum.plus(weight);
            sum.once = sum.once.plus(directives);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &'a str, nesting: u32) -> Result<Weight, Refusal> {
        if let Some(weight) = self.fragments.get(name) {
            if nesting + weight.nesting > MAX_NESTING {
                return Err(too_deep());
            }
            return Ok(*weight);
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Weight::default());
        };
        if self.open.contains(&name) {
            let message = format!("the fragment \"{name}\" spreads itself");
            return Err(Code::GraphqlValidationFailed.refuse(message).at(fragment.pos));
        }
        self.open.push(name);
        self.directives(&fragment.node.directives)?;
        let on = self.outline.composite(&fragment.node.type_condition.node.on.node);
        let weight = self.selections(&fragment.node.selection_set, on, nesting)?;
        self.open.pop();
        self.fragments.insert(name, weight);
        Ok(weight)
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        on: Option<&'a Composite>,
        nesting: u32,
    ) -> Result<Weight, Refusal> {
        let Positioned { pos, node: field } = field;
        let name = field.name.node.as_str();
        if field.alias.is_some() {
            let n_aliases = self.aliases.entry(name).or_default();
            *n_aliases += 1;
            if *n_aliases > MAX_ALIASES {
                let message = format!("the field \"{name}\" has more than {MAX_ALIASES} aliases");
                return Err(Code::QueryTooComplex.refuse(message).at(*pos));
            }
        }
        let known = on.and_then(|on| on.fields.get(name));
        if known.is_none() && on.is_some() && name != "__typename" {
            self.n_unknown += 1;
            if self.n_unknown > MAX_UNKNOWN {
                let message = format!("more than {MAX_UNKNOWN} fields are not in the schema");
                return Err(Code::GraphqlValidationFailed.refuse(message).at(*pos));
            }
        }
        let is_schema = matches!(name, "__schema" | "__type");
        if is_schema {
            self.introspects_at.get_or_insert(*pos);
        }
        let of = known.and_then(|known| self.outline.composite(&known.of));
        let values = field.arguments.iter().map(|(_, value)| self.n_values(&value.node));
        let values = values.fold(0, u64::saturating_add);
        let mut inner = if field.selection_set.node.items.is_empty() {
            Weight::default()
        } else {
            self.selections(&field.selection_set, of, nesting + 1)?
        };

        let page = self.page(field);
        let weight = known.map_or(1, |known| known.weight);
        let is_object = !field.selection_set.node.items.is_empty();
        let itself = Amount { nodes: if is_object { weight } else { 0 }, values: 0 };
        let single = itself.plus(inner.once).plus(inner.each.times(page));
        let mut amount = match known.map_or(&Length::One, |known| &known.length) {
            Length::One | Length::Page => single,
            Length::Sized => single.times(page),
            Length::Given(argument) => single.times(self.length_of(field, argument)),
            // The items of a page are counted by whoever asked for the page.
            Length::Expected(_) if on.is_some_and(|on| on.is_page) => single,
            Length::Expected(length) => single.times(*length),
        };
        amount.values = amount.values.saturating_add(values);
        if is_schema {
            if inner.depth > MAX_SCHEMA_DEPTH {
                return Err(too_deep().at(*pos));
            }
            inner.depth = 0;
            amount.nodes = amount.nodes.div_ceil(PARTS_PER_NODE);
        }
        let is_item = known.is_some_and(|known| matches!(known.length, Length::Expected(_)))
            && on.is_some_and(|on| on.is_page);
        let (once, each) =
            if is_item { (Amount::default(), amount) } else { (amount, Amount::default()) };
        Ok(Weight {
            once,
            each,
            depth: inner.depth + 1,
            nesting: inner.nesting + 1,
            selections: inner.selections.saturating_add(1),
            roots: 1,
        })
    }

    /// Counts directives, and the values handed to them.
    fn directives(&mut self, directives: &'a [Positioned<Directive>]) -> Result<Amount, Refusal> {
        self.n_directives += directives.len();
        if self.n_directives > MAX_DIRECTIVES {
            let message = format!("the document has more than {MAX_DIRECTIVES} directives");
            let refusal = Code::QueryTooComplex.refuse(message);
            return Err(directives.last().map_or(refusal.clone(), |last| refusal.at(last.pos)));
        }
        let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        let values = arguments.map(|(_, value)| self.n_values(&value.node));
        Ok(Amount { nodes: 0, values: values.fold(0, u64::saturating_add) })
    }

    /// The items of the page that a field asks for. A size that cannot be is left to the field, which will refuse it.
    fn page(&self, field: &Field) -> u64 {
        let sizes = ["first", "last"].into_iter().filter_map(|name| {
            let number = self.number(&field.get_argument(name)?.node)?;
            number.as_u64().or_else(|| number.as_i64().map(|_| 0))
        });
        let pages = self.outline.pages;
        sizes.max().map_or(pages.usual, |size| size.min(pages.largest))
    }

    /// The number that a value is, if it is one.
    fn number<'v>(&'v self, value: &'v InputValue) -> Option<&'v Number> {
        match value {
            InputValue::Number(number) => Some(number),
            InputValue::Variable(name) => match self.variables.get(name.as_str()) {
                Some((Value::Number(number), _)) => Some(number),
                _ => None,
            },
            _ => None,
        }
    }

    /// How many items an argument has; one that is no list is read as a list of it.
    fn length_of(&self, field: &Field, argument: &str) -> u64 {
        let Some(value) = field.get_argument(argument) else { return 0 };
        let length = match &value.node {
            InputValue::List(items) => items.len(),
            InputValue::Variable(name) => match self.variables.get(name.as_str()) {
                Some((Value::List(items), _)) => items.len(),
                Some(_) => 1,
                None => 0,
            },
            _ => 1,
        };
        u64::try_from(length).unwrap_or(u64::MAX)
    }

    fn n_values(&self, value: &InputValue) -> u64 {
        match value {
            InputValue::Variable(name) => self.variables.get(name.as_str()).map_or(1, |(_, n)| *n),
            InputValue::List(items) => {
                items.iter().map(|item| self.n_values(item)).fold(1, u64::saturating_add)
            }
            InputValue::Object(fields) => {
                fields.values().map(|value| self.n_values(value)).fold(1, u64::saturating_add)
            }
            _ => 1,
        }
    }
}

fn n_values(value: &Value) -> u64 {
    match value {
        Value::List(items) => items.iter().map(n_values).fold(1, u64::saturating_add),
        Value::Object(fields) => fields.values().map(n_values).fold(1, u64::saturating_add),
        _ => 1,
    }
}

fn too_deep() -> Refusal {
    Code::QueryTooComplex.refuse("the document is nested too deeply")
}
