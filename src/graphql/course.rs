//! How far a stream has come, said beside its items: so that one who follows alone can go on where others follow together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::domain::event::EventCursor;

/// Fields whose value depends on which person asks, beside those whose name begins with [`OF_VIEWER`].
const PERSONAL: [&str; 3] = ["lastVisitedAt", "changesSinceVisit", "isRead"];

/// How the names of fields begin that tell of the viewer: a sponsor may do what a colleague of the same role may not.
const OF_VIEWER: &str = "viewer";

/// Where a stream begins and how far it has come; put into the request, and read by whoever holds a clone.
#[derive(Clone, Debug, Default)]
pub struct Course(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    start: Option<EventCursor>,
    standing: Standing,
}

/// How far a stream has come.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// After which events.
    pub at: EventCursor,
    /// Of which access it was known when they were read that it held: the epoch of the caller's organisation.
    pub epoch: i64,
    /// Whether the last item told of an event; a sign of life does not.
    pub is_event: bool,
    /// Whether all that has happened is told, and the next item needs something to happen.
    pub is_idle: bool,
}

impl Course {
    /// A course that begins after `start`, and without a word about that.
    pub fn from(start: EventCursor) -> Self {
        let standing = Standing { at: start.clone(), ..Standing::default() };
        Self(Arc::new(Mutex::new(State { start: Some(start), standing })))
    }

    /// Where it begins, if that is not the client's to say.
    pub fn start(&self) -> Option<EventCursor> {
        self.state().start.clone()
    }

    /// How far it has come.
    pub fn standing(&self) -> Standing {
        self.state().standing.clone()
    }

    /// Notes the access under which events are read.
    pub fn read_under(&self, epoch: i64) {
        self.state().standing.epoch = epoch;
    }

    /// Notes an item on its way out.
    pub fn tells(&self, at: &EventCursor, is_event: bool) {
        let mut state = self.state();
        state.standing.at = at.clone();
        state.standing.is_event = is_event;
        state.standing.is_idle = false;
    }

    /// Notes that there is nothing to tell.
    pub fn rests(&self, at: &EventCursor) {
        let mut state = self.state();
        state.standing.at = at.clone();
        state.standing.is_idle = true;
    }

    /// Notes that there may be something.
    pub fn wakes(&self) {
        self.state().standing.is_idle = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether what `document` selects may differ between two people who see the same.
pub fn is_personal(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    operations.chain(fragments).any(selects_personal)
}

fn selects_personal(selected: &Positioned<SelectionSet>) -> bool {
    selected.node.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            let name = field.node.name.node.as_str();
            name.starts_with(OF_VIEWER)
                || PERSONAL.contains(&name)
                || selects_personal(&field.node.selection_set)
        }
        Selection::InlineFragment(fragment) => selects_personal(&fragment.node.selection_set),
        Selection::FragmentSpread(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn what_a_person_alone_gets_is_known_wherever_it_is_selected() {
        for (document, expected) in [
            ("subscription { planEvents { ... on PlanChanged { plan { name } } } }", false),
            ("subscription { planEvents { ... on PlanChanged { plan { lastVisitedAt } } } }", true),
            (
                "subscription { planEvents { ...E } } fragment E on PlanChanged { plan { a: viewerActions } }",
                true,
            ),
        ] {
            assert_eq!(is_personal(&parse_query(document).unwrap()), expected, "{document}");
        }
    }
}
