"""How every figure is made: measures, rules with worked examples, differences, records, and a search over all."""
