//! The demo: whole, believable, and the same after every start.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Instant,
};

use chrono::TimeDelta;
use jbp::{
    demo,
    domain::{
        activity::Provenance,
        actor::{Actor, Side},
        alert::AlertState,
        commitment::{CommitmentStatus, OwedBy},
        plan::PlanState,
        progress::TargetStatus,
        readiness::ReadinessCode,
        target::Dimension,
    },
    entity::{activity, alert, deal, event, note, organization, plan, session, team_member, user},
    service::{
        content,
        facts::{self, ActivityFilter},
        progress::{self, CommitmentFigures, PlanFigures},
        rollups, sessions, signing,
    },
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter};

use crate::support::TestApp;

const HOUSE: Actor = Actor::System;

/// A house in which the demo has been played, at the usual time or another.
async fn seeded(instant: Option<&str>) -> TestApp {
    let app = TestApp::start().await;
    instant.inspect(|instant| app.set_time(instant));
    Box::pin(demo::seed(&app.op, |_, _| ())).await.unwrap();
    app
}

/// How much of everything there is; warnings, events and sessions come last.
async fn counts(app: &TestApp) -> [u64; 10] {
    let db = app.op.db.read();
    [
        organization::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        user::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        team_member::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        plan::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        note::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        activity::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        deal::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        alert::Entity::visible_to(&HOUSE).count(db).await.unwrap(),
        event::Entity::find().count(db).await.unwrap(),
        session::Entity::find().count(db).await.unwrap(),
    ]
}

async fn plans(app: &TestApp) -> Vec<plan::Model> {
    plan::Entity::visible_to(&HOUSE).all(app.op.db.read()).await.unwrap()
}

async fn figures(app: &TestApp) -> Vec<PlanFigures> {
    let today = app.op.today(demo::setting::ZONE);
    let active = plans(app).await.into_iter().filter(|plan| plan.state == PlanState::Active);
    let found =
        progress::of_plans(app.op.db.read(), active.map(Arc::new).collect(), today).await.unwrap();
    found.into_values().collect()
}

/// The future's answer, unless it dies before: after so many polls.
async fn dies_after<F: Future>(n_polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = n_polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Every state of a plan, every status of a target and of a commitment can be seen.
async fn check_statuses(app: &TestApp) {
    let mut states: BTreeMap<String, u32> = BTreeMap::new();
    for plan in plans(app).await {
        *states.entry(plan.state.to_value()).or_default() += 1;
    }
    let expected = [("active", 5), ("awaiting_signatures", 1), ("draft", 2), ("negotiating", 1)];
    assert_eq!(states, expected.map(|(state, count)| (state.to_owned(), count)).into());

    let figures = figures(app).await;
    let top_level = || {
        let targets = figures.iter().flat_map(|plan| &plan.targets);
        targets.filter(|target| target.target.parent_id.is_none())
    };
    for status in TargetStatus::iter() {
        assert!(top_level().any(|target| target.progress.status == status), "{status:?}");
    }
    let commitments = || figures.iter().flat_map(|plan| &plan.commitments);
    for status in CommitmentStatus::iter() {
        assert!(commitments().any(|one| one.status == status), "{status:?}");
    }
    for side in [OwedBy::Vendor, OwedBy::Partner] {
        let is_late = |one: &CommitmentFigures| {
            one.status == CommitmentStatus::Overdue && one.commitment.owed_by == side
        };
        assert!(commitments().any(is_late), "{side:?}");
    }
}

/// Both sides have warnings of many days, and the vendor has taken note of one.
async fn check_alerts(app: &TestApp) {
    let alerts = alert::Entity::visible_to(&HOUSE).all(app.op.db.read()).await.unwrap();
    let in_state = |side, state| {
        alerts.iter().filter(|alert| alert.side == side && alert.state == state).count()
    };
    assert!(in_state(Side::Vendor, AlertState::Open) > 5);
    assert!(in_state(Side::Partner, AlertState::Open) > 5);
    assert_eq!(in_state(Side::Vendor, AlertState::Acknowledged), 1);
    assert_eq!(in_state(Side::Partner, AlertState::Acknowledged), 0);
    let days: BTreeSet<_> = alerts.iter().map(|alert| alert.opened_at.date_naive()).collect();
    assert!(days.len() > 5, "warned on {days:?} alone");
}

/// What is not in force yet waits for what it should wait for, and each side keeps something to itself.
async fn check_unsigned(app: &TestApp) {
    let plans = plans(app).await;
    let in_state = |state| plans.iter().filter(move |plan| plan.state == state);

    let awaiting = in_state(PlanState::AwaitingSignatures).next().unwrap();
    let signatures = signing::of_plan(&app.op, awaiting).await.unwrap();
    assert_eq!(signatures.iter().map(|one| one.side).collect::<Vec<_>>(), [Side::Partner]);

    let negotiating = in_state(PlanState::Negotiating).next().unwrap();
    let findings = content::readiness(app.op.db.read(), negotiating).await.unwrap();
    let codes: BTreeSet<ReadinessCode> = findings.iter().map(|finding| finding.code).collect();
    assert!(codes.len() >= 5, "{codes:?}");

    let both = BTreeSet::from(Side::BOTH);
    let drafting = in_state(PlanState::Draft).map(|plan| plan.drafted_by);
    assert_eq!(drafting.collect::<BTreeSet<Side>>(), both);
    let notes = note::Entity::visible_to(&HOUSE).all(app.op.db.read()).await.unwrap();
    assert_eq!(notes.iter().map(|note| note.side).collect::<BTreeSet<Side>>(), both);
}

/// Facts are many, some wait to be mapped or converted, one was corrected, and all sums are theirs.
async fn check_facts(app: &TestApp) {
    let n_facts = facts::count(&app.op, &ActivityFilter::default()).await.unwrap();
    assert!((2_900..=3_900).contains(&n_facts), "{n_facts} facts");
    for dimension in [Dimension::ProductLine, Dimension::Segment, Dimension::Geography] {
        let unmapped = facts::unmapped_values(&app.op, dimension, None, 10).await.unwrap();
        assert!(!unmapped.is_empty(), "{dimension:?}");
    }
    let mut unconverted = 0;
    for plan in rollups::plans_in_force(&app.op).await.unwrap() {
        unconverted += facts::unconverted(app.op.db.read(), &plan).await.unwrap();
        let differences = rollups::differences(&app.op, &plan).await.unwrap();
        assert!(differences.is_empty(), "{}: {} differences", plan.name, differences.len());
    }
    assert!(unconverted > 0);
    let corrected = ActivityFilter { is_superseded: Some(true), ..ActivityFilter::default() };
    assert_eq!(facts::count(&app.op, &corrected).await.unwrap(), 1);
    let own_word = activity::Entity::visible_to(&HOUSE)
        .filter(activity::Column::Provenance.eq(Provenance::SelfReported))
        .count(app.op.db.read());
    assert!(own_word.await.unwrap() > 300);
}

async fn check_passwords(app: &TestApp) {
    let users = demo::users();
    assert_eq!(users.len(), 22);
    for shown in &users {
        let session = sessions::sign_in(&app.op, &shown.email, &shown.password).await.unwrap();
        let role = session.actor.member().unwrap().role().unwrap();
        assert_eq!(role.to_value().to_uppercase(), shown.role, "{}", shown.email);
    }
}

#[tokio::test]
async fn the_demo_is_whole_and_a_second_start_keeps_it() {
    let began = Instant::now();
    let app = seeded(None).await;
    let before = counts(&app).await;
    println!("seeded in {:.1?}: {before:?}", began.elapsed());
    check_statuses(&app).await;
    check_alerts(&app).await;
    check_unsigned(&app).await;
    check_facts(&app).await;

    assert!(demo::is_seeded(&app.op).await.unwrap());
    demo::seed(&app.op, |_, _| panic!("nothing is left to do")).await.unwrap();
    app.advance(TimeDelta::days(45));
    demo::seed(&app.op, |_, _| panic!("nothing is left to do")).await.unwrap();
    assert_eq!(counts(&app).await, before);
    check_passwords(&app).await;
}

#[tokio::test]
async fn the_year_is_half_gone_whenever_the_demo_begins() {
    for instant in ["2028-02-29T23:30:00Z", "2026-12-31T05:00:00Z"] {
        let app = seeded(Some(instant)).await;
        check_statuses(&app).await;
        check_alerts(&app).await;
    }
}

#[tokio::test]
async fn a_seeding_that_was_killed_is_completed_by_the_next() {
    let whole = counts(&seeded(None).await).await;
    let app = TestApp::start().await;
    // How far so many polls go is the database's affair: it dies until it lives.
    let mut n_deaths = 0;
    for n_polls in [20, 90, 300, 700, 1_500, 3_000, 5_000] {
        let lived = Box::pin(dies_after(n_polls, demo::seed(&app.op, |_, _| ()))).await;
        if lived.is_some() {
            break;
        }
        n_deaths += 1;
        assert!(!demo::is_seeded(&app.op).await.unwrap());
    }
    assert!(n_deaths >= 4, "{n_deaths} deaths");
    app.advance(TimeDelta::days(2));
    Box::pin(demo::seed(&app.op, |_, _| ())).await.unwrap();
    // The last act waited for two days, in which warnings came and went; all else is as if nothing had happened.
    assert_eq!(counts(&app).await[..7], whole[..7]);
    check_statuses(&app).await;
    check_passwords(&app).await;
}
