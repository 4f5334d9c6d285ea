"""The terminal side of woodwork: the Textual app and the command line."""
