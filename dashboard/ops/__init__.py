"""How it runs: settings, log, metrics, timing, errors. Needs nothing else of ours."""
