//! Calls that are made with one's own things, with what is not one's own, and with what does not exist.

use serde_json::{Value, json};

use super::{
    Answers,
    calls::{Call, UNREAD},
    houses::{Foreign, Houses, Side},
    places::Places,
};
use crate::{permissions::cast::World, support::TestApp};

/// Houses in which calls are tried.
pub struct Trial {
    houses: Houses,
    places: Places,
    /// Each stage as it is entered now.
    worlds: Vec<World>,
    /// What could be told from the answers or their cost.
    pub leaks: Vec<String>,
}

/// What came of a call: what was said, without the ids that were tried, and what it took.
#[derive(Debug)]
struct Outcome {
    said: Value,
    statements: Vec<String>,
}

/// Something else in the place of one's own thing.
struct Swap {
    place: String,
    pointer: String,
    whose: &'static str,
    thing: Value,
}

impl Trial {
    pub async fn begin() -> Self {
        let houses = Box::pin(Houses::build()).await;
        let places = Places::learn(&TestApp::start().await).await;
        let mut worlds = Vec::new();
        for stage in &houses.stages {
            worlds.push(Box::pin(stage.begin()).await);
        }
        Self { houses, places, worlds, leaks: Vec::new() }
    }

    /// Asks on behalf of each side; at least one of them is told something of what is its own.
    pub async fn ask(&mut self, call: &Call, answers: &mut Answers) {
        let mut is_told = false;
        for side in 0..self.houses.sides.len() {
            let Side { house, foreign } = &self.houses.sides[side];
            let admin = self.worlds[0].cast.iter().position(|one| one.house == *house).unwrap();
            for swap in self.swaps(call, foreign) {
                let own = self.try_with(call, (0, admin), None).await;
                let nothing = self.compare(call, (0, admin), &swap).await;
                is_told |= own.said != nothing.said;
                assert_eq!(nothing.said.get("errors"), None, "{}", call.document);
                let data = &nothing.said["data"];
                let said = match swap.pointer.strip_prefix("/ids/") {
                    _ if is_unread(&swap.place) => "what is the plan's".to_owned(),
                    // The others are there.
                    Some(at) => {
                        let list = data.as_object().unwrap().values().next().unwrap();
                        list[at.parse::<usize>().unwrap()].to_string()
                    }
                    None => data.to_string(),
                };
                answers.entry(said).or_default().insert(swap.place);
            }
        }
        let is_read = call.places.iter().any(|(place, _)| !is_unread(place));
        assert_eq!(is_told, is_read, "{}: whether somebody is told something", call.document);
    }

    /// Attempts what a call does, for each side that can do it with its own things; at least one can.
    pub async fn attempt(&mut self, call: &Call, answers: &mut Answers) {
        let name = call.mutation.unwrap();
        let mut is_possible = false;
        for side in 0..self.houses.sides.len() {
            let swaps = self.swaps(call, &self.houses.sides[side].foreign);
            if swaps.is_empty() {
                continue;
            }
            let Some(way) = self.way(call, self.houses.sides[side].house).await else { continue };
            is_possible = true;
            for swap in swaps {
                let nothing = self.compare(call, way, &swap).await;
                let error = error_of(&nothing.said, name);
                let code = error.map_or("done", |error| error["code"].as_str().unwrap());
                let expected = if is_unread(&swap.place) { "done" } else { "NOT_FOUND" };
                assert_eq!(code, expected, "{}", swap.place);
                let said = error.map_or_else(|| code.to_owned(), in_short);
                answers.entry(said).or_default().insert(swap.place);
            }
        }
        let has_places = call.places.iter().any(|(place, _)| self.places.all.contains(place));
        if has_places && !is_possible {
            self.leaks.push(format!("{name}: nobody can, {}", call.variables));
        }
    }

    /// What is not one's own, for every place of a call.
    fn swaps(&self, call: &Call, foreign: &[Foreign]) -> Vec<Swap> {
        let mut swaps = Vec::new();
        for (place, pointer) in call.places.iter().filter(|one| self.places.all.contains(&one.0)) {
            let name = call.variables.pointer(pointer).unwrap().as_str().unwrap();
            let name = name.trim_start_matches('$');
            for Foreign { whose, things } in foreign {
                let Some(thing) = things.get(name).cloned() else { continue };
                let (place, pointer) = (place.clone(), pointer.clone());
                swaps.push(Swap { place, pointer, whose, thing });
            }
        }
        swaps
    }

    /// The first stage and member of the house in which the call does what it says.
    async fn way(&mut self, call: &Call, house: &str) -> Option<Way> {
        for stage in 0..self.worlds.len() {
            for member in 0..self.worlds[stage].cast.len() {
                let world = &self.worlds[stage];
                if world.cast[member].house != house || world.fill(&call.variables).is_none() {
                    continue;
                }
                let outcome = self.try_with(call, (stage, member), None).await;
                let error = error_of(&outcome.said, call.mutation.unwrap());
                let is_last = |error: &Value| {
                    let said = error["message"].as_str().unwrap();
                    AT_LAST.iter().any(|last| said.ends_with(last))
                };
                if error.is_none_or(is_last) {
                    return Some((stage, member));
                }
            }
        }
        None
    }

    /// What comes of a call with something that does not exist, which must be what comes of it with something that is not theirs.
    async fn compare(&mut self, call: &Call, way: Way, swap: &Swap) -> Outcome {
        let absent = absent(&swap.thing);
        // Whatever is prepared once is prepared before it is compared.
        self.try_with(call, way, Some((&swap.pointer, &absent))).await;
        let tried = self.try_with(call, way, Some((&swap.pointer, &swap.thing))).await;
        let nothing = self.try_with(call, way, Some((&swap.pointer, &absent))).await;
        if let Some(leak) = tried.differs_from(&nothing) {
            let Swap { place, whose, thing, .. } = swap;
            self.leaks.push(format!("{place}, {whose} {thing}: {leak}"));
        }
        nothing
    }

    /// What comes of a call with one's own things, and perhaps with something else in one place; then all is as it was.
    async fn try_with(
        &mut self,
        call: &Call,
        (stage, member): Way,
        swap: Option<(&str, &Value)>,
    ) -> Outcome {
        let world = &self.worlds[stage];
        let mut variables = world.fill(&call.variables).unwrap();
        if let Some((pointer, thing)) = swap {
            *variables.pointer_mut(pointer).unwrap() = thing.clone();
        }
        let asking = world.cast[member].client.try_run(&call.document, variables);
        let (answer, statements) = world.app.overhear(asking).await;
        if call.mutation.is_some_and(|name| error_of(&answer, name).is_none()) {
            self.worlds[stage] = Box::pin(self.houses.stages[stage].begin()).await;
        }
        let mut said = answer.to_string();
        for id in swap.map_or_else(Vec::new, |(_, thing)| ids(thing)) {
            said = said.replace(id, "ID");
        }
        Outcome { said: serde_json::from_str(&said).unwrap(), statements }
    }
}

/// A stage, and a member of its cast.
type Way = (usize, usize);

/// What is said when nothing but this is in the way.
const AT_LAST: [&str; 2] = ["is a partner already", "is being tried already"];

impl Outcome {
    fn differs_from(&self, other: &Self) -> Option<String> {
        if self.said != other.said {
            return Some(format!("{} is said, not {}", self.said, other.said));
        }
        if self.statements == other.statements {
            return None;
        }
        let only = |one: &[String], other: &[String]| {
            let mut left = one.to_vec();
            for statement in other {
                if let Some(at) = left.iter().position(|one| one == statement) {
                    left.remove(at);
                }
            }
            left.join("; ")
        };
        let more = only(&self.statements, &other.statements);
        let less = only(&other.statements, &self.statements);
        Some(format!("asked is also [{more}], and not [{less}]"))
    }
}

/// Why a mutation was refused, if it was.
fn error_of<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    let payload = &answer["data"][name];
    let of_row = payload["results"].get(0).map(|row| &row["errors"]);
    let lists = [answer.get("errors"), payload.get("errors"), of_row];
    lists.into_iter().flatten().find_map(|errors| errors.get(0))
}

/// `NOT_FOUND at replyTo: …`.
fn in_short(error: &Value) -> String {
    let path = error["path"].as_array().map_or(&[][..], Vec::as_slice);
    let path: Vec<&str> = path.iter().map(|step| step.as_str().unwrap()).collect();
    let at = if path.is_empty() { String::new() } else { format!(" at {}", path.join(".")) };
    let text = |field: &str| error[field].as_str().unwrap();
    format!("{}{at}: {}", text("code"), text("message"))
}

fn is_unread(place: &str) -> bool {
    UNREAD.contains(&place)
}

/// Ids of the same kinds that nothing has.
fn absent(thing: &Value) -> Value {
    let ids = ids(thing).into_iter().enumerate().map(|(at, id)| {
        let (prefix, _) = id.rsplit_once('_').unwrap();
        json!(format!("{prefix}_01jz00000000000000000000{:02}", at + 1))
    });
    let mut ids: Vec<Value> = ids.collect();
    if thing.is_array() { Value::Array(ids) } else { ids.remove(0) }
}

fn ids(thing: &Value) -> Vec<&str> {
    match thing {
        Value::Array(things) => things.iter().flat_map(ids).collect(),
        other => vec![other.as_str().unwrap()],
    }
}
