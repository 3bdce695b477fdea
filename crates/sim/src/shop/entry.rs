//! Where customers and partners come in.

use super::{Act, DEBUG, INFO, Language, Operation, Service, WARN, ask, call, log, work};

const ITEM: &str = "shop.catalog.v1.Catalog/GetItem";
const LIST: &str = "shop.catalog.v1.Catalog/ListItems";
const PLACE: &str = "shop.checkout.v1.Checkout/Place";

const VERIFY: Act = call("identity", "/sessions/verify");

pub(super) const SERVICES: &[Service] = &[
    Service {
        name: "storefront",
        language: Language::Node,
        replicas: 3,
        cpu_limit: 1.0,
        cpu_usual: 0.27,
        memory_limit_mb: 512.0,
        volume: None,
        pool: None,
        lines: true,
        operations: &[
            Operation {
                method: "GET",
                route: "/",
                logger: "pages/home",
                acts: &[
                    work("", 2.0),
                    Act::Sometimes(0.5, &[VERIFY]),
                    call("catalog", LIST),
                    ask("recommendations", "/for/{user}", "rendering home without recommendations"),
                    work("render home", 6.0),
                    log(INFO, "rendered page", &["page", "user", "ms"]),
                ],
            },
            Operation {
                method: "GET",
                route: "/product/:sku",
                logger: "pages/product",
                acts: &[
                    work("", 2.0),
                    call("catalog", ITEM),
                    ask("reviews", "/reviews/{sku}", "product page without reviews"),
                    ask("pricing", "/quote", "product page with list price"),
                    work("render product", 5.0),
                    log(INFO, "rendered page", &["page", "sku", "ms"]),
                ],
            },
            Operation {
                method: "GET",
                route: "/search",
                logger: "pages/search",
                acts: &[
                    work("", 2.0),
                    call("search", "/query"),
                    work("render results", 4.0),
                    log(INFO, "search served", &["query", "hits", "ms"]),
                ],
            },
            Operation {
                method: "POST",
                route: "/cart/items",
                logger: "api/cart",
                acts: &[
                    work("", 1.5),
                    VERIFY,
                    call("cart", "/carts/{session}/items"),
                    log(INFO, "item added to cart", &["session", "sku", "qty"]),
                    Act::Sometimes(0.02, &[log(WARN, "stale csrf token, reissued", &["session", "ip"])]),
                ],
            },
            Operation {
                method: "POST",
                route: "/checkout",
                logger: "api/checkout",
                acts: &[
                    work("", 2.5),
                    VERIFY,
                    call("checkout", PLACE),
                    log(INFO, "order confirmed", &["order", "user", "amount"]),
                ],
            },
            Operation {
                method: "GET",
                route: "/orders/:id",
                logger: "pages/orders",
                acts: &[work("", 1.5), VERIFY, call("orders", "/orders/{id}"), work("render order", 3.0)],
            },
        ],
    },
    Service {
        name: "mobile-gateway",
        language: Language::Go,
        replicas: 2,
        cpu_limit: 1.0,
        cpu_usual: 0.22,
        memory_limit_mb: 256.0,
        volume: None,
        pool: None,
        lines: true,
        operations: &[
            Operation {
                method: "GET",
                route: "/v1/home",
                logger: "gateway/home.go",
                acts: &[
                    work("", 0.8),
                    VERIFY,
                    call("catalog", LIST),
                    ask("promotions", "/banners", "home without banners"),
                    log(INFO, "request done", &["path", "status", "ms", "device"]),
                ],
            },
            Operation {
                method: "GET",
                route: "/v1/items/{sku}",
                logger: "gateway/items.go",
                acts: &[
                    work("", 0.6),
                    call("catalog", ITEM),
                    ask("inventory", "/stock/{sku}", "item without stock level"),
                    ask("pricing", "/quote", "item with list price"),
                    log(INFO, "request done", &["path", "status", "ms", "device"]),
                ],
            },
            Operation {
                method: "POST",
                route: "/v1/purchase",
                logger: "gateway/purchase.go",
                acts: &[
                    work("", 0.9),
                    VERIFY,
                    call("cart", "/carts/{session}/items"),
                    call("checkout", PLACE),
                    log(INFO, "purchase done", &["order", "amount", "device"]),
                ],
            },
        ],
    },
    Service {
        name: "partner-api",
        language: Language::Java,
        replicas: 2,
        cpu_limit: 1.5,
        cpu_usual: 0.18,
        memory_limit_mb: 1024.0,
        volume: None,
        pool: None,
        lines: false,
        operations: &[
            Operation {
                method: "GET",
                route: "/partners/{partner}/catalog",
                logger: "shop.lanternfish.partner.CatalogController",
                acts: &[
                    work("", 1.5),
                    log(DEBUG, "Partner {partner} asks for page {n}", &[]),
                    call("catalog", LIST),
                    call("inventory", "/stock/{sku}"),
                    log(INFO, "Served {hits} catalog entries to partner {partner}", &[]),
                ],
            },
            Operation {
                method: "POST",
                route: "/partners/{partner}/orders",
                logger: "shop.lanternfish.partner.OrderController",
                acts: &[
                    work("validate partner order", 2.0),
                    call("orders", "/orders"),
                    log(INFO, "Accepted order {order} of partner {partner} with {qty} positions", &[]),
                ],
            },
        ],
    },
];
