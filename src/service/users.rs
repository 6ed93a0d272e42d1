//! People: invited, given a role, and sent away again.

use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, Select, SqlErr,
};

use super::{
    access, check,
    page::{Found, Order, Page},
    password, sessions, token,
};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::{Member, Role, Scope},
        id::{OrganizationId, UserId},
    },
    entity::{organization, user},
    error::{Error, Result},
    op::Op,
};

/// A person who is to sign in.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The organisation they work for.
    pub organization: OrganizationId,
    /// What they sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// A person together with the password for the first sign-in, shown once.
#[derive(Clone)]
pub struct WithPassword {
    /// The person.
    pub user: user::Model,
    /// The password.
    pub password: String,
}

/// The people of an organisation whom the caller may see, oldest first.
pub async fn of_organization(
    op: &Op,
    organization: OrganizationId,
    page: &Page,
) -> Result<Found<user::Model>> {
    access::scope(op, Scope::PlansRead)?;
    let people = people_of(op, organization);
    page.of(op.db.read(), people, user::Column::Id, Order::OldestFirst).await
}

/// How many they are.
pub async fn count_of_organization(op: &Op, organization: OrganizationId) -> Result<u64> {
    access::scope(op, Scope::PlansRead)?;
    Ok(people_of(op, organization).count(op.db.read()).await?)
}

/// Those of these people whom the caller may see; an integration sees none unless its token reads plans.
pub async fn by_ids(op: &Op, ids: &[UserId]) -> Result<Vec<user::Model>> {
    if !op.actor.has_scope(Scope::PlansRead) {
        return Ok(Vec::new());
    }
    let people = user::Entity::visible_to(&op.actor);
    Ok(people.filter(user::Column::Id.is_in(ids.iter().copied())).all(op.db.read()).await?)
}

/// Adds a person to an organisation, with a password to hand over.
pub async fn invite(op: &Op, new: NewUser) -> Result<WithPassword> {
    access::admin_of(op, new.organization)?;
    let new = checked(new, "email", "name")?;
    let password = token::initial_password(op)?;
    let hash = password::hash(op, &password).await?;

    let tx = op.db.write().await?;
    let organization = hold_organization(&tx, op, new.organization).await?;
    check_side(&organization, new.role)?;
    let user = insert(&tx, op, new, Some(hash), "email").await?;
    tx.commit().await?;
    Ok(WithPassword { user, password })
}

/// Replaces the caller's own password; all sessions end, so that whoever knew the old one is out.
pub async fn change_password(op: &Op, current: &str, new: &str) -> Result<user::Model> {
    access::signed_in(op)?;
    let own = op.actor.member().and_then(Member::user);
    let own = own.ok_or_else(|| Error::Forbidden("only a person has a password".to_owned()))?;
    let new = check::password("newPassword", new)?;
    let before = by_ids(op, &[own]).await?.pop().ok_or(Error::NotFound("user"))?;
    if !password::verify(op, current, before.password_hash.as_deref()).await? {
        return Err(Error::invalid("currentPassword", "is not the current password"));
    }
    let hash = password::hash(op, new).await?;

    let tx = op.db.write().await?;
    let user = hold(&tx, op, own).await?;
    if user.password_hash != before.password_hash {
        return Err(Error::invalid("currentPassword", "is not the current password"));
    }
    let mut row = user.into_active_model();
    row.password_hash = Set(Some(hash));
    let user = row.update(&*tx).await?;
    sessions::end_all(&tx, op, own).await?;
    tx.commit().await?;
    Ok(user)
}

/// Gives somebody of the own organisation a new password to hand over; all their sessions end.
pub async fn reset_password(op: &Op, id: UserId) -> Result<WithPassword> {
    access::signed_in(op)?;
    let user = by_ids(op, &[id]).await?.pop().ok_or(Error::NotFound("user"))?;
    access::admin_of(op, user.organization_id)?;
    let password = token::initial_password(op)?;
    let hash = password::hash(op, &password).await?;

    let tx = op.db.write().await?;
    let user = hold_own(&tx, op, id).await?;
    let mut row = user.into_active_model();
    row.password_hash = Set(Some(hash));
    let user = row.update(&*tx).await?;
    sessions::end_all(&tx, op, id).await?;
    tx.commit().await?;
    Ok(WithPassword { user, password })
}

/// Keeps somebody of the own organisation from signing in; all their sessions end.
pub async fn deactivate(op: &Op, id: UserId) -> Result<user::Model> {
    let tx = op.db.write().await?;
    let user = hold_own(&tx, op, id).await?;
    let mut row = user.into_active_model();
    row.is_active = Set(false);
    let user = row.update(&*tx).await?;
    check_admin_left(&tx, op, user.organization_id, "userId").await?;
    sessions::end_all(&tx, op, id).await?;
    tx.commit().await?;
    Ok(user)
}

/// Lets somebody of the own organisation sign in again.
pub async fn reactivate(op: &Op, id: UserId) -> Result<user::Model> {
    let tx = op.db.write().await?;
    let user = hold_own(&tx, op, id).await?;
    let mut row = user.into_active_model();
    row.is_active = Set(true);
    let user = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(user)
}

/// Gives somebody of the own organisation another role, from their next request on.
pub async fn change_role(op: &Op, id: UserId, role: Role) -> Result<user::Model> {
    let tx = op.db.write().await?;
    let user = hold_own(&tx, op, id).await?;
    let organization = hold_organization(&tx, op, user.organization_id).await?;
    check_side(&organization, role)?;
    let mut row = user.into_active_model();
    row.role = Set(role);
    let user = row.update(&*tx).await?;
    check_admin_left(&tx, op, user.organization_id, "role").await?;
    tx.commit().await?;
    Ok(user)
}

/// A person's particulars, checked; the fields are what the input calls them.
pub(super) fn checked(new: NewUser, email_field: &str, name_field: &str) -> Result<NewUser> {
    let email = check::email(email_field, &new.email)?;
    let name = check::name(name_field, &new.name)?;
    Ok(NewUser { email, name, ..new })
}

/// Writes a checked person down; without a password they sign in elsewhere.
///
/// An address signs in to one organisation only. That another has it shows here, to an admin who already knows the address.
pub(super) async fn insert(
    tx: &Tx,
    op: &Op,
    new: NewUser,
    password_hash: Option<String>,
    email_field: &str,
) -> Result<user::Model> {
    let row = user::ActiveModel {
        id: Set(op.mint()),
        organization_id: Set(new.organization),
        email: Set(new.email.clone()),
        name: Set(new.name),
        role: Set(new.role),
        password_hash: Set(password_hash),
        is_active: Set(true),
        created_at: Set(op.now()),
    };
    row.insert(&**tx).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::invalid(email_field, format!("`{}` cannot be invited", new.email))
        }
        _ => error.into(),
    })
}

/// Somebody the caller may see, held against other changes until the transaction ends.
pub(super) async fn hold(tx: &Tx, op: &Op, id: UserId) -> Result<user::Model> {
    access::signed_in(op)?;
    let people = user::Entity::visible_to(&op.actor).filter(user::Column::Id.eq(id));
    people.held().one(&**tx).await?.ok_or(Error::NotFound("user"))
}

/// Somebody of an organisation that the caller runs. The organisation is held too, so that its admins do not vanish together.
async fn hold_own(tx: &Tx, op: &Op, id: UserId) -> Result<user::Model> {
    let user = hold(tx, op, id).await?;
    access::admin_of(op, user.organization_id)?;
    hold_organization(tx, op, user.organization_id).await?;
    Ok(user)
}

async fn hold_organization(tx: &Tx, op: &Op, id: OrganizationId) -> Result<organization::Model> {
    let organizations = organization::Entity::visible_to(&op.actor);
    let wanted = organizations.filter(organization::Column::Id.eq(id));
    wanted.held().one(&**tx).await?.ok_or(Error::NotFound("organization"))
}

fn people_of(op: &Op, organization: OrganizationId) -> Select<user::Entity> {
    user::Entity::visible_to(&op.actor).filter(user::Column::OrganizationId.eq(organization))
}

fn check_side(organization: &organization::Model, role: Role) -> Result<()> {
    if role.side() == organization.kind {
        return Ok(());
    }
    let role = role.to_value().to_uppercase();
    Err(Error::invalid("role", format!("`{role}` is not a role of {}", organization.name)))
}

async fn check_admin_left(
    tx: &Tx,
    op: &Op,
    organization: OrganizationId,
    field: &str,
) -> Result<()> {
    let n_admins = people_of(op, organization)
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::Role.is_in([Role::VendorAdmin, Role::PartnerAdmin]))
        .count(&**tx)
        .await?;
    if n_admins > 0 {
        return Ok(());
    }
    Err(Error::invalid(field, "the organisation would be left without an active admin"))
}
