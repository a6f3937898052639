//! The arc of movies and stories, in sixteen stages: an ordinary life, something that does not belong there, a reason
//! to go, a price, a turn, the lowest point, a last try, and the first picture seen with other eyes. A shorter outline
//! has fewer of them, always the first and the last.

use super::stage::{Stage, Who};

const H: Who = Who::Hero;
const F: Who = Who::Friend;
const R: Who = Who::Rival;

pub(super) const STAGES: &[Stage] = &[
    Stage {
        titles: &["An Ordinary Day", "The Same Hour", "Before"],
        outline: &["{hero} lives {world} and knows every hour of it, until the day that {a_thing} turns up."],
        told: &[
            "{when}. {moving}. {hero} has seen it a thousand times and still looks up, every day, as if it were new.",
            "{hero} is {act}. The day has its order, and {hero} has kept it longer than anybody asked.",
            "There is a list of things that {hero} never speaks about. {quest} stands at the top.",
            "Close: {detail}. A life fits into very few things, as long as nobody asks it to move.",
        ],
        spoken: &[
            &[
                (F, "You were up before everybody again."),
                (H, "Somebody has to be."),
                (F, "That is what you say every day."),
            ],
            &[(F, "When did you last do something for the first time?"), (H, "Define last.")],
            &[(H, "Listen. Do you hear that?"), (F, "I hear nothing."), (H, "Exactly. That is new.")],
        ],
    },
    Stage {
        titles: &["What Lay There", "The Find", "Nobody's Property"],
        outline: &["{hero} comes upon {a_thing} where nothing was the day before, and cannot leave it alone."],
        told: &[
            "It lies {at}, where nothing lay yesterday: {a_thing}. {hero} walks past, stops, and walks back.",
            "{thing} weighs less than it should. {hero} turns it over twice and finds no name.",
            "By evening {hero} has put {thing} away three times and taken it out four.",
            "Nobody asks for it. That is the strange part: {hero} waits all day, and nobody asks.",
        ],
        spoken: &[
            &[
                (F, "Where did you find that?"),
                (H, "It was waiting."),
                (F, "Things do not wait."),
                (H, "This one did."),
            ],
            &[(H, "I want to know whose it is."), (F, "And then?"), (H, "Then I want to know why it came to me.")],
            &[(F, "Put it back."), (H, "Back where? It was nowhere before.")],
        ],
    },
    Stage {
        titles: &["The Reason", "Said Aloud", "A Promise"],
        outline: &[
            "{hero} admits to {friend} what it is really about: {quest}. They shake hands on it.",
            "{hero} says aloud for the first time what it is really about: {quest}.",
        ],
        told: &[
            "For years {hero} has had a reason not to. Tonight, {at}, the reason is gone.",
            "{quest}: put like that it sounds simple. {hero} says it twice, to hear whether it stays simple.",
            "{friend} does not laugh. Of everything that could have happened, {hero} was least prepared for that.",
            "{moving}, and {hero} counts what there is: {thing}, two hands, and not much time.",
        ],
        spoken: &[
            &[(H, "It comes down to one thing: {quest}."), (F, "I know. I have known for years.")],
            &[(F, "If we do this, we do it properly."), (H, "We?"), (F, "Did you think I would only watch?")],
            &[
                (H, "Promise me you will say it when I am wrong."),
                (F, "You are wrong about the weather. Otherwise, go on."),
            ],
        ],
    },
    Stage {
        titles: &["The Doubter", "Against It", "In Front of Everyone"],
        outline: &[
            "{rival} hears of the plan and says before everybody that it has never worked and never will.",
            "Word gets round, and everybody tells {hero} that it has never worked and never will.",
        ],
        told: &[
            "{rival} does not shout. {rival} never has to; people lean in to hear why it cannot be done.",
            "Everyone has an opinion by noon. {hero} collects them all and keeps none.",
            "What hurts is not the doubt. What hurts is that {hero} had the same one, word for word, last night.",
            "{at} somebody has already cleared a place for the moment when {hero} gives up.",
        ],
        spoken: &[
            &[
                (R, "Better people have tried it."),
                (H, "Then I shall ask them what went wrong."),
                (R, "They do not talk about it."),
            ],
            &[
                (R, "Give me {thing} and go home."),
                (H, "I am home."),
                (R, "Then you have more to lose than I thought."),
            ],
            &[(F, "Did you hear what they say?"), (H, "Every word."), (F, "And?"), (H, "Some of it was funny.")],
        ],
    },
    Stage {
        titles: &["Setting Out", "The First Mile", "No Way Round"],
        outline: &["Against good advice {hero} sets out, with {thing} and nothing that could be called a plan."],
        told: &[
            "{when} {hero} goes, {at}, without turning round. Turning round is how most journeys end.",
            "{hero} has packed for three kinds of weather and forgotten the fourth. {moving}.",
            "The first hour is easy. {hero} distrusts it and walks faster.",
            "{friend} carries the heavier bag and complains about the lighter one.",
        ],
        spoken: &[
            &[(F, "Do we have a plan?"), (H, "We have a direction."), (F, "That is half of one.")],
            &[
                (H, "Last chance to stay."),
                (F, "You said that at the door."),
                (H, "I was hoping you had thought about it."),
            ],
            &[(F, "What if nobody is there?"), (H, "Then we shall be the first.")],
        ],
    },
    Stage {
        titles: &["Beginner's Luck", "It Works", "A Small Yes"],
        outline: &["The first attempt works better than it should, and {hero} begins to believe in it."],
        told: &[
            "It works. Not well, not for long, but {hero} has seen it with {his} own eyes.",
            "{hero} is {act}, and for once nothing resists. It feels like being forgiven.",
            "{at} something gives way that was shut for years. {hero} tries not to smile and fails.",
            "Close: {detail}. {hero} will remember this, and not the hard part before it.",
        ],
        spoken: &[
            &[(F, "Do that again."), (H, "I do not know how I did it."), (F, "Then do not think. Just do it again.")],
            &[(H, "Did you see?"), (F, "I saw."), (H, "Say it."), (F, "It worked. There. I said it.")],
            &[(F, "You are smiling."), (H, "It is the light.")],
        ],
    },
    Stage {
        titles: &["The Price", "A Bill Arrives", "What It Costs"],
        outline: &[
            "Then the first bill arrives: what was easy yesterday costs {hero} something that cannot be replaced.",
        ],
        told: &[
            "Nothing is free {world}. {hero} learns it {at}, late, with both hands full.",
            "{hero} has to choose between two things and takes too long; then there is only one.",
            "{moving}, as if nothing had happened. That is what {hero} cannot stand about it.",
            "It is a small loss, people say. They have never had to carry it.",
        ],
        spoken: &[
            &[(H, "I should have seen it coming."), (F, "You were looking ahead."), (H, "That is where it came from.")],
            &[(F, "We can stop here. Nobody would blame us."), (H, "That is exactly what worries me.")],
            &[(R, "I told you what it costs."), (H, "You told me it could not be bought.")],
        ],
    },
    Stage {
        titles: &["What Was Kept Back", "The Secret", "A Second Story"],
        outline: &[
            "{friend} has known {thing} for longer than anybody, and tells {hero} so at the worst of moments.",
            "{hero} finds out that {thing} has been here before, and that somebody took care to hide it.",
        ],
        told: &[
            "There is a second story underneath the first. {hero} has been walking on it for days.",
            "{friend} knew. It is said {at}, quietly, and {moving} all the while.",
            "{hero} holds {thing} against the light and sees at last what was scratched out.",
            "Nobody lied. They only left out the sentence that everything hung on.",
        ],
        spoken: &[
            &[(F, "I have seen it before."), (H, "When?"), (F, "Before you. I should have told you.")],
            &[(H, "Why now?"), (F, "Because tomorrow you would have found out alone.")],
            &[(H, "Is there anything else?"), (F, "One thing."), (H, "Say it while I am still angry.")],
        ],
    },
    Stage {
        titles: &["The Turn", "Everything at Once", "Then"],
        outline: &["Then {turn}; whatever was planned no longer holds, and {hero} has to decide at once."],
        told: &[
            "Then {turn}. {hero} does not run. There is nowhere left that would be away from it.",
            "In one breath the map is wrong, the hour is wrong, and {hero} is the only one standing.",
            "{hero} looks at {thing}, and for a moment nothing moves {at}.",
            "Afterwards everyone will say that they knew. Nobody knew.",
        ],
        spoken: &[
            &[
                (F, "What is that?"),
                (H, "What we were afraid of."),
                (F, "It is smaller than I thought."),
                (H, "It is not all here yet."),
            ],
            &[(H, "Go. I shall hold it."), (F, "You cannot hold it."), (H, "Long enough is all I need.")],
            &[(R, "Now do you believe me?"), (H, "I believe you were here before us.")],
        ],
    },
    Stage {
        titles: &["Empty Hands", "Gone", "The Quarrel"],
        outline: &[
            "{thing} is gone, {hero} blames {friend} for it, and the two part without a word.",
            "{thing} is gone, and {hero} searches every place twice before admitting it.",
        ],
        told: &[
            "{thing} is gone. {hero} searches {at}, then everywhere, then everywhere again.",
            "The words are out before they are thought. {friend} picks up a coat and goes.",
            "What remains: {detail}, and a silence that has somebody's shape.",
            "{hero} is {act}, because hands want something to do when they are empty.",
        ],
        spoken: &[
            &[(H, "You had it last."), (F, "Is that what you think of me?"), (H, "I am too tired to think.")],
            &[(F, "I came along for you. Not for that thing."), (H, "Then go."), (F, "I am going.")],
            &[(R, "Alone now?"), (H, "I was alone before. I know how it works.")],
        ],
    },
    Stage {
        titles: &["The Lowest Point", "Nobody There", "The Long Night"],
        outline: &["Alone, with nothing left to lose, {hero} comes close to giving it up for good."],
        told: &[
            "It is not dramatic. {hero} sits {at} and cannot remember how it began.",
            "Giving up turns out to be easy. One only has to stay where one is. {moving}.",
            "{hero} practises the sentence that will have to be said at home. It has three words.",
            "Close: {detail}. It was there all the time. So was {hero}.",
        ],
        spoken: &[
            &[(R, "You can still turn back."), (H, "I know the way back. That is the trouble with it.")],
            &[(H, "I was so sure."), (R, "Everybody is, at the beginning."), (H, "Were you?"), (R, "Once.")],
            &[(H, "If you can hear me: I am sorry. That is all. I just wanted it said.")],
        ],
    },
    Stage {
        titles: &["What It Was For", "Seen from Behind", "The Other Side"],
        outline: &["In the quiet {hero} understands what {thing} was for all along: not an answer, but a way to ask."],
        told: &[
            "{when} it comes to {hero}, without any noise: it was never about {thing}.",
            "{hero} laughs, alone, {at}. It had been so simple that nobody had tried it.",
            "All the wrong turns had one thing in common, and it was facing the other way.",
            "{hero} draws it in the dust with one finger, and it fits.",
        ],
        spoken: &[
            &[(H, "We held it upside down."), (F, "All that time?"), (H, "All that time.")],
            &[(H, "It does not open anything. It shows who is willing to knock.")],
            &[(F, "Say it again, slowly."), (H, "We do not need it. We needed to look for it.")],
        ],
    },
    Stage {
        titles: &["Two Again", "The Way Back", "An Apology"],
        outline: &[
            "{hero} finds {friend} again and says the one thing that was missing; now they are two.",
            "{hero} goes back to those who laughed and asks them for help, which takes more courage than anything \
before.",
        ],
        told: &[
            "{friend} is where {hero} would have looked first, had {hero} looked at all.",
            "An apology has no good place to stand. {hero} makes it {at}, in the way of everybody.",
            "They do not embrace. They share what is left of the bread, which is more.",
            "{moving}. Two people walk through it at the same speed, and neither says why.",
        ],
        spoken: &[
            &[(H, "I was wrong about you."), (F, "Only about me?"), (H, "Let me start with you.")],
            &[(F, "You came back for that thing."), (H, "I left it there. I came back for you.")],
            &[(F, "So what is the plan?"), (H, "There is one, this time."), (F, "Now I am worried.")],
        ],
    },
    Stage {
        titles: &["The Last Try", "Now", "All of It"],
        outline: &["Everything they have goes into one last try, and for a moment {quest} is within reach."],
        told: &[
            "{when}, {at}. Nobody speaks. {hero} breathes in, and begins.",
            "Once more {turn}. This time {hero} has counted on it, and {thing} is where it was all along.",
            "There is a moment in which it can go either way. {hero} leans, by the width of a hand.",
            "It holds. It should not hold, and it holds.",
        ],
        spoken: &[
            &[(F, "Ready?"), (H, "No."), (F, "Good. Me neither. On three.")],
            &[(H, "Now!"), (F, "It is too early."), (H, "It is always too early. Now!")],
            &[(R, "You will break it."), (H, "Then it will have been used.")],
        ],
    },
    Stage {
        titles: &["What the Doubter Said", "An Answer", "Afterwards"],
        outline: &[
            "{rival}, who has seen it all, puts down what {rival} was holding and asks how it was done.",
            "Those who doubted have seen it too, and one after the other they ask {hero} how it was done.",
        ],
        told: &[
            "{rival} stands {at} for a long time. Then {rival} takes off an imaginary hat.",
            "Nobody applauds. They come nearer, which is better.",
            "{hero} explains it twice, badly, and is understood.",
            "Some things are over without a sound. {moving}.",
        ],
        spoken: &[
            &[(R, "How did you know?"), (H, "I did not."), (R, "That is what I could never do.")],
            &[(R, "I would have stopped you."), (H, "You did. It helped.")],
            &[(F, "Did you hear? They are telling it already."), (H, "Are we in it?"), (F, "You are taller.")],
        ],
    },
    Stage {
        titles: &["Home", "The Same Hour, Otherwise", "As It Began"],
        outline: &["{rest}. {hero} stands where it all began; it is the same place, and another one."],
        told: &[
            "{when}. {rest}. {hero} stands where it began, and it is another place.",
            "{thing} lies on the sill now, where everybody can see it. Nobody asks what it is for.",
            "{hero} is {act}, as on the first day. Only the hands know the difference.",
            "That was {quest}. Tomorrow somebody else will find something that should not be there.",
        ],
        spoken: &[
            &[
                (F, "And tomorrow?"),
                (H, "Tomorrow we sleep late."),
                (F, "And then?"),
                (H, "Then we shall see who knocks."),
            ],
            &[(F, "Was it worth it?"), (H, "Ask me in ten years."), (F, "I shall be here.")],
            &[(H, "Listen. Do you hear that?"), (F, "I hear nothing."), (H, "Neither do I. Beautiful, is it not?")],
        ],
    },
];

/// What can happen at any point, told.
pub(super) const TOLD: &[&str] = &[
    "{moving}. {hero} stays {at}, {act}, and says nothing for a long while.",
    "Close: {detail}. {hero} has walked past it a hundred times and sees it for the first time.",
    "{at}, {hero} is {act}. It is not courage; it is only the next thing to do.",
    "{when} the light changes, and with it the size of everything. {hero} goes on, {act}.",
    "{hero} thinks of {thing}, then tries to think of nothing, and ends up {at}.",
    "One more hour, {hero} decides, {at}. {moving}. One more hour, and one after that.",
    "Somewhere {at} there must be a sign. What there is: {detail}. It will have to do.",
    "{hero} makes a small plan {at} and keeps it: first {act}, then everything else.",
    "A stranger {at} nods as if they had met before. {hero} carries that nod along all day.",
    "{moving}. It looks like waiting; it is the opposite. {hero} is {act}.",
    "There are two ways on from here, {at}. {hero} takes the one without footprints.",
    "{hero} wakes {at} and needs a moment to know which day it is. {moving}.",
    "What {hero} keeps from this place: {detail}. Not more than fits into one hand.",
];

/// What can be said at any point.
pub(super) const SPOKEN: &[&[(Who, &str)]] = &[
    &[(F, "Where are we?"), (H, "{at}."), (F, "I can see that. I meant otherwise.")],
    &[(H, "Did you notice this? {detail}."), (F, "Now that you say it.")],
    &[
        (F, "You are quiet."),
        (H, "I am counting."),
        (F, "What?"),
        (H, "The reasons to go on. There are more than I thought."),
    ],
    &[(H, "Look. {moving}."), (F, "It always does."), (H, "Not like that.")],
    &[(F, "Tell me about {thing}."), (H, "You would not believe it."), (F, "I believed you about the rest.")],
    &[(F, "How much longer?"), (H, "Until it is done, and then home.")],
    &[
        (H, "If I do not come back {when}, go without me."),
        (F, "You say that every time."),
        (H, "One day I shall mean it."),
    ],
    &[(F, "What did you see {at}?"), (H, "Nothing. But it had been there a moment before.")],
    &[(F, "Are you afraid?"), (H, "Only of the part in which nothing happens.")],
    &[(R, "Still here?"), (H, "Still here."), (R, "I had almost begun to respect you.")],
    &[(F, "We should rest."), (H, "{at}?"), (F, "Anywhere. Even there.")],
];

/// The same for somebody who is alone.
pub(super) const ALONE: &[&[(Who, &str)]] = &[
    &[(H, "All right. {at}. One thing after the other, and the first thing first.")],
    &[(H, "{detail}. So somebody was here before me. Good. Then it can be done.")],
    &[(H, "If anybody asks: I was never here. And if nobody asks, I was here the longest.")],
    &[(H, "It comes down to {quest}. Say it again. It comes down to {quest}.")],
    &[(H, "Look at that. {moving}. And I wanted to stay at home.")],
    &[(H, "I know this part. This is where people turn round. Not today.")],
    &[(H, "What would I tell somebody else? Go on. So: go on.")],
    &[(H, "{thing}. You could at least tell me why it had to be me.")],
    &[(H, "One hour. I give it one hour, {at}, and then one more.")],
];
