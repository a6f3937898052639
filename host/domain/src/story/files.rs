//! How the files of a story are called and which folders they may lie in. Names are safe on every system; a folder is
//! always inside the exports folder, whatever a client asks for.

use std::path::PathBuf;

/// The folder where nobody names one.
pub const DEFAULT_FOLDER: &str = "generated_movie_script";

/// The most characters of a title in a file's name.
const TITLE: usize = 50;
/// The most characters of a folder's name, and the most folders inside each other.
const FOLDER: usize = 100;
const DEPTH: usize = 8;

/// `{title}_metadata.json`.
pub fn metadata_file(title: &str) -> String {
    format!("{}_metadata.json", stem(title))
}

/// `{title}_set_{number:02d}.json`.
pub fn set_file(title: &str, set: u32) -> String {
    format!("{}_set_{set:02}.json", stem(title))
}

/// What of a title its files are called by: letters, digits, blanks, `-` and `_`, at most 50 characters. A title that
/// has none of them is `story`.
pub fn stem(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c)).collect::<String>();
    let cut: String = kept.trim().chars().take(TITLE).collect();
    match cut.trim_end() {
        stem if !stem.chars().any(char::is_alphanumeric) => "story".to_owned(),
        stem if reserved(stem) => format!("{stem}_"),
        stem => stem.to_owned(),
    }
}

/// Why a folder is none to write to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("output_directory \"{given}\" {wrong}. Name a folder inside the exports folder, such as \"{DEFAULT_FOLDER}\".")]
pub struct FolderError {
    given: String,
    wrong: &'static str,
}

/// The folder that a client asks for, relative to the exports folder.
///
/// # Errors
/// A sentence, where it is empty, leads out of the exports folder or cannot be a folder everywhere.
pub fn folder(output_directory: &str) -> Result<PathBuf, FolderError> {
    let given = output_directory.trim();
    let wrong = |wrong| FolderError { given: given.chars().take(FOLDER).collect(), wrong };
    if given.is_empty() {
        return Err(wrong("is empty"));
    }
    if given.starts_with(['/', '\\', '~']) || given.contains(':') {
        return Err(wrong("is an absolute path"));
    }
    let names: Vec<&str> = given.split(['/', '\\']).filter(|name| !["", "."].contains(name)).collect();
    if names.contains(&"..") {
        return Err(wrong("leads out of the exports folder"));
    }
    if given.contains('\\') {
        return Err(wrong("has a \\ in it; folders are parted by /"));
    }
    if names.len() > DEPTH || names.iter().any(|name| name.chars().count() > FOLDER || name.len() > 255) {
        return Err(wrong("is too long"));
    }
    let odd = |name: &&str| {
        name.chars().any(|c| c.is_control() || "<>\"|?*".contains(c))
            || name.starts_with('.')
            || name.ends_with(['.', ' '])
            || name.starts_with(' ')
            || reserved(name.split('.').next().unwrap_or(name))
    };
    if names.iter().any(odd) {
        return Err(wrong("has a name in it that is no folder's on every system"));
    }
    if names.is_empty() {
        return Err(wrong("names no folder"));
    }
    Ok(names.iter().collect())
}

/// Whether Windows keeps the name for a device.
fn reserved(name: &str) -> bool {
    let name = name.trim().to_ascii_uppercase();
    let numbered =
        |device: &str| name.strip_prefix(device).is_some_and(|n| n.len() == 1 && n != "0" && n.parse::<u8>().is_ok());
    ["CON", "PRN", "AUX", "NUL"].contains(&name.as_str()) || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_as_documented() {
        assert_eq!(metadata_file("Temporal Guardians"), "Temporal Guardians_metadata.json");
        assert_eq!(set_file("Temporal Guardians", 1), "Temporal Guardians_set_01.json");
        assert_eq!(set_file("Temporal Guardians", 100), "Temporal Guardians_set_100.json");
    }

    #[test]
    fn a_title_keeps_letters_digits_blanks_and_two_signs() {
        for (title, expected) in [
            ("Alex's 2nd Life: Part-One_b", "Alexs 2nd Life Part-One_b"),
            ("../../etc/passwd", "etcpasswd"),
            ("C:\\Users\\x", "CUsersx"),
            ("山の朝", "山の朝"),
            ("Été à Paris 🎬", "Été à Paris"),
            ("😀🎉", "story"),
            ("", "story"),
            (" .. ", "story"),
            ("---", "story"),
            ("a\nb\u{0}c", "abc"),
            ("con", "con_"),
            ("LPT1", "LPT1_"),
            ("COM0", "COM0"),
            ("Console", "Console"),
        ] {
            assert_eq!(stem(title), expected, "{title:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_and_its_file_fits_every_file_system() {
        assert_eq!(stem(&"x".repeat(300)), "x".repeat(50));
        assert_eq!(stem(&format!("{} y", "x".repeat(49))), "x".repeat(49));
        assert!(set_file(&"𠀀".repeat(300), u32::MAX).len() <= 255);
    }

    #[test]
    fn a_folder_stays_inside_the_exports_folder() {
        for (given, expected) in [
            ("generated_movie_script", "generated_movie_script"),
            ("generated_movie_script/", "generated_movie_script"),
            ("./films/2026//spring", "films/2026/spring"),
            ("Meine Filme", "Meine Filme"),
            ("a.b", "a.b"),
        ] {
            assert_eq!(folder(given), Ok(PathBuf::from(expected)), "{given}");
        }
    }

    #[test]
    fn a_folder_anywhere_else_is_refused_with_a_sentence() {
        let long = "x".repeat(101);
        let deep = "x/".repeat(9);
        for (given, wrong) in [
            ("", "is empty"),
            (" ", "is empty"),
            (".", "names no folder"),
            ("/etc", "is an absolute path"),
            ("\\\\server\\share", "is an absolute path"),
            ("C:/x", "is an absolute path"),
            ("~/x", "is an absolute path"),
            ("..", "leads out of the exports folder"),
            ("a/../../b", "leads out of the exports folder"),
            ("a\\..\\..\\b", "leads out of the exports folder"),
            ("a\\b", "has a \\ in it; folders are parted by /"),
            ("a/\u{0}", "has a name in it that is no folder's on every system"),
            (".git", "has a name in it that is no folder's on every system"),
            ("a/nul", "has a name in it that is no folder's on every system"),
            ("a/nul.txt", "has a name in it that is no folder's on every system"),
            ("a /b", "has a name in it that is no folder's on every system"),
            (&long, "is too long"),
            (&deep, "is too long"),
        ] {
            let said = folder(given).unwrap_err().to_string();
            assert!(said.contains(&format!("\" {wrong}. Name a folder inside")), "{given:?}: {said}");
        }
    }
}
