use std::convert::Infallible;

use http::{Request, Response};
use serde_json::{Value, json};
use tower::{ServiceBuilder, service_fn};
use tower_bearer::authorize::{Requirement, claims, role, scope};
use tower_bearer::jose::ClaimPath;
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{BearerAuthLayer, RequireLayer};

use super::{Claims, subject};
use crate::auth::{World, answer, bearer};

/// Where the roles of these tests are.
fn paths() -> [ClaimPath; 5] {
    [
        "realm_access.roles".into(),
        "cognito:groups".into(),
        "roles".into(),
        "https://example.com/roles".into(),
        ClaimPath::new(["resource_access", "my.client", "roles"]),
    ]
}

fn is_met(requirement: &Requirement, granted: &Value) -> bool {
    let world = World::new();
    let builder = world.builder::<Claims>();
    let builder = paths()
        .into_iter()
        .fold(builder, VerifierBuilder::roles_claim);
    let service = ServiceBuilder::new()
        .layer(BearerAuthLayer::new(builder.build().unwrap()))
        .layer(RequireLayer::new(requirement.clone()))
        .service(service_fn(async |request: Request<()>| {
            Ok::<_, Infallible>(Response::new(subject(&request)))
        }));
    let response = answer(service, bearer(&world.token().claims(granted).sign()));
    match (response.status().as_u16(), &**response.body()) {
        (200, "alice") => true,
        (403, "") => false,
        other => panic!("{other:?} for {requirement:?}"),
    }
}

#[track_caller]
fn assert_met(requirement: &Requirement, granted: &[Value]) {
    for granted in granted {
        assert!(is_met(requirement, granted), "{requirement:?} by {granted}");
    }
}

#[track_caller]
fn assert_unmet(requirement: &Requirement, granted: &[Value]) {
    for granted in granted {
        assert!(
            !is_met(requirement, granted),
            "{requirement:?} by {granted}"
        );
    }
}

#[test]
fn scopes() {
    assert_met(
        &scope("read"),
        &[
            json!({"scope": "read"}),
            json!({"scope": "write read"}),
            json!({"scope": "  read   write "}),
            json!({"scope": ["read"]}),
            json!({"scp": ["write", "read"]}),
            json!({"scp": "read"}),
            json!({"scope": "write", "scp": ["read"]}),
            json!({"scope": "read", "scp": []}),
        ],
    );
    assert_unmet(
        &scope("read"),
        &[
            json!({}),
            json!({"scope": ""}),
            json!({"scope": "reader"}),
            json!({"scope": "rea"}),
            json!({"scope": "Read"}),
            json!({"scope": "read,write"}),
            json!({"scope": "read\twrite"}),
            json!({"scope": "read:all"}),
            json!({"scp": ["read write"]}),
            json!({"scopes": ["read"]}),
            json!({"roles": ["read"]}),
        ],
    );
    // No text with a space in it is a scope, and neither is an empty one.
    assert_unmet(&scope("read write"), &[json!({"scope": "read write"})]);
    assert_unmet(&scope(""), &[json!({"scope": " "})]);
}

#[test]
fn array_elements_with_spaces_are_no_scopes() {
    assert_unmet(&scope("read write"), &[json!({"scp": ["read write"]})]);
    assert_unmet(&scope(""), &[json!({"scp": [""]})]);
}

#[test]
fn roles() {
    assert_met(
        &role("editor"),
        &[
            json!({"realm_access": {"roles": ["reader", "editor"]}}),
            json!({"cognito:groups": ["editor"]}),
            json!({"roles": "editor"}),
            json!({"roles": [1, null, "editor"]}),
            json!({"https://example.com/roles": ["editor"]}),
            json!({"resource_access": {"my.client": {"roles": ["editor"]}}}),
            json!({"roles": ["reader"], "cognito:groups": ["editor"]}),
        ],
    );
    assert_unmet(
        &role("editor"),
        &[
            json!({}),
            json!({"roles": []}),
            json!({"roles": "Editor"}),
            json!({"roles": "reader editor"}),
            json!({"roles": "editors"}),
            json!({"roles": {"editor": true}}),
            json!({"roles": [["editor"]]}),
            json!({"role": "editor"}),
            json!({"scope": "editor"}),
            json!({"realm_access.roles": ["editor"]}),
            json!({"realm_access": ["editor"]}),
            json!({"resource_access": {"my": {"client": {"roles": ["editor"]}}}}),
            json!({"https://example": {"com/roles": ["editor"]}}),
        ],
    );
}

#[test]
fn predicates() {
    let high = claims(|claims: &Claims| claims.level > 8);
    assert_met(&high, &[json!({"level": 9})]);
    assert_unmet(&high, &[json!({"level": 8}), json!({})]);
}

#[test]
fn combinations() {
    let tokens = [
        json!({}),
        json!({"scope": "a"}),
        json!({"scope": "b"}),
        json!({"scope": "a b"}),
        json!({"scope": "b", "roles": "c"}),
        json!({"scope": "b a", "roles": "c"}),
    ];
    let (a, b, c) = (|| scope("a"), || scope("b"), || role("c"));
    // For each token in turn, whether it meets the requirement.
    let rows = [
        (a() & b(), "...x.x"),
        (a() | b(), ".xxxxx"),
        (!a(), "x.x.x."),
        (!!a(), ".x.x.x"),
        (a() & !b(), ".x...."),
        (!(a() | b()), "x....."),
        (a() & b() | c(), "...xxx"),
        (a() & (b() | c()), "...x.x"),
        (Requirement::all_of([a(), b(), c()]), ".....x"),
        (Requirement::all_of([b(), !c()]), "..xx.."),
        (Requirement::any_of([a(), c()]), ".x.xxx"),
        (
            Requirement::any_of([Requirement::any_of([]), Requirement::all_of([a()])]),
            ".x.x.x",
        ),
        (Requirement::all_of([]), "xxxxxx"),
        (Requirement::any_of([]), "......"),
        (!Requirement::all_of([]), "......"),
        (!Requirement::any_of([]), "xxxxxx"),
    ];
    for (requirement, expected) in rows {
        let met = tokens.iter().map(|token| is_met(&requirement, token));
        let met: String = met.map(|met| if met { 'x' } else { '.' }).collect();
        assert_eq!(met, expected, "{requirement:?}");
    }
}

#[test]
fn debug() {
    let requirement = scope("a") & !role("b")
        | Requirement::any_of([claims(|_: &u8| true), Requirement::all_of([])]);
    assert_eq!(
        format!("{requirement:?}"),
        r#"any_of([all_of([scope("a"), not(role("b"))]), any_of([claims(u8), all_of([])])])"#
    );
}
