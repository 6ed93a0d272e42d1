//! Calls that are made with one's own things, with what is not one's own, and with what does not exist.

use serde_json::{Value, json};

use super::{
    Answers,
    calls::Call,
    houses::{Foreign, Houses},
    places::Places,
};
use crate::{
    permissions::cast::World,
    support::{Client, TestApp},
};

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
        let world = &self.worlds[0];
        let own = world.fill(&call.variables).unwrap();
        let mut is_told = false;
        for side in &self.houses.sides {
            let admin = world.cast.iter().find(|member| member.house == side.house).unwrap();
            for swap in self.swaps(call, &side.foreign) {
                let told = try_with(&world.app, &admin.client, call, &own, &swap.own(&own)).await;
                let (outcome, leak) = compare(&world.app, &admin.client, call, &own, &swap).await;
                self.leaks.extend(leak);
                is_told |= told.said != outcome.said;
                let said = match outcome.said.get("errors") {
                    Some(errors) => in_short(&errors[0]["extensions"]["code"], &errors[0]),
                    None => outcome.said["data"].to_string(),
                };
                answers.entry(said).or_default().insert(swap.place);
            }
        }
        assert!(is_told, "{}: nobody is told anything", call.document);
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
            let Some((stage, member)) = self.way(call, self.houses.sides[side].house).await else {
                continue;
            };
            is_possible = true;
            for swap in swaps {
                let world = &self.worlds[stage];
                let (who, own) = (&world.cast[member].client, world.fill(&call.variables).unwrap());
                let (outcome, leak) = compare(&world.app, who, call, &own, &swap).await;
                self.leaks.extend(leak);
                let error = error_of(&outcome.said, name).cloned();
                if error.is_none() {
                    self.renew(stage).await;
                }
                let said =
                    error.map_or("done".to_owned(), |error| in_short(&error["code"], &error));
                answers.entry(said).or_default().insert(swap.place);
            }
        }
        let has_places = call.places.iter().any(|(place, _)| self.places.all.contains(place));
        assert!(is_possible || !has_places, "{name}: nobody can, {}", call.variables);
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
    async fn way(&mut self, call: &Call, house: &str) -> Option<(usize, usize)> {
        for stage in 0..self.worlds.len() {
            for member in 0..self.worlds[stage].cast.len() {
                let world = &self.worlds[stage];
                let client = &world.cast[member].client;
                let Some(own) = world.fill(&call.variables) else { continue };
                if world.cast[member].house != house {
                    continue;
                }
                let answer = client.try_run(&call.document, own).await;
                match error_of(&answer, call.mutation.unwrap()).map(|error| &error["code"]) {
                    None => {
                        self.renew(stage).await;
                        return Some((stage, member));
                    }
                    // The partner is a partner already.
                    Some(code) if code == "CONFLICT" => return Some((stage, member)),
                    Some(_) => {}
                }
            }
        }
        None
    }

    async fn renew(&mut self, stage: usize) {
        self.worlds[stage] = Box::pin(self.houses.stages[stage].begin()).await;
    }
}

/// The answer for things that do not exist, and how that for the swapped things differs from it.
async fn compare(
    app: &TestApp,
    who: &Client,
    call: &Call,
    own: &Value,
    swap: &Swap,
) -> (Outcome, Option<String>) {
    let absent = absent(&swap.thing);
    // Whatever is prepared once is prepared before it is compared.
    try_with(app, who, call, own, &(swap.pointer.as_str(), absent.clone())).await;
    let tried = try_with(app, who, call, own, &(&swap.pointer, swap.thing.clone())).await;
    let nothing = try_with(app, who, call, own, &(&swap.pointer, absent)).await;
    let leak = tried.differs_from(&nothing);
    let leak = leak.map(|leak| format!("{} of {}, {}: {leak}", swap.place, swap.whose, swap.thing));
    (nothing, leak)
}

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

impl Swap {
    fn own<'a>(&'a self, own: &Value) -> (&'a str, Value) {
        (&self.pointer, own.pointer(&self.pointer).unwrap().clone())
    }
}

async fn try_with(
    app: &TestApp,
    who: &Client,
    call: &Call,
    own: &Value,
    (pointer, thing): &(&str, Value),
) -> Outcome {
    let mut variables = own.clone();
    *variables.pointer_mut(pointer).unwrap() = thing.clone();
    let (answer, statements) = app.overhear(who.try_run(&call.document, variables)).await;
    let mut said = answer.to_string();
    for id in ids(thing) {
        said = said.replace(id, "ID");
    }
    Outcome { said: serde_json::from_str(&said).unwrap(), statements }
}

/// Why a mutation was refused, if it was.
fn error_of<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    let payload = &answer["data"][name];
    let of_row = payload["results"].get(0).map(|row| &row["errors"]);
    let lists = [answer.get("errors"), payload.get("errors"), of_row];
    lists.into_iter().flatten().find_map(|errors| errors.get(0))
}

/// `NOT_FOUND at planId: plan not found`.
fn in_short(code: &Value, error: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let path = error["path"].as_array().map_or(&[][..], Vec::as_slice);
    let path: Vec<String> = path.iter().map(text).collect();
    let at = if path.is_empty() { String::new() } else { format!(" at {}", path.join(".")) };
    format!("{}{at}: {}", text(code), text(&error["message"]))
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
