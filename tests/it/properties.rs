//! What holds after whatever both sides do, in whatever order: signed is what was signed, one plan a day, splits add up.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{
    Client, GivenPlan, TestApp,
    planning::{plan_mutation, revenue},
};

/// Something that one of four people tries; much of it is refused.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Edit(u32),
    Split,
    Name(u32),
    Share,
    Propose,
    ProposeAmendment,
    Sign,
    SignAnOldVersion,
    Reject,
    WithdrawProposal,
    BeginAmendment,
    WithdrawAmendment,
    Terminate,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (1..40u32).prop_map(Deed::Edit),
        2 => Just(Deed::Split),
        1 => (0..9u32).prop_map(Deed::Name),
        2 => Just(Deed::Share),
        4 => Just(Deed::Propose),
        4 => Just(Deed::ProposeAmendment),
        8 => Just(Deed::Sign),
        1 => Just(Deed::SignAnOldVersion),
        1 => Just(Deed::Reject),
        1 => Just(Deed::WithdrawProposal),
        3 => Just(Deed::BeginAmendment),
        1 => Just(Deed::WithdrawAmendment),
        1 => prop_oneof![9 => Just(Deed::Propose), 1 => Just(Deed::Terminate)],
    ]
}

/// Two plans for the same year of one partnership, both shared.
struct World {
    app: TestApp,
    plans: [GivenPlan; 2],
    lines: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.set_time("2026-01-10T12:00:00Z");
        let northwind = app.vendor("Northwind").await;
        let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
        let lines = northwind.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
        let plan = northwind.plan(&acme).full().with_target(revenue("1000.00")).shared().await;
        let rival = northwind.plan(&acme).named("Another").full().shared().await;
        Self { app, plans: [plan, rival], lines }
    }

    async fn attempt(&self, which: usize, is_partner: bool, deed: Deed) {
        let plan = &self.plans[which];
        let (manager, executive) = if is_partner {
            (&plan.partner.manager, &plan.partner.executive)
        } else {
            (&plan.vendor.manager, &plan.vendor.executive)
        };
        let target = async || plan.read(manager, "targets { id }").await[0]["id"].take();
        match deed {
            Deed::Edit(n) => {
                let amount = Decimal::new(i64::from(n) * 3_333, 2).to_string();
                let input = json!({ "targetId": target().await, "target": revenue(&amount) });
                attempt(plan, manager, "editTarget", input).await;
            }
            Deed::Split => {
                let input = json!({ "targetId": target().await, "dimension": "PRODUCT_LINE",
                    "valueIds": self.lines, "withOther": true });
                attempt(plan, manager, "splitTarget", input).await;
            }
            Deed::Name(n) => {
                attempt(plan, manager, "editPlan", json!({ "name": format!("Plan {n}") })).await;
            }
            Deed::Share => attempt(plan, manager, "sharePlan", json!({})).await,
            Deed::Propose => attempt(plan, manager, "proposePlan", json!({})).await,
            Deed::ProposeAmendment => {
                let input = json!({ "effectiveOn": "2026-01-10" });
                attempt(plan, manager, "proposeAmendment", input).await;
            }
            Deed::Sign => {
                let found = plan.read(manager, "versions { number hash }").await;
                let Some(last) = found.as_array().unwrap().last().cloned() else { return };
                let input = json!({ "version": last["number"], "hash": last["hash"] });
                attempt(plan, executive, "signPlan", input).await;
            }
            Deed::SignAnOldVersion => {
                let found = plan.read(manager, "versions { number hash }").await;
                let Some(first) = found.as_array().unwrap().first().cloned() else { return };
                let input = json!({ "version": first["number"], "hash": first["hash"] });
                attempt(plan, executive, "signPlan", input).await;
            }
            Deed::Reject => attempt(plan, manager, "rejectPlan", json!({ "reason": "no" })).await,
            Deed::WithdrawProposal => {
                attempt(plan, manager, "withdrawProposal", json!({ "reason": "no" })).await;
            }
            Deed::BeginAmendment => {
                attempt(plan, manager, "beginAmendment", json!({ "reason": "more" })).await;
            }
            Deed::WithdrawAmendment => {
                attempt(plan, manager, "withdrawAmendment", json!({ "reason": "no" })).await;
            }
            Deed::Terminate => {
                let input = json!({ "effectiveOn": "2026-01-10", "reason": "merger" });
                attempt(plan, manager, "terminatePlan", input).await;
            }
        }
    }

    /// Checks what must hold; says whether a plan is in force.
    async fn check(&self) -> bool {
        let fields = "state versionInForce versions { number hash content sealedAt }
            signatures { version hash side voidedAt } targets { id parentId amount }";
        let mut holding = 0;
        let mut in_force = false;
        for plan in &self.plans {
            let query = format!("query($id: ID!) {{ plan(id: $id) {{ {fields} }} }}");
            let found =
                plan.vendor.viewer.run(&query, json!({ "id": plan.id })).await["plan"].take();
            holding +=
                usize::from(found["state"] == "ACTIVE" || found["state"] == "AWAITING_SIGNATURES");
            if found["versionInForce"].is_null() {
                continue;
            }
            in_force = true;
            check_signed(&found);
            check_splits(found["targets"].as_array().unwrap());
        }
        assert!(holding <= 1, "two plans hold the same days");
        self.app.check_sums().await;
        in_force
    }
}

/// What is in force is exactly what one person of each side has signed, and what is shown is what it says.
fn check_signed(plan: &Value) {
    let number = &plan["versionInForce"];
    let versions = plan["versions"].as_array().unwrap();
    let version = versions.iter().find(|version| &version["number"] == number).unwrap();
    let content = version["content"].as_str().unwrap();
    assert_eq!(version["hash"], hex::encode(Sha256::digest(content)));
    assert!(!version["sealedAt"].is_null());
    let mut sides: Vec<&str> = plan["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|signature| &signature["version"] == number && signature["voidedAt"].is_null())
        .inspect(|signature| assert_eq!(signature["hash"], version["hash"]))
        .map(|signature| signature["side"].as_str().unwrap())
        .collect();
    sides.sort_unstable();
    assert_eq!(sides, ["PARTNER", "VENDOR"]);

    let signed: Value = serde_json::from_str(content).unwrap();
    let minor = |target: &Value| {
        let amount: Decimal = target["amount"].as_str().unwrap().parse().unwrap();
        (amount * Decimal::ONE_HUNDRED).normalize().to_string()
    };
    let shown: Vec<String> = plan["targets"].as_array().unwrap().iter().map(minor).collect();
    let terms = signed["targets"].as_array().unwrap().iter();
    assert_eq!(shown, terms.map(|target| target["amount"].to_string()).collect::<Vec<_>>());
}

fn check_splits(targets: &[Value]) {
    for whole in targets {
        let amount =
            |target: &Value| target["amount"].as_str().unwrap().parse::<Decimal>().unwrap();
        let parts: Vec<Decimal> =
            targets.iter().filter(|part| part["parentId"] == whole["id"]).map(amount).collect();
        assert!(parts.is_empty() || parts.iter().sum::<Decimal>() == amount(whole), "{whole}");
    }
}

/// Tries something at the plan's revision now; that it is refused is well.
async fn attempt(plan: &GivenPlan, client: &Client, mutation: &str, input: Value) {
    let input = plan.placed(mutation, input).await;
    client.run(&plan_mutation(mutation), json!({ "input": input })).await;
}

#[test]
fn whatever_both_sides_do_what_is_in_force_is_what_both_signed() {
    let deeds = prop::collection::vec((0..5usize, any::<bool>(), deed()), 40..60);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut n_in_force = 0;
    let mut runner = TestRunner::deterministic();
    for _ in 0..8 {
        let deeds = deeds.new_tree(&mut runner).unwrap().current();
        runtime.block_on(async {
            let world = Box::pin(World::new()).await;
            for (which, is_partner, deed) in deeds {
                // The second plan is tried now and then: the first one is to come far.
                Box::pin(world.attempt(which / 4, is_partner, deed)).await;
                n_in_force += usize::from(Box::pin(world.check()).await);
            }
        });
    }
    assert!(n_in_force > 50, "a plan was in force after {n_in_force} deeds only");
}
