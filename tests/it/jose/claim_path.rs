use serde_json::{Value, json};
use tower_bearer::Verifier;
use tower_bearer::jose::ClaimPath;
use tower_bearer::test_util::{TestIssuer, sign};

use super::*;

#[track_caller]
fn assert_names(path: impl Into<ClaimPath>, names: &[&str]) {
    assert_eq!(path.into().names().collect::<Vec<_>>(), names);
}

/// The roles that a verifier finds along some paths in a token with these claims.
fn roles(paths: &[ClaimPath], claims: &Value) -> Vec<String> {
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let builder = Verifier::builder()
        .issuer("issuer", issuer.verifying_key())
        .any_audience();
    let verifier = paths
        .iter()
        .fold(builder, |builder, path| builder.roles_claim(path.clone()))
        .build()
        .unwrap();
    let token = verifier
        .verify_now(issuer.token().claims(claims).sign())
        .unwrap();
    token.roles().map(str::to_owned).collect()
}

#[track_caller]
fn assert_roles(path: impl Into<ClaimPath>, claims: &Value, expected: &[&str]) {
    assert_eq!(roles(&[path.into()], claims), expected, "{claims}");
}

#[test]
fn dots_part_names_but_not_those_of_uris() {
    assert_names("roles", &["roles"]);
    assert_names("realm_access.roles", &["realm_access", "roles"]);
    assert_names(String::from("a.b.c"), &["a", "b", "c"]);
    assert_names("cognito:groups", &["cognito:groups"]);
    assert_names("https://example.com/roles", &["https://example.com/roles"]);
    assert_names("http://a.b/c.d", &["http://a.b/c.d"]);
    assert_names("", &[""]);
    assert_names("a..b.", &["a", "", "b", ""]);
    assert_names(ClaimPath::new(["a.b", "c"]), &["a.b", "c"]);
    assert_names(ClaimPath::new(Vec::<String>::new()), &[]);
    assert_eq!(ClaimPath::from("a.b"), ClaimPath::new(["a", "b"]));
}

#[test]
fn a_string_is_one_role_and_an_array_those_of_its_strings() {
    assert_roles("roles", &json!({"roles": "admin user"}), &["admin user"]);
    assert_roles("roles", &json!({"roles": ["a", "b"]}), &["a", "b"]);
    assert_roles(
        "roles",
        &json!({"roles": ["a", 1, null, ["x"], {"y": "z"}, true, "b", ""]}),
        &["a", "b", ""],
    );
    for none in [
        json!(null),
        json!(1),
        json!(true),
        json!({"a": "b"}),
        json!([]),
        json!([["a"]]),
    ] {
        assert_roles("roles", &json!({"roles": none}), &[]);
    }
    assert_roles("roles", &json!({}), &[]);
    assert_roles("roles", &json!({"Roles": "a", "roles ": "b"}), &[]);
}

#[test]
fn a_path_leads_through_objects_only() {
    let keycloak = json!({
        "realm_access": {"other": ["no"], "roles": ["a"]},
        "resource_access": {"my.client": {"roles": ["b"]}},
    });
    assert_roles("realm_access.roles", &keycloak, &["a"]);
    let client = ClaimPath::new(["resource_access", "my.client", "roles"]);
    assert_roles(client, &keycloak, &["b"]);
    assert_roles("resource_access.my.client.roles", &keycloak, &[]);
    assert_roles("realm_access", &keycloak, &[]);
    assert_roles("realm_access.roles.a", &keycloak, &[]);
    assert_roles("realm_access.roles.0", &keycloak, &[]);
    for middle in [
        json!("roles"),
        json!(1),
        json!(null),
        json!([{"roles": ["a"]}]),
        json!(["roles"]),
        json!({"other": {"roles": ["a"]}}),
    ] {
        assert_roles("realm_access.roles", &json!({"realm_access": middle}), &[]);
    }
}

#[test]
fn names_with_dots_and_slashes() {
    let uri = "https://example.com/roles";
    assert_roles(uri, &json!({uri: ["a"]}), &["a"]);
    assert_roles(uri, &json!({"https://example": {"com/roles": ["a"]}}), &[]);
    assert_roles(
        ClaimPath::new(["a.b"]),
        &json!({"a.b": "x", "a": {"b": "y"}}),
        &["x"],
    );
    assert_roles("a.b", &json!({"a.b": "x", "a": {"b": "y"}}), &["y"]);
}

#[test]
fn the_roles_of_all_paths_count() {
    let paths = ["roles", "groups", "x.y"].map(ClaimPath::from);
    let claims = json!({"groups": ["b"], "roles": ["a"], "x": "y"});
    assert_eq!(roles(&paths, &claims), ["a", "b"]);
    assert!(roles(&[], &claims).is_empty());
}

#[test]
fn a_name_that_is_repeated_on_the_way_leads_nowhere() {
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let verifier = Verifier::typed::<serde::de::IgnoredAny>()
        .issuer("issuer", issuer.verifying_key())
        .any_audience()
        .roles_claim("a.roles")
        .build()
        .unwrap();
    for (object, expected) in [
        (r#"{"roles":"x"}"#, 1),
        (r#"{"r\u006fles":"x"}"#, 1),
        (r#"{"roles":"x","roles":"x"}"#, 0),
        (r#"{"roles":"x","r\u006fles":"x"}"#, 0),
    ] {
        let payload = format!(r#"{{"iss":"issuer","exp":9999999999,"a":{object}}}"#);
        let token = sign(
            issuer.signing_key(),
            r#"{"alg":"HS256","kid":"hs256"}"#,
            payload,
        );
        let token = verifier.verify_now(token).unwrap();
        assert_eq!(token.roles().count(), expected, "{object}");
    }
}
