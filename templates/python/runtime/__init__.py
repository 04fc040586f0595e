"""What generated code runs on. It is the same for every contract."""
