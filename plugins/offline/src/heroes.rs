//! Who a film can follow: how they look (the same in every scene) and what they do.

/// What sort of being a hero is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Being {
    /// Has hands and a face.
    Person,
    /// Is built, and has hands.
    Machine,
    /// Has no hands.
    Creature,
}

/// Someone to follow.
#[derive(Debug)]
pub struct Hero {
    /// The nouns that name them, the most usual first.
    pub words: &'static [&'static str],
    /// What they are.
    pub being: Being,
    /// How they look, to stand after the noun: "in a flour-white apron".
    pub look: &'static str,
    /// What they do, as gerunds.
    pub acts: &'static [&'static str],
}

const fn person(words: &'static [&'static str], look: &'static str, acts: &'static [&'static str]) -> Hero {
    Hero { words, being: Being::Person, look, acts }
}

const fn creature(words: &'static [&'static str], look: &'static str, acts: &'static [&'static str]) -> Hero {
    Hero { words, being: Being::Creature, look, acts }
}

const fn machine(words: &'static [&'static str], look: &'static str, acts: &'static [&'static str]) -> Hero {
    Hero { words, being: Being::Machine, look, acts }
}

/// All heroes. The plain ones (`man`, `woman`) come last: a trade says more.
const HEROES: &[Hero] = &[
    person(
        &["keeper", "lightkeeper", "caretaker", "guardian"],
        "in a heavy navy coat, a brass lantern in hand",
        &["making the last round", "trimming the wick", "counting the steps"],
    ),
    person(
        &["baker", "confectioner"],
        "in a flour-white apron, sleeves rolled",
        &["kneading with both hands", "listening to the crust"],
    ),
    person(
        &["chef", "cook"],
        "in a white jacket, a cloth over the shoulder",
        &["tasting from a wooden spoon", "sharpening a knife"],
    ),
    person(
        &["barista", "waiter", "waitress", "bartender"],
        "in a dark apron, sleeves rolled",
        &["polishing a glass", "pouring a thin, steady line"],
    ),
    person(
        &["fisherman", "fishermen", "sailor", "captain", "pirate", "mariner"],
        "in a dark knitted jersey and a worn cap",
        &["mending a net", "studying the sky"],
    ),
    person(
        &["farmer", "shepherd", "winemaker"],
        "in a faded blue shirt and a straw hat",
        &["walking the edge of the field", "rubbing soil between two fingers"],
    ),
    person(
        &["gardener", "florist", "beekeeper"],
        "in a green apron, soil on the knees",
        &["tying a stem to a stick", "cutting one rose"],
    ),
    machine(
        &["robot", "android", "machine", "droid", "rover"],
        "of scuffed white panels, with one round amber eye",
        &[
            "tilting its head at something new",
            "trying again, one joint after the other",
            "holding something fragile between two metal fingers",
        ],
    ),
    person(
        &["astronaut", "cosmonaut", "spaceman"],
        "in a white suit with one orange stripe",
        &["lifting the visor", "touching the glass with a glove"],
    ),
    person(
        &["scientist", "researcher", "chemist", "physicist", "professor", "inventor"],
        "in a white coat, glasses pushed up",
        &["leaning closer to the glass", "comparing two drawings"],
    ),
    person(
        &["doctor", "nurse", "surgeon", "paramedic"],
        "in pale green scrubs",
        &["washing both hands, slowly", "listening with closed eyes"],
    ),
    person(
        &["teacher", "librarian"],
        "in a grey cardigan, chalk on one sleeve",
        &["waiting for an answer", "writing one word on the board"],
    ),
    person(
        &["student", "pupil", "students"],
        "in a yellow jacket, a bag over one shoulder",
        &["underlining one sentence", "looking up from the page"],
    ),
    person(
        &["musician", "pianist", "violinist", "guitarist", "singer", "composer", "drummer", "rapper", "dj", "band"],
        "in a dark velvet jacket",
        &["playing the first bar with closed eyes", "tuning one string"],
    ),
    person(
        &["dancer", "ballerina", "acrobat", "clown"],
        "in grey practice clothes, hair tied back",
        &["marking the steps in silence", "rising on one foot"],
    ),
    person(
        &["painter", "artist", "sculptor", "illustrator"],
        "in a paint-stained shirt",
        &["mixing one colour until it is right", "stepping back from the canvas"],
    ),
    person(
        &["writer", "poet", "journalist", "author", "novelist"],
        "in a brown jacket, ink on two fingers",
        &["striking out a line", "reading it aloud, quietly"],
    ),
    person(
        &["photographer", "filmmaker", "director"],
        "with an old camera around the neck",
        &["waiting for the light", "winding on the film"],
    ),
    person(
        &["runner", "runners", "athlete", "boxer", "swimmer", "footballer", "gymnast", "champion", "skater", "surfer"],
        "in a plain red top",
        &["breathing in fours", "taping both wrists"],
    ),
    person(
        &["cyclist", "biker", "courier", "messenger"],
        "in a blue jacket, a bag across the back",
        &["pushing off the kerb", "leaning into the bend"],
    ),
    person(
        &["hiker", "climber", "mountaineer", "explorer", "adventurer", "alpinist"],
        "in a red jacket, a rope over one shoulder",
        &["testing the next hold", "unfolding the map against the wind"],
    ),
    person(
        &["diver", "snorkeler", "mermaid"],
        "in a black suit with a yellow tank",
        &["sinking silently", "reaching out towards a fish"],
    ),
    person(
        &["knight", "warrior", "samurai", "soldier", "viking"],
        "in dented armour and a dark cloak",
        &["sheathing the sword", "kneeling to read a track"],
    ),
    person(
        &["king", "queen", "prince", "princess", "emperor"],
        "in a plain robe, a narrow gold band",
        &["putting the gold band aside", "walking the empty hall"],
    ),
    person(
        &["wizard", "witch", "magician", "sorcerer", "sorceress", "fairy"],
        "in a patched midnight-blue cloak",
        &["drawing a sign in the air", "reading from a burnt book"],
    ),
    person(
        &["pilot", "aviator"],
        "in a leather jacket, goggles on the forehead",
        &["tapping a gauge", "looking for the runway"],
    ),
    person(
        &["driver", "trucker", "mechanic", "chauffeur"],
        "in a worn denim jacket",
        &["wiping the windscreen", "listening to the engine"],
    ),
    person(
        &["detective", "spy", "thief", "agent", "inspector"],
        "in a long grey coat",
        &["turning up the collar", "holding a photograph to the light"],
    ),
    person(
        &[
            "craftsman",
            "carpenter",
            "potter",
            "blacksmith",
            "tailor",
            "watchmaker",
            "clockmaker",
            "shoemaker",
            "luthier",
            "jeweller",
            "toymaker",
        ],
        "in a leather apron, a loupe on the forehead",
        &["smoothing one edge", "fitting the last part"],
    ),
    person(
        &["engineer", "developer", "designer", "programmer", "architect", "founder", "hacker"],
        "in a grey sweater, a pencil behind the ear",
        &["sketching on a napkin", "trying the one thing nobody tried"],
    ),
    person(
        &["monk", "nun", "priest", "pilgrim"],
        "in a plain brown robe",
        &["sweeping the steps", "lighting one candle"],
    ),
    person(
        &["postman", "mailman", "firefighter", "fireman", "policeman", "miner", "builder"],
        "in a dark uniform jacket",
        &["beginning the round", "checking the straps"],
    ),
    creature(&["dragon"], "with green-gold scales", &["folding its wings", "breathing out a thread of smoke"]),
    creature(
        &["dog", "puppy", "dogs"],
        "with a sandy coat and one dark ear",
        &["pricking both ears", "trotting ahead and looking back"],
    ),
    creature(
        &["cat", "kitten", "cats"],
        "with a grey striped coat and green eyes",
        &["stepping along the edge", "watching something hidden"],
    ),
    creature(
        &["fox", "wolf", "bear", "deer", "lion", "tiger", "rabbit", "hare", "mouse", "squirrel", "panda", "monkey"],
        "with bright, attentive eyes",
        &["stopping to listen", "moving soundlessly on"],
    ),
    creature(
        &["horse", "horses", "pony", "unicorn"],
        "with a chestnut coat",
        &["shaking its mane", "breaking into a gallop"],
    ),
    creature(
        &["elephant", "giraffe", "turtle", "tortoise", "camel", "cow", "sheep", "goat"],
        "with a calm, wrinkled eye",
        &["taking one slow step after the other", "lifting its head"],
    ),
    creature(
        &[
            "bird", "birds", "owl", "crow", "eagle", "penguin", "penguins", "swan", "sparrow", "raven", "parrot",
            "duck", "crane", "hen", "rooster", "goose",
        ],
        "with bright eyes and ruffled feathers",
        &["opening both wings", "turning its head by a hair"],
    ),
    creature(
        &["whale", "dolphin", "shark", "octopus", "fish", "goldfish", "seal"],
        "with smooth, shining skin",
        &["turning in the light", "rising lightly"],
    ),
    creature(
        &["bee", "bees", "butterfly", "ant", "spider", "snail", "frog", "dinosaur", "dinosaurs"],
        "perfectly still for a moment",
        &["moving by a hair", "setting off"],
    ),
    creature(
        &["ghost", "alien", "creature", "monster"],
        "pale and almost transparent",
        &["drifting through the doorway", "reaching out, not quite touching"],
    ),
    creature(
        &["spaceship", "spacecraft", "satellite", "drone", "submarine"],
        "with a scratched white hull",
        &["turning slowly", "switching on one light"],
    ),
    person(
        &["grandmother", "grandma", "granny"],
        "with white hair, in a blue cardigan",
        &["telling it as if it were new", "smoothing the tablecloth"],
    ),
    person(
        &["grandfather", "grandpa"],
        "with white hair, in a brown waistcoat",
        &["telling it as if it were new", "winding an old clock"],
    ),
    person(&["mother", "mom", "mum"], "in a green coat", &["holding out a hand", "counting heads"]),
    person(
        &["father", "dad"],
        "in a grey coat",
        &["carrying more than fits in two hands", "kneeling to be the same height"],
    ),
    person(&["couple", "lovers", "newlyweds"], "in light linen clothes", &["walking in step", "almost touching hands"]),
    person(
        &["family", "families"],
        "in bright everyday clothes",
        &["all talking at once", "squeezing into one picture"],
    ),
    person(
        &["friends", "neighbours", "neighbors", "strangers", "people", "team", "crew"],
        "in everyday clothes of many colours",
        &["laughing before the joke is over", "making room for one more"],
    ),
    person(
        &["brother", "brothers", "sister", "sisters", "siblings", "twins"],
        "in the same striped shirt",
        &["racing to the corner", "sharing one secret"],
    ),
    person(
        &["girl", "daughter", "schoolgirl"],
        "of about nine, in a red coat",
        &["asking the question nobody asks", "running ahead"],
    ),
    person(
        &["boy", "son", "schoolboy"],
        "of about nine, in a yellow jumper",
        &["asking the question nobody asks", "running ahead"],
    ),
    person(
        &["child", "kid", "children", "kids", "baby", "toddler"],
        "in a yellow coat",
        &["asking the question nobody asks", "running ahead"],
    ),
    person(
        &["traveller", "traveler", "wanderer", "stranger", "hero", "heroine", "refugee", "tourist", "survivor"],
        "in a long grey coat and a red scarf",
        &["walking on at an even pace", "looking back once"],
    ),
    person(
        &["woman", "lady", "bride", "widow"],
        "in a dark green coat",
        &["looking back once", "putting one thing in order"],
    ),
    person(
        &["man", "gentleman", "groom", "widower", "guy"],
        "in a grey wool coat",
        &["looking back once", "putting one thing in order"],
    ),
];

/// The hero that a noun names.
pub fn by_word(word: &str) -> Option<&'static Hero> {
    HEROES.iter().find(|hero| hero.words.contains(&word))
}
