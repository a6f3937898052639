//! The bindings of the four worlds, written by wit-bindgen. Authors meet them through the traits and macros.
#![allow(missing_docs)]

pub mod provider {
    wit_bindgen::generate!({
        path: "../wit/provider/0.1.0",
        pub_export_macro: true,
        additional_derives: [PartialEq],
    });
}

pub mod strategy {
    wit_bindgen::generate!({ path: "../wit/strategy/0.1.0", pub_export_macro: true });
}

pub mod validator {
    wit_bindgen::generate!({ path: "../wit/validator/0.1.0", pub_export_macro: true });
}

pub mod renderer {
    wit_bindgen::generate!({ path: "../wit/renderer/0.1.0", pub_export_macro: true });
}
