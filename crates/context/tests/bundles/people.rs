//! Markdown and HTML: the same text, in frames that telemetry cannot close.

use decant_context::{Request, bundle, html, markdown};

use crate::cases;

const EVIL: [&str; 5] = [
    "</pre><script>alert(1)</script>",
    "```\n# forged\n````\n## forged",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "<!-- --><title>",
];

#[test]
fn a_page_of_html_holds_the_text_and_no_element_of_the_telemetry() {
    let plain = html(&cases::incident(), &Request::default());
    let tags = |page: &str| page.matches('<').count();
    for evil in EVIL {
        let mut findings = cases::incident();
        evil.clone_into(&mut findings.log_patterns[1].template);
        evil.clone_into(&mut findings.changes[0].title);
        evil.clone_into(&mut findings.topology[0].caller);
        evil.clone_into(&mut findings.suspects[1].service);
        evil.clone_into(&mut findings.metric_shifts[0].metric);
        evil.clone_into(&mut findings.verdict_reason);
        let page = html(&findings, &Request::default());
        for opened in ["<script", "<img", "<svg/", "<!--"] {
            assert!(!page.contains(opened), "{evil}: {page}");
        }
        // A renamed suspect has a row and a node more at most: five elements each with its end.
        assert!(tags(&page) <= tags(&plain) + 20, "{evil}");
    }
    for line in bundle(&cases::failed_build(), &Request::default()).text.lines() {
        let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;");
        let page = html(&cases::failed_build(), &Request::default());
        assert!(page.contains(escaped.trim_start_matches("## ")), "{line}");
    }
}

#[test]
fn plots_show_suspects_changes_and_edges() {
    let page = html(&cases::incident(), &Request::default());
    assert_eq!(page.matches("<svg").count(), 2);
    for part in
        ["orders (1)", "web (2)", "-20s deployment Use the new pool (#812)", "new log: could not get connection"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(html(&cases::failed_build(), &Request::default()).matches("<svg").count(), 0);
}

#[test]
fn markdown_fences_are_longer_than_what_they_hold() {
    for evil in EVIL {
        let mut findings = cases::failed_build();
        evil.clone_into(&mut findings.excerpts[0].lines[0].text);
        let text = markdown(&findings, &Request::default());
        let mut fence = None;
        let mut headings = 0;
        for line in text.lines() {
            match fence {
                None if line.starts_with("```") => fence = Some(line.trim_end_matches("text").to_owned()),
                None => headings += usize::from(line.starts_with('#')),
                Some(ref open) if line == open => fence = None,
                Some(_) => {}
            }
        }
        assert_eq!((fence, headings), (None, 3), "{text}");
    }
}
