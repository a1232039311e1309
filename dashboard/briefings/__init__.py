"""Briefings: two pages on a council, a region or England, on paper, in Word and as a page to print.

`content` puts one together, from the queries and sentences of the pages; `pdf`, `docx` and `web` set it.
"""
