"""The floor: a heading, one choice and one small chart, with the product's settings. Nothing of ours can be faster."""

import streamlit as st

number = st.selectbox("Number", [str(number) for number in range(1, 21)], key="number", bind="query-params")
st.title(f"Multiples of {number}")
st.plotly_chart(
    {"data": [{"type": "scatter", "y": [int(number) * step for step in range(12)]}], "layout": {"height": 420}},
    key="chart",
    theme=None,
    config={"displayModeBar": False},
)
