"""The tabs and the dialogs."""
