//! Memes in sixteen points: what everybody expects of a thing and what everybody gets. Nobody is laughed at but the one
//! who tells it.

use super::stage::{Stage, Who};

const H: Who = Who::Hero;
const F: Who = Who::Friend;
const R: Who = Who::Rival;

pub(super) const STAGES: &[Stage] = &[
    Stage {
        titles: &["Expectation", "How Hard Can It Be", "Day One"],
        outline: &["Expectation against reality: {hero} thinks that {topic} will be no trouble at all."],
        told: &[
            "{idea}. What {hero} expected: five minutes. What {hero} got: a new personality.",
            "Nobody. Absolutely nobody. {hero}, at two in the morning: I should read everything there is about \
{topic}.",
            "Step one: begin. Step two: regret. Step three: tell everyone about step one.",
        ],
        spoken: &[
            &[
                (H, "How hard can it be?"),
                (F, "Famous last words."),
                (H, "They are not my last words."),
                (F, "Give it a minute."),
            ],
            &[(H, "I have a plan for {topic}."), (F, "Is it on paper?"), (H, "It is on a feeling.")],
            &[(F, "You look ready."), (H, "I watched a video about it."), (F, "All of it?"), (H, "The thumbnail.")],
        ],
    },
    Stage {
        titles: &["The Expert", "I Did My Research", "Ten Minutes Later"],
        outline: &["After ten minutes {hero} is an expert on {topic} and has advice for everybody."],
        told: &[
            "{hero}, ten minutes into it: as somebody who has been doing this for a long time.",
            "Level one: tries it. Level two: has opinions. Level three: has a mug about it.",
            "{hero} does not know what {topic} means yet, but already knows who is doing it wrong.",
        ],
        spoken: &[
            &[
                (H, "Well, actually,"),
                (F, "No."),
                (H, "You do not know what I was going to say."),
                (F, "Nobody has to."),
            ],
            &[(F, "Since when do you know about {topic}?"), (H, "Since lunch.")],
            &[(H, "Ask me anything."), (F, "Why?"), (H, "Anything but that.")],
        ],
    },
    Stage {
        titles: &["The Friend", "Free Advice", "Have You Tried"],
        outline: &[
            "{friend} has exactly one piece of advice about {topic} and gives it in every situation.",
            "Everybody has exactly one piece of advice about {topic}, and it is always the same.",
        ],
        told: &[
            "Things people say about {topic}: just relax. Things that have never relaxed anybody: see above.",
            "Everyone who has never done it: have you tried doing it? {hero}: thank you. I am cured.",
            "Free advice: worth every penny. {hero} has collected a whole drawer of it.",
        ],
        spoken: &[
            &[(F, "Have you tried turning it off and on again?"), (H, "It is a Tuesday."), (F, "My point stands.")],
            &[(F, "Just be yourself."), (H, "That is how it went wrong."), (F, "Then be somebody with a list.")],
            &[(F, "You should drink more water."), (H, "I said it is about {topic}."), (F, "And I said what I said.")],
        ],
    },
    Stage {
        titles: &["The Voice at Night", "Three in the Morning", "By the Way"],
        outline: &["At three in the morning the head has one more thing to say about {topic}."],
        told: &[
            "Body: tired. Eyes: closed. Brain: remember that thing you said about {topic} in the year two thousand \
and nine?",
            "Sleep is for people who do not have {topic} to think about from every possible side.",
            "{hero} at noon: no thoughts at all. {hero} at midnight: a complete theory with footnotes.",
        ],
        spoken: &[
            &[(R, "Are you asleep?"), (H, "Yes."), (R, "Good. Let us talk about {topic}.")],
            &[(R, "Do you remember everything you said today?"), (H, "No."), (R, "I do.")],
            &[(H, "It can wait until tomorrow."), (R, "It could. It will not.")],
        ],
    },
    Stage {
        titles: &["The Shopping", "Professional Equipment", "Add to Cart"],
        outline: &["{hero} buys everything that one could need for {topic}, and then a chair to look at it from."],
        told: &[
            "Talent for it: none. Practice: none. Equipment: professional. {hero} is one bag away from greatness.",
            "It was on offer. {hero} has now saved so much money on {topic} that the rent is late.",
            "Owning the thing: ten points. Using the thing: nobody has ever got that far.",
        ],
        spoken: &[
            &[
                (F, "How many of those do you need?"),
                (H, "One."),
                (F, "How many do you have?"),
                (H, "That is a different question."),
            ],
            &[(H, "It was half price."), (F, "You do not even like it."), (H, "I like half.")],
            &[(F, "What does it do?"), (H, "It arrives tomorrow.")],
        ],
    },
    Stage {
        titles: &["The List", "Today for Sure", "Productivity"],
        outline: &["Today {hero} is going to deal with {topic}, right after everything else has been tidied up."],
        told: &[
            "To do: {topic}. Done instead: the drawer, the windows, a playlist, the drawer again.",
            "{hero} wrote a list, made it beautiful, and is now too tired for what is on it.",
            "It is ten past two, so {hero} will begin at three. It is five past three, so: tomorrow.",
        ],
        spoken: &[
            &[(F, "Have you started?"), (H, "Emotionally."), (F, "And really?"), (H, "I have sharpened a pencil.")],
            &[(H, "I work best under pressure."), (F, "The deadline was Monday."), (H, "I feel nothing.")],
            &[(F, "What did you do all day?"), (H, "I prepared."), (F, "For what?"), (H, "For starting.")],
        ],
    },
    Stage {
        titles: &["The Group Chat", "Seen", "Reply All"],
        outline: &["{hero} mentions {topic} in the group chat, and forty people answer something else."],
        told: &[
            "{hero}: a simple question about {topic}. The group chat: nineteen stickers and a wedding.",
            "Seen by all. Answered by none. {hero} will now explain it with a voice message of six minutes.",
            "Someone has left the group. Someone is {hero}. Someone forgot that they can still see that.",
        ],
        spoken: &[
            &[(H, "Did you read my message?"), (F, "I liked it."), (H, "It was a question.")],
            &[
                (F, "Sorry, I only saw this now."),
                (H, "You answered it yesterday."),
                (F, "That was not me. That was my thumb."),
            ],
            &[(H, "I shall keep it short."), (F, "It says six minutes."), (H, "Short for me.")],
        ],
    },
    Stage {
        titles: &["The Professionals", "Meanwhile, Online", "So Easy"],
        outline: &["Online somebody does it in nine seconds with one hand; {hero} takes notes."],
        told: &[
            "People online: it is so easy, just do this. Their kitchen: a spaceship. {hero}: one spoon.",
            "Nine seconds in the video. Four hours in real life. Nobody films the crying.",
            "The tutorial says: as you can see. {hero} cannot see. {hero} has never seen less.",
        ],
        spoken: &[
            &[(H, "It looked different in the video."), (F, "They had music."), (H, "That must be it.")],
            &[(F, "Did you follow the steps?"), (H, "In spirit.")],
            &[(H, "Why does mine look like that?"), (F, "Yours has character."), (H, "Mine has a leak.")],
        ],
    },
    Stage {
        titles: &["The Plot Twist", "It Talks Back", "From the Other Side"],
        outline: &["For once {topic} gets a say, and it has been keeping a diary about {hero}."],
        told: &[
            "Plot twist: from the point of view of {topic}, {hero} is the thing that keeps coming back.",
            "Day four hundred. {hero} still believes to be the main character. We let it happen.",
            "If {topic} could write reviews: two stars. Means well. Gives up early. Comes back with snacks.",
        ],
        spoken: &[
            &[(R, "We need to talk."), (H, "You cannot talk."), (R, "And yet you never listen.")],
            &[(H, "Why are you like this?"), (R, "I was like this when you got here.")],
            &[(R, "Same time tomorrow?"), (H, "I was going to stop."), (R, "Same time tomorrow, then.")],
        ],
    },
    Stage {
        titles: &["The Weather", "Small Talk", "Busy, and You?"],
        outline: &["Somebody asks {hero} how it is going, and {hero} makes the mistake of answering."],
        told: &[
            "“How are you” is not a question, as {hero} finds out eleven minutes into the answer.",
            "Small talk, level one: the weather. Level two: work. Final boss: {topic}.",
            "{hero} has two moods: fine, and a presentation about {topic} with slides.",
        ],
        spoken: &[
            &[(F, "How are you?"), (H, "Do you have time?"), (F, "No."), (H, "Then fine.")],
            &[(F, "Anything new?"), (H, "{topic}."), (F, "That is not new."), (H, "It is new every day.")],
            &[(H, "You too!"), (F, "I said enjoy your meal."), (H, "I panicked.")],
        ],
    },
    Stage {
        titles: &["The Budget", "An Investment", "Only This Once"],
        outline: &["{hero} calculates what {topic} has cost so far and decides never to calculate again."],
        told: &[
            "Bank account: please. {hero}: it is an investment. Bank account: in what? {hero}: in {topic}.",
            "Treat yourself, they said. {hero} has been treated. The patient is not doing well.",
            "Money cannot buy happiness. It can buy {topic}, though, and the queue is shorter.",
        ],
        spoken: &[
            &[(F, "How much was it?"), (H, "Less than two of them."), (F, "How many did you buy?"), (H, "Three.")],
            &[(H, "I made a budget."), (F, "And?"), (H, "I am not in it.")],
            &[(F, "Do you need it?"), (H, "Define need."), (F, "No.")],
        ],
    },
    Stage {
        titles: &["The Comeback", "Fresh Start", "New Me"],
        outline: &["On Monday {hero} makes a fresh start with {topic}. It is Thursday. It was that Monday."],
        told: &[
            "New week, new me. Tuesday: old me, but with a receipt.",
            "{hero} did not give up on {topic}. {hero} is on a break that both sides needed.",
            "A fresh start, again. By now {hero} has so many that they could be sold in a dozen.",
        ],
        spoken: &[
            &[(H, "From Monday on, everything will be different."), (F, "It is Monday."), (H, "The next one.")],
            &[(F, "I thought you had stopped."), (H, "I had. Very successfully. Several times.")],
            &[(H, "This time it is serious."), (F, "What was it last time?"), (H, "A rehearsal.")],
        ],
    },
    Stage {
        titles: &["The Witness", "Nobody Saw That", "In Public"],
        outline: &["It works perfectly as long as nobody looks; then somebody looks."],
        told: &[
            "Alone: flawless. With one person watching: {hero} forgets how hands work.",
            "Nobody saw it. Except the one person {hero} wanted to impress. And a dog. And a camera.",
            "If it is not on video, it happened perfectly. There is a video.",
        ],
        spoken: &[
            &[(H, "Did you see that?"), (F, "No."), (H, "It was amazing. And before that?"), (F, "That I saw.")],
            &[(H, "Watch this!"), (F, "I am watching."), (H, "Stop watching.")],
            &[(F, "Was that on purpose?"), (H, "It is now.")],
        ],
    },
    Stage {
        titles: &["The Science", "Statistics", "A Study of One"],
        outline: &["A study with one participant, {hero}, proves everything about {topic} that {hero} wanted to hear."],
        told: &[
            "Nine out of ten experts agree. The tenth is {hero}, who lives with {topic}.",
            "A diagram of {topic}: left, hope. Right, snacks. In the middle, {hero}, pointing at the diagram.",
            "Fun fact: nobody has ever calmed down because somebody told them that they should.",
        ],
        spoken: &[
            &[(H, "Studies show it."), (F, "Which ones?"), (H, "The ones in my head. Peer reviewed, by me.")],
            &[(F, "That is not how it works."), (H, "How does it work?"), (F, "Not like that.")],
            &[(H, "Correlation."), (F, "Is not causation."), (H, "But it is a very nice couple.")],
        ],
    },
    Stage {
        titles: &["Acceptance", "We Live Here Now", "Peace"],
        outline: &["The five stages of {topic}: denial, snacks, anger, snacks, and at last acceptance."],
        told: &[
            "Denial. Anger. Bargaining. A snack. Acceptance. {hero} is at the snack, and it is going well.",
            "At some point {hero} stopped fighting it and gave it a name. It is family now.",
            "It is not a problem, it is a lifestyle. {hero} read that on a cushion.",
        ],
        spoken: &[
            &[
                (F, "Are you all right?"),
                (H, "I have made my peace with it."),
                (F, "You are twitching."),
                (H, "Peacefully."),
            ],
            &[(H, "I do not even mind any more."), (F, "You made a spreadsheet."), (H, "A calm one.")],
            &[(F, "Is this it, then?"), (H, "This is it. Bring a chair.")],
        ],
    },
    Stage {
        titles: &["And Again", "The Moral", "See You Tomorrow"],
        outline: &["{hero} has learnt something from all this, forgets it at once, and begins again from the top."],
        told: &[
            "The moral of {topic}: there is none. Anyway, {hero} starts again tomorrow. Five minutes, how hard can it \
be?",
            "Lesson learnt. Lesson forgotten. See you tomorrow, same place, same face.",
            "In the end it was about the friends {hero} annoyed along the way.",
        ],
        spoken: &[
            &[(F, "So what did we learn?"), (H, "Nothing."), (F, "And?"), (H, "I would do it again.")],
            &[(H, "Never again."), (F, "Tomorrow?"), (H, "What time?")],
            &[(F, "Was it worth it?"), (H, "No. Ask me again tomorrow. Also no. See you there.")],
        ],
    },
];

/// Jokes for any point.
pub(super) const TOLD: &[&str] = &[
    "Me: one more and then I stop. Narrator: it was not one more. {hero} did not stop.",
    "{hero} {at}, looking calm. Inside: nineteen open tabs, one of them playing music.",
    "Everyone else in the room: normal. {hero}: {topic}. In capital letters. With gestures.",
    "When {topic} comes up {at} and everybody slowly turns to look at {hero}.",
    "Nobody warned {hero} about {topic}. Except everybody. Several times. In writing.",
    "The five seconds before {topic}: peace. The five seconds after: {hero} is a cautionary tale.",
    "{hero}'s battery: two per cent. {hero}'s plans: all of them. {topic}: yes.",
    "A moment of silence for {hero}'s plans. They were young. They were due at noon.",
    "Confidence: a hundred. Skill: loading. {hero} presses start anyway.",
    "{hero} said “quick question”. That was forty minutes ago. {topic} has entered the chat.",
    "Some people meditate. {hero} stares at {topic} until it becomes somebody else's problem.",
];

/// The same, spoken.
pub(super) const SPOKEN: &[&[(Who, &str)]] = &[
    &[(F, "Why are you {at}?"), (H, "{topic}."), (F, "Say no more."), (H, "I could, though.")],
    &[(H, "I can explain."), (F, "Can you?"), (H, "No. But it would take longer.")],
    &[(F, "Who did this?"), (H, "A professional."), (F, "You?"), (H, "I said what I said.")],
    &[(R, "Just one more."), (H, "You said that before."), (R, "And was I wrong?"), (H, "Every time. Fine. One more.")],
    &[(F, "On a scale from one to ten?"), (H, "Yes.")],
    &[
        (H, "It is not what it looks like."),
        (F, "It looks like {topic}."),
        (H, "Then it is exactly what it looks like."),
    ],
    &[(F, "Did it work?"), (H, "Depends. What was it supposed to do?")],
    &[(H, "I have everything under control."), (F, "It is on the ceiling."), (H, "Under control, on the ceiling.")],
];

/// The same for somebody who is alone.
pub(super) const ALONE: &[&[(Who, &str)]] = &[
    &[(H, "Day one. I have told nobody. Day two. I have told everybody. Day three. I have moved.")],
    &[(H, "Note to self: never again. Note to self: that note was from yesterday.")],
    &[(H, "I am not lost. I am early, in the wrong place.")],
    &[(H, "Is it {topic} if nobody is watching? Asking for me. I am the friend.")],
    &[(H, "Five minutes, I said. What year is it? Who is president? Did I eat?")],
    &[(H, "I do not have a problem with {topic}. {topic} has a problem with me, and it is winning.")],
    &[(H, "Deep breath. I am calm. I am a lake. I am a lake with a phone.")],
];
