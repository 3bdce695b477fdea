//! What happens to an order afterwards, and the job that is always in trouble and never the cause.

use super::{Act, ERROR, INFO, Language, Need, Operation, Pool, Service, WARN, ask, call, log, query, work};

pub(super) const SERVICES: &[Service] = &[
    Service {
        name: "shipping",
        language: Language::Python,
        replicas: 2,
        cpu_limit: 1.0,
        cpu_usual: 0.08,
        memory_limit_mb: 512.0,
        volume: Some("/var/labels"),
        pool: None,
        lines: true,
        operations: &[
            Operation {
                method: "POST",
                route: "/quotes",
                logger: "shipping.quotes",
                acts: &[
                    work("", 1.4),
                    Act::Provider {
                        peer: "rates.parcelhub.example",
                        method: "GET",
                        route: "/v1/rates",
                        ms: 60.0,
                        need: Need::Must,
                    },
                    work("choose carrier", 1.8),
                    log(INFO, "quoted {qty} parcels to {country} with {carrier} in {ms} ms", &[]),
                ],
            },
            Operation {
                method: "POST",
                route: "/labels",
                logger: "shipping.labels",
                acts: &[
                    work("render label", 6.0),
                    Act::Write { what: "label file", ms: 2.5, need: Need::Must },
                    log(INFO, "label {parcel} written for order {order}", &[]),
                ],
            },
        ],
    },
    Service {
        name: "fulfilment",
        language: Language::DotNet,
        replicas: 2,
        cpu_limit: 1.0,
        cpu_usual: 0.07,
        memory_limit_mb: 512.0,
        volume: None,
        pool: Some(Pool { peer: "warehouse-db", size: 15.0, usual: 0.06 }),
        lines: false,
        operations: &[
            Operation {
                method: "poll",
                route: "orders.placed",
                logger: "Lanternfish.Fulfilment.OrderWorker",
                acts: &[
                    work("plan picking", 3.0),
                    call("shipping", "/labels"),
                    query(
                        "warehouse-db",
                        "INSERT INTO pick_lists (order_id, warehouse) VALUES ($1, $2)",
                        "pick_lists",
                        4.0,
                    ),
                    log(INFO, "Pick list for order {order} sent to {warehouse}", &[]),
                ],
            },
            Operation {
                method: "cron",
                route: "close-waves",
                logger: "Lanternfish.Fulfilment.WaveJob",
                acts: &[
                    log(INFO, "Closing wave {batch}", &[]),
                    Act::Repeat(
                        6,
                        14,
                        &[
                            query(
                                "warehouse-db",
                                "UPDATE pick_lists SET wave = $1 WHERE warehouse = $2 AND wave IS NULL",
                                "pick_lists",
                                5.0,
                            ),
                            log(INFO, "Wave {batch}: {n} pick lists in {warehouse}", &[]),
                        ],
                    ),
                    log(INFO, "Wave {batch} closed after {ms} ms", &[]),
                ],
            },
        ],
    },
    Service {
        name: "notifications",
        language: Language::Node,
        replicas: 2,
        cpu_limit: 0.5,
        cpu_usual: 0.06,
        memory_limit_mb: 384.0,
        volume: None,
        pool: None,
        lines: true,
        operations: &[Operation {
            method: "poll",
            route: "orders.placed",
            logger: "notifications/order-placed",
            acts: &[
                work("render mail", 4.0),
                Act::Provider {
                    peer: "smtp.mailbird.example",
                    method: "POST",
                    route: "/v3/messages",
                    ms: 45.0,
                    need: Need::Must,
                },
                log(INFO, "confirmation sent", &["order", "template", "ms"]),
                Act::Sometimes(0.03, &[log(WARN, "mailbox full, will try again", &["order", "n"])]),
            ],
        }],
    },
    Service {
        name: "feed-sync",
        language: Language::Python,
        replicas: 1,
        cpu_limit: 0.5,
        cpu_usual: 0.14,
        memory_limit_mb: 512.0,
        volume: Some("/var/feeds"),
        pool: None,
        lines: true,
        operations: &[
            Operation {
                method: "cron",
                route: "import-feed",
                logger: "feedsync.importer",
                acts: &[
                    log(INFO, "reading feed part {batch}", &[]),
                    Act::Repeat(
                        1,
                        4,
                        &[
                            work("parse row", 2.0),
                            Act::Sometimes(
                                0.55,
                                &[log(ERROR, "row {n} of {partner} rejected: column 'gtin' is empty", &[])],
                            ),
                            Act::Sometimes(
                                0.25,
                                &[log(WARN, "row {n} of {partner}: price {amount} has no currency, assuming EUR", &[])],
                            ),
                        ],
                    ),
                    ask("inventory", "/stock/{sku}", "stock unknown, row kept as is"),
                    Act::Sometimes(
                        0.2,
                        &[log(ERROR, "feed of {partner}: remote closed connection after {n} rows, resuming", &[])],
                    ),
                ],
            },
            Operation {
                method: "cron",
                route: "export-sitemap",
                logger: "feedsync.sitemap",
                acts: &[
                    log(INFO, "sitemap export {batch} started", &[]),
                    call("catalog", "shop.catalog.v1.Catalog/ListItems"),
                    Act::Repeat(15, 30, &[work("", 1.5), log(INFO, "sitemap part {n} holds {hits} urls", &[])]),
                    Act::Write { what: "sitemap", ms: 4.0, need: Need::May("sitemap was not written") },
                    log(INFO, "sitemap export {batch} done in {ms} ms", &[]),
                ],
            },
        ],
    },
];
