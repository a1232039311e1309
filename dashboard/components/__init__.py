"""Parts of a page that Streamlit does not have, as `st.components.v2` components."""
