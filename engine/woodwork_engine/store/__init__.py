"""What outlives the process: a state folder with dead letters, what is held, and the journal (bus.md I)."""
