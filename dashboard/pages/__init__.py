"""The pages, one script each, run by Streamlit (main.py lists them); what they share is in shared/ and components/."""
