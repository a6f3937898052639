//! What a prompt says, as far as a small lexicon and a little grammar can tell: who is followed, where, when, in what
//! weather, what happens, and which of its words can stand alone over a picture.

mod around;
mod pieces;
mod request;
mod who;

use crate::english::{
    article, bare, capitalized, ends_noun_phrase, ends_phrase, is_determiner, is_grammar, is_plural, is_preposition,
    lower_article, lower_first, shorten, strip_article, title_case, trim_end, verb,
};
use crate::goods::{self, Goods};
use crate::heroes::{self, Hero};
use crate::hours::{self, Hour, Weather};
use crate::languages::{self, Language};
use crate::places::Place;
use around::{find_places, landmarks, props};
use pieces::{foreign_pieces, pieces};
use request::{one_line, passages, sentences, split_request, without_length};
use who::{find_hero, native, protagonist, verb_index};

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
        let counted = plural
            && !["", "the", "our", "my", "his", "her", "their", "your", "these", "those", "some"]
                .contains(&determiner.as_str());
        let first = match determiner.as_str() {
            "" if plural => rest.to_owned(),
            "our" | "my" | "your" | "his" | "her" | "their" | "its" if plural => rest.to_owned(),
            "" | "this" | "that" | "every" | "each" | "no" | "our" | "my" | "your" | "his" | "her" | "their"
            | "its" => {
                format!("{} {rest}", article(rest))
            }
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
    /// The places it names, by its own words: `lighthouse`, `harbour`.
    pub landmarks: Vec<String>,
    /// The prompt speaks of the user's own ("our bakery"): nothing bad happens in such a film.
    pub gentle: bool,
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
    let head_goods =
        words.iter().take_while(|word| !is_preposition(word)).filter_map(|word| goods::by_word(word)).last();
    let any_hero = drawn.iter().find_map(|word| heroes::by_word(word).map(|hero| (word.clone(), hero)));
    let has_verb = verb_index(&words).is_some();

    let genre = if product.is_some() || (ad && any_hero.is_none()) || (ad && head_goods.is_some()) {
        Genre::Product
    } else if !foreign
        && words
            .iter()
            .take(3)
            .any(|word| ["history", "evolution", "origin", "origins", "invention"].contains(&word.as_str()))
        && words.iter().any(|word| word == "of")
    {
        Genre::History
    } else if !foreign && ["how", "why", "what"].contains(&words.first().map_or("", String::as_str)) {
        Genre::Explained
    } else if head_goods.is_some() && any_hero.is_none() && !has_verb && tokens.len() <= 8 {
        Genre::Product
    } else {
        Genre::Story
    };

    let (place, second) = find_places(&drawn, &words, &surroundings, genre);
    let second = second.filter(|_| passages.is_empty());
    let hour = drawn.iter().chain(&surroundings).find_map(|word| Hour::named(word));
    let weather = drawn.iter().chain(&surroundings).find_map(|word| hours::weather(word));
    let topic = topic(genre, &tokens, &words, product, foreign, &core);
    let leading = if passages.is_empty() { None } else { protagonist(&core) };
    let (hero, named_hero) = match (&found, any_hero) {
        _ if leading.is_some() => (leading.clone().unwrap_or_else(|| (Noun::new("a traveller"), native(place))), true),
        (Some(found), _) => ((Noun::new(&found.phrase), found.hero), true),
        (None, Some((word, hero))) => ((Noun::new(&word), hero), true),
        (None, None) => ((Noun::new(&format!("a {}", place.native)), native(place)), false),
    };
    let foreign_old = foreign
        && ["alter", "alte", "vieux", "viejo", "vecchio", "velho", "старый"]
            .iter()
            .any(|word| core.to_lowercase().contains(word));
    let hero = if foreign_old { (Noun::new(&format!("an old {}", hero.0.bare)), hero.1) } else { hero };

    let landmarks =
        if foreign { landmarks(drawn.iter().map(String::as_str)) } else { landmarks(core.split_whitespace()) };
    let gentle = !foreign && words.iter().any(|word| ["our", "we", "us"].contains(&word.as_str()));
    let verb_at = verb_index(&words);
    let clause = (!foreign && passages.is_empty() && verb_at.is_some_and(|at| at > 0) && tokens.len() <= 16)
        .then(|| capitalized(trim_end(&first)));
    let action = found.as_ref().and_then(|found| found.action.clone());
    let theme = found.as_ref().and_then(|found| found.theme.clone());
    let title =
        match leading.as_ref().filter(|(noun, _)| noun.bare.starts_with(char::is_uppercase)).zip(landmarks.first()) {
            Some(((noun, _), landmark)) => format!("{} and the {}", noun.bare, capitalized(landmark)),
            None => title(&core, &topic, genre, foreign, product.map(|(title, _)| title), &passages),
        };
    // "?" is all that some prompts say.
    let title = if title.trim().is_empty() { shorten(&whole, 60) } else { title };
    let props = if foreign { Vec::new() } else { props(&core, &hero.0, &topic, genre) };
    let pieces = if foreign {
        foreign_pieces(&core)
    } else {
        pieces(&tokens, &words, clause.as_deref(), action.as_deref(), theme.as_deref(), &hero.0, named_hero, product)
    };

    Reading {
        genre,
        title,
        goods: head_goods
            .or_else(|| {
                product.and_then(|(title, text)| {
                    title.split_whitespace().chain(text.split_whitespace()).find_map(|word| goods::by_word(&bare(word)))
                })
            })
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
        landmarks,
        gentle,
        pieces,
        passages,
        foreign,
        language: if foreign { languages::of(&whole) } else { None },
        named_hero,
    }
}

fn topic(
    genre: Genre,
    tokens: &[&str],
    words: &[String],
    product: Option<(&str, &str)>,
    foreign: bool,
    core: &str,
) -> Noun {
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
        while end < words.len()
            && (end == start || !ends_noun_phrase(&words[end]))
            && !(end > start
                && !is_grammar(&words[end - 1])
                && verb(&words[end]).is_some_and(|plain| plain != words[end]))
        {
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
            let text = text
                .split(' ')
                .take_while(|word| {
                    !["work", "works", "happen", "happens", "exist", "exists", "made"].contains(&bare(word).as_str())
                })
                .collect::<Vec<_>>()
                .join(" ");
            Noun::name(if text.is_empty() { core } else { &text })
        }
        Genre::Product => Noun::new(&lower_article(&phrase(0))),
        Genre::Story => {
            let text = phrase(0);
            let determined = text.split_once(' ').is_some_and(|(first, _)| is_determiner(&first.to_lowercase()));
            match text.chars().count() {
                0..3 => Noun::name(&format!("“{text}”")),
                _ if determined => Noun::new(&lower_article(&text)),
                _ => Noun::name(&lower_first(&text)),
            }
        }
    }
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
