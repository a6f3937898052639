//! Things that are sold, and stories that are explained: what films without a hero are about.

/// A kind of goods. `{p}` stands for the product.
#[derive(Debug)]
pub struct Goods {
    /// The nouns that name it.
    pub words: &'static [&'static str],
    /// The category, as demographics say it.
    pub category: &'static str,
    /// What to come close to.
    pub parts: &'static [&'static str],
    /// Where it is used, each a picture of its own.
    pub uses: &'static [&'static str],
    /// Words to show that claim nothing.
    pub words_shown: &'static [&'static str],
}

/// All goods; the last are those of no kind.
const GOODS: &[Goods] = &[
    Goods {
        words: &["headphones", "headphone", "earbuds", "earphones", "headset", "earbud"],
        category: "electronics",
        parts: &[
            "the cushioned ear cup, stitch by stitch",
            "the metal hinge, folding silently",
            "the headband, a thin arc against the dark",
        ],
        uses: &[
            "a commuter on a packed train with {p} on, eyes closed, the city sliding past the window",
            "a runner alone on a long bridge with {p} on, the river below",
            "a pianist at a window with {p} on, hands above the keys",
            "a woman dancing alone in her kitchen with {p} on",
        ],
        words_shown: &["Hear only this", "The world, turned down", "Closer to the music", "Press play"],
    },
    Goods {
        words: &[
            "phone",
            "smartphone",
            "tablet",
            "laptop",
            "computer",
            "camera",
            "speaker",
            "console",
            "keyboard",
            "gadget",
            "device",
            "drone",
            "tv",
            "television",
        ],
        category: "electronics",
        parts: &["the edge, glass meeting metal", "a single key, its shadow sharp", "the lens, ring inside ring"],
        uses: &[
            "two friends on a rooftop, faces lit by {p}",
            "a desk by a window with {p} on it, a city waking behind",
            "a traveller on a station platform with {p} in hand",
            "a family around a table, {p} in the middle",
        ],
        words_shown: &["Look closer", "Within reach", "Made for your day", "Switch on"],
    },
    Goods {
        words: &["watch", "smartwatch", "wristwatch", "watches"],
        category: "accessories",
        parts: &[
            "the second hand, crossing the mark",
            "the winding knob, its fine teeth catching light",
            "gears turning behind glass",
        ],
        uses: &[
            "a pilot's wrist on a lever, {p} above the glove",
            "a swimmer leaving the water, {p} dripping and shining",
            "two hands at a concert, {p} on one of them",
            "a father handing {p} to his daughter",
        ],
        words_shown: &["Every second", "Time, worn well", "From hand to hand", "Now"],
    },
    Goods {
        words: &["shoes", "shoe", "sneakers", "boots", "trainers", "sandals", "sneaker"],
        category: "footwear",
        parts: &[
            "the sole bending, dust leaving its grooves",
            "the weave of the upper, thread by thread",
            "laces pulled tight",
        ],
        uses: &[
            "a runner crossing an empty bridge in {p}",
            "a child jumping over a puddle in {p}",
            "a hiker on a mountain ridge in {p}",
            "a dancer on a bare stage in {p}",
        ],
        words_shown: &["One step", "Then another", "Where to?", "Go"],
    },
    Goods {
        words: &[
            "perfume",
            "fragrance",
            "cream",
            "serum",
            "lipstick",
            "soap",
            "shampoo",
            "cosmetics",
            "skincare",
            "makeup",
            "candle",
        ],
        category: "beauty",
        parts: &[
            "a single drop on the rim of the glass",
            "the stopper, cut like a crystal",
            "light through the bottle, gold on the table",
        ],
        uses: &[
            "a woman at an open window, {p} on the sill",
            "a garden after rain, {p} on a stone among roses",
            "two coats in a hallway, {p} on the shelf between them",
            "a hand at a mirror reaching for {p}",
        ],
        words_shown: &["It stays", "Remember this", "Almost nothing", "Come closer"],
    },
    Goods {
        words: &["car", "scooter", "motorcycle", "bike", "bicycle", "ebike", "van", "suv"],
        category: "mobility",
        parts: &[
            "the wheel, spokes catching the light",
            "the line of the side, from light to light",
            "a drop running back along the paint",
        ],
        uses: &[
            "{p} on a coast road, the sea on one side",
            "{p} in a narrow city street, windows reflected",
            "{p} at the top of a mountain pass, the valley below",
            "{p} in front of a house, a door open",
        ],
        words_shown: &["Leave early", "The long way round", "Further", "Home, later"],
    },
    Goods {
        words: &[
            "coffee", "tea", "beer", "juice", "lemonade", "drink", "water", "wine", "whisky", "gin", "soda", "smoothie",
        ],
        category: "beverages",
        parts: &["one drop, falling", "steam and light over the rim", "the surface, perfectly still, then a ring"],
        uses: &[
            "two friends on a doorstep with {p} between them",
            "a kitchen window with {p} on the sill, a garden behind",
            "a long table under a tree, {p} going from hand to hand",
            "a night shift, one lamp, {p} beside the keyboard",
        ],
        words_shown: &["Take a moment", "Poured slowly", "One for you", "Stay a little"],
    },
    Goods {
        words: &[
            "chocolate",
            "snack",
            "cookie",
            "cookies",
            "cereal",
            "pizza",
            "burger",
            "honey",
            "cheese",
            "sauce",
            "icecream",
        ],
        category: "food",
        parts: &["the moment it breaks", "a thread of honey-coloured light along its edge", "crumbs on a dark board"],
        uses: &[
            "a kitchen table with {p} on a plate, hands coming from all sides",
            "a picnic blanket in a field, {p} in the middle",
            "a child sharing {p} on a school step",
            "a midnight kitchen, one lamp, and {p}",
        ],
        words_shown: &["The first bite", "Made to share", "Just one more", "Still warm"],
    },
    Goods {
        words: &["bag", "backpack", "handbag", "wallet", "suitcase", "purse", "luggage"],
        category: "accessories",
        parts: &["the seam, stitch after stitch", "the buckle, closing", "the grain of the material, like a map"],
        uses: &[
            "a station platform, a traveller with {p} on one shoulder",
            "a bicycle in a city street with {p} on the rack",
            "a beach, {p} half open on the sand",
            "a front door, {p} ready beside it",
        ],
        words_shown: &["Pack light", "Carry on", "All you need", "Ready"],
    },
    Goods {
        words: &[
            "ring",
            "necklace",
            "jewellery",
            "jewelry",
            "earrings",
            "bracelet",
            "diamond",
            "diamonds",
            "sunglasses",
            "glasses",
        ],
        category: "jewellery",
        parts: &["a facet, throwing one line of light", "the clasp, as small as a seed", "metal, warm from the hand"],
        uses: &[
            "two hands on a table, {p} between them",
            "a dark theatre, {p} catching the only light",
            "a window in the snow, {p} against a wool collar",
            "an old photograph, and {p} lying on it",
        ],
        words_shown: &["For a lifetime", "One small light", "Say nothing", "Yes"],
    },
    Goods {
        words: &["lamp", "chair", "sofa", "furniture", "mattress", "desk", "bed", "vase", "rug", "pillow"],
        category: "home",
        parts: &["the joint, edge into edge", "the fabric, thread crossing thread", "a shadow with a clean edge"],
        uses: &[
            "an empty room, {p} alone in window light",
            "a family evening, {p} in the middle of it",
            "a reader by the fire with {p}",
            "a small flat above the city with {p} by the window",
        ],
        words_shown: &["Sit down", "A quiet corner", "Room for you", "Home"],
    },
    Goods {
        words: &[
            "jacket", "dress", "shirt", "tshirt", "jeans", "coat", "sweater", "clothing", "fashion", "hat", "scarf",
            "hoodie",
        ],
        category: "fashion",
        parts: &["the weave, thread crossing thread", "a button going through its hole", "a hem moving in the wind"],
        uses: &[
            "a woman on a windy pier in {p}",
            "a man on a city roof in {p}",
            "friends around a fire, one of them in {p}",
            "a cyclist in a narrow side street in {p}",
        ],
        words_shown: &["Wear it in", "Cut for movement", "Any weather", "Yours"],
    },
    Goods {
        words: &["app", "software", "website", "platform", "service", "saas", "newsletter", "course", "startup"],
        category: "software",
        parts: &["a thumb above a lit screen", "a list, its last line ticked", "a message arriving, small and bright"],
        uses: &[
            "a woman at a kitchen table with {p} on her laptop, morning coffee beside it",
            "a market stall, the owner glancing at {p} between two customers",
            "a team around one screen, {p} open",
            "a father on a train, {p} on his phone, smiling",
        ],
        words_shown: &["One thing less", "Found in seconds", "Your day, sorted", "Begin"],
    },
    Goods {
        words: &["toy", "toys", "game", "doll", "lego", "puzzle", "teddy"],
        category: "toys",
        parts: &["a small painted face", "two pieces about to click", "a wheel, spinning"],
        uses: &[
            "a carpet turned into a landscape, {p} in its middle",
            "a garden, children running with {p}",
            "a grandfather on the floor with {p}",
            "a bed, a sleeping child, {p} still in hand",
        ],
        words_shown: &["Your move", "Again!", "Big worlds, small hands", "Play"],
    },
    Goods {
        words: &[],
        category: "consumer goods",
        parts: &["an edge, sharp as a horizon", "the surface, every grain of it", "the place where two materials meet"],
        uses: &[
            "two hands lifting {p} out of its box",
            "a table by a window with {p} on it, a day beginning",
            "a street in motion, somebody stopping because of {p}",
            "friends around a table, {p} among them",
        ],
        words_shown: &["Look closer", "Part of the day", "Made to be used", "Here it is"],
    },
];

/// The goods that a noun names.
pub fn by_word(word: &str) -> Option<&'static Goods> {
    GOODS.iter().find(|goods| goods.words.contains(&word))
}

/// Goods of no kind in particular.
pub fn plain() -> &'static Goods {
    &GOODS[GOODS.len() - 1]
}

/// A chapter of something told or explained. `{t}` stands for the topic.
#[derive(Debug)]
pub struct Chapter {
    /// What the chapter says, a sentence.
    pub says: &'static str,
    /// What is seen.
    pub seen: &'static str,
    /// Words to show.
    pub shown: &'static str,
}

const fn chapter(says: &'static str, seen: &'static str, shown: &'static str) -> Chapter {
    Chapter { says, seen, shown }
}

/// The history of tea.
pub const TEA: &[Chapter] = &[
    chapter(
        "A leaf falls into a bowl of hot water: so the legend of {t} begins.",
        "a misty hillside, rows of green tea bushes, a clay bowl with one floating leaf in front",
        "One leaf",
    ),
    chapter(
        "Monks learn to dry the leaf, and to stay awake with it.",
        "a monk at a small fire, an iron kettle, green tea leaves drying on a bamboo mat",
        "To stay awake",
    ),
    chapter(
        "Pressed into bricks, {t} learns to travel.",
        "mules on a narrow mountain path, loaded with dark bricks of tea",
        "Over the mountains",
    ),
    chapter(
        "A continent learns to wait for the caravan.",
        "a caravan of camels at a desert gate, tea chests in the sand, a brass samovar steaming",
        "Across the desert",
    ),
    chapter(
        "Then the ships come, and {t} becomes a race.",
        "a harbour of tall sailing ships, stamped tea chests on the quay",
        "Then, the ships",
    ),
    chapter(
        "In thin porcelain it becomes a ceremony of its own.",
        "a drawing room, a porcelain teapot and thin cups on white linen, a hand pouring",
        "A ceremony",
    ),
    chapter(
        "One harbour throws its tea into the water, and a country begins.",
        "wooden tea chests floating in dark harbour water, ropes and lanterns above",
        "Overboard",
    ),
    chapter(
        "It comes home to the street, sweet, milky and poured from a height.",
        "a street stall, a long thin arc of milky tea between two steel cups, steam all around",
        "Back on the street",
    ),
    chapter(
        "And today it is simply this: two hands and something warm.",
        "a kitchen window, two hands around a steaming cup of tea, a teapot on the sill",
        "Two warm hands",
    ),
];

/// The history of anything.
pub const HISTORY: &[Chapter] = &[
    chapter(
        "Before there was a word for {t}, there was a fire and somebody who wondered.",
        "a wide empty valley, two figures at a small fire",
        "Before the word",
    ),
    chapter(
        "The first trace of {t} is a line that a hand could draw.",
        "a cave wall by firelight, a hand drawing a first line with charcoal",
        "A first line",
    ),
    chapter(
        "It begins to travel, because people do.",
        "a caravan road through the desert, camels in a line, bundles on their backs",
        "It travels",
    ),
    chapter(
        "{T} crosses the sea, and nobody can keep it to themselves any more.",
        "a harbour of tall sailing ships, crates on the quay",
        "Over the sea",
    ),
    chapter(
        "In the market {t} stops being rare.",
        "a market street full of stalls, faces and coloured cloth",
        "For everyone",
    ),
    chapter(
        "Then somebody changes {t} for good, at a bench, by lamplight.",
        "a workshop of wheels, paper and lamps, one person bent over a bench",
        "Then, one idea",
    ),
    chapter(
        "Everything grows faster than anyone can follow.",
        "a factory hall of iron and steam, chimneys behind the windows",
        "Faster",
    ),
    chapter(
        "Today it is everywhere, and so it is hard to see.",
        "a city of a thousand lit windows, a river between towers",
        "Today",
    ),
    chapter(
        "What {t} will be next is being decided by someone small.",
        "a child at a high window, a hand on the glass, a city outside",
        "And next?",
    ),
];

/// How anything works.
pub const EXPLAINED: &[Chapter] = &[
    chapter(
        "The question first, as a child would ask it.",
        "a child at a table by a window, drawing {t} with a blue pencil",
        "The question",
    ),
    chapter(
        "What we usually see of {t} is only its outside.",
        "{t} in a wide view, a small figure standing before it",
        "What we see",
    ),
    chapter("So we build it small enough to hold.", "a model of {t} made of wire and card on a table", "Made small"),
    chapter(
        "Inside, the parts wait for each other.",
        "the model of {t} cut open, its parts lit one after the other",
        "Inside",
    ),
    chapter(
        "One thing pushes, the next one follows: that is all the secret there is.",
        "a blackboard with {t} in white chalk, arrows from part to part",
        "Cause, then effect",
    ),
    chapter("Now it runs.", "the model of {t} in motion, sparks of light along its edges, a face behind it", "It runs"),
    chapter(
        "And once one knows, one sees it everywhere.",
        "{t} out in the world again, people passing it in a street",
        "Everywhere",
    ),
    chapter(
        "The drawing is finished, and the answer hangs on the wall.",
        "a finished blue drawing of {t} on a kitchen wall, a child in front of it",
        "The answer",
    ),
];
