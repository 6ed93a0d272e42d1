//! Where the server is, who asks, and how one asks it.

use std::env;

use anyhow::{Context, Result, bail};
use graphql_client::{GraphQLQuery, Response};
use reqwest::{Client, header::ACCEPT};

type Date = String;
type Decimal = String;
type CurrencyCode = String;

/// Signs a person in.
#[derive(GraphQLQuery)]
#[graphql(schema_path = "../../schema.graphql", query_path = "src/operations.graphql")]
pub struct SignIn;

/// The first of the caller's partnerships.
#[derive(GraphQLQuery)]
#[graphql(schema_path = "../../schema.graphql", query_path = "src/operations.graphql")]
pub struct Partnerships;

/// Records facts.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../../schema.graphql",
    query_path = "src/operations.graphql",
    variables_derives = "Clone, Debug",
    response_derives = "Debug",
    skip_none
)]
pub struct Record;

/// Where the server is.
pub fn url() -> String {
    env::var("JBP_URL").unwrap_or_else(|_| "http://127.0.0.1:8080/graphql".to_owned())
}

/// The token to ask with: `JBP_TOKEN`, or a new one for `JBP_EMAIL` and `JBP_PASSWORD`.
///
/// A session's token is good for minutes, so ask for one before each connection and keep none.
pub async fn token() -> Result<String> {
    if let Ok(token) = env::var("JBP_TOKEN") {
        return Ok(token);
    }
    let email = env::var("JBP_EMAIL").context("JBP_TOKEN or JBP_EMAIL")?;
    let password = env::var("JBP_PASSWORD").context("JBP_PASSWORD")?;
    let input = sign_in::SignInInput { email, password };
    let session = send::<SignIn>(sign_in::Variables { input }, None).await?.sign_in;
    match session.access_token {
        Some(token) => Ok(token),
        None => bail!("{}", session.errors[0].message),
    }
}

/// Asks as the caller that the environment names.
pub async fn ask<Q: GraphQLQuery>(variables: Q::Variables) -> Result<Q::ResponseData> {
    send::<Q>(variables, Some(token().await?)).await
}

async fn send<Q: GraphQLQuery>(
    variables: Q::Variables,
    token: Option<String>,
) -> Result<Q::ResponseData> {
    let mut request = Client::new()
        .post(url())
        .header(ACCEPT, "application/graphql-response+json")
        .json(&Q::build_query(variables));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer: Response<Q::ResponseData> = request.send().await?.json().await?;
    let errors = answer.errors.unwrap_or_default();
    answer.data.with_context(|| {
        errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
    })
}
