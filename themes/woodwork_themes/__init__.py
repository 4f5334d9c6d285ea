"""Colour themes as TOML files and the loader that reads them."""
