//! The OpenAPI document of both listeners, made from the tables of their routes and the types of the wire.
//!
//! **Invariant:** nothing is written here about a single route: what the document says, the tables and types say.

use crate::admin;
use crate::asset::{Asset, Keep};
use crate::route::{Content, Entry};
use crate::routes;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use placet_model::admin::Pending;
use placet_model::receipt::ProblemDetails;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use std::sync::LazyLock;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, ObjectBuilder, OpenApiBuilder, Paths, Ref, RefOr,
    Required, ResponseBuilder, Schema, Type,
};

/// The name of the one way to prove who asks.
const TOKEN: &str = "token";

/// The document, in lines.
pub fn document() -> String {
    let mut schemas = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = DEFINITIONS.into());
    schemas.meta_schema = None;
    let mut schemas = schemas.into_generator();
    let mut paths = Paths::new();
    for (tag, route) in routes::table()
        .into_iter()
        .map(|route| ("public", route))
        .chain(admin::table::table().into_iter().map(|route| ("admin", route)))
    {
        let entry = route.entry;
        let Some(method) = method(&entry.method).filter(|_| !entry.summary.is_empty()) else { continue };
        // What both listeners answer is told once.
        let path = entry.path.replace("{*", "{");
        if paths.get_path_operation(&path, method.clone()).is_none() {
            paths.add_path_operation(&path, vec![method], operation(tag, &entry, &mut schemas));
        }
    }
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token that `placet token new` made."))
        .build();
    let info = InfoBuilder::new()
        .title("Placet")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "What the receipt server answers. Paths with the tag public are on its public listener, those with the tag admin on \
             its admin listener; both answer /healthz, /readyz and /openapi.json.",
        ))
        .build();
    let components = ComponentsBuilder::new().security_scheme(TOKEN, SecurityScheme::Http(scheme)).build();
    let document = OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    // As they are: what stands for them in the library would lose some of what they say.
    let mut definitions: Vec<_> = schemas.take_definitions(true).into_iter().collect();
    definitions.sort_by(|(one, _), (other, _)| one.cmp(other));
    document["components"]["schemas"] = definitions.into_iter().collect();
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

const DEFINITIONS: &str = "/components/schemas";

fn method(method: &Method) -> Option<HttpMethod> {
    match method.as_str() {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        "DELETE" => Some(HttpMethod::Delete),
        _ => None,
    }
}

fn operation(tag: &str, entry: &Entry, schemas: &mut SchemaGenerator) -> OperationBuilder {
    let text = || RefOr::T(Schema::from(ObjectBuilder::new().schema_type(Type::String).build()));
    let parameter = |name: &str, place: ParameterIn, required: bool, meaning: Option<&str>| {
        let required = if required { Required::True } else { Required::False };
        ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .description(meaning)
            .schema(Some(text()))
            .build()
    };
    let mut operation = OperationBuilder::new().tag(tag).summary(Some(entry.summary));
    for part in entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        operation = operation.parameter(parameter(part.trim_start_matches('*'), ParameterIn::Path, true, None));
    }
    for (name, meaning) in entry.asks {
        operation = operation.parameter(parameter(name, ParameterIn::Query, false, Some(meaning)));
    }
    if entry.confirmed {
        let meaning =
            "The id of a confirmation that another token gave; without it the answer is 202 and one to be given.";
        operation = operation.parameter(parameter("Placet-Confirmation", ParameterIn::Header, false, Some(meaning)));
        let waits = answer("It waits for a second token.", Content::Json(crate::route::shape::<Pending>()), schemas);
        operation = operation.response("202", waits);
    }
    if !entry.roles.is_empty() {
        let roles: Vec<&str> = entry.roles.iter().map(|role| role.word()).filter(|role| *role != "owner").collect();
        let told = match roles.is_empty() {
            true => "For tokens of the role owner.".to_owned(),
            false => format!("For tokens of the role {} or owner.", roles.join(", ")),
        };
        let none: [&str; 0] = [];
        operation = operation.description(Some(told)).security(SecurityRequirement::new(TOKEN, none));
    }
    let body = match entry.takes {
        Content::Nothing => None,
        Content::Json(shape) => Some(("application/json", RefOr::Ref(reference(shape.0(schemas))))),
        Content::Other(media) => Some((media, text())),
    };
    if let Some((media, schema)) = body {
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content(media, content).required(Some(Required::True)).build();
        operation = operation.request_body(Some(body));
    }
    let (status, content) = entry.answers;
    let problem = {
        crate::route::shape::<ProblemDetails>().0(schemas);
        let content = ContentBuilder::new().schema(Some(reference("ProblemDetails".into()))).build();
        ResponseBuilder::new().description("A problem (RFC 9457).").content("application/problem+json", content).build()
    };
    operation.response(status.to_string(), answer("Where all is well.", content, schemas)).response("default", problem)
}

fn answer(told: &str, content: Content, schemas: &mut SchemaGenerator) -> utoipa::openapi::Response {
    let response = ResponseBuilder::new().description(told);
    match content {
        Content::Nothing => response.build(),
        Content::Json(shape) => {
            let content = ContentBuilder::new().schema(Some(reference(shape.0(schemas)))).build();
            response.content("application/json", content).build()
        }
        Content::Other(media) => response.content(media, ContentBuilder::new().build()).build(),
    }
}

fn reference(name: String) -> Ref {
    Ref::from_schema_name(name)
}

/// `GET /openapi.json`.
pub async fn openapi(headers: HeaderMap) -> Response {
    static DOCUMENT: LazyLock<Asset> =
        LazyLock::new(|| Asset::compressed("application/json", Keep::Asking, document().into_bytes()));
    DOCUMENT.answer(&headers)
}
