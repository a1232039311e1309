"""Charts and maps as SVG and PNG, drawn on the server without a browser."""
