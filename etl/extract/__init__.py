"""Published files -> releases: every used cell as text, with where it stood."""
