"""The runtime of generated clients, the same for every contract."""
