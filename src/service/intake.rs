//! A batch of facts on its way in: what is known already, what it replaces, what lands.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    activities::{RowError, RowErrorCode},
    consequences::Landed,
    grounds::Ground,
    portions,
};
use crate::{
    db::Tx,
    domain::{
        activity::Provenance,
        id::{ActivityId, PartnershipId},
        recording::{Fault, NewActivity},
    },
    entity::activity,
    error::Result,
};

/// What is known under a row's external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// The same content, in force or since superseded.
    Same(ActivityId),
    /// Other content, in force.
    Other(ActivityId),
}

type Key = (PartnershipId, String, String);

/// A batch on its way in.
#[derive(Debug, Default)]
pub struct Intake {
    by_key: BTreeMap<Key, Vec<ActivityId>>,
    facts: BTreeMap<ActivityId, activity::Model>,
    landed: BTreeMap<PartnershipId, Landed>,
}

impl Intake {
    /// Reads what the batch's external ids and superseded ids are known as.
    pub async fn open(
        tx: &Tx,
        rows: &[Result<NewActivity, Fault>],
        grounds: &BTreeMap<PartnershipId, Ground>,
    ) -> Result<Self> {
        let mut intake = Self::default();
        for (partnership, ground) in grounds {
            // A bad row is refused before it is looked up: a database need not bear what it holds.
            let own = || {
                let rows = rows.iter().flatten();
                rows.filter(|row| {
                    row.partnership == *partnership && row.check(ground.today).is_ok()
                })
            };
            let mut external: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for row in own() {
                external.entry(&row.source).or_default().insert(&row.external_id);
            }
            let superseded: BTreeSet<ActivityId> = own().filter_map(|row| row.supersedes).collect();
            let of_partnership = || {
                activity::Entity::find().filter(activity::Column::PartnershipId.eq(*partnership))
            };
            for (source, external) in external {
                // By source, which comes first in the index: without it all that the partnership has is walked through.
                let of_source = || of_partnership().filter(activity::Column::Source.eq(source));
                for portion in portions::keys(external) {
                    let known = of_source().filter(activity::Column::ExternalId.is_in(portion));
                    known.all(&**tx).await?.into_iter().for_each(|row| intake.learn(row));
                }
            }
            for portion in portions::keys(superseded) {
                let found = of_partnership().filter(activity::Column::Id.is_in(portion));
                found.all(&**tx).await?.into_iter().for_each(|row| intake.learn(row));
            }
        }
        Ok(intake)
    }

    fn learn(&mut self, row: activity::Model) {
        let key = (row.partnership_id, row.source.clone(), row.external_id.clone());
        let ids = self.by_key.entry(key).or_default();
        if !ids.contains(&row.id) {
            ids.push(row.id);
        }
        self.facts.insert(row.id, row);
    }

    /// What is known under the row's external id.
    pub fn known(&self, new: &NewActivity, hash: &str) -> Known {
        let key = (new.partnership, new.source.clone(), new.external_id.clone());
        let facts =
            || self.by_key.get(&key).into_iter().flatten().filter_map(|id| self.facts.get(id));
        let in_force = facts().find(|fact| !fact.is_superseded);
        if let Some(same) = in_force.filter(|fact| fact.content_hash == hash) {
            return Known::Same(same.id);
        }
        // A correction may say again what was said before the one that it corrects.
        let is_correction = new
            .supersedes
            .and_then(|id| self.facts.get(&id))
            .is_some_and(|fact| !fact.is_superseded);
        match facts().find(|fact| fact.content_hash == hash) {
            Some(same) if !is_correction => Known::Same(same.id),
            _ => in_force.map_or(Known::Nothing, |fact| Known::Other(fact.id)),
        }
    }

    /// The fact that a row may take the place of.
    pub fn to_replace(
        &self,
        partnership: PartnershipId,
        id: ActivityId,
        by: Provenance,
    ) -> Result<activity::Model, RowError> {
        let refused = |code, message: String| RowError {
            code,
            field: "supersedes".to_owned(),
            message,
            existing: None,
        };
        let fact = self
            .facts
            .get(&id)
            .filter(|fact| fact.partnership_id == partnership)
            .ok_or_else(|| refused(RowErrorCode::NotFound, format!("`{id}` not found")))?;
        if fact.is_superseded {
            let message = format!("`{id}` has been superseded already");
            return Err(refused(RowErrorCode::ActivityConflict, message));
        }
        let vouched_by = fact.former_provenance.unwrap_or(fact.provenance);
        if vouched_by == Provenance::Verified && by == Provenance::SelfReported {
            let message = format!("`{id}` was recorded by the vendor, who alone corrects it");
            return Err(refused(RowErrorCode::Forbidden, message));
        }
        Ok(fact.clone())
    }

    /// Takes a row in.
    pub fn land(&mut self, row: activity::Model, replaced: Option<activity::Model>) {
        let landed = self.landed.entry(row.partnership_id).or_default();
        if let Some(replaced) = replaced {
            // A fact of this very batch is replaced before it is stored.
            if let Some(own) = landed.rows.iter_mut().find(|own| own.id == replaced.id) {
                own.is_superseded = true;
            } else {
                landed.replaced.push(replaced.clone());
            }
            self.facts.entry(replaced.id).and_modify(|fact| fact.is_superseded = true);
        }
        landed.rows.push(row.clone());
        self.learn(row);
    }

    /// What has landed, by partnership.
    pub fn into_landed(self) -> BTreeMap<PartnershipId, Landed> {
        self.landed
    }
}
