//! One execution for all who follow the same and may see the same.
//!
//! Whoever subscribes begins alone: with the first answer, and with what was missed since their cursor. Once there is nothing
//! more to tell, they go on together with others of the same document, variables and visibility: one stream is executed, its
//! payload written once, and each of them puts it on the wire. Where somebody stands is a position in the order of events, so
//! stepping over loses nothing and says nothing twice.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use async_graphql::{Executor, Request, Response};
use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use tokio::sync::broadcast;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    HttpState,
    auth::Visibility,
    guard::{Admitted, Recipe, documents::Known},
    run,
};
use crate::{
    domain::event::EventCursor,
    graphql::course::{self, Course, Standing},
};

/// Answers that one may be behind the others before having to go on alone.
const BACKLOG: usize = 64;

/// An answer that many get.
#[derive(Debug)]
pub struct Tiding {
    /// The answer as JSON.
    pub json: Arc<str>,
    /// The objects in it.
    pub n_objects: u64,
    /// The code of its first error, if it has one.
    pub outcome: String,
    /// How far the stream had come with it.
    pub standing: Standing,
}

/// What is followed together.
#[derive(Clone, Debug)]
struct Key {
    document: Arc<Known>,
    operation: Option<String>,
    /// The variables as JSON, less that which says where to begin.
    variables: String,
    /// Who may see the same.
    class: Arc<str>,
    /// Whether names of the schema may be told.
    sees_schema: bool,
}

impl Key {
    fn parts(&self) -> (*const Known, &Option<String>, &str, &str, bool) {
        // The document is held, so that no other can come to lie at its address.
        let at = Arc::as_ptr(&self.document);
        (at, &self.operation, &self.variables, &self.class, self.sees_schema)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

/// Those who follow together.
#[derive(Debug)]
struct Group {
    answers: Mutex<Told>,
    /// Ends the execution when the last one leaves.
    _end: DropGuard,
}

#[derive(Debug)]
struct Told {
    /// None once the execution is over.
    sender: Option<broadcast::Sender<Arc<Tiding>>>,
    /// After which events all was told.
    at: EventCursor,
}

impl Group {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who follow together.
#[derive(Debug)]
pub struct Seat {
    answers: broadcast::Receiver<Arc<Tiding>>,
    /// After which events one has heard all.
    at: EventCursor,
    _group: Arc<Group>,
}

/// Why somebody has to go on alone, from where they stand.
#[derive(Debug)]
pub struct Alone {
    /// After which events they have heard all.
    pub at: EventCursor,
}

impl Seat {
    /// The next answer that is not known yet; without one, it is gone on alone.
    pub async fn next(&mut self) -> Result<Arc<Tiding>, Alone> {
        loop {
            let tiding =
                self.answers.recv().await.map_err(|_behind| Alone { at: self.at.clone() })?;
            if !tiding.standing.is_event || !tiding.standing.at.is_within(&self.at) {
                return Ok(tiding);
            }
        }
    }

    /// Notes that an answer has been heard.
    pub fn has_heard(&mut self, tiding: &Tiding) {
        if tiding.standing.is_event {
            self.at = tiding.standing.at.clone();
        }
    }

    /// After which events one has heard all.
    pub fn at(&self) -> &EventCursor {
        &self.at
    }
}

/// Groups of all who follow together.
#[derive(Clone, Debug, Default)]
pub struct Sharing(Arc<Mutex<HashMap<Key, Weak<Group>>>>);

/// What somebody follows, in a form in which others may follow the same.
#[derive(Clone, Debug)]
pub struct Wish {
    recipe: Recipe,
    is_personal: bool,
}

impl Wish {
    /// What was let in.
    pub fn of(admitted: &Admitted) -> Self {
        let recipe = admitted.recipe.clone();
        Self { is_personal: course::is_personal(&recipe.document.document), recipe }
    }

    /// The request for the same from a position on.
    pub fn request(&self, course: Course) -> Request {
        self.recipe.request().data(course)
    }

    fn key(&self, visibility: &Visibility) -> Key {
        let class = if self.is_personal {
            format!("{} {}", visibility.class, visibility.person).into()
        } else {
            Arc::clone(&visibility.class)
        };
        Key {
            document: Arc::clone(&self.recipe.document),
            operation: self.recipe.operation_name.clone(),
            variables: self.recipe.variables_without_start(),
            class,
            sees_schema: self.recipe.sees_schema,
        }
    }
}

impl Sharing {
    /// Takes a seat among those who follow the same, if everything after `at` can still be heard there; the first one begins.
    pub fn join<E: Executor>(
        &self,
        house: &HttpState<E>,
        wish: &Wish,
        visibility: &Visibility,
        at: &EventCursor,
    ) -> Option<Seat> {
        let key = wish.key(visibility);
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let group = groups.get(&key).and_then(Weak::upgrade).unwrap_or_else(|| {
            groups.retain(|_, group| group.strong_count() > 0);
            let group = begin(house, wish, visibility, at);
            groups.insert(key, Arc::downgrade(&group));
            group
        });
        drop(groups);
        let told = group.told();
        if !told.at.is_within(at) {
            return None;
        }
        let answers = told.sender.as_ref()?.subscribe();
        drop(told);
        Some(Seat { answers, at: at.clone(), _group: group })
    }
}

fn begin<E: Executor>(
    house: &HttpState<E>,
    wish: &Wish,
    visibility: &Visibility,
    at: &EventCursor,
) -> Arc<Group> {
    let (course, end) = (Course::from(at.clone()), CancellationToken::new());
    let request = (visibility.prepare)(wish.request(course.clone()));
    let responses = house.executor.execute_stream(request, None);
    let sender = Some(broadcast::Sender::new(BACKLOG));
    let answers = Mutex::new(Told { sender, at: at.clone() });
    let group = Arc::new(Group { answers, _end: end.clone().drop_guard() });
    let request_id = (house.mint_request_id)();
    let sees_schema = wish.recipe.sees_schema;
    let telling = tell(responses, course, Arc::downgrade(&group), request_id, sees_schema);
    house.tasks.spawn(async move {
        end.run_until_cancelled(telling).await;
    });
    group
}

/// Tells a group what its stream brings. An answer after which the stream is over is not told: each finds out alone what is wrong.
async fn tell(
    responses: BoxStream<'static, Response>,
    course: Course,
    group: Weak<Group>,
    request_id: String,
    sees_schema: bool,
) {
    // A panic ends it like an error that it has no more to say after.
    let answers = AssertUnwindSafe(responses).catch_unwind().map(Result::ok);
    let mut answers = answers.boxed().peekable();
    while let Some(Some(response)) = answers.next().await {
        let standing = course.standing();
        let is_over = matches!(Pin::new(&mut answers).peek().now_or_never(), Some(None));
        let Some(group) = group.upgrade().filter(|_| !is_over) else { break };
        let answer = run::told(response, &request_id, sees_schema);
        let tiding = Arc::new(Tiding {
            json: answer.to_json(&request_id).into(),
            n_objects: answer.n_objects(),
            outcome: answer.outcome(),
            standing,
        });
        let mut told = group.told();
        if tiding.standing.is_event {
            told.at = tiding.standing.at.clone();
        }
        // Nobody listening is no fault: the last one is just leaving.
        told.sender.as_ref().map(|sender| sender.send(tiding).ok());
    }
    if let Some(group) = group.upgrade() {
        group.told().sender = None;
    }
}
