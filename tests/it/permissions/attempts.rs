//! Every mutation with an input that asks for something sensible, on things that a world names by `$name`.

use serde_json::{Value, json};

use crate::support::{deals, facts, planning::bare_mutation};

/// What an attempt is made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A plan or a part of it: it depends on the plan's state.
    Plan,
    /// A company, its people, its programme; or the caller.
    House,
}

/// Something to try.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub name: &'static str,
    /// On whose thing, where it makes a difference.
    pub whose: &'static str,
    pub on: On,
    pub input: Value,
}

impl Attempt {
    /// Whether it leaves everything as it was for the attempts that follow.
    pub fn is_harmless(&self) -> bool {
        const HARMLESS: [&str; 10] = [
            "addComment",
            "addPrivateNote",
            "markPlanVisited",
            "acknowledgeAlert",
            "acknowledgeAlerts",
            "snoozeAlert",
            "assignAlert",
            "unassignAlert",
            "markAlertsRead",
            "signIn",
        ];
        HARMLESS.contains(&self.name)
    }

    /// The mutation, of whose payload only the errors are asked.
    pub fn mutation(&self) -> String {
        match self.name {
            "recordActivities" => facts::RECORD.to_owned(),
            "upsertDeals" => deals::UPSERT.to_owned(),
            name @ ("acknowledgeAlerts" | "markAlertsRead") => {
                let each = "{ results { errors { code message path } } errors {";
                bare_mutation(name).replacen("{ errors {", each, 1)
            }
            name => bare_mutation(name),
        }
    }
}

/// All that is tried, in the order of a plan's life.
pub fn attempts() -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let mut add = |on, rows: Vec<(&'static str, &'static str, Value)>| {
        let rows = rows.into_iter();
        attempts.extend(rows.map(|(name, whose, input)| Attempt { name, whose, on, input }));
    };
    add(On::Plan, drafting());
    add(On::Plan, signing());
    add(On::Plan, talking());
    add(On::Plan, reviewing());
    add(On::House, partnering());
    add(On::House, reporting());
    add(On::House, administering());
    add(On::House, entering());
    attempts
}

fn of_plan(mut input: Value) -> Value {
    input["planId"] = json!("$plan");
    input["expectedRevision"] = json!("$revision");
    input
}

fn drafting() -> Vec<(&'static str, &'static str, Value)> {
    let target = json!({ "name": "Leads", "metric": "LEADS", "amount": "10" });
    let revenue = json!({ "name": "Revenue", "metric": "REVENUE", "amount": "1100.00" });
    let hours = json!({ "title": "Hours", "owedBy": "VENDOR", "ownerId": "$vendorsManager", "quantity": "10",
        "dueOn": "2026-12-31", "terms": { "vendorSupport": "CO_SELL_RESOURCE" } });
    let part = |field: &str, id: &str, mut input: Value| {
        input[field] = json!(id);
        input["expectedRevision"] = json!("$revision");
        input
    };
    vec![
        ("editPlan", "", of_plan(json!({ "name": "Plan, better" }))),
        (
            "setReviewCadence",
            "",
            of_plan(json!({ "cadence": "MONTHLY", "kind": "CHECK_IN", "format": "REMOTE" })),
        ),
        ("setExchangeRate", "", of_plan(json!({ "currency": "EUR", "rate": "1.1" }))),
        ("addTarget", "", of_plan(json!({ "target": target }))),
        ("editTarget", "", part("targetId", "$target", json!({ "target": revenue }))),
        (
            "splitTarget",
            "",
            part(
                "targetId",
                "$target",
                json!({ "dimension": "PRODUCT_LINE", "valueIds": "$lines" }),
            ),
        ),
        ("removeTarget", "", part("targetId", "$target", json!({}))),
        ("addCommitment", "", of_plan(json!({ "commitment": hours }))),
        ("editCommitment", "", part("commitmentId", "$commitment", json!({ "commitment": hours }))),
        ("removeCommitment", "", part("commitmentId", "$commitment", json!({}))),
        ("waiveCommitment", "", json!({ "commitmentId": "$commitment", "reason": "not needed" })),
    ]
}

fn signing() -> Vec<(&'static str, &'static str, Value)> {
    let because = || json!({ "planId": "$plan", "reason": "no" });
    vec![
        ("sharePlan", "", of_plan(json!({}))),
        ("discardPlan", "", of_plan(json!({}))),
        ("withdrawPlan", "", of_plan(json!({ "reason": "no" }))),
        ("proposePlan", "", of_plan(json!({}))),
        ("signPlan", "", json!({ "planId": "$plan", "version": "$version", "hash": "$hash" })),
        ("rejectPlan", "", because()),
        ("withdrawProposal", "", because()),
        ("beginAmendment", "", of_plan(json!({ "reason": "more" }))),
        ("proposeAmendment", "", of_plan(json!({ "effectiveOn": "2026-07-31" }))),
        ("withdrawAmendment", "", because()),
        ("closePlan", "", of_plan(json!({}))),
        ("terminatePlan", "", of_plan(json!({ "effectiveOn": "2026-07-31", "reason": "merger" }))),
        ("renewPlan", "", json!({ "planId": "$plan", "name": "Next", "growthPercent": "5" })),
    ]
}

fn talking() -> Vec<(&'static str, &'static str, Value)> {
    let change = json!({ "target": { "targetId": "$target", "amount": "1500.00" } });
    let said =
        |visibility: &str| json!({ "planId": "$plan", "body": "well", "visibility": visibility });
    let answer =
        json!({ "counterProposalId": "$counterProposal", "expectedRevision": "$revision" });
    let refusal = json!({ "counterProposalId": "$counterProposal", "reason": "no" });
    let back = json!({ "counterProposalId": "$counterProposal" });
    vec![
        ("counterPropose", "", json!({ "planId": "$plan", "change": change, "reason": "better" })),
        ("acceptCounterProposal", "of the vendor's manager", answer),
        ("rejectCounterProposal", "of the vendor's manager", refusal),
        ("withdrawCounterProposal", "of the vendor's manager", back),
        ("addComment", "to both sides", said("SHARED")),
        ("addComment", "to the own side", said("PRIVATE")),
        ("retractComment", "of the drafter", json!({ "commentId": "$comment" })),
        ("addPrivateNote", "", json!({ "planId": "$plan", "body": "well" })),
        ("markPlanVisited", "", json!({ "planId": "$plan" })),
    ]
}

fn reviewing() -> Vec<(&'static str, &'static str, Value)> {
    let item = json!({ "title": "call", "ownerId": "$partnersManager", "dueOn": "2026-08-31" });
    let agenda = json!([{ "kind": "OTHER", "title": "prices" }]);
    let recovery = |alert: &str| {
        json!({ "source": { "alertId": alert }, "title": "call", "ownerId": "$partnersManager",
            "dueOn": "2026-08-31", "expectedEffect": "more" })
    };
    let snoozed = |alert: &str| json!({ "alertId": alert, "untilOn": "2026-08-31" });
    let assigned = |alert: &str, to: &str| json!({ "alertId": alert, "assigneeId": to });
    let held = |mut input: Value| {
        input["reviewId"] = json!("$held");
        input
    };
    vec![
        ("setReviewAgenda", "", json!({ "reviewId": "$due", "items": agenda })),
        ("holdReview", "", json!({ "reviewId": "$due" })),
        ("skipReview", "", json!({ "reviewId": "$due", "reason": "holidays" })),
        ("amendMinutes", "", held(json!({ "minutes": "we met" }))),
        ("confirmReview", "", held(json!({}))),
        ("disputeReview", "", held(json!({ "reason": "we did not say that" }))),
        ("addActionItem", "", json!({ "planId": "$plan", "action": item })),
        ("completeActionItem", "of the vendor's manager", json!({ "actionItemId": "$action" })),
        (
            "cancelActionItem",
            "of the vendor's manager",
            json!({ "actionItemId": "$action", "reason": "no need" }),
        ),
        (
            "reassignActionItem",
            "of the vendor's manager",
            json!({ "actionItemId": "$action", "ownerId": "$partnersManager" }),
        ),
        ("recordRecoveryAction", "from the vendor's alert", recovery("$vendorsAlert")),
        ("recordRecoveryAction", "from the partner's alert", recovery("$partnersAlert")),
        ("acknowledgeAlert", "of the vendor", json!({ "alertId": "$vendorsAlert" })),
        ("acknowledgeAlert", "of the partner", json!({ "alertId": "$partnersAlert" })),
        ("acknowledgeAlerts", "of the vendor", json!({ "alertIds": ["$vendorsAlert"] })),
        ("acknowledgeAlerts", "of the partner", json!({ "alertIds": ["$partnersAlert"] })),
        ("markAlertsRead", "of the vendor", json!({ "alertIds": ["$vendorsAlert"] })),
        ("markAlertsRead", "of the partner", json!({ "alertIds": ["$partnersAlert"] })),
        ("snoozeAlert", "of the vendor", snoozed("$vendorsAlert")),
        ("snoozeAlert", "of the partner", snoozed("$partnersAlert")),
        ("assignAlert", "of the vendor", assigned("$vendorsAlert", "$vendorsManager")),
        ("assignAlert", "of the partner", assigned("$partnersAlert", "$partnersManager")),
        ("unassignAlert", "of the vendor", json!({ "alertId": "$vendorsAlert" })),
        ("unassignAlert", "of the partner", json!({ "alertId": "$partnersAlert" })),
        (
            "setAlertRules",
            "",
            json!({ "planId": "$plan", "rules": [{ "rule": "FEED_SILENT", "isOn": false }] }),
        ),
    ]
}

fn partnering() -> Vec<(&'static str, &'static str, Value)> {
    let admin = json!({ "name": "Una", "email": "una@umbrella.example" });
    let umbrella = json!({ "organization": { "name": "Umbrella", "admin": admin } });
    let of = |mut input: Value| {
        input["partnershipId"] = json!("$partnership");
        input
    };
    let with_revision = |mut input: Value| {
        input["partnershipId"] = json!("$partnership");
        input["expectedRevision"] = json!("$partnershipRevision");
        input
    };
    vec![
        (
            "createPartnership",
            "",
            json!({ "partner": umbrella, "tierId": "$gold", "partnerType": "RESELLER" }),
        ),
        ("setTier", "", with_revision(json!({ "tierId": "$gold" }))),
        ("setPartnerType", "", with_revision(json!({ "partnerType": "ALLIANCE" }))),
        ("setRiskRating", "", of(json!({ "expectedRevision": 1, "riskRating": "HIGH" }))),
        ("addTeamMember", "of the vendor", of(json!({ "userId": "$vendorsOther" }))),
        ("addTeamMember", "of the partner", of(json!({ "userId": "$partnersOther" }))),
        ("removeTeamMember", "of the vendor", of(json!({ "userId": "$vendorsManager" }))),
        ("removeTeamMember", "of the partner", of(json!({ "userId": "$partnersManager" }))),
        (
            "recordAgreement",
            "",
            of(
                json!({ "reference": "A-1", "signedOn": "2026-01-01", "effectiveOn": "2026-01-01" }),
            ),
        ),
        (
            "createPlan",
            "",
            of(json!({ "name": "Plan", "periodKind": "FISCAL_YEAR", "startsOn": "2026-01-01" })),
        ),
    ]
}

fn reporting() -> Vec<(&'static str, &'static str, Value)> {
    let fact = json!({ "partnershipId": "$partnership", "source": "crm", "externalId": "1", "kind": "DEAL_REGISTERED",
        "occurredOn": "2026-01-10", "details": { "deal": { "reference": "D-1" } } });
    let deal = json!({ "partnershipId": "$partnership", "source": "crm", "reference": "D-2", "asOf": "2026-01-10",
        "state": "OPEN" });
    vec![
        ("recordActivities", "", json!({ "activities": [fact] })),
        ("upsertDeals", "", json!({ "deals": [deal] })),
        ("disputeActivity", "", json!({ "activityId": "$activity", "reason": "no" })),
        (
            "resolveDispute",
            "",
            json!({ "activityId": "$disputed", "outcome": "REJECTED", "reason": "no" }),
        ),
        (
            "mapValue",
            "",
            json!({ "dimension": "PRODUCT_LINE", "text": "Clowd", "valueId": "$line" }),
        ),
    ]
}

fn administering() -> Vec<(&'static str, &'static str, Value)> {
    let invited =
        |role: &str| json!({ "email": "new@somewhere.example", "name": "New", "role": role });
    let person = |id: &str| json!({ "userId": id });
    let role = |id: &str, role: &str| json!({ "userId": id, "role": role });
    let integration = |id: &str| json!({ "integrationId": id });
    let endpoint = |id: &str| json!({ "endpointId": id });
    let again = |id: &str, after: &str| json!({ "endpointId": id, "after": after });
    vec![
        ("setVendorSettings", "", json!({ "fiscalStartMonth": 4 })),
        ("createTier", "", json!({ "code": "SILVER", "name": "Silver", "rank": 9 })),
        ("setPlanningPolicy", "", json!({ "tierId": "$gold", "policy": { "mode": "LIGHT" } })),
        (
            "addDimensionValues",
            "",
            json!({ "dimension": "SEGMENT", "values": [{ "code": "smb", "name": "SMB" }] }),
        ),
        ("inviteUser", "for a vendor", invited("VENDOR_VIEWER")),
        ("inviteUser", "for a partner", invited("PARTNER_VIEWER")),
        ("changeRole", "of the vendor's viewer", role("$vendorsViewer", "VENDOR_EXECUTIVE")),
        ("changeRole", "of the partner's viewer", role("$partnersViewer", "PARTNER_EXECUTIVE")),
        ("resetPassword", "of the vendor's viewer", person("$vendorsViewer")),
        ("resetPassword", "of the partner's viewer", person("$partnersViewer")),
        ("deactivateUser", "of the vendor's viewer", person("$vendorsViewer")),
        ("deactivateUser", "of the partner's viewer", person("$partnersViewer")),
        ("reactivateUser", "of the vendor's viewer", person("$vendorsViewer")),
        ("reactivateUser", "of the partner's viewer", person("$partnersViewer")),
        ("createIntegration", "", json!({ "name": "ERP", "scopes": ["PLANS_READ"] })),
        ("rotateIntegrationToken", "of the vendor", integration("$vendorsIntegration")),
        ("rotateIntegrationToken", "of the partner", integration("$partnersIntegration")),
        ("setIntegrationMapping", "of the vendor", integration("$vendorsIntegration")),
        ("setIntegrationMapping", "of the partner", integration("$partnersIntegration")),
        ("revokeIntegration", "of the vendor", integration("$vendorsIntegration")),
        ("revokeIntegration", "of the partner", integration("$partnersIntegration")),
        ("createWebhookEndpoint", "", json!({ "url": "https://crm.somewhere.example/hooks" })),
        ("updateWebhookEndpoint", "of the vendor", endpoint("$vendorsEndpoint")),
        ("updateWebhookEndpoint", "of the partner", endpoint("$partnersEndpoint")),
        ("rotateWebhookSecret", "of the vendor", endpoint("$vendorsEndpoint")),
        ("rotateWebhookSecret", "of the partner", endpoint("$partnersEndpoint")),
        ("sendTestWebhook", "of the vendor", endpoint("$vendorsEndpoint")),
        ("sendTestWebhook", "of the partner", endpoint("$partnersEndpoint")),
        ("redeliverWebhooks", "of the vendor", again("$vendorsEndpoint", "$vendorsCursor")),
        ("redeliverWebhooks", "of the partner", again("$partnersEndpoint", "$partnersCursor")),
        (
            "redeliverWebhook",
            "of the vendor, being tried",
            json!({ "deliveryId": "$vendorsDelivery" }),
        ),
        (
            "redeliverWebhook",
            "of the partner, being tried",
            json!({ "deliveryId": "$partnersDelivery" }),
        ),
        ("deleteWebhookEndpoint", "of the vendor", endpoint("$vendorsEndpoint")),
        ("deleteWebhookEndpoint", "of the partner", endpoint("$partnersEndpoint")),
    ]
}

fn entering() -> Vec<(&'static str, &'static str, Value)> {
    let admin = json!({ "email": "admin@northwind.example", "password": "correct horse battery" });
    let passwords = json!({ "currentPassword": "correct horse battery", "newPassword": "battery horse correct" });
    vec![
        ("signIn", "as the vendor's admin", admin),
        ("refreshSession", "of the vendor's admin", json!({ "refreshToken": "$refreshToken" })),
        ("signOut", "of the vendor's admin", json!({ "refreshToken": "$refreshToken" })),
        ("signOutEverywhere", "oneself", json!({})),
        ("signOutEverywhere", "the vendor's viewer", json!({ "userId": "$vendorsViewer" })),
        ("editNotificationPreferences", "oneself", json!({ "expectedRevision": 0 })),
        ("changePassword", "the vendor's admin knows it", passwords),
    ]
}
