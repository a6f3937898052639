//! Embeds the shipped components. They are built beforehand (`make build`); without them the binary compiles all the
//! same and says what it lacks when it is asked.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    // Asked when it runs: a target folder that was copied along with the sources has a script that was built elsewhere.
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let folder = Path::new(&here).join("../../plugins/target/components");
    println!("cargo::rerun-if-changed=build.rs");
    // A missing folder would count as changed on every build; its parent is watched until it is there.
    let watched = folder.ancestors().find(|path| path.exists());
    if let Some(path) = watched {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "wasm"));
    files.sort();
    let rows: String = files
        .iter()
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?;
            let path = fs::canonicalize(path).ok()?;
            println!("cargo::rerun-if-changed={}", path.display());
            Some(format!("    kinora_plugins::Shipped {{ name: {name:?}, bytes: include_bytes!({path:?}) }},\n"))
        })
        .collect();
    let out = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("shipped.rs");
    fs::write(out, format!("&[\n{rows}]")).expect("cargo's output folder can be written");
}
