//! What operations cost: what they may, before they are sent, and what they did.

use kinora_domain::documents::{
    ImageOperation, MediaOutcome, Model, Outcome, Price, TextOperation, TextOutcome, Usage, VideoOperation,
};
use kinora_runtime::Plugin;
use serde::de::DeserializeOwned;

use crate::studio::Studio;

/// The bytes of a token in what is sent, at least, and the tokens of an answer whose length nobody limits: what is
/// reserved should rather be too much.
const TOKEN_BYTES: u64 = 3;
const ANSWER_TOKENS: u64 = 8_192;

impl Studio {
    /// What an operation may cost, in millionths of a US dollar; 0 where no price is known. `document` is its JSON.
    pub(crate) fn estimate(&self, plugin: &Plugin, operation: &str, document: &str) -> i64 {
        let priced = |model: Option<String>| {
            let model = model.or_else(|| first(plugin, operation).map(|model| model.id.clone()));
            self.price(plugin, operation, &model.unwrap_or_default())
        };
        let (usage, price) = match operation {
            "video" => {
                let asked: VideoOperation = read(document);
                let video_ms = (asked.duration.max(0.0) * 1000.0) as u64;
                (Usage { video_ms, ..Usage::default() }, priced(asked.model))
            }
            "image" => {
                let asked: ImageOperation = read(document);
                (Usage { pictures: 1, ..Usage::default() }, priced(asked.model))
            }
            _ => {
                let asked: TextOperation = read(document);
                let input_tokens = document.len() as u64 / TOKEN_BYTES;
                let output_tokens = asked.max_tokens.map_or(ANSWER_TOKENS, u64::from);
                (Usage { input_tokens, output_tokens, ..Usage::default() }, priced(asked.model))
            }
        };
        i64::try_from(amount(&usage, &price)).unwrap_or(i64::MAX)
    }

    /// What an outcome cost, in millionths of a US dollar, and the model's name.
    pub(crate) fn cost(&self, plugin: &Plugin, operation: &str, outcome: &Outcome) -> (String, Usage, u64) {
        let (usage, made_by) = match outcome {
            Outcome::Text(TextOutcome { usage, made_by, .. }) | Outcome::Media(MediaOutcome { usage, made_by, .. }) => {
                (*usage, made_by)
            }
        };
        // "OpenAI, gpt-5": the model that answered, which may be a dated one of the model that was asked.
        let model = match made_by.rsplit_once(", ") {
            Some((_, model)) => model,
            None => first(plugin, operation).map_or("unknown", |model| model.id.as_str()),
        };
        (model.to_owned(), usage, amount(&usage, &self.price(plugin, operation, model)))
    }

    /// The price of a model by its upstream's name: the settings' own, else the manifest's; of the longest name that
    /// fits.
    fn price(&self, plugin: &Plugin, operation: &str, model: &str) -> Price {
        let known = |known: &&Model| known.operation == operation && model.starts_with(&known.id);
        let listed = plugin.manifest.models.iter().filter(known).max_by_key(|known| known.id.len());
        let fits = |(name, _): &(&String, &Price)| {
            name.split_once('/').is_some_and(|(id, prefix)| id == plugin.id() && model.starts_with(prefix))
        };
        let overlay = self.prices.iter().filter(fits).max_by_key(|(name, _)| name.len()).map(|(_, price)| price);
        overlay.or(listed.and_then(|model| model.price.as_ref())).cloned().unwrap_or_default()
    }
}

/// The model that is asked where nobody names one.
fn first<'a>(plugin: &'a Plugin, operation: &str) -> Option<&'a Model> {
    plugin.manifest.models.iter().find(|model| model.operation == operation)
}

/// What cannot be read is refused elsewhere; here it costs what nothing costs.
fn read<T: DeserializeOwned + Default>(document: &str) -> T {
    serde_json::from_str(document).unwrap_or_default()
}

fn amount(usage: &Usage, price: &Price) -> u64 {
    let share = |amount: u64, price: Option<u64>, of: u64| {
        u64::try_from(u128::from(amount) * u128::from(price.unwrap_or(0)) / u128::from(of)).unwrap_or(u64::MAX)
    };
    share(usage.input_tokens, price.input_tokens, 1_000_000)
        .saturating_add(share(usage.output_tokens, price.output_tokens, 1_000_000))
        .saturating_add(share(usage.pictures, price.picture, 1))
        .saturating_add(share(usage.video_ms, price.second, 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_pictures_and_seconds_are_paid_by_their_price() {
        let price = Price { input_tokens: Some(2_000_000), output_tokens: Some(8_000_000), ..Price::default() };
        let usage = Usage { input_tokens: 500, output_tokens: 250, ..Usage::default() };
        assert_eq!(amount(&usage, &price), 1_000 + 2_000);
        let price = Price { picture: Some(40_000), second: Some(400_000), ..Price::default() };
        assert_eq!(amount(&Usage { pictures: 2, video_ms: 8_000, ..usage }, &price), 80_000 + 3_200_000);
        assert_eq!(amount(&Usage { video_ms: u64::MAX, ..usage }, &price), u64::MAX);
    }
}
