//! People, and what admins do about them.

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, MutationError, Outcome, payloads},
    organization::Organization,
};
use crate::{
    domain::{
        actor::Role,
        id::{OrganizationId, UserId},
    },
    entity::user,
    error::{Error, Result as Done},
    service::users::{self, NewUser, WithPassword},
};

/// A person of a company.
#[derive(Clone, Debug, Description)]
pub struct User(pub user::Model);

#[Object(use_type_description)]
impl User {
    /// Their id.
    pub async fn id(&self) -> UserId {
        self.0.id
    }

    /// What they are called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What they sign in with.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// The company they work for.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let found = ctx.loaders().load_one::<OrganizationId>(self.0.organization_id).await?;
        Ok(Organization(found.ok_or(Error::NotFound("organization"))?))
    }

    /// Whether they can sign in.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// When they were invited.
    async fn invited_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Whether the viewer may change their role, give them a new password, or deactivate them.
    async fn viewer_can_administer(&self, ctx: &Context<'_>) -> bool {
        ctx.op().actor.administers(self.0.organization_id)
    }
}

/// A person who is to sign in for the own company.
#[derive(Debug, InputObject)]
pub struct InviteUserInput {
    /// What they will sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do; a role of the own side.
    pub role: Role,
}

/// The own password, old and new.
#[derive(Debug, InputObject)]
pub struct ChangePasswordInput {
    /// The password until now.
    #[graphql(secret)]
    pub current_password: String,
    /// The password from now on, of 12 to 200 characters.
    #[graphql(secret)]
    pub new_password: String,
}

/// Whose password is to be replaced.
#[derive(Debug, InputObject)]
pub struct ResetPasswordInput {
    /// The person.
    pub user_id: UserId,
}

/// Who is to be kept out.
#[derive(Debug, InputObject)]
pub struct DeactivateUserInput {
    /// The person.
    pub user_id: UserId,
}

/// Who is to be let in again.
#[derive(Debug, InputObject)]
pub struct ReactivateUserInput {
    /// The person.
    pub user_id: UserId,
}

/// Who gets which role.
#[derive(Debug, InputObject)]
pub struct ChangeRoleInput {
    /// The person.
    pub user_id: UserId,
    /// The role; one of the own side.
    pub role: Role,
}

macro_rules! with_password {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// The person.
            pub user: Option<User>,
            /// The password for the first sign-in. It is shown here once, and kept nowhere.
            pub initial_password: Option<String>,
            /// Why nothing was done; empty when it was.
            pub errors: Vec<MutationError>,
        }

        impl $name {
            fn of(result: Done<WithPassword>) -> Result<Self, ApiError> {
                let Outcome { done, errors } = Outcome::of(result)?;
                let (user, initial_password) =
                    done.map(|done| (User(done.user), done.password)).unzip();
                Ok(Self { user, initial_password, errors })
            }
        }
    )*};
}

with_password! {
    /// The answer to `inviteUser`.
    InviteUserPayload;
    /// The answer to `resetPassword`.
    ResetPasswordPayload;
}

payloads! {
    /// The answer to `changePassword`.
    ChangePasswordPayload {
        /// The viewer's own person.
        user: User
    }
    /// The answer to `deactivateUser`.
    DeactivateUserPayload {
        /// The person, who cannot sign in any more.
        user: User
    }
    /// The answer to `reactivateUser`.
    ReactivateUserPayload {
        /// The person, who can sign in again.
        user: User
    }
    /// The answer to `changeRole`.
    ChangeRolePayload {
        /// The person with the new role.
        user: User
    }
}

/// What admins do about people, and people about themselves.
#[derive(Debug, Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Lets a person sign in for the own company. For admins, who hand over the initial password.
    async fn invite_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: InviteUserInput,
    ) -> Result<InviteUserPayload, ApiError> {
        let organization = ctx.op().member()?.organization;
        let InviteUserInput { email, name, role } = input;
        let new = NewUser { organization, email, name, role };
        InviteUserPayload::of(users::invite(ctx.op(), new).await)
    }

    /// Replaces the viewer's own password. All their sessions end, this one too.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passwords.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let result =
            users::change_password(ctx.op(), &input.current_password, &input.new_password).await;
        ChangePasswordPayload::of(result, User)
    }

    /// Gives somebody of the own company a new initial password; all their sessions end. For admins.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        ResetPasswordPayload::of(users::reset_password(ctx.op(), input.user_id).await)
    }

    /// Keeps somebody of the own company from signing in; all their sessions end. For admins; the last one stays.
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: DeactivateUserInput,
    ) -> Result<DeactivateUserPayload, ApiError> {
        DeactivateUserPayload::of(users::deactivate(ctx.op(), input.user_id).await, User)
    }

    /// Lets somebody of the own company sign in again. For admins.
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: ReactivateUserInput,
    ) -> Result<ReactivateUserPayload, ApiError> {
        ReactivateUserPayload::of(users::reactivate(ctx.op(), input.user_id).await, User)
    }

    /// Gives somebody of the own company another role, from their next request on. For admins; the last one stays admin.
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person and the role.")] input: ChangeRoleInput,
    ) -> Result<ChangeRolePayload, ApiError> {
        let result = users::change_role(ctx.op(), input.user_id, input.role).await;
        ChangeRolePayload::of(result, User)
    }
}
