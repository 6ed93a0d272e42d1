//! Asking the toy over HTTP, one request at a time.

use reqwest::{
    Client, Method, RequestBuilder,
    header::{self, HeaderMap},
};
use serde_json::Value;

use super::toy::Server;

/// The media type whose status speaks.
pub const MODERN: &str = "application/graphql-response+json";
/// The media type whose status is 200.
pub const JSON: &str = "application/json";

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The status and the code of the first error.
    pub fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.body.get("data"), None, "a refused request has no data");
        (self.status, self.body["errors"][0]["extensions"]["code"].as_str().unwrap())
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        Client::new().request(method, format!("http://{}{path}", self.address))
    }

    pub fn post(&self, accept: &str) -> RequestBuilder {
        self.request(Method::POST, "/graphql").header(header::ACCEPT, accept)
    }

    pub async fn ask(&self, accept: &str, body: Value) -> Answer {
        answer(self.post(accept).json(&body)).await
    }

    pub async fn get(&self, parameters: &[(&str, &str)]) -> Answer {
        answer(self.request(Method::GET, "/graphql").query(parameters)).await
    }
}

/// The answer to a request.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
    Answer { status, headers, body }
}
