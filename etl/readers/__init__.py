"""How the cells of a kind of publication become observations: what several sources share."""
