//! What selections weigh, and what an operation may not weigh more than.

use async_graphql::{
    Pos,
    parser::types::{OperationDefinition, OperationType},
};

use crate::http::answer::{Code, Refusal};

/// Fields inside each other.
pub const MAX_DEPTH: u32 = 12;

/// Objects that an operation may bring.
pub const MAX_NODES: u64 = 10_000;

/// Fields at the root of a mutation.
pub const MAX_MUTATIONS: u64 = 10;

/// Values handed to fields once variables are written out and lists are run through.
const MAX_VALUES: u64 = 100_000;

/// What grows with the length of lists.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    /// Objects that come back.
    pub nodes: u64,
    /// Values handed to fields and directives.
    pub values: u64,
}

impl Amount {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes.saturating_add(other.nodes),
            values: self.values.saturating_add(other.values),
        }
    }

    /// As much, so often.
    #[must_use]
    pub fn times(self, factor: u64) -> Self {
        Self {
            nodes: self.nodes.saturating_mul(factor),
            values: self.values.saturating_mul(factor),
        }
    }
}

/// What a set of selections weighs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weight {
    /// However long the page is that it is selected on.
    pub once: Amount,
    /// For each item of that page.
    pub each: Amount,
    /// Fields inside each other.
    pub depth: u32,
    /// Braces inside each other.
    pub nesting: u32,
    /// Fields and fragments, and what is in them.
    pub selections: u64,
    /// Fields that are not inside another.
    pub roots: u64,
}

impl Weight {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            once: self.once.plus(other.once),
            each: self.each.plus(other.each),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            selections: self.selections.saturating_add(other.selections),
            roots: self.roots.saturating_add(other.roots),
        }
    }

    /// The same as a fragment of something else.
    ///
    /// Each fragment counts, even one of nothing: the library walks it too.
    #[must_use]
    pub fn inside(self) -> Self {
        Self {
            nesting: self.nesting.saturating_add(1),
            selections: self.selections.saturating_add(1),
            ..self
        }
    }

    /// Refuses an operation of this weight if it is too much.
    pub fn check(&self, operation: &OperationDefinition, at: Pos) -> Result<(), Refusal> {
        let too_much = |message: String| Err(Code::QueryTooComplex.refuse(message).at(at));
        if self.depth > MAX_DEPTH {
            return too_much(format!(
                "the operation is {} fields deep; {MAX_DEPTH} is the most",
                self.depth
            ));
        }
        if operation.ty == OperationType::Mutation && self.roots > MAX_MUTATIONS {
            return too_much(format!("a mutation does at most {MAX_MUTATIONS} things at once"));
        }
        if operation.ty == OperationType::Subscription && self.roots > 1 {
            let message = "a subscription follows one field";
            return Err(Code::GraphqlValidationFailed.refuse(message).at(at));
        }
        if self.once.nodes > MAX_NODES {
            return too_much(format!(
                "the operation may bring {} objects; {MAX_NODES} is the most: ask for shorter pages",
                self.once.nodes
            ));
        }
        if self.once.values > MAX_VALUES {
            return too_much(format!("the operation uses more than {MAX_VALUES} values"));
        }
        Ok(())
    }
}
