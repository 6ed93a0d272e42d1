//! What the guard knows of the schema: which fields are lists, how long they may get, what an input may hold.
//!
//! It is read once from the schema's own text, so there is no list beside it that somebody could forget.

use std::{
    collections::{HashMap, HashSet},
    iter,
};

use async_graphql::{
    Value,
    parser::{
        self,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};

use super::validity::{InvalidSchema, Rules};

/// The schema of the schema, as the specification gives it; the schema's text leaves it out.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// Items expected in a list that no argument bounds: the signatures of a plan, the targets in it.
const SHORT_LIST: u64 = 5;

/// Objects that a look back over many days counts as.
const RETROSPECT: u64 = 100;

/// Reads a value of a scalar that is the schema's own, or says why it cannot.
pub type ReadScalar = fn(scalar: &str, value: &Value) -> Result<(), String>;

/// How long pages are.
#[derive(Clone, Copy, Debug)]
pub struct PageSizes {
    /// Unless the client says otherwise.
    pub usual: u64,
    /// At most.
    pub largest: u64,
}

/// The schema, as far as the guard needs it.
#[derive(Debug)]
pub struct Outline {
    types: HashMap<String, Shape>,
    roots: HashMap<&'static str, String>,
    /// How long pages are.
    pub pages: PageSizes,
    /// Reads values of the schema's own scalars.
    pub read_scalar: ReadScalar,
    /// What makes a document valid.
    pub rules: Rules,
}

/// Why a schema cannot be guarded.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Its text is not that of a schema.
    #[error(transparent)]
    Text(#[from] parser::Error),
    /// It is not a valid one.
    #[error(transparent)]
    Schema(#[from] InvalidSchema),
}

/// What a type is made of.
#[derive(Debug)]
pub enum Shape {
    /// An object, interface or union.
    Composite(Composite),
    /// Names to choose from.
    Enum(HashSet<String>),
    /// Named values.
    Input(Input),
    /// A value without parts.
    Scalar,
}

/// An object, interface or union.
#[derive(Debug, Default)]
pub struct Composite {
    /// Its fields by name.
    pub fields: HashMap<String, Field>,
    /// Whether its lists are as long as the page that was asked for.
    pub is_page: bool,
    /// Whether it is an interface or a union, of which every object is some other type.
    pub is_abstract: bool,
}

/// A field that can be selected.
#[derive(Debug)]
pub struct Field {
    /// The name of its type, without lists.
    pub of: String,
    /// How much of it there may be.
    pub length: Length,
    /// How many objects each of it counts as: what looks back day by day, from the day that the argument `since` says, works for many.
    pub weight: u64,
}

/// How much of a field there may be.
#[derive(Debug, PartialEq, Eq)]
pub enum Length {
    /// One, or none.
    One,
    /// A page, whose items are below it and as many as `first` or `last` says.
    Page,
    /// As many as `first` or `last` says.
    Sized,
    /// As many as the argument of this name has items.
    Given(String),
    /// As many as anybody expects.
    Expected(u64),
}

/// An input object.
#[derive(Debug)]
pub struct Input {
    /// Its fields by name.
    pub fields: HashMap<String, InputField>,
    /// Whether exactly one of them is given.
    pub is_one_of: bool,
}

/// A field of an input object.
#[derive(Debug)]
pub struct InputField {
    /// Its type.
    pub of: Type,
    /// Whether it may be left out although its type is not nullable.
    pub has_default: bool,
}

impl Outline {
    /// Reads the schema's text.
    pub fn read(sdl: &str, pages: PageSizes, read_scalar: ReadScalar) -> Result<Self, Unreadable> {
        let definitions = parser::parse_schema(sdl)?.definitions;
        let introspection = parser::parse_schema(INTROSPECTION)?.definitions;
        let mut outline = Self {
            types: HashMap::new(),
            roots: HashMap::new(),
            pages,
            read_scalar,
            rules: Rules::read(sdl)?,
        };
        for definition in definitions.into_iter().chain(introspection) {
            outline.define(definition);
        }
        outline.mark_pages();
        outline.open_schema();
        Ok(outline)
    }

    /// The type of this name.
    pub fn get(&self, name: &str) -> Option<&Shape> {
        self.types.get(name)
    }

    /// The object, interface or union of this name.
    pub fn composite(&self, name: &str) -> Option<&Composite> {
        match self.types.get(name) {
            Some(Shape::Composite(composite)) => Some(composite),
            _ => None,
        }
    }

    /// The type that operations of this kind begin at.
    pub fn root(&self, kind: OperationType) -> &str {
        self.roots.get(key(kind)).map_or_else(|| key(kind), String::as_str)
    }

    fn define(&mut self, definition: TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let schema = schema.node;
                let roots = [
                    (OperationType::Query, schema.query),
                    (OperationType::Mutation, schema.mutation),
                    (OperationType::Subscription, schema.subscription),
                ];
                let named = roots
                    .into_iter()
                    .filter_map(|(kind, name)| name.map(|name| (key(kind), name.node.to_string())));
                self.roots.extend(named);
            }
            TypeSystemDefinition::Type(definition) => {
                let definition = definition.node;
                let is_one_of =
                    definition.directives.iter().any(|given| given.node.name.node == "oneOf");
                let shape = shape(definition.kind, is_one_of);
                self.types.insert(definition.name.node.to_string(), shape);
            }
            TypeSystemDefinition::Directive(_) => {}
        }
    }

    /// Whatever a page is made of is a page wherever it is found.
    fn mark_pages(&mut self) {
        let of_pages: HashSet<String> = self
            .types
            .values()
            .filter_map(|shape| match shape {
                Shape::Composite(composite) => Some(composite),
                _ => None,
            })
            .flat_map(|composite| composite.fields.values())
            .filter(|field| field.length == Length::Page)
            .map(|field| field.of.clone())
            .collect();
        for name in &sorted(of_pages) {
            if let Some(Shape::Composite(composite)) = self.types.get_mut(name) {
                composite.is_page = true;
            }
        }
    }

    /// Every query may ask about the schema, which has as many types as it has.
    fn open_schema(&mut self) {
        let n_types = u64::try_from(self.types.len()).unwrap_or(u64::MAX);
        let root = self.root(OperationType::Query).to_owned();
        if let Some(Shape::Composite(schema)) = self.types.get_mut("__Schema")
            && let Some(types) = schema.fields.get_mut("types")
        {
            types.length = Length::Expected(n_types);
        }
        if let Some(Shape::Composite(query)) = self.types.get_mut(&root) {
            for (name, of) in [("__schema", "__Schema"), ("__type", "__Type")] {
                let field = Field { of: of.to_owned(), length: Length::One, weight: 1 };
                query.fields.insert(name.to_owned(), field);
            }
        }
    }
}

fn sorted(names: HashSet<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_unstable();
    names
}

fn key(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

fn shape(kind: TypeKind, is_one_of: bool) -> Shape {
    match kind {
        TypeKind::Scalar => Shape::Scalar,
        TypeKind::Object(object) => {
            composite(object.fields.into_iter().map(|field| field.node), false)
        }
        TypeKind::Interface(interface) => {
            composite(interface.fields.into_iter().map(|field| field.node), true)
        }
        TypeKind::Union(_) => composite(iter::empty(), true),
        TypeKind::Enum(names) => {
            Shape::Enum(names.values.into_iter().map(|name| name.node.value.to_string()).collect())
        }
        TypeKind::InputObject(input) => {
            let fields = input.fields.into_iter().map(|field| {
                let InputValueDefinition { name, ty, default_value, .. } = field.node;
                let field = InputField { of: ty.node, has_default: default_value.is_some() };
                (name.node.to_string(), field)
            });
            Shape::Input(Input { fields: fields.collect(), is_one_of })
        }
    }
}

fn composite(fields: impl Iterator<Item = FieldDefinition>, is_abstract: bool) -> Shape {
    let fields = fields.map(|definition| {
        let (length, weight) = (length(&definition), weight(&definition));
        let field = Field { of: innermost(&definition.ty.node).to_owned(), length, weight };
        (definition.name.node.to_string(), field)
    });
    Shape::Composite(Composite { fields: fields.collect(), is_page: false, is_abstract })
}

fn length(field: &FieldDefinition) -> Length {
    let is_list = matches!(field.ty.node.base, BaseType::List(_));
    let is_sized = field
        .arguments
        .iter()
        .any(|argument| matches!(argument.node.name.node.as_str(), "first" | "last"));
    let ids = field.arguments.iter().find(|argument| match &argument.node.ty.node.base {
        BaseType::List(item) => matches!(&item.base, BaseType::Named(name) if name == "ID"),
        BaseType::Named(_) => false,
    });
    match (is_list, is_sized, ids) {
        (true, true, _) => Length::Sized,
        (false, true, _) => Length::Page,
        (true, false, Some(ids)) => Length::Given(ids.node.name.node.to_string()),
        (true, false, None) => Length::Expected(SHORT_LIST),
        (false, false, _) => Length::One,
    }
}

fn weight(field: &FieldDefinition) -> u64 {
    let looks_back = field.arguments.iter().any(|argument| argument.node.name.node == "since");
    if looks_back { RETROSPECT } else { 1 }
}

fn innermost(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => innermost(item),
    }
}
