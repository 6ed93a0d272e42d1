use serde_json::json;
use uuid::Uuid;

use super::*;

const NOW: i64 = 1_800_000_000;

fn organization(n: u128) -> OrganizationId {
    Uuid::from_u128(n).into()
}

fn mapping(group: &str, n: u128, role: Role, provisions: bool) -> Mapping {
    Mapping { group: group.to_owned(), organization: organization(n), role, provisions }
}

fn rules() -> IssuerRules {
    IssuerRules {
        issuer: "https://login.example".to_owned(),
        audiences: vec!["jbp".to_owned(), "jbp-mobile".to_owned()],
        reach: Reach::These(vec![organization(1), organization(2)]),
        names: ClaimNames {
            email: "email".to_owned(),
            verified: Some("email_verified".to_owned()),
            name: "name".to_owned(),
            groups: "groups".to_owned(),
        },
        mappings: Vec::new(),
    }
}

fn claims() -> Value {
    json!({ "iss": "https://login.example", "aud": "jbp", "exp": NOW + 300,
        "email": "Ada@Northwind.example", "email_verified": true, "name": "Ada" })
}

/// The claims with one changed, or left out for null.
fn with(name: &str, value: Value) -> Map<String, Value> {
    let Value::Object(mut claims) = claims() else { panic!("claims are an object") };
    if value.is_null() {
        claims.remove(name);
    } else {
        claims.insert(name.to_owned(), value);
    }
    claims
}

fn read(claims: &Map<String, Value>) -> Result<Assertion, Refused> {
    rules().read(claims, DateTime::from_timestamp(NOW, 0).unwrap())
}

#[test]
fn what_is_ours_and_good_now_names_a_person_and_an_end() {
    let found = read(&with("groups", json!(["a", 7, "b"]))).unwrap();
    assert_eq!(
        found,
        Assertion {
            email: "ada@northwind.example".to_owned(),
            name: Some("Ada".to_owned()),
            until: DateTime::from_timestamp(NOW + 360, 0).unwrap(),
            groups: vec!["a".to_owned(), "b".to_owned()],
        }
    );
}

#[test]
fn each_claim_is_looked_at() {
    let rows = [
        ("iss", json!("https://login.example/"), Some(Refused::Issuer)),
        ("iss", json!(["https://login.example"]), Some(Refused::Issuer)),
        ("iss", Value::Null, Some(Refused::Issuer)),
        ("aud", json!(["other", "jbp-mobile"]), None),
        ("aud", json!("jb"), Some(Refused::Audience)),
        ("aud", json!([]), Some(Refused::Audience)),
        ("aud", Value::Null, Some(Refused::Audience)),
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW - 60), Some(Refused::Ended)),
        ("exp", Value::Null, Some(Refused::Endless)),
        ("exp", json!("1900000000"), Some(Refused::Endless)),
        ("exp", json!(i64::MAX), Some(Refused::Endless)),
        ("exp", json!(1e300), Some(Refused::Endless)),
        ("nbf", json!(NOW + 60), None),
        ("nbf", json!(NOW + 61), Some(Refused::Early)),
        ("nbf", json!("soon"), Some(Refused::Early)),
        ("email", Value::Null, Some(Refused::Nameless)),
        ("email", json!("ada"), Some(Refused::Nameless)),
        ("email_verified", json!("true"), None),
        ("email_verified", json!(false), Some(Refused::Unverified)),
        ("email_verified", json!("yes"), Some(Refused::Unverified)),
        ("email_verified", Value::Null, Some(Refused::Unverified)),
        ("name", Value::Null, None),
    ];
    for (name, value, refused) in rows {
        let found = read(&with(name, value.clone()));
        assert_eq!(found.err(), refused, "{name}: {value}");
    }
    let fraction = with("exp", serde_json::from_str(&format!("{NOW}.9")).unwrap());
    assert_eq!(read(&fraction).unwrap().until.timestamp(), NOW + 60);
}

#[test]
fn a_claim_may_stand_inside_another_or_have_dots_in_its_name() {
    for (name, claim) in [
        ("realm_access.roles", json!({ "realm_access": { "roles": ["a"] } })),
        ("https://x.example/groups", json!({ "https://x.example/groups": "a" })),
    ] {
        let Value::Object(claims) = claim else { panic!("claims are an object") };
        assert_eq!(texts(find(&claims, name)), ["a"], "{name}");
    }
}

#[track_caller]
fn admits(mappings: &[Mapping], groups: &[&str], known: Known, expected: Result<Role, Refused>) {
    let rules = IssuerRules { mappings: mappings.to_vec(), ..rules() };
    let assertion = Assertion {
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..read(&with("sub", json!("1"))).unwrap()
    };
    assert_eq!(rules.admit(&assertion, known), expected);
}

#[test]
fn a_known_person_acts_in_the_mapped_role_of_the_own_organisation_alone() {
    let known = |n: u128| Known {
        organization: organization(n),
        role: Role::VendorViewer,
        is_active: true,
    };
    admits(&[], &[], known(1), Ok(Role::VendorViewer));
    admits(&[], &[], known(3), Err(Refused::OutOfReach));
    admits(&[], &[], Known { is_active: false, ..known(1) }, Err(Refused::Inactive));
    let mappings = [
        mapping("admins", 2, Role::VendorAdmin, true),
        mapping("admins", 3, Role::VendorAdmin, true),
        mapping("sales", 1, Role::ChannelAccountManager, false),
        mapping("staff", 1, Role::VendorViewer, false),
        mapping("partners", 1, Role::PartnerAdmin, false),
    ];
    admits(&mappings, &["staff", "sales"], known(1), Ok(Role::ChannelAccountManager));
    admits(&mappings, &["staff"], known(1), Ok(Role::VendorViewer));
    admits(&mappings, &["admins"], known(1), Err(Refused::Unmapped));
    admits(&mappings, &["partners"], known(1), Err(Refused::Unmapped));
    admits(&mappings, &[], known(1), Err(Refused::Unmapped));
    admits(&mappings, &["admins"], known(2), Ok(Role::VendorAdmin));
    admits(&mappings, &["admins"], known(3), Err(Refused::OutOfReach));
}

#[test]
fn strangers_are_written_down_only_where_a_mapping_says_so() {
    let mappings = vec![
        mapping("admins", 1, Role::VendorAdmin, false),
        mapping("far", 3, Role::VendorViewer, true),
        mapping("staff", 1, Role::VendorViewer, true),
    ];
    let rules = IssuerRules { mappings, ..rules() };
    let as_whom = |groups: &[&str]| {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let assertion = Assertion { groups, ..read(&with("sub", json!("1"))).unwrap() };
        rules.provision(&assertion).map(|mapping| mapping.role)
    };
    assert_eq!(as_whom(&["admins", "staff"]), Ok(Role::VendorViewer));
    assert_eq!(as_whom(&["admins"]), Err(Refused::Unknown));
    assert_eq!(as_whom(&["far"]), Err(Refused::Unknown));
    assert_eq!(as_whom(&[]), Err(Refused::Unknown));
}

#[test]
fn keys_come_over_tls_or_from_this_machine() {
    for url in [
        "https://login.example",
        "https://login.example:8443/realms/a?b#c",
        "http://localhost/a",
        "http://127.0.0.1:5000",
        "http://[::1]:5000/a",
    ] {
        assert!(is_trustworthy(url), "{url}");
    }
    for url in [
        "",
        "login.example",
        "https://",
        "https:///a",
        "ftp://login.example",
        "http://login.example",
        "http://localhost@login.example/",
        "http://127.0.0.1.login.example/",
        "file:///etc/passwd",
    ] {
        assert!(!is_trustworthy(url), "{url}");
    }
}
