"""The statement on accessibility: who can use the dashboard, where it fails, and how to report that."""

import streamlit as st

from dashboard.ops.settings import settings
from dashboard.pages.shared import session
from dashboard.views.tables import accessibility as parts
from dashboard.views.text import accessibility as said

session.headline("Accessibility", said.opening(), kicker=f"Statement of {said.PREPARED:%-d %B %Y}")
for title, content in (
    ("How it works for you", parts.can()),
    ("What does not work yet", parts.limits(said.LIMITS)),
    ("Tell us", parts.tell(settings().contact)),
    ("If you are not happy with the answer", parts.enforcement()),
    ("Compliance", parts.compliance()),
    ("How it was tested", parts.tests()),
):
    st.header(title, anchor=False)
    st.html(f'<div class="statement">{content}</div>')
