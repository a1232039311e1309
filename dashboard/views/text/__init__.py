"""The sentence that opens a view, one module a page, written from the rows of the picture under it (rule `pages`).

It states no comparison that its rows do not hold, and where nothing stands out it says so.
"""
