//! What a route is: its address, who may use it, what goes in and what comes out. Routers and the OpenAPI document are made of
//! the same tables of these.

use crate::state::App;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use placet_model::admin::Role;
use schemars::{JsonSchema, SchemaGenerator};
use std::sync::Arc;

/// A type of the wire, by the schema that is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Shape(pub(crate) fn(&mut SchemaGenerator) -> String);

/// The shape of a type: its schema goes among the others, its name points there.
pub fn shape<T: JsonSchema>() -> Shape {
    Shape(|schemas| {
        schemas.subschema_for::<T>();
        T::schema_name().into_owned()
    })
}

/// What an answer is made of.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// JSON of a shape.
    Json(Shape),
    /// Something of this media type.
    Other(&'static str),
}

/// What a route is, without what it does.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its method.
    pub method: Method,
    /// Its path, with `{name}` for what varies.
    pub path: &'static str,
    /// The roles that may use it; none where everybody may.
    pub roles: &'static [Role],
    /// Whether a second token has to confirm each request.
    pub confirmed: bool,
    /// What it does, in a line; empty for what only browsers ask by themselves.
    pub summary: &'static str,
    /// The parameters behind the `?`, each with what it means.
    pub asks: &'static [(&'static str, &'static str)],
    /// What its body is.
    pub takes: Content,
    /// The status and content of the answer where all is well.
    pub answers: (u16, Content),
}

/// A route.
#[derive(Debug, Clone)]
pub struct Route {
    /// What it is.
    pub entry: Entry,
    pub(crate) handler: MethodRouter<Arc<App>>,
}

/// A route for these roles.
pub fn route<H, T>(method: Method, path: &'static str, roles: &'static [Role], handler: H) -> Route
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    // Every method that the tables use has a filter; what has none is answered as another method would be.
    let handler =
        MethodFilter::try_from(method.clone()).map_or_else(|_| MethodRouter::new(), |filter| on(filter, handler));
    let (takes, answers) = (Content::Nothing, (204, Content::Nothing));
    let entry = Entry { method, path, roles, confirmed: false, summary: "", asks: &[], takes, answers };
    Route { entry, handler }
}

impl Route {
    /// Says what the route does.
    pub fn says(mut self, summary: &'static str) -> Self {
        self.entry.summary = summary;
        self
    }

    /// A second token has to confirm each request.
    pub fn confirmed(mut self) -> Self {
        self.entry.confirmed = true;
        self
    }

    /// Names the parameters behind the `?`.
    pub fn asks(mut self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        self.entry.asks = parameters;
        self
    }

    /// Says what the body is: JSON of a type.
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.entry.takes = Content::Json(shape::<T>());
        self
    }

    /// Says what the body is: something of a media type.
    pub fn takes_other(mut self, media: &'static str) -> Self {
        self.entry.takes = Content::Other(media);
        self
    }

    /// Says what comes out where all is well: JSON of a type.
    pub fn answers<T: JsonSchema>(mut self, status: u16) -> Self {
        self.entry.answers = (status, Content::Json(shape::<T>()));
        self
    }

    /// Says what comes out where all is well: something of a media type.
    pub fn answers_other(mut self, media: &'static str) -> Self {
        self.entry.answers = (200, Content::Other(media));
        self
    }
}
