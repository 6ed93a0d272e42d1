//! Following a subscription: alone at first and while behind, together with others once there is nothing to catch up on.

use std::{
    future::poll_fn,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_graphql::{Executor, Request, Response};
use futures_util::{
    FutureExt, Stream, StreamExt,
    stream::{BoxStream, Peekable},
};

use super::{
    HttpState,
    answer::Answer,
    guard::Admitted,
    record::Record,
    run::{self, Told},
    sharing::{Seat, Tiding, Wish},
    visit::Visit,
};
use crate::{domain::event::EventCursor, graphql::course::Course};

/// Somebody who follows a subscription.
pub struct Following<E> {
    house: Arc<HttpState<E>>,
    visit: Visit,
    token: Option<String>,
    wish: Wish,
    sees_schema: bool,
    record: Record,
    /// Whether anything was told yet.
    has_begun: bool,
    way: Way,
}

/// How somebody follows.
enum Way {
    Alone(Alone),
    Together(Seat),
}

/// What comes next for one who follows alone.
enum Step {
    Answer(Answer),
    /// Nothing, after all that has happened until here.
    Rest(EventCursor),
    Over,
}

struct Alone {
    answers: Peekable<BoxStream<'static, Answer>>,
    course: Course,
}

impl Alone {
    fn begin<E: Executor>(
        house: &HttpState<E>,
        visit: &Visit,
        request: Request,
        course: Course,
        sees_schema: bool,
    ) -> Self {
        let responses = house.executor.execute_stream((visit.caller.prepare)(request), None);
        let request_id = visit.request_id.clone();
        let answers = AssertUnwindSafe(responses)
            .catch_unwind()
            .map(move |outcome: std::thread::Result<Response>| match outcome {
                Ok(response) => run::told(response, &request_id, sees_schema),
                Err(_) => Answer::internal(&request_id),
            })
            .boxed()
            .peekable();
        Self { answers, course }
    }

    /// The next step; one who cannot join others does not rest, but waits.
    async fn next(&mut self, may_rest: bool) -> Step {
        poll_fn(|cx| self.poll(cx, may_rest)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>, may_rest: bool) -> Poll<Step> {
        match Pin::new(&mut self.answers).poll_next(cx) {
            Poll::Ready(Some(answer)) => Poll::Ready(Step::Answer(answer)),
            Poll::Ready(None) => Poll::Ready(Step::Over),
            Poll::Pending => {
                let standing = self.course.standing();
                if may_rest && standing.is_idle {
                    Poll::Ready(Step::Rest(standing.at))
                } else {
                    Poll::Pending
                }
            }
        }
    }

    /// The first answer to a subscription.
    ///
    /// The library reports a source that could not be opened like an event that
    /// could not be resolved. Only the first answer can be the former, and then
    /// nothing follows it: such a subscription never began.
    fn first(&mut self, answer: Answer) -> Answer {
        let mut is_over =
            || matches!(Pin::new(&mut self.answers).peek().now_or_never(), Some(None));
        if answer.is_void() && is_over() { answer.not_begun() } else { answer }
    }
}

impl<E: Executor> Following<E> {
    /// Begins to follow, alone.
    pub fn begin(
        house: Arc<HttpState<E>>,
        visit: Visit,
        token: Option<String>,
        admitted: Admitted,
    ) -> Self {
        let record = Record::begin(&visit, &admitted);
        let (wish, sees_schema) = (Wish::of(&admitted), admitted.sees_schema);
        let course = Course::default();
        let request = admitted.request.data(course.clone());
        let way = Way::Alone(Alone::begin(&house, &visit, request, course, sees_schema));
        Self { house, visit, token, wish, sees_schema, record, has_begun: false, way }
    }

    /// What is told next.
    pub async fn next(&mut self) -> Option<Told> {
        let mut may_join = self.visit.caller.shareable.visibility().is_some();
        loop {
            match &mut self.way {
                Way::Alone(alone) => match alone.next(may_join).await {
                    Step::Answer(answer) => {
                        let is_first = !std::mem::replace(&mut self.has_begun, true);
                        let answer = if is_first { alone.first(answer) } else { answer };
                        self.record.note(&answer);
                        return Some(Told::of(answer, &self.visit.request_id));
                    }
                    Step::Rest(at) => match self.join(&at) {
                        Some(seat) => self.way = Way::Together(seat),
                        // The others have heard more already: it is on its way here too.
                        None => may_join = false,
                    },
                    Step::Over => return None,
                },
                Way::Together(seat) => match seat.next().await {
                    Ok(tiding) => {
                        if self.may_hear(&tiding).await {
                            return Some(self.hear(&tiding));
                        }
                    }
                    Err(behind) => self.go_alone(behind.at),
                },
            }
        }
    }

    fn join(&self, at: &EventCursor) -> Option<Seat> {
        let house = &self.house;
        let visibility = self.visit.caller.shareable.visibility()?;
        house.sharing.join(house, &self.wish, visibility, at)
    }

    fn hear(&mut self, tiding: &Tiding) -> Told {
        if let Way::Together(seat) = &mut self.way {
            seat.has_heard(tiding);
        }
        self.has_begun = true;
        self.record.note_shared(tiding.n_objects, &tiding.outcome);
        Told::Next(Arc::clone(&tiding.json))
    }

    /// Whether what was read for the class is this caller's to hear. Where access has changed since the caller was looked up, they
    /// are looked up again; one who is of another class by now, or nobody, goes on alone, and hears what is theirs.
    async fn may_hear(&mut self, tiding: &Tiding) -> bool {
        if tiding.standing.epoch == self.visit.caller.epoch {
            return true;
        }
        let class =
            |visit: &Visit| visit.caller.shareable.visibility().map(|of| Arc::clone(&of.class));
        let before = class(&self.visit);
        let found = (self.house.authenticate)(self.token.clone()).await;
        let is_known = found.is_ok();
        if let Ok(caller) = found {
            self.visit.caller = caller;
        }
        if is_known && class(&self.visit) == before {
            return true;
        }
        if let Way::Together(seat) = &self.way {
            let at = seat.at().clone();
            self.go_alone(at);
        }
        false
    }

    fn go_alone(&mut self, at: EventCursor) {
        let course = Course::from(at);
        let request = self.wish.request(course.clone());
        let (house, visit) = (&self.house, &self.visit);
        self.way = Way::Alone(Alone::begin(house, visit, request, course, self.sees_schema));
    }
}
