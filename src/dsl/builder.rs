//! What all builders have in common.

/// The methods of a builder with `fields`: those that are named here, one that sets any other field, and one that leaves a finding out.
macro_rules! builder {
    ([$($generics:tt)*] $type:ty, $example:literal; $($(#[$meta:meta])* $name:ident($($argument:ident: $argument_type:ty),*) $given:literal { $key:literal: $value:expr })*) => {
        impl<$($generics)*> $type {
            $(
                $(#[$meta])*
                ///
                /// ```
                /// use optiinfra_gen::dsl::*;
                ///
                #[doc = concat!("let it = ", $example, ".", stringify!($name), "(", $given, ");")]
                #[doc = concat!("assert!(it.data().to_string().contains(\"", $key, "\"));")]
                /// ```
                #[must_use]
                #[track_caller]
                pub fn $name(mut self, $($argument: $argument_type),*) -> Self {
                    self.fields.put($key, $value);
                    self
                }
            )*

            /// Any other field, by its name in the spec language: what has no method here passes through as it is.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let it = ", $example, ".set(\"some_field\", 5);")]
            /// assert!(it.data().to_string().contains(r#""some_field": 5"#));
            /// ```
            #[must_use]
            #[track_caller]
            pub fn set(mut self, key: &str, value: impl Into<$crate::dsl::Data>) -> Self {
                self.fields.put(key, value);
                self
            }

            /// It as a value of a spec.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let it = ", $example, ";")]
            /// assert!(it.data().to_string().starts_with('{'));
            /// ```
            #[must_use]
            #[track_caller]
            pub fn data(&self) -> $crate::dsl::Data {
                self.fields.clone().into()
            }
        }
    };
}

/// For builders of things that findings can be left out of.
macro_rules! allows {
    ([$($generics:tt)*] $type:ty, $example:literal) => {
        impl<$($generics)*> $type {
            /// Leaves a finding out, and says why that is right.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let it = ", $example, ".allow(\"promql/unknown-label\", \"the proxy adds it\");")]
            /// assert!(it.data().to_string().contains("the proxy adds it"));
            /// ```
            #[must_use]
            #[track_caller]
            pub fn allow(mut self, rule: &str, reason: &str) -> Self {
                self.fields.push("allow", $crate::dsl::map().set("rule", rule).set("reason", reason));
                self
            }
        }
    };
}

/// For builders of things with a name that become an item of a section.
macro_rules! named {
    ([$($generics:tt)*] $type:ty, $section:ident, $example:literal) => {
        impl<$($generics)*> $type {
            /// Its name.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let it = ", $example, ";")]
            /// assert!(!it.name().is_empty());
            /// ```
            #[must_use]
            pub fn name(&self) -> &str {
                &self.name
            }
        }

        impl<$($generics)*> $crate::dsl::Item for $type {
            fn entries(&self) -> Vec<$crate::dsl::Entry> {
                let section = <$crate::dsl::section::$section as $crate::dsl::Section>::NAME;
                vec![$crate::dsl::Entry::named(section, &self.name, self.place, self.fields.clone())]
            }
        }
    };
}

pub(super) use {allows, builder, named};
