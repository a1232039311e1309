"""How fast the product is, beside the least a page of its kind can cost."""
