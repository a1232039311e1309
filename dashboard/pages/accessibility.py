"""The statement on accessibility: for whom the dashboard works, where it does not yet, and whom to tell."""

import streamlit as st

from dashboard import session
from dashboard.hosting.settings import settings
from dashboard.sentences import accessibility as said
from dashboard.tables import accessibility as parts

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
