//! The plan of a film: what the scenes show, in what order, and in which words. A film has an arc (arrival, detail,
//! turn, resolution, as many of them as it has scenes), one world with one palette, one hero who always looks the
//! same, and a day that passes.

use crate::english::capitalized;
use crate::goods::{Chapter, EXPLAINED, HISTORY, TEA};
use crate::heroes::{Being, Hero};
use crate::hours::{self, Hour};
use crate::places::Place;
use crate::reading::{Genre, Noun, Reading, read, shorten, trim_end};
use crate::seed::Dice;

/// What a film is planned from, beside the reading of its prompt.
pub struct Wishes<'w> {
    /// How many scenes, at least 1.
    pub scenes: usize,
    /// Look, in words.
    pub style: &'w str,
    /// Feeling, in words.
    pub mood: &'w str,
    /// Where the user says it plays; empty where they do not.
    pub environment: &'w str,
    /// The seed.
    pub seed: u64,
}

/// One scene of the plan, not yet dressed with overlays.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Where in the arc it stands.
    pub beat: Beat,
    /// When it plays.
    pub hour: Hour,
    /// What happens.
    pub description: String,
    /// A prompt for the still picture.
    pub picture: String,
    /// A prompt for the moving picture.
    pub motion: String,
    /// Why this picture.
    pub reason: String,
    /// Words that belong to this moment and no other, where it has such.
    pub words: Option<String>,
}

/// Where in the arc a scene stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Where we are, and with whom.
    Open,
    /// Close to things, before anything happens.
    Detail,
    /// What is done here, day after day; numbered from 0.
    Work(usize),
    /// What changes everything.
    Turn,
    /// After it; numbered from 0.
    Hold(usize),
    /// How it ends.
    Resolve,
}

/// The arc of a film of `count` scenes.
pub fn arc(count: usize) -> Vec<Beat> {
    use Beat::{Detail, Hold, Open, Resolve, Turn, Work};
    match count {
        0 | 1 => vec![Resolve],
        2 => vec![Open, Resolve],
        3 => vec![Open, Turn, Resolve],
        _ => {
            let between = count - 4;
            let works = between.div_ceil(2);
            let mut beats = vec![Open, Detail];
            beats.extend((0..works).map(Work));
            beats.push(Turn);
            beats.extend((0..between - works).map(Hold));
            beats.push(Resolve);
            beats
        }
    }
}

/// Plans the scenes.
pub fn plan(reading: &Reading, wishes: &Wishes) -> Vec<Moment> {
    let mut dice = Dice::new(wishes.seed, &reading.title);
    let variant = dice.below(2);
    let hours = hours::course(reading.hour, wishes.scenes, variant);
    let beats = arc(wishes.scenes);
    let count = beats.len();
    (0..count)
        .map(|index| {
            let mut stage = Stage {
                reading,
                wishes,
                place: reading.place,
                hero: &reading.hero,
                beat: beats[index],
                hour: hours[index],
                again: index > 0 && hours[..index].contains(&hours[index]),
                index,
                variant: variant + index,
            };
            match reading.genre {
                _ if !reading.passages.is_empty() => stage.passage(count),
                Genre::Product => stage.product(),
                Genre::History if reading.topic.bare.to_lowercase() == "tea" => stage.chapter(TEA, count),
                Genre::History => stage.chapter(HISTORY, count),
                Genre::Explained => stage.chapter(EXPLAINED, count),
                Genre::Story => stage.story(),
            }
        })
        .collect()
}

/// One scene while it is being written.
struct Stage<'s> {
    reading: &'s Reading,
    wishes: &'s Wishes<'s>,
    place: &'static Place,
    hero: &'s (Noun, &'static Hero),
    beat: Beat,
    hour: Hour,
    /// Whether an earlier scene had the same hour.
    again: bool,
    index: usize,
    variant: usize,
}

fn nth<T: Clone>(list: &[T], index: usize) -> T {
    list[index % list.len()].clone()
}

impl Stage<'_> {
    fn spot(&self) -> &'static str {
        let spots = self.place.spots;
        match self.beat {
            Beat::Open => spots[0],
            Beat::Resolve => spots[spots.len() - 1],
            Beat::Turn => spots[spots.len() - 2],
            Beat::Detail => spots[1],
            Beat::Work(k) => nth(&spots[1..spots.len() - 1], k),
            Beat::Hold(k) => nth(&spots[1..spots.len() - 1], k + 2),
        }
    }

    fn act(&self) -> &'static str {
        let (_, hero) = self.hero;
        let place = self.activity();
        match self.beat {
            _ if hero.being == Being::Creature => nth(hero.acts, self.index),
            Beat::Work(k) if k < place.acts.len() => place.acts[k],
            Beat::Detail => place.acts[0],
            Beat::Hold(k) if k == 0 && place.acts.len() > 2 => place.acts[2],
            _ => nth(hero.acts, self.index),
        }
    }

    /// Whose acts and details: on Mars one can garden, and the garden says how.
    fn activity(&self) -> &'static Place {
        match self.reading.second {
            Some(second) if ["mars", "space", "underwater"].contains(&self.place.id) => second,
            _ => self.place,
        }
    }

    fn detail(&self) -> &'static str {
        match self.reading.second {
            Some(second) if self.variant % 2 == 1 || self.activity().id == second.id => nth(second.details, self.index),
            _ => nth(self.place.details, self.variant),
        }
    }

    /// The hero as a picture model needs them: whole, every time.
    fn who(&self) -> String {
        let (noun, hero) = self.hero;
        let prop = match self.reading.props.as_slice() {
            [] => String::new(),
            props => format!(", with {}", nth(props, self.index)),
        };
        format!("{} {}{prop}", noun.first, hero.look)
    }

    fn weather(&self) -> String {
        let phase = match self.beat {
            Beat::Open | Beat::Detail => 0,
            Beat::Work(_) | Beat::Turn => 1,
            Beat::Hold(_) => 2,
            Beat::Resolve => if self.index == 0 { 1 } else { 2 },
        };
        self.reading.weather.map_or_else(String::new, |weather| format!(", {}", weather.phases[phase]))
    }

    /// The picture prompt around what is seen: shot, light, lens, palette, look.
    fn picture(&self, shot: &str, lens: &str, seen: &str) -> String {
        let light = self.hour.light(self.again);
        let environment = match self.wishes.environment.trim() {
            "" => String::new(),
            text => format!(", {}", shorten(text, 80)),
        };
        format!(
            "{shot} of {seen}{environment}, {light}{}; {lens}; palette of {}; {}, {} mood, no lettering",
            self.weather(),
            self.place.palette,
            look(self.wishes.style),
            words(self.wishes.mood),
        )
    }

    fn camera(&self) -> (&'static str, &'static str, &'static str) {
        match self.beat {
            Beat::Open => nth(&[("Wide establishing shot", "24 mm lens, deep focus", "The camera rises very slowly and lets the place arrive"), ("Wide high shot", "28 mm lens, deep focus", "The camera glides in from far away, level and slow")], self.variant),
            Beat::Detail => nth(&[("Close-up", "85 mm lens, shallow depth of field", "The camera holds still; only the focus moves, from the thing to the one behind it"), ("Macro shot", "100 mm macro lens, thin focus", "The camera slides a hand's breadth to the side")], self.variant),
            Beat::Work(_) => nth(&[("Medium shot", "35 mm lens", "The camera follows at walking pace, from behind"), ("Over-the-shoulder shot", "50 mm lens", "The camera looks over a shoulder and leans in"), ("Profile shot", "50 mm lens, clean background", "The camera tracks sideways at the same speed"), ("Low-angle shot", "28 mm lens", "The camera rises from the ground to the face")], self.variant),
            Beat::Turn => nth(&[("Low-angle shot", "24 mm lens, strong contrast", "The camera starts still, then pushes in as it happens"), ("Full shot in silhouette", "40 mm lens, backlight", "One unbroken push in, faster than anything before")], self.variant),
            Beat::Hold(_) => nth(&[("Medium close-up", "65 mm lens", "The camera barely breathes"), ("Full shot from a distance", "135 mm lens, compressed", "The camera holds and lets the figure move through the frame")], self.variant),
            Beat::Resolve => nth(&[("Wide shot", "28 mm lens, deep focus", "The camera draws back slowly until the place is larger than anyone in it"), ("Wide shot from above", "24 mm lens, deep focus", "The camera rises, and goes on rising after the last word")], self.variant),
        }
    }

    fn moment(&self, description: String, seen: &str, motion: &str, reason: String, words: Option<String>) -> Moment {
        let (shot, lens, camera) = self.camera();
        Moment {
            beat: self.beat,
            hour: self.hour,
            description,
            picture: self.picture(shot, lens, seen),
            motion: format!("{camera}. {}.", capitalized(trim_end(motion))),
            reason,
            words,
        }
    }

    fn story(&mut self) -> Moment {
        self.leave_for_the_second_place();
        let (noun, hero) = self.hero;
        let the = &noun.the;
        let (at, act, detail, who) = (self.spot(), self.act(), self.detail(), self.who());
        let moving = nth(self.place.moving, self.variant);
        let turn = nth(self.place.turns, self.variant);
        let rest = nth(self.place.rests, self.variant);
        let slug = self.hour.slug();
        let is = noun.agree("is", "are");
        let whole = self.index == 0 && self.beat == Beat::Resolve;
        let description = match self.beat {
            Beat::Open => {
                let arrival = nth(
                    &["small in the frame and the only thing that moves", "seen from far away, coming nearer", "standing still for a moment before the day goes on"],
                    self.variant,
                );
                format!("{slug}. {}: {}, {arrival}. {}", capitalized(at), noun.first, self.promise())
            }
            Beat::Detail => nth(
                &[
                    format!("{slug}. Close: {detail}. Behind it, out of focus, {the}, {act}; no face yet, the things speak first."),
                    format!("{slug}. Only things at first: {detail}. Then {the}, {act}, without hurry."),
                ],
                self.variant,
            ),
            Beat::Work(k) => match (&self.reading.action, k) {
                (Some(action), 0) => format!("{slug}. Now we see it plainly: {the}, {action}. {}: {act}.", capitalized(at)),
                _ => nth(
                    &[
                        format!("{slug}. {}: {the}, {act}. {}, and the work takes the time it takes.", capitalized(at), capitalized(moving)),
                        format!("{slug}. {}, {act}, {at}. The camera keeps its distance.", capitalized(the)),
                        format!("{slug}. {}. {} {is} {act}, {at}, and {} not look up.", capitalized(moving), capitalized(the), noun.agree("does", "do")),
                    ],
                    k + self.variant,
                ),
            },
            Beat::Turn => {
                let stop = noun.agree("stops and looks up", "stop and look up");
                nth(
                    &[
                        format!("{slug}. {}: then {turn}. {} {stop}; whatever the plan was, it no longer holds.", capitalized(at), capitalized(the)),
                        format!("{slug}. {}. For the first time {the} {}, {at}, and the whole film holds still for three seconds.", capitalized(turn), noun.agree("hesitates", "hesitate")),
                    ],
                    self.variant,
                )
            }
            Beat::Hold(k) => nth(
                &[
                    format!("{slug}. Afterwards it is quiet {at}. {} {is} {act}; {detail}.", capitalized(the)),
                    format!("{slug}. {}, {at}, {act}, surer now than before. {}.", capitalized(the), capitalized(moving)),
                ],
                k,
            ),
            Beat::Resolve if whole => format!("{slug}. {}: {}, {act}. {}, then {rest}. {}", capitalized(at), noun.first, capitalized(moving), self.answer()),
            Beat::Resolve => format!("{slug}. {}: {rest}. {} {is} there, {at}, seen from as far away as at the beginning. {}", capitalized(nth(&["the last picture", "one long look"], self.variant)), capitalized(the), self.answer()),
        };
        let seen = match self.beat {
            Beat::Detail => format!("{detail}, {who} blurred behind it, {at}"),
            Beat::Turn => format!("{who}, {at}, as {turn}"),
            Beat::Resolve => format!("{who}, {at}; {rest}"),
            Beat::Open => format!("{who}, {at}; {moving}"),
            Beat::Work(_) | Beat::Hold(_) => format!("{who}, {act}, {at}"),
        };
        let motion = match self.beat {
            Beat::Open => format!("{moving}; {the} {} one step into the light", noun.agree("takes", "take")),
            Beat::Turn => format!("Two seconds of calm, then {turn}; {the} {}", noun.agree("turns round", "turn round")),
            Beat::Resolve => format!("{moving}, slower and slower; {rest}"),
            _ if hero.being == Being::Creature => format!("{} {is} {act}; {moving}", capitalized(the)),
            _ => format!("{} {is} {act}, from the first frame to the last; {moving}", capitalized(the)),
        };
        let reason = match self.beat {
            Beat::Open => format!("Establishing shot: says where we are and how small {the} {is} in it."),
            Beat::Detail => "Comes close before anything happens, so that the viewer has something to lose.".to_owned(),
            Beat::Work(_) => format!("Shows {the} doing, not feeling; the feeling is left to the viewer."),
            Beat::Turn => "The one picture that nothing before announced; it divides the film in two.".to_owned(),
            Beat::Hold(_) => "A breath after the turn: the same world, read differently.".to_owned(),
            Beat::Resolve => "Answers the first picture: same world, other light.".to_owned(),
        };
        self.moment(description, &seen, &motion, reason, None)
    }

    /// Where the prompt names two places that can both be walked to, the middle of the film plays in the second.
    fn leave_for_the_second_place(&mut self) {
        let middle = matches!(self.beat, Beat::Detail | Beat::Work(_));
        if let Some(second) = self.reading.second.filter(|_| middle && self.index % 2 == 1) {
            if !["mars", "space", "underwater", "studio"].contains(&self.place.id) && second.id != "studio" {
                self.place = second;
            }
        }
    }

    /// What the first picture leaves open.
    fn promise(&self) -> String {
        let reading = self.reading;
        match (&reading.theme, &reading.clause) {
            _ if reading.foreign => format!("Everything begins with the words {}.", reading.topic.the),
            (Some(theme), _) => format!("Nothing is said yet of {}, but the picture knows.", crate::reading::with_the(theme)),
            (None, Some(clause)) => format!("{clause}: this is the moment before."),
            (None, None) if reading.topic.bare == reading.hero.0.bare => "Who this is, the film will tell; it is in no hurry.".to_owned(),
            (None, None) => format!("What it means to speak of {}, the film will tell.", reading.topic.first),
        }
    }

    /// What the last picture closes.
    fn answer(&self) -> String {
        let reading = self.reading;
        let over = ["night", "day", "summer", "winter", "journey", "hour", "shift", "war", "dance", "flight", "voyage", "season", "year", "concert", "race", "morning", "evening", "stand", "walk", "show", "trip"];
        match &reading.theme {
            _ if reading.foreign => format!("And once more, over the picture: {}.", reading.topic.the),
            Some(theme) if over.iter().any(|word| theme.to_lowercase().ends_with(word)) => format!("{} is over.", capitalized(&crate::reading::with_the(theme))),
            Some(theme) => format!("This, then, was {}.", crate::reading::with_the(theme)),
            None => match &reading.clause {
                Some(clause) => format!("{clause}: now we have seen it."),
                None => "Nothing has to be explained any more.".to_owned(),
            },
        }
    }

    fn product(&mut self) -> Moment {
        let p = &self.reading.topic.the;
        let goods = self.reading.goods;
        let at = self.spot();
        let part = nth(goods.parts, self.variant);
        let use_ = self.used();
        let slug = self.hour.slug();
        let moving = nth(self.place.moving, self.variant);
        let whole = self.index == 0 && self.beat == Beat::Resolve;
        let (description, seen, motion, reason) = match self.beat {
            Beat::Open => (
                format!("One line of light runs along {p}, {at}, and stops: the shape before the name."),
                format!("{p} {at}, {part}, one line of light along the edge"),
                format!("A line of light travels along {p} and comes to rest; {moving}"),
                "Hero shot: makes the form familiar before anything is said about it.".to_owned(),
            ),
            Beat::Detail => (
                format!("So near that it becomes a landscape: {part}. Nothing else is in the picture."),
                format!("{part} of {p}, every surface readable"),
                format!("{moving}; the focus wanders along {part}"),
                "Shows how it is made, which is an argument that needs no words.".to_owned(),
            ),
            Beat::Turn => (
                format!("{slug}. Out into a day: {use_}."),
                use_.clone(),
                format!("Real movement, hand-held and close: {use_}"),
                "Leaves the studio: the first time that somebody needs it.".to_owned(),
            ),
            Beat::Work(_) | Beat::Hold(_) => (
                format!("{slug}. {}. {} {} never the centre of the picture and always in it.", capitalized(&use_), capitalized(p), self.reading.topic.agree("is", "are")),
                use_.clone(),
                format!("{}, observed and not posed", capitalized(&use_)),
                "Another life that it fits into; the viewer may recognise their own.".to_owned(),
            ),
            Beat::Resolve if whole => (
                format!("One line of light runs along {p}, {at}; then the light opens, warm, and {} {} there whole.", self.reading.topic.agree("it", "they"), self.reading.topic.agree("stands", "stand")),
                format!("{p} {at}, {part}, facing the camera"),
                format!("A line of light travels along {p}, then the whole picture opens; {moving}"),
                "One picture has to do it all: form first, then warmth.".to_owned(),
            ),
            Beat::Resolve => (
                format!("Back to {p} alone, {at}, facing us, the light warm now, with everything we have seen behind it."),
                format!("{p} alone {at}, facing the camera, warm light, space above"),
                format!("The light warms by degrees; {moving}"),
                "Ends on the product itself, still, with room for the words.".to_owned(),
            ),
        };
        let words = match self.beat {
            Beat::Open | Beat::Resolve => None,
            _ => Some(nth(goods.words_shown, self.index.saturating_sub(1)).to_owned()),
        };
        self.moment(description, &seen, &motion, reason, words)
    }

    /// The product in use: as the prompt says, or else as such goods are.
    fn used(&self) -> String {
        let reading = self.reading;
        let p = &reading.topic.the;
        if reading.named_hero && matches!(self.beat, Beat::Turn | Beat::Work(1) | Beat::Hold(1)) {
            return format!("{} with {p}, {}", self.who(), self.spot());
        }
        let index = match self.beat {
            Beat::Work(k) => k + 1,
            Beat::Hold(k) => k + 3,
            _ => 0,
        };
        nth(reading.goods.uses, index + self.wishes.seed as usize % 2).replace("{p}", p)
    }

    fn chapter(&mut self, chapters: &[Chapter], count: usize) -> Moment {
        let last = chapters.len() - 1;
        let at = if count == 1 { last } else { (self.index * last + (count - 1) / 2) / (count - 1) };
        let topic = &self.reading.topic.the;
        let fill = |text: &str| text.replace("{t}", topic).replace("{T}", &capitalized(topic));
        let chapter = &chapters[at];
        let (says, seen) = (fill(chapter.says), fill(chapter.seen));
        let again = count > chapters.len() && self.index > 0 && (((self.index - 1) * last + (count - 1) / 2) / (count - 1)) == at;
        let description = if again {
            format!("The same chapter from nearer by: {seen}.")
        } else {
            format!("{says} We see {seen}.")
        };
        let picture = if seen.to_lowercase().contains(&topic.to_lowercase()) { seen.clone() } else { format!("{seen}, telling of {topic}") };
        let reason = match self.beat {
            Beat::Open => "The oldest picture first: a beginning that needs no date.".to_owned(),
            Beat::Resolve => "Hands the question on to the one who watches.".to_owned(),
            _ => format!("One chapter, one picture: {}.", trim_end(&says).to_lowercase()),
        };
        let motion = format!("{}; light and small movements carry the scene", capitalized(&seen));
        self.moment(description, &picture, &motion, reason, Some(chapter.shown.to_owned()))
    }

    /// A scene out of the user's own sentences.
    fn passage(&mut self, count: usize) -> Moment {
        let passages = &self.reading.passages;
        let at = if count == 1 { 0 } else { (self.index * (passages.len() - 1) + (count - 1) / 2) / (count - 1) };
        let sentence = &passages[at];
        let own = read(sentence, self.wishes.environment, None);
        if own.place.id != "plain" && own.place.id != "studio" {
            self.place = own.place;
        }
        let hero = if own.named_hero { (own.hero.0.clone(), own.hero.1) } else { self.hero.clone() };
        if own.hour.is_some() {
            self.hour = own.hour.unwrap_or(self.hour);
            self.again = false;
        }
        let (at, detail) = (self.spot(), self.detail());
        let moving = nth(self.place.moving, self.variant);
        let prop = own.props.first().map_or_else(String::new, |prop| format!(", with {prop}"));
        let who = format!("{} {}{prop}", hero.0.first, hero.1.look);
        let told = shorten(trim_end(sentence), 220);
        let staging = match self.beat {
            Beat::Open => format!("We open wide, {at}, {}.", self.hour.adverb()),
            Beat::Detail => format!("Told in things, close: {detail}."),
            Beat::Turn => format!("The turn of the film, {at}: everything before it was preparation."),
            Beat::Resolve => format!("We end wide, {at}, {}.", self.hour.adverb()),
            _ => format!("It plays {at}, {}.", self.hour.adverb()),
        };
        let seen = match self.beat {
            Beat::Detail => format!("{detail}, {who} behind it, {at}"),
            _ => match &own.action {
                Some(action) if action.len() < 90 => format!("{who}, {action}, {at}"),
                _ => format!("{who}, {at}"),
            },
        };
        let words = own.pieces.first().cloned().unwrap_or_else(|| {
            let clause = told.split([',', ';', ':', '.']).next().unwrap_or(&told);
            clause.split_whitespace().take(5).collect::<Vec<_>>().join(" ")
        });
        let reason = format!("Carries the sentence “{}”.", shorten(&told, 60));
        let inner = Stage { hero: &hero, ..*self };
        inner.moment(format!("{told}. {staging}"), &seen, &format!("{told}; {moving}"), reason, Some(words))
    }
}

/// A style's name as a look.
fn look(style: &str) -> String {
    match words(style).as_str() {
        "" => "cinematic look".to_owned(),
        style => format!("{style} look"),
    }
}

/// `cinematic-storytelling` as words.
pub fn words(name: &str) -> String {
    let text = name.replace(['-', '_'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "calm".to_owned() } else { shorten(&text, 60) }
}
