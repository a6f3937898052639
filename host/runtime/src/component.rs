//! What can be said of a component before it runs: its digest, its role, what it imports.

use std::fmt;

use kinora_domain::documents::Role;
use sha2::Digest as _;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::Rule;
use crate::wasi;

/// The version of the contracts this host speaks.
pub(crate) const CONTRACT: &str = "0.1.0";

/// The sha-256 of a component file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(sha2::Sha256::digest(bytes).into())
    }

    /// The raw digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Says at a glance that bytes are no component, before they reach the compiler.
pub(crate) fn check_preamble(bytes: &[u8]) -> Result<(), String> {
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', 0x0d, 0, 1, 0]) => Ok(()),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => {
            Err("this is a core WebAssembly module, not a component; build it for wasm32-wasip2".into())
        }
        _ => Err("this is no WebAssembly component".into()),
    }
}

/// The interface that makes a component one of a role.
fn main_interface(role: Role) -> &'static str {
    match role {
        Role::Provider => "kinora:provider/adapter",
        Role::Strategy => "kinora:strategy/prompting",
        Role::Validator => "kinora:validator/judging",
        Role::Renderer => "kinora:renderer/drawing",
    }
}

/// The role whose world the component exports.
pub(crate) fn role(engine: &Engine, component: &Component) -> Result<Role, String> {
    let ty = component.component_type();
    let exports: Vec<&str> = ty.exports(engine).map(|(name, _)| name).collect();
    let roles: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|role| exports.contains(&format!("{}@{CONTRACT}", main_interface(*role)).as_str()))
        .collect();
    match roles[..] {
        [role] => Ok(role),
        [] => {
            let found = if exports.is_empty() {
                "it exports nothing".into()
            } else {
                format!("it exports {}", exports.join(", "))
            };
            let known = Role::ALL.map(|role| format!("{}@{CONTRACT}", main_interface(role)));
            Err(format!("this host knows no world of it: {found}; a plugin exports one of {}", known.join(", ")))
        }
        _ => Err(format!("it exports the worlds of {} roles; a plugin has one", roles.len())),
    }
}

/// Checks the imports. Answers the WASI interfaces that are not linked and will trap when called.
pub(crate) fn check_imports(engine: &Engine, component: &Component, role: Role) -> Result<Vec<String>, (Rule, String)> {
    let ty = component.component_type();
    let own = format!("kinora:{role}/");
    let mut trapped = Vec::new();
    for (name, _) in ty.imports(engine) {
        if name.starts_with(&own) {
            continue;
        }
        if !name.starts_with("wasi:") {
            return Err((
                Rule::Imports,
                format!("it imports {name}, which no {role} may have; a {role} imports {own}log and WASI"),
            ));
        }
        if !wasi::is_linked(name) {
            trapped.push(name.to_owned());
        }
    }
    Ok(trapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_and_core_modules_are_told_apart_from_components() {
        let module = check_preamble(b"\0asm\x01\0\0\0").expect_err("a core module is refused");
        assert!(module.contains("core WebAssembly module"), "{module}");
        let noise = check_preamble(b"GIF89a..").expect_err("noise is refused");
        assert!(noise.contains("no WebAssembly component"), "{noise}");
        assert!(check_preamble(b"\0as").is_err());
        assert!(check_preamble(b"\0asm\x0d\0\x01\0").is_ok());
    }

    #[test]
    fn a_digest_reads_as_sha256sum_prints_it() {
        assert_eq!(Digest::of(b"").to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
