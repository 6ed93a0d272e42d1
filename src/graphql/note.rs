//! Private notes.

use async_graphql::{Context, Description, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    page::{List, PageArgs, Paged, Total},
    user::User,
};
use crate::{
    domain::id::{NoteId, PlanId},
    entity::{note, plan},
    service::notes,
};

/// A note on a plan that one side keeps to itself.
#[derive(Clone, Debug, Description)]
pub struct Note(pub note::Model);

#[Object(use_type_description)]
impl Note {
    /// Its id.
    pub async fn id(&self) -> NoteId {
        self.0.id
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        match self.0.author_id {
            Some(id) => Ok(ctx.load(id).await?.map(User)),
            None => Ok(None),
        }
    }

    /// What it says.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A page of the own side's notes on a plan.
pub async fn page(
    ctx: &Context<'_>,
    plan: &plan::Model,
    args: PageArgs,
) -> Result<Paged<Note>, ApiError> {
    let list = List::new("privateNotes", &plan.id);
    let op = ctx.op().clone();
    let found = notes::of_plan(&op, plan, list.page(&args)?).await?;
    let id = plan.id;
    let total = Total::new(move || {
        let op = op.clone();
        async move { notes::count(&op, id).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, Note))
}

/// Writes a note for the own side.
#[derive(Clone, Debug, InputObject)]
pub struct AddPrivateNoteInput {
    /// The plan.
    pub plan_id: PlanId,
    /// What it says; 10,000 characters at most.
    pub body: String,
}

payloads! {
    /// The note, or why it was not written.
    AddPrivateNotePayload {
        /// The note.
        note: Note
    }
}

/// Mutations of notes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoteMutation;

#[Object]
impl NoteMutation {
    /// Writes a note that the viewer's side keeps to itself: no query, event or count of the other side ever shows it.
    async fn add_private_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to write.")] input: AddPrivateNoteInput,
    ) -> Result<AddPrivateNotePayload, ApiError> {
        AddPrivateNotePayload::of(notes::add(ctx.op(), input.plan_id, input.body).await, Note)
    }
}
