"""What a server needs beyond its pages: settings, headers, health, metrics, limits, logs."""
