//! Typed ids as plain `ID!`: a resolver receives a [`PlanId`], never a text.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value, parser::types::Field, registry::Registry,
};

use crate::domain::id::{
    ActionItemId, ActivityId, AgreementId, AlertId, AliasId, CommentId, CommitmentId,
    CounterProposalId, DealId, DimensionValueId, EventId, HistoryId, IntegrationId, NoteId,
    ObjectiveId, OrganizationId, PartnershipId, PlanId, PolicyId, ReviewId, SignatureId, TargetId,
    TeamMemberId, TierId, UserId, VersionId, WebhookDeliveryId, WebhookEndpointId,
};

macro_rules! as_graphql_id {
    ($($name:ty),* $(,)?) => {$(
        impl InputType for $name {
            type RawValueType = Self;

            fn type_name() -> Cow<'static, str> {
                <ID as InputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as InputType>::create_type_info(registry)
            }

            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                match value {
                    Some(Value::String(text)) => text.parse().map_err(|error| {
                        InputValueError::custom(error).with_extension("code", "BAD_USER_INPUT")
                    }),
                    value => Err(InputValueError::expected_type(value.unwrap_or_default())),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                <ID as OutputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as OutputType>::create_type_info(registry)
            }

            async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }
    )*};
}

as_graphql_id!(
    ActionItemId,
    ActivityId,
    AgreementId,
    AlertId,
    AliasId,
    CommentId,
    CommitmentId,
    CounterProposalId,
    DealId,
    DimensionValueId,
    EventId,
    HistoryId,
    IntegrationId,
    NoteId,
    ObjectiveId,
    OrganizationId,
    PartnershipId,
    PlanId,
    PolicyId,
    ReviewId,
    SignatureId,
    TargetId,
    TeamMemberId,
    TierId,
    UserId,
    VersionId,
    WebhookDeliveryId,
    WebhookEndpointId,
);
