//! The figures as the schema tells them, put as the expected file puts them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::support::Client;

const PLAN: &str = "query Plan($id: ID!, $on: Date!) { plan(id: $id) {
  partnership { id }
  progress(asOf: $on) {
    score health vendorPromisesKept partnerPromisesKept dealsCarriedIn
    total { ...All }
    lines: breakdown(by: PRODUCT_LINE) { value { code parent { code } } figures { ...All } }
    segments: breakdown(by: SEGMENT) { value { code } figures { ...All } }
    countries: breakdown(by: GEOGRAPHY) { value { code } figures { ...All } }
    courses: breakdown(by: COURSE) { key figures { ...All } }
    campaigns: breakdown(by: CAMPAIGN_TYPE) { key figures { ...All } }
    reps: breakdown(by: REP) { key figures { ...All } }
    months: series(interval: MONTH) { endsOn change { ...All } }
    days: series(interval: DAY) { endsOn change { ...All } }
    marketing { mdfAllocated { amount } mdfSpent { amount } leadsDelivered }
  }
  targets {
    name amount
    progress(asOf: $on) {
      actual expected attainment pace status verifiedShare wonDeals openDeals openValue { amount }
    }
  }
  commitments {
    title
    progress(asOf: $on) { delivered reachedOn status leadsDelivered mdfSpent { amount } }
  }
} }
fragment All on Figures {
  revenue { amount } dealsWon dealsLost winRate dealsRegistered pipelineCreated { amount } dealsOpen
  openValue { amount } trainingCompletions programmesExecuted leads mdfSpent { amount }
}";

const DEALS: &str = "query Deals($of: ID!, $after: String) {
  deals(filter: { partnershipId: $of }, first: 100, after: $after) {
    nodes { customer registeredOn closedOn state }
    pageInfo { hasNextPage endCursor }
  }
}";

const COURSES: &str = "query Courses($of: ID!, $from: Date, $to: Date!) {
  activities(filter: { partnershipId: $of, kinds: [COURSE_COMPLETED], occurredFrom: $from, occurredTo: $to }, first: 100) {
    totalCount
    nodes { about }
  }
}";

/// The deals of a plan's partnership, as somebody sees them today.
pub async fn deals(client: &Client, plan: &str) -> Vec<Value> {
    let asked = format!("{{ plan(id: {plan:?}) {{ partnership {{ id }} }} }}");
    let of = client.run(&asked, json!({})).await["plan"]["partnership"]["id"].take();
    let mut deals = Vec::new();
    let mut after = Value::Null;
    loop {
        let mut page = client.run(DEALS, json!({ "of": of, "after": after })).await["deals"].take();
        deals.append(page["nodes"].as_array_mut().unwrap());
        if page["pageInfo"]["hasNextPage"] == false {
            return deals;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}

/// A plan as somebody sees it on a day.
pub struct Seen<'a> {
    plan: Value,
    deals: &'a [Value],
    completed: Value,
    completed_in_year: Value,
    on: String,
}

impl<'a> Seen<'a> {
    /// Asks the schema for all but the deals.
    pub async fn by(client: &Client, plan: &str, deals: &'a [Value], on: &str) -> Self {
        let plan = client.run(PLAN, json!({ "id": plan, "on": on })).await["plan"].take();
        let of = plan["partnership"]["id"].clone();
        let courses = async |from: Option<&str>| {
            let variables = json!({ "of": of, "from": from, "to": on });
            client.run(COURSES, variables).await["activities"].take()
        };
        let (completed, completed_in_year) =
            (courses(None).await, courses(Some("2017-01-01")).await);
        Self { plan, deals, completed, completed_in_year, on: on.to_owned() }
    }

    fn progress(&self) -> &Value {
        &self.plan["progress"]
    }

    /// A figure of each cut that is not nothing, by the code of its value or its own key.
    fn cuts(&self, by: &str, figure: &str) -> BTreeMap<String, i64> {
        self.sums(by, figure, |cut| {
            cut["value"]["code"].as_str().or(cut["key"].as_str()).unwrap().to_owned()
        })
    }

    /// A figure of each product line: its own and its products', summed up the tree.
    fn lines(&self, figure: &str) -> BTreeMap<String, i64> {
        self.sums("lines", figure, |cut| {
            let value = &cut["value"];
            value["parent"]["code"].as_str().or(value["code"].as_str()).unwrap().to_owned()
        })
    }

    fn sums(
        &self,
        by: &str,
        figure: &str,
        key: impl Fn(&Value) -> String,
    ) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for cut in self.progress()[by].as_array().unwrap() {
            *sums.entry(key(cut)).or_default() += whole(&cut["figures"][figure]);
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }

    /// What the expected file says of the CRM export.
    pub fn crm(&self) -> Value {
        let total = &self.progress()["total"];
        let months = self.progress()["months"].as_array().unwrap().iter();
        let months = months.map(|point| {
            (point["endsOn"].as_str().unwrap()[..7].to_owned(), whole(&point["change"]["revenue"]))
        });
        let months: BTreeMap<String, i64> = months.filter(|(_, revenue)| *revenue != 0).collect();
        let last = self.progress()["days"].as_array().unwrap().last().unwrap();
        assert_eq!(last["endsOn"], *self.on);
        let registered = self.deals.iter().filter(|deal| is_by(&deal["registeredOn"], &self.on));
        let without_account = registered
            .clone()
            .filter(|deal| deal["customer"].is_null() && !is_by(&deal["closedOn"], &self.on));
        json!({
            "deals_registered_to_date": registered.count(),
            "deals_registered_in_plan_year": whole(&total["dealsRegistered"]),
            "deals_carried_in": whole(&self.progress()["dealsCarriedIn"]),
            "deals_registered_in_plan_year_by_product_line": self.lines("dealsRegistered"),
            "won_deals": whole(&total["dealsWon"]),
            "lost_deals": whole(&total["dealsLost"]),
            "win_rate": number(&total["winRate"]),
            "won_revenue_usd": whole(&total["revenue"]),
            "won_revenue_usd_by_product_line": self.lines("revenue"),
            "won_revenue_usd_by_product": self.cuts("lines", "revenue"),
            "won_revenue_usd_by_segment": self.cuts("segments", "revenue"),
            "won_revenue_usd_by_country": self.cuts("countries", "revenue"),
            "won_revenue_usd_by_rep": self.cuts("reps", "revenue"),
            "won_revenue_usd_by_month": months,
            "open_deals": whole(&total["dealsOpen"]),
            "open_pipeline_list_value_usd": whole(&total["openValue"]),
            "open_deals_by_product_line": self.lines("dealsOpen"),
            "open_pipeline_list_value_usd_by_product_line": self.lines("openValue"),
            "open_deals_without_account": without_account.count(),
            "on_cut_off_day": {
                "registered": whole(&last["change"]["dealsRegistered"]),
                "won": whole(&last["change"]["dealsWon"]),
                "lost": whole(&last["change"]["dealsLost"]),
                "won_revenue_usd": whole(&last["change"]["revenue"]),
            },
        })
    }

    /// What the expected file says of the training feed, but for what is no fact here: see the module's comment.
    pub fn training(&self) -> Value {
        let in_year = self.completed_in_year["nodes"].as_array().unwrap();
        let people: BTreeSet<&str> =
            in_year.iter().map(|fact| fact["about"].as_str().unwrap()).collect();
        let n_in_year = whole(&self.progress()["total"]["trainingCompletions"]);
        assert_eq!(self.completed_in_year["totalCount"], n_in_year);
        json!({
            "completed": self.completed["totalCount"],
            "completed_in_plan_year": n_in_year,
            "completed_in_plan_year_by_course": self.cuts("courses", "trainingCompletions"),
            "distinct_people_certified_in_plan_year": people.len(),
        })
    }

    /// What the expected file says of the marketing files, but for what is no fact here.
    pub fn marketing(&self) -> Value {
        let (total, marketing) = (&self.progress()["total"], &self.progress()["marketing"]);
        let leads = whole(&marketing["leadsDelivered"]);
        assert_eq!((whole(&total["leads"]), &total["mdfSpent"]), (leads, &marketing["mdfSpent"]));
        json!({
            "programmes_executed": whole(&total["programmesExecuted"]),
            "programmes_executed_by_type": self.cuts("campaigns", "programmesExecuted"),
            "programmes_reported_by_cut_off": whole(&total["programmesExecuted"]),
            "mdf_claimed_usd": whole(&marketing["mdfSpent"]),
            "distinct_leads_created": leads,
        })
    }

    /// Where the plan stands: each target and commitment by name, and the whole.
    pub fn standing(&self) -> Value {
        let named = |list: &str, name: &str| -> Map<String, Value> {
            let rows = self.plan[list].as_array().unwrap().iter();
            rows.map(|row| (row[name].as_str().unwrap().to_owned(), row["progress"].clone()))
                .collect()
        };
        let progress = self.progress();
        json!({
            "targets": named("targets", "name"),
            "commitments": named("commitments", "title"),
            "score": progress["score"],
            "health": progress["health"],
            "vendorPromisesKept": progress["vendorPromisesKept"],
            "partnerPromisesKept": progress["partnerPromisesKept"],
        })
    }
}

/// Whether `day` is a day, and not after `on`.
fn is_by(day: &Value, on: &str) -> bool {
    day.as_str().is_some_and(|day| day <= on)
}

/// A count, or an amount of whole dollars.
fn whole(figure: &Value) -> i64 {
    let text = figure["amount"].as_str().or(figure.as_str()).unwrap();
    text.strip_suffix(".00").unwrap_or(text).parse().unwrap()
}

/// A decimal as the expected file writes it.
fn number(figure: &Value) -> Value {
    figure.as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}
