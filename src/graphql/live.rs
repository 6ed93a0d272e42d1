//! Streams: what happened since a cursor, then what happens, in order, once each.
//!
//! A stream reads the event table and nothing else; the bus only says when to look. Who the subscriber is, and what it may see, is
//! asked anew whenever there is something to deliver, so access that ends ends the stream.

use std::{collections::VecDeque, time::Duration};

use async_graphql::{Context, Object, Subscription, connection::PageInfo};
use futures_util::{Stream, stream};

use super::{
    ContextExt,
    acting::Credential,
    course::Course,
    error::ApiError,
    event::{EventItem, EventRow, Heartbeat, ProgressUpdate, ResetReason, StreamReset},
    plan,
};
use crate::{
    bus::memory::{Bus, Heard, Listener},
    domain::{
        event::{EventCursor, EventKind},
        id::PlanId,
    },
    error::{Error, Result},
    op::Op,
    service::{
        cursors::{self, Sealer},
        events::{self, Interest},
        plans, progress,
    },
};

/// Events read at once.
const CHUNK: u64 = 100;

/// A stream that has nothing to tell says so this often.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// A subscriber's place in its stream.
struct Follower {
    op: Op,
    credential: Credential,
    listener: Listener,
    interest: Interest,
    sealer: Sealer,
    cursor: EventCursor,
    waiting: VecDeque<(EventRow, EventCursor)>,
    /// What is told before anything else.
    first: Option<Told>,
    course: Course,
    is_behind: bool,
    is_over: bool,
}

/// What a follower has to tell.
enum Told {
    Event(Box<EventRow>),
    Nothing,
    Reset(ResetReason),
}

impl Follower {
    async fn start(
        ctx: &Context<'_>,
        interest: Interest,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let op = ctx.op().clone();
        // Listening begins before the table is read, so that nothing falls between.
        let listener = ctx.data_unchecked::<Bus>().listen();
        let sealer = cursors::sealer(&op).await?;
        let course = ctx.data_opt::<Course>().cloned().unwrap_or_default();
        // Whoever begins without a cursor gets one at once, and can continue from it whatever happens next.
        let (cursor, first) = match (course.start(), after) {
            (Some(start), _) => (start, None),
            (None, None) => (events::now(&op).await?, Some(Told::Nothing)),
            (None, Some(text)) => match sealer.open(&text) {
                Some(cursor) => match reason_to_reset(&op, &cursor).await? {
                    None => (cursor, None),
                    Some(reason) => (events::now(&op).await?, Some(Told::Reset(reason))),
                },
                None => (events::now(&op).await?, Some(Told::Reset(ResetReason::CursorUnknown))),
            },
        };
        Ok(Self {
            op,
            credential: ctx.data_unchecked::<Credential>().clone(),
            listener,
            interest,
            sealer,
            cursor,
            waiting: VecDeque::new(),
            first,
            course,
            is_behind: true,
            is_over: false,
        })
    }

    /// The next thing to tell; an error is the last.
    async fn next(&mut self) -> Option<Result<Told>> {
        if self.is_over {
            return None;
        }
        match self.tell().await {
            Ok(told) => told.map(Ok),
            Err(error) => {
                self.is_over = true;
                Some(Err(error))
            }
        }
    }

    async fn tell(&mut self) -> Result<Option<Told>> {
        self.course.wakes();
        if let Some(first) = self.first.take() {
            self.course.tells(&self.cursor, false);
            return Ok(Some(first));
        }
        loop {
            if let Some((event, at)) = self.waiting.pop_front() {
                self.course.tells(&at, true);
                return Ok(Some(Told::Event(Box::new(event))));
            }
            if self.is_behind {
                self.course.wakes();
                self.read().await?;
                continue;
            }
            self.course.rests(&self.cursor);
            match tokio::time::timeout(HEARTBEAT, self.listener.next()).await {
                Ok(Heard::Wake(wake)) => {
                    let plans = &self.interest.plans;
                    self.is_behind = plans
                        .as_ref()
                        .is_none_or(|plans| plans.iter().any(|plan| wake.plans.contains(plan)));
                }
                Ok(Heard::Missed) => self.is_behind = true,
                Ok(Heard::Closed) => return Ok(None),
                Err(_elapsed) => {
                    self.course.tells(&self.cursor, false);
                    return Ok(Some(Told::Nothing));
                }
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        let (op, epoch) = self.credential.renew(&self.op).await?;
        self.op = op;
        self.course.read_under(epoch);
        let found = events::after(&self.op, &self.cursor, &self.interest, CHUNK).await?;
        // A vendor whose chunk is full may have more.
        self.is_behind = !found.is_empty();
        for row in found {
            self.cursor.advance(row.vendor_id, row.position);
            let event = EventRow { row, cursor: self.sealer.seal(&self.cursor)? };
            self.waiting.push_back((event, self.cursor.clone()));
        }
        Ok(())
    }

    fn item(&self, told: Told) -> Result<EventItem> {
        let cursor = || self.sealer.seal(&self.cursor);
        Ok(match told {
            Told::Event(event) => EventItem::of(*event),
            Told::Nothing => EventItem::Heartbeat(Heartbeat { cursor: cursor()? }),
            Told::Reset(reason) => {
                EventItem::StreamReset(StreamReset { reason, cursor: cursor()? })
            }
        })
    }

    fn items(self) -> impl Stream<Item = Result<EventItem, ApiError>> {
        stream::unfold(self, |mut follower| async move {
            let item =
                follower.next().await?.and_then(|told| follower.item(told)).map_err(ApiError::from);
            Some((item, follower))
        })
    }
}

/// Why nobody can continue from a cursor, if so.
async fn reason_to_reset(op: &Op, cursor: &EventCursor) -> Result<Option<ResetReason>> {
    Ok(if events::is_ahead(op, cursor).await? {
        Some(ResetReason::CursorUnknown)
    } else if events::is_expired(op, cursor).await? {
        Some(ResetReason::Expired)
    } else {
        None
    })
}

/// Kinds of events after which a plan's figures may be others.
const MOVES_FIGURES: [EventKind; 5] = [
    EventKind::PlanActivated,
    EventKind::CommitmentWaived,
    EventKind::ProgressChanged,
    EventKind::AlertOpened,
    EventKind::AlertResolved,
];

/// Streams of what happens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Live;

#[Subscription]
impl Live {
    /// What happens to plans. Continues after a cursor, also on another server: nothing lost, nothing twice. Of plans that the viewer
    /// may not see it tells nothing.
    async fn plan_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plans, at most 100; all that the viewer may see when absent.")]
        plan_ids: Option<Vec<PlanId>>,
        #[graphql(desc = "Only these kinds; all when absent.")] kinds: Option<Vec<EventKind>>,
        #[graphql(
            desc = "The cursor of the last event seen. When absent, from now on: a heartbeat comes at once, with the cursor to continue from."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<EventItem, ApiError>>, ApiError> {
        if let Some(n_plans) = plan_ids.as_ref().map(Vec::len).filter(|n_plans| *n_plans > 100) {
            return Err(
                Error::invalid("planIds", format!("{n_plans} plans; 100 is the most")).into()
            );
        }
        let interest = Interest { plans: plan_ids, kinds };
        Ok(Follower::start(ctx, interest, after).await?.items())
    }

    /// What happens to all plans that the viewer may see, those that are shared or drafted later included.
    async fn portfolio_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last event seen. When absent, from now on: a heartbeat comes at once, with the cursor to continue from."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<EventItem, ApiError>>, ApiError> {
        Ok(Follower::start(ctx, Interest::default(), after).await?.items())
    }

    /// The warnings of the viewer's side, as they are raised, end and are taken note of.
    async fn alert_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last event seen. When absent, from now on: a heartbeat comes at once, with the cursor to continue from."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<EventItem, ApiError>>, ApiError> {
        let kinds =
            vec![EventKind::AlertOpened, EventKind::AlertResolved, EventKind::AlertAcknowledged];
        let interest = Interest { plans: None, kinds: Some(kinds) };
        Ok(Follower::start(ctx, interest, after).await?.items())
    }

    /// Where a plan stands: at once, and whenever its figures change. Of a plan that the viewer may not see it tells nothing.
    async fn progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] plan_id: PlanId,
    ) -> Result<impl Stream<Item = Result<ProgressUpdate, ApiError>>, ApiError> {
        let interest = Interest { plans: Some(vec![plan_id]), kinds: Some(MOVES_FIGURES.to_vec()) };
        let follower = Follower::start(ctx, interest, None).await?;
        let is_first = follower.course.start().is_none();
        Ok(stream::unfold((follower, is_first), move |(mut follower, mut is_first)| async move {
            loop {
                if !std::mem::take(&mut is_first) {
                    match follower.next().await? {
                        Ok(Told::Event(_)) => {}
                        Ok(Told::Nothing | Told::Reset(_)) => continue,
                        Err(error) => return Some((Err(error.into()), (follower, false))),
                    }
                    // What has come meanwhile is in the figures already.
                    follower.waiting.clear();
                    follower.course.tells(&follower.cursor, true);
                }
                match snapshot(&follower, plan_id).await {
                    Ok(Some(update)) => return Some((Ok(update), (follower, false))),
                    Ok(None) => {}
                    Err(error) => {
                        follower.is_over = true;
                        return Some((Err(error.into()), (follower, false)));
                    }
                }
            }
        }))
    }
}

/// The figures now; nothing while the plan is not signed or not the viewer's to see.
async fn snapshot(follower: &Follower, id: PlanId) -> Result<Option<ProgressUpdate>> {
    let op = &follower.op;
    let Some(found) = plans::find(op, id).await? else { return Ok(None) };
    if !found.state.counts() {
        return Ok(None);
    }
    let today = plan::today_of(op, &found).await?;
    let figures = progress::of_plan(op.db.read(), &found, today).await?;
    Ok(Some(ProgressUpdate::new(follower.sealer.seal(&follower.cursor)?, figures)))
}

/// An event with its cursor.
#[derive(Debug, async_graphql::SimpleObject)]
pub struct EventEdge {
    /// Where the list continues after it.
    pub cursor: String,
    /// The event.
    pub node: EventItem,
}

/// A page of events, for pollers.
#[derive(async_graphql::SimpleObject)]
pub struct EventConnection {
    /// The events with their cursors, oldest first.
    pub edges: Vec<EventEdge>,
    /// Whether there are more, and where to continue; the end cursor is there even when nothing is new.
    pub page_info: PageInfo,
}

/// Queries of events.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// What has happened, for those who poll: the same events with the same cursors as the subscriptions. Where a cursor cannot be
    /// continued from, a `StreamReset` is all that comes.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last event seen; from the first that is kept when absent."
        )]
        after: Option<String>,
        #[graphql(desc = "How many: 20 unless said, 100 at most.")] first: Option<i32>,
    ) -> Result<EventConnection, ApiError> {
        let first = first.unwrap_or(20);
        let limit = u64::try_from(first).ok().filter(|size| (1..=CHUNK).contains(size));
        let limit = limit.ok_or_else(|| {
            Error::invalid("first", format!("{first} is not between 1 and {CHUNK}"))
        })?;
        let sealer = cursors::sealer(ctx.op()).await?;
        let mut cursor = match &after {
            Some(text) => sealer.open(text).ok_or_else(|| ApiError::invalid_cursor("after"))?,
            None => EventCursor::default(),
        };
        if after.is_some()
            && let Some(reason) = reason_to_reset(ctx.op(), &cursor).await?
        {
            let cursor = sealer.seal(&events::now(ctx.op()).await?)?;
            let node = EventItem::StreamReset(StreamReset { reason, cursor: cursor.clone() });
            let edges = vec![EventEdge { cursor: cursor.clone(), node }];
            let page_info = PageInfo {
                has_previous_page: true,
                has_next_page: false,
                start_cursor: Some(cursor.clone()),
                end_cursor: Some(cursor),
            };
            return Ok(EventConnection { edges, page_info });
        }
        let mut found = events::after(ctx.op(), &cursor, &Interest::default(), limit + 1).await?;
        let size = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_next_page = found.len() > size;
        found.truncate(size);
        let edges = found
            .into_iter()
            .map(|row| {
                cursor.advance(row.vendor_id, row.position);
                let cursor = sealer.seal(&cursor)?;
                let node = EventItem::of(EventRow { row, cursor: cursor.clone() });
                Ok(EventEdge { cursor, node })
            })
            .collect::<Result<Vec<EventEdge>>>()?;
        let page_info = PageInfo {
            has_previous_page: after.is_some(),
            has_next_page,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: Some(sealer.seal(&cursor)?),
        };
        Ok(EventConnection { edges, page_info })
    }
}
