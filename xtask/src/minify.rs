//! Minifying the loader and the widget's glue.
//!
//! Names of variables are shortened, names of properties never: `window.placet` and the plan
//! are read by name. The syntax stays what browsers of 2020 understand, because the loader has
//! to refuse and accept even where the widget cannot run.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_compat::EngineTargets;
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// How a file is loaded.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A classic script: its outermost names belong to the page.
    Script,
    /// An ES module.
    Module,
}

/// The newest syntax that the output may use.
const TARGET: &str = "es2020";

/// Minifies JavaScript; a syntax error is reported with its place.
pub(crate) fn minify(name: &str, source: &str, kind: Kind) -> Result<String> {
    let source_type = match kind {
        Kind::Script => SourceType::script(),
        Kind::Module => SourceType::mjs(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type).parse();
    if !parsed.diagnostics.is_empty() {
        let faults: Vec<String> = parsed.diagnostics.iter().map(ToString::to_string).collect();
        bail!("{name} is not valid JavaScript: {}", faults.join("; "));
    }
    let target = match EngineTargets::from_target(TARGET) {
        Ok(target) => target,
        Err(error) => bail!("{TARGET} is not known to the minifier: {error:?}"),
    };
    let mut program = parsed.program;
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: None,
        compress: Some(CompressOptions { target, ..CompressOptions::smallest() }),
    };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let printed = Codegen::new()
        .with_options(CodegenOptions {
            minify: true,
            comments: CommentOptions::disabled(),
            ..CodegenOptions::default()
        })
        .with_scoping(minified.scoping)
        .build(&program);
    Ok(printed.code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, source: &str, expect: &str) {
        let actual = minify("test.js", source, kind).unwrap();
        assert_eq!(actual.trim_end_matches('\n'), expect);
    }

    #[test]
    fn shortens_variables_but_not_properties() {
        check(
            Kind::Script,
            "(function () { const purpose = window.plan.purposes; window.placet = { allows: purpose, choices: purpose }; })();",
            "(function(){let e=window.plan.purposes;window.placet={allows:e,choices:e}})();",
        );
    }

    #[test]
    fn keeps_the_global_names_of_a_script_and_what_it_says_on_the_console() {
        check(
            Kind::Script,
            "var shared = 1; console.warn('[placet]', shared);",
            "var shared=1;console.warn(`[placet]`,shared);",
        );
    }

    #[test]
    fn does_not_use_syntax_newer_than_the_target() {
        check(Kind::Script, "(function () { window.a = window.a || 1; })();", "(function(){window.a=window.a||1})();");
    }

    #[test]
    fn names_the_file_of_a_syntax_error() {
        let error = minify("placet.js", "let = ;", Kind::Script).unwrap_err().to_string();
        assert!(error.starts_with("placet.js is not valid JavaScript"), "{error}");
    }
}
