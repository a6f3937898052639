//! The installed fonts, loaded in a fixed order so that the same machine always chooses the same face, and the
//! typefaces Kinora prefers of each kind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cosmic_text::fontdb::{self, Query};
use cosmic_text::{FontSystem, SwashCache};
use kinora_domain::documents::Family;
use serde::{Deserialize, Serialize};

use crate::error::MediaError;

/// What fonts there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FontInfo {
    /// Names of the families, in alphabetical order.
    pub families: Vec<String>,
    /// How many faces (weights, slants) they have in all.
    pub faces: usize,
}

/// Looks for fonts, for `kinora doctor`.
///
/// # Errors
/// [`MediaError::NoFonts`] if there are none.
pub fn check_fonts() -> Result<FontInfo, MediaError> {
    let fonts = Fonts::load();
    fonts.check()?;
    let db = fonts.system.db();
    let families: BTreeSet<String> =
        db.faces().filter_map(|face| face.families.first().map(|(name, _)| name.clone())).collect();
    Ok(FontInfo { families: families.into_iter().collect(), faces: db.len() })
}

/// Fonts and the caches that shaping and outlining need.
pub(crate) struct Fonts {
    pub system: FontSystem,
    pub outlines: SwashCache,
    places: Vec<PathBuf>,
}

/// How many files and how deep a search goes; a link that leads in a circle ends here.
const MAX_FILES: usize = 5000;
const MAX_DEPTH: usize = 8;

impl Fonts {
    /// Loads every font of the system and of the user. Costs a few milliseconds for each hundred faces.
    pub fn load() -> Self {
        let mut places = vec![PathBuf::from("/usr/share/fonts"), PathBuf::from("/usr/local/share/fonts")];
        if let Some(home) = std::env::var_os("HOME").filter(|home| !home.is_empty()) {
            places.push(Path::new(&home).join(".fonts"));
            places.push(Path::new(&home).join(".local/share/fonts"));
        }
        Self::load_from(places)
    }

    /// Loads the fonts of some folders.
    pub fn load_from(places: Vec<PathBuf>) -> Self {
        let mut files = Vec::new();
        for place in &places {
            gather(place, 0, &mut files);
        }
        let mut db = fontdb::Database::new();
        for file in files {
            // A broken font file is no reason to draw no text; the other faces do.
            if let Err(error) = db.load_font_file(&file) {
                tracing::debug!(file = %file.display(), %error, "font left out");
            }
        }
        // The locale only steers Han variants; fixed, so that a host's language does not change a film.
        let system = FontSystem::new_with_locale_and_db("en-US".into(), db);
        Fonts { system, outlines: SwashCache::new(), places }
    }

    /// What tells this set of fonts from another: their files, how large they are and when they were changed.
    pub fn identity(&self) -> String {
        let mut files = BTreeSet::new();
        for face in self.system.db().faces() {
            if let fontdb::Source::File(path) | fontdb::Source::SharedFile(path, _) = &face.source {
                files.insert(path.clone());
            }
        }
        files.iter().map(|path| crate::film::file_identity(path)).collect::<Vec<_>>().join(" ")
    }

    /// # Errors
    /// [`MediaError::NoFonts`] if there are none.
    pub fn check(&self) -> Result<(), MediaError> {
        if !self.system.db().is_empty() {
            return Ok(());
        }
        let places: Vec<String> = self.places.iter().map(|p| p.display().to_string()).collect();
        Err(MediaError::NoFonts { places: places.join(", ") })
    }

    /// The best family of a kind, and the weight nearest to the wanted one that it has.
    pub fn choose(&mut self, family: Family, weight: u16) -> (String, u16) {
        let wanted: &[&str] = match family {
            Family::Sans => &["Inter", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Open Sans", "FreeSans"],
            Family::Serif => &["Source Serif 4", "Noto Serif", "DejaVu Serif", "Liberation Serif", "FreeSerif"],
            Family::Mono => &["JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono", "Liberation Mono", "FreeMono"],
        };
        let db = self.system.db();
        let has = |name: &str| db.faces().any(|face| face.families.iter().any(|(n, _)| n == name));
        let name = wanted.iter().find(|name| has(name)).map(|name| (*name).to_owned());
        let any = || {
            // Of an unknown collection: one whose name says the kind, else the first.
            let word = match family {
                Family::Sans => "Sans",
                Family::Serif => "Serif",
                Family::Mono => "Mono",
            };
            let names = || db.faces().filter_map(|face| face.families.first().map(|(n, _)| n.clone()));
            names().find(|n| n.contains(word)).or_else(|| names().next()).unwrap_or_default()
        };
        let name = name.unwrap_or_else(any);
        let query =
            Query { families: &[fontdb::Family::Name(&name)], weight: fontdb::Weight(weight), ..Query::default() };
        let Some(id) = db.query(&query) else { return (name, weight) };
        // The shaper takes a family only at a weight it has: the nearest, unless the face can take on any.
        let nearest = db.face(id).map_or(weight, |face| face.weight.0);
        let varies = self.system.get_font(id, fontdb::Weight(weight)).is_some_and(|font| {
            font.as_swash()
                .variations()
                .find_by_tag(u32::from_be_bytes(*b"wght"))
                .is_some_and(|axis| (axis.min_value()..=axis.max_value()).contains(&f32::from(weight)))
        });
        (name, if varies { weight } else { nearest })
    }
}

fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if files.len() >= MAX_FILES {
            return;
        }
        if path.is_dir() {
            if depth < MAX_DEPTH {
                gather(&path, depth + 1, files);
            }
        } else if path
            .extension()
            .and_then(|ext| ext.to_str())
            .is_some_and(|ext| matches!(ext.to_ascii_lowercase().as_str(), "ttf" | "otf" | "ttc" | "otc"))
        {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_fonts_is_told_how_to_get_some() {
        let empty = tempfile::tempdir().unwrap();
        let told = Fonts::load_from(vec![empty.path().into()]).check().unwrap_err().to_string();
        assert!(told.contains("apt-get install fonts-dejavu-core"), "{told}");
    }

    #[test]
    fn a_weight_that_a_family_lacks_becomes_the_nearest_it_has() {
        let mut fonts = Fonts::load_from(vec!["/usr/share/fonts/truetype/dejavu".into()]);
        assert_eq!(fonts.choose(Family::Sans, 650), ("DejaVu Sans".into(), 700));
        assert_eq!(fonts.choose(Family::Mono, 450), ("DejaVu Sans Mono".into(), 400));
    }
}
