"""What must not be recognised in pictures: faces, and words."""

from vlmdata.steps.privacy.faces import PrivacyFaces
from vlmdata.steps.privacy.text import PrivacyText

__all__ = ["PrivacyFaces", "PrivacyText"]
