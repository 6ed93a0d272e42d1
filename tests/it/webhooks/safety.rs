//! A webhook goes to the public internet and nowhere else, whatever a name resolves to.

use jbp::domain::webhook::address::Reach;
use serde_json::{Value, json};

use super::{House, create};
use crate::support::receiver::Receiver;

/// With TLS or without, but not into the operator's own network.
const PUBLIC: Reach = Reach { allows_private: false, allows_http: true };

#[tokio::test]
async fn a_name_that_means_this_machine_leads_nowhere() {
    let house = House::with_reach(PUBLIC).await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let url = receiver.url.replace("127.0.0.1", "localhost");
    let (id, _) = create(admin, json!({ "url": url })).await;
    house.rename("First").await;
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    let told = house.deliveries(admin, &id, Value::Null).await;
    let expected = "no connection: localhost has no public address";
    assert_eq!(told[0]["attempts"][0]["error"], expected);
}

/// What was allowed when the endpoint was made is looked at again when it is told.
#[tokio::test]
async fn an_address_that_is_allowed_no_longer_is_not_called() {
    let mut house = House::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = create(&house.acme.admin, json!({ "url": receiver.url })).await;
    house.courier = super::another_courier(&house.app, PUBLIC).await;
    house.rename("First").await;
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    let told = house.deliveries(&house.acme.admin, &id, Value::Null).await;
    assert_eq!(told[0]["attempts"][0]["error"], "127.0.0.1 is not a public address");
}

#[tokio::test]
async fn where_it_is_allowed_a_name_of_this_machine_is_called() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let url = receiver.url.replace("127.0.0.1", "localhost");
    create(&house.acme.admin, json!({ "url": url })).await;
    house.rename("First").await;
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 1);
}
