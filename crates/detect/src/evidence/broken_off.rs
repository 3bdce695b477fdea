//! Who broke off: a call that ends early after having called another service.
//!
//! Where a caller does nothing more after a call, either the one that it called failed it, or it stopped by itself. A
//! service that fails on the way does less than it always does: it calls fewer others, writes other records, fails. One
//! that calls others and of which nothing of that kind is seen did its work, so the caller is who broke off. Of one that
//! calls nobody nothing can be told; it is blamed, since most failures come from below. And a caller that fails openly says
//! by its failures whom it accuses ([`crate::accuse`]), which tells more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Aspect, Item};
use crate::ids::NONE;
use crate::material::Material;
use crate::role::Role;
use crate::signal::What;

/// Hands what ended after a service that did all its work to the callers.
pub(super) fn settle(material: &Material<'_>, services: &mut BTreeMap<u64, BTreeMap<Aspect, Vec<Item>>>) {
    let ended: BTreeSet<u64> =
        services.iter().filter(|(_, a)| a.contains_key(&Aspect::Ended)).map(|(service, _)| *service).collect();
    if ended.is_empty() {
        return;
    }
    let calling: BTreeSet<u64> = material
        .facts
        .children
        .values()
        .filter(|c| c.callee != NONE && c.callee != c.service && ended.contains(&c.service))
        .map(|c| c.service)
        .collect();
    for service in calling {
        let Some(aspects) = services.get(&service).filter(|a| !a.keys().any(|a| fell_short(*a))) else { continue };
        let broke_off = |item: &Item| {
            let What::Last { child } = item.what else { return None };
            let caller = material.facts.children.get(&child)?.service;
            let fails = services.get(&caller).is_some_and(|a| a.keys().any(|a| is_failure(*a)));
            (!fails).then_some((caller, *item))
        };
        let items = aspects.get(&Aspect::Ended).map_or(&[][..], Vec::as_slice);
        let moved: Vec<(u64, Item)> = items.iter().filter_map(broke_off).collect();
        if moved.len() < items.len() {
            continue;
        }
        services.entry(service).or_default().remove(&Aspect::Ended);
        for (caller, item) in moved {
            services.entry(caller).or_default().entry(Aspect::BrokeOff).or_default().push(item);
        }
    }
}

/// Failures that a service tells of.
fn is_failure(aspect: Aspect) -> bool {
    matches!(aspect, Aspect::GainedError | Aspect::RisingError | Aspect::OwnErrors | Aspect::EdgeErrors)
}

/// What a service shows that did not do all that it always does.
fn fell_short(aspect: Aspect) -> bool {
    is_failure(aspect)
        || matches!(
            aspect,
            Aspect::Lost
                | Aspect::Unanswered
                | Aspect::Silence
                | Aspect::Structure
                | Aspect::Symptom(Role::Errors | Role::Success)
        )
}
