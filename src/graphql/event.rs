//! Events as subscribers and pollers see them: typed, scoped to the viewer, each with the cursor to continue from.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Interface, Object, SimpleObject, Union};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    action_item::ActionItem,
    activity::Activity,
    alert::Alert,
    comment::Comment,
    commitment::Commitment,
    error::ApiError,
    negotiation::CounterProposal,
    plan::{self, Plan, reading},
    progress::PlanProgress,
    review::{self, Review},
    scalars::Date,
    target::Target,
    user::User,
};
use crate::{
    domain::{
        actor::Side,
        event::{EventBody, EventKind},
        id::{EventId, PlanId},
        negotiation::CounterProposalState,
    },
    entity::event,
    service::{comments, facts, negotiation, users},
};

/// Who did something.
#[derive(Clone, Debug, SimpleObject)]
pub struct EventActor {
    /// The person's or integration's id; `system` for what time or the operator did.
    pub id: String,
    /// The side; null for the system.
    pub side: Option<Side>,
}

/// Something that happened, at its place in a stream.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The event.
    pub row: event::Model,
    /// Where the stream continues after it.
    pub cursor: String,
}

/// What events have in common.
#[derive(Debug, Interface)]
#[graphql(
    field(name = "cursor", ty = "String", desc = "Where the stream continues after this event."),
    field(name = "id", ty = "EventId", desc = "The event's id."),
    field(name = "occurred_at", ty = "DateTime<Utc>", desc = "When it happened."),
    field(name = "kind", ty = "EventKind", desc = "What happened."),
    field(name = "actor", ty = "EventActor", desc = "Who did it.")
)]
pub enum Event {
    /// A plan moved in its life.
    PlanChanged(PlanChanged),
    /// A plan's content changed.
    PlanContentChanged(PlanContentChanged),
    /// Figures changed.
    ProgressChanged(ProgressChanged),
    /// Something became of a warning of the viewer's side.
    AlertChanged(AlertChanged),
    /// A review was held, skipped, confirmed or disputed, or its agenda or minutes changed.
    ReviewChanged(ReviewChanged),
    /// An action item was added, done, cancelled or given to somebody else.
    ActionItemChanged(ActionItemChanged),
    /// A value was proposed for a single field, or such a proposal was answered.
    CounterProposalChanged(CounterProposalChanged),
    /// Somebody commented, or took a comment back.
    CommentChanged(CommentChanged),
    /// A fact was disputed, or its dispute resolved.
    ActivityChanged(ActivityChanged),
}

/// An item of a stream of events.
#[derive(Debug, Union)]
pub enum EventItem {
    /// A plan moved in its life.
    PlanChanged(PlanChanged),
    /// A plan's content changed.
    PlanContentChanged(PlanContentChanged),
    /// Figures changed.
    ProgressChanged(ProgressChanged),
    /// Something became of a warning of the viewer's side.
    AlertChanged(AlertChanged),
    /// A review was held, skipped, confirmed or disputed, or its agenda or minutes changed.
    ReviewChanged(ReviewChanged),
    /// An action item was added, done, cancelled or given to somebody else.
    ActionItemChanged(ActionItemChanged),
    /// A value was proposed for a single field, or such a proposal was answered.
    CounterProposalChanged(CounterProposalChanged),
    /// Somebody commented, or took a comment back.
    CommentChanged(CommentChanged),
    /// A fact was disputed, or its dispute resolved.
    ActivityChanged(ActivityChanged),
    /// Nothing happened, and the stream is alive.
    Heartbeat(Heartbeat),
    /// The stream cannot continue from the cursor: read what is shown anew, then go on.
    StreamReset(StreamReset),
}

impl EventItem {
    /// An event by what it carries.
    pub fn of(event: EventRow) -> Self {
        match &event.row.payload {
            EventBody::Alert { .. } => Self::AlertChanged(AlertChanged(event)),
            EventBody::Review { .. } => Self::ReviewChanged(ReviewChanged(event)),
            EventBody::ActionItem { .. } => Self::ActionItemChanged(ActionItemChanged(event)),
            EventBody::Progress { .. } => Self::ProgressChanged(ProgressChanged(event)),
            EventBody::Edited { .. } => Self::PlanContentChanged(PlanContentChanged(event)),
            EventBody::CounterProposal { .. } => {
                Self::CounterProposalChanged(CounterProposalChanged(event))
            }
            EventBody::Comment { .. } => Self::CommentChanged(CommentChanged(event)),
            EventBody::Activity { .. } => Self::ActivityChanged(ActivityChanged(event)),
            EventBody::Plain | EventBody::Version { .. } => Self::PlanChanged(PlanChanged(event)),
        }
    }
}

/// Nothing happened for a while; the stream is alive and continues from here.
#[derive(Clone, Debug, SimpleObject)]
pub struct Heartbeat {
    /// Where the stream continues.
    pub cursor: String,
}

/// The stream cannot continue from the given cursor; it goes on from now.
#[derive(Clone, Debug, SimpleObject)]
pub struct StreamReset {
    /// Why.
    pub reason: ResetReason,
    /// Where the stream goes on.
    pub cursor: String,
}

/// Why a stream cannot continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ResetReason {
    /// The cursor is ahead of everything that happened: it is of another database.
    CursorUnknown,
    /// What came after the cursor is not kept any more.
    Expired,
}

async fn plan_of(ctx: &Context<'_>, id: Option<PlanId>) -> Result<Option<Plan>, ApiError> {
    match id {
        Some(id) => plan::plan_of(ctx, id).await,
        None => Ok(None),
    }
}

/// Declares the event types: the fields that all have, and those of each.
macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident { $($own:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Description)]
        pub struct $name(pub EventRow);

        #[Object(use_type_description)]
        impl $name {
            /// Where the stream continues after this event.
            pub async fn cursor(&self) -> String {
                self.0.cursor.clone()
            }

            /// The event's id.
            pub async fn id(&self) -> EventId {
                self.0.row.id
            }

            /// When it happened.
            pub async fn occurred_at(&self) -> DateTime<Utc> {
                self.0.row.occurred_at
            }

            /// What happened.
            pub async fn kind(&self) -> EventKind {
                self.0.row.kind
            }

            /// Who did it.
            pub async fn actor(&self) -> EventActor {
                EventActor { id: self.0.row.actor.clone(), side: self.0.row.actor_side }
            }

            $($own)*
        }
    )*};
}

event_types! {
    /// A plan moved in its life: shared, proposed, signed, in force.
    PlanChanged {
        /// The plan as it is now.
        async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
            plan_of(ctx, self.0.row.plan_id).await
        }

        /// The version that was proposed, signed or put in force.
        async fn version(&self) -> Option<i32> {
            match self.0.row.payload {
                EventBody::Version { number } => Some(number),
                _ => None,
            }
        }
    }

    /// Targets, commitments, cadence, rates or narrative of a plan changed.
    PlanContentChanged {
        /// The plan as it is now.
        async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
            plan_of(ctx, self.0.row.plan_id).await
        }

        /// The mutation that changed it: `addTarget`.
        async fn change(&self) -> Option<String> {
            match &self.0.row.payload {
                EventBody::Edited { change, .. } => Some(change.clone()),
                _ => None,
            }
        }

        /// The plan's revision after it.
        async fn revision(&self) -> Option<i32> {
            match self.0.row.payload {
                EventBody::Edited { revision, .. } => Some(revision),
                _ => None,
            }
        }
    }

    /// Facts, a rate or an alias changed the figures of a plan.
    ProgressChanged {
        /// The plan as it is now.
        async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
            plan_of(ctx, self.0.row.plan_id).await
        }

        /// How many facts were recorded; 0 when known ones were counted anew.
        async fn recorded(&self) -> i32 {
            match self.0.row.payload {
                EventBody::Progress { recorded, .. } => i32::try_from(recorded).unwrap_or(i32::MAX),
                _ => 0,
            }
        }

        /// The targets whose figures changed, as they are now.
        async fn targets(&self, ctx: &Context<'_>) -> Result<Vec<Target>, ApiError> {
            let EventBody::Progress { targets, .. } = &self.0.row.payload else { return Ok(Vec::new()) };
            let Some(Plan(plan)) = plan_of(ctx, self.0.row.plan_id).await? else { return Ok(Vec::new()) };
            let rows = reading(ctx, &plan).await?.targets(&plan);
            let changed = rows.into_iter().filter(|row| targets.contains(&row.id));
            Ok(changed.map(|row| Target { plan: Arc::clone(&plan), row }).collect())
        }

        /// The commitments whose figures changed, as they are now.
        async fn commitments(&self, ctx: &Context<'_>) -> Result<Vec<Commitment>, ApiError> {
            let EventBody::Progress { commitments, .. } = &self.0.row.payload else {
                return Ok(Vec::new());
            };
            let Some(Plan(plan)) = plan_of(ctx, self.0.row.plan_id).await? else { return Ok(Vec::new()) };
            let rows = reading(ctx, &plan).await?.commitments(&plan);
            let changed = rows.into_iter().filter(|row| commitments.contains(&row.id));
            Ok(changed.map(|row| Commitment::of(Arc::clone(&plan), row)).collect())
        }
    }

    /// A warning of the viewer's side was raised, ended, taken note of, put off, given to somebody or brought before the sponsor.
    AlertChanged {
        /// The warning as it is now.
        async fn alert(&self, ctx: &Context<'_>) -> Result<Option<Alert>, ApiError> {
            match self.0.row.payload {
                EventBody::Alert { alert, .. } => {
                    Ok(ctx.load(alert).await?.map(Alert))
                }
                _ => Ok(None),
            }
        }

        /// Whom it was given to, taken from or brought before with this event.
        async fn people(&self, ctx: &Context<'_>) -> Result<Vec<User>, ApiError> {
            let EventBody::Alert { people, .. } = &self.0.row.payload else { return Ok(Vec::new()) };
            Ok(users::by_ids(ctx.op(), people).await?.into_iter().map(User).collect())
        }

        /// The day until which it was put off with this event.
        async fn snoozed_until_on(&self) -> Option<Date> {
            match self.0.row.payload {
                EventBody::Alert { until, .. } => until.map(Date),
                _ => None,
            }
        }
    }

    /// A review was held, skipped, confirmed or disputed, or its agenda or minutes changed.
    ReviewChanged {
        /// The review as it is now.
        async fn review(&self, ctx: &Context<'_>) -> Result<Option<Review>, ApiError> {
            let EventBody::Review { review } = self.0.row.payload else { return Ok(None) };
            match plan_of(ctx, self.0.row.plan_id).await? {
                Some(plan) => review::of_plan(ctx, &plan.0, review).await,
                None => Ok(None),
            }
        }
    }

    /// An action item was added, done, cancelled or given to somebody else.
    ActionItemChanged {
        /// The action item as it is now.
        async fn action_item(&self, ctx: &Context<'_>) -> Result<Option<ActionItem>, ApiError> {
            let EventBody::ActionItem { item } = self.0.row.payload else { return Ok(None) };
            let Some(plan) = plan_of(ctx, self.0.row.plan_id).await? else { return Ok(None) };
            Ok(ctx.load(item).await?.map(|row| ActionItem { plan: plan.0, row }))
        }
    }

    /// A value was proposed for a single field of a plan, or such a proposal was answered, taken back or overtaken.
    CounterProposalChanged {
        /// The counter-proposal as it is now.
        async fn counter_proposal(&self, ctx: &Context<'_>) -> Result<Option<CounterProposal>, ApiError> {
            let EventBody::CounterProposal { proposal, .. } = self.0.row.payload else { return Ok(None) };
            let found = negotiation::find(ctx.op(), proposal).await?;
            Ok(found.map(|(plan, row)| CounterProposal { plan: plan.into(), row }))
        }

        /// What had become of it with this event.
        async fn state(&self) -> Option<CounterProposalState> {
            match self.0.row.payload {
                EventBody::CounterProposal { state, .. } => Some(state),
                _ => None,
            }
        }
    }

    /// Somebody commented on a plan or a part of it, or took a comment back; of a private comment only the own side hears.
    CommentChanged {
        /// The comment as it is now.
        async fn comment(&self, ctx: &Context<'_>) -> Result<Option<Comment>, ApiError> {
            match self.0.row.payload {
                EventBody::Comment { comment } => Ok(comments::find(ctx.op(), comment).await?.map(Comment)),
                _ => Ok(None),
            }
        }
    }

    /// A fact that counts in a plan was disputed, or its dispute resolved.
    ActivityChanged {
        /// The plan as it is now.
        async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
            plan_of(ctx, self.0.row.plan_id).await
        }

        /// The fact as it is now; null for integrations that do not read activity.
        async fn activity(&self, ctx: &Context<'_>) -> Result<Option<Activity>, ApiError> {
            let EventBody::Activity { activity } = self.0.row.payload else { return Ok(None) };
            Ok(facts::heard(ctx.op(), activity).await?.map(Activity))
        }
    }
}

/// Where a plan stands now, each time its figures change.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProgressUpdate {
    /// Where `planEvents` continues after what this update tells.
    pub cursor: String,
    /// The figures.
    pub progress: PlanProgress,
}

impl ProgressUpdate {
    /// Figures at a place in the stream.
    pub fn new(cursor: String, figures: crate::service::progress::PlanFigures) -> Self {
        Self { cursor, progress: PlanProgress::new(figures) }
    }
}
