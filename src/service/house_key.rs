//! Keys of the house: made when first needed, the same for all its processes, shown to nobody.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{
    entity::secret,
    error::{Error, Result},
    op::Op,
};

/// The key of this name.
pub async fn load(op: &Op, name: &'static str) -> Result<[u8; 32]> {
    let kept = || secret::Entity::find_by_id(name);
    let found = if let Some(found) = kept().one(op.db.read()).await? {
        found
    } else {
        let tx = op.db.write().await?;
        let fresh =
            secret::ActiveModel { name: Set(name.to_owned()), bytes: Set(op.secret()?.to_vec()) };
        secret::Entity::insert(fresh)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&*tx)
            .await?;
        let found = kept().one(&*tx).await?;
        tx.commit().await?;
        found.ok_or_else(|| Error::Inconsistent(format!("the key `{name}` is gone")))?
    };
    <[u8; 32]>::try_from(found.bytes.as_slice())
        .map_err(|_length| Error::Inconsistent(format!("the key `{name}` is no key")))
}
