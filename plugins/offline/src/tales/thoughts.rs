//! Free content in sixteen points: what a host can honestly say of any subject to people who want to begin with it. No
//! facts are made up; what is said is about beginning, trying, failing and going on.

use super::stage::{Stage, Who};

const H: Who = Who::Hero;
const F: Who = Who::Friend;
const R: Who = Who::Rival;

pub(super) const STAGES: &[Stage] = &[
    Stage {
        titles: &["The Question", "Stay a Minute", "Where It Begins"],
        outline: &[
            "{hero} opens with the question that brings most people to {topic}, and promises one useful answer.",
        ],
        told: &[
            "{idea}. Give it one minute. If nothing here is new to you, you have lost less than a coffee.",
            "Nobody is born knowing about {topic}. Everybody you admire in it was lost once, on a day like this.",
            "{when}, {at}. A good place to think about {topic}, because nothing else is asked of you here.",
        ],
        spoken: &[
            &[(F, "Why {topic}, of all things?"), (H, "Because everybody nods when they hear it, and nobody asks.")],
            &[(F, "I know nothing about it."), (H, "Perfect. Then there is nothing to unlearn.")],
        ],
    },
    Stage {
        titles: &["Why It Matters", "What Changes", "For Whom"],
        outline: &["Why {topic} matters to people who think that it does not concern them."],
        told: &[
            "You notice {topic} twice: when it is missing, and when somebody shows you what it can be.",
            "It matters less for what it is than for what it makes room for. Watch what people do afterwards.",
            "Think of the last time {topic} surprised you. That is the door. The rest is walking through it.",
        ],
        spoken: &[
            &[(R, "What do I get out of it?"), (H, "Probably less than you hope and more than you expect.")],
            &[(F, "Who is it for?"), (H, "For whoever is still here after the first question.")],
        ],
    },
    Stage {
        titles: &["The Myth", "What They Say", "Not Quite"],
        outline: &["The story that everybody tells about {topic}, and what is left of it when you look twice."],
        told: &[
            "Everybody has heard one sentence about {topic} and stopped there. Ask what came before that sentence.",
            "A thing can be repeated so often that it sounds old. Sounding old is not the same as being true.",
            "When somebody says that {topic} is simple, ask what they left out. That part is the interesting one.",
        ],
        spoken: &[
            &[(R, "Everybody knows that."), (H, "Who told you?"), (R, "Everybody."), (H, "Then nobody has checked.")],
            &[(F, "So it is wrong?"), (H, "It is half of it. The easy half.")],
        ],
    },
    Stage {
        titles: &["Begin Small", "One Minute", "The First Step"],
        outline: &["The smallest way to begin with {topic}, so small that there is no excuse left."],
        told: &[
            "Begin so small that it is almost silly. Silly things get done; great plans get framed.",
            "One minute today. Not ten, not a system. One minute with {topic}, at an hour you can keep.",
            "Do the first step before you feel ready. Feeling ready is what you get for having done it.",
        ],
        spoken: &[
            &[(F, "Where do I start?"), (H, "Where you stand. With what is in your hand.")],
            &[(F, "That is all?"), (H, "That is all for today. Tomorrow it is the same again.")],
        ],
    },
    Stage {
        titles: &["What You Need", "Less Than You Think", "Leave It Out"],
        outline: &["What one really needs for {topic}, and the longer list of what can stay in the shop."],
        told: &[
            "You need less than the shop says. A corner, a bit of time, and permission to be bad at it.",
            "Take one thing away before you add another. {topic} gets clearer with every thing that is gone.",
            "Close: {detail}. Most of what helps is already lying around somewhere near you.",
        ],
        spoken: &[
            &[(R, "I bought everything."), (H, "Then you have somewhere to put your coat.")],
            &[(F, "And if I have no time?"), (H, "Then keep the minute. Time grows around it.")],
        ],
    },
    Stage {
        titles: &["The Mistake", "Too Fast", "Everybody Does It"],
        outline: &["The mistake that everybody makes with {topic} in the first week, {hero} included."],
        told: &[
            "The usual mistake: too much on the first day. By Thursday {topic} is one more thing to feel guilty about.",
            "{hero} made it too: compared the first try with somebody's thousandth. Compare it with yesterday.",
            "If it stops being good, do not try harder. Make it smaller until it is good again.",
        ],
        spoken: &[
            &[(F, "I gave up after a week."), (H, "You did not give up. You found out that it was too much.")],
            &[(R, "I do it properly or not at all."), (H, "And how is not at all going?")],
        ],
    },
    Stage {
        titles: &["An Example", "Somebody You Know", "How It Went"],
        outline: &["One example from close by: how {hero} came to {topic} without meaning to."],
        told: &[
            "{hero} came to it by accident, {at}, on the way to something more important. That was years ago.",
            "There was no plan. There was {detail}, a free afternoon, and nobody who said stop.",
            "What stayed from the first time is a small thing: {moving}. Everything else was learnt later.",
        ],
        spoken: &[
            &[(F, "How did you begin?"), (H, "Badly. I recommend it. There is only one way from there.")],
            &[(F, "Were you good at it?"), (H, "I was there. Being good came later, on some days.")],
        ],
    },
    Stage {
        titles: &["Look Closer", "The Detail", "Slow Down"],
        outline: &["{topic} seen from very near: one detail that most people walk past."],
        told: &[
            "Close: {detail}. Whoever has looked at one thing for a whole minute knows what attention is.",
            "Slow down until you see the part that moves. {moving}. There, that is what this is about.",
            "Experts see less than beginners, but they know where to look. Today, look somewhere else.",
        ],
        spoken: &[
            &[(F, "I do not see it."), (H, "Look at the edge."), (F, "Oh."), (H, "Now you will always see it.")],
            &[(R, "I have no time for details."), (H, "They have no time for you either. Try it once.")],
        ],
    },
    Stage {
        titles: &["When It Gets Hard", "The Dip", "Day Nine"],
        outline: &["What to do with {topic} on the day on which it is no fun at all."],
        told: &[
            "There is a day on which it is no fun. It is usually the ninth. Put a cross on it now.",
            "On the hard day do half, and do it badly, but do it. That day counts double.",
            "Boredom is not the end of it. Boredom is the door behind which the good part starts.",
        ],
        spoken: &[
            &[(F, "And if I do not feel like it?"), (H, "Then do it without feeling like it. It does not mind.")],
            &[(R, "I knew it would not last."), (H, "It is a pause. Pauses are part of it.")],
        ],
    },
    Stage {
        titles: &["Ask Somebody", "Together", "Borrowed Eyes"],
        outline: &["Why one question to the right person is worth more for {topic} than a month alone."],
        told: &[
            "Find somebody who is one step ahead, not a hundred. They still remember where it hurts.",
            "Ask a question that can be answered in one sentence. People love to be asked that way.",
            "Show somebody what you have, before it is good. Borrowed eyes see what yours have got used to.",
        ],
        spoken: &[
            &[(F, "Can I ask something stupid?"), (H, "Please. Those are the ones that everybody has.")],
            &[(F, "Whom do I ask?"), (H, "Whoever was where you are a year ago.")],
        ],
    },
    Stage {
        titles: &["Keep Count", "A Line a Day", "What You Can See"],
        outline: &["How to notice that {topic} is getting better, when it feels as if nothing moves."],
        told: &[
            "Write down one line a day. Not how it was; only that it was. After thirty lines, read them.",
            "Progress is hard to feel and easy to see. Take one picture now, and one in a month.",
            "Do not count what is left. Count what is done; it is the only number that cannot shrink.",
        ],
        spoken: &[
            &[(F, "I am not getting any better."), (H, "Show me last month."), (F, "Oh.")],
            &[(R, "What is the goal?"), (H, "To know, in a month, what the goal should have been.")],
        ],
    },
    Stage {
        titles: &["Rest", "Nothing at All", "Leave It Alone"],
        outline: &["The part of {topic} that happens while nobody is doing anything."],
        told: &[
            "Leave it alone for a day. What you learn settles while you look out of the window.",
            "{moving}. Nobody made that happen. Some things only need to be left in peace.",
            "Rest is not the reward for {topic}. It is one half of it, and the half that people skip.",
        ],
        spoken: &[
            &[(F, "Is doing nothing allowed?"), (H, "It is on the list. Right here, see? Nothing.")],
            &[(R, "You are just sitting there."), (H, "Yes. It is going very well.")],
        ],
    },
    Stage {
        titles: &["The Other Side", "Who Disagrees", "Fair Enough"],
        outline: &["The best argument against {topic}, put fairly, and what it is right about."],
        told: &[
            "There are good reasons against it. Whoever cannot name one has not understood {topic} yet.",
            "Those who say that it is not for everybody are right. It is for some, and on some days.",
            "Keep what the critics are right about. It makes what is left much stronger.",
        ],
        spoken: &[
            &[
                (R, "I still think that it is overrated."),
                (H, "Good. What would you do instead?"),
                (R, "Less of it."),
                (H, "So would I."),
            ],
            &[(F, "What if they are right?"), (H, "Then we have learnt it for nothing. Cheap.")],
        ],
    },
    Stage {
        titles: &["Try This Tonight", "A Small Experiment", "Ten Breaths"],
        outline: &["An experiment with {topic} for this evening that takes no longer than a song."],
        told: &[
            "Tonight, for the length of one song: only {topic}, no phone, no second thing. Then stop.",
            "Do it once with your eyes on it and once without any hurry. Notice which of the two was longer.",
            "Before you sleep, say in one sentence what you noticed. If there is no sentence, there is tomorrow.",
        ],
        spoken: &[
            &[(F, "And if nothing happens?"), (H, "Then you had a quiet evening. There are worse results.")],
            &[(F, "Which song?"), (H, "The one you have not heard for ten years.")],
        ],
    },
    Stage {
        titles: &["Pass It On", "Tell One Person", "Shared"],
        outline: &["Whoever explains {topic} to one person understands it twice."],
        told: &[
            "Tell one person about it, without convincing them. Explaining is how you find the holes.",
            "Give away the first thing you were proud of. It makes room, and somebody needs it.",
            "What you pass on, you keep. It is one of the few things that work like that.",
        ],
        spoken: &[
            &[(F, "May I tell others?"), (H, "Tell one. Properly. One is a lot.")],
            &[(R, "All right. Explain it to me."), (H, "Sit down. It takes exactly one minute.")],
        ],
    },
    Stage {
        titles: &["In One Sentence", "What Stays", "Tomorrow, One Minute"],
        outline: &["{hero} sums up {topic} in one sentence and leaves the rest to the viewer."],
        told: &[
            "In one sentence: begin small, look closely, rest, and come back. That is all of {topic}, and it is \
enough.",
            "If you keep one thing from this, keep the minute. Tomorrow, same hour, same chair.",
            "{rest}. That was {topic}, as far as anyone can tell it. The rest is yours.",
        ],
        spoken: &[
            &[
                (F, "So, in one sentence?"),
                (H, "Begin small and come back."),
                (F, "That is two."),
                (H, "Then come back."),
            ],
            &[(F, "What now?"), (H, "Now one minute of it. I shall be quiet.")],
        ],
    },
];

/// What can be said at any point, by one who tells.
pub(super) const TOLD: &[&str] = &[
    "Here is a question about {topic} that costs nothing: what would it look like if it were easy?",
    "Close: {detail}. Things like that teach more about {topic} than any list.",
    "Change one thing at a time. Then you know, {when}, which of them it was.",
    "{moving}. Whoever can watch that for a minute has all the patience that {topic} asks for.",
    "If you are stuck with {topic}, change the place. {at}, for example, the same thought walks better.",
    "Name it. A difficulty with a name is half as large and twice as easy to ask about.",
    "Put it where you can see it. What lies in a drawer has been decided against, quietly.",
    "A good day with {topic} is one after which you could go on, and stop.",
    "There is a shortcut. It takes about as long as the way round, but with regret.",
    "What {hero} does when nothing works: {act}. It has never been wrong yet.",
    "Say no to one thing today. {topic} moves into whatever room becomes free.",
];

/// The same, spoken.
pub(super) const SPOKEN: &[&[(Who, &str)]] = &[
    &[
        (F, "What helped you most?"),
        (H, "This, of all things: {detail}."),
        (F, "And why?"),
        (H, "It was there every day."),
    ],
    &[(F, "Is it too late to begin?"), (H, "It is Tuesday. You can begin on a Tuesday.")],
    &[(R, "Prove it."), (H, "I cannot. You can, in a week.")],
    &[(F, "How long does it take?"), (H, "As long as it is interesting. Then one day longer.")],
    &[(F, "What do you do {when}?"), (H, "Nothing much. {act}, mostly.")],
    &[(R, "That sounds too simple."), (H, "It is simple. I never said that it is easy.")],
    &[(F, "And if I forget?"), (H, "Then you begin again. Beginning is the part you can already do.")],
];

/// The same for somebody who is alone.
pub(super) const ALONE: &[&[(Who, &str)]] = &[
    &[(H, "I shall say it as I would to a friend: do a little of {topic} today, and do not tell anybody.")],
    &[(H, "I used to think that {topic} was for other people. Other people thought so too.")],
    &[(H, "Ask me what I got wrong. It is a longer answer, and a better one.")],
    &[(H, "Look at this: {detail}. I learnt more from it than from any book about {topic}.")],
    &[(H, "No secret, sorry. One minute, every day, {at}. That is what there is.")],
    &[(H, "If it goes wrong, you have a story. If it goes well, you have a habit. Both are fine.")],
    &[(H, "Try it once before you agree with me. I might just be in a good mood.")],
];
