"""The public API: every figure at an address that stays, read only (`routes` are served beside Streamlit's pages).

`endpoints` and `parameters` declare it; `request_parsing` checks an address against them; `tables` finds the rows,
`answers` makes bodies of them and caches those; `replies` sends them; `openapi` and `page` describe it; `whole` is the
database.
"""
