//! The little English that is needed to take a prompt apart and to put its words into new sentences: articles, the
//! usual verbs, plurals, what ends a noun phrase. It guesses; where it guesses wrong a sentence sounds odd and
//! nothing breaks.

/// Words that stand before a noun phrase.
pub const DETERMINERS: &[&str] = &[
    "a", "an", "the", "our", "my", "his", "her", "their", "your", "its", "this", "that", "these", "those", "some",
    "every", "one", "two", "three", "four", "five", "six", "seven", "many", "several", "no", "each", "another",
];

const PREPOSITIONS: &[&str] = &[
    "in", "on", "at", "of", "with", "without", "from", "to", "into", "through", "across", "over", "under", "by", "for",
    "during", "before", "after", "between", "among", "against", "near", "behind", "beside", "along", "around",
    "inside", "outside", "about", "above", "below", "beyond", "until", "toward", "towards", "as", "like", "than", "up",
    "down", "off", "upon", "beneath", "past", "via", "while",
];

const LINKS: &[&str] = &[
    "and", "or", "but", "who", "whom", "whose", "which", "where", "when", "why", "how", "what", "because", "if", "so",
    "then", "not", "is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "can", "could",
    "will", "would", "must", "should", "may", "might", "it", "he", "she", "they", "we", "i", "you", "me", "him",
    "them", "us", "there", "here", "very", "just", "only", "also", "too", "never", "always", "again", "still", "more",
    "most", "s", "t",
];

/// Verbs that prompts use, in their plain form.
const VERBS: &[&str] = &[
    "learn",
    "open",
    "find",
    "discover",
    "meet",
    "dream",
    "go",
    "come",
    "leave",
    "return",
    "wake",
    "build",
    "make",
    "fall",
    "fly",
    "sail",
    "walk",
    "run",
    "dance",
    "sing",
    "play",
    "fight",
    "save",
    "lose",
    "win",
    "search",
    "look",
    "watch",
    "wait",
    "climb",
    "swim",
    "travel",
    "explore",
    "teach",
    "cook",
    "bake",
    "paint",
    "write",
    "read",
    "grow",
    "plant",
    "hide",
    "hunt",
    "chase",
    "escape",
    "cross",
    "carry",
    "bring",
    "give",
    "take",
    "keep",
    "live",
    "die",
    "love",
    "remember",
    "forget",
    "tell",
    "speak",
    "listen",
    "see",
    "feel",
    "think",
    "know",
    "believe",
    "want",
    "need",
    "try",
    "begin",
    "start",
    "stop",
    "end",
    "close",
    "turn",
    "change",
    "become",
    "stay",
    "move",
    "work",
    "rest",
    "sleep",
    "sit",
    "stand",
    "ride",
    "drive",
    "race",
    "deliver",
    "repair",
    "fix",
    "break",
    "burn",
    "shine",
    "rise",
    "land",
    "arrive",
    "follow",
    "lead",
    "help",
    "protect",
    "steal",
    "solve",
    "invent",
    "create",
    "enter",
    "visit",
    "celebrate",
    "perform",
    "practise",
    "practice",
    "train",
    "jump",
    "drift",
    "float",
    "study",
    "befriend",
    "adopt",
    "raise",
    "survive",
    "battle",
    "face",
    "confront",
    "inherit",
    "receive",
    "send",
    "draw",
    "hold",
    "drop",
    "pick",
    "gather",
    "collect",
    "sell",
    "buy",
    "serve",
    "pour",
    "brew",
    "roast",
    "prepare",
    "decide",
    "refuse",
    "realise",
    "realize",
    "encounter",
    "wander",
    "journey",
    "head",
    "set",
    "put",
    "hike",
    "surf",
    "skate",
    "cycle",
    "refuel",
    "transform",
    "bloom",
    "glow",
    "haunt",
    "rescue",
    "get",
    "count",
    "push",
    "pull",
    "throw",
    "catch",
    "hear",
    "answer",
    "call",
    "guard",
    "guide",
    "join",
    "share",
    "smile",
    "cry",
    "laugh",
    "whisper",
];

/// Verbs of told stories, in the past.
const PAST: &[&str] = &[
    "came", "went", "lay", "took", "ran", "saw", "said", "fell", "sat", "stood", "held", "sang", "heard", "told",
    "knew", "left", "made", "found", "lost", "got", "gave", "met", "kept", "felt", "began", "woke", "flew", "wrote",
    "grew", "broke", "rose", "swam", "drove", "spoke", "thought", "brought",
];

/// Whether it is most likely a verb in the past.
pub fn is_past(word: &str) -> bool {
    PAST.contains(&word) || (word.ends_with("ed") && word.len() > 4)
}

/// Verbs whose last letter doubles before `-ing`.
const DOUBLING: &[&str] =
    &["run", "sit", "swim", "win", "get", "begin", "stop", "set", "put", "drop", "forget", "travel", "plan"];

/// A word in lower case without what stands around it, `'s` included.
pub fn bare(token: &str) -> String {
    let token = token.trim_matches(|c: char| !c.is_alphanumeric());
    let token = token.strip_suffix("'s").or_else(|| token.strip_suffix("’s")).unwrap_or(token);
    token.to_lowercase()
}

/// Whether a token owns what follows it: `keeper's`, `brothers'`.
pub fn is_possessive(token: &str) -> bool {
    let token = token.trim_end_matches([',', '.', '!', '?']);
    ["'s", "’s", "s'", "s’"].iter().any(|end| token.ends_with(end)) && token.chars().count() > 3
}

/// Whether a phrase or clause ends behind this token.
pub fn ends_phrase(token: &str) -> bool {
    token.ends_with([',', '.', '!', '?', ';', ':', ')', '"', '”', '—', '–'])
}

/// Whether it is a determiner.
pub fn is_determiner(word: &str) -> bool {
    DETERMINERS.contains(&word)
}

/// Whether it is a preposition.
pub fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(&word)
}

/// Whether a noun phrase cannot contain the word.
pub fn ends_noun_phrase(word: &str) -> bool {
    PREPOSITIONS.contains(&word) || LINKS.contains(&word)
}

/// Whether it is a word of grammar and names nothing.
pub fn is_grammar(word: &str) -> bool {
    ends_noun_phrase(word) || is_determiner(word)
}

/// The plain form of a verb in the present (`learns`, `learn`, `goes`, `tries`).
pub fn verb(word: &str) -> Option<&'static str> {
    let plain = |form: &str| VERBS.iter().copied().find(|verb| *verb == form);
    plain(word)
        .or_else(|| plain(word.strip_suffix('s')?))
        .or_else(|| plain(word.strip_suffix("es")?))
        .or_else(|| plain(&format!("{}y", word.strip_suffix("ies")?)))
}

/// `learn` → `learning`.
pub fn gerund(verb: &str) -> String {
    if DOUBLING.contains(&verb) {
        let last = verb.chars().last().unwrap_or_default();
        return format!("{verb}{last}ing");
    }
    match verb.strip_suffix('e') {
        Some(_) if verb == "die" => "dying".to_owned(),
        Some(stem) if !stem.ends_with(['e', 'o', 'y']) => format!("{stem}ing"),
        _ => format!("{verb}ing"),
    }
}

/// Whether a noun, without its article, means more than one.
pub fn is_plural(noun: &str, determiner: &str) -> bool {
    let last = noun.rsplit(' ').next().unwrap_or_default().to_lowercase();
    if ["a", "an", "one", "every", "each", "another", "this"].contains(&determiner) {
        return false;
    }
    ["two", "three", "four", "five", "six", "seven", "many", "several", "these", "those"].contains(&determiner)
        || ["children", "people", "men", "women", "fishermen", "mice", "lovers", "newlyweds"].contains(&last.as_str())
        || (last.ends_with('s')
            && !["ss", "us", "is", "mars", "news", "paris", "physics", "chess", "jeans'"]
                .iter()
                .any(|end| last.ends_with(end)))
}

/// `a` or `an`.
pub fn article(noun: &str) -> &'static str {
    let lower = noun.to_lowercase();
    let silent = ["hour", "honest", "heir"].iter().any(|start| lower.starts_with(start));
    let spoken = ["uni", "use", "one", "eu", "u-"].iter().any(|start| lower.starts_with(start));
    if (lower.starts_with(['a', 'e', 'i', 'o', 'u']) && !spoken) || silent { "an" } else { "a" }
}

/// With its first letter in upper case.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// In Title Case, as English titles are. Words that hold capitals already stay as they are.
pub fn title_case(text: &str) -> String {
    const SMALL: &[&str] =
        &["a", "an", "the", "and", "or", "but", "of", "in", "on", "at", "to", "for", "by", "with", "from", "as"];
    let words: Vec<&str> = text.split_whitespace().collect();
    let last = words.len().saturating_sub(1);
    let cased = words.iter().enumerate().map(|(index, word)| {
        if index > 0 && index < last && SMALL.contains(&word.to_lowercase().as_str()) {
            word.to_lowercase()
        } else if word.chars().any(char::is_uppercase) {
            (*word).to_owned()
        } else {
            capitalized(word)
        }
    });
    cased.collect::<Vec<_>>().join(" ")
}

/// `last night` → `the last night`; what has an article keeps it.
pub fn with_the(phrase: &str) -> String {
    let first = phrase.split(' ').next().unwrap_or_default().to_lowercase();
    if is_determiner(&first) { phrase.to_owned() } else { format!("the {phrase}") }
}

/// At most `limit` characters, cut at a blank where there is one.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit - 1).collect();
    let end = cut.rfind(' ').filter(|end| *end > limit / 3).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', ' ']))
}

/// Without the marks at its end.
pub fn trim_end(text: &str) -> &str {
    text.trim_end_matches(['.', ',', ';', ':', '!', '?', ' ', '"', '”', '…', '。', '-', '–', '—'])
        .trim_start_matches(['"', '“', ' ', '-', '.', ','])
}

pub fn strip_article(phrase: &str) -> String {
    match phrase.trim().split_once(' ') {
        Some((first, rest)) if ["a", "an", "the"].contains(&first.to_lowercase().as_str()) => rest.trim().to_owned(),
        _ => phrase.trim().to_owned(),
    }
}

/// "A red kite" → "a red kite"; a name keeps its capital.
pub fn lower_article(phrase: &str) -> String {
    match phrase.split_once(' ') {
        Some((first, rest)) if is_determiner(&first.to_lowercase()) => {
            format!("{} {rest}", first.to_lowercase())
        }
        _ => lower_first(phrase),
    }
}

pub fn lower_first(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next();
    // "TV" and "iPhone" keep theirs.
    if chars.as_str().chars().next().is_some_and(char::is_uppercase) {
        return phrase.to_owned();
    }
    first.map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

pub fn clean(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_known_in_their_usual_forms() {
        for (form, plain, ing) in [
            ("learns", "learn", "learning"),
            ("goes", "go", "going"),
            ("tries", "try", "trying"),
            ("makes", "make", "making"),
            ("runs", "run", "running"),
            ("sees", "see", "seeing"),
            ("dies", "die", "dying"),
            ("opens", "open", "opening"),
        ] {
            assert_eq!(verb(form), Some(plain));
            assert_eq!(gerund(plain), ing);
        }
        assert_eq!(verb("headphones"), None);
    }

    #[test]
    fn titles_keep_small_words_small_and_names_as_they_are() {
        assert_eq!(title_case("a lighthouse keeper's last night"), "A Lighthouse Keeper's Last Night");
        assert_eq!(title_case("the end of the iPhone"), "The End of the iPhone");
    }
}
