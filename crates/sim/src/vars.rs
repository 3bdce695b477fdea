//! The values of one request: who buys what, where to. They fill the placeholders of log texts, so that one order's
//! records share its numbers as they would in life.

use crate::dice::Dice;

const CURRENCIES: &[&str] = &["EUR", "EUR", "EUR", "GBP", "SEK", "CHF"];
const COUNTRIES: &[&str] = &["DE", "FR", "NL", "SE", "GB", "AT", "PL", "IT", "ES", "CH"];
const WAREHOUSES: &[&str] = &["fra-2", "ams-1", "lyo-1", "poz-3"];
const CATEGORIES: &[&str] = &["lamps", "tents", "stoves", "packs", "boots", "ropes", "maps", "knives"];
const CARRIERS: &[&str] = &["parcelhub-std", "parcelhub-express", "bikewave"];
const PARTNERS: &[&str] = &["alpenladen", "norrsport", "trailhaus", "campfabrik"];
const WORDS: &[&str] =
    &["lantern", "tent", "two", "person", "gas", "stove", "ultralight", "pack", "rope", "60m", "boots", "warm", "red"];
const DEVICES: &[&str] = &["ios/17.4", "ios/18.1", "android/14", "android/15"];
const SEGMENTS: &[&str] = &["new", "returning", "gold", "lapsed"];

/// Drawn once a request.
#[derive(Clone, Debug)]
pub(crate) struct Vars {
    pub(crate) user: String,
    pub(crate) session: String,
    pub(crate) order: String,
    pub(crate) sku: String,
    pub(crate) qty: usize,
    pub(crate) amount: String,
    pub(crate) currency: &'static str,
    pub(crate) country: &'static str,
    pub(crate) warehouse: &'static str,
    pub(crate) category: &'static str,
    pub(crate) partner: &'static str,
    pub(crate) ip: String,
}

impl Vars {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        // A few articles sell most.
        let popularity = dice.unit();
        let article = (400.0 * popularity * popularity * popularity) as usize;
        let qty = 1 + dice.below(4);
        let price = 900 + (article * 7_919) % 21_000;
        let total = price * qty;
        Self {
            user: format!("u-{:06}", 100_000 + dice.below(60_000)),
            session: dice.hex(20),
            order: format!("LF-{:07}", 4_000_000 + dice.below(900_000)),
            sku: format!("LF-{:05}-{}", 10_000 + article * 37, char::from(dice.pick(b"ABCD"))),
            qty,
            amount: format!("{}.{:02}", total / 100, total % 100),
            currency: dice.pick(CURRENCIES),
            country: dice.pick(COUNTRIES),
            warehouse: dice.pick(WAREHOUSES),
            category: dice.pick(CATEGORIES),
            partner: dice.pick(PARTNERS),
            ip: format!("203.0.113.{}", dice.below(256)),
        }
    }

    /// The text of a placeholder.
    pub(crate) fn value(&self, name: &str, elapsed_ms: f64, dice: &mut Dice) -> String {
        match name {
            "user" => self.user.clone(),
            "session" => self.session.clone(),
            "order" => self.order.clone(),
            "sku" => self.sku.clone(),
            "qty" => self.qty.to_string(),
            "amount" => self.amount.clone(),
            "currency" => self.currency.to_owned(),
            "country" => self.country.to_owned(),
            "warehouse" => self.warehouse.to_owned(),
            "category" => self.category.to_owned(),
            "partner" => self.partner.to_owned(),
            "segment" => dice.pick(SEGMENTS).to_owned(),
            "carrier" => dice.pick(CARRIERS).to_owned(),
            "device" => dice.pick(DEVICES).to_owned(),
            "ip" => self.ip.clone(),
            "page" => (dice.pick(&["full", "full", "fragment"])).to_owned(),
            "path" => format!("/v1/{}/{}", self.category, self.sku),
            "status" => "200".to_owned(),
            "template" => format!("order-confirmation-{}", self.country.to_ascii_lowercase()),
            "query" => (0..1 + dice.below(3)).map(|_| dice.pick(WORDS)).collect::<Vec<_>>().join(" "),
            "coupon" => format!("SPRING{:02}", dice.below(40)),
            "charge" => format!("ch_{}", dice.of(b"0123456789abcdefghjkmnpqrstvwxyz", 14)),
            "parcel" => format!("PH{:09}DE", dice.below(999_999_999)),
            "batch" => (2_400 + dice.below(90)).to_string(),
            "hits" => dice.below(240).to_string(),
            "ms" => format!("{elapsed_ms:.1}"),
            _ => (1 + dice.below(99)).to_string(),
        }
    }

    /// A text with its placeholders filled.
    pub(crate) fn fill(&self, text: &str, elapsed_ms: f64, dice: &mut Dice) -> String {
        let mut out = String::with_capacity(text.len() + 24);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                rest = after;
                break;
            };
            out.push_str(&self.value(name, elapsed_ms, dice));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}
