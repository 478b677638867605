"""Chat templates of the kinds that models publish, in our own words."""

# Content as parts; a mark for each picture; the tokenizer's tokens by name.
PARTS = """{{ bos_token }}{% for message in messages %}<|{{ message.role }}|>
{% for part in message.content %}{% if part.type == 'image' %}<img>{% elif part.type == 'video' %}<vid>{% else %}\
{{ part.text }}{% endif %}{% endfor %}<|end|>
{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}"""

# The same with what the assistant says in a generation block.
GENERATION = """{% for message in messages %}<|{{ message.role }}|>{% if message.role == 'assistant' %}\
{% generation %}{{ message.content[0].text }}<|end|>{% endgeneration %}{% else %}\
{% for part in message.content %}{{ '<img>' if part.type == 'image' else part.text }}{% endfor %}<|end|>{% endif %}
{% endfor %}"""

# Pictures before words, as LLaVA's on the Hub; answers end with a space alone.
PICTURES_FIRST = """{% for message in messages %}{{ message.role|upper }}: \
{% for part in message.content|selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}\
{% for part in message.content|selectattr('type', 'equalto', 'text') %}{{ part.text }}{% endfor %}\
{% if message.role == 'assistant' %}{{ eos_token }}{% else %}{{ ' ' }}{% endif %}{% endfor %}"""

# Content as text, trimmed, turns that must alternate, an end of the text behind the last answer.
TEXT = """{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('roles must alternate') }}{% endif %}{{ '<|' + message['role'] + '|>' + message['content']|trim + \
'<|end|>' }}{% endfor %}{% if not add_generation_prompt %}{{ eos_token }}{% endif %}"""

# Parts of the user alone; the system's words before the last question; what is written first depends on later turns.
MIXED = """{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set turns = messages[1:] %}\
{% else %}{% set turns = messages %}{% endif %}{% set ns = namespace(pictures=0) %}{% for message in turns %}\
{% if message.role == 'user' %}{% for part in message.content %}{% if part.type == 'image' %}\
{% set ns.pictures = ns.pictures + 1 %}{% endif %}{% endfor %}{% endif %}{% endfor %}{{ bos_token }}\
{% if not ns.pictures %}(no pictures){% endif %}{% for message in turns %}{% if message.role == 'user' %}[INST]\
{% if system is defined and loop.index >= turns|length - 1 %}{{ system + ' ' }}{% endif %}\
{% for part in message.content %}{{ part.text if part.type == 'text' else '[IMG]' }}{% endfor %}[/INST]\
{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}"""

# Numbers pictures if it is told to.
NUMBERED = """{% set ns = namespace(n=0) %}{% for message in messages %}<|{{ message.role }}|>{% for part in \
message.content %}{% if part.type == 'image' %}{% set ns.n = ns.n + 1 %}{% if add_vision_id %}Picture {{ ns.n }}: \
{% endif %}<|pic|>{% else %}{{ part.text }}{% endif %}{% endfor %}<|end|>{% endfor %}"""
