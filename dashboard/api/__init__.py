"""The public API: every figure at an address that stays, read only (`routes` are served beside Streamlit's pages).

`endpoints` and `parameters` declare it; `reading` holds an address against them; `tables` finds the rows, `answers`
makes bodies of them and keeps those; `replies` sends them; `openapi` and `page` describe it, `whole` is the database.
"""
