//! What changes from one version of a plan to another, field by field (domain §4).
//!
//! Each version is written out as a sheet: a text per field of the plan, of each target and of each commitment, named as the schema
//! names them. Two sheets are compared line by line.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    money::Unit,
    version::{CommitmentTerms, Snapshot, TargetTerms},
};

/// What became of a field, a target or a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum DifferenceKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It says something else.
    Changed,
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, async_graphql::Enum)]
pub enum DifferenceSubject {
    /// The plan itself.
    Plan,
    /// A target.
    Target,
    /// A commitment.
    Commitment,
}

/// One thing that differs between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What became of it.
    pub kind: DifferenceKind,
    /// What it is about.
    pub subject: DifferenceSubject,
    /// Which target or commitment; the plan itself otherwise.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The field, such as `amount` or `content.vision`; none where the whole target or commitment came or went.
    pub field: Option<String>,
    /// What it said before.
    pub before: Option<String>,
    /// What it says now.
    pub after: Option<String>,
}

type Fields = BTreeMap<String, String>;

/// A plan, target or commitment written out.
struct Entry {
    name: String,
    fields: Fields,
}

type Sheet = BTreeMap<(DifferenceSubject, Uuid), Entry>;

/// What differs between two versions: the plan itself first, then targets, then commitments.
pub fn between(before: &Snapshot, after: &Snapshot) -> Vec<Difference> {
    let (old, new) = (sheet(before), sheet(after));
    let mut differences = Vec::new();
    for (key, entry) in &old {
        match new.get(key) {
            Some(now) => differences.extend(changed(*key, entry, now)),
            None => differences.push(whole(*key, entry, DifferenceKind::Removed)),
        }
    }
    let added = new.iter().filter(|(key, _)| !old.contains_key(key));
    differences.extend(added.map(|(key, entry)| whole(*key, entry, DifferenceKind::Added)));
    differences.sort_by_key(|difference| difference.subject);
    differences
}

fn whole(
    (subject, id): (DifferenceSubject, Uuid),
    entry: &Entry,
    kind: DifferenceKind,
) -> Difference {
    let text = entry.fields.iter().map(|(field, value)| format!("{field}: {value}"));
    let text = Some(text.collect::<Vec<_>>().join("; "));
    let (before, after) = if kind == DifferenceKind::Removed { (text, None) } else { (None, text) };
    Difference { kind, subject, id, name: entry.name.clone(), field: None, before, after }
}

fn changed((subject, id): (DifferenceSubject, Uuid), old: &Entry, new: &Entry) -> Vec<Difference> {
    let names: std::collections::BTreeSet<&String> =
        old.fields.keys().chain(new.fields.keys()).collect();
    names
        .into_iter()
        .filter_map(|field| {
            let (before, after) = (old.fields.get(field).cloned(), new.fields.get(field).cloned());
            let kind = match (&before, &after) {
                (before, after) if before == after => return None,
                (None, _) => DifferenceKind::Added,
                (_, None) => DifferenceKind::Removed,
                _ => DifferenceKind::Changed,
            };
            let (name, field) = (new.name.clone(), Some(field.clone()));
            Some(Difference { kind, subject, id, name, field, before, after })
        })
        .collect()
}

fn sheet(snapshot: &Snapshot) -> Sheet {
    let mut head = Fields::new();
    head.insert("name".to_owned(), snapshot.name.clone());
    write_out(&mut head, "", &snapshot.content);
    for (field, sponsor) in [
        ("vendorSponsorId", snapshot.vendor_sponsor),
        ("partnerSponsorId", snapshot.partner_sponsor),
    ] {
        head.extend(sponsor.map(|sponsor| (field.to_owned(), sponsor.to_string())));
    }
    let plan = Entry { name: snapshot.name.clone(), fields: head };
    let mut sheet = Sheet::from([((DifferenceSubject::Plan, snapshot.plan.0), plan)]);
    for terms in &snapshot.targets {
        let entry = Entry { name: terms.name.clone(), fields: of_target(snapshot, terms) };
        sheet.insert((DifferenceSubject::Target, terms.id.0), entry);
    }
    for terms in &snapshot.commitments {
        let entry = Entry { name: terms.title.clone(), fields: of_commitment(snapshot, terms) };
        sheet.insert((DifferenceSubject::Commitment, terms.id.0), entry);
    }
    sheet
}

fn of_target(snapshot: &Snapshot, terms: &TargetTerms) -> Fields {
    let mut fields = Fields::new();
    write_out(&mut fields, "", terms);
    let unit = terms.metric.unit(snapshot.currency);
    in_unit(&mut fields, "amount", unit, Some(terms.amount));
    in_unit(&mut fields, "baseline", unit, terms.baseline);
    fields.remove("id");
    fields
}

fn of_commitment(snapshot: &Snapshot, terms: &CommitmentTerms) -> Fields {
    let mut fields = Fields::new();
    write_out(&mut fields, "", terms);
    in_unit(&mut fields, "quantity", terms.terms.unit(snapshot.currency), Some(terms.quantity));
    let money = Unit::Money(snapshot.currency);
    for field in ["terms.mdfAllocated", "terms.partnerCoFunding"] {
        let amount = fields.get(field).and_then(|text| text.parse().ok());
        in_unit(&mut fields, field, money, amount);
    }
    fields.remove("id");
    fields
}

/// Writes an amount as people read it instead of as an integer of the smallest unit.
fn in_unit(fields: &mut Fields, field: &str, unit: Unit, amount: Option<i64>) {
    if let Some(amount) = amount {
        fields.insert(field.to_owned(), unit.decimal(amount).to_string());
    }
}

/// Writes out each field of `value` that says something; lists are one field.
fn write_out(fields: &mut Fields, path: &str, value: &impl Serialize) {
    if let Ok(value) = serde_json::to_value(value) {
        flatten(fields, path, &value);
    }
}

fn flatten(fields: &mut Fields, path: &str, value: &Value) {
    let empty = |value: &Value| {
        value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty)
    };
    match value {
        value if empty(value) => {}
        Value::Object(object) => {
            for (key, value) in object {
                let key = camel(key);
                let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                flatten(fields, &path, value);
            }
        }
        Value::String(text) => {
            fields.insert(path.to_owned(), text.clone());
        }
        other => {
            fields.insert(path.to_owned(), other.to_string());
        }
    }
}

/// `mdf_allocated` as the schema spells it: `mdfAllocated`.
fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        name + &initial.to_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        content::PlanContent,
        sample::{commitment, snapshot, target},
        terms::Terms,
    };

    /// Each row: what is done to the plan, and what the diff says of it.
    #[test]
    fn each_change_is_told_once_with_before_and_after() {
        type Row = (&'static str, fn(&mut Snapshot), &'static [&'static str]);
        let rows: [Row; 8] = [
            ("nothing", |_| (), &[]),
            ("another number is no change", |plan| plan.number = 2, &[]),
            (
                "a vision",
                |plan| {
                    plan.content =
                        PlanContent { vision: Some("Up".into()), ..PlanContent::default() }
                },
                &["Plan Plan: Added vision: - → Up"],
            ),
            (
                "another amount",
                |plan| plan.targets[0].amount = 150_000_000,
                &["Target Revenue: Changed amount: 1000000.00 → 1500000.00"],
            ),
            (
                "a weight given",
                |plan| plan.targets[0].weight = Some(40),
                &["Target Revenue: Added weight: - → 40"],
            ),
            (
                "a commitment gone",
                |plan| plan.commitments.clear(),
                &[
                    "Commitment Hours: Removed whole: owedBy: vendor; quantity: 8.000; startsOn: 2026-01-01; terms.kind: co_sell_resource; terms.type: vendor_support; title: Hours → -",
                ],
            ),
            (
                "another due day",
                |plan| plan.commitments[0].due_on = Some("2026-06-30".parse().unwrap()),
                &["Commitment Hours: Added dueOn: - → 2026-06-30"],
            ),
            (
                "other terms",
                |plan| {
                    plan.commitments[0].terms = Terms::CoMarketing {
                        campaign_type: None,
                        mdf_allocated: 12_50,
                        partner_co_funding: 0,
                        expected_leads: 5,
                    };
                },
                &[
                    "Commitment Hours: Changed quantity: 8.000 → 8000",
                    "Commitment Hours: Added terms.expectedLeads: - → 5",
                    "Commitment Hours: Removed terms.kind: co_sell_resource → -",
                    "Commitment Hours: Added terms.mdfAllocated: - → 12.50",
                    "Commitment Hours: Added terms.partnerCoFunding: - → 0.00",
                    "Commitment Hours: Changed terms.type: vendor_support → co_marketing",
                ],
            ),
        ];
        for (what, change, expected) in rows {
            let mut after = snapshot();
            change(&mut after);
            let told: Vec<String> = between(&snapshot(), &after).iter().map(tell).collect();
            assert_eq!(told, expected, "{what}");
        }
    }

    #[test]
    fn what_was_added_is_what_the_way_back_removes() {
        let mut after = snapshot();
        after.targets[0].id = target(7);
        after.commitments[0].id = commitment(7);
        let kinds = |from: &Snapshot, to: &Snapshot| -> Vec<_> {
            between(from, to).into_iter().map(|one| (one.subject, one.id, one.kind)).collect()
        };
        let swapped = |kind| match kind {
            DifferenceKind::Added => DifferenceKind::Removed,
            DifferenceKind::Removed => DifferenceKind::Added,
            DifferenceKind::Changed => DifferenceKind::Changed,
        };
        let mut there = kinds(&snapshot(), &after);
        let mut back = kinds(&after, &snapshot());
        assert_eq!(there.len(), 4);
        for (_, _, kind) in &mut there {
            *kind = swapped(*kind);
        }
        there.sort_by_key(|(subject, id, _)| (*subject, *id));
        back.sort_by_key(|(subject, id, _)| (*subject, *id));
        assert_eq!(there, back);
    }

    fn tell(difference: &Difference) -> String {
        let Difference { kind, subject, name, field, before, after, .. } = difference;
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let field = field.clone().unwrap_or_else(|| "whole".to_owned());
        format!("{subject:?} {name}: {kind:?} {field}: {} → {}", said(before), said(after))
    }
}
