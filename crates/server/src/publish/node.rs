//! The first layer as a tree of nodes that the loader can build without any HTML text.
//!
//! Leptos renders the layer once a language; here the renderings become one tree, in which
//! everything that differs between languages is a slot: the number of a text.
//!
//! A node in JSON: a text is a string, a slot is a number, an element is
//! `[name, {attribute: value}, child, ...]` where a value may be a slot too. Where languages
//! differ in structure, the text of a slot is an element.

use html5gum::{Token, Tokenizer};
use serde_json::{Map, Value};

/// A node of one rendering.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Element { name: String, attributes: Vec<(String, String)>, children: Vec<Node> },
}

/// One tree for all languages, and each language's texts by slot.
#[derive(Debug, PartialEq)]
pub(super) struct Layer {
    pub(super) tree: Value,
    pub(super) texts: Vec<Vec<Value>>,
}

/// Elements that nothing closes (HTML, 13.1.2), of those that the components use.
const VOID: [&[u8]; 2] = [b"img", b"input"];

/// Reads a rendering: exactly one element, well nested. Comments are Leptos's markers and go.
pub(super) fn parse(html: &str) -> Result<Node, String> {
    let mut open: Vec<Node> = vec![element("", Vec::new())];
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let mut attributes: Vec<_> =
                    tag.attributes.into_iter().map(|(name, value)| (text(&name), text(&value.value))).collect();
                // Leptos writes a class that is none as an empty one.
                attributes.retain(|(name, value)| name != "class" || !value.is_empty());
                attributes.sort();
                open.push(element(&text(&tag.name), attributes));
                if tag.self_closing || VOID.contains(&tag.name.as_slice()) {
                    close(&mut open)?;
                }
            }
            Token::EndTag(tag) => {
                let name = text(&tag.name);
                match open.last() {
                    Some(Node::Element { name: last, .. }) if *last == name => close(&mut open)?,
                    _ => return Err(format!("</{name}> closes nothing")),
                }
            }
            Token::String(words) => append(&mut open, Node::Text(text(&words.value))),
            Token::Comment(_) | Token::Error(_) | Token::Doctype(_) => {}
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(Node::Element { mut children, .. }), true) if matches!(children.as_slice(), [Node::Element { .. }]) => {
            Ok(children.remove(0))
        }
        _ => Err("it is not one element".to_owned()),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn element(name: &str, attributes: Vec<(String, String)>) -> Node {
    Node::Element { name: name.to_owned(), attributes, children: Vec::new() }
}

fn close(open: &mut Vec<Node>) -> Result<(), String> {
    let node = open.pop().ok_or("nothing is open")?;
    append(open, node);
    Ok(())
}

fn append(open: &mut [Node], node: Node) {
    let Some(Node::Element { children, .. }) = open.last_mut() else { return };
    match (children.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(more)) => before.push_str(&more),
        (_, node) => children.push(node),
    }
}

/// Makes one tree of the renderings, one a language in the config's order.
pub(super) fn merge(roots: &[Node]) -> Layer {
    let mut texts = vec![Vec::new(); roots.len()];
    let tree = join(&roots.iter().collect::<Vec<_>>(), &mut texts);
    Layer { tree, texts }
}

fn join(nodes: &[&Node], texts: &mut [Vec<Value>]) -> Value {
    let alike = nodes.iter().all(|node| *node == nodes[0]);
    let elements: Option<Vec<_>> = nodes
        .iter()
        .map(|node| match node {
            Node::Element { name, attributes, children } => Some((name, attributes, children)),
            Node::Text(_) => None,
        })
        .collect();
    match elements {
        _ if alike => single(nodes[0]),
        Some(elements) if elements.iter().all(|element| same_shape(*element, elements[0])) => {
            let (name, attributes, children) = elements[0];
            let mut members = Map::new();
            for (at, (key, value)) in attributes.iter().enumerate() {
                let same = elements.iter().all(|(_, others, _)| others[at].1 == *value);
                let values = || elements.iter().map(|(_, others, _)| others[at].1.clone().into()).collect();
                members.insert(key.clone(), if same { value.clone().into() } else { slot(values(), texts) });
            }
            let mut list = vec![name.clone().into(), members.into()];
            for at in 0..children.len() {
                let column: Vec<_> = elements.iter().map(|(_, _, children)| &children[at]).collect();
                list.push(join(&column, texts));
            }
            list.into()
        }
        _ => slot(nodes.iter().map(|node| single(node)).collect(), texts),
    }
}

type Element<'a> = (&'a String, &'a Vec<(String, String)>, &'a Vec<Node>);

fn same_shape(a: Element, b: Element) -> bool {
    a.0 == b.0 && a.1.iter().map(|(key, _)| key).eq(b.1.iter().map(|(key, _)| key)) && a.2.len() == b.2.len()
}

fn slot(values: Vec<Value>, texts: &mut [Vec<Value>]) -> Value {
    let number = texts[0].len();
    for (list, value) in texts.iter_mut().zip(values) {
        list.push(value);
    }
    number.into()
}

fn single(node: &Node) -> Value {
    match node {
        Node::Text(words) => words.clone().into(),
        Node::Element { name, attributes, children } => {
            let members: Map<_, _> =
                attributes.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
            let mut list = vec![name.clone().into(), members.into()];
            list.extend(children.iter().map(single));
            list.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn renderings_become_one_tree_with_slots() {
        let rows = [
            (vec!["<p class=\"a\">x</p>"], json!(["p", {"class": "a"}, "x"]), json!([[]])),
            (vec!["<p>yes</p>", "<p>是</p>"], json!(["p", {}, 0]), json!([["yes"], ["是"]])),
            (
                vec!["<p title=\"a\"><!>b<!-- -->c</p>", "<p title=\"d\">bc</p>"],
                json!(["p", {"title": 0}, "bc"]),
                json!([["a"], ["d"]]),
            ),
            (
                vec!["<div><p>a <b>b</b></p><i>z</i></div>", "<div><p>c</p><i>z</i></div>"],
                json!(["div", {}, 0, ["i", {}, "z"]]),
                json!([[["p", {}, "a ", ["b", {}, "b"]]], [["p", {}, "c"]]]),
            ),
            (vec!["<p>a &amp; &lt;b></p>"], json!(["p", {}, "a & <b>"]), json!([[]])),
        ];
        for (renderings, tree, texts) in rows {
            let roots: Vec<_> = renderings.iter().map(|html| parse(html).expect(html)).collect();
            let layer = merge(&roots);
            assert_eq!((layer.tree, json!(layer.texts)), (tree, texts), "{renderings:?}");
        }
    }

    #[test]
    fn what_is_not_one_element_is_refused() {
        for html in ["", "text", "<p>a</p><p>b</p>", "<p>", "</p>", "<p><b></p></b>"] {
            assert!(parse(html).is_err(), "{html}");
        }
    }
}
