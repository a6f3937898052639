//! What the words of a subject mean to somebody who has to draw it. English first, the commonest words of other
//! languages after; what nobody has listed is decided by its hash elsewhere.

use crate::paint::{Color, rgb};

/// Where a scene is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Sea,
    Harbour,
    Underwater,
    Lake,
    River,
    Hills,
    Mountains,
    Forest,
    City,
    Desert,
    Snow,
    Space,
    Mars,
    Garden,
    Village,
    Road,
    Room,
    Studio,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Time {
    Dawn,
    Morning,
    Day,
    Afternoon,
    Sunset,
    Dusk,
    Night,
}

/// What comes from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Weather {
    Rain,
    Storm,
    Snowfall,
    Fog,
}

/// What stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Thing {
    Lighthouse,
    Sailboat,
    FishingBoat,
    Ship,
    Whale,
    Fish,
    Bridge,
    Tree,
    House,
    Windmill,
    Castle,
    Tent,
    Campfire,
    Person,
    OldMan,
    Woman,
    Child,
    Family,
    Robot,
    Astronaut,
    Kite,
    Balloon,
    Rocket,
    Plane,
    Planet,
    Train,
    Car,
    Bicycle,
    Bird,
    Cat,
    Dog,
    Horse,
    Flowers,
    Cup,
    Book,
    Letter,
    Lamp,
    Clock,
    Phone,
    Laptop,
    Headphones,
    Watch,
    Bottle,
    Bag,
    Umbrella,
    Moon,
    Stars,
    Box,
}

/// One meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// Where.
    Place(Place),
    /// When.
    Time(Time),
    /// What comes from above.
    Weather(Weather),
    /// What is there.
    Thing(Thing),
    /// Of the thing that follows.
    Color(Color),
    /// It is for sale: shown as products are.
    Product,
    /// What follows is not there.
    Not,
}

use Meaning as M;

/// Words of one meaning, parted by blanks; `*` at the end stands for any ending.
const LEXICON: &[(&str, Meaning)] = &[
    (
        "sea ocean coast* shore* beach* seaside cliff* wave waves tide surf island* meer ozean küste* strand insel mer océan plage côte mar océano playa costa mare spiaggia zee мор* океан* пляж* берег* 海 洋 岛 島 浜",
        M::Place(Place::Sea),
    ),
    (
        "harbour* harbor* port dock* marina pier quay wharf hafen puerto porto haven гаван* порт* 港",
        M::Place(Place::Harbour),
    ),
    ("underwater reef coral* aquarium submarine diver diving unterwasser", M::Place(Place::Underwater)),
    ("lake* pond* see lac lago laguna fjord* озер* 湖 池", M::Place(Place::Lake)),
    (
        "river* stream brook canal* waterfall* fluss bach rivière fleuve río rio fiume реки река реке 川 河 江",
        M::Place(Place::River),
    ),
    (
        "hill* valley* meadow* field* countryside pasture* farm* prairie grass* lawn park picnic nature landscape* hügel tal wiese* feld colline* vallée champ* colina* valle campo* луг* пол* холм* 丘 野 谷 原",
        M::Place(Place::Hills),
    ),
    (
        "mountain* alps alpine peak* summit* ridge everest climb* hik* berg* gipfel alpen montagne* montaña* montagna montanha* гор* 山 峰 岳",
        M::Place(Place::Mountains),
    ),
    (
        "forest* wood woods woodland jungle rainforest grove wald wälder forêt bois bosque selva foresta лес* 森 林",
        M::Place(Place::Forest),
    ),
    (
        "city cities town street* skyline downtown urban metropolis alley skyscraper* rooftop* avenue office* stadt straße* strasse ville rue ciudad calle città cidade rua tokyo york paris london berlin город* улиц* 街 市 城 町 都",
        M::Place(Place::City),
    ),
    (
        "desert* dune* sahara oasis canyon pyramid* wüste désert desierto deserto пустын* 沙漠 砂",
        M::Place(Place::Desert),
    ),
    (
        "winter arctic antarctic polar glacier* ice icy frozen eis hiver invierno inverno зим* 冬 氷",
        M::Place(Place::Snow),
    ),
    (
        "space cosmos cosmic galax* universe orbit* nebula* solar asteroid* interstellar weltall weltraum espace univers espacio universo космос* вселенн* 宇 宙",
        M::Place(Place::Space),
    ),
    ("mars martian марс* 火星", M::Place(Place::Mars)),
    (
        "garden* greenhouse orchard vineyard backyard garten jardin jardín giardino jardim сад* 庭 园 園",
        M::Place(Place::Garden),
    ),
    ("village* hamlet dorf dörfer villages pueblo villaggio aldeia деревн* 村", M::Place(Place::Village)),
    (
        "road* highway* motorway route drive driving journey travel* trip railway* rail tracks autobahn weg reise route carretera camino strada estrada дорог* 道 路 旅",
        M::Place(Place::Road),
    ),
    (
        "room* window* kitchen bedroom livingroom desk table* indoors interior fireplace sofa library study cafe café zimmer fenster küche tisch chambre fenêtre cuisine habitación ventana cocina mesa stanza finestra cucina комнат* окн* кухн* стол* 窓 窗 部屋 房 室",
        M::Place(Place::Room),
    ),
    (
        "studio plinth* sockel pedestal* podium showroom product* showcase* packshot launch brand* commercial advert* produkt* produit* producto*",
        M::Product,
    ),
    ("premium luxury luxurious exclusive flagship", M::Product),
    (
        "dawn sunrise* daybreak sunup morgenröte sonnenaufgang aube amanecer alba alvorada рассвет* 暁 夜明 日出",
        M::Time(Time::Dawn),
    ),
    ("morning* breakfast morgen* früh matin mañana mattina manhã утр* 朝 晨", M::Time(Time::Morning)),
    (
        "day noon midday sunny daylight summer spring mittag tag sommer midi jour été día verano sole sol день лет* 昼 夏 春 日中",
        M::Time(Time::Day),
    ),
    (
        "afternoon golden autumn nachmittag herbst après-midi automne tarde otoño осен* 秋 午後",
        M::Time(Time::Afternoon),
    ),
    ("sunset* sundown sonnenuntergang coucher atardecer ocaso tramonto закат* 夕", M::Time(Time::Sunset)),
    ("evening* dusk twilight abend* dämmerung soir crépuscule sera noite anochecer вечер* 暮 晩", M::Time(Time::Dusk)),
    ("night* midnight nocturnal nacht* mitternacht nuit noche notte ноч* 夜", M::Time(Time::Night)),
    ("rain* drizzle wet puddle* regen* pluie lluvia pioggia chuva дожд* 雨", M::Weather(Weather::Rain)),
    (
        "storm* tempest thunder* lightning hurricane gale sturm* gewitter orage tempête tormenta tempesta бур* шторм* гроз* 嵐 雷 暴",
        M::Weather(Weather::Storm),
    ),
    ("snow* blizzard schnee* neige nieve neve снег* 雪", M::Weather(Weather::Snowfall)),
    ("fog foggy mist misty haze hazy smoke nebel brume niebla nebbia туман* 霧 雾", M::Weather(Weather::Fog)),
    ("lighthouse* leuchtturm* phare faro farol маяк* 灯台 灯塔", M::Thing(Thing::Lighthouse)),
    ("sailboat* sail* yacht* regatta segel* voilier velero vela парус* 帆", M::Thing(Thing::Sailboat)),
    (
        "boat* fishing fisher* trawler* dinghy canoe* kayak* rowboat boot boote fischer* kahn bateau* barque barco* bote barca лодк* рыбак* 船 舟",
        M::Thing(Thing::FishingBoat),
    ),
    ("ship ships ferry cruise cargo vessel* freighter schiff* fähre navire buque nave корабл*", M::Thing(Thing::Ship)),
    ("whale* wal orca* baleine ballena balena кит 鯨 鲸", M::Thing(Thing::Whale)),
    ("fish fishes shark* dolphin* turtle* fische poisson* pez peces pesce рыб* 魚 鱼", M::Thing(Thing::Fish)),
    ("bridge* viaduct* brücke* pont puente ponte мост* 橋 桥", M::Thing(Thing::Bridge)),
    ("tree* oak baum bäume arbre* árbol* albero дерев* 木 树", M::Thing(Thing::Tree)),
    (
        "house* home cottage* cabin* hut barn chalet homestead haus häuser heim maison* casa* hogar дом* 家 屋",
        M::Thing(Thing::House),
    ),
    ("windmill* mill turbine* windrad mühle moulin molino", M::Thing(Thing::Windmill)),
    ("castle* palace fortress schloss burg château castillo castello замок* 城堡", M::Thing(Thing::Castle)),
    ("tent tents camp camping zelt", M::Thing(Thing::Tent)),
    ("campfire bonfire fire lagerfeuer feuer feu fuego fuoco кост* 火", M::Thing(Thing::Campfire)),
    (
        "person people man men keeper traveler traveller hiker* wanderer walker runner artist musician worker* hero someone stranger friend* team doctor teacher mann mensch* homme hombre* uomo homem человек* мужчин* 人 男",
        M::Thing(Thing::Person),
    ),
    ("grandfather grandpa captain sailor alter opa großvater abuelo nonno старик* 老", M::Thing(Thing::OldMan)),
    (
        "woman women girl* mother lady she her dancer queen princess bride daughter frau mädchen mutter femme* fille mujer* chica donna mulher женщин* девушк* 女",
        M::Thing(Thing::Woman),
    ),
    (
        "child* kid kids boy* son toddler baby kind kinder junge enfant* niño* niña* bambin* criança* ребен* дет* мальчик* девочк* 子",
        M::Thing(Thing::Child),
    ),
    ("family families couple lovers parents familie paar famille familia famiglia семь*", M::Thing(Thing::Family)),
    ("robot* android droid machine* робот* 机器人 ロボット", M::Thing(Thing::Robot)),
    ("astronaut* cosmonaut* космонавт*", M::Thing(Thing::Astronaut)),
    ("kite* drachen cerf-volant cometa aquilone 凧", M::Thing(Thing::Kite)),
    ("balloon* ballon* montgolfière globo* mongolfiera 気球", M::Thing(Thing::Balloon)),
    ("rocket* spaceship* spacecraft shuttle rakete* fusée cohete razzo ракет*", M::Thing(Thing::Rocket)),
    (
        "plane planes airplane* aeroplane* aircraft jet flight flugzeug* avion* avión aereo самолет*",
        M::Thing(Thing::Plane),
    ),
    ("planet* saturn jupiter earth erde planète* terre tierra планет* 星球", M::Thing(Thing::Planet)),
    ("train* locomotive railway tram zug züge bahn tren treno trem поезд* 電車", M::Thing(Thing::Train)),
    (
        "car cars automobile vehicle taxi van truck suv auto autos wagen voiture* coche* macchina carro машин* автомоб* 車 车",
        M::Thing(Thing::Car),
    ),
    ("bicycle* bike* cyclist cycling fahrrad vélo bicicleta bici велосипед*", M::Thing(Thing::Bicycle)),
    (
        "bird* gull* seagull* eagle* swallow* crane* owl* crow* raven* sparrow* dove vogel vögel oiseau* pájaro* ave uccello птиц* 鳥 鸟",
        M::Thing(Thing::Bird),
    ),
    ("cat cats kitten* kitty katze* chat chats gato* gatto кот кошк* 猫", M::Thing(Thing::Cat)),
    ("dog dogs puppy puppies hound hund* chien* perro* cane собак* пес 犬 狗", M::Thing(Thing::Dog)),
    ("horse* pony rider cowboy pferd* cheval caballo* cavallo лошад* конь 馬 马", M::Thing(Thing::Horse)),
    (
        "flower* rose roses tulip* blossom* bloom* bouquet sunflower* blume* fleur* flor flores fiore fiori цвет* 花 桜 樱",
        M::Thing(Thing::Flowers),
    ),
    (
        "coffee cup* mug* tea espresso cappuccino kaffee tee tasse* café thé té taza caffè tazza кофе чай чашк* 茶 杯 咖啡",
        M::Thing(Thing::Cup),
    ),
    (
        "book* novel* diary journal reading reader story buch bücher livre* libro* livro* книг* 本 書 书",
        M::Thing(Thing::Book),
    ),
    ("letter* envelope* paper mail postcard brief briefe lettre carta lettera письм* 信 手紙", M::Thing(Thing::Letter)),
    ("lamp* lantern* candle* lampe* laterne bougie lámpara vela lampada ламп* свеч* 灯", M::Thing(Thing::Lamp)),
    ("clock* hour time deadline uhr horloge reloj orologio час* 時計 钟", M::Thing(Thing::Clock)),
    (
        "phone* smartphone* mobile iphone app apps handy téléphone teléfono telefono телефон* 電話 手机",
        M::Thing(Thing::Phone),
    ),
    (
        "laptop* computer* notebook software code programmer website dashboard ordinateur ordenador компьютер* ноутбук*",
        M::Thing(Thing::Laptop),
    ),
    ("headphone* earphone* headset* earbuds kopfhörer casque auriculares cuffie наушник*", M::Thing(Thing::Headphones)),
    ("watch watches smartwatch* wristwatch armbanduhr montre", M::Thing(Thing::Watch)),
    (
        "bottle* perfume wine fragrance drink water-bottle cosmetic* serum skincare flasche* parfum bouteille botella bottiglia бутылк* духи 瓶",
        M::Thing(Thing::Bottle),
    ),
    ("bag* handbag* backpack* suitcase tasche sac bolso borsa сумк*", M::Thing(Thing::Bag)),
    ("umbrella* regenschirm schirm parapluie paraguas ombrello зонт* 傘 伞", M::Thing(Thing::Umbrella)),
    ("moon* moonlight mond* lune luna lua лун* 月", M::Thing(Thing::Moon)),
    ("star stars starry stern* étoile* estrella* stelle звезд* 星", M::Thing(Thing::Stars)),
    ("device* gadget* speaker* camera* box package* gift present", M::Thing(Thing::Box)),
    ("red crimson scarlet rot rote roter roten rouge rojo roja rosso rossa красн* 赤 红", M::Color(rgb(0xd8_3a34))),
    ("orange oranje", M::Color(rgb(0xef_8a3a))),
    ("yellow gelb* jaune amarillo giallo желт* 黄", M::Color(rgb(0xf4_c542))),
    ("green grün* vert verte verde зелен* 緑 绿", M::Color(rgb(0x4f_9e58))),
    ("blue blau* bleu* azul blu син* 青 蓝", M::Color(rgb(0x3a_74c4))),
    ("purple violet lila viola morado фиолет* 紫", M::Color(rgb(0x7d_52b8))),
    ("pink rosa", M::Color(rgb(0xee_86a6))),
    ("white weiß* weiss* blanc* blanco bianco бел* 白", M::Color(rgb(0xf4_f2ee))),
    ("black schwarz* noir negro nero черн* 黒 黑", M::Color(rgb(0x26_282e))),
    ("gold oro doré goldene* 金", M::Color(rgb(0xd9_ae5c))),
    ("silver silber* plata argent*", M::Color(rgb(0xc3_c9d0))),
    ("brown wooden braun* marron", M::Color(rgb(0x8a_5a3a))),
    ("no without ohne sans sin senza без", M::Not),
];

/// The words of a text in small letters. Scripts without blanks give whole runs.
pub fn tokens(text: &str) -> Vec<String> {
    // Nothing that is drawn depends on more; a hostile text costs no more than a long one.
    let text: String = text.chars().take(2000).collect();
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// All meanings found, in the order of the words.
pub fn read(text: &str) -> Vec<Meaning> {
    let mut found = Vec::new();
    for token in tokens(text) {
        if token.chars().any(is_ideographic) {
            run(&token, &mut found);
        } else {
            let meanings = LEXICON.iter().filter(|(words, _)| words.split(' ').any(|word| fits(word, &token)));
            found.extend(meanings.map(|(_, meaning)| *meaning));
        }
    }
    found
}

fn fits(word: &str, token: &str) -> bool {
    match word.strip_suffix('*') {
        // At most four letters may follow: `phone*` must not find `phoneticians`.
        Some(stem) => token.strip_prefix(stem).is_some_and(|rest| rest.chars().count() <= 4),
        None => word == token,
    }
}

fn is_ideographic(letter: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&letter) || ('\u{f900}'..='\u{faff}').contains(&letter)
}

/// A run without blanks: the longest known word at each place.
fn run(token: &str, found: &mut Vec<Meaning>) {
    let mut rest = token;
    while let Some(letter) = rest.chars().next() {
        let longest = LEXICON
            .iter()
            .flat_map(|(words, meaning)| words.split(' ').map(move |word| (word, meaning)))
            .filter(|(word, _)| word.starts_with(is_ideographic) && rest.starts_with(word))
            .max_by_key(|(word, _)| word.len());
        match longest {
            Some((word, meaning)) => {
                found.push(*meaning);
                rest = &rest[word.len()..];
            }
            None => rest = &rest[letter.len_utf8()..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_several_languages() {
        for text in ["the sea", "Das Meer", "la mer", "el mar", "у моря", "日本海"] {
            assert!(read(text).contains(&M::Place(Place::Sea)), "{text}");
        }
        assert_eq!(read("山の朝"), [M::Place(Place::Mountains), M::Time(Time::Morning)]);
    }

    #[test]
    fn an_ending_may_differ_but_a_longer_word_is_another_word() {
        assert!(read("mountains").contains(&M::Place(Place::Mountains)));
        assert!(!read("carpet").contains(&M::Thing(Thing::Car)));
        assert!(!read("phoneticians").contains(&M::Thing(Thing::Phone)));
        assert!(!read("catastrophe").contains(&M::Thing(Thing::Cat)));
    }
}
