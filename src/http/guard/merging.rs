//! How long it would take to find out whether the fields of a document can be merged.
//!
//! The rule looks at each kind of object apart, and what is asked of every kind goes into each: kinds inside kinds multiply, so that
//! a page of text can keep it busy for minutes. Here its way is gone before it, until it is too long or more is wrong than anybody
//! is told.

use std::collections::{BTreeMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};

use super::outline::Outline;
use crate::http::answer::{Code, MAX_ERRORS, Refusal};

/// Fields that the rule may look at, each as often as it does.
const MAX_STEPS: usize = 10_000;

/// Refuses a document whose fields would take too long to merge; its fragments end somewhere.
pub fn check(outline: &Outline, document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut way =
        Way { outline, document, gone: HashSet::new(), left: MAX_STEPS, contradictions: 0 };
    let mut operations: Vec<_> = document.operations.iter().map(|(_, found)| found).collect();
    operations.sort_unstable_by_key(|operation| operation.pos);
    for operation in operations {
        let root = outline.root(operation.node.ty);
        let fields = way.expand([(&operation.node.selection_set.node, Some(root))]);
        way.go(fields).map_err(|stop| stop.refuse().at(operation.pos))?;
    }
    Ok(())
}

/// Why the way is not gone to its end.
enum Stop {
    /// It is too far.
    Far,
    /// More is wrong on it than an answer lists, and each is dear to describe.
    Wrong,
}

impl Stop {
    fn refuse(&self) -> Refusal {
        match self {
            Self::Far => Code::QueryTooComplex
                .refuse("fields of one name are asked for in too many kinds inside each other"),
            Self::Wrong => Code::GraphqlValidationFailed.refuse(format!(
                "more than {MAX_ERRORS} fields contradict another of their name: give them aliases"
            )),
        }
    }
}

/// A field, and the type of what it is asked of.
#[derive(Clone, Copy)]
struct Placed<'a> {
    field: &'a Field,
    at: Pos,
    parent: Option<&'a str>,
}

struct Way<'a> {
    outline: &'a Outline,
    document: &'a ExecutableDocument,
    gone: HashSet<Vec<Pos>>,
    /// Fields that may still be looked at.
    left: usize,
    contradictions: usize,
}

impl<'a> Way<'a> {
    /// From these fields down.
    fn go(&mut self, fields: Vec<Placed<'a>>) -> Result<(), Stop> {
        self.look_at(fields.len())?;
        if !self.gone.insert(fields.iter().map(|field| field.at).collect()) {
            return Ok(());
        }
        for named in by_name(fields).into_values() {
            for group in self.by_kind(named) {
                self.look_at(group.len())?;
                self.compare(&group)?;
                let below = group
                    .iter()
                    .map(|placed| (&placed.field.selection_set.node, self.kind(placed)));
                let below = self.expand(below.collect::<Vec<_>>());
                if !below.is_empty() {
                    self.go(below)?;
                }
            }
        }
        Ok(())
    }

    fn look_at(&mut self, n_fields: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(n_fields).ok_or(Stop::Far)?;
        Ok(())
    }

    /// Counts the fields of one object under one name that are not the same field with the same arguments.
    fn compare(&mut self, fields: &[Placed<'a>]) -> Result<(), Stop> {
        if let Some((first, others)) = fields.split_first() {
            self.contradictions +=
                others.iter().filter(|other| !is_same(first.field, other.field)).count();
        }
        if self.contradictions > MAX_ERRORS { Err(Stop::Wrong) } else { Ok(()) }
    }

    /// The fields that may be asked of one object: those of its own kind, and those of every kind.
    fn by_kind(&self, fields: Vec<Placed<'a>>) -> Vec<Vec<Placed<'a>>> {
        let (mut own, mut every) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        for placed in fields {
            let parent = placed.parent.and_then(|name| self.outline.composite(name));
            match parent {
                Some(parent) if parent.is_abstract => every.push(placed),
                _ => own.entry(placed.parent).or_default().push(placed),
            }
        }
        if own.is_empty() {
            return vec![every];
        }
        own.into_values().map(|own| [own, every.clone()].concat()).collect()
    }

    fn kind(&self, placed: &Placed<'a>) -> Option<&'a str> {
        let parent = self.outline.composite(placed.parent?)?;
        Some(&parent.fields.get(placed.field.name.node.as_str())?.of)
    }

    /// All fields of these selections, each fragment written out once.
    fn expand(
        &self,
        sets: impl IntoIterator<Item = (&'a SelectionSet, Option<&'a str>)>,
    ) -> Vec<Placed<'a>> {
        let (mut fields, mut spread) = (Vec::new(), HashSet::new());
        let mut open: Vec<_> = sets.into_iter().collect();
        while let Some((set, parent)) = open.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => {
                        fields.push(Placed { field: &field.node, at: field.pos, parent });
                    }
                    Selection::InlineFragment(inline) => {
                        let on = inline.node.type_condition.as_ref();
                        let on = on.map(|condition| condition.node.on.node.as_str()).or(parent);
                        open.push((&inline.node.selection_set.node, on));
                    }
                    Selection::FragmentSpread(name) => {
                        let name = &name.node.fragment_name.node;
                        let fragment = self.document.fragments.get(name);
                        let Some(fragment) = fragment.filter(|_| spread.insert(name)) else {
                            continue;
                        };
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        open.push((&fragment.node.selection_set.node, Some(on)));
                    }
                }
            }
        }
        fields
    }
}

fn is_same(one: &Field, other: &Field) -> bool {
    let given = |name: &Positioned<Name>| other.get_argument(&name.node).map(|value| &value.node);
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| given(name) == Some(&value.node))
}

fn by_name(fields: Vec<Placed<'_>>) -> BTreeMap<&str, Vec<Placed<'_>>> {
    let mut named = BTreeMap::<&str, Vec<_>>::new();
    for placed in fields {
        let name = placed.field.alias.as_ref().unwrap_or(&placed.field.name);
        named.entry(name.node.as_str()).or_default().push(placed);
    }
    named
}
