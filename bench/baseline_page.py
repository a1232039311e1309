"""The baseline page: a heading, one choice, and as many charts and tables as a page of ours has, with our settings.

Nothing of ours that shows so much can be faster. A chart has as many points as there are councils.
"""

import streamlit as st

COUNCILS, CELLS = 153, 6

charts, tables, rows = (int(st.query_params.get(name, 0)) for name in ("charts", "tables", "rows"))
number = st.selectbox("Number", [str(number) for number in range(1, 21)], key="number", bind="query-params")
st.title(f"Multiples of {number}")
for chart in range(charts):
    multiples = [int(number) * step for step in range(COUNCILS)]
    st.plotly_chart(
        {
            "data": [{"type": "scatter", "mode": "markers", "x": multiples, "y": list(range(COUNCILS))}],
            "layout": {"height": 420},
        },
        key=f"chart {chart}",
        theme=None,
        config={"displayModeBar": False},
    )
for table in range(tables):
    body = (
        "".join(f"<td>{int(number) * (row + cell + table)}</td>" for cell in range(CELLS))
        for row in range(rows // tables)
    )
    st.html(f"<table>{''.join(f'<tr>{row}</tr>' for row in body)}</table>")
