"""What the browser is told: which scripts may run, and what may be loaded."""

import pytest

from chatbot.server.headers import content_policy, reply_headers, script_hash, script_hashes

EMPTY = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""The hash of nothing, as every description of content security policies gives it."""


def test_a_hash_is_what_a_browser_computes() -> None:
    assert script_hash("") == EMPTY
    assert script_hash("alert(1)") == "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_those_that_a_browser_sees(end: str) -> None:
    assert script_hash(f"a(){end}b()") == script_hash("a()\nb()")


def test_scripts_that_stand_in_the_page_are_hashed_as_they_are() -> None:
    page = "<script>if (a < b && c) x('&lt;p>')</script><SCRIPT type=module>y()</SCRIPT><script src=z.js></script>"

    assert script_hashes(page.encode()) == (script_hash("if (a < b && c) x('&lt;p>')"), script_hash("y()"))


def test_a_script_of_the_page_is_allowed_by_its_hash_and_no_other_way() -> None:
    policy = content_policy(script_hashes(b"<script></script>"))
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))

    assert scripts == f"script-src 'self' {EMPTY}"
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_only_named_sites_may_frame_the_page() -> None:
    assert content_policy(embed_on=["https://www.example.org"]).endswith(
        "frame-ancestors 'self' https://www.example.org"
    )
    assert content_policy().endswith("frame-ancestors 'self'")


def test_what_the_app_says_about_other_sites_and_itself_is_taken_off() -> None:
    given = [
        (b"Access-Control-Allow-Origin", b"https://example.org"),
        (b"Set-Cookie", b"a=b"),
        (b"Server", b"something/1.0"),
        (b"Content-Security-Policy", b"default-src *"),
        (b"content-type", b"text/plain"),
    ]
    sent = dict(reply_headers(given, "default-src 'none'"))

    assert sent[b"content-type"] == b"text/plain"
    assert sent[b"content-security-policy"] == b"default-src 'none'"
    assert {name.lower() for name in sent} & {b"access-control-allow-origin", b"set-cookie", b"server"} == set()
