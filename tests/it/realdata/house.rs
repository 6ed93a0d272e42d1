//! The hardware maker of the export with its six partners, set up as its people would: through the schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use jbp::import::{Report, Run, run};
use serde_json::{Value, json};

use super::{plan, raw::Raw};
use crate::support::{
    Partner, TestApp, Vendor,
    data::{PARTNERS, expectations, mapping},
    given::id_of,
};

/// A house with the vendor, its partners and the two plans, signed.
pub struct House {
    pub app: TestApp,
    pub vendor: Vendor,
    pub partners: BTreeMap<&'static str, Partner>,
    /// The plans of [`PARTNERS`].
    pub plans: BTreeMap<&'static str, String>,
}

/// The ids of the vendor's dimension values.
#[derive(Debug, Default)]
pub struct Dimensions(BTreeMap<(&'static str, String), String>);

impl Dimensions {
    /// The id of a value.
    pub fn id(&self, dimension: &'static str, code: &str) -> &str {
        &self.0[&(dimension, code.to_owned())]
    }
}

impl House {
    /// Sets everything up but the facts. It is July 2018: all that the files tell of has happened.
    pub async fn start(data: &Path, raw: &Raw) -> Self {
        let app = TestApp::start().await;
        app.set_time("2018-07-15T12:00:00Z");
        let vendor = app.vendor("Hardware").await;
        let mut partners = BTreeMap::new();
        for name in
            ["prt-brinkmann", "prt-losch", "prt-marxen", "prt-neubert", "prt-rouche", "prt-sewald"]
        {
            let partner = app.partner(&vendor, name, "STRATEGIC", "RESELLER").await;
            partners.insert(name, partner);
        }
        let mut house = Self { app, vendor, partners, plans: BTreeMap::new() };
        let known = house.add_dimensions(raw).await;
        let planned = expectations(data)["plans"].take();
        for name in PARTNERS {
            let partner = &house.partners[name];
            let id = plan::agreed(&house, partner, &planned[name], &known).await;
            house.plans.insert(name, id);
        }
        house
    }

    /// Product lines with their products, segments, and countries.
    async fn add_dimensions(&self, raw: &Raw) -> Dimensions {
        let deals = || raw.deals.iter();
        let lines: BTreeSet<&str> = deals().map(|deal| deal.series.as_str()).collect();
        let products: BTreeSet<(&str, &str)> =
            deals().map(|deal| (deal.product.as_str(), deal.series.as_str())).collect();
        let segments: BTreeSet<&str> = deals().map(|deal| deal.segment.as_str()).collect();
        let countries: BTreeSet<&str> = deals().map(|deal| deal.country).collect();
        let flat = |codes: BTreeSet<&str>| -> Vec<Value> {
            let named = codes.into_iter().filter(|code| !code.is_empty());
            named.map(|code| json!({ "code": code, "name": code })).collect()
        };
        let products = products
            .into_iter()
            .map(|(code, line)| json!({ "code": code, "name": code, "parentCode": line }));
        let mut known = Dimensions::default();
        for (dimension, values) in [
            ("PRODUCT_LINE", flat(lines).into_iter().chain(products).collect()),
            ("SEGMENT", flat(segments)),
            ("GEOGRAPHY", flat(countries)),
        ] {
            let added = self
                .vendor
                .admin
                .done(
                    "mutation($input: AddDimensionValuesInput!) { addDimensionValues(input: $input) {
                        values { id code } errors { code message path }
                    } }",
                    json!({ "input": { "dimension": dimension, "values": values } }),
                )
                .await;
            for value in added["values"].as_array().unwrap() {
                let code = value["code"].as_str().unwrap().to_owned();
                known.0.insert((dimension, code), id_of(value));
            }
        }
        known
    }

    /// Imports files by an example mapping.
    pub async fn import(&self, data: &Path, name: &str) -> Report {
        let mapping = mapping(name);
        let request = Run { mapping: &mapping, folder: data, vendor: None, is_dry_run: false };
        run(&self.app.op, request, |_, _| {}).await.unwrap()
    }

    /// The vendor tells of forty hours of co-selling for each of the two partners.
    pub async fn co_sell(&self) {
        for name in PARTNERS {
            let fact = json!({
                "partnershipId": self.partners[name].partnership,
                "source": "hours",
                "externalId": "may",
                "kind": "SUPPORT_DELIVERED",
                "occurredOn": "2017-05-10",
                "details": { "support": { "kind": "CO_SELL_RESOURCE", "quantity": "40" } },
            });
            let recorded = self
                .vendor
                .manager
                .done(
                    "mutation($input: RecordActivitiesInput!) { recordActivities(input: $input) {
                        recorded errors { code message path }
                    } }",
                    json!({ "input": { "activities": [fact] } }),
                )
                .await;
            assert_eq!(recorded["recorded"], 1);
        }
    }
}
