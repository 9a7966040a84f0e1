"""Properties are judged by their answer, not by the time a busy machine takes for it."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
