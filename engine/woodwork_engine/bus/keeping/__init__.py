"""What a bus keeps beyond its process, each part of it in one file; `bus/keeper.py` puts them together."""
