"""Chat templates as the Hugging Face Hub publishes them: jinja2 code, run where it can do no harm."""

from vlmdata.models.chat.template.files import FILES, TemplateFiles, found, read
from vlmdata.models.chat.template.hf import ChatTemplate, Variable

__all__ = ["FILES", "ChatTemplate", "TemplateFiles", "Variable", "found", "read"]
