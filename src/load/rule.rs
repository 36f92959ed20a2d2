//! The ids of what loading can find wrong, all of the family `spec/`.

use crate::diagnostic::RuleId;

macro_rules! rules {
    ($($name:ident = $id:literal, $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: RuleId = $id;)*
        /// Every rule of this phase with its meaning in one line.
        pub const ALL: &[(RuleId, &str)] = &[$(($id, $meaning)),*];
    };
}

rules! {
    SYNTAX = "spec/syntax", "The text is not valid YAML, JSON or Jsonnet, or says something else than it seems to.";
    DUPLICATE_KEY = "spec/duplicate-key", "A mapping has the same key twice.";
    INVALID_KEY = "spec/invalid-key", "A key is empty, a list or a mapping.";
    UNKNOWN_ANCHOR = "spec/unknown-anchor", "An alias names an anchor that no value above it has.";
    INVALID_MERGE = "spec/invalid-merge", "A merge key holds something other than mappings.";
    TAG = "spec/tag", "A value has a YAML tag that means nothing in a spec.";
    LIMIT = "spec/limit", "A text is too large, too deep or expands too far.";
    ENCODING = "spec/encoding", "A file is not UTF-8 text.";
    MULTIPLE_DOCUMENTS = "spec/multiple-documents", "A file of a spec holds more than one YAML document.";
    EMPTY_FILE = "spec/empty-file", "A file of a spec says nothing.";
    JSONNET_ERROR = "spec/jsonnet-error", "A Jsonnet file does not evaluate.";
    JSONNET_IMPORT = "spec/jsonnet-import", "An import of a Jsonnet file leads nowhere, or out of the folders that it may lead to.";
    JSONNET_LIMIT = "spec/jsonnet-limit", "The evaluation of a Jsonnet file takes too much time or memory, goes too deep, or gives too much.";
    JSONNET_TRACE = "spec/jsonnet-trace", "A Jsonnet file calls `std.trace`.";
    SYMLINK_LOOP = "spec/symlink-loop", "A symbolic link leads back to a folder that it lies in, or to itself.";
    NO_FILES = "spec/no-files", "A folder holds no file of a spec.";
    TOP_LEVEL = "spec/top-level", "The top level of a file, or of one of its sections, is not a mapping.";
    DUPLICATE_NAME = "spec/duplicate-name", "Two files, or two places, define the same thing.";
    UNKNOWN_ENVIRONMENT = "spec/unknown-environment", "The environment asked for is not in the spec.";
    OVERLAY_TARGET_MISSING = "spec/overlay-target-missing", "An environment changes something that the spec does not have.";
    OVERLAY_SHAPE = "spec/overlay-shape", "An environment puts a value where the spec has one of another shape.";
    INVALID_VARIABLE = "spec/invalid-variable", "A variable is declared in a way that makes no sense.";
    UNKNOWN_VARIABLE = "spec/unknown-variable", "A reference or an environment names a variable that is not declared.";
    VARIABLE_NOT_SET = "spec/variable-not-set", "A variable without a default is not set by the environment.";
    VARIABLE_TYPE = "spec/variable-type", "The value of a variable is not of its type.";
    FORMAT = "spec/format", "A file cannot be laid out by `fmt` without a change of its meaning; it stays as it is.";
    CONVERSION = "spec/conversion", "`convert` cannot carry something over into the other notation.";
    LAYOUT = "spec/layout", "A file is laid out otherwise than `fmt` does it.";
    INVALID_IMPORT = "spec/invalid-import", "An import names nothing that can be imported, or leads out of the project.";
    IMPORT_CYCLE = "spec/import-cycle", "A module imports itself, at once or through others.";
    INVALID_SUPPRESSION = "spec/invalid-suppression", "A suppression comment lacks its rule or its reason, or covers nothing.";
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let ids: BTreeSet<_> = ALL.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), ALL.len());
        for (id, meaning) in ALL {
            assert!(id.starts_with("spec/") && id[5..].bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{id}");
            assert!(meaning.ends_with('.') && !meaning.contains('\n'), "{id}");
        }
    }
}
