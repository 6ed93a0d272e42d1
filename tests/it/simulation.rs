//! A year of fifty plans on the injected clock: which alerts there are on which day, told once each, and ended with their cause.
//!
//! The deals are those of the real export where it is at hand, and made up in the same shape in any case; each has its own snapshot.
//! The house is looked at every second Monday. With `JBP_TEST_EVERY_DAY` set that of the real export is looked at each day, which takes
//! some twenty minutes and has a snapshot of its own.

mod deals;
mod house;
mod year;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use jbp::{
    domain::{
        actor::Side,
        alert::{AlertRule, AlertState, Ground},
        event::{EventCursor, EventKind},
        id::{AlertId, PlanId},
    },
    entity::{alert, plan},
    service::{
        causes,
        events::{self, Interest},
    },
};
use sea_orm::EntityTrait;
use serde_json::json;

use self::{
    deals::Story,
    house::{House, act},
};
use crate::support::data::data;

/// How many plans there are.
const N_PLANS: usize = 50;

/// The year that the export tells of.
const YEAR: i32 = 2017;

/// What was heard of alerts.
#[derive(Default)]
struct Chronicle {
    cursor: EventCursor,
    /// Whether the last thing heard of an alert was that it opened.
    standing: BTreeMap<AlertId, bool>,
    /// How often each alert was heard to open.
    n_opened: BTreeMap<AlertId, i32>,
    fired: BTreeSet<AlertRule>,
    lines: Vec<String>,
}

/// Alerts opened and resolved, for the vendors' sides and the partners'.
type Counts = BTreeMap<(AlertRule, Side), [usize; 2]>;

impl Chronicle {
    /// Hears what has happened since it listened last, and writes a line about it.
    async fn listen(&mut self, house: &House, today: NaiveDate) {
        let db = house.app.op.db.read();
        let alerts = alert::Entity::find().all(db).await.unwrap();
        let alerts: BTreeMap<AlertId, alert::Model> =
            alerts.into_iter().map(|alert| (alert.id, alert)).collect();
        let mut counts = Counts::new();
        let kinds = Some(vec![EventKind::AlertOpened, EventKind::AlertResolved]);
        let interest = Interest { kinds, ..Interest::default() };
        loop {
            let heard = events::after(&house.app.op, &self.cursor, &interest, 1_000).await.unwrap();
            if heard.is_empty() {
                break;
            }
            for event in heard {
                self.cursor.advance(event.vendor_id, event.position);
                let alert = &alerts[&AlertId(event.subject_id.unwrap())];
                let opens = event.kind == EventKind::AlertOpened;
                let stood = self.standing.insert(alert.id, opens).unwrap_or(false);
                assert_ne!(stood, opens, "{:?} of {} on {today}", event.kind, alert.message);
                let count = counts.entry((alert.rule, alert.side)).or_default();
                count[usize::from(!opens)] += 1;
                if opens {
                    *self.n_opened.entry(alert.id).or_default() += 1;
                    self.fired.insert(alert.rule);
                }
            }
        }
        for alert in alerts.values() {
            assert_eq!(alert.state != AlertState::Resolved, self.standing[&alert.id]);
            assert_eq!(alert.times_opened, self.n_opened[&alert.id], "{}", alert.message);
        }
        if !counts.is_empty() {
            self.lines.push(format!("{today} {}", told(&counts)));
        }
    }
}

/// `FeedSilent +12 -3, PlanEnding +4/+2`: opened and resolved, for both sides alike, or for the vendor's and the partners'.
fn told(counts: &Counts) -> String {
    let rules: BTreeSet<AlertRule> = counts.keys().map(|(rule, _)| *rule).collect();
    let words = |[opened, resolved]: [usize; 2]| {
        let opened = (opened > 0).then(|| format!("+{opened}"));
        let resolved = (resolved > 0).then(|| format!("-{resolved}"));
        opened.into_iter().chain(resolved).collect::<Vec<_>>().join(" ")
    };
    let of = |rule: AlertRule| {
        let [vendor, partner] =
            Side::BOTH.map(|side| words(counts.get(&(rule, side)).copied().unwrap_or_default()));
        let sides = if vendor == partner { vendor } else { format!("{vendor} / {partner}") };
        format!("{rule:?} {sides}")
    };
    rules.into_iter().map(of).collect::<Vec<_>>().join(", ")
}

/// Checks that there is one standing alert for each cause and side, and none without a cause.
async fn check_causes(house: &House, today: NaiveDate) {
    let alerts = alert::Entity::find().all(house.app.op.db.read()).await.unwrap();
    let tx = house.app.op.db.write().await.unwrap();
    for plan in &house.plans {
        let id: PlanId = plan.id.parse().unwrap();
        let row = plan::Entity::find_by_id(id).one(&*tx).await.unwrap().unwrap();
        let causes = causes::of_plan(&tx, &row, today, &Ground::ALL).await.unwrap();
        for side in Side::BOTH {
            let mut expected: Vec<_> =
                causes.of(side).into_iter().map(|cause| (cause.rule, cause.subject)).collect();
            let standing = alerts.iter().filter(|alert| {
                alert.plan_id == id && alert.side == side && alert.state.is_standing()
            });
            let mut found: Vec<_> = standing.map(|alert| (alert.rule, alert.subject_id)).collect();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{} on {today}, {side:?}", row.name);
        }
    }
}

/// How often the house is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Every other Monday, on which people act, and on the first in between.
    EverySecondMonday,
    /// Each day, though people act on those Mondays alone.
    EveryDay,
}

impl Look {
    fn asked_for() -> Self {
        match std::env::var_os("JBP_TEST_EVERY_DAY") {
            Some(_) => Self::EveryDay,
            None => Self::EverySecondMonday,
        }
    }
}

/// Lives through the year, looking at the house; gives a line for each day on which there was something to tell.
async fn lived(story: Story, look: Look) -> String {
    assert_eq!(story.len(), N_PLANS);
    let house = Box::pin(House::begin(story)).await;
    let mut chronicle = Chronicle::default();
    let mut since = NaiveDate::from_ymd_opt(YEAR, 1, 1).unwrap();
    let first = NaiveDate::from_ymd_opt(YEAR, 1, 2).unwrap();
    for number in (0..56_u64).filter(|number| *number == 1 || number % 2 == 0) {
        let today = first + Days::new(7 * number);
        let quiet = since.iter_days().skip(1).take_while(|day| *day < today);
        for day in quiet.filter(|_| look == Look::EveryDay) {
            house.app.set_time(&format!("{day}T06:00:00Z"));
            house.app.settle().await;
            chronicle.listen(&house, day).await;
        }
        house.app.set_time(&format!("{today}T06:00:00Z"));
        Box::pin(year::until(&house, number, since, today)).await;
        house.app.settle().await;
        chronicle.listen(&house, today).await;
        if number % 8 == 0 {
            check_causes(&house, today).await;
        }
        since = today;
    }
    // The year is over, and with the plans all that was to be done about them.
    house.app.set_time("2018-01-29T06:00:00Z");
    for plan in &house.plans {
        let input = json!({ "planId": plan.id, "expectedRevision": plan.revision().await });
        act(&plan.vendor.manager, "closePlan", input).await;
    }
    let end = NaiveDate::from_ymd_opt(YEAR + 1, 1, 29).unwrap();
    chronicle.listen(&house, end).await;
    check_causes(&house, end).await;
    assert_eq!(chronicle.fired, AlertRule::ALL.into_iter().collect(), "every rule fires");
    assert!(chronicle.standing.values().all(|stands| !stands), "none is left");
    chronicle.lines.join("\n")
}

#[track_caller]
fn check(look: Look, deals: &str, lines: &str) {
    let name = match look {
        Look::EverySecondMonday => format!("alerts by day, {deals}"),
        Look::EveryDay => format!("alerts by day, each day, {deals}"),
    };
    insta::with_settings!({ snapshot_path => "simulation", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, lines);
    });
}

#[tokio::test]
async fn a_year_of_fifty_plans_with_deals_of_the_real_export() {
    let Some(data) = data() else { return };
    let look = Look::asked_for();
    let lines = Box::pin(lived(deals::exported(&data), look)).await;
    check(look, "exported", &lines);
}

#[tokio::test]
async fn a_year_of_fifty_plans_with_deals_that_are_made_up() {
    let look = Look::EverySecondMonday;
    let lines = Box::pin(lived(deals::made_up(), look)).await;
    check(look, "made up", &lines);
}
