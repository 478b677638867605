"""A template comes from strangers: it reaches nothing, and it ends."""

from __future__ import annotations

import pytest

from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.chat.template.run import compiled

DATA = {"messages": [{"role": "user", "content": "hi"}]}
NESTED = "{% for a in [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] %}"
DOUBLE = "{% set n = namespace(x='aaaaaaaa', y=[1], z=[1]) %}{% for i in range(60) %}STEP{% endfor %}{{ n.x == n.y }}"

ESCAPES = {
    "class": "{{ ''.__class__.__mro__ }}",
    "subscript": "{{ messages['__class__'].__base__ }}",
    "filter attr": "{{ ''|attr('__class__') }}",
    "map attribute": "{{ [messages]|map(attribute='__class__')|first }}{{ raise_exception('no class') }}",
    "globals": "{{ raise_exception.__globals__.os }}",
    "namespace": "{{ namespace.__init__.__globals__ }}",
    "namespace made": "{{ namespace(__class__=1) }}",
    "namespace set": "{% set n = namespace() %}{% set n.__class__ = 1 %}",
    "dict": "{{ dict.__subclasses__() }}",
    "cycler": "{{ cycler.__init__.__globals__.os }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "self": "{{ self.__init__.__globals__ }}",
    "loop": "{% for x in messages %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "macro": "{% macro f() %}{% endmacro %}{{ f.__globals__.os }}",
    "undefined": "{{ nothing.__init__.__globals__ }}",
    "format": "{{ '{0.__class__}'.format(1) }}",
    "format_map": "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "percent": "{{ '%s' % messages }}",
    "append": "{{ messages.append(1) }}",
    "update": "{{ messages[0].update({}) }}",
    "pop": "{{ messages.pop() }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}",
    "extends": "{% extends '/etc/passwd' %}",
    "do": "{% do messages.clear() %}",
    "clock": "{{ strftime_now('%Y') }}",
    "chance": "{{ messages|random }}",
    "address of a function": "{{ raise_exception }}",
    "address of a generator": "{{ messages|map('upper') }}",
}
ENDLESS = {
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "loops over constants": NESTED * 12 + "x" + "{% endfor %}" * 12,
    "recursive loop": "{% for x in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
    "range": "{{ range(99999999999)|length }}",
    "string times": "{{ 'a' * 9999999999 }}",
    "list times": "{{ [0] * 9999999999 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "square": DOUBLE.replace("STEP", "{% set n.x = (n.x|length) * 9999999999 * 9999999999 * 9999999999 %}"),
    "joined strings": DOUBLE.replace("STEP", "{% set n.x = n.x ~ n.x %}"),
    "added strings": DOUBLE.replace("STEP", "{% set n.x = n.x + n.x %}"),
    "written strings": DOUBLE.replace("STEP", "{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}"),
    "nested lists": DOUBLE.replace("STEP", "{% set n.y = [n.y, n.y] %}{% set n.z = [n.z, n.z] %}"),
    "macros": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "deep macros": "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
    "replace filter": "{{ ('a' * 1000000)|replace('a', 'b' * 1000000) }}",
    "replace method": "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
    "join filter": "{{ (['a'] * 10000)|join('b' * 1000000) }}",
    "join method": "{{ ('b' * 1000000).join(['a'] * 10000) }}",
    "center": "{{ 'a'|center(9999999999) }}",
    "ljust": "{{ 'a'.ljust(9999999999) }}",
    "batch": "{{ [1]|batch(9999999999, 'x')|list }}",
    "constants": "{% set y %}{% for i in range(99999) %}" + "x" * 10000 + "{% endfor %}{% endset %}",
    "comparisons": "{% set s = 'a' * 1000000 %}{% for i in range(1000000) %}{% if 'b' in s %}{% endif %}{% endfor %}",
    "filters": "{% set s = 'a' * 1000000 %}{% for i in range(1000000) %}{% set l = s|upper|length %}{% endfor %}",
    "methods": "{% set s = 'a' * 1000000 %}{% for i in range(1000000) %}{% set l = s.upper() %}{% endfor %}",
}


@pytest.mark.parametrize("code", ESCAPES.values(), ids=ESCAPES)
def test_it_reaches_nothing(code):
    with pytest.raises((BadRecord, UsageError)) as raised:
        compiled(code).run(DATA)
    assert not isinstance(raised.value, BadRecord) or raised.value.reason == "template_refused"
    assert DATA == {"messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS)
def test_it_ends(code):
    with pytest.raises((BadRecord, UsageError)):
        compiled(code).run(DATA)


def test_a_private_attribute_is_nothing():
    assert compiled("{{ messages.__class__ }}{{ ''.__doc__ }}{{ messages.__class__.__init__ }}").run(DATA) == ""


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("{% for m in messages %}{{ m.role ~ ':' + m['content'] }}{% endfor %}", "user:hi"),
        ("{{ {'a': [1, 'é', none, true], 'b': 1.5}|tojson }}", '{"a": [1, "é", null, true], "b": 1.5}'),
        ("{{ {'a': 1}|tojson(indent=2) }}", '{\n  "a": 1\n}'),
        ("{{ '<b>&'|tojson }}", '"<b>&"'),
        ("{% for m in [1, 2, 3, 4] %}{% if m == 3 %}{% break %}{% endif %}{{ m }}{% endfor %}", "12"),
        ("{% for m in [1, 2] %}{{ loop.index0 }}{{ loop.last }}{{ loop.length }}{% endfor %}", "0False21True2"),
        ("{% macro say(x, y='!') %}{{ x|trim }}{{ y }}{% endmacro %}{{ say(' a ') }}{{ say('b', y='?') }}", "a!b?"),
        ("{% set n = namespace(c=0) %}{% for m in 'ab' %}{% set n.c = n.c + 1 %}{% endfor %}{{ n.c % 2 }}", "0"),
        ("{{ 'a-b'.split('-')|join('+') }}{{ 'x' * 3 }}{{ [1] + [2] }}", "a+bxxx[1, 2]"),
        ("{{ 'aXb'.replace('X', '-') }}{{ 'aXX'|replace('X', '-') }}{{ ', '.join(['a', 'b']) }}", "a-ba--a, b"),
        ("{{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|list|first }}", "hi"),
        ("{{ dict(a=1).items()|list }}{{ messages[0].get('x', 'none') }}", "[('a', 1)]none"),
        ("{{ 'Ab'.upper() }}{{ 'user'|capitalize }}{{ '%'.startswith('%') }}", "ABUserTrue"),
        ("{% if nothing is defined %}a{% elif messages is iterable and messages is not string %}b{% endif %}", "b"),
        ("{{- nothing }}{{ nothing|default('d') }}", "d"),
        ("  {% if true %}\nx\n  {% endif %}\ny", "x\ny"),
    ],
)
def test_what_chat_templates_do_works(code, written):
    assert compiled(code).run(DATA) == written


def test_its_own_complaint_is_told():
    with pytest.raises(BadRecord, match="Roles must alternate") as raised:
        compiled("{{ raise_exception('Roles must\n alternate') }}").run(DATA)
    assert raised.value.reason == "template_refused"
    with pytest.raises(BadRecord, match="TypeError"):
        compiled("{{ messages + 'x' }}").run(DATA)


def test_a_rendering_begins_with_a_whole_budget():
    template = compiled("{% for a in range(1000) %}{% for b in range(300) %}{% endfor %}{% endfor %}x")
    assert [template.run(DATA) for _ in range(8)] == ["x"] * 8


@pytest.mark.parametrize("code", ["{% for %}", "{{ 'a'", "{% nothing %}", "{{ x|nothing }}", "{{ x is nothing }}"])
def test_what_is_no_template_is_refused_with_its_line(code):
    with pytest.raises(UsageError, match=r"cannot be compiled.* in line 2"):
        compiled("\n" + code)
