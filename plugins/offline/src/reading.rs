//! What a prompt says, as far as a small lexicon and a little grammar can tell: who is followed, where, when, in what
//! weather, what happens, and which of its words can stand alone over a picture.

use crate::english::{
    article, bare, capitalized, ends_noun_phrase, ends_phrase, gerund, is_determiner, is_grammar, is_plural, is_possessive,
    is_preposition, title_case, verb,
};
use crate::goods::{self, Goods};
use crate::heroes::{self, Hero};
use crate::hours::{self, Hour, Weather};
use crate::languages::{self, Language};
use crate::places::{self, Place};

/// What kind of film a prompt asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genre {
    /// Somebody, somewhere.
    Story,
    /// Something to be sold.
    Product,
    /// How something came to be.
    History,
    /// How something works.
    Explained,
}

/// Someone or something, as a noun phrase.
#[derive(Clone, Debug)]
pub struct Noun {
    /// Without its article: `lighthouse keeper`.
    pub bare: String,
    /// At first mention: `a lighthouse keeper`.
    pub first: String,
    /// Afterwards: `the lighthouse keeper`.
    pub the: String,
    /// More than one.
    pub plural: bool,
}

impl Noun {
    /// A noun phrase out of a prompt, with or without its article.
    pub fn new(phrase: &str) -> Noun {
        let phrase = phrase.trim();
        let (determiner, rest) = match phrase.split_once(' ') {
            Some((first, rest)) if is_determiner(&first.to_lowercase()) => (first.to_lowercase(), rest.trim()),
            _ => (String::new(), phrase),
        };
        let plural = is_plural(rest, &determiner);
        let counted = plural && !["", "the", "our", "my", "his", "her", "their", "your", "these", "those", "some"].contains(&determiner.as_str());
        let first = match determiner.as_str() {
            "" if plural => rest.to_owned(),
            "" | "this" | "that" | "every" | "each" | "no" => format!("{} {rest}", article(rest)),
            "my" | "your" => format!("{} {rest}", if plural { "some" } else { article(rest) }),
            other => format!("{other} {rest}"),
        };
        let the = if counted { format!("the {determiner} {rest}") } else { format!("the {rest}") };
        Noun { bare: rest.to_owned(), first, the, plural }
    }

    /// A name, which takes no article.
    pub fn name(name: &str) -> Noun {
        let name = name.trim().to_owned();
        Noun { plural: is_plural(&name, ""), bare: name.clone(), first: name.clone(), the: name }
    }

    /// One of two verb forms, by number.
    pub fn agree<'v>(&self, one: &'v str, many: &'v str) -> &'v str {
        if self.plural { many } else { one }
    }
}

/// What a prompt says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What kind of film.
    pub genre: Genre,
    /// At most 60 characters.
    pub title: String,
    /// Who is followed, how they look and act. A prompt that names nobody gets whom its place suggests.
    pub hero: (Noun, &'static Hero),
    /// What is sold, told or explained; for stories what the prompt calls itself.
    pub topic: Noun,
    /// What kind of goods it is.
    pub goods: &'static Goods,
    /// Where.
    pub place: &'static Place,
    /// A second place the prompt speaks of, for what is done and seen close.
    pub second: Option<&'static Place>,
    /// When, if the prompt says.
    pub hour: Option<Hour>,
    /// Which weather, if the prompt says.
    pub weather: Option<Weather>,
    /// The whole prompt as a sentence, where it is a short one with a verb.
    pub clause: Option<String>,
    /// What the hero does, as a gerund phrase.
    pub action: Option<String>,
    /// What it is about, where it belongs to the hero: `last night`.
    pub theme: Option<String>,
    /// Things the prompt names beside hero and place, with articles.
    pub props: Vec<String>,
    /// Short pieces of the prompt to show, each at most six words.
    pub pieces: Vec<String>,
    /// The sentences of a prompt that tells its story itself; empty for a short one.
    pub passages: Vec<String>,
    /// Not English: its words are kept whole.
    pub foreign: bool,
    /// The language, where it is another and was recognised.
    pub language: Option<&'static Language>,
    /// Whether the hero was named by the prompt.
    pub named_hero: bool,
}

/// Reads a prompt. `environment` is where the user says it plays, `product` what the film must show.
pub fn read(prompt: &str, environment: &str, product: Option<(&str, &str)>) -> Reading {
    let whole = one_line(prompt);
    let foreign = languages::is_foreign(&whole);
    let (request, core) = if foreign { (String::new(), whole.clone()) } else { split_request(&whole) };
    let core = if foreign { core } else { without_length(&core) };
    let passages = passages(&core);
    let first = sentences(&core).into_iter().next().unwrap_or_else(|| core.clone());
    let tokens: Vec<&str> = first.split_whitespace().collect();
    let words: Vec<String> = tokens.iter().map(|token| bare(token)).collect();
    let drawn: Vec<String> = if foreign {
        languages::drawable(&core).into_iter().map(str::to_owned).collect()
    } else {
        core.split_whitespace().map(bare).collect()
    };
    let surroundings: Vec<String> = environment.split_whitespace().map(bare).collect();

    let ad = ["ad", "ads", "advert", "advertisement", "commercial", "promo", "teaser", "launch", "trailer"]
        .iter()
        .any(|word| request.split(' ').any(|said| said == *word));
    let found = if foreign { None } else { find_hero(&tokens, &words) };
    let head_goods = words.iter().take_while(|word| !is_preposition(word)).filter_map(|word| goods::by_word(word)).last();
    let any_hero = drawn.iter().find_map(|word| heroes::by_word(word).map(|hero| (word.clone(), hero)));
    let has_verb = verb_index(&words).is_some();

    let genre = if product.is_some() || (ad && any_hero.is_none()) || (ad && head_goods.is_some()) {
        Genre::Product
    } else if !foreign && words.iter().take(3).any(|word| ["history", "evolution", "origin", "origins", "invention"].contains(&word.as_str())) && words.iter().any(|word| word == "of") {
        Genre::History
    } else if !foreign && ["how", "why", "what"].contains(&words.first().map_or("", String::as_str)) {
        Genre::Explained
    } else if head_goods.is_some() && any_hero.is_none() && !has_verb && tokens.len() <= 8 {
        Genre::Product
    } else {
        Genre::Story
    };

    let (place, second) = find_places(&drawn, &surroundings, genre);
    let hour = drawn.iter().chain(&surroundings).find_map(|word| Hour::named(word));
    let weather = drawn.iter().chain(&surroundings).find_map(|word| hours::weather(word));
    let topic = topic(genre, &tokens, &words, product, foreign, &core);
    let (hero, named_hero) = match (&found, any_hero) {
        (Some(found), _) => ((Noun::new(&found.phrase), found.hero), true),
        (None, Some((word, hero))) => ((Noun::new(&word), hero), true),
        (None, None) => ((Noun::new(&format!("a {}", place.native)), native(place)), false),
    };
    let foreign_old = foreign && ["alter", "alte", "vieux", "viejo", "vecchio", "velho", "старый"].iter().any(|word| core.to_lowercase().contains(word));
    let hero = if foreign_old { (Noun::new(&format!("an old {}", hero.0.bare)), hero.1) } else { hero };

    let verb_at = verb_index(&words);
    let clause = (!foreign && passages.is_empty() && verb_at.is_some_and(|at| at > 0) && tokens.len() <= 16)
        .then(|| capitalized(trim_end(&first)));
    let action = found.as_ref().and_then(|found| found.action.clone());
    let theme = found.as_ref().and_then(|found| found.theme.clone());
    let title = title(&core, &topic, genre, foreign, product.map(|(title, _)| title), &passages);
    let props = if foreign { Vec::new() } else { props(&core, &hero.0, &topic, genre) };
    let pieces = if foreign { foreign_pieces(&core) } else { pieces(&tokens, &words, clause.as_deref(), action.as_deref(), theme.as_deref(), &hero.0, named_hero, product) };

    Reading {
        genre,
        title,
        goods: head_goods
            .or_else(|| product.and_then(|(title, text)| title.split_whitespace().chain(text.split_whitespace()).find_map(|word| goods::by_word(&bare(word)))))
            .unwrap_or_else(goods::plain),
        hero,
        topic,
        place,
        second,
        hour,
        weather,
        clause,
        action,
        theme,
        props,
        pieces,
        passages,
        foreign,
        language: if foreign { languages::of(&whole) } else { None },
        named_hero,
    }
}

fn native(place: &Place) -> &'static Hero {
    // Every place's native is in the list of heroes; a test of `places` says so.
    heroes::by_word(place.native).or_else(|| heroes::by_word("traveller")).expect("the traveller is a hero")
}

struct Found {
    phrase: String,
    hero: &'static Hero,
    action: Option<String>,
    theme: Option<String>,
}

/// The first hero of a sentence with the noun phrase around them, what they own and what they do.
fn find_hero(tokens: &[&str], words: &[String]) -> Option<Found> {
    let known = |index: usize| heroes::by_word(&words[index]).or_else(|| heroes::by_word(words[index].strip_suffix('s')?));
    let mut at = (0..words.len()).find(|index| known(*index).is_some())?;
    // The head of a phrase is its last noun: a "robot gardener" gardens.
    while at + 1 < words.len() && !ends_phrase(tokens[at]) && !is_possessive(tokens[at]) && known(at + 1).is_some() {
        at += 1;
    }
    let hero = known(at)?;
    let mut from = at;
    while from > 0 && at - from < 4 && !ends_noun_phrase(&words[from - 1]) && !ends_phrase(tokens[from - 1]) && !is_possessive(tokens[from - 1]) {
        from -= 1;
        if is_determiner(&words[from]) {
            break;
        }
    }
    let mut phrase: Vec<String> = tokens[from..at].iter().map(|token| clean(token)).collect();
    phrase.push(tokens[at].trim_matches(|c: char| !c.is_alphanumeric()).trim_end_matches("'s").trim_end_matches("’s").to_owned());
    let mut phrase = phrase.join(" ");
    if from == 0 || !words[from].is_empty() {
        phrase = lower_first(&phrase);
    }
    // "a fox and a hen": both are followed.
    let mut end = at;
    if at + 2 < words.len() && words[at + 1] == "and" && !ends_phrase(tokens[at]) {
        let next = (at + 2..words.len().min(at + 6)).find(|index| known(*index).is_some());
        if let Some(next) = next.filter(|next| words[at + 2..*next].iter().all(|word| !ends_noun_phrase(word))) {
            let joined: Vec<String> = tokens[at + 2..=next].iter().map(|token| clean(token)).collect();
            phrase = format!("{phrase} and {}", joined.join(" "));
            end = next;
        }
    }
    let rest = &tokens[(end + 1).min(tokens.len())..];
    let rest_words = &words[(end + 1).min(words.len())..];
    let theme = if is_possessive(tokens[end]) && !rest.is_empty() {
        let stop = rest_words.iter().position(|word| is_preposition(word)).filter(|stop| *stop > 0).unwrap_or(rest.len());
        Some(trim_end(&rest[..stop].join(" ")).to_owned())
    } else if from > 1 && words[from - 1] == "of" {
        Some(strip_article(&tokens[..from - 1].join(" ")))
    } else {
        None
    };
    let action = rest_words
        .iter()
        .take(if theme.is_some() { 0 } else { 5 })
        .position(|word| word.ends_with("ing") || verb(word).is_some())
        .filter(|skip| rest_words[..*skip].iter().all(|word| ["who", "that", "is", "are", "must", "can", "will", "which"].contains(&word.as_str()) || word.ends_with("ly")))
        .map(|skip| {
            let first = &rest_words[skip];
            let first = if first.ends_with("ing") { first.clone() } else { verb(first).map_or_else(|| first.clone(), gerund) };
            let tail = rest[skip + 1..].join(" ");
            trim_end(&format!("{first} {tail}")).to_owned()
        })
        .filter(|action| action.split(' ').count() <= 14);
    Some(Found { phrase, hero, action, theme })
}

/// Where a short sentence's verb is: not its first word, and after something that can do it.
fn verb_index(words: &[String]) -> Option<usize> {
    (1..words.len()).find(|index| {
        let before = &words[index - 1];
        verb(&words[*index]).is_some_and(|plain| plain != words[*index] || is_plural(before, "")) && !is_grammar(before)
    })
}

fn find_places(drawn: &[String], surroundings: &[String], genre: Genre) -> (&'static Place, Option<&'static Place>) {
    let named = |words: &[String]| {
        let mut places: Vec<&'static Place> = places::all()
            .filter(|place| {
                place.words.iter().any(|name| match name.split_once(' ') {
                    Some((a, b)) => words.windows(2).any(|pair| pair[0] == a && pair[1] == b),
                    None => words.iter().any(|word| word == name || word.strip_suffix('s') == Some(name)),
                })
            })
            .collect();
        places.sort_by_key(|place| std::cmp::Reverse(place.rank));
        places
    };
    let mut places = named(surroundings);
    for place in named(drawn) {
        if !places.iter().any(|known| known.id == place.id) {
            places.push(place);
        }
    }
    if places.is_empty() {
        let by_hero = drawn.iter().find_map(|word| places::all().find(|place| heroes::by_word(word).is_some_and(|hero| hero.words.contains(&place.native)) && !["woman", "traveller"].contains(&place.native)));
        places.extend(by_hero);
    }
    let fallback = places::by_id(if genre == Genre::Product { "studio" } else { "plain" });
    (places.first().copied().unwrap_or(fallback), places.get(1).copied())
}

fn topic(genre: Genre, tokens: &[&str], words: &[String], product: Option<(&str, &str)>, foreign: bool, core: &str) -> Noun {
    if let Some((title, _)) = product.filter(|(title, _)| !title.trim().is_empty()) {
        let known = title.split_whitespace().last().is_some_and(|word| goods::by_word(&bare(word)).is_some());
        return if known { Noun::new(&format!("the {}", strip_article(title))) } else { Noun::name(title) };
    }
    if foreign {
        return Noun::name(&format!("“{}”", shorten(core, 60)));
    }
    let phrase = |from: usize| {
        let skip = words[from..].iter().position(|word| !is_grammar(word) || is_determiner(word)).unwrap_or(0);
        let start = from + skip;
        let mut end = start;
        while end < words.len() && (end == start || !ends_noun_phrase(&words[end])) && !(end > start && !is_grammar(&words[end - 1]) && verb(&words[end]).is_some_and(|plain| plain != words[end])) {
            end += 1;
            if ends_phrase(tokens[end - 1]) {
                break;
            }
        }
        trim_end(&tokens[start.min(tokens.len())..end].join(" ")).to_owned()
    };
    match genre {
        Genre::History => {
            let of = words.iter().position(|word| word == "of").map_or(0, |at| at + 1);
            let text = phrase(of.min(words.len().saturating_sub(1)));
            Noun::name(&text)
        }
        Genre::Explained => {
            let text = phrase(1.min(words.len().saturating_sub(1)));
            let text = text.split(' ').take_while(|word| !["work", "works", "happen", "happens", "exist", "exists", "made"].contains(&bare(word).as_str())).collect::<Vec<_>>().join(" ");
            Noun::name(if text.is_empty() { core } else { &text })
        }
        Genre::Product => Noun::new(&lower_article(&phrase(0))),
        Genre::Story => {
            let text = phrase(0);
            if text.chars().count() < 3 { Noun::name(&format!("“{text}”")) } else { Noun::new(&lower_article(&text)) }
        }
    }
}

/// Noun phrases of the prompt that are neither hero, place, hour nor weather, and can be seen.
fn props(core: &str, hero: &Noun, topic: &Noun, genre: Genre) -> Vec<String> {
    const UNSEEN: &[&str] = &[
        "life", "love", "history", "time", "dream", "dreams", "hope", "story", "secret", "day", "days", "way", "world", "journey", "year", "years", "minute",
        "minutes", "second", "seconds", "hour", "hours", "week", "month", "summer", "spring", "autumn", "last", "first", "end", "beginning", "truth", "fear",
        "joy", "death", "meaning", "idea", "power", "art", "friendship", "freedom", "future", "past", "adventure", "everything", "nothing", "something",
        "someone", "thing", "things", "style", "scene", "scenes", "part", "kind", "lot", "moment", "memory", "memories", "job", "shift", "childhood", "quality", "sound",
        "mood", "feeling", "place", "name", "voice", "work", "help", "season", "seasons", "change", "luck", "war", "peace",
    ];
    if genre != Genre::Story {
        return Vec::new();
    }
    let hero_words: Vec<String> = hero.bare.split(' ').chain(topic.bare.split(' ').filter(|_| topic.bare == hero.bare)).map(bare).collect();
    let tokens: Vec<&str> = core.split_whitespace().take(400).collect();
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let word = bare(token);
        let Some(before) = index.checked_sub(1).map(|before| bare(tokens[before])) else { continue };
        // "her kite", "a red kite": a determiner, at most one adjective, and the noun that ends there.
        let ends = index + 1 == tokens.len() || ends_phrase(token) || ends_noun_phrase(&bare(tokens[index + 1])) || verb(&bare(tokens[index + 1])).is_some();
        let phrase = if is_determiner(&before) {
            word.clone()
        } else if index > 1 && is_determiner(&bare(tokens[index - 2])) && !is_grammar(&before) && !ends_phrase(tokens[index - 1]) {
            format!("{before} {word}")
        } else {
            continue;
        };
        let seen = word.chars().count() > 2 && !UNSEEN.contains(&word.as_str()) && !is_possessive(token) && word.chars().all(char::is_alphabetic);
        let told = hero_words.contains(&word) || Hour::named(&word).is_some() || hours::weather(&word).is_some() || (word.ends_with("ly"));
        let placed = places::all().any(|place| place.words.contains(&word.as_str()));
        let is_verb = verb(&word).is_some_and(|plain| plain != word);
        let adjective = before != word && phrase.contains(' ') && (verb(&before).is_some() || UNSEEN.contains(&before.as_str()) || Hour::named(&before).is_some());
        if ends && seen && !told && !placed && !is_verb && !adjective && !found.contains(&phrase) {
            found.push(phrase);
        }
    }
    found.truncate(6);
    found.into_iter().map(|noun| if is_plural(&noun, "") { noun } else { format!("{} {noun}", article(&noun)) }).collect()
}

/// What of an English prompt can stand alone over a picture, the best first.
#[allow(clippy::too_many_arguments)]
fn pieces(tokens: &[&str], words: &[String], clause: Option<&str>, action: Option<&str>, theme: Option<&str>, hero: &Noun, named_hero: bool, product: Option<(&str, &str)>) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = capitalized(trim_end(text.trim()));
        let count = text.split_whitespace().count();
        let same = |known: &String| known.to_lowercase().contains(&text.to_lowercase());
        if (1..=6).contains(&count) && text.chars().count() >= 2 && text.chars().count() <= 48 && !pieces.iter().any(same) {
            pieces.push(text);
        }
    };
    if let Some((title, text)) = product {
        add(title);
        text.split([',', '.', ';', '\n']).map(str::trim).filter(|part| part.split_whitespace().count() > 1).take(4).for_each(&mut add);
    }
    if named_hero && theme.is_some() {
        add(&hero.first);
    }
    if let Some(clause) = clause {
        add(clause);
    }
    if let Some(theme) = theme {
        add(&with_the(theme));
    }
    if let Some(action) = action {
        let cut = action.split(' ').enumerate().position(|(index, word)| index > 0 && (is_preposition(word) && word != "to"));
        add(&action.split(' ').take(cut.unwrap_or(6)).collect::<Vec<_>>().join(" "));
    }
    if named_hero {
        add(&hero.first);
    }
    // "on Mars", "at dawn", "in the middle of the night"
    for (index, word) in words.iter().enumerate() {
        if ["in", "on", "at", "under", "across", "through", "beyond", "between", "above", "with", "without", "before", "after"].contains(&word.as_str()) {
            let mut end = index + 1;
            while end < words.len() && end - index < 6 && !ends_phrase(tokens[end - 1]) && (!ends_noun_phrase(&words[end]) || words[end] == "of") {
                end += 1;
            }
            if end > index + 1 && !is_grammar(&words[end - 1]) {
                add(&tokens[index..end].join(" "));
            }
        }
    }
    if tokens.len() <= 6 {
        add(&tokens.join(" "));
    }
    pieces
}

/// `last night` → `the last night`; what has an article keeps it.
pub fn with_the(phrase: &str) -> String {
    let first = phrase.split(' ').next().unwrap_or_default().to_lowercase();
    if is_determiner(&first) { phrase.to_owned() } else { format!("the {phrase}") }
}

/// The user's words whole, cut only where the writing itself has a seam.
fn foreign_pieces(core: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = text.trim().to_owned();
        if !text.is_empty() && text.split_whitespace().count() <= 6 && text.chars().count() <= 40 && !pieces.contains(&text) {
            pieces.push(text);
        }
    };
    add(core);
    for part in core.split(['.', ',', ';', ':', '!', '?', '—', '。', '、', '！', '？', '،', '\n']) {
        add(part);
        if part.chars().any(|c| c >= '\u{3040}') {
            part.split(['の', 'は', 'が', 'を', 'に', 'で', 'と', '的', ' ']).for_each(&mut add);
            continue;
        }
        let words: Vec<&str> = part.split_whitespace().collect();
        let seam = words.iter().position(|word| ["und", "et", "y", "e", "en", "и", "ve", "i", "och", "og"].contains(&word.to_lowercase().as_str()));
        match seam.filter(|seam| *seam > 0) {
            Some(seam) => {
                add(&words[..seam].join(" "));
                add(&words[seam..].join(" "));
            }
            None if words.len() > 6 => words.chunks(5).take(6).for_each(|chunk| add(&chunk.join(" "))),
            None => {}
        }
    }
    pieces
}

fn title(core: &str, topic: &Noun, genre: Genre, foreign: bool, product: Option<&str>, passages: &[String]) -> String {
    if let Some(title) = product.map(str::trim).filter(|title| !title.is_empty()) {
        return shorten(title, 60);
    }
    let first = sentences(core).into_iter().next().unwrap_or_else(|| core.to_owned());
    let text = trim_end(&first).to_owned();
    if foreign {
        return shorten(&text, 60);
    }
    let text = if text.chars().count() <= 60 {
        text
    } else if !passages.is_empty() || genre == Genre::Story {
        let part = text.split([',', ';', ':']).next().unwrap_or(&text).to_owned();
        if part.chars().count() <= 60 { part } else { topic.first.clone() }
    } else {
        topic.first.clone()
    };
    shorten(&title_case(&text), 60)
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

/// The sentences of a text that tells its story itself: three or more, or many words.
fn passages(core: &str) -> Vec<String> {
    let sentences: Vec<String> = sentences(core).into_iter().filter(|sentence| sentence.chars().filter(|c| c.is_alphanumeric()).count() >= 3).collect();
    if sentences.len() >= 3 { sentences } else { Vec::new() }
}

/// Sentences, without their marks only where a caller trims them.
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        current.push(character);
        let ends = match character {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => chars.peek().is_none_or(|next| next.is_whitespace()) && current.trim().chars().count() > 3,
            _ => false,
        };
        if ends {
            found.push(current.trim().to_owned());
            current.clear();
        }
    }
    if !current.trim().is_empty() {
        found.push(current.trim().to_owned());
    }
    found
}

/// Parts "make me a short film about" from what it is to be about.
fn split_request(text: &str) -> (String, String) {
    const ORDERS: &[&str] = &["make", "create", "generate", "produce", "write", "film", "shoot", "give", "i", "please", "can", "could", "we", "show", "tell", "design", "need", "want", "let's", "do"];
    const WORKS: &[&str] = &["video", "film", "movie", "clip", "ad", "ads", "advert", "advertisement", "commercial", "trailer", "short", "story", "animation", "reel", "documentary", "promo", "teaser", "launch", "tale", "cartoon", "scene", "spot"];
    const BRIDGES: &[&str] = &["about", "of", "for", "showing", "featuring", "where", "with", "on"];
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let words: Vec<String> = tokens.iter().map(|token| bare(token)).collect();
    let order = words.first().is_some_and(|first| ORDERS.contains(&first.as_str()));
    let mut cut = 0;
    for (index, word) in words.iter().enumerate().take(14) {
        if !BRIDGES.contains(&word.as_str()) || index + 1 == words.len() {
            continue;
        }
        let work = words[cut..index].iter().any(|word| WORKS.contains(&word.as_str()));
        let plain = words[cut..index].iter().all(|word| is_grammar(word) || WORKS.contains(&word.as_str()) || ORDERS.contains(&word.as_str()) || word.len() <= 7 || word.ends_with("second") || word.ends_with("minute"));
        // "a film about", "the story of"; but "a love story in Paris" is a subject of its own.
        if work && plain && (order || index - cut <= 5) {
            cut = index + 1;
        }
    }
    if cut == 0 && order && words.len() > 2 {
        cut = words.iter().take(4).take_while(|word| ORDERS.contains(&word.as_str()) || ["me", "us", "you"].contains(&word.as_str())).count();
    }
    if cut >= tokens.len() {
        cut = 0;
    }
    (words[..cut].join(" "), tokens[cut..].join(" "))
}

/// Without "in three minutes" at its end, which is about the film and not in it.
fn without_length(text: &str) -> String {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let unit = |word: &str| ["second", "seconds", "minute", "minutes", "sec", "secs"].contains(&word);
    if tokens.len() > 4 && unit(&bare(tokens[tokens.len() - 1])) && ["in", "within", "under"].contains(&bare(tokens[tokens.len() - 3]).as_str()) {
        return tokens[..tokens.len() - 3].join(" ");
    }
    text.to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clean(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// Without the marks at its end.
pub fn trim_end(text: &str) -> &str {
    text.trim_end_matches(['.', ',', ';', ':', '!', '?', ' ', '"', '”', '…', '。', '-', '–', '—']).trim_start_matches(['"', '“', ' ', '-', '.', ','])
}

fn strip_article(phrase: &str) -> String {
    match phrase.trim().split_once(' ') {
        Some((first, rest)) if ["a", "an", "the"].contains(&first.to_lowercase().as_str()) => rest.trim().to_owned(),
        _ => phrase.trim().to_owned(),
    }
}

/// "A red kite" → "a red kite"; a name keeps its capital.
fn lower_article(phrase: &str) -> String {
    match phrase.split_once(' ') {
        Some((first, rest)) if is_determiner(&first.to_lowercase()) => format!("{} {rest}", first.to_lowercase()),
        _ => lower_first(phrase),
    }
}

fn lower_first(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next();
    // "TV" and "iPhone" keep theirs.
    if chars.as_str().chars().next().is_some_and(char::is_uppercase) {
        return phrase.to_owned();
    }
    first.map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
