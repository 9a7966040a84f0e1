from __future__ import annotations

import pytest

from tasks.products.translate.html_texts import has_same_markup, words


@pytest.mark.parametrize(
    ("ours", "shops"),
    [
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p style='color: red'>a</p>", '<p style="color:#FF0000;">a</p>'),
        ("a<br>b<!-- c -->", "a<br />b"),
        ("<style>p {}</style>a", "a"),
        ("<p>é</p", "<p>é</p>"),
        ("<font color=red>x</font>", '<font color="#FF0000">x</font>'),
        ("<section><p>x</p></section>", "<p>x</p>"),
        ("<figure><img src='/a.jpg'><figcaption>c</figcaption></figure>", '<img src="/a.jpg" />c'),
        ('<div data-x="1" role="a">x</div>', "<div>x</div>"),
        ("<p lang=fr>x</p>", '<p lang="fr" xml:lang="fr">x</p>'),
        ("<p class=MsoNormal>a<o:p></o:p></p>", '<p class="MsoNormal">a</p><p></p>'),
        ("<p class=MsoNormal><o:p>&nbsp;</o:p></p>", '<p class="MsoNormal"></p><p>\xa0</p>'),
        ("a<b", "a<b></b>"),
        ("a<b c <i>x</i>", "a<b>x</b>"),
        ("a<b et c>d", "a<b>d</b>"),
        ("<p>a<b</p>", "<p>a<b></b></p>"),
        ("<p>x<y</p> fin", "<p>x fin</p>"),
        ("<p>1<y z</p><p>2</p>", "<p>1</p><p>2</p>"),
        ('a <b class="k" c', 'a <b class="k"></b>'),
        ('<p title="a<b">x</p>', '<p title="a&lt;b">x</p>'),
        ("a <? php ?> b", "a &lt;? php ?&gt; b"),
        ('<?xml:namespace prefix = o ns = "x" /><p>a</p>', '&lt;?xml:namespace prefix = o ns = "x" /&gt;<p>a</p>'),
        ("<p>a<!-- x -->b</p>", "<p>a<!-- x -->b</p>"),
        ("x <!-- open", "x "),
        ("<!--[if gte mso 9]><xml>1</xml><![endif]--><p>a</p>", "<p>a</p>"),
        ('<b class="x" id="y">a</b>', '<b id="y" class="x">a</b>'),
    ],
)
def test_what_a_purifier_changes_is_the_same(ours: str, shops: str) -> None:
    assert has_same_markup(ours, shops)
    assert words(ours) == words(shops)


@pytest.mark.parametrize(("ours", "shops"), [("<b>a</b>", "a"), ("a", "b"), ("<a href='x'>a</a>", "<a href='y'>a</a>")])
def test_other_words_and_other_markup_differ(ours: str, shops: str) -> None:
    assert not has_same_markup(ours, shops)
